"""Required terms that a translation does not use."""

from __future__ import annotations

from collections.abc import Iterator

from mtcheck.checks.base import Check
from mtcheck.core import Document, Finding, Severity
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
