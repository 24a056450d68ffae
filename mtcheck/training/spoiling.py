"""Good translations spoilt in one place, to teach a model what a fault looks like.

Reach for ``Spoiler``. What each language negates and counts with, and how often each kind of fault is made,
is ``mtcheck/data/spoiling.toml``. Other words and names are taken from the other translations at hand, so
that nothing but the source tells what is wrong.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from mtcheck import resources, text
from mtcheck.core import Span
from mtcheck.gates.shape import DENSE

ATTEMPTS = 8
"""Kinds of fault that are tried on a sentence before it is given up."""
CAPITAL = r"(?<=[a-zа-яёіїєґäöüßáéíóúýěščřžťďňþðæ,;] )[A-ZА-ЯЁІЇЄҐÁČŠŽŘÞÓÍ][^\W\d_]{2,}"
"""A word with a capital within a sentence."""
KATAKANA = r"[ァ-ヺー]{3,}"
CHINESE_NAME = r"[\u4e00-\u9fff]{1,5}·[\u4e00-\u9fff]{1,6}|[\u4e00-\u9fff]{2,4}(?=表示|先生|说|称)"
"""A foreign name by its dot, or who says something."""
MAX_OMITTED, MAX_ADDED = 5, 5
"""Words."""


class Good(NamedTuple):
    """A source and a good translation of it."""

    source: str
    target: str
    source_lang: str
    target_lang: str


class Spoilt(NamedTuple):
    """A translation with one fault.

    ``places`` are code points of ``target``; where something was left out, what follows the gap.
    """

    kind: str
    target: str
    places: tuple[Span, ...]


class Spoiler:
    """Spoils translations.

    Args:
        pairs: where words, names and whole sentences are taken from.
        seed: of the choices.
    """

    def __init__(self, pairs: Iterable[Good], seed: int) -> None:
        self._dice = random.Random(seed)
        self._others: dict[tuple[str, str], list[str]] = defaultdict(list)
        for pair in pairs:
            self._others[pair.source_lang, pair.target_lang].append(pair.target)
        self._words: dict[str, list[str]] = defaultdict(list)
        self._names: dict[str, list[str]] = defaultdict(list)
        for (_, lang), targets in sorted(self._others.items()):
            self._words[lang] += [t[a:b] for t in targets for a, b in _words(t, lang) if is_long(b - a, lang)]
            self._names[lang] += [m.group() for t in targets for m in re.finditer(_name_pattern(lang), t)]
        for lang, found in self._names.items():
            often = Counter(found)  # who is named once may be no name
            self._names[lang] = [name for name in found if often[name] > 1] or found

    def spoil(self, pair: Good) -> Spoilt | None:
        """The translation with a fault of some kind, None if it has no place for one."""
        for _ in range(ATTEMPTS):
            kind = self._dice.choices(self._kinds, self._shares)[0]
            found = getattr(self, f"_{kind}")(pair)
            if found is not None and found[0] != pair.target and found[0].strip():
                return Spoilt(kind, *found)
        return None

    @cached_property
    def _kinds(self) -> list[str]:
        return list(resources.data("spoiling")["shares"])

    @cached_property
    def _shares(self) -> list[float]:
        return list(resources.data("spoiling")["shares"].values())

    def _number(self, pair: Good) -> _Change | None:
        """A digit changed, two swapped, one more, a number dropped, or another number word."""
        target, words = pair.target, resources.data("spoiling")["numbers"].get(pair.target_lang, [])
        dense = pair.target_lang in DENSE
        pattern = f"[{''.join(words)}]" if dense and words else r"[^\W\d_'’]+"
        written = [m for m in re.finditer(pattern, target) if m.group().lower() in words]
        digits = list(re.finditer(r"\d+", target))
        if written and (not digits or self._dice.random() < 0.4):
            found = self._dice.choice(written)
            return _put(
                target, found.span(), self._dice.choice([w for w in words if w != found.group().lower()])
            )
        if not digits:
            return None
        found = self._dice.choice(digits)
        return _put(target, found.span(), self._other_number(found.group()))

    def _other_number(self, digits: str) -> str:
        way, at = self._dice.random(), self._dice.randrange(len(digits))
        if way < 0.25 and len(digits) > 1 and digits[0] != digits[1]:
            return digits[1] + digits[0] + digits[2:]
        if way < 0.35:
            return str(self._dice.randint(1, int(10 ** min(9, len(digits)))))
        if way < 0.45:
            return digits + self._dice.choice("0123456789")
        if way > 0.9:
            return ""
        return digits[:at] + self._dice.choice([d for d in "123456789" if d != digits[at]]) + digits[at + 1 :]

    def _name(self, pair: Good) -> _Change | None:
        """A name dropped, misspelled, or another one."""
        target, lang = pair.target, pair.target_lang
        found = list(re.finditer(_name_pattern(lang), target))
        if lang == "de":  # nouns have capitals too
            there = set(text.words(pair.source))
            found = [m for m in found if m.group() in there]
        pool = self._names[lang]
        if not found or not pool:
            return None
        match, way = self._dice.choice(found), self._dice.random()
        if way < 0.25:
            return _put(target, match.span(), "")
        if way < 0.4 and lang not in DENSE:
            return _put(target, match.span(), self._misspelled(match.group(), pool))
        return _put(target, match.span(), self._dice.choice(pool))

    def _misspelled(self, name: str, pool: Sequence[str]) -> str:
        """One to three letters changed, the first kept; letters of other names."""
        for _ in range(self._dice.randint(1, 2)):
            at = self._dice.randrange(1, len(name))
            letters = "".join(self._dice.choice(self._dice.choice(pool)) for _ in range(2)).lower()
            name = name[:at] + letters[: self._dice.randint(1, 2)] + name[at + 1 :]
        return name

    def _negation(self, pair: Good) -> _Change | None:
        """A negation dropped where there is one, else one put in."""
        rules = resources.data("spoiling")["negation"].get(pair.target_lang)
        if rules is None:
            return None
        for way in ("drop", "put"):
            found = [(m, new) for old, new in rules[way] for m in re.finditer(old, pair.target)]
            if found:
                match, new = self._dice.choice(found)
                return _put(pair.target, match.span(), match.expand(new))
        return None

    def _word(self, pair: Good) -> _Change | None:
        """Another word for a word of some length."""
        places, pool = self._long_words(pair), self._words[pair.target_lang]
        if not places or not pool:
            return None
        place, new = self._dice.choice(places), self._dice.choice(pool)
        return _put(pair.target, place, new[0].upper() + new[1:] if place[0] == 0 else new)

    def _omitted(self, pair: Good) -> _Change | None:
        """Some words left out of the middle."""
        places, count = _words(pair.target, pair.target_lang), self._dice.randint(1, MAX_OMITTED)
        if len(places) < count + 5:
            return None
        first = self._dice.randrange(1, len(places) - count)
        start, end = places[first][0], places[first + count - 1][1]
        return _put(pair.target, (start, end + (pair.target[end : end + 1] == " ")), "")

    def _added(self, pair: Good) -> _Change | None:
        """Some words of another translation put in."""
        other = self._dice.choice(self._others[pair.source_lang, pair.target_lang])
        theirs, own = _words(other, pair.target_lang), _words(pair.target, pair.target_lang)
        count = self._dice.randint(2, MAX_ADDED)
        if len(theirs) < count + 2 or len(own) < 3:
            return None
        first, at = self._dice.randrange(len(theirs) - count), self._dice.choice(own)[1]
        joint = "" if pair.target_lang in DENSE else " "
        return _put(pair.target, (at, at), joint + other[theirs[first][0] : theirs[first + count - 1][1]])

    def _truncated(self, pair: Good) -> _Change | None:
        """The end cut off, at times with a full stop again."""
        places = _words(pair.target, pair.target_lang)
        if len(places) < 6:
            return None
        end = places[max(1, int(len(places) * self._dice.uniform(0.3, 0.9))) - 1][1]
        stop = "。" if pair.target_lang in DENSE else "."
        out = pair.target[:end] + (stop if self._dice.random() < 0.5 else "")
        return out, (Span(len(out) - 1, len(out) + 1),)

    def _swapped(self, pair: Good) -> _Change | None:
        """Another sentence's translation."""
        other = self._dice.choice(self._others[pair.source_lang, pair.target_lang])
        return other, (Span(0, len(other)),)

    def _exchanged(self, pair: Good) -> _Change | None:
        """Two words in each other's place."""
        places = self._long_words(pair)
        if len(places) < 4:
            return None
        (a, b), (c, d) = (places[n] for n in sorted(self._dice.sample(range(len(places)), 2)))
        value = pair.target
        out = value[:a] + value[c:d] + value[b:c] + value[a:b] + value[d:]
        later = c + (d - c) - (b - a)
        return out, (Span(a, a + d - c), Span(later, later + b - a))

    def _long_words(self, pair: Good) -> list[tuple[int, int]]:
        lang = pair.target_lang
        return [(a, b) for a, b in _words(pair.target, lang) if is_long(b - a, lang)]


_Change = tuple[str, tuple[Span, ...]]


def _put(value: str, place: tuple[int, int], new: str) -> _Change:
    """A text with something else in a place."""
    start, end = place
    if new:
        return value[:start] + new + value[end:], (Span(start, start + len(new)),)
    before, after = value[:start], value[end:]
    if before.endswith(" ") and not after[:1].isalnum():  # no space before a comma or another space
        before = before.rstrip(" ")
    return before + after, (Span(len(before), len(before) + 1),)


def _name_pattern(lang: str) -> str:
    return {"ja": KATAKANA, "zh": CHINESE_NAME}.get(lang, CAPITAL)


def is_long(length: int, lang: str) -> bool:
    """Whether a word of so many characters most likely carries meaning."""
    return length >= (2 if lang in DENSE else 4)


def _words(value: str, lang: str) -> list[tuple[int, int]]:
    """Places of words; of two characters each where nothing parts them."""
    pattern = r"[\u3041-\u30a0\u3400-\u9fff]{2}|[ァ-ヺー]+|\w+" if lang in DENSE else r"\w[\w'’-]*"
    return [m.span() for m in re.finditer(pattern, value)]
