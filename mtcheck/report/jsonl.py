"""One JSON object a line: a document, in input order, written as it is finished.

An input that failed is a line ``{"id", "error"}`` in its place. Findings that only the whole run
shows come in one last line ``{"run": …}``, which has no ``id`` and is written only if there are any.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mtcheck.core import Failure, Finding, Result, Rule
from mtcheck.report.record import failure_record, finding_record, result_record


class JsonlReporter:
    """See ``Reporter``."""

    def result(self, result: Result) -> str:
        """One line."""
        return _line(result_record(result))

    def failure(self, failure: Failure) -> str:
        """One line; a failed stage of a document that has its own line is not its ``id`` again."""
        if failure.stage != "read":
            return _line({"error": failure_record(failure)})
        return _line({"id": failure.unit or failure.uri, "error": failure_record(failure)})

    def conclude(
        self, findings: tuple[Finding, ...], rules: tuple[Rule, ...], signature: Mapping[str, str]
    ) -> str:
        """The last line, if the run as a whole has findings."""
        if not findings:
            return ""
        return _line(
            {"run": {"findings": [finding_record(f) for f in findings], "signature": dict(signature)}}
        )


def _line(value: Any) -> str:
    return dumps(value) + "\n"


def dumps(value: Any, *, indent: int | None = None) -> str:
    """JSON that any reader takes: lone surrogates (from broken input) escaped, letters as they are."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return text.encode("utf-8", "backslashreplace").decode("utf-8") if not _encodable(text) else text


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
