"""JSON Feed, versions 1 and 1.1 (jsonfeed.org)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from mtcheck.core import Document, InputError, Origin
from mtcheck.read import jsontext, plain
from mtcheck.read.encoding import decode, without_surrogates
from mtcheck.read.pieces import Content, entitled, language, refuse_long
from mtcheck.read.record import clean

_READ = {"id", "title", "content_html", "content_text", "language"}
_MEND = "an item has content_html or content_text"


def read(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Document | InputError]:
    """A document an item. See ``formats.Reader``."""
    decoded = decode(data, uri, declared=charset)
    found = jsontext.walk(decoded.text, "items")
    if not found.items:
        raise jsontext.broken(found, uri) if found.problem else InputError(uri, "has no items", mend=_MEND)
    for number, (item, line) in enumerate(found.items, start=1):
        try:
            yield _document(item, uri, number, line, found.members)
        except InputError as error:
            yield error
    if found.problem:
        yield jsontext.broken(found, uri)
    if decoded.damage is not None:
        yield decoded.damage


def _document(item: Any, uri: str, number: int, line: int, feed: Mapping[str, Any]) -> Document:
    place = f"item {number}"
    if not isinstance(item, dict):
        raise InputError(uri, "is no JSON object", place=place, mend=_MEND)
    texts = {
        name: _string(item, name, uri, place) for name in ("title", "content_html", "content_text", "summary")
    }
    markup = texts["content_html"] or None
    body = _body(markup, texts["content_text"] or texts["summary"], uri, place)
    text, blocks = entitled(texts["title"], body)
    if not blocks:
        raise InputError(uri, "is empty", place=place, mend=_MEND)
    own = item.get("id") if isinstance(item.get("id"), str | int) else item.get("url")
    unit = without_surrogates(str(own)) if own not in (None, "") else str(number)
    return Document(
        id=unit if own not in (None, "") else f"{uri}#{number}",
        text=text,
        origin=Origin(uri, unit, line),
        blocks=blocks,
        markup=markup,
        lang=language(item.get("language")) or language(feed.get("language")),
        metadata=MappingProxyType(clean({k: v for k, v in item.items() if k not in _READ})),
    )


def _body(markup: str | None, text: str, uri: str, place: str) -> Content:
    if markup is not None:
        from mtcheck.read import web

        return web.fragment(markup, uri, place=place)
    return text, plain.blocks_of(text, first_line=None)


def _string(item: Mapping[str, Any], name: str, uri: str, place: str) -> str:
    value = item.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InputError(uri, f'field "{name}" is not a string', place=place, mend=_MEND)
    refuse_long(value, uri, place=place)
    if (at := value.find("\0")) >= 0:
        raise InputError(uri, f'field "{name}" has a NUL at character {at}', place=place, mend="remove it")
    return without_surrogates(value).replace("\r\n", "\n").replace("\r", "\n").strip()
