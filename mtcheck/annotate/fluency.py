"""From tokens' surprisal to a sentence's fluency.

Mean surprisal of a sentence is set against human sentences of the same language and about the same
length (short sentences vary more), and of the same place (the first sentence of a text has no
context and surprises more). Words far above what human words reach are its spikes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mtcheck import resources
from mtcheck.annotate.base import ScoredToken
from mtcheck.annotate.reference import fluency_reference, percentile_below
from mtcheck.core import Document, Fluency, Segment, Span, Token

LENGTHS = (0, 12, 20, 30, 45)
"""Lower ends of the length classes of the reference, in tokens."""


def running_text(doc: Document) -> tuple[str, list[tuple[int, Span]]]:
    """The scored segments as one text, and where each lies in it.

    Notices and code are left out, so that they neither count nor serve as context.

    Returns:
        the text, and (index of the segment, its span in that text) in order.
    """
    parts: list[str] = []
    places: list[tuple[int, Span]] = []
    at, last_end, last_kind = 0, -1, ""
    for index, segment in enumerate(doc.segments):
        if not segment.scored:
            continue
        if parts:
            between = doc.text[last_end : segment.span.start]
            gap = (
                "\n" if "\n" in between or segment.kind != last_kind or len(between) > 3 else (between or "")
            )
            parts.append(gap)
            at += len(gap)
        parts.append(segment.text)
        places.append((index, Span(at, at + len(segment.text))))
        at += len(segment.text)
        last_end, last_kind = segment.span.end, segment.kind
    return "".join(parts), places


def fluency_of(
    segment: Segment, tokens: Sequence[ScoredToken], place: Span, *, model: str, lang: str | None, first: bool
) -> Fluency | None:
    """Fluency of one segment, None if it has no tokens.

    Args:
        tokens: tokens of the running text that lie in ``place``.
        place: span of the segment in the running text.
        model: signature of the language model.
        first: nothing stood before it.
    """
    shift = segment.span.start - place.start
    own = tuple(
        Token(Span(max(t.start, place.start) + shift, min(t.end, place.end) + shift), t.surprisal)
        for t in tokens
    )
    if not own:
        return None
    mean = sum(t.surprisal for t in own) / len(own)
    reference = fluency_reference(model, lang)
    if reference is None or len(own) < int(resources.data("thresholds")["fluency"]["min_tokens"]):
        return Fluency(own, mean)
    percentile = 100.0 - percentile_below(mean, reference_quantiles(reference, len(own), first=first))
    return Fluency(own, mean, percentile, _spikes(segment, own, reference, percentile))


def reference_quantiles(reference: dict[str, Any], length: int, *, first: bool) -> list[float]:
    """The reference's quantiles for a sentence of ``length`` tokens."""
    name = str(max(i for i, low in enumerate(LENGTHS) if length >= low))
    rows: dict[str, list[float]] = reference["first" if first else "later"]
    return rows[name]


def _spikes(
    segment: Segment, tokens: Sequence[Token], reference: dict[str, Any], percentile: float
) -> tuple[Span, ...]:
    """Words whose summed surprisal passes the reference's limit for words, at most five, in order.

    A sentence in the lowest quarter always has one, the word that surprises most: its reader wants
    to know where to begin. A word with a capital inside a sentence is left alone: names surprise in
    good text too.
    """
    share = float(resources.data("thresholds")["fluency"]["spike_quantile"])
    limit = float(reference["words"][round(share * (len(reference["words"]) - 1))])
    words = [(b, span) for b, span in word_surprisals(segment, tokens) if not is_name(segment, span)]
    high = [(bits, span) for bits, span in words if bits > limit]
    if not high and words and percentile < 25:
        high = [max(words)]
    top = sorted(high, reverse=True)[:5]
    return tuple(sorted(span for _, span in top))


def word_surprisals(segment: Segment, tokens: Sequence[Token]) -> list[tuple[float, Span]]:
    """Bits and span of every word: tokens that touch are one word, cut at white space."""
    out: list[tuple[float, Span]] = []
    for token in tokens:
        piece = segment.text[token.span.start - segment.span.start : token.span.end - segment.span.start]
        if out and token.span.start == out[-1][1].end and piece[:1].isalnum():
            bits, span = out.pop()
            out.append((bits + token.surprisal, Span(span.start, token.span.end)))
        elif any(c.isalnum() for c in piece):
            out.append((token.surprisal, token.span))
    return out


def is_name(segment: Segment, span: Span) -> bool:
    """Whether a word may be a name or a number, which surprise by nature."""
    word = segment.text[span.start - segment.span.start : span.end - segment.span.start]
    return word[:1].isupper() or any(c.isdigit() for c in word)
