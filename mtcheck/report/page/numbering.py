"""Numbers for everything on the page, so that each place has an address.

Documents are numbered in input order, number 0 being what lies across documents; findings in the
order in which the page shows them: what speaks of a whole document first, then by sentence.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mtcheck.core import Document, Finding, Place, Result, Severity


@dataclass(frozen=True, slots=True)
class Numbered:
    """A finding and its number on the page."""

    number: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document on the page.

    Attributes:
        number: of the document.
        result: what the run said of it.
        whole: findings without a sentence.
        by_segment: index of a sentence to its findings.
    """

    number: int
    result: Result
    whole: tuple[Numbered, ...]
    by_segment: Mapping[int, tuple[Numbered, ...]]

    @property
    def findings(self) -> tuple[Numbered, ...]:
        """All of them, in the order of the page."""
        return self.whole + tuple(n for i in sorted(self.by_segment) for n in self.by_segment[i])

    def worst(self) -> dict[int, Severity]:
        """Index of a sentence to the severity of its worst finding."""
        return {i: max(n.finding.severity for n in found) for i, found in self.by_segment.items()}

    def is_catalogue(self) -> bool:
        """True for a localisation file: its findings belong to messages, not to sentences."""
        return not self.result.document.segments and {"format", "units"} <= set(self.result.document.metadata)


@dataclass(slots=True)
class Numbering:
    """All documents of a run.

    Attributes:
        sheets: the documents.
        across: findings of the run as a whole.
    """

    sheets: list[Sheet] = field(default_factory=list)
    across: list[Numbered] = field(default_factory=list)
    _documents: dict[str, tuple[int, Document, list[int]]] = field(default_factory=dict)

    def href(self, place: Place) -> str | None:
        """The address on the page of a place in a text, None if it is not on the page."""
        known = self._documents.get(place.doc)
        if known is None:
            return None
        number, _, starts = known
        segment = bisect_right(starts, place.span.start) - 1
        return f"#s{number}-{segment + 1}" if segment >= 0 else f"#d{number}"

    def sentence(self, place: Place) -> int | None:
        """The number, from 1, of the sentence of a place."""
        known = self._documents.get(place.doc)
        segment = bisect_right(known[2], place.span.start) if known is not None else 0
        return segment or None


def number(results: Sequence[Result], across: Sequence[Finding]) -> Numbering:
    """Number a run."""
    made = Numbering()
    count = 0
    for finding in across:
        made.across.append(Numbered(count, finding))
        count += 1
    for index, result in enumerate(results, 1):
        sheet = _sheet(index, result, count)
        count += len(result.findings)
        made.sheets.append(sheet)
        doc = result.document
        made._documents.setdefault(doc.id, (index, doc, [s.span.start for s in doc.segments]))
    return made


def _sheet(index: int, result: Result, first: int) -> Sheet:
    sentences = range(len(result.document.segments))
    placed: dict[int | None, list[Finding]] = defaultdict(list)
    for finding in result.findings:
        placed[finding.segment if finding.segment in sentences else None].append(finding)
    whole = placed.pop(None, [])
    by_segment: dict[int, tuple[Numbered, ...]] = {}
    at = first + len(whole)
    for segment in sorted(k for k in placed if k is not None):
        by_segment[segment] = tuple(Numbered(at + i, f) for i, f in enumerate(placed[segment]))
        at += len(placed[segment])
    return Sheet(index, result, tuple(Numbered(first + i, f) for i, f in enumerate(whole)), by_segment)
