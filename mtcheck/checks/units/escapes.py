"""Rules on line breaks, tabs and backslashes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from mtcheck.checks.base import CatalogueCheck
from mtcheck.checks.units.habits import OncePerFile, live
from mtcheck.core import Catalogue, Finding, Severity, Unit


class EdgeLineBreak(CatalogueCheck):
    """The target begins or ends with a line break where the source does not, or the other way round.

    What it does
        Compares whether both sides begin, and whether both end, with a line break.

    Why it matters
        Programs print messages one after the other: a lost break glues two lines together. ``msgfmt
        --check`` refuses such a catalogue.

    Limits
        Only the outermost break counts, not how many there are. To be measured.

    Example
        "Done.\\n" with "Готово.".

    Source
        gettext's ``msgfmt --check``.
    """

    code = "ESC001"
    name = "edge-line-break"
    severity = Severity.ERROR

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        source, target = unit.source, unit.target
        if not source or ("\n" not in source and "\n" not in target):
            return
        if (source[0] == "\n") is not (target[0] == "\n"):
            yield self.unit_finding(unit, catalogue, _say("begins", source[0] == "\n"))
        elif (source[-1] == "\n") is not (target[-1] == "\n"):
            yield self.unit_finding(unit, catalogue, _say("ends", source[-1] == "\n"))


def _say(how: str, source_does: bool) -> str:
    first, second = ("source", "target") if source_does else ("target", "source")
    return f"The {first} {how} with a line break, the {second} does not"


_HABIT = 0.7
"""Share of messages with line breaks that must keep their number before one that lacks some is a fault."""


def _kept_lines(catalogue: Catalogue) -> float:
    broken = kept = 0
    for unit in live(catalogue):
        wanted = unit.source.strip("\n").count("\n")
        if wanted:
            broken += 1
            kept += wanted == unit.target.strip("\n").count("\n")
    return kept / broken if broken >= 5 else 0.0


class LineBreakCount(CatalogueCheck):
    """The target has more or fewer lines than the source.

    What it does
        Counts the line breaks inside both sides.

    Why it matters
        In a list of options or a form every line has its meaning.

    Limits
        Text that is wrapped by hand may rightly take another number of lines. It is a warning only where
        the source has one break, or every line of it stands for itself (short lines); else a suggestion. To
        be measured.

    Example
        "Name:\\nAddress:" with "Имя: Адрес:".

    Source
        pofilter's ``newlines`` (translate-toolkit manual).
    """

    code = "ESC002"
    name = "line-break-count"
    severity = Severity.WARNING

    def __init__(self) -> None:
        self._habit = OncePerFile(_kept_lines)

    def _weigh(self, wanted: int, given: int, source: str, catalogue: Catalogue) -> Severity:
        sure = given < wanted and (_lines_stand_alone(source) or self._habit(catalogue) >= _HABIT)
        return Severity.WARNING if sure else Severity.NOTE

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        source, target = unit.source, unit.target
        if not source or ("\n" not in source and "\n" not in target):
            return
        wanted, given = source.strip("\n").count("\n"), target.strip("\n").count("\n")
        if wanted != given:
            yield self.unit_finding(
                unit,
                catalogue,
                f"The source has {wanted} line breaks inside, the target {given}",
                severity=self._weigh(wanted, given, source, catalogue),
                found=str(given),
                expected=str(wanted),
            )


def _lines_stand_alone(source: str) -> bool:
    """False if the source is prose wrapped at a margin, whose breaks mean nothing."""
    lines = source.strip("\n").split("\n")
    return all(len(line) < 50 or line.rstrip().endswith((".", ":", "?", "!")) for line in lines[:-1])


@cache
def _escape() -> re.Pattern[str]:
    return re.compile(r"\\(?:[ntrbfv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|\\|\"|')?")


class EscapeChanged(CatalogueCheck):
    """A tab or a backslash sequence differs from the source.

    What it does
        Counts tabs, and backslash sequences that stand in the decoded text (a literal ``\\n``), on both
        sides.

    Why it matters
        A stray backslash is shown to the reader or eats the next character; a lost tab breaks a table.

    Limits
        A backslash before a quote may differ, since quotes differ by language. To be measured.

    Example
        "First line" with "Первая\\\\n строка".

    Source
        pofilter's ``escapes`` and ``tabs`` (translate-toolkit manual).
    """

    code = "ESC003"
    name = "escape-changed"
    severity = Severity.WARNING

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        source, target = unit.source, unit.target
        if "\\" in source or "\\" in target:
            wanted, given = _escape().findall(source), _escape().findall(target)
            wanted = sorted(e for e in wanted if e not in {'\\"', "\\'"})
            given = sorted(e for e in given if e not in {'\\"', "\\'"} or "\\" not in source)
            if wanted != given:
                yield self.unit_finding(
                    unit,
                    catalogue,
                    f"Backslashes differ: {len(wanted)} in the source, {len(given)} in the target",
                    found=" ".join(given) or None,
                    expected=" ".join(wanted) or None,
                )
        elif source.count("\t") != target.count("\t"):
            new = "\t" not in source
            yield self.unit_finding(
                unit,
                catalogue,
                f"The source has {source.count(chr(9))} tabs, the target {target.count(chr(9))}",
                severity=Severity.WARNING if new or "\t" not in target else Severity.NOTE,
            )
