"""One record with named fields, from JSONL, JSON, CSV or TSV, to one document.

Fields: ``id``; ``text`` or ``html``, or ``source`` and ``target``; ``lang``, ``source_lang``,
``target_lang``; ``terms``. Anything else is kept as metadata. ``target`` is judged before ``text``
and ``text`` before ``html``, which then is only searched for traces.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mtcheck.core import Block, Document, InputError, Origin
from mtcheck.read import plain
from mtcheck.read.encoding import without_surrogates
from mtcheck.read.pieces import language, refuse_long

TEXTS = ("target", "text", "html")
FIELDS = ("id", *TEXTS, "source", "lang", "source_lang", "target_lang", "terms")
_STRINGS = (*TEXTS, "source", "lang", "source_lang", "target_lang")
MEND = "a record is an object with text, html, or source and target"


def document_of(record: Mapping[str, Any], uri: str, *, unit: str, place: str, line: int | None) -> Document:
    """The document that a record states.

    Args:
        record: its fields by name.
        uri: the input.
        unit: what to call the record if it has no id.
        place: where it stands, for errors: ``line 7``.
        line: its 1-based line in the input, or None.

    Raises:
        InputError: a field has the wrong type, or there is no text.
    """
    fields = {name: record[name] for name in FIELDS if record.get(name) not in (None, "")}
    for name in _STRINGS:
        if not isinstance(fields.get(name, ""), str):
            problem = f'field "{name}" is {_kind(fields[name])}, not a string'
            raise InputError(uri, problem, place=place, mend=MEND)
    fields = {k: without_surrogates(v) if isinstance(v, str) else v for k, v in fields.items()}
    carrier = next((name for name in TEXTS if fields.get(name, "").strip()), None)
    if carrier is None:
        raise InputError(uri, _what_is_missing(record), place=place, mend=MEND)
    _refuse_nul(fields, uri, place)
    text, blocks, stated = _content(fields[carrier], carrier, uri, place)
    own = _id(fields.get("id"), uri, place)
    source_lang = language(fields.get("source_lang"))
    unread = {k: v for k, v in record.items() if k not in FIELDS}
    unread |= {k: fields[k] for k in TEXTS[1:] if k in fields and k != carrier and k != "html"}
    return Document(
        id=own if own is not None else f"{uri}#{unit}",
        text=text,
        origin=Origin(uri, own if own is not None else unit, line),
        blocks=blocks,
        markup=fields.get("html"),
        source=fields.get("source"),
        lang=language(fields.get("target_lang")) or language(fields.get("lang")) or stated,
        source_lang=source_lang,
        source_lang_from="input" if source_lang else None,
        terms=MappingProxyType(_terms(fields.get("terms"), uri, place)),
        metadata=MappingProxyType(clean(unread)),
    )


def _content(value: str, carrier: str, uri: str, place: str) -> tuple[str, tuple[Block, ...], str | None]:
    """Text, blocks, and the language that the markup states; lines inside a record mean nothing."""
    refuse_long(value, uri, place=place)
    if carrier != "html":
        text = value.replace("\r\n", "\n").replace("\r", "\n")
        return text, plain.blocks_of(text, first_line=None), None
    from mtcheck.read import web

    return web.content_of(value, uri, place=place)


def _id(value: Any, uri: str, place: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise InputError(uri, f'field "id" is {_kind(value)}, not a string or a whole number', place=place)


def _terms(value: Any, uri: str, place: str) -> dict[str, str]:
    """``{source: target}``, or a list of ``{"source":, "target":}`` or of pairs, as one mapping."""
    if value is None:
        return {}
    items: list[Any] = list(value.items()) if isinstance(value, Mapping) else value
    if not isinstance(items, list):
        raise _bad_terms(uri, place)
    found: dict[str, str] = {}
    for item in items:
        pair = (item.get("source"), item.get("target")) if isinstance(item, Mapping) else item
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise _bad_terms(uri, place)
        source, target = pair
        if not isinstance(source, str) or not isinstance(target, str) or not source.strip():
            raise _bad_terms(uri, place)
        found[without_surrogates(source)] = without_surrogates(target)
    return found


def _bad_terms(uri: str, place: str) -> InputError:
    mend = 'write {"source term": "target term"}, or a list of such pairs'
    return InputError(
        uri, 'field "terms" does not pair source terms with target terms', place=place, mend=mend
    )


def _refuse_nul(fields: Mapping[str, Any], uri: str, place: str) -> None:
    for name in _STRINGS:
        if (at := fields.get(name, "").find("\0")) >= 0:
            raise InputError(
                uri, f'field "{name}" has a NUL at character {at}', place=place, mend="remove it"
            )


def _what_is_missing(record: Mapping[str, Any]) -> str:
    empty = [name for name in (*TEXTS, "source") if name in record]
    if "source" in empty and len(empty) == 1:
        return 'has a "source" but no "target"'
    if empty:
        return f'field "{empty[0]}" is empty'
    seen = ", ".join(str(name)[:40] for name in list(record)[:8])
    return f"has no text (fields seen: {seen or 'none'})"


def _kind(value: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)


def clean(value: Any) -> Any:
    """Metadata without lone surrogates, which would break every reporter; depth is the parser's."""
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, Mapping):
        return {clean(key): clean(item) for key, item in value.items()}
    return value
