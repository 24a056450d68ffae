"""What the finding of a notice says."""

from __future__ import annotations

import pytest

from mtcheck.checks.base import HEADINGS
from mtcheck.checks.disclosure import TranslationNotice
from mtcheck.core import Document, Notice, Origin, Severity, Span
from mtcheck.notices import find_notices


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Переведено сервисом «Яндекс Переводчик»",
            "The text says that it was translated by Yandex Translate (notice in Russian)",
        ),
        (
            "Dieser Artikel wurde maschinell aus dem Englischen übersetzt.",
            "The text says that it was machine-translated from English (notice in German)",
        ),
    ],
)
def test_message(text: str, message: str) -> None:
    doc = Document("d", text, Origin("a.txt", line=1), notices=find_notices(text))
    (finding,) = TranslationNotice().run(doc)
    assert finding.message == message
    assert finding.severity is Severity.ERROR
    assert finding.span is not None
    assert text[slice(*finding.span)] == finding.found


def test_in_the_markup_alone() -> None:
    notice = Notice("deepl", "en", None, None, "Translated with DeepL", "en.done-by")
    (finding,) = TranslationNotice().run(Document("d", "Text.", Origin("a.html"), notices=(notice,)))
    assert finding.message == "The markup says that it was translated by DeepL (notice in English)"
    assert finding.span is None


def test_twins_have_fingerprints_of_their_own() -> None:
    text = "Translated by Google\n\nNews.\n\nTranslated by Google"
    findings = list(TranslationNotice().run(Document("d", text, Origin("a"), notices=find_notices(text))))
    assert len({f.fingerprint for f in findings}) == len(findings) == 2


def test_silent_without_notices() -> None:
    doc = Document("d", "Text.", Origin("a"))
    assert list(TranslationNotice().run(doc)) == []


def test_a_notice_span_may_be_anything_in_the_text() -> None:
    notice = Notice("generic", None, None, Span(0, 4), "Text", "x")
    (finding,) = TranslationNotice().run(Document("d", "Text.", Origin("a"), notices=(notice,)))
    assert finding.message == "The text says that it was machine-translated"


def test_it_explains_itself() -> None:
    lines = [line.strip() for line in (TranslationNotice.__doc__ or "").splitlines()]
    assert [line for line in lines if line in HEADINGS] == list(HEADINGS)
