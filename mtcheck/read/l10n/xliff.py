"""XLIFF 1.2 (with Xcode's and Weblate's habits) and XLIFF 2.x; both texts stand in one file.

Version 1.2: a unit's key is the trans-unit's ``id``, its context the file it was taken from, its
line that of ``<trans-unit>``. Version 2: the key is the unit's ``id``, with the segment's after a
dot where there are several, the line that of ``<unit>`` or ``<segment>``. Inline elements stay as
they are written, but for ``<mrk>`` around whole segments. (OASIS, XLIFF 1.2 and 2.1.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtcheck.core import Catalogue, InputError, Unit
from mtcheck.read.l10n import locales, plurals
from mtcheck.read.l10n.building import catalogue, text_of, unit
from mtcheck.read.l10n.xmlrecords import Element, Records

_MARKS = frozenset({"mrk"})
_APPLE_FORM = re.compile(r"(?:\|==\||\.)(?:substitutions\.[^.]+\.)?plural\.(zero|one|two|few|many|other)$")
_STRINGSDICT_FORM = re.compile(r":dict/(zero|one|two|few|many|other):dict/:string$")
_GETTEXT_FORM = re.compile(r"^(.*)\[(\d{1,2})\]$", re.DOTALL)
_PENDING = ("needs-", "new")


def read(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Catalogue | InputError]:
    """The catalogue of an XLIFF file. See ``formats.Reader``."""
    text, damage = text_of(data, uri, charset)
    records = Records(text, {"trans-unit", "unit"})
    units: list[Unit] = []
    languages: tuple[str | None, str | None] = (None, None)
    for record in records:
        if record.local == "unit":
            units.extend(_second(record))
        else:
            units.append(_first(record))
        if languages == (None, None):
            languages = _languages(record)
    if languages == (None, None) and records.root is not None:
        languages = _languages(records.root)
    broken = records.problem.error(uri) if records.problem is not None else damage
    source_lang, target_lang = languages
    yield catalogue(
        uri,
        "xliff",
        units,
        broken=broken,
        source_lang=source_lang,
        target_lang=target_lang or locales.language_of(uri),
    )


def _languages(element: Element) -> tuple[str | None, str | None]:
    """Source and target language as the nearest element around states them."""
    at: Element | None = element
    while at is not None:
        source = at.get("source-language") or at.get("srcLang")
        target = at.get("target-language") or at.get("trgLang")
        if source or target:
            return locales.tag(source or "", known=False), locales.tag(target or "", known=False)
        at = at.above
    return None, None


def _first(record: Element) -> Unit:
    """A trans-unit of version 1.2."""
    source, target, file = record.first("source"), record.first("target"), record.ancestor("file")
    key = record.get("id") or record.get("resname") or ""
    _, target_lang = _languages(record)
    key, plural = _plural(key, record, target_lang)
    state = target.get("state") if target is not None else None
    flags = _flags(record)
    if state:
        flags.append(f"state:{state}")
        if state.startswith(_PENDING):
            flags.append("fuzzy")
    limit = record.get("maxwidth") if record.get("size-unit") in {"char", None} else None
    return unit(
        key,
        source=source.inner(_MARKS) if source is not None else "",
        target=target.inner(_MARKS) if target is not None else "",
        line=record.line,
        context=file.get("original") if file is not None else None,
        plural=plural,
        flags=flags,
        comments=[*record.comments, *(note.inner() for note in record.elements("note"))],
        max_length=int(limit) if limit and limit.isascii() and limit.isdigit() and len(limit) < 7 else None,
    )


def _plural(key: str, record: Element, lang: str | None) -> tuple[str, str | None]:
    """Key and category of a plural form, in Xcode's and in gettext's way of naming them."""
    if (form := _APPLE_FORM.search(key)) is not None:
        return key[: form.start()], form[1]
    if (form := _STRINGSDICT_FORM.search(key)) is not None:
        return key[: form.start()], form[1]
    group = record.ancestor("group")
    if group is not None and group.get("restype") == "x-gettext-plurals":
        form = _GETTEXT_FORM.match(key)
        if form is not None:
            categories = plurals.gettext_categories(None, lang)
            index = int(form[2])
            return form[1], categories[index] if index < len(categories) else "other"
    return key, None


def _second(record: Element) -> Iterator[Unit]:
    """The segments of a unit of version 2."""
    key, file = record.get("id") or "", record.ancestor("file")
    notes = record.first("notes")
    comments = [*record.comments, *(n.inner() for n in notes.elements("note"))] if notes else record.comments
    segments = list(record.elements("segment"))
    for number, segment in enumerate(segments, start=1):
        source, target = segment.first("source"), segment.first("target")
        state = segment.get("state")
        yield unit(
            key if len(segments) == 1 else f"{key}.{segment.get('id') or number}",
            source=source.inner(_MARKS) if source is not None else "",
            target=target.inner(_MARKS) if target is not None else "",
            line=record.line if len(segments) == 1 else segment.line,
            context=(file.get("original") or file.get("id")) if file is not None else None,
            flags=[*_flags(record), *([f"state:{state}"] if state else [])],
            comments=list(comments),
        )


def _flags(record: Element) -> list[str]:
    """What a unit's attributes say: not to be translated, and Weblate's own flags."""
    flags = [f.strip() for f in (record.get("weblate-flags") or "").split(",") if f.strip()]
    if record.get("translate") == "no":
        flags.append("no-translate")
    return flags
