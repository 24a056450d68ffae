"""Names carried from one alphabet into another, by published schemes and roughly.

Reach for ``transliterate`` when a named scheme is asked for, for ``romanise`` when two names of
different scripts are compared, and for ``skeleton`` when two Latin spellings may be one name by two
schemes: spellings that differ by scheme alone (Sergei, Sergey, Serguei; Zelensky, Zelenskyy) have
one skeleton.

Rejected: iuliia, which knows Russian alone and leaves a Cyrillic ё in three of its schemes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from mtcheck import resources, text
from mtcheck.core import UsageError

_SYLLABLES = (0xAC00, 0xD7A3)
_HIRAGANA = (0x3041, 0x3096)


@dataclass(frozen=True, slots=True)
class Scheme:
    """A published way of writing a language in Latin letters.

    Attributes:
        id: its key in ``mtcheck/data/transliteration.toml``.
        name: what it calls itself.
        lang: BCP 47 language whose letters it carries over.
        source: where its table stands.
    """

    id: str
    name: str
    lang: str
    source: str


@dataclass(frozen=True, slots=True)
class _Table:
    letters: Mapping[str, str]
    first: Mapping[str, str]
    after_vowel: Mapping[str, str]
    vowels: frozenset[str]
    clusters: Mapping[str, str]
    endings: Mapping[str, str]


@cache
def schemes(lang: str | None = None) -> tuple[Scheme, ...]:
    """The known schemes, of one language or of all, in the order of the table."""
    table = resources.data("transliteration")["scheme"]
    found = (Scheme(key, row["name"], row["lang"], row["source"]) for key, row in table.items())
    return tuple(s for s in found if lang is None or s.lang == text.primary(lang))


def transliterate(name: str, scheme: str) -> str:
    """A name in Latin letters by a named scheme; the case of its words is kept.

    Letters that the scheme does not know (a Kazakh қ in a Russian scheme) are read by the rough
    table of their script, so that none of a known script is left.

    Raises:
        UsageError: there is no such scheme.
    """
    rows = resources.data("transliteration")["scheme"]
    if scheme not in rows:
        raise UsageError(f"no transliteration scheme {scheme!r}; known are {', '.join(rows)}")
    known = _apply(unicodedata.normalize("NFC", name), _table("scheme", scheme))
    return unicodedata.normalize("NFC", romanise(known))


def into_cyrillic(name: str, lang: str) -> str | None:
    """A name in Latin letters as a language in Cyrillic would roughly write it; its words keep their case.

    For a hint, not for print: Shoigu comes out as Шоигу.

    Returns:
        None for a language without a table.
    """
    key = text.primary(lang)
    if key not in resources.data("transliteration")["cyrillic"]:
        return None
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return _apply(bare, _table("cyrillic", key))


@lru_cache(maxsize=16384)
def romanise(name: str) -> str:
    """A rough Latin reading of a name in any script of the table; the rest is left as it is.

    For comparing only. Chinese characters stay: their reading needs a dictionary.
    """
    if name.isascii():
        return name
    name = unicodedata.normalize("NFC", name)
    if any(_SYLLABLES[0] <= ord(c) <= _SYLLABLES[1] for c in name):
        name = _read_hangul(name)
    for script in text.scripts(name):
        if script == "Hiragana":
            name = "".join(chr(ord(c) + 0x60) if _HIRAGANA[0] <= ord(c) <= _HIRAGANA[1] else c for c in name)
            script = "Katakana"
        if script in resources.data("transliteration")["letters"]:
            name = _apply(name, _table("letters", script))
    return name


def _pairs(line: str) -> dict[str, str]:
    items = line.split()
    pairs = zip(items[::2], items[1::2], strict=True)
    return {source: "" if target == "-" else target for source, target in pairs}


@cache
def _table(kind: str, key: str) -> _Table:
    row = resources.data("transliteration")[kind][key]
    return _Table(
        letters=_pairs(row["letters"]),
        first=_pairs(row.get("first", "")),
        after_vowel=_pairs(row.get("after_vowel", "")),
        vowels=frozenset(row.get("vowels", "")),
        clusters=_pairs(row.get("clusters", "")),
        endings=_pairs(row.get("endings", "")),
    )


def _apply(name: str, table: _Table) -> str:
    lower = name.lower() if len(name.lower()) == len(name) else name
    out: list[str] = []
    i = 0
    while i < len(name):
        source, target = _step(lower, i, table)
        if target is None:
            out.append(name[i])
        else:
            out.append(_cased(target, name, i, i + len(source)))
        i += len(source)
    return "".join(out)


def _step(lower: str, i: int, table: _Table) -> tuple[str, str | None]:
    """The longest piece at ``i`` and what it becomes; None for a character that is kept."""
    starts = i == 0 or not (lower[i - 1].isalpha() or lower[i - 1] in "'’ʼ")
    two, one = lower[i : i + 2], lower[i]
    ends = i + 2 >= len(lower) or not lower[i + 2].isalpha()
    if ends and not starts and two in table.endings:
        return two, table.endings[two]
    for cluster in (two, lower[i : i + 3]):
        if starts and cluster in table.first:
            return cluster, table.first[cluster]
    if two in table.clusters:
        return two, table.clusters[two]
    if starts and one in table.first:
        return one, table.first[one]
    if one in table.after_vowel and (starts or lower[i - 1] in table.vowels):
        return one, table.after_vowel[one]
    return one, table.letters.get(one)


def _cased(target: str, name: str, start: int, end: int) -> str:
    if not name[start].isupper() or not target:
        return target
    neighbour = name[end : end + 1] or name[max(0, start - 1) : start]
    shouting = neighbour.isupper() and len(name) > 1
    return target.upper() if shouting else target[:1].upper() + target[1:]


@cache
def _jamo() -> tuple[list[str], list[str], list[str]]:
    row = resources.data("transliteration")["hangul"]
    parts = [["" if p == "-" else p for p in row[k].split()] for k in ("initials", "vowels", "finals")]
    return parts[0], parts[1], parts[2]


def _read_hangul(name: str) -> str:
    initials, vowels, finals = _jamo()
    out = []
    for character in name:
        number = ord(character) - _SYLLABLES[0]
        if not 0 <= number <= _SYLLABLES[1] - _SYLLABLES[0]:
            out.append(character)
            continue
        first, rest = divmod(number, 588)
        out.append(initials[first] + vowels[rest // 28] + finals[rest % 28])
    return "".join(out)


@lru_cache(maxsize=65536)
def plain(word: str) -> str:
    """Lower case, Latin, without accents and without signs inside: what two spellings share.

    Source: Unicode NFKD; ß, ø, đ, ł, ı, æ, œ, þ, ð have no decomposition and are read by hand.
    """
    if word.isascii():
        return _PLAIN_DROP.sub("", word.lower())
    word = romanise(word).casefold().translate(_letters("undecomposed"))
    bare = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return _PLAIN_DROP.sub("", bare.casefold())


_PLAIN_DROP = re.compile(r"['’ʼ‘`ʹʺ′″”.\-‐-―\s]+")


@cache
def _letters(key: str) -> dict[int, str]:
    return {ord(source): target for source, target in _pairs(resources.data("names")[key]).items()}


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """What is left of a word once the habits of transliteration schemes are taken out.

    The rules are data (``skeleton`` in ``mtcheck/data/names.toml``), each with the schemes that
    it brings together. The skeleton is no spelling: only equality of two means anything.
    """
    form = plain(word if word.isascii() else word.casefold().translate(_letters("carons")))
    for pattern, replacement, needs in _skeleton_rules():
        if not needs or not needs.isdisjoint(form):
            form = pattern.sub(replacement, form)
    return form


@cache
def _skeleton_rules() -> tuple[tuple[re.Pattern[str], str, frozenset[str]], ...]:
    rules = resources.data("names")["skeleton"]
    return tuple((re.compile(r["find"]), r["put"], frozenset(r.get("needs", ""))) for r in rules)


@lru_cache(maxsize=65536)
def consonants(word: str) -> str:
    """The skeleton without vowels after the first letter, and with near consonants as one.

    Brings together Arabic, Persian and Turkic names whose vowels depend on the transcriber
    (Mohammed, Muhammad, Mohamed; Osama, Usama), and scripts that do not write vowels.
    """
    form = skeleton(word)
    head = "" if not form else ("a" if form[0] in "aeiou" else "")
    body = re.sub(r"[aeiouy']", "", form)
    return head + body.translate(_letters("near"))


@lru_cache(maxsize=65536)
def consonants_across(word: str) -> str:
    """The consonants that are left when a name has gone through another script (l and r, v and b)."""
    return consonants(word).translate(_letters("across"))
