"""The classifier's training, and that what runs says what was trained. Tiny weights, real everything else."""

from __future__ import annotations

import datetime
import random
import sys
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
sys.path.insert(0, str(Path(__file__).parents[1] / "annotate"))

import tiny  # noqa: E402

from mtcheck.annotate.base import TextClassifier  # noqa: E402
from mtcheck.annotate.hf import classifier as running  # noqa: E402
from mtcheck.annotate.hf import load, open_language_model  # noqa: E402
from mtcheck.annotate.hf.causal import CausalLanguageModel  # noqa: E402
from mtcheck.annotate.hf.classifier import Classifier, Reading  # noqa: E402
from mtcheck.annotate.hf.loading import Checkpoint  # noqa: E402
from mtcheck.core import ModelError  # noqa: E402
from mtcheck.style import grams  # noqa: E402
from mtcheck.training import classifier as training  # noqa: E402
from mtcheck.training import heads, lora  # noqa: E402
from mtcheck.training.corpus import Text  # noqa: E402
from mtcheck.training.watch import Watch  # noqa: E402

DAY = datetime.date(2026, 1, 2)
HUMAN, ENGINE = ["talked", "got home", "a lot"], ["carried out", "within the framework", "said"]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two layers, few steps, no compiler: the same code, in seconds."""
    monkeypatch.setattr(training, "READING", Reading((1, 2), 24, 3))
    monkeypatch.setattr(training, "STEPS", 40)
    monkeypatch.setattr(training, "BATCH", 8)
    monkeypatch.setattr(training, "HEAD_RATE", 3e-2)
    monkeypatch.setattr(training, "RATE", 1e-2)
    monkeypatch.setattr(lora, "can_compile", lambda: False)
    monkeypatch.setattr(heads, "precision", lambda: torch.float32)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.gemma(tmp_path_factory.mktemp("base") / "m")


def texts(count: int = 36) -> list[Text]:
    """A person's, two engines' and at times an original's words, document by document."""
    rng = random.Random(0)
    out = []
    for n in range(count):
        for kind, words, system in (
            ("human", HUMAN, ""),
            ("mt", ENGINE, "a"),
            ("mt", ENGINE, "b"),
            ("original", HUMAN, ""),
        ):
            if kind == "original" and n % 3:
                continue
            value = " ".join(
                f"The {rng.choice('abcdef')} {rng.choice(words)}." for _ in range(rng.randrange(3, 20))
            )
            out.append(Text("en", value, kind, f"set{n % 4}", f"g{n}", system, int(system == "b")))
    return out


class Heard:
    def __init__(self) -> None:
        self.steps = 0
        self.watch = Watch(say=lambda _: None, plan=lambda *_: None, advance=self._advance)

    def _advance(self, stage: str, count: int) -> None:
        self.steps += count if stage == training.STAGE else 0


def teacher(base: Path, folder: Path, heard: Heard) -> training.Teacher:
    return training.Teacher(
        base=base, model="tiny@1", out=folder / "out", cache=folder / "cache", watch=heard.watch, today=DAY
    )


def test_it_learns_what_engines_say_and_scores_what_it_did_not_see(base: Path, tmp_path: Path) -> None:
    some = texts()
    wanted = np.array([t.rank == 0 for t in some])
    said, signature = teacher(base, tmp_path, Heard()).teach(some, wanted)
    assert np.isnan(said[~wanted]).all()
    assert not np.isnan(said[wanted]).any()
    machine = np.array([t.machine for t in some])
    assert said[wanted & machine].mean() > said[wanted & ~machine].mean() + 1
    found = Classifier(tmp_path / "out")
    assert (found.signature, found.model) == (signature, "tiny@1")


def test_parts_do_not_share_a_set(base: Path) -> None:
    some = texts()
    seen = np.zeros(len(some), dtype=int)
    for learnt, looked_at in training.folds(some):
        assert not (learnt & looked_at).any()
        assert not {t.data for t, yes in zip(some, learnt, strict=True) if yes} & {
            t.data for t, yes in zip(some, looked_at, strict=True) if yes
        }
        seen += looked_at
    assert (seen == 1).all()


def test_same_data_same_bytes_and_what_is_done_is_not_done_again(base: Path, tmp_path: Path) -> None:
    some = texts(12)
    wanted = np.ones(len(some), dtype=bool)
    first, second, third = Heard(), Heard(), Heard()
    said, signature = teacher(base, tmp_path / "a", first).teach(some, wanted)
    again, _ = teacher(base, tmp_path / "a", second).teach(some, wanted)
    elsewhere, other = teacher(base, tmp_path / "b", third).teach(some, wanted)
    assert (first.steps, second.steps, third.steps) == (4 * training.STEPS, 0, 4 * training.STEPS)
    assert (said == again).all()
    assert (said == elsewhere).all()
    assert signature == other


def test_human_texts_that_only_set_limits_teach_nothing(base: Path, tmp_path: Path) -> None:
    some = texts(12)
    more = [*some, Text("en", "The a talked.", "original", "law", "g99", learnt=False)]
    one, two = (teacher(base, tmp_path / name, Heard()) for name in "ab")
    _, before = one.teach(some, np.zeros(len(some), dtype=bool))
    said, after = two.teach(more, np.array([False] * len(some) + [True]))
    assert before == after
    assert not np.isnan(said[-1])


def made(
    base: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[CausalLanguageModel, training.Learner]:
    """A language model with a classifier trained for it, and a learner that holds the same."""
    some = texts(12)
    how = teacher(base, folder, Heard())
    how.teach(some, np.zeros(len(some), dtype=bool))
    loaded = load(Checkpoint(base, "tiny", "1"), threads=1)
    found = Classifier(folder / "out")
    monkeypatch.setattr(running, "shipped", lambda: found)
    learner = training.Learner(base)
    learner.restore({name: tensor.float() for name, tensor in found.tensors.items()})
    model = open_language_model(loaded)
    assert isinstance(model, CausalLanguageModel)
    assert isinstance(model, TextClassifier)
    return model, learner


def test_what_runs_says_what_was_trained(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, learner = made(base, tmp_path, monkeypatch)
    assert model.classifier.startswith("classifier sha256:")
    values = [grams.fold(t.text) for t in texts(6)] + ["One."]
    before = model.surprisal(values[:2])
    ids = [model.loaded.tokenizer(v, add_special_tokens=False)["input_ids"] for v in values]
    with monkeypatch.context() as patch:
        patch.setattr(running, "halved_factors", nullcontext)
        trained = learner.scores(ids, Heard().watch).tolist()
        assert model.classify(values) == pytest.approx(trained, abs=1e-4)
    said = model.classify(values)
    assert len(set(said)) == len(said)
    assert [model.classify([v])[0] for v in values] == said
    assert model.surprisal(values[:2]) == before
    with pytest.raises(ValueError, match="without tokens"):
        model.classify([""])
    assert model.surprisal(values[:2]) == before


def test_a_model_that_nothing_was_made_for_has_no_classifier(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(base, tmp_path, monkeypatch)
    other = open_language_model(load(Checkpoint(base, "tiny", "2"), threads=1))
    assert isinstance(other, CausalLanguageModel)
    assert other.classifier == ""
    with pytest.raises(ValueError, match="tiny@2"):
        other.classify(["Text."])


def test_windows_are_spread_evenly() -> None:
    reading = Reading((1,), 5, 3)
    assert reading.cut([1, 2, 3], 0) == [[0, 1, 2, 3]]
    assert reading.cut(list(range(1, 9)), 0) == [[0, 1, 2, 3, 4], [0, 5, 6, 7, 8]]
    cut = reading.cut(list(range(1, 42)), 0)
    assert [(row[1], row[-1], len(row)) for row in cut] == [(1, 4, 5), (19, 22, 5), (38, 41, 5)]


def test_a_classifier_that_was_changed_is_refused(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(base, tmp_path, monkeypatch)
    with (tmp_path / "out" / "classifier.safetensors").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match="does not have the sum"):
        _ = Classifier(tmp_path / "out").tensors
    (tmp_path / "out" / "classifier.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="not the description"):
        Classifier(tmp_path / "out")
    with pytest.raises(ModelError, match="is missing"):
        Classifier(tmp_path)
