"""Percentiles, metrics, fluency and round trips, with annotations written by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtcheck.annotate import fluency, metrics, reference, threads
from mtcheck.annotate.base import LanguageModel, ScoredToken, Translator
from mtcheck.annotate.fake import FakeLanguageModel, FakeTranslator
from mtcheck.annotate.round_trip import round_trips
from mtcheck.core import Document, Notice, Origin, Segment, Span
from mtcheck.segment import segment


@pytest.mark.parametrize(
    ("value", "expected"), [(-1, 0), (0, 0), (5, 25), (10, 50), (15, 75), (20, 100), (99, 100)]
)
def test_percentile_below(value: float, expected: float) -> None:
    assert reference.percentile_below(value, [0, 10, 20]) == pytest.approx(expected)


def test_equal_quantiles_share_a_place() -> None:
    assert reference.percentile_below(5, [0, 5, 5, 5, 10]) == pytest.approx(50)


@given(st.lists(st.floats(0, 100), min_size=3, max_size=50), st.floats(-10, 110), st.floats(0, 20))
def test_percentile_is_monotone(values: list[float], at: float, step: float) -> None:
    quantiles = sorted(values)
    low, high = (reference.percentile_below(v, quantiles) for v in (at, at + step))
    assert 0 <= low <= high <= 100


def test_metrics_agree_with_sacrebleu_and_say_how() -> None:
    import sacrebleu

    a, b = "The cat sat on the mat.", "A cat was sitting on the mat."
    found = metrics.compare(a, b, lang="en")
    assert found.chrf == pytest.approx(sacrebleu.sentence_chrf(a, [b]).score)
    assert found.bleu == pytest.approx(sacrebleu.sentence_bleu(a, [b]).score)
    assert found.ter == pytest.approx(sacrebleu.sentence_ter(a, [b]).score)
    assert metrics.compare(b, b, lang="en").chrf == pytest.approx(100)
    assert "tok:zh" in metrics.signatures("zh")["bleu"]
    assert f"version:{sacrebleu.__version__}" in metrics.signatures("en")["chrf"]
    whole = metrics.compare_documents([a, b], [b, b], lang="en")
    assert whole.chrf == pytest.approx(sacrebleu.corpus_chrf([a, b], [[b, b]]).score)


DOC = segment(
    Document(
        "d",
        "First one here. Second one there.\nTranslated by Google\nThird sentence now.",
        Origin("d"),
        lang="en",
    )
)


def test_running_text_leaves_notices_out_and_maps_back() -> None:
    start = DOC.text.index("Translated")
    notice = Notice("google", "en", None, Span(start, start + 20), "Translated by Google", "x")
    doc = segment(replace(DOC, notices=(notice,), segments=()))
    value, places = fluency.running_text(doc)
    assert "Google" not in value
    assert [value[p.start : p.end] for _, p in places] == [doc.segments[i].text for i, _ in places]
    assert [s.text for s in doc.segments if "notice" in s.flags] == ["Translated by Google"]


def test_fluency_maps_tokens_to_the_document_and_marks_spikes(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {str(i): [1.0, 5.0, 9.0] for i in range(5)}
    monkeypatch.setattr(
        fluency,
        "fluency_reference",
        lambda model, lang: {"first": rows, "later": rows, "words": [float(n) / 6 for n in range(101)]},
    )
    sentence = "We zzz the qqq and Tokayev came."
    model = FakeLanguageModel(
        {"zzz": 20.0, "Tokayev": 30.0, "We": 1.0, "the": 1.0, "qqq": 3.0, "and": 1.0, "came.": 1.0}
    )
    doc = segment(Document("d", f"A title\n\n{sentence}", Origin("d"), lang="en"))
    value, places = fluency.running_text(doc)
    (tokens,) = model.surprisal([value])
    index, place = places[-1]
    own = [t for t in tokens if t.start >= place.start]
    found = fluency.fluency_of(doc.segments[index], own, place, model="m", lang="en", first=False)
    assert found is not None
    assert [doc.text[s.start : s.end] for s in found.spikes] == ["zzz"]
    assert found.mean_surprisal == pytest.approx(57 / 7)
    assert found.percentile == pytest.approx(100 - reference.percentile_below(57 / 7, [1.0, 5.0, 9.0]))


def test_a_low_sentence_names_a_word_even_without_a_spike(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {str(i): [1.0, 2.0, 3.0] for i in range(5)}
    human = {"first": rows, "later": rows, "words": [float(n) for n in range(101)]}
    monkeypatch.setattr(fluency, "fluency_reference", lambda model, lang: human)
    doc = segment(Document("d", "We saw the old mill and Tokayev.", Origin("d"), lang="en"))
    model = FakeLanguageModel(
        {"mill": 9.0, "Tokayev.": 60.0, "We": 5.0, "saw": 5.0, "the": 5.0, "old": 5.0, "and": 5.0}
    )
    value, places = fluency.running_text(doc)
    (tokens,) = model.surprisal([value])
    found = fluency.fluency_of(doc.segments[0], tokens, places[0][1], model="m", lang="en", first=True)
    assert found is not None
    assert found.percentile == 0
    assert [doc.text[s.start : s.end] for s in found.spikes] == ["mill"]


def test_too_few_tokens_have_no_percentile() -> None:
    part = Segment("Yes.", Span(0, 4))
    found = fluency.fluency_of(part, [ScoredToken(0, 4, 3.0)], Span(0, 4), model="m", lang="en", first=True)
    assert found is not None
    assert found.percentile is None


def test_round_trip_compares_with_the_source_or_with_itself() -> None:
    ru = {"Good day.": "Добрый день.", "Добрый день.": "Good day!", "Bad day.": ""}
    fake = FakeTranslator(ru)
    segments = [
        Segment("Good day.", Span(0, 9)),
        Segment("Good day.", Span(0, 9), source="Добрый день!"),
        Segment("Bad day.", Span(0, 8)),
        Segment("Good day.", Span(20, 29)),
    ]
    done: list[int] = []
    itself, source, empty, again = round_trips(
        segments, fake, fake, lang="en", source_lang="ru", progress=done.append
    )
    assert itself.forth is not None
    assert itself.forth.text == "Good day!"
    assert itself == again
    assert source.forth is None
    assert source.chrf == pytest.approx(metrics.compare("Добрый день.", "Добрый день!", lang="ru").chrf)
    assert empty.back.verdict == "empty"
    assert empty.chrf is None
    assert sum(done) == 2 * len(segments)
    assert all(len(set(texts)) == len(texts) for texts, _, _ in fake.calls)


def test_shipped_baselines_and_references_are_whole() -> None:
    for row in [row for t in reference.tables(reference.TRIPS) for row in t["baselines"]]:
        assert row["quantiles"] == sorted(row["quantiles"])
        assert row["sentences"] >= 60
        assert row["interval"][0] <= row["mean"] <= row["interval"][1]
        assert row["date"]
        assert row["data"]
    for model, entry in next(reference.tables(reference.FLUENCY))["models"].items():
        assert "@" in model
        for lang in entry["languages"].values():
            assert lang["words"] == sorted(lang["words"])
            for place in ("first", "later"):
                assert sorted(lang[place]) == ["0", "1", "2", "3", "4"]
                assert all(q == sorted(q) for q in lang[place].values())


def test_fakes_are_what_they_stand_for() -> None:
    assert isinstance(FakeTranslator(), Translator)
    assert isinstance(FakeLanguageModel(), LanguageModel)


def test_free_cores_are_between_one_and_all() -> None:
    assert 1 <= threads.free_cores() <= threads.available_cores()


def test_likenesses_are_sacrebleu_s_chrf() -> None:
    said = [
        "Президент прибыл в Париж в понедельник.",
        "Президент приехал в Париж.",
        "В понедельник президент прибыл во Францию",
        "Да",
        "",
        "Президент прибыл в Париж в понедельник.",
    ]
    found = metrics.likenesses(said)
    for n, one in enumerate(said):
        others = [metrics.compare(other, one, lang="ru").chrf for m, other in enumerate(said) if m != n]
        assert found[n] == pytest.approx(sum(others) / len(others))
    assert metrics.likenesses(said[:1]) == [0.0]
    assert metrics.likenesses([]) == []
