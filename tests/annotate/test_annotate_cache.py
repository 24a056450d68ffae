"""Models that remember: the same answers as without, no question twice, no model opened in vain."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mtcheck.annotate import cache
from mtcheck.annotate.answers import Answers
from mtcheck.annotate.base import (
    Expectation,
    LanguageModel,
    Progress,
    ScoredToken,
    TextClassifier,
    Translator,
    silent,
)
from mtcheck.annotate.budget import Budget, Effort
from mtcheck.annotate.cache import BATCH, Identity, RememberingLanguageModel, RememberingTranslator
from mtcheck.annotate.fake import FakeExpectingTranslator, FakeLanguageModel, FakeTranslator
from mtcheck.annotate.models import Models
from mtcheck.core import Document, ModelError, Origin, Result, Translation
from mtcheck.pipeline import Options, run

TEXTS = ["It rained all day.", "The minister said so on Monday.", "It rained all day.", "", "Ещё раз."]


class TaughtModel(FakeLanguageModel):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def surprisal(
        self, texts: Sequence[str], *, progress: Progress = silent
    ) -> list[tuple[ScoredToken, ...]]:
        self.asked += texts
        return super().surprisal(texts, progress=progress)

    classifier = "classifier test"

    def classify(self, texts: Sequence[str], *, progress: Progress = silent) -> list[float]:
        self.asked += texts
        progress(len(texts))
        return [len(value) / 3 for value in texts]


class Table(FakeTranslator):
    """A translator that is called as the models of these tests are."""

    signature = "fake@1"


IDENTITY = Identity("fake@1", "files")


@dataclass
class Run:
    """One run's models over a store, and how often they were opened."""

    folder: Path
    identity: Identity = IDENTITY
    pair: tuple[str, str] | None = None
    opened: int = 0
    asked: TaughtModel = field(default_factory=TaughtModel)
    table: FakeTranslator = field(default_factory=lambda: Table(guarded=True))
    effort: Effort = field(default_factory=Effort)

    def language_model(self) -> RememberingLanguageModel:
        return RememberingLanguageModel(
            self.identity, Answers(self.folder), lambda: self._open(self.asked), effort=self.effort
        )

    def translator(self) -> RememberingTranslator:
        open = lambda: self._open(self.table)  # noqa: E731
        return RememberingTranslator(
            self.identity, Answers(self.folder), open, effort=self.effort, weak=True, pair=self.pair
        )

    def _open(self, model: Any) -> Any:
        self.opened += 1
        return model


def all_of(run: Run, texts: Sequence[str] = TEXTS) -> list[object]:
    """What a run's models say of everything they can be asked."""
    model, translator = run.language_model(), run.translator()
    return [
        model.surprisal(texts),
        model.classify(texts),
        translator.translate(texts, source_lang="en", target_lang="ru"),
        translator.supports("en", "ru"),
        translator.supports("en", "en"),
    ]


def expecting() -> FakeExpectingTranslator:
    """Knows nothing of what is empty."""
    return FakeExpectingTranslator(
        lambda s, t: Expectation(len(s) / 3, len(t), -0.5, 0.0) if s and t else None, signature="fake@1"
    )


def test_what_was_expected_is_remembered_and_that_nothing_was(tmp_path: Path) -> None:
    asked = [("It rained.", "Шёл дождь."), ("", "Дождь."), ("It rained.", "Шёл дождь.")]
    first, second = Run(tmp_path, table=expecting()), Run(tmp_path, table=expecting())
    told: list[int] = []
    langs: Any = {"source_lang": "en", "target_lang": "ru"}
    said = first.translator().expectations(asked, **langs, progress=told.append)
    assert said == expecting().expectations(asked, **langs)
    assert sum(told) == 3
    assert second.translator().expectations(asked, **langs) == said
    assert (first.opened, second.opened) == (1, 0)
    second.translator().expectations(asked[:1], source_lang="ru", target_lang="en")
    assert second.opened == 1, "another direction is another question"


def test_a_translator_that_expects_nothing_says_nothing(tmp_path: Path) -> None:
    asked = [("It rained.", "Шёл дождь.")]
    assert Run(tmp_path).translator().expectations(asked, source_lang="en", target_lang="ru") == [None]


def test_the_second_run_says_the_same_and_opens_nothing(tmp_path: Path) -> None:
    model, table = TaughtModel(), Table(guarded=True)
    bare = [
        model.surprisal(TEXTS),
        model.classify(TEXTS),
        table.translate(TEXTS, source_lang="en", target_lang="ru"),
        True,
        False,
    ]
    first, second = Run(tmp_path), Run(tmp_path)
    assert all_of(first) == bare
    assert all_of(second) == bare
    assert (first.opened, second.opened) == (2, 0)
    assert second.asked.asked == []
    assert second.table.calls == []
    assert second.effort.asked == 0 < second.effort.recalled == first.effort.asked


def test_they_are_what_the_seams_ask_for(tmp_path: Path) -> None:
    run = Run(tmp_path)
    assert isinstance(run.language_model(), LanguageModel)
    assert isinstance(run.language_model(), TextClassifier)
    assert isinstance(run.translator(), Translator)
    assert run.translator().weak
    assert run.opened == 0


def test_no_text_is_asked_about_twice_and_progress_counts_each(tmp_path: Path) -> None:
    run = Run(tmp_path)
    model = run.language_model()
    for texts in (TEXTS, [*TEXTS, "new"], ["new"]):
        done: list[int] = []
        model.surprisal(texts, progress=done.append)
        assert sum(done) == len(texts)
    assert sorted(run.asked.asked) == sorted({*TEXTS, "new"})


def test_neighbours_and_order_do_not_matter(tmp_path: Path) -> None:
    run = Run(tmp_path)
    model = run.language_model()
    together = model.surprisal(TEXTS)
    asked = len(run.asked.asked)
    assert [model.surprisal([value])[0] for value in TEXTS] == together
    assert model.surprisal(TEXTS[::-1]) == together[::-1]
    assert len(run.asked.asked) == asked


def other_files(run: Run) -> None:
    run.identity = Identity("fake@1", "other files")


def other_signature(run: Run) -> None:
    run.identity = Identity("fake@2", "files")


@pytest.mark.parametrize("change", [other_files, other_signature])
def test_another_model_is_asked_anew(tmp_path: Path, change: Callable[[Run], None]) -> None:
    all_of(Run(tmp_path))
    second = Run(tmp_path)
    change(second)
    all_of(second)
    assert second.opened == 2
    assert len(second.asked.asked) == 2 * len(set(TEXTS))


@pytest.mark.parametrize("setting", ["FORMAT", "made_by", "_release"])
def test_another_prompt_release_or_format_is_asked_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    all_of(Run(tmp_path))
    changed = 99 if setting == "FORMAT" else lambda *_: "changed"
    monkeypatch.setattr(cache, setting, changed)
    cache._stack.cache_clear()
    second = Run(tmp_path)
    try:
        all_of(second)
    finally:
        cache._stack.cache_clear()
    assert second.opened == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"source_lang": "en", "target_lang": "ru"}, {"source_lang": "ru", "target_lang": "en"}),
        ({"source_lang": "en", "target_lang": "ru"}, {"source_lang": "en", "target_lang": "de"}),
    ],
)
def test_each_direction_is_a_question(tmp_path: Path, first: Any, second: Any) -> None:
    translator = Run(tmp_path).translator()
    one, other = translator.translate(["Hm."], **first), translator.translate(["Hm."], **second)
    assert one != other
    assert translator.translate(["Hm."], **first) == one


def test_what_was_taught_is_part_of_the_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another classifier on the same model says other things."""
    first = Run(tmp_path)
    first.language_model().classify(["Hm."])
    monkeypatch.setattr(RememberingLanguageModel, "classifier", "another")
    second = Run(tmp_path)
    second.language_model().classify(["Hm."])
    assert (first.opened, second.opened) == (1, 1)


def test_the_pair_that_a_model_is_taken_for_is_part_of_what_it_supports(tmp_path: Path) -> None:
    class Russian(FakeTranslator):
        def supports(self, source_lang: str, target_lang: str) -> bool:
            return source_lang == "ru"

    assert Run(tmp_path, pair=("en", "ru")).translator().supports("en", "ru")
    assert not Run(tmp_path, pair=("ru", "en"), table=Russian()).translator().supports("en", "ru")
    assert Run(tmp_path, pair=("en", "ru"), table=Russian()).translator().supports("en", "ru")


@pytest.mark.parametrize("pattern", cache.TRANSLATING)
def test_every_file_that_puts_the_question_counts(tmp_path: Path, pattern: str) -> None:
    package = tmp_path / "package"
    source = Path(cache.__file__).parents[1]
    for wanted in cache.TRANSLATING:
        found = list(source.glob(wanted))
        assert found, f"{wanted}: no such file"
        for path in found:
            (package / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, package / path.relative_to(source))
    before = cache.made_by(cache.TRANSLATING, package=package)
    assert before == cache.made_by(cache.TRANSLATING)
    changed = next(iter(package.glob(pattern)))
    changed.write_bytes(changed.read_bytes() + b"\n# another sentence\n")
    assert cache.made_by(cache.TRANSLATING, package=package) != before


def test_what_was_said_before_a_break_is_kept(tmp_path: Path) -> None:
    class Breaks(TaughtModel):
        def surprisal(
            self, texts: Sequence[str], *, progress: Progress = silent
        ) -> list[tuple[ScoredToken, ...]]:
            if self.asked:
                raise KeyboardInterrupt
            return super().surprisal(texts, progress=progress)

    texts = [f"Sentence {n} of a long text." for n in range(BATCH + 20)]
    first = Run(tmp_path, asked=Breaks())
    with pytest.raises(KeyboardInterrupt):
        first.language_model().surprisal(texts)
    second = Run(tmp_path)
    second.language_model().surprisal(texts)
    assert len(second.asked.asked) == 20
    assert not set(second.asked.asked) & set(first.asked.asked)


def test_errors_are_not_kept(tmp_path: Path) -> None:
    class Refuses(FakeTranslator):
        def translate(self, *_: Any, **__: Any) -> list[Translation]:
            raise ModelError("not this pair")

    with pytest.raises(ModelError):
        Run(tmp_path, table=Refuses()).translator().translate(["Hm."], source_lang="en", target_lang="ru")
    (said,) = Run(tmp_path).translator().translate(["Hm."], source_lang="en", target_lang="ru")
    assert said.text == "[ru] Hm."


def test_without_a_place_to_keep_them_answers_still_come(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file", encoding="utf-8")
    assert all_of(Run(tmp_path / "blocked")) == all_of(Run(tmp_path / "open"))


class Clock:
    """Time that passes where models work."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def batches_done(budget: Budget, clock: Clock, effort: Effort, costs: Sequence[float]) -> list[list[int]]:
    """Batches of ten-letter texts, of which those that cost nothing were kept from before."""
    out = []
    for batch in budget.batches([10] * len(costs), kind="k", most=8):
        out.append(batch)
        for index in batch:
            clock.now += costs[index]
            effort.asked += 10 * (costs[index] > 0)
            effort.recalled += 10 * (costs[index] == 0)
    return out


def test_what_is_kept_teaches_a_budget_nothing_about_speed() -> None:
    clock, effort = Clock(), Effort()
    budget = Budget(20.0, clock, effort)
    done = batches_done(budget, clock, effort, [0.0] * 4 + [2.0] * 50)
    assert done == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11, 12, 13]]
    assert budget.spent == 20.0


def test_half_of_a_batch_that_was_kept_does_not_make_the_other_half_quick() -> None:
    clock, effort = Clock(), Effort()
    budget = Budget(16.0, clock, effort)
    assert batches_done(budget, clock, effort, [0.0] * 2 + [2.0] * 50) == [[0, 1, 2, 3], [4, 5, 6, 7, 8, 9]]
    assert budget.spent == 16.0


def test_loading_counts_but_does_not_make_the_work_seem_slow() -> None:
    clock, effort = Clock(), Effort()
    budget = Budget(20.0, clock, effort)
    done = 0
    for batch in budget.batches([10] * 50, kind="k", most=8):
        if not done:
            clock.now += 10.0
            effort.loading += 10.0
        clock.now += len(batch)
        done += len(batch)
    assert (done, budget.spent) == (10, 20.0)


@pytest.fixture
def tiny_folder(tmp_path: Path) -> Path:
    pytest.importorskip("torch", reason="the hf extra is not installed")
    pytest.importorskip("transformers", reason="the hf extra is not installed")
    import tiny

    return tiny.causal(tmp_path / "tiny")


def audited(folder: Path, *, keep: bool = True) -> tuple[Result, Models, list[str]]:
    said: list[str] = []
    models = Models(str(folder), str(folder), threads=1, keep=keep, say=said.append)
    doc = Document("d", "It rained all day. We will continue to support farmers.", Origin("d"))
    report = run([doc], Options(lang="en", source_lang="ru", models=models))
    assert report.failures == ()
    return report.results[0], models, said


def test_a_real_model_is_read_once_and_not_for_a_second_run(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTCHECK_CACHE", str(tmp_path / "cache"))
    bare, _, _ = audited(tiny_folder, keep=False)
    assert not (tmp_path / "cache").exists()
    first, models, said = audited(tiny_folder)
    assert [line.split()[0] for line in said] == ["Loading"]
    assert models.effort.asked > 0
    assert first == bare
    assert any(
        s.notes.fluency is not None and s.notes.round_trip is not None for s in first.document.segments
    )
    monkeypatch.setattr("mtcheck.annotate.hf.load", lambda *_, **__: pytest.fail("it was loaded"))
    second, models, said = audited(tiny_folder)
    assert second == bare
    assert said == []
    assert models.effort.asked == 0 < models.effort.recalled


def test_a_folder_that_was_trained_again_is_another_model(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTCHECK_CACHE", str(tmp_path / "cache"))
    audited(tiny_folder)
    from safetensors.torch import load_file, save_file

    weights = load_file(tiny_folder / "model.safetensors")
    changed = {name: value * 1.5 for name, value in weights.items()}
    save_file(changed, tiny_folder / "model.safetensors", metadata={"format": "pt"})
    second, models, _ = audited(tiny_folder)
    assert models.effort.recalled == 0
    bare, _, _ = audited(tiny_folder, keep=False)
    assert second == bare


def test_what_can_be_told_without_loading_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTCHECK_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "model"
    folder.mkdir()
    models = Models(str(folder), str(folder))
    for ask in (models.fluency_model, lambda: models.translator_for("en", "ru")):
        with pytest.raises(ModelError, match=r"no config\.json"):
            ask()
    (folder / "config.json").write_text('{"model_type": "marian"}', encoding="utf-8")
    with pytest.raises(ModelError, match="no weights"):
        models.fluency_model()
    (folder / "model.safetensors").write_bytes(b"")
    with pytest.raises(ModelError, match="causal"):
        models.fluency_model()
