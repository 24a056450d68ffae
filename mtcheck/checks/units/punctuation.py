"""Rules on the signs of a message: how it ends, signs set twice, Spanish openings, the first letter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from mtcheck import text
from mtcheck.checks.base import CatalogueCheck
from mtcheck.checks.units.grammar import ends_in_code, table
from mtcheck.checks.units.habits import OncePerFile, Tally
from mtcheck.core import Catalogue, Finding, Severity, Unit

_CLOSING = " \t\n\u00a0\u202f\u3000\"'`»”’“›」』)）]】}*_|>"
_QUOTED = frozenset(('"', "'", "`", "»", "”", "’", "“", "」", "]"))
_HABIT = 0.4
"""Share of a file's messages that must keep a sign before one that drops it is a fault."""
_DROPS, _FEW = 0.2, 12
"""The same share for colons and other signs, and how many of them it takes to tell a habit."""
_ADDS = 0.1
"""Share of messages without a sign to which the file adds a stop, from which that is its way."""
_NEVER_ADDS = 0.97
"""Share of messages without a sign that must stay so before a stop added to a label is a slip."""
_FEWEST_WORDS = 5
"""Shorter sources are labels."""


@cache
def _signs(greek: bool) -> dict[str, str]:
    """Last character to class; three dots are read apart."""
    return {
        sign[-1]: name
        for name, signs in reversed(table("endings").items())
        for sign in signs
        if len(sign) == 1 and (greek or sign != ";" or name != "question")
    }


@cache
def _last_characters() -> frozenset[str]:
    """With what a message must end to have a sign there, in any language."""
    return frozenset((*_CLOSING, *_signs(False), *_signs(True)))


@cache
def _last_tag() -> re.Pattern[str]:
    """Tags at the end, but for ``<file>``, which stands for something."""
    opened = "|".join(table("opening_tags")["names"])
    return re.compile(rf"(?:(?:</[^<>]*>|<[^<>]*/>|<(?:{opened})\b[^<>]*>)\s*)+$")


def ending(message: str, lang: str | None) -> str:
    """How a message ends: a class of ``units.toml``, or empty.

    Closing quotes, brackets and tags after the sign are looked through.
    """
    last = message[-1:]
    if last not in _last_characters():
        return ""
    bare = message.rstrip()
    core = (_last_tag().sub("", bare) if bare.endswith(">") else bare).rstrip(_CLOSING)
    if not core or _entity().search(core) is not None:
        return ""
    found = _signs(text.primary(lang or "") == "el").get(core[-1], "")
    if found == "stop" and core.endswith(("..", "。。")):
        found = "" if core.endswith("/..") else "ellipsis"
    if found == "ellipsis" and message[len(core) :].lstrip()[:1] == "]":
        return ""  # more of the same, where a command is explained
    if found and message[len(core) :].lstrip()[:1] in _QUOTED:
        before = core[-2:-1]
        alone = before != "" and not before.isalnum() and (before in _QUOTED or before not in _CLOSING)
        if found in {"colon", "semicolon", "comma", "ellipsis"} or alone:
            return ""  # the sign is what is quoted, or what was quoted goes on
    return found


@cache
def _entity() -> re.Pattern[str]:
    """A character by its name, which ends in a semicolon."""
    return re.compile(r"&\w+;$")


@cache
def _within() -> re.Pattern[str]:
    requests = "|".join(table("requests")["ja"])
    return re.compile(rf"[?!？！؟][)）\"'»”]?[.!。]?\s*$|(?:{requests})。?\s*$")


def _asks_within(target: str) -> bool:
    """True if a target asks, or calls, and ends in another sign all the same; or, in Japanese, requests."""
    return _within().search(target) is not None


@cache
def _aside() -> re.Pattern[str]:
    return re.compile(r"\w\s*[(（\[][^()（）\[\]]*[?!？！؟]\s*[)）\]]\s*$")


@cache
def _answers() -> re.Pattern[str]:
    """What may be typed, after a question: (y/n)."""
    return re.compile(r"\s*[(（\[]\w+(?:[/|,、]\s?\w+)+[)）\]]\s*$")


@cache
def _abbreviation() -> re.Pattern[str]:
    known = "|".join(table("abbreviations")["en"])
    return re.compile(rf"(?:\b[A-Za-z]\.[A-Za-z]\.|\b(?:{known})\.)[)\"'\s]*$")


def _kept(catalogue: Catalogue) -> Tally[dict[tuple[str, str], float]]:
    """(ending of the source, ending of the target) to its share among messages with that source ending, those
    left out that end in a sign of another class: they are no one's habit."""
    pairs: Counter[tuple[str, str]] = Counter()
    while (unit := (yield)) is not None:
        pairs[ending(unit.source, catalogue.source_lang), ending(unit.target, catalogue.target_lang)] += 1
    totals: Counter[str] = Counter()
    for (first, second), n in pairs.items():
        if not first or second in {first, ""}:
            totals[first] += n
    return {pair: n / totals[pair[0]] for pair, n in pairs.items() if totals[pair[0]]} | {
        (first, "total"): float(n) for first, n in totals.items()
    }


class EndPunctuation(CatalogueCheck):
    """The target does not end as the source does: a sign is missing, added or another one.

    What it does
        Compares how both sides end, each by the rules of its language (``。``, ``؟``, Greek ``;``, ``։``),
        through closing quotes, brackets and tags. Languages without such signs (Thai, Lao, Khmer, Burmese)
        are left out. Where the file itself mostly keeps the sign it is a warning, elsewhere a suggestion.

    Why it matters
        A colon before an input, a question that is none, a sentence that breaks off: readers notice all
        three.

    Limits
        A suggestion: a full stop for an exclamation mark; a question lost that the source asks in brackets
        after something else; a sign where the source has none, but for the stop of a label in a file without
        any; a missing full stop where the file drops most of them, in lists of options, where the target does
        not begin as a sentence either, and in languages that often do without (Japanese, Chinese, Korean). A
        colon or an ellipsis that is gone is a warning but in a file that drops nearly all of a dozen or more.
        A Japanese question may end in a full stop, and any in its answers, "(y/n)". Measured 2026-11-29 on
        85,885 untouched messages, up to 400 of each of 350 catalogues of a Debian system (programs,
        libraries, lists of countries and languages; ru, de, fr, ja, ar; ``python tests/count_findings.py``),
        among them those by which the grades were chosen: 202 warnings, 849 suggestions. Of planted ones
        0.75 to 0.80 of lost stops, 0.76 to 0.86 of lost ellipses, and all lost colons and stops that became
        exclamations are warned of; all are found.

    Example
        "Delete the file?" with "Удалить файл".

    Source
        Unicode CLDR exemplar punctuation; signs in mtcheck/data/units.toml.
    """

    code = "PUN001"
    name = "end-punctuation"
    severity = Severity.WARNING

    def __init__(self) -> None:
        self._habit = OncePerFile(_kept)

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        source, target, lang = unit.source, unit.target, catalogue.target_lang
        if not source or (source[-1] == target[-1] and source[-1] not in _CLOSING):
            return
        wanted, given = ending(source, catalogue.source_lang), ending(target, lang)
        if wanted == given or (lang is not None and text.primary(lang) in table("endings_free")["languages"]):
            return
        if wanted == "question" and ending(_answers().sub("", target), lang) == wanted:
            return
        if not any(map(str.isalpha, source)):
            return
        if not wanted and given == "stop" and self._habit(catalogue).get(("", "stop"), 0.0) > _ADDS:
            return
        names = {"": "no sign", "stop": "a full stop"}
        yield self.unit_finding(
            unit,
            catalogue,
            f"The source ends with {names.get(wanted, 'a mark of ' + wanted)}, "
            f"the target with {names.get(given, 'a mark of ' + given)}",
            severity=self._weigh(wanted, given, unit, catalogue),
            found=given or None,
            expected=wanted or None,
        )

    def _weigh(self, wanted: str, given: str, unit: Unit, catalogue: Catalogue) -> Severity:
        if {wanted, given} <= {"exclamation", "stop", "semicolon", "comma"} or wanted == "comma":
            return Severity.WARNING if (wanted, given) == ("stop", "exclamation") else Severity.NOTE
        optional = text.primary(catalogue.target_lang or "") in table("endings_optional")["languages"]
        if wanted == "question" and given and ". " in unit.source:
            return Severity.NOTE  # "Why not add some?" is an invitation
        if wanted in {"question", "exclamation"} and (
            _asks_within(unit.target) or _aside().search(unit.source)  # put as a request, or left out
        ):
            return Severity.NOTE
        if optional and wanted in {"", "stop"} and given != "stop":
            return Severity.NOTE
        if wanted == "question" and given == "stop" and optional:
            return Severity.NOTE  # か。 asks
        habit = self._habit(catalogue)
        if not wanted:
            label = len(unit.source.split()) < _FEWEST_WORDS and _is_bare(unit) and not _is_short(unit.target)
            sure = label and given == "stop" and habit.get(("", ""), 0.0) >= _NEVER_ADDS
            return Severity.WARNING if sure else Severity.NOTE
        kept = habit.get((wanted, wanted), 0.0)
        if (wanted == "question" and (not given or not optional)) or (wanted == "stop" and given):
            return Severity.WARNING
        if wanted == "stop" and (
            (_case(unit.source), _case(unit.target)) == ("upper", "lower")  # set as a phrase, not a sentence
            or unit.source[0].isspace()  # what an option does, in a list that a command prints
            or _abbreviation().search(unit.source)
            or unit.source.rstrip().endswith(">.")  # an address, whose end must be seen
        ):
            return Severity.NOTE
        if wanted != "stop":  # rarer than stops: only a file that drops it nearly always has a habit
            known = habit.get((wanted, "total"), 0.0) >= _FEW
            return Severity.NOTE if known and kept <= _DROPS else Severity.WARNING
        return Severity.WARNING if kept > _HABIT else Severity.NOTE


@cache
def _shortened() -> re.Pattern[str]:
    """A word that its stop makes shorter: the head of a column, k.A."""
    return re.compile(r"\.\w+\.$|^\W*[^\W\d_]{1,5}\.$")


def _is_short(target: str) -> bool:
    return _shortened().search(target.strip()) is not None


def _is_bare(unit: Unit) -> bool:
    """True if both sides end in a letter, but for the stop that only one of them has: no value, no quote."""
    ends = (unit.source.rstrip(), unit.target.rstrip())
    return all(end.rstrip(".。．｡۔։।")[-1:].isalpha() and not ends_in_code(end) for end in ends)


@cache
def _twice() -> re.Pattern[str]:
    return re.compile(
        r"(?<![.,:;!?。、，：；？！؟،؛…])([,:;!?。、，：；？！؟،؛]|\.)\1(?![.,:;!?。、，：；？！؟،؛…:])|(?<!\.)\.{4}(?!\.)"
    )


@cache
def _twin() -> re.Pattern[str]:
    return re.compile(r"[.,:;!?。、，：；？！؟،؛](?<=(.))\1")


class DoubledSign(CatalogueCheck):
    """A punctuation mark stands twice in the target where the source has it once.

    What it does
        Looks for two equal signs in a row; three dots are an ellipsis.

    Why it matters
        It is a slip that every reader sees.

    Limits
        Silent where the source has two equal signs itself (``::``, ``..``, ``!!``), and for the two dots of a
        range whose source has three. Measured 2026-11-25 on 7,939 untouched messages of well-kept projects
        (as for PUN001), among them those by which the grades were chosen: 2 warnings, both right. All of the
        planted ones are warned of.

    Example
        "Save the file." with "Сохраните файл..".

    Source
        Weblate's "double punctuation" (its documentation of checks).
    """

    code = "PUN002"
    name = "doubled-sign"
    severity = Severity.WARNING

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        if _twin().search(unit.target) is None:
            return
        match = _twice().search(unit.target)
        if match is not None and match.group() == ".." and "..." in unit.source:
            return  # a range: 0..9
        if match is not None and _twice().search(unit.source) is None:
            yield self.unit_finding(
                unit, catalogue, f"The sign {match.group()!r} has one too many", found=match.group()
            )


class SpanishOpening(CatalogueCheck):
    """A Spanish question or exclamation lacks its opening mark.

    What it does
        Counts ``¿`` and ``?``, ``¡`` and ``!`` in a Spanish (Galician, Asturian) target whose source ends
        with that mark.

    Why it matters
        Spanish spelling requires both marks.

    Limits
        A mark that stands inside a word or an address does not count. Not measured on Spanish.

    Example
        "Delete?" with "Borrar?".

    Source
        Real Academia Española, Ortografía de la lengua española, 3.4.9.
    """

    code = "PUN003"
    name = "spanish-opening-mark"
    severity = Severity.WARNING

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        lang = text.primary(catalogue.target_lang or "")
        if lang not in {"es", "ast"}:
            return
        target = unit.target
        for opening, closing in ("¿?", "¡!"):
            if not (target.endswith(closing) and unit.source.endswith(closing)) or opening in target:
                continue
            if target != unit.source and any(map(str.isalpha, target)):
                yield self.unit_finding(
                    unit, catalogue, f"The opening {opening!r} is missing", expected=opening, salt=opening
                )


def _cases(_: Catalogue) -> Tally[dict[tuple[str, str], float]]:
    pairs: Counter[tuple[str, str]] = Counter()
    while (unit := (yield)) is not None:
        pairs[_case(unit.source), _case(unit.target)] += 1
    totals: Counter[str] = Counter()
    for (first, second), n in pairs.items():
        if second:
            totals[first] += n
    return {pair: n / totals[pair[0]] for pair, n in pairs.items() if totals[pair[0]]}


def _case(message: str) -> str:
    """``upper`` or ``lower`` of the first letter of a message that begins with one, else empty."""
    first = message[:1]
    if not first.isalpha():
        return ""
    return "upper" if first.isupper() else "lower" if first.islower() else ""


class InitialCase(CatalogueCheck):
    """The target begins with a small letter where the source has a capital, or the other way round.

    What it does
        Compares the case of the first letters of messages that both begin with a word, and that of a name in
        capitals at the beginning of the target with the source's (uTF-8).

    Why it matters
        In lists, menus and buttons it looks careless.

    Limits
        A warning only for the capital of a sentence that has its sign at the end, or of a label of one or two
        words, where the file keeps capitals as a rule, and for any where it keeps all but 2 in 100; a
        suggestion elsewhere, as in scripts without capitals; never for German nouns, abbreviations and code.
        Measured 2026-11-29 on 85,885 untouched messages (as for PUN001): 36 warnings, 4,145 suggestions, most
        of them in files that write everything small. Of planted ones 0.41 to 0.62 are warned of.

    Example
        "Save" with "сохранить".

    Source
        pofilter's ``startcaps`` (translate-toolkit manual).
    """

    code = "PUN004"
    name = "initial-case"
    severity = Severity.WARNING

    def __init__(self) -> None:
        self._habit = OncePerFile(_cases)

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        wanted, given = _case(unit.source), _case(unit.target)
        if not wanted or not given or wanted == given:
            return
        first_source, first = unit.source.split(None, 1)[0], unit.target.split(None, 1)[0]
        if (name := _beheaded(unit)) is not None:
            yield self.unit_finding(
                unit,
                catalogue,
                f"The name {name} of the source begins with a small letter in the target",
                found=name[0].lower() + name[1:],
                expected=name,
            )
            return
        if (
            not _plain(first_source)
            or not _plain(first)
            or first_source.casefold() == "i"
            or first in unit.source
            or _is_name(first_source, unit.target)
        ):
            return
        if _names_time(first_source):
            return
        if wanted == "lower" and text.primary(catalogue.target_lang or "") in {"de", "lb", "nds"}:
            return
        given_end = ending(unit.target, catalogue.target_lang)
        sentence = given_end != "" and ending(unit.source, "en") in {"stop", "question", "exclamation"}
        cased = text.expected_scripts(text.primary(catalogue.target_lang or "")) & _CASED
        sure = cased and wanted == "upper" and (sentence or len(unit.source.split()) <= _LABEL_WORDS)
        kept = self._habit(catalogue).get((wanted, wanted), 0.0)
        strong = (sure and kept >= _HABIT_OF_CASE) or (
            cased and wanted == "upper" and kept >= _ALWAYS_CAPITAL
        )
        yield self.unit_finding(
            unit,
            catalogue,
            f"The source begins with a {'capital' if wanted == 'upper' else 'small'} letter, the target not",
            severity=Severity.WARNING if strong else Severity.NOTE,
            found=first,
        )


_HABIT_OF_CASE = 0.75
"""Share of a file's messages that must keep the capital before one that does not is a fault."""
_ALWAYS_CAPITAL = 0.98
"""The same share from which any capital that is lost is a slip."""
_LABEL_WORDS = 2
_CASED = frozenset({"Latin", "Cyrillic", "Greek", "Armenian"})
"""Scripts with capitals: in others a word with a small letter is a foreign name."""


@cache
def _code_name() -> re.Pattern[str]:
    """A word that begins small and goes on with a capital or a figure."""
    return re.compile(r"[a-z]{1,2}[A-Z0-9][A-Za-z0-9]*(?![a-z])")


def _beheaded(unit: Unit) -> str | None:
    """The source's name in capitals whose first letter is small at the beginning of the target: uTF-8."""
    match = _code_name().match(unit.target)
    if match is None:
        return None
    name = match[0][0].upper() + match[0][1:]
    if re.search(rf"(?<!\w){match[0]}(?![A-Za-z0-9])", unit.source) is not None:
        return None
    return name if re.search(rf"(?<!\w){name}(?![A-Za-z0-9])", unit.source) is not None else None


def _names_time(word: str) -> bool:
    """Months and days, which many languages write small."""
    return word.rstrip(".,").lower() in table("calendar")["words"]


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*[,.:;!?…)»\"”]*")


def _is_name(word: str, target: str) -> bool:
    """True if the first word of a source has its capital for its own sake: the target has it further on."""
    return (
        word[:1].isupper()
        and re.search(rf"(?<!\w){re.escape(word.rstrip(',.:;!?'))}(?!\w)", target) is not None
    )


def _plain(word: str) -> bool:
    """False for code, abbreviations and names with capitals inside."""
    return _word().fullmatch(word) is not None and (
        len(word) == 1 or word[1:].islower() or not word[1:].isupper()
    )
