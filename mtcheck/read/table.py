"""CSV and TSV with named columns: the field names of a record, in any case; the rest is metadata.

The delimiter is the one under which the header names the most columns that are read, which is surer
than counting characters: German spreadsheets write ``;``, and texts are full of commas.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Literal

from mtcheck.core import Document, InputError
from mtcheck.read.encoding import decode
from mtcheck.read.record import FIELDS, TEXTS, document_of

MAX_FIELD = 1 << 30
"""Longest field, in code points; the module's own limit of 128 Ki is shorter than long articles."""
MAX_RESTARTS = 20
"""How many quotes that are never closed are passed over before the rest is given up."""

_EXPECTED = "expected columns: text, html, or source and target; optional: id, lang, source_lang, target_lang"


def read_csv(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Document | InputError]:
    """A document a row of comma, semicolon, tab or bar separated values. See ``formats.Reader``."""
    return _read(data, uri, charset, delimiters=(",", ";", "\t", "|"))


def read_tsv(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Document | InputError]:
    """A document a row of tab separated values, quoted or not. See ``formats.Reader``."""
    return _read(data, uri, charset, delimiters=("\t",))


def header_of(line: str, delimiters: tuple[str, ...] = (",", ";", "\t", "|")) -> tuple[str, list[str]]:
    """The delimiter of a header line and the column names, those that are read in lower case."""
    best: tuple[str, list[str]] = (delimiters[0], [])
    for delimiter in delimiters:
        try:
            names = [_name(cell) for cell in next(csv.reader([line], delimiter=delimiter), [])]
        except csv.Error:
            continue
        if not best[1] or sum(n in FIELDS for n in names) > sum(n in FIELDS for n in best[1]):
            best = (delimiter, names)
    return best


def _name(cell: str) -> str:
    name = cell.strip()
    return name.lower() if name.lower() in FIELDS else name


def _read(
    data: bytes, uri: str, charset: str | None, *, delimiters: tuple[str, ...]
) -> Iterator[Document | InputError]:
    decoded = decode(data, uri, declared=charset)
    csv.field_size_limit(MAX_FIELD)
    text = decoded.text.lstrip("\n")
    skipped = len(decoded.text) - len(text)
    head, _, body = text.partition("\n")
    delimiter, names = header_of(head, delimiters)
    _refuse_header(names, uri, skipped + 1)
    unquoted = delimiter == "\t" and _unquoted(body, len(names))
    rows = _rows(body, delimiter, csv.QUOTE_NONE if unquoted else csv.QUOTE_MINIMAL)
    seen = False
    for result in _merged(_documents(rows, names, uri, skipped + 1)):
        seen = True
        yield result
    if not seen:
        yield InputError(uri, "has a header and no rows", mend="give at least one row")
    if decoded.damage is not None:
        yield decoded.damage


def _refuse_header(names: list[str], uri: str, line: int) -> None:
    twice = next((n for n in names if n in FIELDS and names.count(n) > 1), None)
    if twice is not None:
        raise InputError(uri, f'has two columns "{twice}"', place=f"line {line}", mend="rename one")
    if not any(name in names for name in TEXTS):
        seen = ", ".join(name[:40] or "(no name)" for name in names[:12])
        raise InputError(
            uri, f"has no usable column; columns seen: {seen}", place=f"line {line}", mend=_EXPECTED
        )


def _documents(
    rows: Iterator[tuple[int, list[str] | csv.Error]], names: list[str], uri: str, above: int
) -> Iterator[tuple[int, Document | InputError]]:
    """What each row that is not blank became, with its line; ``above`` lines stand before the first."""
    count = 0
    for number, row in rows:
        line = number + above
        if isinstance(row, csv.Error):
            mend = "mend the quotes in it"
            yield line, InputError(uri, f"is no valid row: {row}", place=f"line {line}", mend=mend)
        elif any(cell.strip() for cell in row):
            count += 1
            yield line, _document(names, row, uri, count, line)


def _merged(results: Iterator[tuple[int, Document | InputError]]) -> Iterator[Document | InputError]:
    """The results, with one error for a run of rows that have the same: one lost quote can break millions."""
    held: InputError | None = None
    first = last = 0
    for line, result in results:
        if held is not None and isinstance(result, InputError) and result.problem == held.problem:
            last = line
            continue
        if held is not None:
            yield _spread(held, first, last)
        held, first, last = (result, line, line) if isinstance(result, InputError) else (None, 0, 0)
        if held is None:
            yield result
    if held is not None:
        yield _spread(held, first, last)


def _spread(error: InputError, first: int, last: int) -> InputError:
    if first == last:
        return error
    return InputError(error.uri, error.problem, place=f"lines {first} to {last}", mend=error.mend)


def _document(names: list[str], row: list[str], uri: str, number: int, line: int) -> Document | InputError:
    place = f"line {line}"
    if len(row) > len(names) and not any(cell.strip() for cell in row[len(names) :]):
        row = row[: len(names)]
    if len(row) != len(names):
        problem = f"has {len(row)} fields, the header has {len(names)}"
        return InputError(uri, problem, place=place, mend="quote fields that hold the delimiter")
    record: dict[str, object] = dict(zip(names, row, strict=True))
    try:
        record["terms"] = _terms(str(record.get("terms", "")), uri, place)
        return document_of(record, uri, unit=str(number), place=place, line=line)
    except InputError as error:
        return error


def _terms(cell: str, uri: str, place: str) -> object:
    """A cell of terms holds JSON, as there is no other way to put pairs into a cell."""
    if not cell.strip():
        return None
    from mtcheck.read import jsontext

    try:
        return jsontext.parse(cell)
    except ValueError:
        mend = 'write JSON: {"source term": "target term"}'
        raise InputError(uri, 'column "terms" holds no JSON', place=place, mend=mend) from None


def _unquoted(body: str, width: int) -> bool:
    """True if a tab-separated body makes sense without quoting: rectangular, no field in quotes."""
    rows = [line.split("\t") for line in body.split("\n") if line.strip()]
    quoted = any(len(f) > 1 and f[0] == f[-1] == '"' and '"' not in f[1:-1] for row in rows for f in row)
    return all(len(row) == width for row in rows) and not quoted


def _rows(body: str, delimiter: str, quoting: Literal[0, 3]) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Rows with the 1-based line of ``body`` that each starts on.

    A quote that is never closed swallows all that follows; reading starts again on the next line.
    """
    start, first = 0, 1
    for _ in range(MAX_RESTARTS):
        stream = io.StringIO(body[start:], newline="")
        reader = csv.reader(stream, delimiter=delimiter, quoting=quoting, strict=True)
        line = first
        while True:
            try:
                row = next(reader, None)
            except csv.Error as error:
                yield line, error
                if "unexpected end" in str(error):
                    break
                row = []
            if row is None:
                return
            yield line, row
            line = first + reader.line_num
        for _ in range(line - first + 1):
            start = body.find("\n", start) + 1
            if start == 0:
                return
        first = line + 1
