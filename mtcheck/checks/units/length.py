"""Rules on the length of a target."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import cache, lru_cache
from statistics import median
from typing import NamedTuple

from mtcheck import resources, text
from mtcheck.checks.base import CatalogueCheck
from mtcheck.checks.units.grammar import is_list_of_names, is_template
from mtcheck.checks.units.habits import OncePerFile, Tally
from mtcheck.checks.units.punctuation import ending
from mtcheck.core import Catalogue, Finding, Severity, Unit


def _limit(unit: Unit) -> int | None:
    """Greatest length that the file states, in code points."""
    if unit.max_length is not None:
        return unit.max_length
    for flag in unit.flags:
        if flag.startswith("max-length:") and flag[11:].strip().isdigit():
            return int(flag[11:])
    return None


class TooLong(CatalogueCheck):
    """The target is longer than its file allows.

    What it does
        Compares the length in code points with the limit that the file states (``max-length``,
        ``maxLength``, ``maxwidth``).

    Why it matters
        The text is cut off where it is shown.

    Limits
        Counts code points, not the width on the screen. Exact: no judgement is involved.

    Example
        A button of at most ten characters with "Herunterladen".

    Source
        The file's own statement; Weblate's ``max-length`` flag, XLIFF's ``maxwidth``.
    """

    code = "LEN001"
    name = "over-max-length"
    severity = Severity.ERROR

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        if unit.max_length is None and not unit.flags:
            return
        limit = _limit(unit)
        if limit is not None and len(unit.target) > limit:
            yield self.unit_finding(
                unit,
                catalogue,
                f"{len(unit.target)} characters, where at most {limit} fit",
                found=str(len(unit.target)),
                expected=str(limit),
            )


_ENOUGH = 12
"""So many messages of a file must be long enough before its own middle length counts."""
_SHORTEST = 24
_LEAST = 8
"""Shorter sources are not judged."""
_OF_NAMES = 0.7
"""Share of the least length that names keep where another language calls them shorter."""
_DENSE = frozenset({"ja", "zh", "ko"})
"""Languages whose lengths vary more, because a word is a character or two."""


def _usual(catalogue: Catalogue) -> Tally[float]:
    """Middle length of a target for one code point of its source, in this file or else this language."""
    ratios = array("d")
    while (unit := (yield)) is not None:
        if len(unit.source) >= _SHORTEST and unit.source != unit.target:
            ratios.append(len(unit.target) / len(unit.source))
    if len(ratios) >= _ENOUGH:
        return median(ratios)
    table = resources.data("units")["length"]
    return float(table.get(text.primary(catalogue.target_lang or ""), table["default"]))


class LengthUnlikely(CatalogueCheck):
    """The target is much shorter or longer than a translation of its source would be.

    What it does
        Compares the two lengths with what is usual in the file (its median), for sources of 24 code points
        or more; a target under about half of that lacks something.

    Why it matters
        The text was cut off, or another one was pasted in.

    Limits
        Short messages vary too much to judge. A suggestion, because only 2 of 9 were right on well-kept
        projects; a warning where the length is far out, or the target is short and has lost the sign at its
        end. Names, and several names for one thing, may be shorter still, as lists of countries and languages
        show. Measured 2026-11-29 on 85,885 untouched messages (as for PUN001): 69 warnings, 462 suggestions,
        most of them in such lists. Of planted cuts at a third this and other rules warn of all, of those in
        half of 0.85.

    Example
        "The file could not be opened because it is in use" with "Файл не".

    Source
        OpusFilter's LengthRatioFilter; OPUS-CAT#93 (dropped ends).
    """

    code = "LEN002"
    name = "length-unlikely"
    severity = Severity.WARNING

    def __init__(self) -> None:
        self._habit = OncePerFile(_usual)

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        length = len(unit.source)
        if length < _LEAST or unit.plural in {"zero", "one", "two"} or unit.source == unit.target:
            return
        ratio = len(unit.target) / length / self._habit(catalogue)
        bounds = _bounds(length, text.primary(catalogue.target_lang or "") in _DENSE)
        if bounds.low <= ratio <= bounds.high or is_template(unit.source):
            return
        if ratio > bounds.high and unit.target.count("\n") > unit.source.count("\n"):
            return  # a line was added on purpose: where to report errors of the translation
        what = "short" if ratio < 1 else "long"
        least = bounds.least * (_OF_NAMES if is_list_of_names(unit.source) else 1.0)
        yield self.unit_finding(
            unit,
            catalogue,
            f"Too {what}: {len(unit.target)} characters for {length} of the source",
            severity=Severity.WARNING
            if not least <= ratio <= bounds.most or (ratio < 1 and _lost_its_end(unit, catalogue))
            else Severity.NOTE,
            found=str(len(unit.target)),
        )


def _lost_its_end(unit: Unit, catalogue: Catalogue) -> bool:
    """True if the source ends with a sign and the target with none."""
    return ending(unit.source, catalogue.source_lang) != "" == ending(unit.target, catalogue.target_lang)


class _Bounds(NamedTuple):
    """Shares of the usual length: outside ``low`` and ``high`` a suggestion, outside the others a warning."""

    least: float
    low: float
    high: float
    most: float


@lru_cache(maxsize=2048)
def _bounds(length: int, dense: bool) -> _Bounds:
    """The shares that pass, by length of the source (Limits of LEN002)."""
    limits = resources.data("units")["length_bounds"]["dense" if dense else "spaced"]
    return _Bounds(*next(row for row in reversed(limits) if length >= row[0])[1:])


class BreaksOff(CatalogueCheck):
    """The target ends with a word that no message ends with: it seems to break off.

    What it does
        Reports a target of three words or more whose last word is an article, a preposition or a
        conjunction, where the source does not end with such a word.

    Why it matters
        The end of the message is lost.

    Limits
        A suggestion. Needs a table of the language's words. Silent where a placeholder or a sign follows.
        Measured 2026-11-25 on 45,680 messages of 36 well-kept projects (Django, Wagtail, Sphinx, WTForms,
        glib, GTK, apt, systemd, GNU tools and others; ru, de, fr, ja, ar): 6 findings, none right: programs
        go on with the message.

    Example
        "Could not save the file" with "Не удалось сохранить файл в".

    Source
        Words in mtcheck/data/units.toml; OPUS-CAT#93 (dropped ends).
    """

    code = "LEN003"
    name = "breaks-off"
    severity = Severity.NOTE

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        listed = _unfinished(text.primary(catalogue.target_lang or ""))
        last = unit.target[-9:].rsplit(None, 1)[-1:]
        if not last or last[0] not in listed or unit.target[-1].isspace():
            return
        given, wanted = unit.target.split(), unit.source.split()
        if len(given) < _FEWEST_WORDS or wanted[-1].lower() in _english() or not wanted[-1][-1].isalnum():
            return
        yield self.unit_finding(unit, catalogue, f"The target breaks off after {last[0]!r}", found=last[0])


_FEWEST_WORDS = 3


@cache
def _english() -> frozenset[str]:
    """Words with which an English source may end before a value follows."""
    return frozenset(resources.data("function_words")["words"]["en"])


@cache
def _unfinished(lang: str) -> frozenset[str]:
    return frozenset(resources.data("units")["unfinished"].get(lang, ()))
