"""Rules on line breaks, tabs and backslashes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from mtcheck import resources, text
from mtcheck.checks.base import CatalogueCheck
from mtcheck.checks.units.grammar import is_template, table
from mtcheck.checks.units.habits import OncePerFile, Tally
from mtcheck.core import Catalogue, Finding, Severity, Unit


class EdgeLineBreak(CatalogueCheck):
    """The target begins or ends with a line break where the source does not, or the other way round.

    What it does
        Compares whether both sides begin, and whether both end, with a line break.

    Why it matters
        Programs print messages one after the other: a lost break glues two lines together. ``msgfmt
        --check`` refuses such a catalogue.

    Limits
        Only the outermost break counts, not how many there are. Measured 2026-11-25 on 45,680 messages of
        19 well-kept projects (Django, Wagtail, Sphinx, WTForms, glib, GTK, apt, systemd, GNU tools and
        others; ru, de, fr, ja, ar): no finding. Of planted ones 0.98 are found.

    Example
        "Done.\\n" with "Готово.".

    Source
        gettext's ``msgfmt --check``.
    """

    code = "ESC001"
    name = "edge-line-break"
    severity = Severity.ERROR
    signs = "\n"

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


_DENSE = frozenset({"ja", "zh", "ko"})
"""Languages whose text is shorter than the source, so that wrapped prose takes fewer lines."""
_HABIT = 0.9
"""Share of messages with line breaks that must keep their number before one that has more is noted."""


def _kept_lines(_: Catalogue) -> Tally[float]:
    broken = kept = 0
    while (unit := (yield)) is not None:
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
        Text that is wrapped by hand may rightly take another number of lines. More lines than the source has
        are a warning where the source is one line and one of 56 columns would hold them all, or a line breaks
        off before column 40 in the middle of a phrase; else a suggestion, silent where the file has them as a
        rule or an option is described. Fewer are a warning where two lines were glued (no line of the source
        is so long that it was wrapped, one has grown beyond the usual length, or the indent of the next
        stands inside it, whatever their number), and a suggestion elsewhere, as where prose or the
        description of an option goes on in the next line. Measured 2026-11-29 on 85,885 untouched messages
        (as for PUN001): 22 warnings, 373 suggestions. Of planted ones 0.80 to 0.97 are warned of.

    Example
        "Name:\\nAddress:" with "Имя: Адрес:".

    Source
        pofilter's ``newlines`` (translate-toolkit manual).
    """

    code = "ESC002"
    name = "line-break-count"
    severity = Severity.WARNING
    signs = "\n"

    def __init__(self) -> None:
        self._habit = OncePerFile(_kept_lines)

    def _weigh(self, source: str, target: str, catalogue: Catalogue) -> Severity:
        """Sure where a break was needless, or two lines were glued: none of the source's was wrapped, one has
        grown, or the indent of the next stands inside it."""
        if target.count("\n") > source.count("\n"):
            needless = "\n" not in source and (_is_needless(target) or _is_early(target))
            return Severity.WARNING if needless else Severity.NOTE
        if _has_more(_gap(), target, source):
            return Severity.WARNING
        if any(pattern.search(source) is not None for pattern in (_wrapped(), _continued(), _slipped())):
            return Severity.NOTE
        if _described().search(source) is not None and _beside().search(target) is not None:
            return Severity.NOTE
        lang = text.primary(catalogue.target_lang or "")
        limit = float(table("line_growth")["dense" if lang in _DENSE else "spaced"][0])
        usual = resources.data("units")["length"]
        grown = max(map(len, target.split("\n"))) / max(map(len, source.split("\n")))
        glued = grown > limit * float(usual.get(lang, usual["default"]))
        wrapped = max(map(_width, source.split("\n")[:-1])) >= _NARROW
        return Severity.WARNING if glued or not wrapped else Severity.NOTE

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        source, target = unit.source, unit.target
        if not source or ("\n" not in source and "\n" not in target):
            return
        if is_template(source):
            return
        source, target = source.strip("\n"), target.strip("\n")
        wanted, given = source.count("\n"), target.count("\n")
        if given > wanted and (source[0] == " " or (wanted and self._habit(catalogue) < _HABIT)):
            return  # prose that is wrapped by hand, or the description of an option
        if wanted and _has_more(_indent(), target, source):
            yield self.unit_finding(
                unit, catalogue, "Two lines were joined: white space as wide as an indent stands inside one"
            )
        elif wanted != given:
            yield self.unit_finding(
                unit,
                catalogue,
                f"The source has {wanted} line breaks inside, the target {given}",
                severity=self._weigh(source, target, catalogue),
                found=str(given),
                expected=str(wanted),
            )


def _has_more(pattern: re.Pattern[str], target: str, source: str) -> bool:
    """Whether a pattern stands in a target more often than in its source."""
    return len(pattern.findall(target)) > len(pattern.findall(source))


_NARROW = 56
"""Columns: nobody wraps a line that is no wider."""


def _width(line: str) -> int:
    """Columns of a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def _is_needless(target: str) -> bool:
    """True if a target would fit in one line without its breaks, and no line is indented on purpose."""
    lines = target.split("\n")
    return all(lines) and not any(line[0].isspace() for line in lines) and _width(" ".join(lines)) <= _NARROW


_EARLY = 40
"""Columns that a line and the first word of the next have at most where nobody would have wrapped it."""


def _is_early(target: str) -> bool:
    """True if a line breaks off long before it is full, and not where a sentence or a part of one ends."""
    lines = target.split("\n")
    return any(
        line.strip() != ""
        and line.rstrip()[-1] not in _PAUSES
        and not after[:1].isspace()
        and _width(f"{line} {_first(after)}") <= _EARLY
        and _first(line) != _first(after)
        for line, after in pairwise(lines)
    )


def _first(line: str) -> str:
    """The first word of a line, if there is one."""
    return (line.split(None, 1) or [""])[0]


_PAUSES = frozenset(".,:;!?)。、，：；？！）؟،؛…")


@cache
def _wrapped() -> re.Pattern[str]:
    """Prose that goes on in the next line."""
    return re.compile(r"[^\n]{50,}\n[a-z\"]|[^\n]{24,}[a-z,]\n[a-z]")


@cache
def _continued() -> re.Pattern[str]:
    """The description of an option that goes on in the next line, far to the right."""
    return re.compile(r"^ *-\S[^\n]* {2}[^\n]*\n {12,}[\w(]")


@cache
def _slipped() -> re.Pattern[str]:
    """A break directly before a closing quote, which is a slip of the source."""
    return re.compile(r"\S\n[`'\"”»][.,;]")


@cache
def _gap() -> re.Pattern[str]:
    """White space as wide as an indent in the middle of a line."""
    return re.compile(r"(?<=\S) (?: {7}|\t)\s*(?=\S)")


@cache
def _described() -> re.Pattern[str]:
    """An option whose description stands in the next line."""
    return re.compile(r"^ *-\S[^\n]*\n {8,}\S")


@cache
def _beside() -> re.Pattern[str]:
    """An option whose description stands in its own line, some spaces apart."""
    return re.compile(r"^ *-\S[^\n]*? {2,12}[^\W\d_]")


@cache
def _indent() -> re.Pattern[str]:
    """White space in the middle of a line that only the indent of another one is as wide as."""
    return re.compile(r"(?<=\S) {16,}(?=\S)")


@cache
def _escape() -> re.Pattern[str]:
    return re.compile(r"\\(?:[ntrbfv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|\\|\"|'|`)?")


def _escapes(message: str, other: str) -> list[str]:
    """The backslash sequences of a message; those before quotes only where the other side has none."""
    quotes = any(quote in other for quote in _BEFORE_QUOTES)
    return sorted(e for e in _escape().findall(message) if not (quotes and e in _BEFORE_QUOTES))


@cache
def _entity() -> re.Pattern[str]:
    """Entities that stand for a sign of the keyboard; a no-break space may rightly be new."""
    return re.compile(r"&(?:quot|amp|lt|gt|apos|laquo|raquo|#0?39|#34|#38);")


@cache
def _any_entity() -> re.Pattern[str]:
    return re.compile(r"&(?:[A-Za-z]{2,8}|#\d+|#x[\da-fA-F]+);")


_BEFORE_QUOTES = frozenset({'\\"', "\\'", "\\`"})


class EscapeChanged(CatalogueCheck):
    """A tab or a backslash sequence differs from the source.

    What it does
        Counts tabs, and backslash sequences that stand in the decoded text (a literal ``\\n``), on both
        sides; also entities (``&quot;``) where the source has none.

    Why it matters
        A stray backslash is shown to the reader or eats the next character; a lost tab breaks a table.

    Limits
        A backslash before a quote may differ, since quotes differ by language. A warning where the target has
        a backslash, an entity or a tab and the source none, or where a tab inside the source became one
        space; a suggestion for any other difference and for a tab at the beginning: before the two were told
        apart, of 12 findings read 6 were right. Measured 2026-11-29 on 85,885 untouched messages (as for
        PUN001): 17 warnings, 33 suggestions. Of the planted ones 0.97 are warned of.

    Example
        "First line" with "Первая\\\\n строка".

    Source
        pofilter's ``escapes`` and ``tabs`` (translate-toolkit manual).
    """

    code = "ESC003"
    name = "escape-changed"
    severity = Severity.WARNING
    signs = "\\&\t"

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        source, target = unit.source, unit.target
        if "\\" in source or "\\" in target:
            quoted = "".join(_BEFORE_QUOTES) if any(q in source for q in _BEFORE_QUOTES) else ""
            wanted, given = _escapes(source, quoted), _escapes(target, quoted)
            if wanted != given:
                yield self.unit_finding(
                    unit,
                    catalogue,
                    f"Backslashes differ: {len(wanted)} in the source, {len(given)} in the target",
                    severity=Severity.NOTE if "\\" in source else Severity.WARNING,
                    found=" ".join(given) or None,
                    expected=" ".join(wanted) or None,
                )
        elif "&" in target and "<" not in source and _entity().search(target) is not None:
            left = _entity().findall(target)
            if _any_entity().search(source) is None:
                yield self.unit_finding(
                    unit, catalogue, f"The target has the entity {left[0]}, the source none", found=left[0]
                )
        elif source.count("\t") != target.count("\t"):
            new = "\t" not in source and not target.lstrip("\n").startswith("\t")
            new = new or ("\t" in source.strip() and "\t" not in target and "  " not in target)
            yield self.unit_finding(
                unit,
                catalogue,
                f"The source has {source.count(chr(9))} tabs, the target {target.count(chr(9))}",
                severity=Severity.WARNING if new else Severity.NOTE,
            )
