"""What must be remembered of a text, or of many, to tell whether names are rendered one way.

A tally holds what was seen, document by document, and nothing that was concluded: so tallies add up
in any order and any grouping, and ``grouping.conclude`` gives the same answer for the sum.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from mtcheck import text
from mtcheck.core import Document, Origin, Place, Segment, Span
from mtcheck.names.adjectives import Use, find_uses
from mtcheck.names.bilingual import Rendered, rendered
from mtcheck.names.mentions import Mention, supported, survey


@dataclass(frozen=True, slots=True)
class Seen:
    """One document: its names, its competing adjectives, and where it came from.

    Attributes:
        doc: id of the document.
        lang: BCP 47 primary subtag.
        mentions: names in the order of the text, each with its place.
        uses: adjectives and place names that compete with another, each with its place.
        loose: words at the start of sentences that may be misspelled names.
        small: words that the document also writes in small letters, among those of its names.
        renders: what each mention renders, where sentences have sources; else empty.
    """

    doc: str
    lang: str
    mentions: tuple[tuple[Mention, Place], ...]
    uses: tuple[tuple[Use, Place], ...]
    loose: tuple[tuple[Mention, Place], ...]
    small: frozenset[str]
    renders: tuple[Rendered | None, ...] = ()


class Tally:
    """Documents seen so far; ``+`` is associative, and equality knows no order."""

    __slots__ = ("_left", "_own", "_right")

    def __init__(self, own: tuple[Seen, ...] = ()) -> None:
        self._own = own
        self._left: Tally | None = None
        self._right: Tally | None = None

    def __add__(self, other: Tally) -> Tally:
        """Both, in constant time: sums are laid out only when someone looks."""
        both = Tally()
        both._left, both._right = self, other
        return both

    @property
    def is_sum(self) -> bool:
        """True if tallies were added up to this one."""
        return self._left is not None

    @property
    def documents(self) -> tuple[Seen, ...]:
        """What was seen, in the order of document ids and places."""
        found: list[Seen] = []
        stack: list[Tally] = [self]
        while stack:
            node = stack.pop()
            found += node._own
            stack += [part for part in (node._left, node._right) if part is not None]
        return tuple(sorted(found, key=_order))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tally) and self.documents == other.documents

    def __hash__(self) -> int:
        return hash(self.documents)

    def __repr__(self) -> str:
        return f"Tally({self.documents!r})"


def _order(seen: Seen) -> tuple[str, str, str, tuple[Span, ...]]:
    """Total enough: twins of one id and one source are equal in all that follows from them."""
    place = next((p for _, p in (*seen.mentions, *seen.uses)), None)
    origin = place.origin if place else None
    spans = tuple(m.span for m, _ in seen.mentions)
    return seen.doc, origin.uri if origin else "", (origin.unit or "") if origin else "", spans


def tally(doc: Document) -> Tally:
    """The tally of one document: the scored sentences of a document whose language is supported.

    The last answer is kept, for several checks ask about one document in a row.
    """
    global _latest
    if _latest is None or _latest[0] is not doc:
        _latest = (doc, _tally(doc))
    return _latest[1]


_latest: tuple[Document, Tally] | None = None


def _tally(doc: Document) -> Tally:
    segments = [s for s in doc.segments if s.scored and "residue" not in s.flags]
    if doc.lang is None or not segments or not supported(doc.lang):
        return Tally()
    lang = text.primary(doc.lang)
    spans = tuple(s.span for s in segments)
    mentions, loose, small = survey(doc.text, lang=lang, spans=spans)
    uses = find_uses(doc.text, lang=lang, spans=spans)
    if not mentions and not uses:
        return Tally()
    places = _Places(doc, segments)
    names = {token.lower() for m in mentions for token in m.tokens}
    seen = Seen(
        doc=doc.id,
        lang=lang,
        mentions=tuple((m, places.of(m.span, m.text)) for m in mentions),
        uses=tuple((u, places.of(u.span, u.text)) for u in uses),
        loose=tuple((m, places.of(m.span, m.text)) for m in loose),
        small=small & names,
        renders=rendered(doc, segments, mentions),
    )
    return Tally((seen,))


class _Places:
    """Places in a document; lines come from its sentences, which are sorted, not from all its blocks."""

    def __init__(self, doc: Document, segments: list[Segment]) -> None:
        self._doc = doc
        self._segments = sorted(segments, key=lambda s: s.span)
        self._starts = [s.span.start for s in self._segments]

    def of(self, span: Span, words: str) -> Place:
        doc = self._doc
        segment = self._segments[max(0, bisect_right(self._starts, span.start) - 1)]
        line = doc.origin.line
        if segment.line is not None:
            line = segment.line + doc.text.count("\n", segment.span.start, span.start)
        same = line == doc.origin.line
        origin = doc.origin if same else Origin(doc.origin.uri, doc.origin.unit, line)
        return Place(doc.id, origin, span, words)
