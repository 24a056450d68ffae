"""Which traces become which finding."""

from __future__ import annotations

import pytest

from mtcheck.checks.base import HEADINGS
from mtcheck.checks.markup import TranslationMarkup, TranslationWidget
from mtcheck.core import Document, Origin, Severity, Trace

PROOF = Trace("google", True, "machine", "ru", 7, '<html lang="en-x-mtfrom-ru">', "mtfrom-lang")
WEAK = Trace("weglot", False, "machine", None, 9, "weglot_switcher", "weglot")
HUMAN = Trace("microsoft", True, "human", None, 2, "ms.translationtype: HT", "ms-translationtype-ht")
UNNAMED = Trace("generic", True, "machine", None, None, "machine_translated: true", "flag-line")
DOC = Document("d", "Text.", Origin("a.html"), traces=(PROOF, WEAK, HUMAN, UNNAMED))


def test_proof() -> None:
    first, second = TranslationMarkup().run(DOC)
    assert (
        first.message
        == "The markup shows that the page was machine-translated by Google Translate from Russian"
    )
    assert (first.severity, first.origin.line, first.found) == (Severity.ERROR, 7, PROOF.text)
    assert second.message == "The markup shows that the page was machine-translated"
    assert second.origin.line is None


def test_weak_sign() -> None:
    (finding,) = TranslationWidget().run(DOC)
    assert finding.severity is Severity.NOTE
    assert finding.message.endswith("may have been translated by Weglot")


@pytest.mark.parametrize("check", [TranslationMarkup, TranslationWidget])
def test_it_explains_itself(check: type[TranslationMarkup] | type[TranslationWidget]) -> None:
    lines = [line.strip() for line in (check.__doc__ or "").splitlines()]
    assert [line for line in lines if line in HEADINGS] == list(HEADINGS)
    assert list(check().run(Document("d", "Text.", Origin("a")))) == []
