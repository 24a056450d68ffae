"""SARIF 2.1.0 for GitHub code scanning, Azure DevOps and editors.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0; limits: GitHub Docs, "SARIF results
exceed limits" (25,000 results a run are accepted and 5,000 shown; 1,000 locations a result, 20 tags a
rule). GitHub does not reliably show the most severe 5,000, so the cut is made here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mtcheck.core import Document, Failure, Finding, Place, Result, Rule, Severity
from mtcheck.report.jsonl import dumps
from mtcheck.report.places import Region, path_of, region, told
from mtcheck.version import __version__

MAX_RESULTS = 5000
MAX_LOCATIONS = 1000
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
PROBLEM = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}


@dataclass(frozen=True, slots=True)
class _Kept:
    finding: Finding
    where: Region | None
    suppressions: tuple[Mapping[str, str], ...]


class SarifReporter:
    """See ``Reporter``; everything is written at the end, when it is known what has to be cut."""

    def __init__(self) -> None:
        self._results: list[_Kept] = []
        self._cut = 0
        self._notifications: list[dict[str, Any]] = []
        self._rules: dict[str, Rule] = {}
        self._failed = False

    def result(self, result: Result) -> str:
        """Kept."""
        for finding in result.findings:
            self._add(finding, result.document)
        return ""

    def failure(self, failure: Failure) -> str:
        """Kept, as a notification of the tool."""
        self._failed = True
        place = f"{failure.place}: " if failure.place else ""
        mend = f" ({failure.mend})" if failure.mend else ""
        self._notifications.append(
            {
                "level": "error",
                "message": {"text": f"{place}{failure.problem}{mend}"},
                "locations": [{"physicalLocation": {"artifactLocation": _artifact(failure.uri)}}],
            }
        )
        return ""

    def suppressed(self, findings: Sequence[tuple[Finding, str]]) -> str:
        """Kept, as results with the suppression that their file states."""
        for finding, reason in findings:
            said = {"kind": "inSource"} | ({"justification": reason} if reason else {})
            self._add(finding, None, (said,))
        return ""

    def conclude(
        self, findings: tuple[Finding, ...], rules: tuple[Rule, ...], signature: Mapping[str, str]
    ) -> str:
        """The whole file."""
        for finding in findings:
            self._add(finding, None)
        for rule in rules:
            self._rules[rule.code] = rule
        results = self._kept()
        run = {
            "tool": {"driver": self._driver()},
            "invocations": [
                {
                    "executionSuccessful": not self._failed,
                    "toolExecutionNotifications": self._notifications + self._said(signature),
                }
            ],
            "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The folder mtcheck ran in."}}},
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": dict(signature),
        }
        return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"

    def _add(
        self, finding: Finding, doc: Document | None, suppressions: tuple[Mapping[str, str], ...] = ()
    ) -> None:
        known = Rule(finding.code, finding.name, finding.severity, finding.name, "")
        self._rules.setdefault(finding.code, known)
        self._results.append(_Kept(finding, region(finding, doc), suppressions))
        if len(self._results) > 4 * MAX_RESULTS:  # now and then, so that memory stays flat
            self._trim()

    def _trim(self) -> None:
        """Keep the most severe; of equals the first ones."""
        if len(self._results) > MAX_RESULTS:
            self._results.sort(key=lambda kept: 0 if kept.suppressions else -kept.finding.severity)
            self._cut += len(self._results) - MAX_RESULTS
            del self._results[MAX_RESULTS:]

    def _kept(self) -> list[dict[str, Any]]:
        self._trim()
        index = {code: n for n, code in enumerate(sorted(self._rules))}
        return [_result(kept, index[kept.finding.code]) for kept in self._results]

    def _driver(self) -> dict[str, Any]:
        return {
            "name": "mtcheck",
            "version": __version__,
            "semanticVersion": __version__,
            "rules": [_rule(self._rules[code]) for code in sorted(self._rules)],
        }

    def _said(self, signature: Mapping[str, str]) -> list[dict[str, Any]]:
        notes = [signature["left_out"]] if "left_out" in signature else []
        if self._cut:
            notes.append(f"{self._cut} results are left out: the {MAX_RESULTS} most severe are here")
        return [{"level": "note", "message": {"text": note}} for note in notes]


def _rule(rule: Rule) -> dict[str, Any]:
    help_text = rule.explanation or rule.summary
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": help_text, "markdown": f"```text\n{help_text}\n```"},
        "defaultConfiguration": {"level": str(rule.severity)},
        "properties": {
            "tags": ["localisation", *sorted(rule.needs)],
            "problem.severity": PROBLEM[rule.severity],
        },
    }


def _result(kept: _Kept, index: int) -> dict[str, Any]:
    finding = kept.finding
    location = _location(finding.origin.uri, finding.origin.unit, kept.where)
    properties = {"found": finding.found, "expected": finding.expected, "score": finding.score}
    related = [
        {**_place(place), "id": number, "message": {"text": place.text}}
        for number, place in enumerate(finding.related[: MAX_LOCATIONS - 1])
    ]
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": str(finding.severity),
        "message": {"text": told(finding)},
        "locations": [location],
        **({"relatedLocations": related} if related else {}),
        # GitHub tells old alerts from new ones by this field alone, and would fill in a hash of the line.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{finding.fingerprint}:1",
            "mtcheck/v1": finding.fingerprint,
        },
        "suppressions": list(kept.suppressions),
        "properties": {key: value for key, value in properties.items() if value is not None},
    }


def _place(place: Place) -> dict[str, Any]:
    line = place.origin.line
    return _location(place.origin.uri, place.origin.unit, None if line is None else Region(line, line))


def _location(uri: str, unit: str | None, where: Region | None) -> dict[str, Any]:
    lines: dict[str, int] = {"startLine": 1}  # GitHub shows no result without a line
    if where is not None:
        lines = {"startLine": where.line, "endLine": where.end_line}
        if where.column is not None and where.end_column is not None:
            lines |= {"startColumn": where.column, "endColumn": where.end_column}
    out: dict[str, Any] = {"physicalLocation": {"artifactLocation": _artifact(uri), "region": lines}}
    if unit is not None:
        out["logicalLocations"] = [{"fullyQualifiedName": unit}]
    return out


def _artifact(uri: str) -> dict[str, str]:
    path = path_of(uri)
    if "://" in path:
        return {"uri": quote(path, safe=":/?#[]@!$&'()*+,;=%~")}
    encoded = quote(path.encode("utf-8", "surrogatepass"), safe="/~")
    if path.startswith("/"):
        return {"uri": f"file://{encoded}"}
    return {"uri": encoded, "uriBaseId": "%SRCROOT%"}
