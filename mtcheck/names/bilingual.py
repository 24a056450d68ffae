"""Names of a text beside those of its source, sentence by sentence.

Reach for ``rendered`` where sentences are aligned to their sources: it says for each name of the target
which name of the source it stands for, so that two renderings too far apart to be told as one (Tsoi,
Choi) are still seen to be one bearer. Names are laid beside each other by sound; a name that is left
over on both sides belongs together when the given names do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from mtcheck import text
from mtcheck.core import Document, Segment, Span
from mtcheck.names.distance import slips
from mtcheck.names.mentions import PERSON, UNKNOWN, Mention, find_mentions, supported
from mtcheck.names.transliteration import consonants_across, plain, skeleton
from mtcheck.names.variants import stem


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a name of the target renders.

    Attributes:
        name: the words of the source's name, without case endings.
        title: the words of the title that stands with it there, likewise.
    """

    name: tuple[str, ...]
    title: tuple[str, ...] = ()


def rendered(
    doc: Document, segments: Sequence[Segment], mentions: Sequence[Mention]
) -> tuple[Rendered | None, ...]:
    """For each mention of the target what it renders, None where that cannot be told.

    Empty without sources.
    """
    lang = text.primary(doc.source_lang) if doc.source_lang else ""
    aligned = [s for s in segments if s.source]
    if not aligned or not supported(lang):
        return ()
    theirs = _source_mentions(aligned, lang)
    found: list[Rendered | None] = [None] * len(mentions)
    for number, segment in enumerate(aligned):
        ours = [i for i, m in enumerate(mentions) if _inside(m, segment) and m.kind in {PERSON, UNKNOWN}]
        for i, source in _pair(ours, mentions, theirs[number], lang):
            title = tuple(_key(w, lang) for w in text.words(source.title or ""))
            found[i] = Rendered(tuple(_key(t, lang) for t in source.tokens), title)
    return tuple(found)


def _key(word: str, lang: str) -> str:
    """What the cases of a word share, in short words too (Tsoi, Tsoya)."""
    if lang not in {"ru", "uk"}:
        return word.lower()
    return stem(word, lang).rstrip("аеёиіїоуыэюяйь") or word.lower()


def _inside(mention: Mention, segment: Segment) -> bool:
    return segment.span.start <= mention.span.start < segment.span.end


def _source_mentions(aligned: Sequence[Segment], lang: str) -> dict[int, list[Mention]]:
    """The names of the source, found in all its sentences together, by number of the sentence."""
    spans, at = [], 0
    for segment in aligned:
        size = len(segment.source or "")
        spans.append(Span(at, at + size))
        at += size + 1
    whole = "\n".join(s.source or "" for s in aligned)
    by_sentence: dict[int, list[Mention]] = defaultdict(list)
    number = 0
    for mention in find_mentions(whole, lang=lang, spans=spans):
        while mention.span.start >= spans[number].end:
            number += 1
        if mention.kind in {PERSON, UNKNOWN}:
            by_sentence[number].append(mention)
    return by_sentence


def _pair(
    ours: list[int], mentions: Sequence[Mention], theirs: list[Mention], lang: str
) -> list[tuple[int, Mention]]:
    """Names of one sentence that belong together: by the sound of the surname, then what is left over."""
    pairs: list[tuple[int, Mention]] = []
    left, right = list(ours), list(theirs)
    for i in ours:
        near = [m for m in right if sounds_like(m.tokens[-1], mentions[i].tokens[-1], lang)]
        if near:
            pairs.append((i, near[0]))
            left.remove(i)
            right.remove(near[0])
    if len(left) == len(right) == 1:
        source, target = right[0].tokens, mentions[left[0]].tokens
        if min(len(source), len(target)) > 1 and sounds_like(source[0], target[0], lang):
            pairs.append((left[0], right[0]))
    return pairs


def sounds_like(source: str, target: str, lang: str) -> bool:
    """True if a word of the target may be a word of the source in Latin letters, in any case."""
    a, b = stem(source, lang), plain(target)
    x, y = consonants_across(a), consonants_across(b)
    if min(len(x), len(y)) >= 3 and (x.startswith(y) or y.startswith(x)) and abs(len(x) - len(y)) <= 1:
        return True
    bare, other = skeleton(a), skeleton(b)
    return bare[:1] == other[:1] and slips(bare, other, 2) <= (1 if min(len(bare), len(other)) < 5 else 2)
