"""Rules on numbers."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache

from mtcheck import resources, text
from mtcheck.checks.base import CatalogueCheck
from mtcheck.checks.units.grammar import is_date_format, prose
from mtcheck.core import Catalogue, Finding, Severity, Unit
from mtcheck.gates.numbers import compare_numbers
from mtcheck.gates.shape import DENSE

_WORDED = 12
"""Numbers up to here are often written in words, or stand for a month."""


@cache
def _run() -> re.Pattern[str]:
    return re.compile(r"\d+")


_LONG = 3
"""A number of so many digits does not become a word."""


@cache
def _digit() -> re.Pattern[str]:
    return re.compile(r"\d")


@cache
def _example() -> re.Pattern[str]:
    """What a translator may replace by an example from home."""
    return re.compile(r"\be\.g\.|\bfor example\b|\bsuch as\b", re.IGNORECASE)


@cache
def _bound() -> re.Pattern[str]:
    """A bound that other languages state from its other side: more than 1 is 2 or more."""
    return re.compile(r"\b(?:more|fewer|less|greater) th[ae]n \d", re.IGNORECASE)


@cache
def _clock() -> re.Pattern[str]:
    return re.compile(r"\b[ap]\.?m\b", re.IGNORECASE)


def numbers(message: str) -> list[str]:
    """The runs of digits in the prose of a message, in ASCII digits whatever the script."""
    if _digit().search(message) is None:
        return []
    runs: list[str] = _run().findall(prose(message))
    if "".join(runs).isascii():
        return runs
    return [run if run.isascii() else "".join(str(unicodedata.digit(c)) for c in run) for run in runs]


class NumberChanged(CatalogueCheck):
    """A number of the source is not in the target, or the target has another one.

    What it does
        Compares the digits of both sides outside placeholders, tags and addresses, in any script, whatever
        the separators: 1,000.5 is 1 000,5, and the parts of a date may change places.

    Why it matters
        A wrong limit, version or date misleads, and no reader can tell.

    Limits
        Numbers up to twelve may be words: one that is only added is no finding, one that is only missing is
        one where no word for it stands in the target (ru, uk, de, cs, fr, ar, ja, zh, ko; silent elsewhere).
        A suggestion where more numbers are new than are missing, and for settings without a space, examples,
        and bounds (more than 1 is 2 or more). Times with a.m. and p.m. are left out. Measured 2026-11-29 on
        85,885 untouched messages (as for PUN001): 18 warnings, 26 suggestions. Of planted changes 0.92 are
        warned of, of dropped numbers 0.87.

    Example
        "at least 8 characters" with "не менее 9 символов".

    Source
        pofilter's ``numbers`` (translate-toolkit manual); Unicode CLDR number symbols.
    """

    code = "NUM001"
    name = "number-changed"
    severity = Severity.WARNING

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        source, target = unit.source, unit.target
        wanted, given = numbers(source), numbers(target)
        if wanted == given or sorted(wanted) == sorted(given):
            return
        wanted, given = sorted(wanted), sorted(given)
        lost, new = _without(wanted, given), _without(given, wanted)
        worded = not (lost and new) and all(map(_may_be_worded, lost or new))
        if worded and (new or not _is_gone(unit, catalogue, lost)):
            return
        if _regrouped(wanted, given) or is_date_format(source) or _clock().search(source):
            return
        if unit.plural in {"zero", "one", "two"} and not new:
            return
        # "half an hour" is 30 minutes; a setting without a space ("week_start:0") is the locale's own
        changed = len(lost) == len(new) or not new
        free = " " not in source.strip() or _example().search(source) or _bound().search(source)
        severity = Severity.WARNING if changed and not free else Severity.NOTE
        said = [f"{', '.join(lost)} missing"] if lost else []
        said += [f"{', '.join(new)} not in the source"] if new else []
        yield self.unit_finding(
            unit,
            catalogue,
            f"Numbers differ: {'; '.join(said)}",
            severity=severity,
            found=", ".join(new) or None,
            expected=", ".join(lost) or None,
        )


def _is_gone(unit: Unit, catalogue: Catalogue, lost: list[str]) -> bool:
    """True if none of some small numbers stands in the target as a word either."""
    langs = text.primary(catalogue.source_lang or "en"), text.primary(catalogue.target_lang or "")
    if langs[1] not in {*resources.data("gates")["number_words"], *DENSE}:
        return False
    nothing = tuple(resources.data("units")["zero"].get(langs[1], ()))
    if "0" in lost and (not nothing or any(word in unit.target.lower() for word in nothing)):
        return False
    if any(re.search(rf"(?<![\w.]){number}(?!\w)", unit.source) is None for number in lost):
        return False  # part of a name or a unit: MIPS16, 8bit
    there = compare_numbers(
        prose(unit.source), prose(unit.target), source_lang=langs[0], target_lang=langs[1]
    )
    gone = {reading for number in there.lost for reading in number.readings}
    return all(float(number) in gone for number in lost)


def _may_be_worded(number: str) -> bool:
    return len(number) < _LONG and int(number) <= _WORDED


def _without(these: list[str], those: list[str]) -> list[str]:
    """What is left of some sorted numbers when others are struck out, each as often as it stands there."""
    if not those:
        return these
    left = Counter(these)
    left.subtract(those)
    return [number for number, times in left.items() for _ in range(times)]


def _regrouped(wanted: list[str], given: list[str]) -> bool:
    """True if the digits are the same and only the grouping differs (1,000 and 1000, 05 and 5)."""
    if len(wanted) == len(given):
        return sorted(n.lstrip("0") for n in wanted) == sorted(n.lstrip("0") for n in given)
    if not any(len(n) == _LONG for n in (*_without(wanted, given), *_without(given, wanted))):
        return False
    first, second = "".join(wanted), "".join(given)
    return len(first) == len(second) and sorted(first) == sorted(second)
