"""Finding names, and the titles that stand with them, without a model.

Reach for ``find_mentions`` when you need the names of a text with their places. A name is a row of
capitalised words; what is hard is where it starts and ends. Words at the start of a sentence count
only if they are seen capitalised elsewhere or are given names; a title is taken off by the table of
offices; organisations end at their head noun. German, where every noun is capitalised, needs a given
name or a title as proof.

Rejected: a named-entity model in the base installation. It costs seconds to load, and on
machine-translated text it is least sure of just the spellings that matter here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from mtcheck import resources, text
from mtcheck.core import Span
from mtcheck.names import titles
from mtcheck.names.compare import given_names
from mtcheck.names.transliteration import romanise, skeleton

PERSON, ORGANIZATION, PLACE, UNKNOWN = "person", "organization", "place", "unknown"

_POSSESSIVE = re.compile(r"['’]s$|['’]$")
_OF = re.compile(r"\s+(?:of|for)\s+(?:the\s+)?")
_OPENING = frozenset("\"“”„«‘'([-–—:•*….!?")
_APOSTROPHES = frozenset("'’")
_STOPS = frozenset(".!?…")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text.

    Attributes:
        span: place of the name, without title and possessive.
        text: the name as written.
        kind: ``person``, ``organization``, ``place`` or ``unknown``.
        title: the title that stands with it, as written, or None.
        title_span: place of the title, or None.
        tokens: the words of the name; in a headline, as the text itself writes them.
    """

    span: Span
    text: str
    kind: str
    title: str | None
    title_span: Span | None
    tokens: tuple[str, ...]


class _Word(NamedTuple):
    """A word of a sentence; a tuple, for a feed has millions."""

    text: str
    lower: str
    start: int
    end: int
    capital: bool
    first: bool
    possessive: bool
    stop: bool


@dataclass(frozen=True, slots=True)
class _Context:
    """What the whole text tells about its words."""

    whole: str
    lang: str
    inside: frozenset[str]
    small: frozenset[str]
    skeletons: frozenset[str]


def supported(lang: str | None) -> bool:
    """True if names are looked for in texts of a language."""
    return titles.supported(lang)


def find_mentions(whole: str, *, lang: str | None, spans: Sequence[Span] = ()) -> tuple[Mention, ...]:
    """The names in a text, in order.

    Args:
        whole: the text; offsets of the answer count from its start.
        lang: BCP 47 language; unknown or unsupported languages give nothing.
        spans: the sentences to look at; by default the whole text, cut at line ends and full stops.
    """
    if not supported(lang) or lang is None:
        return ()
    return survey(whole, lang=lang, spans=spans)[0]


def survey(
    whole: str, *, lang: str, spans: Sequence[Span] = ()
) -> tuple[tuple[Mention, ...], tuple[Mention, ...], frozenset[str]]:
    """The names; the lone words at the start of sentences that are close to one of them; small words.

    A misspelled surname at the start of a sentence looks like any other word there: what gives it away
    is that the text has nearly the same word as a name. Whether it is one is for ``variants`` to say.
    In German every noun looks so, wherever it stands.
    The small words are those that the text writes in small letters.
    """
    lang = text.primary(lang)
    sentences = [_words(whole, span) for span in (spans or _sentences(whole))]
    context = _context(whole, lang, sentences)
    found: list[Mention] = []
    for words in sentences:
        if words and not _is_headline(words):
            found += _mentions(words, context)
    if not found:
        return (), (), context.small
    loose = _loose(sentences, found, context)
    in_order = sorted(found + _headlines(sentences, found, whole), key=lambda m: m.span)
    return tuple(in_order), tuple(loose), context.small


def _loose(sentences: Iterable[list[_Word]], found: Sequence[Mention], context: _Context) -> list[Mention]:
    """Lone capitalised words that are no mention but start like the last word of one."""
    heads = {m.tokens[-1][0] for m in found if len(m.tokens[-1]) > 4}
    taken = {m.span.start for m in found} | {m.title_span.start for m in found if m.title_span}
    common = starters(context.lang) | context.small
    loose = []
    for words in sentences:
        for word, ahead in pairwise([*words, None]):
            if word is None or not word.capital or len(word.text) < 4 or word.text[0] not in heads:
                continue
            outside = word.start in taken or word.lower in common or not (word.first or context.lang == "de")
            if not outside and (ahead is None or not ahead.capital or ahead.start > word.end + 1):
                span = Span(word.start, word.end)
                loose.append(Mention(span, word.text, UNKNOWN, None, None, (word.text,)))
    return loose


def _sentences(whole: str) -> list[Span]:
    """Good enough where nobody has segmented: lines, cut after a full stop and a long word."""
    found = []
    for line in re.finditer(r"[^\n]+", whole):
        start = line.start()
        for stop in re.finditer(r"(?<=\w\w[.!?])[\"”»)]*\s+(?=[\"“«(]*\w)", line.group()):
            found.append(Span(start, line.start() + stop.start()))
            start = line.start() + stop.end()
        found.append(Span(start, line.end()))
    return found


def _words(whole: str, span: Span) -> list[_Word]:
    words: list[_Word] = []
    last = span.start
    for match in text.WORD.finditer(whole, span.start, span.end):
        raw = match.group()
        bare = _POSSESSIVE.sub("", raw) or raw if "'" in raw or "’" in raw else raw
        start = match.start()
        end = start + len(bare)
        first = not words or _starts_sentence(whole[last:start], words[-1].text)
        after = whole[end : end + 3]
        possessive = len(bare) < len(raw) or after[:1] in _APOSTROPHES
        stop = after[:1] != " " and not _STOPS.isdisjoint(after.split("\n")[0])
        words.append(_Word(bare, bare.lower(), start, end, bare[0].isupper(), first, possessive, stop))
        last = match.end()
    return words


def _starts_sentence(gap: str, before: str) -> bool:
    """True if a capital after a gap may be that of a sentence or a quotation."""
    if gap == " ":
        return False
    if gap.strip() == "." and len(before) == 1:
        return False
    return not _OPENING.isdisjoint(gap)


def _context(whole: str, lang: str, sentences: Iterable[list[_Word]]) -> _Context:
    inside: set[str] = set()
    small: set[str] = set()
    for words in sentences:
        if _is_headline(words):
            continue
        for word in words:
            if not word.capital:
                small.add(word.lower)
            elif not word.first:
                inside.add(word.lower)
    skeletons = frozenset(skeleton(w) for w in inside if len(w) > 4)
    return _Context(whole, lang, frozenset(inside), frozenset(small), skeletons)


def _is_headline(words: Sequence[_Word]) -> bool:
    """True where capitals say nothing, because nearly every word has one."""
    long = [w for w in words if len(w.text) > 3]
    capitals = sum(w.capital for w in long)
    return len(long) >= 4 and not words[-1].stop and capitals >= 0.8 * len(long)


def _headlines(sentences: Iterable[list[_Word]], found: Sequence[Mention], whole: str) -> list[Mention]:
    """In headlines, the names that the text itself has, in capitals or not."""
    known = {tuple(t.lower() for t in m.tokens): m for m in found if len(m.text) > 3}
    longest = max(map(len, known), default=0)
    extra = []
    for words in (w for w in sentences if _is_headline(w)):
        i = 0
        while i < len(words):
            for size in range(min(longest, len(words) - i), 0, -1):
                body = known.get(tuple(w.lower for w in words[i : i + size]))
                if body is not None:
                    span = Span(words[i].start, words[i + size - 1].end)
                    written = whole[span.start : span.end]
                    extra.append(replace(body, span=span, text=written, title=None, title_span=None))
                    i += size - 1
                    break
            i += 1
    return extra


# --- words that make a name ----------------------------------------------------------------------


@cache
def starters(lang: str) -> frozenset[str]:
    """Capitalised words that are no names."""
    return frozenset(resources.data("names")["starters"].get(lang, "").split())


@cache
def _nouns(kind: str, lang: str) -> frozenset[str]:
    return frozenset(resources.data("names")[kind].get(lang, "").split())


@cache
def _particles() -> frozenset[str]:
    return frozenset(resources.data("names")["particles"].split())


@lru_cache(maxsize=16384)
def is_given(word: str) -> bool:
    """True if a word is a known given name, in any script, in any case of its language."""
    parts = re.split(r"[-‐]", word)
    if len(parts) > 1:
        return all(is_given(p) for p in parts)
    known = given_names()
    if skeleton(word) in known:
        return True
    if word.isascii():
        return False
    latin = romanise(word).lower()
    return any(
        skeleton(base) in known
        for cut in (1, 2)
        if len(latin) > cut + 3
        for base in (latin[:-cut], latin[:-cut] + "a", latin[:-cut] + "i")
    )


def _mentions(words: list[_Word], context: _Context) -> list[Mention]:
    found = []
    for run in _runs(words, context):
        mention = _mention(run, words, context)
        if mention is not None:
            body = _body(mention, words, context)
            found += [mention] if body is None else sorted([body, mention], key=lambda m: m.span)
    return found


def _body(mention: Mention, words: list[_Word], context: _Context) -> Mention | None:
    """The organisation inside a title: ``Russian Federation Council`` of its chairwoman."""
    if mention.title_span is None:
        return None
    inside = [w for w in words if mention.title_span.start <= w.start and w.end <= mention.title_span.end]
    heads = [
        i for i, w in enumerate(inside) if w.capital and w.lower in _nouns("organizations", context.lang)
    ]
    if not heads:
        return None
    first = heads[-1]
    while first > 0 and _is_body_word(inside[first - 1], context):
        first -= 1
    span = Span(inside[first].start, inside[heads[-1]].end)
    tokens = tuple(w.text for w in inside[first : heads[-1] + 1])
    if len(tokens) < 2:
        return None
    return Mention(span, context.whole[span.start : span.end], ORGANIZATION, None, None, tokens)


def _is_body_word(word: _Word, context: _Context) -> bool:
    return word.capital and not titles.is_office(word.lower, context.lang)


def _runs(words: list[_Word], context: _Context) -> list[tuple[int, int]]:
    """Index ranges of words that may be a name with its title."""
    runs = []
    i = 0
    while i < len(words):
        if not _opens(words, i, context):
            i += 1
            continue
        end = i + 1
        while end < len(words) and (step := _continues(words, end, context)):
            end += step
        runs.append((i, end))
        i = end
    return runs


def _opens(words: list[_Word], i: int, context: _Context) -> bool:
    word = words[i]
    if not word.capital or word.lower in starters(context.lang):
        return False
    if not word.first:
        return True
    return (
        word.lower in context.inside
        or is_given(word.text)
        or titles.is_office(word.lower, context.lang)
        or (titles.is_country_word(word.lower))
        or (word.text.isupper() and len(word.text) > 1)
        or (len(word.text) > 4 and skeleton(word.lower) in context.skeletons)
    ) and not (word.lower in context.small and word.lower not in context.inside)


def _continues(words: list[_Word], i: int, context: _Context) -> int:
    """How many words from ``i`` on go on with the name that ends before it; 0 for none."""
    last, word = words[i - 1], words[i]
    gap = context.whole[last.end : word.start]
    if last.possessive:
        return 0
    if word.capital and word.lower not in starters(context.lang):
        if gap in {" ", "\u00a0"} or (gap in {". ", "."} and _abbreviates(last)):
            return 1
        return 0
    if gap not in {" ", "\u00a0"} or word.possessive or i + 1 >= len(words):
        return 0
    if last.capital and word.lower in _particles():
        return _particles_phrase(words, i, context)
    if word.lower in {"of", "for"} and context.lang == "en":
        return _of_phrase(words, i, context)
    return 0


def _particles_phrase(words: list[_Word], i: int, context: _Context) -> int:
    """``de la Tour`` after a given name; in French and Spanish ``de`` may just as well mean "of"."""
    blocked = context.lang in {"fr", "es"} and words[i].lower in {"de", "du", "des", "del", "la", "le", "y"}
    if blocked or context.lang in {"ru", "uk"}:
        return 0
    end = i + 1
    while end < len(words) - 1 and end < i + 2 and words[end].lower in _particles():
        end += 1
    between = context.whole[words[i - 1].end : words[end].start]
    ahead = words[end]
    plain_gaps = len(between.split()) == end - i and not set(between) & set(",.;:")
    return end - i + 1 if ahead.capital and plain_gaps and ahead.lower not in starters(context.lang) else 0


def _of_phrase(words: list[_Word], i: int, context: _Context) -> int:
    """``of the Federation Council`` after an office or an organisation's head noun."""
    last = words[i - 1].lower
    if not titles.is_office(last, context.lang) and last not in _nouns("organizations", "en"):
        return 0
    size = 2 if i + 2 < len(words) and words[i + 1].lower == "the" else 1
    if i + size >= len(words):
        return 0
    ahead = words[i + size]
    gap = context.whole[words[i - 1].end : ahead.start]
    if ahead.capital and _OF.fullmatch(gap) and ahead.lower not in starters(context.lang):
        return size + 1
    return 0


def _abbreviates(word: _Word) -> bool:
    return len(word.text) == 1 or word.lower in {"dr", "mr", "mrs", "ms", "st", "gen", "sen", "prof", "jr"}


# --- from a row of words to a name ---------------------------------------------------------------


def _mention(run: tuple[int, int], words: list[_Word], context: _Context) -> Mention | None:
    start, end = run
    title_start, name_start = _split(words, start, end, context)
    if name_start >= end:
        return None
    name = words[name_start:end]
    title_span = None
    if title_start < name_start:
        first = _title_start(words, title_start, context)
        title_span = Span(words[first].start, words[name_start - 1].end)
    if title_span is None:
        title_span = _title_before(words, name_start, context)
    title = context.whole[title_span.start : title_span.end] if title_span else None
    kind = _kind(name, title is not None, context)
    if kind is None:
        return None
    if kind in {PERSON, UNKNOWN} and title is None and end < len(words):
        after = words[end].lower in _nouns("organizations", context.lang) | _nouns("media", context.lang)
        kind = ORGANIZATION if after and context.whole[name[-1].end : words[end].start] == " " else kind
    if title is None and kind == PERSON:
        title_span = _title_after(words, end, context)
        title = context.whole[title_span.start : title_span.end] if title_span else None
    span = Span(name[0].start, name[-1].end)
    tokens = tuple(w.text for w in name)
    return Mention(span, context.whole[span.start : span.end], kind, title, title_span, tokens)


def _split(words: list[_Word], start: int, end: int, context: _Context) -> tuple[int, int]:
    """Where the title starts and where the name starts; equal when there is no title."""
    lower = [w.lower for w in words[start:end]]
    last = -1
    for i in range(len(lower)):
        if size := titles.office_at(lower, i, context.lang):
            last = max(last, i + size)
    if last > 0 and start + last < end and lower[last] in {"of", "for"}:
        return start, _after_of(words, start + last, end, context)
    if last > 0:
        return start, start + last
    given = next((i for i in range(start, end) if is_given(words[i].text)), None)
    if given is not None and given > start and _ends_title(words, start, given, context):
        return start, given
    return start, start


def _after_of(words: list[_Word], link: int, end: int, context: _Context) -> int:
    """First word of the name in ``Speaker of the Federation Council Valentina Matvienko``."""
    heads = [i for i in range(link + 1, end) if words[i].lower in _nouns("organizations", context.lang)]
    if heads:
        return heads[-1] + 1
    first = link + (2 if words[link + 1].lower == "the" else 1)
    if first < end and titles.is_country_word(words[first].lower) and not is_given(words[first].text):
        return first + 1
    given = next((i for i in range(first + 1, end) if is_given(words[i].text)), None)
    return given if given is not None and given < end - 1 else end


def _ends_title(words: list[_Word], start: int, given: int, context: _Context) -> bool:
    """True if what stands before a given name is a body or a country, not another given name."""
    before = words[given - 1]
    return (
        before.lower in _nouns("organizations", context.lang)
        or titles.is_country_word(before.lower)
        or (context.lang in {"ru", "uk", "de"} and given < len(words) - 1 and start > 0)
        or (before.text.isupper() and len(before.text) > 1)
    )


def _title_before(words: list[_Word], name: int, context: _Context) -> Span | None:
    """A title in small letters right before the name, with the words that belong to it."""
    i = name - 1
    if i < 0:
        return None
    gap = context.whole[words[i].end : words[name].start]
    if gap != " " and not titles.generic_link(gap, context.lang):
        first = _generic_start(words, name, context)
        return Span(words[first].start, words[name - 1].end) if first is not None else None
    if (first := _generic_start(words, name, context)) is not None:
        return Span(words[first].start, words[name - 1].end)
    size = titles.office_before([w.lower for w in words[max(0, name - 6) : name]], min(name, 6), context.lang)
    if not size:
        return None
    first = _title_start(words, name - size, context)
    return Span(words[first].start, words[name - 1].end)


def _title_start(words: list[_Word], i: int, context: _Context) -> int:
    """Index of the first word that belongs to a title: ``former Russian`` before ``president``."""
    while i > 0 and context.whole[words[i - 1].end : words[i].start] == " ":
        word = words[i - 1]
        known = titles.is_qualifier(word.lower, context.lang) or titles.is_office(word.lower, context.lang)
        if word.first and word.lower in starters(context.lang):
            break
        if word.possessive or not (known or titles.is_country_word(word.lower)):
            break
        i -= 1
    return i


def _generic_start(words: list[_Word], name: int, context: _Context) -> int | None:
    """Index of the office in ``President of the country NAME``, None if it is not that."""
    for office in range(max(0, name - 4), name):
        if titles.is_office(words[office].lower, context.lang):
            between = context.whole[words[office].end : words[name].start]
            if titles.generic_link(between, context.lang):
                return office
    return None


def _title_after(words: list[_Word], end: int, context: _Context) -> Span | None:
    """``NAME, Speaker of the Federation Council,``: the title after a comma."""
    if context.lang != "en" or end >= len(words):
        return None
    if context.whole[words[end - 1].end : words[end].start] not in {", ", ", the "}:
        return None
    first = end + (words[end].lower in {"the", "a"})
    lower = [w.lower for w in words[first : first + 8]]
    for i in range(min(4, len(lower))):
        if size := titles.office_at(lower, i, "en"):
            last = first + i + size
            while last < len(words) and (step := _continues(words, last, context)):
                last += step
            return Span(words[first].start, words[last - 1].end)
        word = words[first + i]
        if not word.capital and not titles.is_qualifier(word.lower, "en"):
            return None
    return None


def _kind(name: list[_Word], titled: bool, context: _Context) -> str | None:
    """Kind of a name, None if it is no name of a bearer (an adjective, a lone starter)."""
    lower = [w.lower for w in name]
    if any(w in _nouns("organizations", context.lang) for w in lower):
        return ORGANIZATION
    if titled:
        return None if len(name) == 1 and titles.is_demonym(lower[0]) else PERSON
    if all(titles.is_country_word(w) for w in lower):
        return None if all(titles.is_demonym(w) for w in lower) else PLACE
    if any(w in _nouns("places", context.lang) for w in lower):
        return None if titles.is_demonym(lower[-1]) else PLACE
    if titles.is_demonym(lower[-1]):
        return None
    given = is_given(name[0].text)
    if len(name) > 1 and (given or len(name[0].text) == 1):
        return PERSON
    if context.lang == "de" and not given:
        return None
    if all(w.text.isupper() and len(w.text) > 1 for w in name):
        return ORGANIZATION
    return UNKNOWN
