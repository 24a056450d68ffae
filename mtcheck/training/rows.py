"""Rows of JSONL files, plain or gzipped: what every kind of training data is kept in."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mtcheck.core import InputError


def files(folder: Path) -> list[Path]:
    """The ``.jsonl`` and ``.jsonl.gz`` files of a folder, in an order that does not vary."""
    return sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")])


def name_of(path: Path) -> str:
    """The data set that a file is called after: ``wmt22.ru-en`` for ``wmt22.ru-en.docs.jsonl.gz``."""
    return path.name.removesuffix(".gz").removesuffix(".jsonl").removesuffix(".docs")


def rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers, from 1, and the objects on them; any other value is passed over.

    Raises:
        InputError: a line that is not JSON.
    """
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as file
    ):
        for line, value in enumerate(file, 1):
            try:
                row = json.loads(value)
            except ValueError as error:
                raise InputError(
                    str(path), f"not JSON: {error}", place=f"line {line}", mend="one JSON object a line"
                ) from error
            if isinstance(row, dict):
                yield line, row


def objects(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file alone; see ``rows``."""
    return (row for _, row in rows(path))


def is_document(row: dict[str, Any]) -> bool:
    """Whether a row is a document of WMT: a source in segments, and its translations."""
    return "tgt_lang" in row and isinstance(row.get("source"), list)


def documents(path: Path) -> Iterator[dict[str, Any]]:
    """The documents of a file; see ``document``."""
    return (document(path, line, row) for line, row in rows(path) if is_document(row))


def document(path: Path, line: int, row: dict[str, Any]) -> dict[str, Any]:
    """A document, if every translation has as many segments as the source.

    Raises:
        InputError: it is none.
    """
    versions = [row.get(kind, {} if kind == "mt" else None) for kind in ("human", "mt")]
    fitting = all(
        isinstance(by, dict) and all(len(lines) == len(row["source"]) for lines in by.values())
        for by in versions
    )
    if not fitting or not {"src_lang", "doc"} <= row.keys():
        raise InputError(
            str(path),
            'not a document: "src_lang", "doc", and in "human" and "mt" as many segments as in "source"',
            place=f"line {line}",
            mend="mend the row or leave the file out",
        )
    return row
