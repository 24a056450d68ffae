"""Name pairs as JSON lines in, verdicts as JSON lines out: what ``mtcheck names -`` runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from mtcheck.names.compare import compare_names


def compare_records(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Compare the two names of each line.

    Args:
        lines: JSON objects ``{"id", "a", "b", "kind"}``; ``id`` and ``kind`` may be missing. Empty
            lines are passed over.

    Yields:
        ``{"id", "same", "score", "relation", "why"}``, or ``{"id", "error"}`` for a line that
        cannot be read; the other lines go on.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _answer(line, number)


def _answer(line: str, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as problem:
        return {"id": None, "error": f"line {number} is no JSON: {problem}"}
    if not isinstance(record, dict):
        return {"id": None, "error": f"line {number} is no JSON object"}
    a, b, kind = record.get("a"), record.get("b"), record.get("kind", "person")
    if not isinstance(a, str) or not isinstance(b, str) or not isinstance(kind, str):
        return {"id": record.get("id"), "error": f"line {number} needs the strings a and b"}
    match = compare_names(a, b, kind=kind)
    return {
        "id": record.get("id"),
        "same": match.same,
        "score": match.score,
        "relation": match.relation,
        "why": match.why,
    }
