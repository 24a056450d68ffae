"""Source beside target: where a format keeps one language a file, its source is another file.

The source lies where convention puts it (see ``locales``): the same name in the source language, or
the file without a language (``values/``, ``messages.properties``, ``Base.lproj``). A catalogue
comes out as one of these:

- paired: each unit has its source; keys that only the source has follow as units flagged
  ``missing`` on line 1, keys that it lacks are flagged ``obsolete``;
- the source itself (or a template): ``source_lang == target_lang``, each unit has its text as
  ``source``, no target, and the flag ``source``, so that no check compares it with itself;
- alone: a language is known and no source was found: targets without source.

Comments, suppressions and length limits of a source unit hold for its translations too.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path, PurePosixPath

from mtcheck import resources
from mtcheck.core import Catalogue, Unit
from mtcheck.read.l10n import locales
from mtcheck.read.l10n.locales import Place
from mtcheck.shelf import shelved
from mtcheck.text import primary

DEFAULT_SOURCE = "en"
BOTH_INSIDE = frozenset({"po", "xliff", "tmx", "xcstrings"})
"""Formats whose files hold source and target."""

_KEPT_UNITS = 200_000
_INHERITED = frozenset({"no-translate", "ordinal", "no-c-format"})
_KEY = re.compile(r"[\w-]+(?:[.:/_-]+[\w-]+)+")
_LOOKED_AT = 200

_Form = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class _Source:
    """A source file, indexed."""

    uri: str
    whole: bool
    forms: dict[_Form, Unit]
    keys: dict[str, Unit]


class Pairing:
    """Completes catalogues of one run; sources are read once and kept while they are small.

    Args:
        source_locale: BCP 47 language of the sources as the user states it; None for ``en``, and
            then a file without a language goes before one in English.
        read: the catalogue of a path in a format, or None if it cannot be read.
    """

    def __init__(self, source_locale: str | None, read: Callable[[str, str], Catalogue | None]) -> None:
        self._stated = source_locale is not None
        self.source_locale = locales.tag(source_locale or "") or source_locale or DEFAULT_SOURCE
        self._read = read
        self._kept: OrderedDict[str, _Source | None] = OrderedDict()

    def complete(self, found: Catalogue, *, local: bool) -> Catalogue:
        """A catalogue as it came from its reader, with sources.

        Args:
            local: True if ``found.uri`` is a path of this machine, beside which sources may lie.
        """
        if found.format in BOTH_INSIDE:
            return self._with_both(found, local)
        own = locales.located(found.uri) if local else found.uri
        uri, sure = self._source_of(own, found.target_lang) if local else (None, locales.language_of(own))
        lang = found.target_lang or sure
        if uri == own or (uri is None and (lang is None or self._is_source(lang))):
            return _as_source(found, lang or self.source_locale)
        source = self._source(uri, found.format) if uri is not None else None
        lang = lang or next((p.lang for p in locales.places(own) if p.lang is not None), None)
        if source is None:
            return replace(found, target_lang=lang)
        return _paired(replace(found, target_lang=lang, source_lang=self.source_locale), source)

    def _with_both(self, found: Catalogue, local: bool) -> Catalogue:
        if found.format == "po":
            return self._po(found, local)
        if found.format == "xliff":
            lang = found.target_lang
            bare = lang is None and not any(u.target for u in found.units)
            if bare or (lang is not None and lang == found.source_lang):
                return _as_source(found, found.source_lang or self.source_locale, keep=True)
        return found

    def _po(self, found: Catalogue, local: bool) -> Catalogue:
        found = replace(found, source_lang=self.source_locale)
        template = found.uri.lower().endswith(".pot")
        if template or found.target_lang == self.source_locale:
            keyed = not template and _has_keys(found)
            return _as_source(found, self.source_locale, keep=not keyed)
        if not local or not _has_keys(found):
            return found
        own = locales.located(found.uri)
        uri, _ = self._source_of(own, found.target_lang)
        source = self._source(uri, "po") if uri is not None and uri != own else None
        return _paired(found, source) if source is not None else found

    def _is_source(self, lang: str) -> bool:
        return primary(lang) == primary(self.source_locale)

    def _source_of(self, uri: str, lang: str | None) -> tuple[str | None, str | None]:
        """The file that a file is translated from (itself if it is the source), and its sure language.

        Args:
            lang: the language that the file states, or None.
        """
        for place in locales.places(uri):
            if place.lang is None and lang is not None and not self._is_source(lang):
                break
            if place.sure:
                lang = lang or place.lang
            best = min(self._candidates(place, uri), default=None)
            if best is not None and (best[2] != uri or place.sure or place.lang is None):
                return best[2], lang or place.lang
        return None, lang

    def _candidates(self, place: Place, uri: str) -> Iterator[tuple[int, str, str]]:
        """Rank, name and path of each file that may be the source."""
        for name in locales.names_in(place.folder):
            lang = place.counterpart(name)
            if lang is None or (lang and not self._is_source(lang)):
                continue
            own = PurePosixPath(uri.replace("\\", "/"))
            path = place.folder / name / place.rest
            if path == own:
                yield self._rank(lang), name, uri
            elif Path(path).is_file():
                yield self._rank(lang), name, str(Path(path))

    def _rank(self, lang: str) -> int:
        if lang == "":
            return 2 if self._stated else 0
        if lang == self.source_locale:
            return 1
        region = resources.data("l10n")["regions"].get(self.source_locale)
        return 3 if lang == f"{self.source_locale}-{region}" else 4

    def _source(self, uri: str, format: str) -> _Source | None:
        if uri not in self._kept:
            found = self._read(uri, format)
            self._kept[uri] = _indexed(found) if found is not None else None
            while len(self._kept) > 1 and self._size() > _KEPT_UNITS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(uri)
        return self._kept[uri]

    def _size(self) -> int:
        return sum(len(s.forms) for s in self._kept.values() if s is not None)


def _indexed(found: Catalogue) -> _Source:
    forms: dict[_Form, Unit] = {}
    keys: dict[str, Unit] = {}
    for unit in found.units:
        if "obsolete" not in unit.flags:
            forms.setdefault((unit.key, unit.context, unit.plural), unit)
            keys.setdefault(unit.key, unit)
    return _Source(found.uri, found.broken is None, forms, keys)


def _as_source(found: Catalogue, lang: str, *, keep: bool = False) -> Catalogue:
    """A catalogue of the source language: texts as sources, no targets.

    Args:
        keep: True if the units have their sources already.
    """
    units = shelved(
        replace(u, source=u.source if keep else u.target, target="", flags=u.flags | {"source"})
        for u in found.units
    )
    return replace(found, units=units, source_lang=lang, target_lang=lang)


def _paired(found: Catalogue, source: _Source) -> Catalogue:
    beside = (_beside(unit, source) for unit in found.units)
    # what stands behind a break may be there
    missing = _missing(found, source) if found.broken is None else iter(())
    return replace(found, units=shelved(chain(beside, missing)), source_uri=source.uri)


def _missing(found: Catalogue, source: _Source) -> Iterator[Unit]:
    have = {unit.key for unit in found.units}
    for key, unit in source.keys.items():
        if key not in have and unit.target and "no-translate" not in unit.flags:
            yield replace(
                unit,
                source=unit.target,
                target="",
                line=1,
                plural=None,
                flags=unit.flags | {"missing"},
            )


def _beside(unit: Unit, source: _Source) -> Unit:
    """A unit with its source text: of the same form, else of the general one."""
    if unit.key not in source.keys:
        return replace(unit, flags=unit.flags | {"obsolete"}) if source.whole else unit
    origin = source.forms.get((unit.key, unit.context, unit.plural))
    if origin is None:
        tries = ((c, p) for c in (unit.context, None) for p in (unit.plural, "other", None))
        found = (source.forms.get((unit.key, c, p)) for c, p in tries)
        origin = next((u for u in found if u is not None), source.keys[unit.key])
    if not origin.comments and not origin.flags:
        return replace(unit, source=origin.target)
    inherited = {f for f in origin.flags if f in _INHERITED or f.startswith("ignore")}
    return replace(
        unit,
        source=origin.target,
        flags=unit.flags | inherited,
        comments=(*unit.comments, *(c for c in origin.comments if c not in unit.comments)),
        max_length=unit.max_length if unit.max_length is not None else origin.max_length,
    )


def _has_keys(found: Catalogue) -> bool:
    """True if msgids are keys (``menu.file.open``) and no texts."""
    looked = [u.key for u in found.units[:_LOOKED_AT] if not u.context]
    return bool(looked) and sum(_KEY.fullmatch(key) is not None for key in looked) >= 0.9 * len(looked)
