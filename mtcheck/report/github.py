"""Annotations on GitHub, as workflow commands on standard output.

GitHub shows ten errors, ten warnings and ten notices a step; the rest stays readable in the log.

Source: GitHub Docs, "Workflow commands for GitHub Actions"; escapes as in actions/toolkit,
packages/core/src/command.ts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from mtcheck.core import Document, Failure, Finding, Result, Rule, Severity
from mtcheck.report.places import path_of, region, told
from mtcheck.report.terminal import visible

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


class GithubReporter:
    """See ``Reporter``."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def result(self, result: Result) -> str:
        """A line a finding."""
        return "".join(self._finding(f, result.document) for f in result.findings)

    def failure(self, failure: Failure) -> str:
        """A line that says what could not be done."""
        self._counts["failure"] += 1
        mend = f" ({failure.mend})" if failure.mend else ""
        place = f"{failure.place}: " if failure.place else ""
        fields = {"file": path_of(failure.uri), "title": f"mtcheck: {failure.stage} failed"}
        return _command("error", fields, f"{place}{failure.problem}{mend}")

    def conclude(
        self, findings: tuple[Finding, ...], rules: tuple[Rule, ...], signature: Mapping[str, str]
    ) -> str:
        """The findings across documents, and the counts in plain words."""
        out = "".join(self._finding(f, None) for f in findings)
        kinds = [*COMMANDS.values(), *(["failure"] if self._counts["failure"] else [])]
        said = ", ".join(f"{self._counts[k]} {k}{'' if self._counts[k] == 1 else 's'}" for k in kinds)
        left = f"; {signature['left_out']}" if "left_out" in signature else ""
        return f"{out}mtcheck: {said}{left}\n"

    def _finding(self, finding: Finding, doc: Document | None) -> str:
        command = COMMANDS[finding.severity]
        self._counts[command] += 1
        fields = {"file": path_of(finding.origin.uri)}
        where = region(finding, doc)
        if where is not None:
            fields |= {"line": str(where.line), "endLine": str(where.end_line)}
            if where.column is not None and where.line == where.end_line:  # GitHub wants both on one line
                fields |= {"col": str(where.column), "endColumn": str(where.end_column)}
        fields["title"] = f"{finding.code} {finding.name}"
        return _command(command, fields, told(finding))


def _command(name: str, fields: Mapping[str, str], message: str) -> str:
    said = ",".join(f"{key}={_escape(value, ':', ',')}" for key, value in fields.items())
    return f"::{name} {said}::{_escape(visible(message))}\n"


def _escape(value: str, *signs: str) -> str:
    for sign in ("%", "\r", "\n", *signs):
        value = value.replace(sign, f"%{ord(sign):02X}")
    return visible(value)
