"""Names and capitalised words that have no counterpart on the other side.

Reach for ``compare_names_of``. A name is laid beside every word of the other side: by the lexicon, by sound
across scripts, or letter by letter. A word renders no name that another word of the name's own side explains
far better: Putin is no rendering of Biden where Putin is there too, and the lexicon of rare names holds what
stood beside them once. Chinese characters have no sound here, so beside them only what the lexicon knows
counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from mtcheck import resources, text
from mtcheck.core import Span
from mtcheck.gates.lexicon import Lexicon, tokens
from mtcheck.names.compare import given_names
from mtcheck.names.distance import slips
from mtcheck.names.transliteration import consonants_across, skeleton

_Rows = Mapping[str, Mapping[str, float]]

_SAME, _ALIKE, _ROUGHLY = 1e6, 1e5, 300.0
"""How much it says, in strengths of the lexicon, that a word is a name's own self, sounds like it, or roughly
so."""
_BETTER = 8.0
"""So many times better explained by another word, a word renders a name no more. Among 1,949 good
translations between two alphabets and 205 with a name changed (documents that weigh the adequacy score,
2026-11-29) one name was found to stand for another in 1.8 and 37 of 100, and any name without counterpart in
12 and 80; without such rivals, and with rough likeness to any word, in 1.9 and 27, 12 and 70."""
_LONGEST_WORD = 48
"""So many letters before a noun are looked at."""
_STEM = 4
"""Words of so many equal letters at their beginning are one word in two forms, and no rivals."""


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised word or a word in letters of another script.

    Attributes:
        span: its place in the sentence, code points.
        text: the word.
        known: whether the lexicon has it, so that its absence means more.
    """

    span: Span
    text: str
    known: bool


@dataclass(frozen=True, slots=True)
class NameChange:
    """Names that have no counterpart.

    Attributes:
        lost: names of the source that nothing in the target renders.
        added: names of the target that nothing in the source has.
        kept: how many names have a counterpart.
        kept_names: those of the source that have one.
        kept_there: those of the target that have one.
    """

    lost: tuple[Name, ...]
    added: tuple[Name, ...]
    kept: int
    kept_names: tuple[Name, ...] = ()
    kept_there: tuple[Name, ...] = ()


@cache
def _cased() -> re.Pattern[str]:
    return re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")


@cache
def _katakana() -> re.Pattern[str]:
    return re.compile(r"[\u30a1-\u30fa\u30fc]{3,}|[A-Za-z][A-Za-z'’-]{2,}")


def compare_names_of(
    source: str,
    target: str,
    *,
    source_lang: str,
    target_lang: str,
    table: Lexicon | None,
    sure: frozenset[str] | None = None,
) -> NameChange:
    """The names without a counterpart, of both sides.

    Args:
        table: the lexicon from source to target language, if there is one.
        sure: words that are names also where they begin the source, as every word there has a capital.
            If given, a source full of capitals is read as one of many names if it ends as a sentence does.
    """
    a, b = text.primary(source_lang), text.primary(target_lang)
    forth: _Rows = {} if table is None else table.strengths
    back: _Rows = {} if table is None else table.back
    mine, theirs = _names(source, a, forth, sure), _names(target, b, back)
    there_side, here_side = _Side(source, target, forth, b), _Side(target, source, back, a)
    lost = tuple(n for n in mine if not there_side.renders(n))
    added = tuple(n for n in theirs if not here_side.renders(n))
    kept = tuple(n for n in mine if n not in lost)
    there = tuple(n for n in theirs if n not in added)
    return NameChange(lost, added, len(kept) + len(there), kept, there)


def names_within(sentences: Iterable[str], lang: str) -> frozenset[str]:
    """The words that are names inside any of the sentences, and so at the beginning of others."""
    primary = text.primary(lang)
    return frozenset(name.text for sentence in sentences for name in _names(sentence, primary, {}))


def _names(sentence: str, lang: str, known: _Rows, sure: frozenset[str] | None = None) -> tuple[Name, ...]:
    if lang in {"ja", "zh"}:
        return tuple(
            Name(Span(*m.span()), m.group(), _key(m.group()) in known) for m in _katakana().finditer(sentence)
        )
    found = []
    matches = list(_cased().finditer(sentence))
    shouting = sum(m.group().isupper() for m in matches) > len(matches) / 2
    titled = sum(m.group()[0].isupper() for m in matches) > 0.6 * len(matches)
    prose = sure is not None and sentence.rstrip().endswith((".", "!", "?"))
    if shouting or (titled and len(matches) > 4 and not prose):
        return ()
    for number, match in enumerate(matches):
        word = re.sub(r"['’]s?$", "", match.group())
        if not word[0].isupper() or len(word) < 3 or word.lower() in _common(lang):
            continue
        following = matches[number + 1].group() if number + 1 < len(matches) else ""
        starts = _starts(sentence, match.start()) and word not in (sure or ())
        if starts and not _sure_start(word, following, lang):
            continue
        if lang == "de" and (_key(word) in known or _is_noun(sentence, match.start(), lang)):
            continue
        found.append(Name(Span(match.start(), match.start() + len(word)), word, _key(word) in known))
    return tuple(found)


@cache
def _before_nouns(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{resources.data('gates')['before_nouns'][lang]}\s+[„\"»]?$")


def _is_noun(sentence: str, at: int, lang: str) -> bool:
    """Whether a word with a capital is a common noun, by the word before it. Of 344 good translations into
    German or out of it (as for ``_BETTER``) 47 have a name without counterpart, 98 without this; of 26 with a
    name changed 19 either way."""
    return _before_nouns(lang).search(sentence[max(0, at - _LONGEST_WORD) : at]) is not None


def _starts(sentence: str, at: int) -> bool:
    before = sentence[:at].rstrip(" \t\u00a0\"'“”„«»‘’([–—-")
    return not before or before[-1] in ".!?…:;•*|/\n"


def _sure_start(word: str, following: str, lang: str) -> bool:
    return lang != "de" and skeleton(word) in _given() and (not following or following[0].isupper())


@cache
def _given() -> frozenset[str]:
    return frozenset(given_names())


@cache
def _common(lang: str) -> frozenset[str]:
    """Capitalised words that are no names: function words, days, months."""
    calendar = resources.data("units")["calendar"]["words"] if lang == "en" else []
    return _function_words(lang).union(calendar)


@cache
def _function_words(lang: str) -> frozenset[str]:
    return frozenset(resources.data("function_words")["words"].get(lang, []))


@lru_cache(maxsize=65536)
def _key(word: str) -> str:
    found = tokens(word)
    return found[0] if found else ""


@dataclass(frozen=True, slots=True)
class _Side:
    """Where renderings of names are looked for.

    Attributes:
        own: the sentence that the names are of.
        other: the sentence that may render them.
        known: the lexicon from the one to the other.
        lang: primary language of the other.
    """

    own: str
    other: str
    known: _Rows
    lang: str

    def renders(self, name: Name) -> bool:
        """Whether anything in the other sentence renders a name."""
        if name.text in self.other:
            return True
        words = _words(self.other)
        if any(self._is_best(name.text, word) for word in words):
            return True
        row, keys = self.known.get(_key(name.text), {}), set(map(_key, words))
        return any(token in row and token not in keys for token in tokens(self.other))

    def _is_best(self, name: str, word: str) -> bool:
        strength = self._strength(name, word)
        return strength > 0 and not any(
            self._strength(rival, word) > _BETTER * strength
            for rival in _words(self.own)
            if rival[:_STEM].lower() != name[:_STEM].lower()
        )

    def _strength(self, name: str, word: str) -> float:
        """How much speaks for a word as a rendering of a name."""
        if name == word:
            return _SAME
        listed = self.known.get(_key(name), {}).get(_key(word), 0.0)
        parts = _parts(name)
        if any(sounds_alike(part, word) for part in parts):
            return max(listed, _ALIKE)
        may_be_name = len(word) > 2 and not word.islower() and word.lower() not in _function_words(self.lang)
        if may_be_name and any(sounds_like(part, word) for part in parts):
            return max(listed, _ROUGHLY)
        return listed


@lru_cache(maxsize=65536)
def _parts(name: str) -> tuple[str, ...]:
    """A name, and what its hyphens, dots and apostrophes join."""
    return tuple(dict.fromkeys([name, *re.split(r"['’.-]", name)]))


@lru_cache(maxsize=1024)
def _words(sentence: str) -> tuple[str, ...]:
    latin = [part for m in _cased().finditer(sentence) for part in re.split(r"[\u30fb'’.-]", m.group())]
    kana = _katakana().findall(sentence)
    return tuple(dict.fromkeys([*latin, *kana]))


@lru_cache(maxsize=65536)
def _bare(word: str) -> str:
    """Consonants with what transcribers disagree on made one: Justin and Джастин, Tehran and Тегеран, Walt
    and Уолт, Christine and Кристин, Akhil and Акхил."""
    low = re.sub(r"дж|ж|j|ジャ|ジュ|ジョ|ジェ|ジ", "g", word.lower())
    low = re.sub(r"^w(?=[aeiou])|^у(?=[аеёиоэ])", "u", re.sub(r"ch(?=[lrn])", "k", low.replace("кх", "х")))
    found = (
        re.sub(r"[hgx]|kh", "", consonants_across(low)[1:]) if len(word) > 3 else consonants_across(low)[1:]
    )
    return re.sub(r"[jyh]", "g", consonants_across(low)[:1]) + found


def alike_in(sentence: str, name: str) -> tuple[str, ...]:
    """The words of a sentence with a capital that may be a name in another script."""
    return tuple(w for w in _words(sentence) if not w.islower() and sounds_like(name, w))


def lacks_consonant(word: str, name: str) -> bool:
    """True if a word has the consonants of a name, in their order, but for one or more."""
    some, whole = _bare(word), _bare(name)
    letters = iter(whole)
    return len(some) < len(whole) and all(letter in letters for letter in some)


def keeps_consonants(word: str, name: str) -> bool:
    """True if a word has the consonants of a name, and perhaps more after them."""
    return _bare(word).startswith(_bare(name))


def adds_consonant(word: str, name: str, lang: str) -> bool:
    """True if a word has the consonants of a name and at its end one more that no case of the language ends
    in: Анар for Ана, not Анам."""
    some, whole = _bare(name), _bare(word)
    ends = resources.data("gates")["case_consonants"].get(text.primary(lang), "")
    last = next((c for c in reversed(word.lower()) if consonants_across(c)), "")
    return bool(ends) and len(whole) == len(some) + 1 and whole.startswith(some) and last not in ends


def sounds_alike(name: str, word: str) -> bool:
    """True if one word is most likely the other in another script or case: of more sounds, and fewer slips,
    than ``sounds_like`` asks for."""
    heard = _hear(name, word)
    if heard.consonants == 3:
        return heard.slips <= 2  # Biden is not Putin
    return heard.consonants > 3 or (heard.letters >= 4 and heard.slips <= (0 if heard.letters < 5 else 1))


def sounds_like(name: str, word: str) -> bool:
    """True if one word may be the other in another script or case."""
    heard = _hear(name, word)
    return heard.consonants >= 2 or (heard.letters >= 3 and heard.slips <= (1 if heard.letters < 5 else 2))


class _Heard(NamedTuple):
    """What two words have in common by their sound.

    ``consonants`` are those of the shorter if the longer begins with them and has at most two more, else 0;
    ``letters`` are how many of the beginning are compared, 0 if the first differs; ``slips`` are the edits
    between these beginnings, 3 for any more.
    """

    consonants: int
    letters: int
    slips: int


@lru_cache(maxsize=65536)
def _hear(name: str, word: str) -> _Heard:
    if len(name) < 2 or len(word) < 2:
        return _Heard(0, 0, 3)
    x, y = _bare(name), _bare(word)
    short = min(len(x), len(y))
    a, b = skeleton(name), skeleton(word)
    size = min(len(a), len(b), 7)
    return _Heard(
        short if x[:short] == y[:short] and abs(len(x) - len(y)) <= 2 else 0,
        size if a[:1] == b[:1] else 0,
        slips(a[:size], b[:size], 2),
    )
