"""How well the words of two sentences explain each other, by a small bilingual lexicon.

Reach for ``lexicon`` to get the table of a language pair and for ``explained`` to weigh two sentences
with it. The table is made by word alignment (IBM model 1, both directions) and ships as
``models/gates/en-<language>.txt.gz``: how many times likelier a word is beside a word of the other
language than anywhere. English is one side of every table.
"""

from __future__ import annotations

import gzip
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from mtcheck import resources, text
from mtcheck.names.transliteration import skeleton

PREFIX = 6
"""Letters of a word that count: what follows is mostly its ending."""

STEP = 0.5
"""Nats between two neighbouring strengths of the file; 0.5 loses nothing that the sums show."""

_FLOOR = 0.08
"""Share of words that a good translation leaves unexplained; keeps one odd word from deciding."""

_STRONG = 1000.0
"""Strength of a rendering that is no accident of one sentence."""

_TWIN = 400.0
"""Strength of two words that sound alike and are in no table: names and loans."""


@cache
def _pieces() -> re.Pattern[str]:
    kana, han = "\u3041-\u309f\u30a0-\u30ff", "\u3400-\u9fff\u3005"
    return re.compile(
        rf"[\u3041-\u309f]+|[\u30a0-\u30ff]+|[{han}]+|[^\W\d_{kana}{han}]+|[?!:(\"%$€？！：（“”«„「％]|\d+"
    )


@cache
def _signs() -> dict[int, int]:
    return str.maketrans("？！：（“”«„「％", '?!:("""""%')


@lru_cache(maxsize=4096)
def tokens(sentence: str) -> tuple[str, ...]:
    """What the lexicon knows of a sentence: starts of words, one and two Chinese characters, pairs of
    hiragana, runs of katakana, runs of digits and a few signs."""
    out: list[str] = []
    for piece in _pieces().findall(sentence.lower()):
        first = piece[0]
        if "\u3041" <= first <= "\u309f":
            out += [piece[i : i + 2] for i in range(max(1, len(piece) - 1))]
        elif "\u3400" <= first <= "\u9fff" or first == "\u3005":
            out += [*piece, *(piece[i : i + 2] for i in range(len(piece) - 1))]
        else:
            out.append(piece.translate(_signs())[: PREFIX if first.isalpha() else None])
    return tuple(out)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A bilingual table.

    Attributes:
        strengths: English token to tokens of the other language, with how many times likelier.
        back: the same from the other side.
    """

    strengths: Mapping[str, Mapping[str, float]]
    back: Mapping[str, Mapping[str, float]]


def parse(lines: Sequence[str]) -> Lexicon:
    """The table of a file: ``english<TAB>letter token<TAB>…``, strengths as letters from ``a``."""
    strengths: dict[str, dict[str, float]] = {}
    back: dict[str, dict[str, float]] = {}
    for line in lines:
        word, *others = line.rstrip("\n").split("\t")
        row = strengths.setdefault(word, {})
        for other in others:
            strength = math.exp(STEP * (ord(other[0]) - ord("a")))
            row[other[1:]] = strength
            back.setdefault(other[1:], {})[word] = strength
    return Lexicon(strengths, back)


@cache
def lexicon(source_lang: str, target_lang: str) -> Lexicon | None:
    """The table from one language to another, None where there is none."""
    a, b = text.primary(source_lang), text.primary(target_lang)
    if (a == "en") == (b == "en"):
        return None
    other = b if a == "en" else a
    try:
        path = resources.model_file(f"gates/en-{other}.txt.gz")
    except FileNotFoundError:
        return None
    with gzip.open(path, "rt", encoding="utf-8") as file:
        found = parse(list(file))
    return found if a == "en" else Lexicon(found.back, found.strengths)


def is_translated(word: str, table: Lexicon) -> bool:
    """Whether a word has renderings of another sound, and none of its own: council, not Astana."""
    strong = strong_renderings(word, table)
    return bool(strong) and all(_sound(w) != _sound(_first(word)) for w in strong)


def strong_renderings(word: str, table: Lexicon) -> tuple[str, ...]:
    """The tokens that render a word, leaving out accidents of one sentence."""
    listed = table.strengths.get(_first(word), {})
    return tuple(w for w, strength in listed.items() if strength >= _STRONG)


def spellings(word: str, table: Lexicon) -> tuple[str, ...]:
    """The strong renderings that sound like the word itself, as those of names do."""
    return tuple(w for w in strong_renderings(word, table) if _sound(w) == _sound(_first(word)))


def _first(word: str) -> str:
    return (tokens(word) or ("",))[0]


@dataclass(frozen=True, slots=True)
class Explained:
    """What of two sentences is explained by the other one.

    Attributes:
        source, target: nats a token, in order: above 0 where the other sentence makes the token
            likelier; None for tokens that the table does not know.
    """

    source: tuple[float | None, ...]
    target: tuple[float | None, ...]

    @property
    def known(self) -> tuple[list[float], list[float]]:
        """Nats of the tokens of the source and of the target that the table knows."""
        source, target = ([nats for nats in side if nats is not None] for side in (self.source, self.target))
        return source, target


def explained(source: str, target: str, table: Lexicon) -> Explained:
    """Weigh every token of both sentences by the other sentence.

    Source: Brown et al. 1993, model 1, as a ratio to the frequency of the token.
    """
    a, b = tokens(source), tokens(target)
    twins = _twins(dict.fromkeys(a), dict.fromkeys(b), table)
    return Explained(
        _weighed(a, b, table.strengths, twins), _weighed(b, a, table.back, {y: x for x, y in twins.items()})
    )


def _weighed(
    these: Sequence[str],
    those: Sequence[str],
    strengths: Mapping[str, Mapping[str, float]],
    twins: Mapping[str, str],
) -> tuple[float | None, ...]:
    counts, total = Counter(those), max(1, len(those))
    out: list[float | None] = []
    for word in these:
        row = strengths.get(word)
        if word in twins:
            row = {**(row or {}), twins[word]: _TWIN}
        if row is None:
            out.append(None)
            continue
        said = sum(row[w] * n for w, n in counts.items() if w in row)
        out.append(math.log(_FLOOR + (1 - _FLOOR) * said / total))
    return tuple(out)


def _twins(these: Iterable[str], those: Iterable[str], table: Lexicon) -> dict[str, str]:
    """Words of the two sentences, in their order, that sound alike or are the same number, by the first
    sentence's."""
    by_sound = {key: w for w in those if (key := _sound(w)) is not None}
    found: dict[str, str] = {}
    for word in these:
        key = _sound(word)
        if key is not None and key in by_sound and by_sound[key] not in table.strengths.get(word, {}):
            found[word] = by_sound[key]
    return found


@lru_cache(maxsize=65536)
def _sound(word: str) -> str | None:
    if word.isdigit():
        return word.lstrip("0") or "0"
    if len(word) < 3 or not word.isalpha() or "\u3400" <= word[0] <= "\u9fff":
        return None
    key = skeleton(word)[:4]
    return key if len(key) >= 3 else None
