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
    text = _encode(value) if indent is None else _indented(value, indent, "\n")
    return text if _encodable(text) else text.encode("utf-8", "backslashreplace").decode("utf-8")


_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
_quoted = json.encoder.encode_basestring


def _indented(value: Any, indent: int, margin: str) -> str:
    """As ``json.dumps(value, indent=…)``, which is written in Python and takes four times as long."""
    kind = type(value)
    if kind is str:
        return _quoted(value)
    if value is None:
        return "null"
    if kind is dict and value and all(type(key) is str for key in value):
        inner = margin + " " * indent
        pairs = [f"{_quoted(key)}: {_indented(each, indent, inner)}" for key, each in value.items()]
        return "{" + inner + ("," + inner).join(pairs) + margin + "}"
    if (kind is list or kind is tuple) and value:
        inner = margin + " " * indent
        return "[" + inner + ("," + inner).join([_indented(v, indent, inner) for v in value]) + margin + "]"
    if isinstance(value, dict | list | tuple) and value:  # what only ``json`` knows how to turn into text
        return json.dumps(value, ensure_ascii=False, indent=indent, default=str).replace("\n", margin)
    return _encode(value)


_STRETCH = 1 << 20


def _encodable(text: str) -> bool:
    """A stretch at a time, since a report may be longer than all that it was made from."""
    try:
        for at in range(0, len(text), _STRETCH):
            text[at : at + _STRETCH].encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
