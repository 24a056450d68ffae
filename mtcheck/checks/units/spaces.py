"""Rules on spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from mtcheck import text
from mtcheck.checks.base import CatalogueCheck
from mtcheck.checks.units.grammar import ends_in_code, is_template, prose
from mtcheck.checks.units.habits import OncePerFile, Tally
from mtcheck.core import Catalogue, Finding, Severity, Unit

_UNSPACED = frozenset({"ja", "zh", "th", "lo", "km", "my", "bo"})


_HABIT = 0.9
"""Share of messages that must keep the source's space before one that drops it is a fault."""


def _edge(message: str, *, end: bool) -> bool:
    return message[-1 if end else 0] in " \t\u00a0\u3000\u202f"


def _kept_edges(_: Catalogue) -> Tally[dict[bool, float]]:
    """Edge (True: the end) to the share of messages that keep the source's space there."""
    wanted, kept = {True: 0, False: 0}, {True: 0, False: 0}
    while (unit := (yield)) is not None:
        for end in (True, False):
            if unit.source and _edge(unit.source, end=end):
                wanted[end] += 1
                kept[end] += _edge(unit.target, end=end)
    return {end: kept[end] / wanted[end] if wanted[end] else 1.0 for end in wanted}


class EdgeSpace(CatalogueCheck):
    """The target begins or ends with a space where the source does not, or the other way round.

    What it does
        Compares the first and the last character of both sides; line breaks are left to ESC001.

    Why it matters
        Programs glue messages together: a lost space joins two words, a new one shows as a gap.

    Limits
        Languages that write no spaces may drop the source's; a suggestion: a space at the end of a source
        that follows a letter, or that the file does not keep in nine of ten messages; a new one after a
        colon, or before a sign; an indent; a sign where the source has its space. Measured 2026-11-29 on
        85,885 untouched messages (as for PUN001), among them those by which the grades were chosen: 104
        warnings, 138 suggestions. Of 40 warnings read 38 were right. Of planted ones 0.97 to 1.00 are warned
        of.

    Example
        "Name: " with "Имя:".

    Source
        pofilter's ``startwhitespace`` and ``endwhitespace`` (translate-toolkit manual).
    """

    code = "SPC001"
    name = "edge-space"
    severity = Severity.WARNING

    def __init__(self) -> None:
        self._habit = OncePerFile(_kept_edges)

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding an edge."""
        source, target = unit.source, unit.target
        if not source or is_template(source) or len(source) < 2:
            return
        unspaced = text.primary(catalogue.target_lang or "") in _UNSPACED
        for end in (False, True):
            wanted, given = _edge(source, end=end), _edge(target, end=end)
            if (
                wanted is given
                or (wanted and unspaced)
                or "\n" in (source[-1 if end else 0], target[-1 if end else 0])
            ):
                continue
            side = "end" if end else "beginning"
            who = (
                "source has a space at its {0}, the target has none"
                if wanted
                else "target has a space at its {0}, the source has none"
            )
            slip = wanted and end and source.rstrip()[-1:].isalpha()
            weak = slip or (wanted and self._habit(catalogue)[end] < _HABIT) or _means_little(unit, end=end)
            severity = Severity.NOTE if weak else Severity.WARNING
            yield self.unit_finding(unit, catalogue, f"The {who.format(side)}", severity=severity, salt=side)


def _means_little(unit: Unit, *, end: bool) -> bool:
    """True for a new space after a prompt, or before a sign that a program puts behind other text; for an
    indent, and for a sign that takes the place of the source's space."""
    source, target = unit.source.strip(), unit.target.strip()
    if end:
        return source[-1:] == ":" and target[-1:] in (":", "：")
    if _edge(unit.source, end=False):
        return target[:1] in ",;:" or source[:1].isdigit()  # a sign for it; a column of figures
    return unit.target.startswith("  ") or (not target[:1].isalnum() and source[:1] in "[(;:,")


@cache
def _double() -> re.Pattern[str]:
    return re.compile(r"(?<=\S)  +(?=\S)")


class DoubledSpace(CatalogueCheck):
    """The target has two spaces in a row where the source has none.

    What it does
        Looks for two or more spaces between words.

    Why it matters
        They show as a gap, and come from careless editing.

    Limits
        Silent where the source has two spaces anywhere (in tables); a suggestion beside a sign, a
        placeholder, an option or a quote, since good catalogues have most of theirs there. Measured
        2026-11-25 on 7,939 untouched messages of well-kept projects (as for SPC001), among them those by
        which the grades were chosen: 4 warnings, all of them right, and 25 suggestions. Of planted ones 0.85
        are warned of, 0.95 found.

    Example
        "Save the file" with "Сохранить  файл".

    Source
        pofilter's ``doublespacing`` (translate-toolkit manual).
    """

    code = "SPC002"
    name = "doubled-space"
    severity = Severity.WARNING

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        if "  " not in unit.target or "  " in unit.source:
            return
        match = _double().search(unit.target)
        if match is not None:
            inner = unit.target[match.start() - 1].isalpha() and unit.target[match.end()].isalpha()
            inner = inner and not ends_in_code(unit.target[: match.start()])
            yield self.unit_finding(
                unit,
                catalogue,
                "Two spaces in a row, which the source does not have",
                severity=Severity.WARNING if inner else Severity.NOTE,
            )


@cache
def _before_sign() -> re.Pattern[str]:
    return re.compile(r"(?<=[^\W_])[ \u00a0\u202f]+[,.;:!?؟،؛](?=\s|$)")


@cache
def _loose_sign() -> re.Pattern[str]:
    """What ``_before_sign`` needs, found much quicker, as it begins with a set of characters."""
    return re.compile(r"[ \u00a0\u202f][,.;:!?؟،؛]")


def _spaced_signs(_: Catalogue) -> Tally[bool]:
    """Whether the file puts a space before ``: ; ! ?`` as a rule (French)."""
    spaced = close = 0
    while (unit := (yield)) is not None:
        for match in re.finditer(r"\w([ \u00a0\u202f]?)[:;!?](?=\s|$)", unit.target):
            spaced, close = spaced + bool(match[1]), close + (not match[1])
    return spaced > close


class SpaceBeforeSign(CatalogueCheck):
    """A space stands before a comma, full stop or another sign that follows its word directly.

    What it does
        Looks for a space between a word and a sign at the end of a word. French (and a file that has the
        habit) sets a space before ``: ; ! ?``.

    Why it matters
        The sign may land alone on the next line.

    Limits
        Silent where the source has such a space itself; a suggestion for Arabic signs, for a colon in Arabic
        and in languages without spaces, after code (the space says that the sign is no part of it), after
        Latin letters in Arabic, and for a question mark inside the message. Measured 2026-11-25 on 7,939
        untouched messages of well-kept projects (as for SPC001), among them those by which the grades were
        chosen: no warning, 24 suggestions. Of planted ones 0.71 are warned of, all are found.

    Example
        "Save the file." with "Сохраните файл .".

    Source
        Unicode line breaking (UAX 14); Imprimerie nationale, Lexique des règles typographiques.
    """

    code = "SPC003"
    name = "space-before-sign"
    severity = Severity.WARNING

    def __init__(self) -> None:
        self._habit = OncePerFile(_spaced_signs)

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        target = unit.target
        if _loose_sign().search(target) is None:
            return
        match = _before_sign().search(target)
        if match is None or _before_sign().search(unit.source) is not None:
            return
        if match.group()[-1] in ":;!?" and (
            text.primary(catalogue.target_lang or "") in {"fr", "br", "oc"} or self._habit(catalogue)
        ):
            match = next((m for m in _before_sign().finditer(target) if m.group()[-1] not in ":;!?"), None)
        if match is not None:
            yield self.unit_finding(
                unit,
                catalogue,
                f"A space before {match.group()[-1]!r}",
                severity=_weigh_sign(match, catalogue),
                found=match.group(),
            )


def _weigh_sign(match: re.Match[str], catalogue: Catalogue) -> Severity:
    """Arabic signs, and the colon in Arabic and Japanese, often have a space before them in good files."""
    lang = text.primary(catalogue.target_lang or "")
    loose = lang in _UNSPACED or "Arabic" in text.expected_scripts(lang)
    weak = match.group()[-1] in ("؟،؛:" if loose else "؟،؛")
    before = match.string[: match.start()]
    weak = weak or ends_in_code(before)  # the space says that the sign is no part of the value
    weak = weak or ("Arabic" in text.expected_scripts(lang) and before[-1:].isascii())
    weak = weak or bool(match.group()[-1] == "?" and match.string[match.end() :].strip())
    return Severity.NOTE if weak else Severity.WARNING


@cache
def _french_sign() -> re.Pattern[str]:
    return re.compile(r"(?<=[^\W\d_])[:;!?](?=\s|$)")


class FrenchSpacing(CatalogueCheck):
    """French sets a space before a colon, semicolon, question or exclamation mark.

    What it does
        Looks for such a sign directly after a word in a French target.

    Why it matters
        French typography asks for a (no-break) space there.

    Limits
        A suggestion: Canadian French sets none before ``; ! ?``. A warning where the file sets it as a
        rule. Not measured: a suggestion.

    Example
        "Name:" with "Nom:".

    Source
        Imprimerie nationale, Lexique des règles typographiques; OQLF for Canada.
    """

    code = "SPC004"
    name = "french-spacing"
    severity = Severity.NOTE

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        lang = catalogue.target_lang or ""
        if not lang.startswith("fr") or lang.replace("_", "-") == "fr-CA":
            return
        match = _french_sign().search(prose(unit.target))
        if match is not None:
            yield self.unit_finding(
                unit, catalogue, f"No space before {match.group()!r}", found=match.group()
            )
