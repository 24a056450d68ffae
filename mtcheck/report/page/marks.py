"""Marks on the words of a sentence; marks may overlap, so each piece wears all that cover it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mtcheck.core import Span
from mtcheck.report.page.safe import shown


@dataclass(frozen=True, slots=True)
class Mark:
    """Some words of a sentence.

    Attributes:
        span: code points of the sentence (not of the document).
        style: class in the style sheet: a family's letter, or ``spike``.
        finding: number of the finding on the page, None for a spike.
    """

    span: Span
    style: str
    finding: int | None = None


def marked(text: str, marks: Sequence[Mark]) -> str:
    """A sentence as HTML with its marks; what lies outside the sentence is left out."""
    clipped = [(max(0, m.span.start), min(len(text), m.span.end), m) for m in marks]
    clipped = sorted((c for c in clipped if c[0] < c[1]), key=lambda c: (c[0], -c[1]))
    edges = sorted({0, len(text), *(c[0] for c in clipped), *(c[1] for c in clipped)})
    pieces = []
    for start, end in pairwise(edges):
        piece = shown(text[start:end])
        for left, right, mark in reversed(clipped):
            if left <= start and end <= right:
                piece = _wrapped(piece, mark, last=end == right)
        pieces.append(piece)
    return "".join(pieces)


def _wrapped(piece: str, mark: Mark, *, last: bool) -> str:
    if mark.finding is None:
        return f'<span class="spike">{piece}</span>'
    return f'<mark class="{mark.style}{" z" if last else ""}" data-f="{mark.finding}">{piece}</mark>'
