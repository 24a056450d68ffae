"""The name checks on their fixtures, on the article that started the project, and across documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtcheck.checks.base import HEADINGS, Check, RunCheck
from mtcheck.checks.names import (
    AdjectiveRenderedTwoWays,
    CountryOfItsInstitution,
    NameNotAsAgreed,
    NameSpelledTwoWays,
    TitleChanges,
    TitleWithoutCountry,
)
from mtcheck.core import Document, Finding, Origin, Severity
from mtcheck.names import read_names_file
from mtcheck.segment import segment

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
AGREED = read_names_file(FIXTURES / "names" / "agreed.csv")
CHECKS: tuple[RunCheck, ...] = (
    NameSpelledTwoWays(),
    TitleChanges(),
    AdjectiveRenderedTwoWays(),
    TitleWithoutCountry(),
    NameNotAsAgreed(agreed=AGREED),
)


EVERY: tuple[Check, ...] = (*CHECKS, CountryOfItsInstitution())


def read(text: str, *, name: str = "doc", lang: str | None = "en") -> Document:
    return segment(Document(name, text, Origin(name, line=1), lang=lang))


def cases() -> list[tuple[str, bool, Path]]:
    return [
        (check.code, folder == "fires", path)
        for check in EVERY
        for folder in ("fires", "silent")
        for path in sorted((FIXTURES / "rules" / check.code / folder).iterdir())
    ]


@pytest.mark.parametrize(
    ("code", "fires", "path"), cases(), ids=lambda v: v.stem if isinstance(v, Path) else str(v)
)
def test_fixtures(code: str, fires: bool, path: Path) -> None:
    (check,) = [c for c in EVERY if c.code == code]
    doc = read(path.read_text("utf-8"))
    found = list(check.run(doc))
    assert bool(found) is fires
    for finding in found:
        assert finding.code == code
        assert finding.span is not None
        assert doc.text[finding.span.start : finding.span.end] == finding.found
        for place in finding.related:
            assert doc.text[place.span.start : place.span.end] == place.text


def test_every_check_explains_itself() -> None:
    for check in EVERY:
        lines = [line.strip() for line in (type(check).__doc__ or "").splitlines()]
        assert [line for line in lines if line in HEADINGS] == list(HEADINGS)
    assert len({c.code for c in EVERY}) == len({c.name for c in EVERY}) == len(EVERY)


def seed_findings() -> list[Finding]:
    doc = read((FIXTURES / "tokayev.txt").read_text("utf-8"), name="fixtures/tokayev.txt")
    return [f for check in EVERY for f in check.run(doc)]


def test_the_first_article_has_three_findings_and_no_more() -> None:
    found = [(f.code, f.severity, f.found, f.expected) for f in seed_findings()]
    assert found == [
        ("NAM003", Severity.WARNING, "Russian-Kazakhstani", "Russian-Kazakh"),
        ("NAM004", Severity.NOTE, "President of the country", None),
        ("NAM006", Severity.NOTE, "Russian Federation Council", "Federation Council"),
    ]


def test_fingerprints_outlive_an_edit_elsewhere() -> None:
    text = "The Kazakh leader came.\nThe Kazakhstani government and the Kazakh parliament met."
    check = AdjectiveRenderedTwoWays()
    (before,) = check.run(read(text))
    (after,) = check.run(read("A new line above.\n" + text))
    assert before.fingerprint == after.fingerprint
    assert before.span != after.span


def test_silent_without_a_language() -> None:
    text = "In Kyiv and Kiev we met Sergei Orlov, and Sergey Orlov met us."
    assert [
        f for check in CHECKS[:4] for lang in (None, "xx") for f in check.run(read(text, lang=lang))
    ] == []


def across(check: RunCheck, texts: list[str]) -> list[Finding]:
    docs = [read(text, name=f"d{i}") for i, text in enumerate(texts)]
    total = check.collect(docs[0])
    for doc in docs[1:]:
        total = check.add(total, check.collect(doc))
    return list(check.conclude(total))


def test_spellings_that_differ_between_documents() -> None:
    texts = ["We met Sergei Orlov there.", "They say Sergei Orlov left.", "Then we saw Sergey Orlov again."]
    (finding,) = across(NameSpelledTwoWays(), texts)
    assert (finding.doc, finding.found, finding.expected) == ("d2", "Sergey Orlov", "Sergei Orlov")
    assert [p.doc for p in finding.related] == ["d0", "d1"]


def test_what_a_document_has_said_itself_is_not_repeated() -> None:
    texts = ["We met Sergei Orlov, Sergei Orlov and then Sergey Orlov.", "They say Sergei Orlov left."]
    assert across(NameSpelledTwoWays(), texts) == []


def test_adjectives_titles_and_places_across_documents() -> None:
    texts = [
        "In Kyiv the Belarusian army met Foreign Minister Ivan Koval.",
        "In Kiev the Belorussian army met Minister of Foreign Affairs Ivan Koval.",
    ]
    for check, found in (
        (NameSpelledTwoWays(), "Kiev"),
        (AdjectiveRenderedTwoWays(), "Belorussian"),
        (TitleChanges(), "Minister of Foreign Affairs"),
    ):
        assert [f.found for f in across(check, texts)] == [found]


def test_the_agreed_form_is_expected_even_where_it_is_rare() -> None:
    doc = read("We met Sergey Orlov. Sergey Orlov left. Then Sergei Orlov came.")
    (finding,) = NameSpelledTwoWays(agreed=AGREED).run(doc)
    assert (finding.found, finding.expected) == ("Sergey Orlov", "Sergei Orlov")
    assert len(list(NameNotAsAgreed(agreed=AGREED).run(doc))) == 2
    assert list(NameNotAsAgreed().run(doc)) == []


def test_twins_in_one_sentence_have_their_own_fingerprints() -> None:
    found = list(NameNotAsAgreed(agreed=AGREED).run(read("From Kiev to Kiev and back.")))
    assert len({f.fingerprint for f in found}) == len(found) == 2
