"""Rules on the length of a target."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from mtcheck import resources, text
from mtcheck.checks.base import CatalogueCheck
from mtcheck.checks.units.habits import OncePerFile, live
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
_DENSE = frozenset({"ja", "zh", "ko"})
"""Languages whose lengths vary more, because a word is a character or two."""


def _usual(catalogue: Catalogue) -> float:
    """Middle length of a target for one code point of its source, in this file or else this language."""
    ratios = [
        len(u.target) / len(u.source)
        for u in live(catalogue)
        if len(u.source) >= _SHORTEST and u.source != u.target
    ]
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
        Short messages vary too much to judge. To be measured.

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
        if length < 8 or unit.plural in {"zero", "one", "two"}:
            return
        ratio = len(unit.target) / length / self._habit(catalogue)
        low, high = _bounds(length, text.primary(catalogue.target_lang or "") in _DENSE)
        if low <= ratio <= high:
            return
        what = "short" if ratio < 1 else "long"
        yield self.unit_finding(
            unit,
            catalogue,
            f"Too {what}: {len(unit.target)} characters for {length} of the source",
            found=str(len(unit.target)),
        )


def _bounds(length: int, dense: bool) -> tuple[float, float]:
    """Smallest and greatest share of the usual length that passes, by length of the source."""
    if length < _SHORTEST:
        return 0.0, 4.5
    if length < 60:
        return (0.3 if dense else 0.42), 2.8
    return (0.42 if dense else 0.5), 2.2
