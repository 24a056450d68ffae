"""When two words of names in running text are one word rendered twice.

Stricter than ``compare_names``, which is asked about a pair that somebody already suspects: here every
two names of a text are a pair, and a false finding costs an editor's trust. So a slip counts only in
long words, never where an ending makes another word or the other gender of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from mtcheck import resources
from mtcheck.names import titles
from mtcheck.names.compare import given_names
from mtcheck.names.distance import slips
from mtcheck.names.mentions import is_given
from mtcheck.names.transliteration import plain, skeleton

MIN_KNOWN, MIN_SCHEME, MIN_TYPO = 4, 5, 6
"""Shortest surname with a slip beside a full name; shortest lone one in which a scheme variant, or a
slip, is believed."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What lies between two renderings of a word.

    Attributes:
        relation: a relation of ``compare.RELATIONS``.
        reported: True if an editor should hear of it; a nickname or an initial is no fault.
        why: one clause.
        words: the two words, where it was looked for in several.
    """

    relation: str
    reported: bool
    why: str
    words: tuple[str, str] = ("", "")


@lru_cache(maxsize=65536)
def stem(word: str, lang: str) -> str:
    """What a word shares with its own other grammatical cases (Russian, Ukrainian), lower case."""
    lower = word.lower().replace("’", "'")
    if lang not in {"ru", "uk"} or len(lower) < 4:
        return lower
    for ending in resources.data("names")["cases"][lang]:
        if lower.endswith(ending) and len(lower) - len(ending) >= 3:
            lower = lower[: -len(ending)]
            break
    return lower.rstrip("аеёиіїоуыэюяйь'") or lower


def base(word: str, lang: str) -> str:
    """The letters of a word that slips are counted in: without case ending where names have one."""
    return stem(word, lang) if lang in {"ru", "uk"} else plain(word)


def given_difference(a: tuple[str, ...], b: tuple[str, ...], lang: str) -> Difference | None:
    """What lies between the given names of two bearers of one surname; None: two people."""
    if [stem(w, lang) for w in a] == [stem(w, lang) for w in b]:
        return Difference("identical", False, "")
    if len(a) != len(b):
        short, long = (a, b) if len(a) < len(b) else (b, a)
        return _shorter_difference(short, long, lang)
    worst = Difference("identical", False, "")
    for x, y in zip(a, b, strict=True):
        found = _word_difference(x, y, lang)
        if found is None:
            return None
        worst = replace(found, words=(x, y)) if found.relation != "identical" else worst
    return worst


def _shorter_difference(short: tuple[str, ...], long: tuple[str, ...], lang: str) -> Difference | None:
    """A given name beside given name and patronymic, or beside a title that was taken for a name."""
    for word in long:
        found = _word_difference(short[0], word, lang)
        if found is not None:
            return (
                replace(found, words=(short[0], word)) if found.reported and len(short) == 1 else _SHORTENED
            )
    return None


_SHORTENED = Difference("shortened", False, "a part of the name is left out")


def _word_difference(a: str, b: str, lang: str) -> Difference | None:
    if stem(a, lang) == stem(b, lang):
        return Difference("identical", False, "")
    a, b = sorted((a, b))
    if len(a) == 1 or len(b) == 1:
        return _SHORTENED if plain(a)[:1] == plain(b)[:1] else None
    if spelled_alike(a, b):
        return Difference("scheme_variant", True, "one name by two transliterations")
    names = given_names()
    left, right = names.get(skeleton(a)), names.get(skeleton(b))
    if left and right:
        if left[0] & right[0]:
            return Difference("spelling_variant", True, "forms of one given name in two languages")
        return Difference("nickname", False, "") if left[1] & right[1] else None
    if (
        min(len(a), len(b)) >= 5
        and slips(base(a, lang), base(b, lang), 1) == 1
        and not a.lower().startswith(b.lower())
    ):
        return Difference("typo", True, "one letter differs") if plain(a)[0] == plain(b)[0] else None
    return None


def surname_difference(
    a: str, b: str, lang: str, *, known: bool, anchored: bool = False
) -> Difference | None:
    """What lies between two surnames, or lone names.

    Args:
        known: True if the same given name stands with both, so that less proof is needed.
        anchored: True if a given name stands with the second.
    """
    if stem(a, lang) == stem(b, lang) or _genders(a, b):
        return None
    given = is_given(a) or (is_given(b) and not anchored)
    a, b = sorted((a, b))
    x, y = base(a, lang), base(b, lang)
    size = min(len(x), len(y))
    if spelled_alike(a, b):
        enough = known or size >= MIN_SCHEME
        return Difference("scheme_variant", True, "one name by two transliterations") if enough else None
    if lang not in {"ru", "uk"} and known and (_inflected(a, b, known=True) or _inflected(b, a, known=True)):
        return Difference("inflected", True, "a grammatical ending of the source language was left in")
    if size < (MIN_KNOWN if known or anchored else MIN_TYPO) or max(len(x), len(y)) < MIN_SCHEME:
        return None
    if x[:1] != y[:1]:
        return None
    if re.sub(r"-\w$", "", a) == re.sub(r"-\w$", "", b):
        return None
    if not known and (given or _another_word(x, y)):
        return None
    if slips(x, y, 1) == 1 or (known and size >= 7 and slips(x, y, 2) == 2 and not _another_word(x, y)):
        return Difference("typo", True, "a letter or two differ")
    return None


def spelled_alike(a: str, b: str) -> bool:
    """Two spellings that transliteration schemes, accents or hyphens alone keep apart."""
    x, y = a.lower().replace("’", "'"), b.lower().replace("’", "'")
    if x == y or _genders(a, b):
        return False
    return skeleton(a) == skeleton(b) or (
        ("j" in x) != ("j" in y) and skeleton(x.replace("j", "zh")) == skeleton(y.replace("j", "zh"))
    )


def inflected_form(a: str, b: str, *, known: bool = False) -> bool:
    """True if the first lone surname is the second with a case ending that no gender explains.

    Args:
        known: True if the same given name stands with both, so that any surname may have an ending.
    """
    return _inflected(a, b, known=known) and not _genders(a, b)


@cache
def _endings() -> tuple[frozenset[str], tuple[tuple[str, str], ...]]:
    table = resources.data("names")
    pairs = tuple((x, y) for x, y in table["feminine"]["pairs"])
    return frozenset(table["derivations"]["en"]), pairs


@cache
def _declensions() -> tuple[tuple[re.Pattern[str], frozenset[str], bool], ...]:
    """Nominatives, told by their ending, with the endings of their other cases, in Latin letters."""
    rows = resources.data("names")["cases"]["latin_rows"]
    return tuple(
        (re.compile(row["nominative"]), frozenset(row["cases"].split()), bool(row.get("known")))
        for row in rows
    )


def _inflected(form: str, nominative: str, *, known: bool) -> bool:
    """True if a word is another one in a case of Russian or Ukrainian, written in Latin letters."""
    form, nominative = plain(form), plain(nominative)
    for pattern, cases, only_known in _declensions():
        match = pattern.search(nominative) if known or not only_known else None
        if match is not None:
            stem_of = nominative[: match.start(1)]
            if len(stem_of) >= 3 and form.startswith(stem_of) and form[len(stem_of) :] in cases:
                return True
    return False


def _genders(a: str, b: str) -> bool:
    x, y = a.lower(), b.lower()
    for male, female in _endings()[1]:
        for p, q in ((x, y), (y, x)):
            if p.endswith(male) and q.endswith(female) and p[: -len(male)] == q[: -len(female)]:
                return True
    return False


def _another_word(a: str, b: str) -> bool:
    """True if an ending makes one word of the other, or they differ in the last letter only.

    A letter that is dropped or added before the last one is a slip (Brumfied, Brumfield).
    """
    x, y = sorted((a, b), key=len)
    common = 0
    while common < len(x) and x[common] == y[common]:
        common += 1
    derivations = _endings()[0]
    tails = (x[common:], y[common:])
    last_only = not tails[0] or (len(x) == len(y) and common == len(x) - 1)
    if last_only or all(t in derivations for t in tails):
        return True
    return all(titles.is_country_word(w) for w in (a.lower(), b.lower()))
