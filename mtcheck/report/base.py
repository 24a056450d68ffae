"""What a reporter is: it renders and decides nothing.

``result`` and ``failure`` are called as things happen, in input order, ``conclude`` once at the end;
each returns the text to write next (perhaps none), so a reporter is tested by comparing strings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from mtcheck.core import Failure, Finding, Result, Rule


class Reporter(Protocol):
    """Turns a run into text."""

    def result(self, result: Result) -> str:
        """One document is done."""

    def failure(self, failure: Failure) -> str:
        """Something could not be done."""

    def conclude(
        self, findings: tuple[Finding, ...], rules: tuple[Rule, ...], signature: Mapping[str, str]
    ) -> str:
        """The run is over; ``findings`` are those across documents."""


@runtime_checkable
class SuppressionReporter(Protocol):
    """A reporter that also shows what comments in the files suppress; asked once, before ``conclude``."""

    def suppressed(self, findings: Sequence[tuple[Finding, str]]) -> str:
        """Findings with the reason that their file gives."""
