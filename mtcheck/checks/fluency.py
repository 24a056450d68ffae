"""Findings from surprisal."""

from __future__ import annotations

from collections.abc import Iterator

from mtcheck import resources
from mtcheck.checks.base import Check
from mtcheck.core import Document, Finding, Severity


class LowFluency(Check):
    """A sentence reads less naturally than nearly all human sentences of its language and length.

    What it does
        Reports a sentence whose mean surprisal under the language model is higher than that of 95 in
        100 human sentences of about its length, and names the words that surprise most.

    Why it matters
        Wrong words, wrong order and calques are unlikely words; an editor should look there first.

    Limits
        By its making, 5 in 100 human sentences are reported: rare names, numbers, slang, verse and
        terms are unlikely too. It says nothing about meaning. A language without a reference
        distribution (``models/fluency.json``) is not judged.

    Example
        "This format of communication allowed to strengthen understanding" ("allowed to" lacks its
        object).

    Source
        Surprisal theory (Hale 2001; Levy 2008); reference and limit: models/fluency.card.md.
    """

    code = "FLU001"
    name = "low-fluency"
    severity = Severity.NOTE
    needs = frozenset({"fluency"})

    def run(self, doc: Document) -> Iterator[Finding]:
        """One finding a sentence below the limit."""
        limit = float(resources.data("thresholds")["fluency"]["flag_percentile"])
        for segment in doc.segments:
            fluency = segment.notes.fluency
            if fluency is None or fluency.percentile is None or fluency.percentile >= limit:
                continue
            words = [doc.text[s.start : s.end] for s in fluency.spikes]
            where = f"; the least expected words: {', '.join(words)}" if words else ""
            yield self.finding(
                doc,
                f"Fewer than {max(1, round(fluency.percentile + 0.5))} in 100 human sentences of this length "
                f"are as unexpected to the language model{where}",
                span=segment.span,
                found=segment.text,
                score=fluency.percentile,
            )
