"""The detector, on files written by hand and on those that ship."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from mtcheck import style
from mtcheck.annotate import style as annotate
from mtcheck.annotate.hf import classifier
from mtcheck.core import Document, Origin
from mtcheck.segment import segment
from mtcheck.style import detector as detectors
from mtcheck.style import grams

MODELS = Path(__file__).resolve().parents[2] / "models" / "detection"
SHIPPED = sorted(MODELS.glob("*.json"))
CALQUES = "Within the framework of the project the parties carried out an exchange of opinions. "
PLAIN = "They met at noon, talked it over, shook hands and went home early. "


def handmade(**changes: Any) -> dict[str, Any]:
    """A detector that knows two phrases."""
    tier = {
        "style": 2.0,
        "classifier": 0.0,
        "bias": 0.0,
        "human": [x / 100 - 2 for x in range(201)],
        "human_texts": 201,
        "suspect": 0.5,
        "figures": {},
    }
    return {
        "format": 2,
        "language": "en",
        "signature": "detection/en test",
        "min_words": 10,
        "prior": 0.1,
        "frequent": ["the", "of"],
        "grams": ["sof the", "wcarried out", "wframework of", "wtalked"],
        "idf": [1.0, 1.5, 2.0, 1.5],
        "weights": [0.1, 2.0, 3.0, -3.0],
        "bias": 0.0,
        "tiers": {"style": tier, "classifier": {**tier, "classifier": 1.0}},
        "partner": {"model": "m@1", "classifier": "c@1"},
        **changes,
    }


def loaded(folder: Path, **changes: Any) -> style.Detector:
    path = folder / "en.json"
    path.write_text(json.dumps(handmade(**changes)), encoding="utf-8")
    return detectors.load(path)


def test_score_is_the_published_formula(tmp_path: Path) -> None:
    """Sublinear TF-IDF, each family of length 1, times weights: computed here step by step."""
    detector = loaded(tmp_path)
    folded = grams.fold(CALQUES * 2)
    twice = 1 + math.log(2)
    words = [twice * 2.0, twice * 1.5]
    norm = math.hypot(*words)
    expected = 3.0 * words[0] / norm + 2.0 * words[1] / norm + 0.1  # the only shape it knows
    assert detector.style_score(folded) == pytest.approx(expected)


def test_probability_supposes_the_prior(tmp_path: Path) -> None:
    """Log-odds of 0 are an even chance before the prior, and the prior after it."""
    detector = loaded(tmp_path, weights=[0.0, 0.0, 0.0, 0.0])
    said = detector.judge(CALQUES)
    assert said is not None
    assert said.probability == pytest.approx(0.1)
    assert said.marks == ()


def test_calques_are_named_where_they_stand(tmp_path: Path) -> None:
    detector = loaded(tmp_path, prior=0.5)
    value = PLAIN.replace("talked", "spoke") + "“Quoted” – first… " + CALQUES
    said = detector.judge(value)
    assert said is not None
    assert said.probability > 0.9
    found = [value[slice(*mark.span)] for mark in said.marks]
    assert any("framework of" in words for words in found)
    assert any("carried out" in words for words in found)
    assert all(mark.weight > 0 for mark in said.marks)


def test_marks_of_a_document_lie_in_its_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    detector = loaded(tmp_path, prior=0.5)
    monkeypatch.setattr(style, "judge", lambda value, lang, said: detector.judge(value, said))
    doc = segment(Document("d", f"# Title\n\n{CALQUES}\n\n{CALQUES}", Origin("d"), lang="en"))
    judged = annotate.judge(doc)
    assert judged.style is not None
    words = [doc.text[slice(*mark.span)] for mark in judged.style.marks]
    assert sum("framework of" in w for w in words) == 2


def test_what_the_classifier_says_adds_up(tmp_path: Path) -> None:
    detector = loaded(tmp_path)
    low, high = detector.judge(PLAIN, -3.0), detector.judge(PLAIN, 3.0)
    assert low is not None
    assert high is not None
    assert low.probability < high.probability
    assert (low.model, high.model) == ("m@1", "m@1")
    odds = [math.log(said.probability / (1 - said.probability)) for said in (low, high)]
    assert odds[1] - odds[0] == pytest.approx(6.0)


def test_too_short_is_no_judgement(tmp_path: Path) -> None:
    assert loaded(tmp_path).judge("Nine words are not enough to tell anything.") is None


def test_share_of_human_text(tmp_path: Path) -> None:
    detector = loaded(tmp_path)
    said = detector.judge(PLAIN)
    assert said is not None
    assert said.human_share == pytest.approx(1.0)
    assert said.human_texts == 201


def test_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="train it again"):
        loaded(tmp_path, format=99)


@pytest.mark.parametrize("lang", ["xx", "is", None])
def test_unknown_language_is_no_judgement(lang: str | None) -> None:
    assert style.judge(PLAIN * 20, lang) is None


@pytest.mark.parametrize("path", SHIPPED, ids=[p.stem for p in SHIPPED])
def test_shipped_detector(path: Path) -> None:
    """What ships is whole, small, and stands on enough human texts."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    detector = detectors.load(path)
    assert detector.lang == path.stem
    assert path.stat().st_size < 1_400_000
    for tier in raw["tiers"].values():
        assert tier["human_texts"] >= 200
        assert tier["suspect"] >= 0.5
        assert sorted(tier["human"]) == tier["human"]
        for kind, said in tier["figures"]["suspected"].items():
            if kind != "mt":
                assert said["share"][0] <= (0.01 if kind.startswith("original") else 0.05)
        assert tier["figures"]["calibration_error"] <= 0.05
    found = classifier.shipped()
    assert found is not None
    assert detector.partner == detectors.Partner(found.model, found.signature)
    assert raw["tiers"]["classifier"]["classifier"] > 0


def test_shipped_detectors_are_there() -> None:
    assert {"en", "ru", "de", "uk"} <= {p.stem for p in SHIPPED}
