"""MetricX-24 by mT5's own class, with tiny random weights, and its way into a result."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest
import tiny

from mtcheck import check_text
from mtcheck.annotate.answers import Answers
from mtcheck.annotate.base import QualityEstimator
from mtcheck.annotate.budget import Effort
from mtcheck.annotate.cache import Identity, RememberingEstimator
from mtcheck.annotate.models import Models
from mtcheck.core import ModelError
from mtcheck.pipeline import Options, run
from mtcheck.read.sources import read_inputs

pytest.importorskip("torch", reason="needs the hf extra")
from mtcheck.annotate.hf import Checkpoint, load, metricx, open_quality_estimator

PAIRS = [
    ("The president arrived in Paris on Monday for talks.", "Президент прибыл в Париж в понедельник."),
    ("We will continue to support farmers.", "Мы продолжим поддерживать фермеров, потерявших урожай."),
    ("The company's profit fell.", "Прибыль компании снизилась."),
    ("12", "12"),
    ("The president arrived in Paris.", "abcdef"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.metricx(tmp_path_factory.mktemp("models") / "metricx")


@pytest.fixture(scope="module")
def estimator(folder: Path) -> Any:
    return open_quality_estimator(load(Checkpoint(folder, "tiny", "local"), threads=1))


def by_hand(folder: Path, source: str, target: str) -> float:
    """Encoder, one step of the decoder, one row of the head as it lies in the file: as the published
    class does it."""
    import torch
    from safetensors import safe_open
    from transformers import AutoTokenizer, MT5ForConditionalGeneration

    model = MT5ForConditionalGeneration.from_pretrained(folder).eval()
    ids = AutoTokenizer.from_pretrained(folder)(f"source: {source} candidate: {target}")["input_ids"]
    assert ids[-1] == 1, "the token that ends the input"
    with torch.no_grad():
        states = model.encoder(input_ids=torch.tensor([ids[:-1]])).last_hidden_state
        step = model.decoder(input_ids=torch.tensor([[0]]), encoder_hidden_states=states).last_hidden_state
    with safe_open(folder / "model.safetensors", framework="pt") as file:
        row = file.get_tensor("lm_head.weight")[250_089]
    return min(25.0, max(0.0, float(step[0, 0] @ row)))


def test_penalties_are_those_of_the_published_architecture(folder: Path, estimator: Any) -> None:
    assert isinstance(estimator, QualityEstimator)
    found = estimator.penalties(PAIRS)
    assert found == pytest.approx([by_hand(folder, *pair) for pair in PAIRS], abs=1e-4)
    assert len(set(found)) > 2
    assert all(0 <= value <= 25 for value in found)


@pytest.mark.parametrize("batch_tokens", [1, 40, 5000])
def test_neighbours_order_and_batches_do_not_matter(
    estimator: Any, batch_tokens: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = [estimator.penalties([pair])[0] for pair in PAIRS]
    monkeypatch.setattr(metricx, "BATCH_TOKENS", batch_tokens)
    order = list(range(len(PAIRS)))
    random.Random(batch_tokens).shuffle(order)
    done: list[int] = []
    found = estimator.penalties([PAIRS[i] for i in order], progress=done.append)
    assert found == pytest.approx([alone[i] for i in order], abs=1e-3)
    assert sum(done) == len(PAIRS)


def test_what_is_too_long_is_cut(estimator: Any) -> None:
    long = "The president arrived in Paris. " * 200
    assert len(estimator._encode(long, "x")) == metricx.MOST_TOKENS - 1
    assert 0 <= estimator.penalties([(long, "x")])[0] <= 25


def test_other_models_are_refused_in_plain_words(tmp_path: Path, folder: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(folder, bare, ignore=shutil.ignore_patterns("tokenizer*", "special*"))
    with pytest.raises(ModelError, match="google/mt5-xl"):
        Models(quality_model=str(bare)).estimator()
    with pytest.raises(ModelError, match="of type mt5, this is t5"):
        Models(quality_model=str(tiny.t5(tmp_path / "t5"))).estimator()
    with pytest.raises(ModelError, match="no such folder"):
        Models(quality_model="./nowhere").estimator()
    from safetensors.torch import load_file, save_file

    headless = tmp_path / "headless"
    shutil.copytree(folder, headless)
    kept = {k: v for k, v in load_file(folder / "model.safetensors").items() if k != "lm_head.weight"}
    save_file(kept, headless / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"no lm_head\.weight"):
        Models(quality_model=str(headless)).estimator()
    small = load(Checkpoint(tmp_path / "t5", "t5", "local"), threads=1)
    with pytest.raises(ModelError, match="vocabulary is too small"):
        open_quality_estimator(small)


def pairs_file(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    rows = [
        PAIRS[0],
        ("The company's profit fell by 12 percent.", "The company's profit fell by 12 percent."),
    ]
    path.write_text(
        "".join(
            f'{{"id": "{n}", "source": "{s}", "target": "{t}", "source_lang": "en", "target_lang": "ru"}}\n'
            for n, (s, t) in enumerate(rows)
        ),
        encoding="utf-8",
    )
    return path


def test_it_takes_the_place_of_the_language_model(tmp_path: Path, folder: Path, estimator: Any) -> None:
    models = Models(translator=None, language_model=None, quality_model=estimator)
    report = run(read_inputs([str(pairs_file(tmp_path))]), Options(models=models))
    assert not report.failures
    good, copy = (result.document.segments[0].notes.adequacy for result in report.results)
    assert good is not None
    assert good.penalty == pytest.approx(by_hand(folder, *PAIRS[0]), abs=1e-4)
    assert good.percentile is None, "no human translations were measured with it"
    assert copy is not None
    assert copy.penalty == 25.0, "gates overrule it"
    assert report.results[0].signature["adequacy"].startswith("penalty by tiny@local; raw")


def test_one_that_cannot_be_had_is_a_failure_and_the_rest_goes_on(tmp_path: Path) -> None:
    models = Models(translator=None, language_model=None, quality_model="./nowhere")
    report = run(read_inputs([str(pairs_file(tmp_path))]), Options(models=models))
    assert len(report.results) == 2
    assert "no such folder" in report.failures[0].problem


def test_what_it_said_is_remembered(tmp_path: Path) -> None:
    class Counting:
        signature = "m@1"

        def __init__(self) -> None:
            self.asked: list[tuple[str, str]] = []

        def penalties(self, pairs: Any, *, progress: Any = None) -> list[float]:
            self.asked += pairs
            return [float(len(target)) for _, target in pairs]

    model = Counting()

    def remembering() -> RememberingEstimator:
        return RememberingEstimator(
            Identity("m@1", "files"), Answers(tmp_path), lambda: model, effort=Effort()
        )

    first = remembering().penalties([*PAIRS, PAIRS[0]])
    assert first == [float(len(target)) for _, target in [*PAIRS, PAIRS[0]]]
    assert remembering().penalties(PAIRS) == first[:-1]
    assert len(model.asked) == len(PAIRS)


def test_it_can_be_named_in_a_program(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTCHECK_CACHE", str(tmp_path / "cache"))
    source, target = PAIRS[0]
    result = check_text(target, source=source, lang="ru", source_lang="en", quality_model=str(folder))
    noted = result.document.segments[0].notes.adequacy
    assert noted is not None
    assert noted.penalty == pytest.approx(by_hand(folder, source, target), abs=1e-3)
    assert noted.percentile is None
    assert result.scores.adequacy is None
