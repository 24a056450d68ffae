"""The required-terms check on its fixtures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mtcheck.checks.base import HEADINGS
from mtcheck.checks.terms import RequiredTermMissing
from mtcheck.core import Document, Origin
from mtcheck.segment import segment

RULES = Path(__file__).resolve().parents[2] / "fixtures" / "rules" / "TRM001"


@pytest.mark.parametrize(("folder", "found"), [("fires", [("storage", "Speicher")]), ("silent", [])])
def test_fixtures(folder: str, found: list[tuple[str, str]]) -> None:
    row = json.loads((RULES / folder / "storage.jsonl").read_text("utf-8"))
    doc = Document(
        row["id"],
        row["target"],
        Origin("-"),
        source=row["source"],
        lang=row["target_lang"],
        source_lang=row["source_lang"],
        terms=row["terms"],
    )
    findings = list(RequiredTermMissing().run(segment(doc)))
    assert [(f.found, f.expected) for f in findings] == found


def test_it_explains_itself() -> None:
    lines = [line.strip() for line in (RequiredTermMissing.__doc__ or "").splitlines()]
    assert [line for line in lines if line in HEADINGS] == list(HEADINGS)


def test_silent_without_terms() -> None:
    assert list(RequiredTermMissing().run(Document("d", "Text.", Origin("-"), lang="en"))) == []
