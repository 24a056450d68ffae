"""What a check is.

A check is a pure function of an annotated document: it never calls a model, opens a file (tables
come through ``resources``) or looks at another document. Checks across documents hand back a tally
that adds up, and speak when the run ends, so one file, a folder and a cluster take the same path.

The class docstring is the documentation: its first line is the summary, and ``mtcheck explain``
prints the rest. Five headings are required, each on a line of its own: ``What it does``,
``Why it matters``, ``Limits``, ``Example``, ``Source``.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, ClassVar

from mtcheck.core import (
    Catalogue,
    Document,
    Finding,
    Origin,
    Place,
    Rule,
    Severity,
    Span,
    Unit,
    fingerprint,
)

HEADINGS = ("What it does", "Why it matters", "Limits", "Example", "Source")


class Check(ABC):
    """One rule on one document.

    Attributes:
        code: stable code, three letters and three digits.
        name: what is wrong, in lower case with hyphens; never the remedy.
        severity: default severity of its findings.
        needs: annotations it reads that models make or refine: ``round_trip``, ``fluency``, ``style``;
            empty when it reads none.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    needs: ClassVar[frozenset[str]] = frozenset()

    def run(self, doc: Document) -> Iterator[Finding]:
        """Findings in one document, in the order of its text."""
        yield from ()

    @classmethod
    def rule(cls) -> Rule:
        """The rule as data, for reports and for ``mtcheck explain``."""
        text = inspect.cleandoc(cls.__doc__ or "")
        summary, _, rest = text.partition("\n")
        return Rule(cls.code, cls.name, cls.severity, summary.strip(), rest.strip(), cls.needs)

    def finding(
        self,
        doc: Document,
        message: str,
        *,
        span: Span | None = None,
        found: str | None = None,
        expected: str | None = None,
        score: float | None = None,
        severity: Severity | None = None,
        related: tuple[Place, ...] = (),
        salt: str = "",
    ) -> Finding:
        """A finding of this rule, with place, segment and fingerprint filled in.

        Args:
            salt: tells twins apart (the same words in the same sentence twice).
        """
        segment = segment_at(doc, span)
        judged = doc.segments[segment].text if segment is not None else ""
        line = doc.line_of(span.start) if span is not None else doc.origin.line
        origin = type(doc.origin)(doc.origin.uri, doc.origin.unit, line)
        return Finding(
            code=self.code,
            name=self.name,
            severity=self.severity if severity is None else severity,
            message=message,
            doc=doc.id,
            origin=origin,
            span=span,
            segment=segment,
            found=found,
            expected=expected,
            score=score,
            fingerprint=fingerprint(self.code, doc.id, judged, found or "", salt),
            related=related,
        )


class RunCheck(Check):
    """A rule that also looks across the documents of a run.

    ``run`` speaks about one document as usual. ``collect`` boils a document down to a tally,
    ``add`` merges two (associative and commutative up to order of places), and ``conclude`` says
    what the whole run shows beyond what ``run`` has already said of single documents.
    """

    @abstractmethod
    def collect(self, doc: Document) -> Any:
        """What the run must remember of one document."""

    @abstractmethod
    def add(self, left: Any, right: Any) -> Any:
        """Two tallies as one."""

    @abstractmethod
    def conclude(self, tally: Any) -> Iterator[Finding]:
        """Findings of the run."""


class CatalogueCheck(Check):
    """A rule on the messages of a localisation file.

    ``judge`` sees one unit at a time and is called for every unit that has a target (untranslated,
    obsolete and missing units go to ``judge_catalogue`` alone); ``judge_catalogue`` sees the whole
    file once. Both are pure and quick: a file may hold 100,000 units.

    Attributes:
        signs: characters without any of which, in source and target, ``judge`` has nothing to say; it is
            then not called. Empty if it may always have something to say.
    """

    signs: ClassVar[str] = ""

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """Findings in one unit."""
        yield from ()

    def judges_units(self) -> bool:
        """False for a rule that has nothing to say of a single unit, and need not be asked 100,000 times."""
        return type(self).judge is not CatalogueCheck.judge

    def judge_catalogue(self, catalogue: Catalogue) -> Iterator[Finding]:
        """Findings that only the whole file shows."""
        yield from ()

    def unit_finding(
        self,
        unit: Unit,
        catalogue: Catalogue,
        message: str,
        *,
        span: Span | None = None,
        found: str | None = None,
        expected: str | None = None,
        severity: Severity | None = None,
        salt: str = "",
    ) -> Finding:
        """A finding of this rule in a unit; ``span`` counts code points of ``unit.target``.

        The fingerprint holds rule, file name, key and both texts, no line: an edit above keeps it,
        an edit of the message ends it.
        """
        return Finding(
            code=self.code,
            name=self.name,
            severity=self.severity if severity is None else severity,
            message=message,
            doc=catalogue.uri,
            origin=Origin(catalogue.uri, unit.key, unit.line),
            span=span,
            found=found,
            expected=expected,
            fingerprint=fingerprint(
                self.code,
                _file_name(catalogue.uri),
                unit.key,
                unit.context or "",
                unit.plural or "",
                unit.source,
                unit.target,
                salt,
            ),
        )


@lru_cache(maxsize=16)
def _file_name(uri: str) -> str:
    return PurePosixPath(uri.replace("\\", "/")).name


def segment_at(doc: Document, span: Span | None) -> int | None:
    """Index of the segment in which a span starts, or None."""
    if span is None:
        return None
    for index, segment in enumerate(doc.segments):
        if segment.span.start <= span.start < max(segment.span.end, segment.span.start + 1):
            return index
    return None
