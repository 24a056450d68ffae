"""Rules on words that stand twice, and on loops."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from mtcheck import text
from mtcheck.checks.base import CatalogueCheck
from mtcheck.checks.units.grammar import prose, table
from mtcheck.core import Catalogue, Finding, Severity, Unit


@cache
def _pair() -> re.Pattern[str]:
    return re.compile(r"(?<![\w’.-])([^\W\d_]+(?:['’-][^\W\d_]+)?)[ \u00a0]\1(?!['’]?[\w-])", re.IGNORECASE)


@cache
def _dense_pair() -> re.Pattern[str]:
    """Two or more Han or three or more katakana, twice."""
    return re.compile(r"([\u30a1-\u30fa\u30fc]{3,}|[\u4e00-\u9fff]{2,})\1")


@cache
def _legitimate(lang: str) -> frozenset[str]:
    doubled = table("doubled")
    return frozenset(doubled["any"] + doubled.get(lang, []))


@cache
def _phrase() -> re.Pattern[str]:
    """Two words of prose, twice."""
    return re.compile(r"(?<![\w’.-])([^\W\d_]{2,} [^\W\d_]{2,}) \1(?![\w-])")


def _doubled(message: str, lang: str) -> str | None:
    for match in _pair().finditer(message):
        if match[1].lower() not in _legitimate(lang) and _is_slip(match[1], match.group().split()[-1]):
            return match[1]
    if lang in {"ja", "zh"}:
        dense = _dense_pair().search(message)
        return dense[1] if dense is not None else None
    phrase = _phrase().search(message)
    return phrase[1] if phrase is not None else None


def _is_slip(first: str, second: str) -> bool:
    """False for a name in capitals beside the word that explains it: ``--time DAYS days``."""
    return first.lower() == second.lower() and (len(second) == 1 or first.isupper() is second.isupper())


class RepeatedWord(CatalogueCheck):
    """A word stands twice in a row in the target.

    What it does
        Looks for the same word twice with only space between, in Chinese and Japanese for two characters or
        more twice. Words that a language rightly doubles are in a table.

    Why it matters
        It is a slip of editing, or of an engine that stutters.

    Limits
        Silent where the source doubles a word itself. Measured 2026-11-29 on 85,885 untouched messages (as
        for PUN001): 11 warnings, 10 of them right.

    Example
        "the file" with "этот файл файл".

    Source
        pofilter's ``doublewords`` (translate-toolkit manual); exceptions in mtcheck/data/units.toml.
    """

    code = "REP001"
    name = "repeated-word"
    severity = Severity.WARNING

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        lang = text.primary(catalogue.target_lang or "")
        split = unit.target.lower().split()
        twice = any(map(str.startswith, split[1:], split)) or any(map(str.startswith, split[2:], split))
        if lang not in {"ja", "zh"} and not twice:
            return
        found = _doubled(unit.target, lang)
        if (
            found is not None
            and _doubled(" ".join(unit.source.split()), "en") is None
            and _doubled(prose(unit.target), lang) is not None
        ):
            yield self.unit_finding(unit, catalogue, f"The word {found!r} stands twice in a row", found=found)


_LOOP_WORDS = 3
_LOOPS = 3
_LOOP_SHARE = 0.4
"""Share of the message that the repeated words make up."""
_SHORTEST_LOOP = 60


_SHORTEST_PHRASE = 8
"""Letters and signs of a phrase that is said again; a single word twice is for REP001."""


def _said_again(message: str) -> str | None:
    """What a message says over and over, and nothing else; None for one that does not."""
    words = message.split()
    if len(words) < 3 or words[0] not in words[1:]:
        return None
    for size in range(1, len(words) // 2 + 1):
        phrase = " ".join(words[:size])
        if words == words[:size] * (len(words) // size) and any(map(str.isalpha, phrase)):
            return phrase if len(phrase) >= _SHORTEST_PHRASE else None
    return None


@cache
def _in_a_row() -> re.Pattern[str]:
    return re.compile(r"(\S.{5,80}?)(?:\s*\1){2}", re.DOTALL)


class Loop(CatalogueCheck):
    """The target says the same words over and over.

    What it does
        Counts runs of three words (eight characters, where words have no spaces) and reports one that
        stands three times or more in a row, and more often than the source repeats itself; also a target
        that is one phrase twice or more and nothing else, whatever its length.

    Why it matters
        Neural engines that lose their way loop; no person writes so.

    Limits
        Runs only in targets of 60 code points or more. Measured 2026-11-29 on 85,885 untouched messages (as
        for PUN001): no finding. Of the planted ones 0.98 are warned of.

    Example
        "the file the file the file the file the file the file the file".

    Source
        UKPLab/EasyNMT#38; loops of neural translators.
    """

    code = "MTL004"
    name = "loop"
    severity = Severity.WARNING

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        if (said := _said_again(unit.target)) is not None and _said_again(unit.source) is None:
            yield self.unit_finding(unit, catalogue, f"The target is {said!r} over and over", found=said)
            return
        if len(unit.target) < _SHORTEST_LOOP:
            return
        repeats, run = _most_repeated(unit.target)
        if repeats < _LOOPS or _in_a_row().search(unit.target) is None:
            return
        if repeats > _most_repeated(unit.source)[0]:
            yield self.unit_finding(unit, catalogue, f"The words {run!r} come {repeats} times", found=run)


def _most_repeated(message: str) -> tuple[int, str]:
    units, width, joint = message.lower().split(), _LOOP_WORDS, " "
    if len(units) * 12 < len(message):
        units, width, joint = list(message), 8, ""
    if len(units) < width * _LOOPS or len(set(units)) > len(units) - width:
        return 0, ""
    runs = Counter(zip(*(units[i:] for i in range(width)), strict=False))
    run, repeats = runs.most_common(1)[0]
    said = joint.join(run)
    long_enough = sum(map(str.isalpha, said)) >= 6 and repeats * width >= _LOOP_SHARE * len(units)
    return (repeats, said) if long_enough else (0, "")
