"""The hallway, with fakes at the two seams and everything else real."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import mtcheck
from mtcheck import FakeLanguageModel, FakeTranslator
from mtcheck.annotate.models import Models
from mtcheck.core import Document, Failure, InputError, Origin, Result, Severity
from mtcheck.pipeline import Conclusion, Options, audit, run

ROOT = Path(__file__).resolve().parents[1]
SEED = ROOT / "fixtures" / "tokayev.txt"

RU = {
    "It rained all day.": "Весь день шёл дождь.",
    "Весь день шёл дождь.": "It rained the whole day.",
    "The match was moved.": "Матч перенесли.",
    "Матч перенесли.": "The match was moved.",
}


def fake_models(**answers: str) -> Models:
    return Models(translator=FakeTranslator(RU | answers, guarded=True), language_model=FakeLanguageModel())


def test_the_seed_without_models() -> None:
    (result,) = mtcheck.check(SEED).results
    assert result.verdict == "disclosed"
    assert result.disclosure is not None
    assert result.disclosure.service == "yandex"
    assert result.disclosure.notice_lang == "ru"
    assert result.disclosure.text == "Переведено сервисом «Яндекс Переводчик»"
    doc = result.document
    assert result.disclosure.span is not None
    assert doc.text[slice(*result.disclosure.span)] == result.disclosure.text
    assert (doc.lang, doc.source_lang, doc.source_lang_from) == ("en", "ru", "notice-language")
    unscored = [s.text for s in doc.segments if not s.scored]
    assert unscored == [result.disclosure.text]
    codes = [f.code for f in result.findings]
    assert "DIS001" in codes
    kazakh = [f for f in result.findings if f.code == "NAM003"]
    assert len(kazakh) == 1
    assert "Kazakhstani" in kazakh[0].message
    assert not [f for f in result.findings if f.code in {"NAM001", "NAM002"}]


def test_the_seed_is_the_article_unchanged(shared: Path) -> None:
    assert SEED.read_bytes() == (shared / "seed" / "tokayev.txt").read_bytes()


def test_round_trip_and_fluency_reach_the_result() -> None:
    text = "It rained all day. The match was moved.\nTranslated by Google"
    report = run(
        [Document("d", text, Origin("d"))], Options(lang="en", source_lang="ru", models=fake_models())
    )
    (result,) = report.results
    rained, moved, notice = result.document.segments
    assert rained.notes.round_trip is not None
    assert rained.notes.round_trip.back.text == "Весь день шёл дождь."
    assert moved.notes.round_trip is not None
    assert moved.notes.round_trip.chrf == pytest.approx(100)
    assert notice.notes.round_trip is None
    assert notice.notes.fluency is None
    assert rained.notes.fluency is not None
    assert 50 < (result.scores.round_trip_chrf or 0) < 100
    assert "version:" in result.signature["chrf"]
    assert result.signature["translator"] == "fake-translator@1"
    assert result.signature["language_model"] == "fake-language-model@1"


def test_a_source_is_what_the_back_translation_is_compared_with() -> None:
    result = mtcheck.check_text(
        "It rained all day.",
        source="Шёл дождь весь день.",
        lang="en",
        source_lang="ru",
        translator=FakeTranslator(RU),
    )
    (part,) = result.document.segments
    assert part.notes.round_trip is not None
    assert part.notes.round_trip.forth is None
    assert part.notes.round_trip.chrf is not None
    assert part.notes.round_trip.chrf < 100


def test_no_verdict_instead_of_a_low_score() -> None:
    models = fake_models(**{"The match was moved.": "да да да да да да"})
    doc = Document("d", "It rained all day. The match was moved.", Origin("d"))
    (result,) = run([doc], Options(lang="en", source_lang="ru", models=models)).results
    _, moved = result.document.segments
    assert moved.notes.round_trip is not None
    assert moved.notes.round_trip.back.verdict == "looping"
    assert moved.notes.round_trip.chrf is None
    only_rain = (result.document.segments[0].notes.round_trip or pytest.fail("no trip")).chrf
    assert result.scores.round_trip_chrf == pytest.approx(only_rain, abs=0.5)


def test_a_model_of_one_direction_still_translates_back() -> None:
    class OneWay(FakeTranslator):
        def supports(self, source_lang: str, target_lang: str) -> bool:
            return (source_lang, target_lang) == ("en", "ru")

    models = Models(translator=OneWay(RU), language_model=None)
    report = run(
        [Document("d", "It rained all day.", Origin("d"))],
        Options(lang="en", source_lang="ru", models=models),
    )
    (result,) = report.results
    (part,) = result.document.segments
    assert part.notes.round_trip is not None
    assert part.notes.round_trip.back.text == "Весь день шёл дождь."
    assert part.notes.round_trip.chrf is None
    assert "one way only" in result.signature["round_trip"]
    assert report.failures == ()


def test_unknown_source_language_makes_no_trip_and_says_so() -> None:
    (result,) = run(
        [Document("d", "It rained all day. " * 3, Origin("d"))], Options(models=fake_models())
    ).results
    assert "source language" in result.signature["round_trip"]
    assert result.scores.round_trip_chrf is None
    assert result.verdict == "no-verdict"


def test_models_are_asked_in_batches_and_once_a_text() -> None:
    translator = FakeTranslator(RU)
    models = Models(translator=translator, language_model=None)
    docs = [Document(str(i), "It rained all day. The match was moved.", Origin("d")) for i in range(40)]
    report = run(docs, Options(lang="en", source_lang="ru", models=models))
    assert len(report.results) == 40
    assert len(translator.calls) == 2
    assert sum(len(texts) for texts, _, _ in translator.calls) == 4


def test_order_is_kept_and_nothing_is_lost() -> None:
    docs: list[Document | InputError] = [
        Document(str(i), f"Number {i} was seen.", Origin("d")) for i in range(150)
    ]
    docs.insert(70, InputError("bad.txt", "it is empty"))
    for models in (None, fake_models()):
        events = list(audit(docs, Options(lang="en", source_lang="ru", models=models)))
        seen = [
            e.document.id if isinstance(e, Result) else "bad" for e in events if not isinstance(e, Conclusion)
        ]
        assert seen == [d.id if isinstance(d, Document) else "bad" for d in docs]
        assert isinstance(events[-1], Conclusion)


def test_without_models_a_document_comes_out_before_the_next_is_read() -> None:
    read = []

    def documents() -> Iterator[Document]:
        for i in range(3):
            read.append(i)
            yield Document(str(i), "It rained.", Origin("d"))

    events = audit(documents(), Options())
    assert isinstance(next(events), Result)
    assert read == [0]


def test_a_rule_that_breaks_loses_no_document(monkeypatch: pytest.MonkeyPatch) -> None:
    from mtcheck.checks.residue import UntranslatedResidue

    def broken(self: object, doc: Document) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(UntranslatedResidue, "run", broken)
    report = run([Document("d", "It rained.\nTranslated by Google", Origin("d"))], Options())
    assert report.results[0].verdict == "disclosed"
    assert [(f.stage, "LNG001" in f.problem) for f in report.failures] == [("check", True)]
    assert report.exit_status(Severity.ERROR) == 2


def test_a_named_model_that_is_missing_is_a_failure_and_auto_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    from mtcheck.annotate.hf import embedded

    monkeypatch.setattr(embedded, "is_installed", lambda: False)
    doc = Document("d", "It rained all day.", Origin("d"))
    options = Options(lang="en", source_lang="ru", models=Models())
    assert run([doc], options).failures == ()
    named = Options(lang="en", source_lang="ru", models=Models(translator="./nowhere", language_model=None))
    report = run([doc], named)
    assert len(report.results) == 1
    assert "no such folder" in report.failures[0].problem


def test_a_model_that_breaks_loses_no_document() -> None:
    class Broken(FakeLanguageModel):
        def surprisal(self, *_: object, **__: object) -> list[tuple[mtcheck.ScoredToken, ...]]:
            raise RuntimeError("out of memory")

    models = Models(translator=None, language_model=Broken())
    report = run([Document("d", "It rained.\nTranslated by Google", Origin("d"))], Options(models=models))
    assert report.results[0].verdict == "disclosed"
    assert "out of memory" in report.failures[0].problem


def test_models_see_no_more_than_the_head_of_a_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtcheck.pipeline.MODEL_SEGMENTS", 5)
    doc = Document("d", "It rained all day. " * 20, Origin("d"))
    (result,) = run([doc], Options(lang="en", source_lang="ru", models=fake_models())).results
    assert len(result.document.segments) == 20
    assert [s.notes.fluency is not None for s in result.document.segments] == [True] * 5 + [False] * 15
    assert result.signature["models_saw"] == "the first 5 of 20 sentences"


@pytest.mark.parametrize(
    ("stated", "text", "lang"),
    [
        (None, "Комитет опубликует свои выводы до конца месяца, сообщили журналистам.", "ru"),
        ("en", "Комитет опубликует свои выводы до конца месяца, сообщили журналистам.", "ru"),
        ("uk", "Комитет опубликует свои выводы до конца месяца, сообщили журналистам.", "uk"),
        (None, "OK", None),
    ],
)
def test_stated_language_wins_unless_the_script_denies_it(
    stated: str | None, text: str, lang: str | None
) -> None:
    (result,) = run([Document("d", text, Origin("d"), lang=stated)], Options()).results
    assert result.document.lang == lang


def test_language_is_judged_without_the_notice() -> None:
    text = "OK\nПереведено сервисом «Яндекс Переводчик»"
    (result,) = run([Document("d", text, Origin("d"))], Options()).results
    assert result.verdict == "disclosed"
    assert result.document.lang is None


def test_the_source_language_is_known_from_the_surest_place() -> None:
    text = "The minister said so on Monday. This article was automatically translated from German."
    doc = Document("d", text, Origin("d"))

    def known(options: Options, d: Document = doc) -> tuple[str | None, str | None]:
        found = run([d], options).results[0].document
        return found.source_lang, found.source_lang_from

    assert known(Options()) == ("de", "notice")
    assert known(Options(source_lang="fr")) == ("fr", "user")
    stated = Document("d", text, Origin("d"), source_lang="it")
    assert known(Options(), stated) == ("it", "input")


def test_a_page_is_judged_by_its_markup(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<html lang="en-x-mtfrom-ru"><head><title>News of the day</title></head><body><article><p>'
        + "The minister said on Monday that the harvest was good this year. " * 8
        + "</p></article></body></html>",
        encoding="utf-8",
    )
    (result,) = mtcheck.check(page).results
    assert result.verdict == "disclosed"
    assert result.document.source_lang == "ru"
    assert result.disclosure is not None
    assert result.disclosure.span is None


def test_labelled_notices(shared: Path) -> None:
    rows = [
        json.loads(line)
        for line in (shared / "eval" / "disclosures.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    from mtcheck.read import read_inputs

    records = [
        {"id": str(i), "html" if r["kind"] == "html" else "text": r["text"]} for i, r in enumerate(rows)
    ]
    stream = io.BytesIO("\n".join(json.dumps(r) for r in records).encode())
    report = run(read_inputs(["-"], format="jsonl", stdin=stream), Options())
    assert not [f for f in report.failures if isinstance(f, Failure)]
    said = {r.document.id: r.verdict == "disclosed" for r in report.results}
    assert len(said) == len(rows)
    true = sum(said[str(i)] and r["is_disclosure"] for i, r in enumerate(rows))
    false = sum(said[str(i)] and not r["is_disclosure"] for i, r in enumerate(rows))
    missed = sum(not said[str(i)] and r["is_disclosure"] for i, r in enumerate(rows))
    assert true / (true + false) >= 0.97
    assert true / (true + missed) >= 0.95


def test_the_api_holds_a_text_to_agreed_names() -> None:
    doc = Document("d", "Vladimir Zelensky spoke in Kiev on Monday.", Origin("d"), lang="en")
    agreed = ROOT / "fixtures" / "names" / "agreed.csv"
    fired = mtcheck.check(ROOT / "fixtures" / "rules" / "NAM005" / "fires", names=agreed)
    assert "NAM005" in {f.code for f in fired.all_findings}
    assert "NAM005" not in {f.code for f in mtcheck.check(doc).all_findings}
