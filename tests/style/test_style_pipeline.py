"""Style through the whole house: both tiers, what is said where nothing can be, what a selection asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from mtcheck import FakeLanguageModel, FakeTranslator, resources
from mtcheck.annotate.base import Progress, silent
from mtcheck.annotate.models import Models
from mtcheck.core import Document, Origin, Result
from mtcheck.pipeline import Options, run
from mtcheck.selection import Selection
from mtcheck.style import detector as detectors

ENGINE = (
    "Within the framework of the visit the parties carried out an exchange of opinions on topical issues. "
)
PERSON = "They met at noon, talked it over, shook hands and went home early, none the wiser for it at all. "


class Taught(FakeLanguageModel):
    """A language model with a classifier, which dislikes frameworks."""

    classifier = "classifier test"

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self.scored = 0

    def classify(self, texts: Sequence[str], *, progress: Progress = silent) -> list[float]:
        self.read += texts
        return [3.0 if "framework" in t else -3.0 for t in texts]

    def surprisal(self, texts: Sequence[str], *, progress: Progress = silent) -> Any:
        self.scored += len(texts)
        return super().surprisal(texts, progress=progress)


@pytest.fixture(autouse=True)
def one_detector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """English alone has a detector, which calls nothing machine-translated by its n-grams."""
    tier = {
        "style": 0.1,
        "classifier": 0.0,
        "bias": 0.0,
        "human": [-3.0, 0.0, 1.0],
        "human_texts": 300,
        "suspect": 0.5,
    }
    raw = {
        "format": 2,
        "language": "en",
        "signature": "detection/en test",
        "min_words": 30,
        "prior": 0.1,
        "frequent": ["the"],
        "grams": ["wframework", "wtalked"],
        "idf": [1.0, 1.0],
        "weights": [1.0, -1.0],
        "bias": 0.0,
        "tiers": {"style": tier, "classifier": {**tier, "classifier": 2.0}},
        "partner": {"model": FakeLanguageModel.signature, "classifier": Taught.classifier},
    }
    (tmp_path / "en.json").write_text(json.dumps(raw), encoding="utf-8")

    def find(name: str) -> Path:
        if not name.startswith("detection/"):
            return original(name)
        path = tmp_path / name.removeprefix("detection/")
        if not path.exists():
            raise FileNotFoundError(name)
        return path

    original = resources.model_file
    monkeypatch.setattr(resources, "model_file", find)
    detectors.detector_for.cache_clear()
    yield
    detectors.detector_for.cache_clear()


def audited(value: str, model: Any = None, *, lang: str = "en", **options: Any) -> Result:
    models = Models(translator=FakeTranslator(), language_model=model) if model is not None else None
    report = run([Document("d", value, Origin("d"), lang=lang)], Options(models=models, **options))
    assert not report.failures
    return report.results[0]


def test_without_models_the_first_tier_judges() -> None:
    result = audited(ENGINE * 3)
    assert result.scores.mt_probability == pytest.approx(0.1, abs=0.03)
    assert result.verdict == "no-verdict"
    assert "style decides nothing" in result.reason
    assert "n-grams alone" in result.signature["style"]


def test_the_classifier_adds_to_it() -> None:
    model = Taught()
    result = audited(ENGINE * 3, model)
    assert result.scores.mt_probability is not None
    assert result.scores.mt_probability > 0.9
    assert result.verdict == "suspected"
    assert "may be" in result.reason
    assert result.signature["style"].endswith(FakeLanguageModel.signature)
    (finding,) = [f for f in result.findings if f.code == "STY001"]
    assert "none of 300 human texts" in finding.message
    assert "framework" in finding.message
    assert len(model.read) == 1


def test_human_text_is_let_be() -> None:
    result = audited(PERSON * 3, Taught())
    assert result.verdict == "no-verdict"
    assert result.scores.mt_probability is not None
    assert result.scores.mt_probability < 0.05
    assert not [f for f in result.findings if f.code == "STY001"]


@pytest.mark.parametrize(
    ("value", "lang", "why"),
    [
        (ENGINE, "en", "fewer than 30 words"),
        (ENGINE * 3, "is", "no detector for Icelandic"),
        ("", "en", "no text"),
    ],
)
def test_what_is_not_judged_is_said(value: str, lang: str, why: str) -> None:
    result = audited(value, Taught(), lang=lang)
    assert result.scores.mt_probability is None
    assert result.verdict == "no-verdict"
    assert why in result.reason or (why == "no text" and "no text" in result.reason)


def test_another_model_has_no_say() -> None:
    """A tier was calibrated with one model and what that was taught."""
    for attribute in ("signature", "classifier"):
        model = Taught()
        setattr(model, attribute, "another@2")
        result = audited(ENGINE * 3, model)
        assert model.read == []
        assert "n-grams alone" in result.signature["style"]


def test_a_model_that_breaks_leaves_the_first_tier() -> None:
    class Breaks(Taught):
        def classify(self, texts: Sequence[str], **_: Any) -> list[float]:
            raise RuntimeError("out of memory")

    models = Models(translator=None, language_model=Breaks())
    report = run([Document("d", ENGINE * 3, Origin("d"), lang="en")], Options(models=models))
    assert report.results[0].scores.mt_probability == pytest.approx(0.1, abs=0.03)
    assert "out of memory" in report.failures[0].problem


def test_a_selected_rule_asks_for_what_it_reads() -> None:
    """A large feed can be judged by its style without a word of translation or surprisal."""
    model = Taught()
    result = audited(ENGINE * 3, model, selection=Selection(select=("STY001",)))
    assert result.scores.mt_probability is not None
    assert result.scores.mt_probability > 0.9
    assert (len(model.read), model.scored) == (1, 0)
    other = Taught()
    result = audited(ENGINE * 3, other, selection=Selection(select=("FLU001",)))
    assert (other.read, other.scored > 0) == ([], True)


def test_notices_do_not_count_as_words() -> None:
    """The notice itself is left out of what is judged."""
    model = Taught()
    result = audited(PERSON * 3 + "\n\nTranslated with Google Translate", model)
    assert result.verdict == "disclosed"
    assert "Google" not in model.read[0]


def test_a_document_is_judged_alone() -> None:
    """No judgement changes with the neighbours."""
    docs = [Document(f"d{n}", (ENGINE if n % 2 else PERSON) * 3, Origin("d"), lang="en") for n in range(5)]
    models = Models(translator=None, language_model=Taught())
    together = [r.scores.mt_probability for r in run(docs, Options(models=models)).results]
    alone = [run([d], Options(models=models)).results[0].scores.mt_probability for d in docs]
    assert together == alone
