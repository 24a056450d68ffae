"""Calibration of any model: real loading, tiny weights, and a report that uses what was written."""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
sys.path.insert(0, str(Path(__file__).parents[1] / "annotate"))

import tiny
from typer.testing import CliRunner

import mtcheck
from mtcheck.annotate import adequacy, reference
from mtcheck.annotate.fake import FakeTranslator
from mtcheck.cli import app
from mtcheck.core import InputError, ModelError, UsageError
from mtcheck.training import calibration
from mtcheck.training.calibration import HumanText, Measuring
from mtcheck.training.watch import Watch

DAY = datetime.date(2026, 1, 2)
WATCH = Watch(say=lambda _: None, plan=lambda *_: None, advance=lambda *_: None)
NOUNS = {"profit": "прибыль", "harvest": "урожай", "talk": "речь", "price": "цена"}
EN = [f"The {noun} number {n} fell by {n} percent in the quarter." for n in range(20) for noun in NOUNS]
RU = [f"Номер {n}: {noun} упал на {n} процентов за квартал." for n in range(20) for noun in NOUNS.values()]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of human text, and a cache of its own."""
    monkeypatch.setenv("MTCHECK_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "data"
    folder.mkdir()
    rows = [
        {
            "src_lang": "en",
            "tgt_lang": "ru",
            "source": EN[at : at + 8],
            "human": {"A": RU[at : at + 8], "B": [""] * 8},
            "mt": {"x": RU[:8]},
        }
        for at in range(0, 80, 8)
    ]
    (folder / "mine.docs.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return folder


def run(*arguments: str) -> Any:
    """The command."""
    return CliRunner().invoke(app, ["models", "calibrate", *arguments], catch_exceptions=False)


def percentile(result: Any) -> float | None:
    """Of the fourth sentence's fluency."""
    place: float | None = result.document.segments[3].notes.fluency.percentile
    return place


def test_human_text_is_what_people_wrote_and_translated(data: Path) -> None:
    page = {"label": "human", "lang": "de", "segments": ["Ein Satz.", "Noch einer."]}
    engine = {"label": "mt", "lang": "de", "segments": ["Satz von Maschine."]}
    (data / "pages.jsonl").write_text("\n".join(map(json.dumps, [page, engine])), encoding="utf-8")
    human = HumanText(data)
    assert human.languages == ["de", "en"]
    assert human.pairs == [("en", "ru")]
    assert human.documents("de") == [["Ein Satz.", "Noch einer."]]
    assert human.source("de") == "pages"
    assert sorted(line for lines in human.documents("en") for line in lines) == sorted(EN)
    assert human.translations("en", "ru") == list(zip(EN, RU, strict=True))


def test_quantiles_are_the_values_at_equal_steps() -> None:
    assert calibration.quantiles([float(n) for n in range(101)]) == [float(n) for n in range(101)]
    assert calibration.quantiles([3.0, 1.0])[50] == pytest.approx(2.0)


def test_a_language_model_of_one_s_own_gets_a_place_among_human_text(data: Path, tmp_path: Path) -> None:
    model = tiny.causal(tmp_path / "lm")
    before = mtcheck.check_text(" ".join(EN[:6]), lang="en", language_model=str(model), translator=None)
    assert percentile(before) is None
    result = run(str(model), "--data", str(data), "--lang", "en", "--sentences", "80")
    assert result.exit_code == 0, result.output
    assert "fluency, English" in result.output
    after = mtcheck.check_text(" ".join(EN[:6]), lang="en", language_model=str(model), translator=None)
    found = percentile(after)
    assert found is not None
    assert 0 <= found <= 100
    told = json.loads((reference.own_folder() / reference.FLUENCY).read_text(encoding="utf-8"))
    (entry,) = told["models"].values()
    assert set(entry["languages"]) == {"en"}


def test_a_translator_without_verdicts_is_left_out(data: Path, tmp_path: Path) -> None:
    result = run(str(tiny.nllb(tmp_path / "nllb")), "--data", str(data), "--sentences", "60")
    assert result.exit_code == 1
    assert "translations with a verdict, left out" in result.output


def test_trips_are_measured_there_and_back_and_against_the_source(data: Path) -> None:
    there, back = dict(zip(RU, EN, strict=True)), dict(zip(EN, RU, strict=True))
    worse = {line: text.replace("percent", "hundredths") for line, text in there.items()}
    translator, how = FakeTranslator(worse | back), Measuring(HumanText(data), 70, WATCH, DAY)
    source = calibration.trips(translator, None, ("ru", "en"), how)
    trip = calibration.trips(translator, translator, ("en", "ru"), how)
    assert source is not None
    assert trip is not None
    assert (source["mode"], source["sentences"]) == ("source", 70)
    assert 70 < source["mean"] < 100
    assert (trip["mode"], trip["lang"]) == ("round-trip", "en")
    assert trip["mean"] == pytest.approx(source["mean"], abs=1)  # other 70 of the same 80
    reference.record_trips(reference.own_folder(), source)
    found = reference.round_trip_reference(translator.signature, "ru", "en", "source")
    assert found == source


def test_an_estimator_s_penalties_are_placed_among_human_translations(data: Path, tmp_path: Path) -> None:
    model = tiny.metricx(tmp_path / "metricx")
    signature = f"{model}@local"
    assert "raw" in adequacy.estimator_standing(signature, source_lang="en", target_lang="ru")
    result = run(str(model), "--data", str(data), "--sentences", "60")
    assert result.exit_code == 0, result.output
    assert "adequacy, en-ru: 60 translations" in result.output
    place = reference.estimator_reference(signature, "en", "ru-RU")
    assert place is not None
    assert len(place["quantiles"]) == calibration.STEPS + 1
    standing = adequacy.estimator_standing(signature, source_lang="en", target_lang="ru")
    assert "percentile against 60 human translations" in standing


def test_the_same_thing_measured_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    row = {"model": "m", "lang": "en", "source_lang": "ru", "mode": "source", "quantiles": [1.0]}
    for value in ([1.0], [2.0]):
        reference.record_trips(tmp_path, {**row, "quantiles": value})
    reference.record_trips(tmp_path, {**row, "mode": "round-trip"})
    found = json.loads((tmp_path / reference.TRIPS).read_text(encoding="utf-8"))["baselines"]
    assert [(r["mode"], r["quantiles"]) for r in found] == [("round-trip", [1.0]), ("source", [2.0])]


def test_a_broken_table_of_one_s_own_is_named_and_kept(data: Path) -> None:
    path = reference.own_folder() / reference.FLUENCY
    path.parent.mkdir(parents=True)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="delete it and calibrate again"):
        reference.fluency_reference("someone's model", "en")
    with pytest.raises(ModelError, match="delete it and calibrate again"):
        reference.record_fluency(reference.own_folder(), "m", "en", {})
    assert path.read_text(encoding="utf-8") == "{"
    assert data.is_dir()


def test_what_ships_is_not_overruled(data: Path) -> None:
    shipped = next(reference.tables(reference.FLUENCY))["models"]
    name, entry = next(iter(shipped.items()))
    lang = next(iter(entry["languages"]))
    reference.record_fluency(reference.own_folder(), name, lang, {"sentences": 1})
    assert reference.fluency_reference(name, lang) == entry["languages"][lang]
    assert data.is_dir()


def test_no_text_and_no_folder_are_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no human text here"):
        run("embedded", "--data", str(tmp_path / "empty"))
    with pytest.raises(UsageError, match="no such folder"):
        run("embedded", "--data", str(tmp_path / "none"))
    (tmp_path / "empty" / "a.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.jsonl: line 1: not JSON"):
        run("embedded", "--data", str(tmp_path / "empty"))


def test_too_little_text_is_one_line_and_exit_status_1(data: Path, tmp_path: Path) -> None:
    model = tiny.causal(tmp_path / "lm")
    (data / "mine.docs.jsonl").write_text(
        json.dumps({"src_lang": "en", "tgt_lang": "ru", "source": EN[:4], "human": {"A": RU[:4]}}),
        encoding="utf-8",
    )
    result = run(str(model), "--data", str(data))
    assert result.exit_code == 1
    assert "en: only" in result.output
