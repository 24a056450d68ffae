"""Findings about the language of sentences."""

from __future__ import annotations

from collections.abc import Iterator

from mtcheck import text
from mtcheck.checks.base import Check
from mtcheck.core import Document, Finding, Severity


class UntranslatedResidue(Check):
    """A sentence is in another language than its document: it may have been left untranslated.

    What it does
        Guesses the language of each sentence that has none of the function words of the document's
        language, or is written in another script, and reports it if the guess is sure.

    Why it matters
        Engines skip sentences, headings and captions; neural metrics reward such copies.

    Limits
        Quotations, song titles and mottos in another language are reported too; sentences of fewer
        than 20 letters, and close languages (Danish in Norwegian, Ukrainian in Russian), are not.

    Example
        "Читайте также: курс валют на сегодня" in an English article.

    Source
        langdetect 1.0.9, seed 0; limits in mtcheck/data/thresholds.toml; Unbabel/COMET#192.
    """

    code = "LNG001"
    name = "untranslated-residue"
    severity = Severity.WARNING

    def run(self, doc: Document) -> Iterator[Finding]:
        """One finding a sentence flagged ``residue``."""
        for segment in doc.segments:
            if "residue" not in segment.flags:
                continue
            yield self.finding(
                doc,
                f"This sentence seems to be {text.language_name(segment.lang)}, the document is "
                f"{text.language_name(doc.lang)}: it may have been left untranslated",
                span=segment.span,
                found=segment.text,
                expected=doc.lang,
            )
