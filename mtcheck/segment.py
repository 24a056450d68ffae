"""Blocks to sentences, offsets kept.

Sentences are found by sentencex (Wikimedia, MIT: some 300 languages, abbreviation lists, nothing
lost between sentences). A block that is a notice is one segment flagged ``notice``; a notice inside
a paragraph is cut out first, so that no sentence carries its words into a score.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mtcheck import resources, text
from mtcheck.core import Block, Document, Notice, Segment, Span

LONGEST_SENTENCE = 2000
"""Code points. Longer "sentences" are tables, minified code or text without punctuation; they are
cut at white space so that no model is asked to swallow them whole."""

_UNSCORED_KINDS = frozenset({"code", "frontmatter"})


def segment(doc: Document) -> Document:
    """The document with its ``segments`` filled in.

    A document with a source keeps its pairs: where target and source have equally many sentences
    they are taken to match one to one (as in news translation), else the document is one segment.
    """
    blocks = doc.blocks or (Block(Span(0, len(doc.text)), "paragraph", doc.origin.line),)
    segments = [s for block in blocks for s in _segments_of(doc, block)]
    if doc.source is not None:
        segments = _pair(doc, segments)
    return replace(doc, segments=tuple(_mark_residue(s, doc.lang) for s in segments))


def _segments_of(doc: Document, block: Block) -> Iterator[Segment]:
    for span, notice in _without_notices(block.span, doc.notices):
        if notice:
            yield _segment(doc, block, span, frozenset({"notice"}))
        elif block.kind in _UNSCORED_KINDS:
            yield _segment(doc, block, span, frozenset({"code"}))
        else:
            for sentence in sentences(doc.text, span, doc.lang):
                yield _segment(doc, block, sentence, frozenset())


def _segment(doc: Document, block: Block, span: Span, flags: frozenset[str]) -> Segment:
    line = None if block.line is None else block.line + doc.text.count("\n", block.span.start, span.start)
    return Segment(doc.text[span.start : span.end], span, block.kind, line, doc.lang, flags)


def _without_notices(span: Span, notices: tuple[Notice, ...]) -> Iterator[tuple[Span, bool]]:
    """The parts of a span outside (False) and inside (True) of notices, in order."""
    at = span.start
    for notice in sorted(n.span for n in notices if n.span is not None):
        start, end = max(notice.start, at), min(notice.end, span.end)
        if start >= end:
            continue
        if start > at:
            yield Span(at, start), False
        yield Span(start, end), True
        at = end
    if at < span.end:
        yield Span(at, span.end), False


def sentences(value: str, span: Span, lang: str | None) -> Iterator[Span]:
    """Spans of the sentences of ``value[span.start:span.end]``, without surrounding space.

    Args:
        lang: BCP 47; English rules for None.
    """
    import sentencex

    piece = value[span.start : span.end]
    if not piece.strip():
        return
    at = span.start
    for sentence in sentencex.segment(text.primary(lang or "en"), piece):
        for start, end in _cut(sentence):
            if trimmed := _trim(value, at + start, at + end):
                yield trimmed
        at += len(sentence)


def _cut(sentence: str) -> Iterator[tuple[int, int]]:
    """An overlong sentence in pieces that end at white space where there is any."""
    start = 0
    while len(sentence) - start > LONGEST_SENTENCE:
        space = sentence.rfind(" ", start + 1, start + LONGEST_SENTENCE)
        end = space if space > start else start + LONGEST_SENTENCE
        yield start, end
        start = end
    yield start, len(sentence)


def _trim(value: str, start: int, end: int) -> Span | None:
    while start < end and (value[start].isspace() or value[start] in "\u200b\ufeff"):
        start += 1
    while end > start and (value[end - 1].isspace() or value[end - 1] in "\u200b\ufeff"):
        end -= 1
    return Span(start, end) if start < end else None


def _pair(doc: Document, segments: list[Segment]) -> list[Segment]:
    """Segments with their source sentences."""
    source = doc.source or ""
    spans = list(sentences(source, Span(0, len(source)), doc.source_lang))
    content = [i for i, s in enumerate(segments) if s.scored]
    if content and len(spans) == len(content):
        paired = dict(zip(content, spans, strict=True))
        return [
            replace(s, source=source[paired[i].start : paired[i].end]) if i in paired else s
            for i, s in enumerate(segments)
        ]
    if not content:
        return segments
    first, last = segments[content[0]], segments[content[-1]]
    span = Span(first.span.start, last.span.end)
    whole = replace(first, text=doc.text[span.start : span.end], span=span, source=text.normalise(source))
    return (
        [s for s in segments if not s.scored and s.span.end <= span.start]
        + [whole]
        + [s for s in segments if not s.scored and s.span.start >= span.end]
    )


def _mark_residue(segment: Segment, lang: str | None) -> Segment:
    """The segment with its own language, flagged ``residue`` if that is surely another one."""
    if lang is None or not segment.scored:
        return segment
    other = other_language(segment.text, lang)
    return segment if other is None else replace(segment, lang=other, flags=segment.flags | {"residue"})


def other_language(sentence: str, lang: str) -> str | None:
    """The language of a sentence if it is surely not ``lang``, else None.

    Cheap evidence first: a sentence with function words of ``lang`` is in it, and the language guess
    (milliseconds a sentence) is not asked. Names in Latin letters, quoted titles and code are no
    other language: a sentence counts only with enough lower-case words, or in a script that
    ``lang`` is not written in.
    """
    limits = resources.data("thresholds")["language"]
    expected, found = text.expected_scripts(lang), text.scripts(sentence)
    total = sum(found.values())
    foreign = total - sum(found[s] for s in expected) if expected else 0
    counts = text.function_words(sentence)
    if foreign >= limits["residue_script_share"] * max(total, 1):
        names_only = found["Latin"] > total / 2 and not any(counts.values())
        if total < limits["residue_min_letters"] or names_only:
            return None
        likeliest = max(counts, key=lambda known: counts[known])
        return text.detect_language(sentence) or (likeliest if counts[likeliest] else "und")
    own = counts.get(text.primary(lang))
    words = text.lower_words(sentence)
    if own is None or len(words) < limits["residue_min_words"]:
        return None
    if own >= limits["residue_share"] * len(words) and own >= max(counts.values()):
        return None
    guess = text.detect_language(sentence)
    if guess is None or _same_language(guess, lang) or counts.get(guess, own + 1) <= own:
        return None
    return guess


def _same_language(a: str, b: str) -> bool:
    """Equal, or so close that the guess cannot tell them apart on one sentence."""
    a, b = text.primary(a), text.primary(b)
    return a == b or any(
        a in group and b in group for group in resources.data("languages")["close"]["groups"]
    )
