"""Rules on messages that belong together in one file."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from mtcheck.checks.base import CatalogueCheck
from mtcheck.checks.units.habits import OncePerFile, Tally, live
from mtcheck.core import Catalogue, Finding, Severity, Unit
from mtcheck.shelf import of_two


def _sources_of_two_targets(_: Catalogue) -> Tally[frozenset[int]]:
    """Hashes of the sources, each with its plural form, that have more than one translation.

    Hashes, since the texts themselves would be held for every message of a file; two that share one by
    chance are told apart when they are looked at.
    """
    sources, targets = array("q"), array("q")
    while (unit := (yield)) is not None:
        if unit.source:
            sources.append(hash((unit.source, unit.plural)))
            targets.append(hash(_bare(unit.target)))
    return of_two(sources, targets)


def _targets_of_two_sources(_: Catalogue) -> Tally[frozenset[int]]:
    """Hashes of the targets, long enough to be judged, that more than one source has."""
    targets, sources = array("q"), array("q")
    while (unit := (yield)) is not None:
        if _is_judged(unit):
            targets.append(hash(unit.target))
            sources.append(hash(unit.source))
    return of_two(targets, sources)


def _bare(target: str) -> str:
    return target.strip().casefold()


def _is_judged(unit: Unit) -> bool:
    return len(unit.target) >= 12 and unit.plural is None


class TranslatedTwoWays(CatalogueCheck):
    """One source is translated in two ways in one file.

    What it does
        Groups messages by source, whatever their context or key, and reports every one that differs from
        the most frequent translation, case and edges aside.

    Why it matters
        Two names for one button confuse; often one of them was forgotten in an update.

    Limits
        A suggestion: one word may rightly have two translations in two places, and contexts exist for that.
        Not measured: a suggestion.

    Example
        "Save" as "Speichern" here and "Sichern" there.

    Source
        Weblate's "inconsistent" (its documentation of checks).
    """

    code = "CON001"
    name = "translated-two-ways"
    severity = Severity.NOTE

    def __init__(self) -> None:
        self._of_two = OncePerFile(_sources_of_two_targets)

    def judge_catalogue(self, catalogue: Catalogue) -> Iterator[Finding]:
        """One finding a message that departs from the first translation of its source."""
        found = self._of_two(catalogue)
        first: dict[tuple[str, str | None], Unit] = {}
        for unit in live(catalogue) if found else ():
            if not unit.source or hash((unit.source, unit.plural)) not in found:
                continue
            known = first.setdefault((unit.source, unit.plural), unit)
            if known is unit or _bare(known.target) == _bare(unit.target):
                continue
            yield self.unit_finding(
                unit,
                catalogue,
                f"The same source is {known.target[:80]!r} elsewhere in this file",
                found=unit.target[:200],
                expected=known.target[:200],
            )


class SourcesAlike(CatalogueCheck):
    """Two different sources have one translation.

    What it does
        Groups messages by target and reports those with sources that differ in more than case and signs.

    Why it matters
        A translation was pasted into the wrong place, or two things can no longer be told apart.

    Limits
        Only targets of twelve characters or more. A suggestion, since languages have fewer words for some
        things than English has, but a warning of both messages where two sources of three words or more have
        next to none in common: one of them was overwritten. Measured 2026-11-29 on 85,885 untouched messages
        (as for PUN001): 2 warnings, 163 suggestions. Of planted ones, another message's translation for its
        own, 0.97 have a finding.

    Example
        "Delete the file" and "Delete the folder", both "Удалить этот файл".

    Source
        Weblate's "reused translation" (its documentation of checks).
    """

    code = "CON002"
    name = "sources-alike"
    severity = Severity.WARNING

    def __init__(self) -> None:
        self._of_two = OncePerFile(_targets_of_two_sources)

    def judge_catalogue(self, catalogue: Catalogue) -> Iterator[Finding]:
        """One finding a message whose target stood there before for another source."""
        found = self._of_two(catalogue)
        by_target: defaultdict[str, list[Unit]] = defaultdict(list)
        for unit in live(catalogue) if found else ():
            if _is_judged(unit) and hash(unit.target) in found:
                by_target[unit.target].append(unit)
        for units in by_target.values():
            if len(units) == 1:
                continue
            first = units[0]
            others = [u for u in units[1:] if _core(u.source) != _core(first.source)]
            pairs = [(u, first, _are_strangers(u.source, first.source)) for u in others]
            stranger = next((u for u, _, sure in pairs if sure), None)
            if stranger is not None:  # nobody knows which of the two is the wrong one
                pairs.insert(0, (first, stranger, True))
            for unit, other, sure in pairs:
                yield self.unit_finding(
                    unit,
                    catalogue,
                    f"This is also the translation of {other.source[:80]!r}",
                    severity=Severity.WARNING if sure else Severity.NOTE,
                    found=unit.target[:200],
                )


_SHARED = 0.3
"""Share of the words of the shorter source below which the other one says something else."""
_FEWEST_WORDS = 3


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r"[^\W\d_]{3,}")


def _are_strangers(one: str, other: str) -> bool:
    """True if two sources of some length have next to no word in common, by their first four letters."""
    first, second = ({w[:4].casefold() for w in _word().findall(s)} for s in (one, other))
    fewest = min(len(first), len(second))
    return fewest >= _FEWEST_WORDS and len(first & second) < _SHARED * fewest


def _core(source: str) -> str:
    return "".join(filter(str.isalnum, source)).casefold()
