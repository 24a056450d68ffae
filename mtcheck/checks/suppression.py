"""Comments that silence a rule and do not say why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mtcheck import shelf, suppressions
from mtcheck.checks.base import CatalogueCheck
from mtcheck.core import Catalogue, Document, Finding, Origin, Severity
from mtcheck.suppressions import Suppression


class SuppressionWithoutReason(CatalogueCheck):
    """A comment asks for a rule to be ignored and gives no reason.

    What it does
        Looks at every ``mtcheck-ignore: CODE`` in the comments of a localisation file, a text, a
        Markdown file or a page, and reports those without words after the code. Such a comment
        suppresses nothing.

    Why it matters
        Suppressions outlive the people who wrote them. With a reason the next reader can tell
        whether it still holds; without one nobody dares to remove it, and the rule stays off.

    Limits
        Any words pass for a reason. Comments of other tools that carry none by design are left
        alone, as are comments shown in code, and those in texts from the web, which are not heeded
        at all.

    Example
        <!-- mtcheck-ignore: NAM001 -->

    Source
        Written for this project; the way of ``# noqa`` with codes in flake8 and ruff, with a reason.
    """

    code = "SUP001"
    name = "suppression-without-reason"
    severity = Severity.NOTE

    def run(self, doc: Document) -> Iterator[Finding]:
        """One finding a comment of the document."""
        stated = (s for s in suppressions.of_document(doc) if not s.reason)
        for number, suppression in enumerate(stated):
            finding = self.finding(doc, _message(suppression), found=suppression.text, salt=f"{number}")
            yield replace(finding, origin=Origin(doc.origin.uri, doc.origin.unit, suppression.line))

    def judge_catalogue(self, catalogue: Catalogue) -> Iterator[Finding]:
        """One finding a comment of a message, however many plural forms it has."""
        seen: set[tuple[str, int | None]] = set()
        for unit in shelf.having(catalogue.units, "comments"):
            if (unit.key, unit.line) in seen:
                continue
            seen.add((unit.key, unit.line))
            for number, comment in enumerate(unit.comments):
                suppression = suppressions.of_comment(comment)
                if suppression is not None and not suppression.reason:
                    yield self.unit_finding(
                        unit, catalogue, _message(suppression), found=suppression.text, salt=f"{number}"
                    )


def _message(suppression: Suppression) -> str:
    rules = ", ".join(suppression.selectors)
    return f"This comment suppresses nothing, as it gives no reason: write why after {rules}"
