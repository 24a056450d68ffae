"""GitLab Code Quality: a JSON array of issues.

GitLab takes issues with one fingerprint for one issue, so twins are told apart, and so are equal
messages in catalogues of the same name. What could not be read is an issue too: the report has no
other place for it.

Source: GitLab Docs, "Code Quality report format".
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Any

from mtcheck.core import Document, Failure, Finding, Result, Rule, Severity
from mtcheck.report.jsonl import dumps
from mtcheck.report.places import path_of, region, told

LEVELS = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}


class GitlabReporter:
    """See ``Reporter``."""

    def __init__(self) -> None:
        self._begun = False
        self._seen: Counter[str] = Counter()

    def result(self, result: Result) -> str:
        """An issue a finding."""
        return "".join(self._finding(f, result.document) for f in result.findings)

    def failure(self, failure: Failure) -> str:
        """A blocking issue."""
        place = f"{failure.place}: " if failure.place else ""
        text = f"{place}{failure.problem}"
        fingerprint = f"{failure.stage} {failure.unit} {text}"
        return self._issue(text, f"mtcheck-{failure.stage}", fingerprint, "blocker", failure.uri, 1)

    def conclude(
        self, findings: tuple[Finding, ...], rules: tuple[Rule, ...], signature: Mapping[str, str]
    ) -> str:
        """The findings across documents, and the end."""
        out = "".join(self._finding(f, None) for f in findings)
        return out + ("\n]\n" if self._begun else "[]\n")

    def _finding(self, finding: Finding, doc: Document | None) -> str:
        where = region(finding, doc)
        return self._issue(
            told(finding),
            f"{finding.code} {finding.name}",
            finding.fingerprint,
            LEVELS[finding.severity],
            finding.origin.uri,
            1 if where is None else where.line,
        )

    def _issue(self, text: str, name: str, fingerprint: str, severity: str, uri: str, line: int) -> str:
        path = path_of(uri)
        key = f"{path}\x1f{fingerprint}"
        self._seen[key] += 1
        unique = hashlib.sha256(f"{key}\x1f{self._seen[key]}".encode("utf-8", "surrogatepass")).hexdigest()[
            :32
        ]
        issue: dict[str, Any] = {
            "description": text,
            "check_name": name,
            "fingerprint": unique,
            "severity": severity,
            "location": {"path": path, "lines": {"begin": line}},
        }
        lead = ",\n" if self._begun else "[\n"
        self._begun = True
        return lead + dumps(issue)
