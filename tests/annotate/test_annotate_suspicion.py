"""Models where cheap evidence points: which texts and sentences that is, and that they see no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import mtcheck
from mtcheck import FakeTranslator
from mtcheck.annotate import suspicion
from mtcheck.annotate.models import Models
from mtcheck.cli import app
from mtcheck.core import Adequacy, Document, Fluency, Notes, Origin, Report, Segment, Span, UsageError
from mtcheck.pipeline import Options, run
from mtcheck.segment import segment

PLAIN = "It rained all day in the north of the country. The match was moved to Saturday because of it."
NOTICE = "The harvest was poor. The farmers asked the government for help.\nTranslated by Google"


def document(text: str, id: str = "a") -> Document:
    """An English text from Russian."""
    return Document(id, text, Origin(id), lang="en", source_lang="ru")


def beside(source: str, target: str) -> Segment:
    """A sentence beside its source."""
    return Segment(target, Span(0, len(target)), source=source)


def fluent(percentile: float | None) -> Fluency:
    """Fluency at a place among human text."""
    return Fluency(tokens=(), mean_surprisal=5.0, percentile=percentile)


def test_a_notice_makes_a_text_suspicious_and_plain_words_do_not() -> None:
    doc = segment(document(PLAIN))
    assert suspicion.of_text(doc, disclosed=True)
    assert not suspicion.of_text(doc, disclosed=False)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("Profit fell by 12 percent in the third quarter.", 0),
        ("Profit fell by 21 percent in the third quarter.", 2),
        ("Прибыль снизилась на 12 процентов в третьем квартале.", 4),
    ],
)
def test_gates_make_a_sentence_suspicious(target: str, expected: int) -> None:
    source = "Прибыль снизилась на 12 процентов в третьем квартале."
    doc = replace(document(target), segments=(beside(source, target),))
    assert suspicion.of_sentence(doc.segments[0], doc) == expected
    assert suspicion.of_text(doc, disclosed=False) == bool(expected)


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        (Notes(), 0),
        (Notes(fluency=fluent(None)), 0),
        (Notes(fluency=fluent(40.0)), 0),
        (Notes(fluency=fluent(10.0)), 1),
        (Notes(fluency=fluent(10.0), adequacy=Adequacy(4.0, 3.0)), 2),
    ],
)
def test_what_cheaper_models_set_low_is_suspicious(notes: Notes, expected: int) -> None:
    value = "It rained all day."
    found = replace(Segment(value, Span(0, len(value))), notes=notes)
    assert suspicion.of_sentence(found, document(value)) == expected


class Listening(FakeTranslator):
    """Remembers what it was asked."""

    @property
    def heard(self) -> list[str]:
        """Texts in English that it was asked about, in order."""
        return [text for texts, source_lang, _ in self.calls if source_lang == "en" for text in texts]


def asked_about(
    docs: Sequence[Document], *, only_suspicious: bool = False, budget: float | None = None
) -> tuple[list[str], Report]:
    """What a translator is asked about in a run, and the report."""
    translator = Listening()
    models = Models(translator=translator, language_model=None)
    report = run(docs, Options(models=models, only_suspicious=only_suspicious, budget=budget))
    return translator.heard, report


def aligned(*pairs: tuple[str, str]) -> Document:
    """A text of sentences beside their sources."""
    at, segments = 0, []
    for source, target in pairs:
        segments.append(Segment(target, Span(at, at + len(target)), source=source))
        at += len(target) + 1
    doc = document("\n".join(target for _, target in pairs))
    return replace(doc, source="\n".join(source for source, _ in pairs), segments=tuple(segments))


def test_only_suspicious_texts_are_asked_about() -> None:
    docs = [document(PLAIN, "plain"), document(NOTICE, "notice")]
    assert len(asked_about(docs)[0]) == 4
    heard, report = asked_about(docs, only_suspicious=True)
    assert len(heard) == 2
    assert report.results[0].signature["models_saw"] == "nothing: the text raised no suspicion"
    assert "models_saw" not in report.results[1].signature


RAIN = ("Весь день на севере страны шёл дождь.", "It rained all day in the north of the country.")
PROFIT = (
    "Прибыль снизилась на 12 процентов в третьем квартале.",
    "Profit fell by 12 percent in the third quarter.",
)
WRONG = ("Матч перенесли на субботу, 8 марта.", "The match was moved to Saturday, March 18.")


def test_of_sentences_beside_a_source_only_alarming_ones_are_asked_about() -> None:
    heard, report = asked_about([aligned(PROFIT, WRONG, RAIN)], only_suspicious=True)
    assert heard == [WRONG[1]]
    told = report.results[0].signature["models_saw"]
    assert told == "round trip: 2 sentences raised no suspicion"


def test_under_a_budget_the_most_suspicious_sentences_come_first() -> None:
    doc = aligned(RAIN, WRONG)
    assert asked_about([doc])[0] == [RAIN[1], WRONG[1]]
    assert asked_about([doc], budget=60.0)[0] == [WRONG[1], RAIN[1]]


def test_messages_without_a_finding_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "ru.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nLanguage: ru\\n"\n\n'
        'msgid "The profit of the company fell by 12 percent."\n'
        'msgstr "Прибыль этой компании снизилась на 12 процентов."\n\n'
        'msgid "The harvest of the farmers fell by %d percent."\n'
        'msgstr "Урожай этих фермеров снизился на сколько-то процентов."\n',
        encoding="utf-8",
    )
    translator = FakeTranslator()
    mtcheck.check(
        tmp_path, source_lang="en", translator=translator, language_model=None, only_suspicious=True
    )
    assert [texts for texts, *_ in translator.calls] == [
        ("Урожай этих фермеров снизился на сколько-то процентов.",)
    ]


def test_without_models_it_makes_no_sense(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PLAIN, encoding="utf-8")
    asked = ["check", str(tmp_path / "a.txt"), "--no-models", "--only-suspicious"]
    with pytest.raises(UsageError, match="choose one"):
        CliRunner().invoke(app, asked, catch_exceptions=False)
