"""Findings from back-translation."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace

from mtcheck import resources, text
from mtcheck.checks.base import CatalogueCheck, Check
from mtcheck.core import Catalogue, Document, Finding, RoundTrip, Severity, Unit

MAX_SHOWN = 120
"""Longest back-translation that a message shows, in code points."""


class RoundTripLoss(Check):
    """A sentence may not say what its source says: too little of it survives translation back.

    What it does
        Looks at the chrF of a sentence against its source (translated back) or against itself (after
        a round trip), and reports it if fewer than 5 in 100 human sentences of that language pair
        came through the same model worse.

    Why it matters
        What a translation model cannot carry there and back is often garbled, ambiguous, or not
        what the source says.

    Limits
        By its making, 5 in 100 good human sentences are reported; names, verse and wordplay more
        often. It speaks only where the model was measured on human text of the pair
        (``models/round_trip.json``). Of the embedded model, which is weak, it is a note and no more.

    Example
        "Voting of colours went whole" comes back as "All the colours voted".

    Source
        Nguyen-Son et al. 2021 (round-trip similarity); limit and baseline: models/round_trip.card.md.
    """

    code = "RTT001"
    name = "round-trip-loss"
    severity = Severity.NOTE
    needs = frozenset({"round_trip"})

    def run(self, doc: Document) -> Iterator[Finding]:
        """One finding a sentence below the limit."""
        limits = resources.data("thresholds")["round_trip"]
        for segment in doc.segments:
            trip = segment.notes.round_trip
            if trip is None or trip.percentile is None or trip.chrf is None:
                continue
            if trip.percentile >= float(limits["flag_percentile"]):
                continue
            if len(text.words(segment.text)) < int(limits["min_words"]):
                continue
            against = "its source" if segment.source is not None else "itself"
            yield self.finding(
                doc,
                f"After translation back this sentence agrees with {against} by chrF {trip.chrf:.0f}; "
                f"{trip.percentile:.0f} in 100 human sentences came through {trip.back.model} worse, "
                "so it may be mistranslated",
                span=segment.span,
                found=segment.text,
                score=trip.chrf,
            )


class TripCheck(CatalogueCheck):
    """A rule on what came back when a message's target was translated into its source language."""

    @abstractmethod
    def judge_trip(self, unit: Unit, catalogue: Catalogue, trip: RoundTrip) -> Iterator[Finding]:
        """Findings in one unit that a model was asked about; ``trip`` is compared with its source."""


class UnitBackTranslationLoss(TripCheck):
    """A message may not say what its source says: too little of it survives translation back.

    What it does
        Has the target translated into the source's language and compares that with the source by chrF.
        Reports the message if fewer than 5 in 100 human sentences of the language pair came through the
        same model worse. Messages are asked about with ``--models``, ``--translator`` or ``--budget``
        alone, the most suspicious first.

    Why it matters
        Wrong sentences that keep every placeholder and full stop pass all other rules.

    Limits
        By its making, 5 in 100 good human sentences are reported, and short or technical messages are
        not sentences: names, commands, tags and placeholders come back changed. It speaks only where
        the model was measured on human text of the pair (``models/round_trip.json``), and not of
        messages of fewer than five words. Of the embedded model, which is weak, it is a note.

    Example
        "The file could not be written" with "Файл был успешно сохранён на диск".

    Source
        As for RTT001: models/round_trip.card.md, sentences compared with their true source.
    """

    code = "RTT002"
    name = "unit-back-translation-loss"
    severity = Severity.NOTE
    needs = frozenset({"round_trip"})

    def judge_trip(self, unit: Unit, catalogue: Catalogue, trip: RoundTrip) -> Iterator[Finding]:
        """At most one finding."""
        limits = resources.data("thresholds")["round_trip"]
        if trip.percentile is None or trip.chrf is None:
            return
        if trip.percentile >= float(limits["flag_percentile"]):
            return
        if len(text.words(unit.target)) < int(limits["min_words"]):
            return
        back = trip.back.text
        back = back if len(back) <= MAX_SHOWN else back[: MAX_SHOWN - 1] + "…"
        said = self.unit_finding(
            unit,
            catalogue,
            f"Translated back, this reads {back!r} and agrees with its source by chrF "
            f"{trip.chrf:.0f}; {trip.percentile:.0f} in 100 human sentences came through "
            f"{trip.back.model} worse, so it may be mistranslated",
        )
        yield replace(said, score=trip.chrf)
