"""Required terms that a translation does not use, and terms that are not as agreed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mtcheck.checks.base import Check, segment_at
from mtcheck.core import Document, Finding, Severity
from mtcheck.names import AgreedForm, AgreedForms
from mtcheck.names.terms import missing_terms


class RequiredTermMissing(Check):
    """A term of the source is not translated as the input requires.

    What it does
        For every pair of ``terms`` that comes with a document, looks for the source term in the
        source as whole words, and for the required translation in the target: in any case, with the
        usual endings of the language, and inside a compound.

    Why it matters
        An agreed term that is dropped or rendered freely breaks terminology that readers and other
        texts rely on.

    Limits
        Needs a source and terms. Endings are stripped by short tables, not by a dictionary: a plural
        that changes the stem (Haus, Häuser) is taken for a missing term, and a term that stands in the
        target for another reason for a used one. The order of words and negation are not looked at.

    Example
        source "Add a storage unit", term storage = Speicher, target "Fügen Sie eine Ablage hinzu".

    Source
        WMT25 terminology shared task, counting of terms; endings in ``names_terms.toml``.
    """

    code = "TRM001"
    name = "required-term-missing"
    severity = Severity.WARNING

    def run(self, doc: Document) -> Iterator[Finding]:
        """One finding a missing term, in the order of the input's terms."""
        for source_term, target_term in missing_terms(doc):
            yield self.finding(
                doc,
                f'The source has "{source_term}", but the required "{target_term}" is not in the target.',
                found=source_term,
                expected=target_term,
                salt=target_term,
            )


class TermNotAsAgreed(Check):
    """A term is not rendered as the agreed list says.

    What it does
        Looks for the forbidden forms of the file given as ``--terms``, as whole words with the usual
        endings of the language, and, where the source text is known, for source terms of the list whose
        agreed translation is missing from the sentence. The longest entry wins; allowed forms count.

    Why it matters
        One thing under two names reads like two things, and the list is what was decided.

    Limits
        Without sentences aligned to their sources the whole text is searched, so that one right use
        covers all. A pronoun or a free rendering in place of the term is reported too. Endings come from
        short tables; ``match = "lemma"`` needs a dictionary.

    Example
        preferred Speicher, forbidden Ablage, source_term storage: "Die Ablage ist voll."

    Source
        The user's own file; TBX by ISO 30042.
    """

    code = "TRM002"
    name = "term-not-as-agreed"
    severity = Severity.WARNING

    def __init__(self, *, terms: AgreedForms | None = None) -> None:
        self.terms = terms

    def run(self, doc: Document) -> Iterator[Finding]:
        """Forbidden forms in the order of the text, each place once; then what is missing."""
        if self.terms is None or doc.lang is None:
            return
        twins: Counter[tuple[int | None, str]] = Counter()
        said: set[tuple[int | None, AgreedForm]] = set()
        spans = [s.span for s in doc.segments if s.scored]
        for span, form in self.terms.violations(doc.text, lang=doc.lang, spans=spans, path=doc.origin.uri):
            found, index = doc.text[span.start : span.end], segment_at(doc, span)
            twins[index, found] += 1
            said.add((index, form))
            yield self.finding(
                doc,
                f'"{found}" is not the agreed term "{form.preferred}".',
                span=span,
                found=found,
                expected=form.preferred,
                salt=str(twins[index, found]) if twins[index, found] > 1 else "",
            )
        yield from self._missing(doc, self.terms, said)

    def _missing(
        self, doc: Document, terms: AgreedForms, said: set[tuple[int | None, AgreedForm]]
    ) -> Iterator[Finding]:
        for index, source, target in _pairs(doc):
            asked = terms.required(
                source, source_lang=doc.source_lang, lang=doc.lang or "", path=doc.origin.uri
            )
            for one in asked:
                told = (index, one.form) in said or (index is None and any(f == one.form for _, f in said))
                if told or terms.stands_in(one.form, target, lang=doc.lang or ""):
                    continue
                span = doc.segments[index].span if index is not None else None
                yield self.finding(
                    doc,
                    f'The source has "{one.source_term}", but the agreed "{one.form.preferred}" is not in '
                    f"the {'sentence' if span else 'text'}.",
                    span=span,
                    found=doc.text[span.start : span.end] if span else one.source_term,
                    expected=one.form.preferred,
                    salt=one.form.preferred,
                )


def _pairs(doc: Document) -> Iterator[tuple[int | None, str, str]]:
    """Sentences with their sources, or the whole text with its source."""
    aligned = [(i, s) for i, s in enumerate(doc.segments) if s.source is not None and s.scored]
    for index, segment in aligned:
        yield index, segment.source or "", segment.text
    if not aligned and doc.source is not None:
        yield None, doc.source, doc.text
