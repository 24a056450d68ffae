"""Verdicts for tests, with the fields that a test does not care about filled in."""

from __future__ import annotations

import hashlib

from mtcheck.core import Finding, Origin, Severity
from mtcheck.review import Verdict


def mark(name: object) -> str:
    """A fingerprint that stands for a name."""
    return hashlib.sha256(str(name).encode()).hexdigest()[:16]


def says(
    who: str, verdict: str, finding: object, minute: int = 0, *, code: str = "NAM003", **fields: str
) -> Verdict:
    """What an editor says of a finding, a number of minutes after nine."""
    given = {
        "unit": None, "reason": "", "text": f"Of {finding}.", "found": None, "document": "news.txt",
        "when": f"2026-03-01T{9 + minute // 60:02}:{minute % 60:02}:00.000000Z",
    } | fields  # fmt: skip
    return Verdict(fingerprint=mark(finding), code=code, verdict=verdict, who=who, **given)  # type: ignore[arg-type]


def finding(name: object, *, code: str = "NAM003", score: float | None = None) -> Finding:
    """A finding whose fingerprint stands for a name."""
    origin = Origin("news.txt")
    return Finding(
        code, "a-rule", Severity.WARNING, "Look.", "news.txt", origin, score=score, fingerprint=mark(name)
    )
