"""The benchmark: that it measures what it says, not how fast this machine is."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mtcheck import bench
from mtcheck.annotate.fake import FakeLanguageModel, FakeTranslator
from mtcheck.annotate.models import Models
from mtcheck.cli import app
from mtcheck.core import Document, Origin, UsageError

TEXT = "It rained all day. The match was moved to Friday. Nobody was hurt."


def document(text: str = TEXT) -> Document:
    return Document("news", text, Origin("news"), lang="en")


class SlowTranslator(FakeTranslator):
    def translate(self, texts: Any, **asked: Any) -> Any:
        time.sleep(0.01 * len(texts))
        return super().translate(texts, **asked)


def stages(doc: Document, **options: Any) -> dict[str, bench.Stage]:
    def models(_: bool) -> Models:
        return Models(translator=SlowTranslator(), language_model=FakeLanguageModel())

    found = bench.measure([doc], models=models, source_lang="ru", **{"sentences": 64} | options)
    return {stage.name: stage for stage in found}


def test_every_stage_is_measured_on_the_same_sentences() -> None:
    found = stages(document())
    assert [found[name].sentences for name in ("fluency", "back-translation", "a run that keeps")] == [
        3,
        3,
        3,
    ]
    assert found["back-translation"].seconds >= 0.03
    assert found["back-translation"].speed == pytest.approx(3 / found["back-translation"].seconds)
    assert found["fluency"].ratio is None, "what is no model of transformers has no plain loop"


def test_no_more_sentences_than_asked_for_go_to_the_models() -> None:
    assert stages(document(), sentences=2)["back-translation"].sentences == 2


def test_nothing_to_measure_is_said() -> None:
    with pytest.raises(UsageError, match="no sentence"):
        stages(document(""))


def test_a_file_of_messages_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ru.po"
    path.write_text('msgid "Open"\nmsgstr "Открыть"\n', encoding="utf-8")
    with pytest.raises(UsageError, match="localisation file"):
        bench.read([str(path)])
    with pytest.raises(UsageError, match="missing"):
        bench.read([str(tmp_path / "missing.txt")])


def test_the_ratio_is_between_equal_work() -> None:
    stage = bench.Stage("fluency", 10, 2.0, 9.0)
    assert (stage.speed, stage.ratio) == (5.0, 4.5)
    assert 0.01 < bench.peak_memory() < 100


def test_with_a_real_model_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="needs the hf extra")
    import tiny

    from mtcheck.annotate.hf import Checkpoint, load, naive, open_language_model

    folder = tiny.causal(tmp_path / "model")

    def tiny_models(**options: Any) -> Models:
        return Models(**options, translator=str(folder), language_model=str(folder))

    monkeypatch.setenv("MTCHECK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("mtcheck.annotate.models.Models", tiny_models)
    path = tmp_path / "news.txt"
    path.write_text(TEXT, encoding="utf-8")
    found = CliRunner().invoke(app, ["bench", str(path), "--source-lang", "ru", "--threads", "1"])
    assert found.exit_code == 0, found.output
    rows = {line[:24].strip(): line[24:].split() for line in found.stdout.splitlines()}
    for name in ("fluency", "back-translation"):
        sentences, seconds, speed, plain, times = map(float, rows[name])
        assert sentences == 3
        assert min(seconds, plain) >= 0
        assert min(speed, times) > 0
    loaded = load(Checkpoint(folder, "tiny", "local"), threads=1)
    sentence = "The president arrived in Paris."
    mine = open_language_model(loaded).surprisal([sentence])[0]
    tokens = len(loaded.tokenizer(sentence, add_special_tokens=False)["input_ids"])
    plain_mean = naive.surprisal(loaded, [sentence])[0]
    assert math.isfinite(plain_mean)
    with_start = loaded.tokenizer(sentence)["input_ids"]
    if len(with_start) > tokens:  # the same tokens, so the same bits
        assert plain_mean * tokens == pytest.approx(sum(t.surprisal for t in mine), rel=1e-3)
