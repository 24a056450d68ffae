"""TMX: a translation memory, one catalogue for each language beside the source (LISA, TMX 1.4b).

A unit's key is the ``tuid``, or its source text where it has none; its line that of ``<tu>``.
"""

from __future__ import annotations

from collections.abc import Iterator

from mtcheck.core import Catalogue, InputError, Unit
from mtcheck.read.l10n import locales
from mtcheck.read.l10n.building import catalogue, text_of, unit
from mtcheck.read.l10n.xmlrecords import Element, Records
from mtcheck.text import primary

_MARKS = frozenset({"hi"})


def read(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Catalogue | InputError]:
    """The catalogues of a memory. See ``formats.Reader``."""
    text, damage = text_of(data, uri, charset)
    records = Records(text, {"header", "tu"})
    stated: str | None = None
    units: dict[str, list[Unit]] = {}
    source_lang: str | None = None
    for record in records:
        if record.local == "header":
            stated = _lang(record.get("srclang"))
            continue
        variants = [(_lang(v.get("lang")), v) for v in record.elements("tuv")]
        own = _lang(record.get("srclang")) or stated
        source = next(((lang, v) for lang, v in variants if _same(lang, own)), None)
        if source is None and variants:
            source = variants[0]
        source_lang = source_lang or stated or (source[0] if source else None)
        for lang, variant in variants:
            if lang is not None and source is not None and variant is not source[1]:
                units.setdefault(lang, []).append(_unit(record, source[1], variant))
    broken = records.problem.error(uri) if records.problem is not None else damage
    for lang, found in units.items():
        yield catalogue(uri, "tmx", found, broken=broken, source_lang=source_lang, target_lang=lang)
        broken = None  # one file breaks once
    if not units:
        yield catalogue(uri, "tmx", (), broken=broken, source_lang=stated)


def _lang(written: str | None) -> str | None:
    return locales.tag(written or "", known=False)


def _same(lang: str | None, wanted: str | None) -> bool:
    return lang is not None and wanted is not None and (lang == wanted or primary(lang) == primary(wanted))


def _unit(record: Element, source: Element, target: Element) -> Unit:
    original = _segment(source)
    return unit(
        record.get("tuid") or original,
        source=original,
        target=_segment(target),
        line=record.line,
        comments=[*record.comments, *(note.inner() for note in record.elements("note"))],
    )


def _segment(variant: Element) -> str:
    segment = variant.first("seg")
    return segment.inner(_MARKS) if segment is not None else ""
