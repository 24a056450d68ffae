"""JSON: one record, or a list of records with the fields of JSONL."""

from __future__ import annotations

from collections.abc import Iterator

from mtcheck.core import Document, InputError
from mtcheck.read import jsontext
from mtcheck.read.encoding import decode
from mtcheck.read.record import MEND, document_of


def read(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Document | InputError]:
    """A document a record. See ``formats.Reader``."""
    decoded = decode(data, uri, declared=charset)
    if not decoded.text.lstrip().startswith("["):
        yield _single(decoded.text, uri)
    else:
        yield from _many(decoded.text, uri)
    if decoded.damage is not None:
        yield decoded.damage


def _single(text: str, uri: str) -> Document:
    try:
        record = jsontext.parse(text)
    except ValueError as error:
        raise InputError(uri, str(error), mend=MEND) from None
    if not isinstance(record, dict):
        raise InputError(uri, "is neither an object nor a list of objects", mend=MEND)
    return document_of(record, uri, unit="1", place="item 1", line=1)


def _many(text: str, uri: str) -> Iterator[Document | InputError]:
    found = jsontext.walk(text, None)
    if not found.items:
        raise jsontext.broken(found, uri) if found.problem else InputError(uri, "is an empty list", mend=MEND)
    for number, (record, line) in enumerate(found.items, start=1):
        place = f"item {number}"
        if not isinstance(record, dict):
            yield InputError(uri, "is no JSON object", place=place, mend=MEND)
            continue
        try:
            yield document_of(record, uri, unit=str(number), place=place, line=line)
        except InputError as error:
            yield error
    if found.problem:
        yield jsontext.broken(found, uri)
