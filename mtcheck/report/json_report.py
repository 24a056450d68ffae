"""The whole run as one JSON object, with every token's surprisal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mtcheck.core import Failure, Finding, Result, Rule
from mtcheck.report.jsonl import dumps
from mtcheck.report.record import failure_record, finding_record, result_record, rule_record


class JsonReporter:
    """See ``Reporter``; writes nothing before the end but the documents as they come."""

    def __init__(self) -> None:
        self._started = False
        self._failures: list[dict[str, Any]] = []

    def _lead(self) -> str:
        lead = ",\n" if self._started else '{"documents": [\n'
        self._started = True
        return lead

    def result(self, result: Result) -> str:
        """The next element of ``documents``."""
        return self._lead() + dumps(result_record(result, tokens=True), indent=1)

    def failure(self, failure: Failure) -> str:
        """Kept for ``failures``."""
        self._failures.append(failure_record(failure))
        return ""

    def conclude(
        self, findings: tuple[Finding, ...], rules: tuple[Rule, ...], signature: Mapping[str, str]
    ) -> str:
        """The rest of the object."""
        start = "" if self._started else '{"documents": ['
        rest = {
            "findings": [finding_record(f) for f in findings],
            "failures": self._failures,
            "rules": [rule_record(r) for r in rules],
            "signature": dict(signature),
        }
        return f"{start}\n], {dumps(rest, indent=1)[1:]}\n"
