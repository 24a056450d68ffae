"""The bar that the finder must clear on real labelled texts, which may not be copied in here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mtcheck.notices import disclosure, find_notices, find_notices_in_markup, find_traces

LABELLED = Path(__file__).resolve().parents[2] / ".." / "shared" / "eval" / "disclosures.jsonl"


def disclosed(text: str, kind: str) -> bool:
    found = find_notices_in_markup(text) if kind == "html" else find_notices(text)
    return disclosure(found, find_traces(text)) is not None


def test_precision_and_recall() -> None:
    if not LABELLED.exists():
        pytest.skip(f"the labelled texts are not here: {LABELLED}; precision and recall were not measured")
    rows = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    said = [disclosed(row["text"], row["kind"]) for row in rows]
    hits = sum(s and row["is_disclosure"] for s, row in zip(said, rows, strict=True))
    precision = hits / sum(said)
    recall = hits / sum(row["is_disclosure"] for row in rows)
    assert precision >= 0.97, precision
    assert recall >= 0.95, recall
