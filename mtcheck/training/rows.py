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
