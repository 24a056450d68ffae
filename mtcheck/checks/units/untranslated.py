"""Rules on text that was left as it was."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from operator import itemgetter

from mtcheck import resources, text
from mtcheck.checks.base import CatalogueCheck
from mtcheck.checks.units.grammar import prose, table, words
from mtcheck.checks.units.habits import OncePerFile, Tally
from mtcheck.core import Catalogue, Finding, Severity, Unit

_TRANSLATED_ELSEWHERE = (2, 3)
"""So many other messages of the file must translate a word before its copy counts as left out; the second
number is for a word alone in a language in Latin script, which shares words with English."""


@cache
def _loose_word() -> re.Pattern[str]:
    """A word that is no part of a name in code, nor of a synopsis in square brackets."""
    return re.compile(r"(?<![\w.\[/])[^\W\d_]+(?![\w\]/=(])(?!\.\w)")


@cache
def _synopsis() -> re.Pattern[str]:
    """How a command is called: ``wait [-fn] [id ...]``."""
    return re.compile(r"^[a-z_]+\b[^.]*\[|\.\.\.\s*[\]|]|; do(?:ne)?\b|; then\b")


@cache
def english_words(lang: str) -> frozenset[str]:
    """Common English words that a language (primary subtag) does not share, lower case."""
    common = set(table("english")["words"]) | set(resources.data("function_words")["words"]["en"])
    if not writes_latin(lang):
        return frozenset(common)
    shared = table("english_shared")
    own = resources.data("function_words")["words"].get(lang, [])
    return (
        frozenset(w for w in common if len(w) > 1) - set(shared["any"]) - set(shared.get(lang, [])) - set(own)
    )


@cache
def writes_latin(lang: str) -> bool:
    """True if a language (primary subtag) is written in Latin script, or it is not known."""
    scripts = text.expected_scripts(lang)
    return not scripts or "Latin" in scripts


def _translated_words(_: Catalogue) -> Tally[dict[str, tuple[int, int]]]:
    """Source word to (messages it stands in, messages whose target has it too)."""
    seen: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    while (unit := (yield)) is not None:
        if unit.source == unit.target:
            continue
        in_source = {*words(unit.source.lower())}
        seen.update(in_source)
        kept.update(in_source.intersection(words(unit.target.lower())))
    return {word: (n, kept[word]) for word, n in seen.items()}


class CopiedSource(CatalogueCheck):
    """The target is a copy of the source.

    What it does
        Reports a target that equals its source, in another language, if the source has common English words
        that the language does not share, or words that the file translates elsewhere. Names, codes,
        addresses, words in capitals and sources without words are left out.

    Why it matters
        The message was never translated; neural metrics even reward such a copy.

    Limits
        Reads sources in English; from other languages only a copy of five words or more is reported. A
        single word is a suggestion, and so is a copy of which one word alone is known to be common; a word
        that the file itself translates nowhere and that is no common word is taken for a name. Measured
        2026-11-25 on 45,680 messages of 36 well-kept projects (Django, Wagtail, Sphinx, WTForms, glib, GTK,
        apt, systemd, GNU tools and others; ru, de, fr, ja, ar): of 60 read, 50 are right, and most of the
        others were single words. Of planted ones of two words or more 0.86 are warned of, 0.91 found.

    Example
        "Delete the file" with "Delete the file" in a Russian file.

    Source
        Unbabel/COMET#192; words in mtcheck/data/units.toml and function_words.toml.
    """

    code = "UNT001"
    name = "copied-source"
    severity = Severity.WARNING

    def __init__(self) -> None:
        self._elsewhere = OncePerFile(_translated_words)

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        source, target = unit.source.strip(), unit.target.strip()
        if source != target and (source.isupper() or source.casefold() != target.casefold()):
            return
        lang, source_lang = (
            text.primary(catalogue.target_lang or ""),
            text.primary(catalogue.source_lang or "en"),
        )
        if not lang or lang == source_lang:
            return
        found = _loose_word().findall(prose(unit.source))
        plain = [w for w in found if len(w) > 1 and (w.islower() or (w[0].isupper() and w[1:].islower()))]
        if not plain or len(plain) * 2 < len(found) or _synopsis().search(unit.source) is not None:
            return
        alone = len(found) == 1
        sure = self._is_fault(plain, alone, lang, source_lang, catalogue)
        if sure or (not alone and any(w.lower() in english_words(lang) for w in plain)):
            yield self.unit_finding(
                unit,
                catalogue,
                "The target is a copy of the source",
                severity=Severity.WARNING if sure and not alone else Severity.NOTE,
                found=unit.target[:200],
            )

    def _is_fault(
        self, plain: list[str], alone: bool, lang: str, source_lang: str, catalogue: Catalogue
    ) -> bool:
        if source_lang != "en":
            return sum(w.islower() for w in plain) >= 5
        if alone and plain[0].islower():
            return self._is_translated_elsewhere(plain[0], lang, catalogue, alone=alone)
        known = sum(w.lower() in english_words(lang) for w in plain)
        small = sum(w.islower() for w in plain)
        if not writes_latin(lang):
            if known or (small and len(plain) >= 2):
                return True
        elif known >= 2 or known == len(plain) or small >= 3:
            return True
        return any(self._is_translated_elsewhere(w, lang, catalogue, alone=alone) for w in plain)

    def _is_translated_elsewhere(self, word: str, lang: str, catalogue: Catalogue, *, alone: bool) -> bool:
        seen, kept = self._elsewhere(catalogue).get(word.lower(), (0, 0))
        return seen >= _TRANSLATED_ELSEWHERE[alone and writes_latin(lang)] and kept <= 0.1 * seen


@cache
def _quoted() -> re.Pattern[str]:
    return re.compile(r"[\"'`«“„‚‘「](?=\w)[^\"'`«»“”„‚‘’「」]{0,120}[\"'»”“’‘」]")


def _shared_runs(source: str, target: str) -> Iterator[list[str]]:
    """Runs of two or more Latin words that stand in both, in the target's order."""
    listed = [token.strip(".,:;!?()") for token in source.split()]
    pairs = set(pairwise(listed))
    run: list[str] = []
    for token in target.split():
        word = token.rstrip(".,:;!?")
        if run and (run[-1], word) not in pairs:
            if len(run) > 1:
                yield run
            run = []
        run = [*run, word] if word.isascii() and word.isalpha() else []
        if run and word != token:
            if len(run) > 1:
                yield run
            run = []
    if len(run) > 1:
        yield run


_FEWEST_LEFT = 3
"""So many words in small letters in a row make a phrase of the source, in a language in Latin script."""


@cache
def _alone() -> re.Pattern[str]:
    """A word in small letters that follows a word and is no part of code."""
    return re.compile(r"(?<=[^\W\d_] )[a-z]{4,}(?=[ .,]|$)")


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z]+")


class SourceWordsLeft(CatalogueCheck):
    """Words of the source stand untranslated in the middle of the target.

    What it does
        Looks for two or more words in a row that the source has too, one of them a common English word
        which the target's language does not share.

    Why it matters
        Engines skip parts of sentences, and people forget them.

    Limits
        Words in quotes and in code are left out. A warning for three words in small letters, or two that
        are common; a suggestion for fewer, which commands and titles may be, for the synopsis of a command,
        and beside a copyright. Measured 2026-11-29 on 85,885 untouched messages (as for PUN001): 10 warnings,
        9 of them right, and 181 suggestions, most of them names of commands. Of planted halves 0.83 are
        warned of, 0.90 found; of single words 0.38.

    Example
        "The file could not be opened" with "Файл could not be opened".

    Source
        Words in mtcheck/data/units.toml and function_words.toml.
    """

    code = "UNT002"
    name = "source-words-left"
    severity = Severity.WARNING

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        lang = text.primary(catalogue.target_lang or "")
        if not lang or lang == "en" or text.primary(catalogue.source_lang or "en") != "en":
            return
        target, source = unit.target, unit.source
        if len(target) < 8 or source == target or _word().search(target) is None:
            return
        english = english_words(lang)
        if english.isdisjoint(target.lower().split()):
            return
        bare = _quoted().sub(" | ", prose(target))
        runs = [r for r in _shared_runs(source, bare) if not english.isdisjoint(r)]
        runs = runs or [[w] for w in _alone().findall(bare) if w in english and w in source.split()]
        if runs and (len(runs[0]) > 1 or "\n" not in source.strip()):
            left, sure = max(((r, _is_left(r, lang)) for r in runs), key=itemgetter(1))
            yield self.unit_finding(
                unit,
                catalogue,
                f"Left in the source's language: {' '.join(left)!r}",
                severity=Severity.WARNING if sure and not _may_stay(source) else Severity.NOTE,
                found=" ".join(left),
            )


def _may_stay(source: str) -> bool:
    """True for the synopsis of a command, and for who holds a copyright."""
    return _synopsis().search(source) is not None or "copyright" in source.lower()


def _is_left(run: list[str], lang: str) -> bool:
    """True if so many words in a row, so few of them names, are no quotation of a command."""
    small, known = sum(map(str.islower, run)), sum(w in english_words(lang) for w in run)
    if writes_latin(lang):
        return small >= _FEWEST_LEFT or (len(run) > 2 and small > 1 and known > 1)
    return small > 1 and (len(run) > 2 or known > 1)
