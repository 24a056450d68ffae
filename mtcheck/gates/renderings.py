"""Names and capitalised words that have no counterpart on the other side.

Reach for ``compare_names_of``. A name of the English side is laid beside every word of the other side:
by the lexicon, by sound across scripts, or letter by letter. Chinese characters have no sound here, so
beside them only what the lexicon knows counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from mtcheck import resources, text
from mtcheck.core import Span
from mtcheck.gates.lexicon import Lexicon, tokens
from mtcheck.names.compare import given_names
from mtcheck.names.distance import slips
from mtcheck.names.transliteration import consonants_across, skeleton

_Rows = Mapping[str, Mapping[str, float]]


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
    lost = tuple(n for n in mine if not _rendered(n, target, forth))
    added = tuple(n for n in theirs if not _rendered(n, source, back))
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
        if lang == "de" and _key(word) in known:
            continue
        found.append(Name(Span(match.start(), match.start() + len(word)), word, _key(word) in known))
    return tuple(found)


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
    words = resources.data("function_words")["words"].get(lang, [])
    return frozenset([*words, *resources.data("units")["calendar"]["words"]] if lang == "en" else words)


def _key(word: str) -> str:
    found = tokens(word)
    return found[0] if found else ""


def _rendered(name: Name, other: str, known: _Rows) -> bool:
    if name.text in other:
        return True
    row = known.get(_key(name.text), {})
    if any(token in row for token in tokens(other)):
        return True
    parts = re.split(r"['’.-]", name.text)
    return any(sounds_like(part, word) for part in [name.text, *parts] for word in _words(other))


@lru_cache(maxsize=1024)
def _words(sentence: str) -> tuple[str, ...]:
    latin = [part for m in _cased().finditer(sentence) for part in re.split(r"[\u30fb'’.-]", m.group())]
    kana = _katakana().findall(sentence)
    return tuple(dict.fromkeys([*latin, *kana]))


@lru_cache(maxsize=65536)
def _bare(word: str) -> str:
    """Consonants with what transcribers disagree on made one: Justin and Джастин, Tehran and Тегеран."""
    low = re.sub(r"дж|ж|j|ジャ|ジュ|ジョ|ジェ|ジ", "g", word.lower())
    found = (
        re.sub(r"[hgx]|kh", "", consonants_across(low)[1:]) if len(word) > 3 else consonants_across(low)[1:]
    )
    return re.sub(r"[jyh]", "g", consonants_across(low)[:1]) + found


@lru_cache(maxsize=65536)
def sounds_like(name: str, word: str) -> bool:
    """True if one word may be the other in another script or case."""
    if len(name) < 2 or len(word) < 2:
        return False
    x, y = _bare(name), _bare(word)
    short = min(len(x), len(y))
    if short >= 2 and x[:short] == y[:short] and abs(len(x) - len(y)) <= 2:
        return True
    a, b = skeleton(name), skeleton(word)
    size = min(len(a), len(b), 7)
    return a[:1] == b[:1] and size >= 3 and slips(a[:size], b[:size], 2) <= (1 if size < 5 else 2)
