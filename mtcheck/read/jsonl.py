"""JSONL: a record a line, read as a stream, so that millions of rows pass through ``-``.

Each line stands for itself: a broken one is an error with its number and the next is read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from mtcheck.core import Document, InputError
from mtcheck.read import jsontext
from mtcheck.read.encoding import decode
from mtcheck.read.record import MEND, document_of

MAX_ROW = 16 << 20
"""Longest row, in bytes."""

_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Document | InputError]:
    """A document a row. See ``formats.Reader``."""
    if data.startswith(_WIDE_MARKS) or b"\0" in data[:64]:
        data = decode(data, uri).text.encode("utf-8")
    return read_stream(io.BytesIO(data), uri, charset=charset)


def read_stream(stream: BinaryIO, uri: str, *, charset: str | None = None) -> Iterator[Document | InputError]:
    """A document a row, holding one row at a time.

    Args:
        stream: anything with ``readline(limit)``; UTF-8, or a legacy encoding told row by row.
        uri: what errors and documents call it.
        charset: declared encoding, for rows that are not UTF-8.
    """
    seen = False
    for number, line in _rows(stream):
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            continue
        seen = True
        try:
            yield _document(line, uri, number, charset)
        except InputError as error:
            yield error
    if not seen:
        raise InputError(uri, "is empty", mend=MEND)


def _rows(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each row; one past the limit comes cut, and the rest of it is passed over."""
    number = 0
    while line := stream.readline(MAX_ROW + 1):
        number += 1
        yield number, line
        while not line.endswith(b"\n") and len(line) > MAX_ROW:
            line = stream.readline(MAX_ROW + 1)


def _document(line: bytes, uri: str, number: int, charset: str | None) -> Document:
    place = f"line {number}"
    if len(line) > MAX_ROW and not line.endswith(b"\n"):
        raise InputError(uri, f"is longer than {MAX_ROW >> 20} MiB", place=place, mend="split the record")
    try:
        record = jsontext.parse(_text(line, uri, place, charset))
    except ValueError as error:
        raise InputError(uri, str(error), place=place, mend=MEND) from None
    if not isinstance(record, dict):
        raise InputError(uri, "is no JSON object", place=place, mend=MEND)
    return document_of(record, uri, unit=str(number), place=place, line=number)


def _text(line: bytes, uri: str, place: str, charset: str | None) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        decoded = decode(line, uri, declared=charset)
    except InputError as error:
        raise InputError(uri, error.problem, place=place, mend=error.mend) from None
    if decoded.damage is not None:
        problem, mend = decoded.damage.problem, "save the row as UTF-8 again"
        raise InputError(uri, problem.partition(";")[0], place=place, mend=mend)
    return decoded.text
