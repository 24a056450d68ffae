"""The required-terms check on its fixtures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mtcheck.checks.base import HEADINGS
from mtcheck.checks.terms import RequiredTermMissing, TermNotAsAgreed
from mtcheck.core import Document, Origin
from mtcheck.names import AgreedForm, AgreedForms
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


@pytest.mark.parametrize("check", [RequiredTermMissing, TermNotAsAgreed])
def test_it_explains_itself(check: type[RequiredTermMissing] | type[TermNotAsAgreed]) -> None:
    lines = [line.strip() for line in (check.__doc__ or "").splitlines()]
    assert [line for line in lines if line in HEADINGS] == list(HEADINGS)


def test_silent_without_terms() -> None:
    assert list(RequiredTermMissing().run(Document("d", "Text.", Origin("-"), lang="en"))) == []


TERMS = AgreedForms(
    (
        AgreedForm("Speicher", ("Datenspeicher",), ("Ablage",), lang="de", sources=(("en", "storage"),)),
        AgreedForm("Speicherkarte", lang="de", sources=(("en", "storage card"),)),
    )
)
AGREED = [
    ("Die Ablagen sind voll.", None, ["Ablagen"]),
    ("Die Speicher sind voll.", "The storages are full.", []),
    ("Das Archiv ist voll.", "The storage is full.", ["Das Archiv ist voll."]),
    ("Die Ablage ist voll.", "The storage is full.", ["Ablage"]),
    ("Die Speicherkarte ist voll.", "The storage card is full.", []),
    ("Die Karte ist voll.", "The storage card is full.", ["Die Karte ist voll."]),
    ("Alles ist voll.", "All is full.", []),
]


@pytest.mark.parametrize(("target", "source", "found"), AGREED)
def test_terms_as_agreed(target: str, source: str | None, found: list[str]) -> None:
    doc = segment(Document("d", target, Origin("-"), source=source, lang="de", source_lang="en"))
    findings = list(TermNotAsAgreed(terms=TERMS).run(doc))
    assert [f.found for f in findings] == found
    assert list(TermNotAsAgreed().run(doc)) == []
    for finding in findings:
        assert finding.span is not None
        assert doc.text[finding.span.start : finding.span.end] == finding.found
