"""Real classes, random weights: the loading code that loads the Hub's models, offline."""

from __future__ import annotations

import json
import math
import pickle
from pathlib import Path
from typing import Any

import pytest

from mtcheck.annotate.base import LanguageModel, Translator
from mtcheck.annotate.hf import (
    Checkpoint,
    LoadedModel,
    causal,
    load,
    open_language_model,
    open_translator,
)
from mtcheck.annotate.hf.causal import BATCH_TOKENS, CONTEXT, WINDOW
from mtcheck.core import ModelError

torch = pytest.importorskip("torch", reason="the hf extra is not installed")
transformers = pytest.importorskip("transformers", reason="the hf extra is not installed")

import tiny  # noqa: E402 - after the skip, since it imports torch

TEXTS = [
    "The president arrived in Paris on Monday.",
    "We will continue.",
    "12 percent in the third quarter, talks.",
]

FAMILIES: dict[str, tuple[Any, tuple[str, str], tuple[str, str]]] = {
    "marian": (tiny.marian, ("en", "ru"), ("en", "de")),
    "marian-bin": (lambda p: tiny.marian(p, safetensors=False), ("en", "ru"), ("ru", "en")),
    "marian-many": (lambda p: tiny.marian(p, tags=(">>rus<<", ">>ukr<<")), ("en", "uk"), ("en", "de")),
    "nllb": (tiny.nllb, ("en", "ru"), ("en", "zz")),
    "t5": (tiny.t5, ("en", "de"), ("en", "ru")),
    "madlad": (lambda p: tiny.t5(p, madlad=True), ("en", "ru"), ("en", "ja")),
    "causal": (tiny.causal, ("en", "ru"), ("en", "sw")),
}


@pytest.fixture(scope="module", params=FAMILIES)
def family(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, LoadedModel]:
    make, _, _ = FAMILIES[request.param]
    folder = make(tmp_path_factory.mktemp(request.param))
    return request.param, load(Checkpoint(folder, request.param, "local"), threads=1)


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return load(Checkpoint(tiny.causal(tmp_path_factory.mktemp("llama")), "llama", "local"), threads=1)


def test_every_family_translates_its_pair_and_refuses_others(family: tuple[str, LoadedModel]) -> None:
    name, loaded = family
    _, pair, other = FAMILIES[name]
    translator = open_translator(loaded)
    assert isinstance(translator, Translator)
    assert translator.supports(*pair)
    assert not translator.supports(*other)
    assert not translator.supports(pair[0], pair[0])
    done: list[int] = []
    found = translator.translate(TEXTS, source_lang=pair[0], target_lang=pair[1], progress=done.append)
    assert len(found) == len(TEXTS)
    assert sum(done) == len(TEXTS)
    assert all(t.model == f"{name}@local" for t in found)
    assert all(t.verdict in {"ok", "empty", "looping", "copied", "wrong-script", "truncated"} for t in found)
    with pytest.raises(ModelError, match=r"translate|examples"):
        translator.translate(TEXTS, source_lang=other[0], target_lang=other[1])


def test_translation_does_not_depend_on_its_neighbours(family: tuple[str, LoadedModel]) -> None:
    name, loaded = family
    _, pair, _ = FAMILIES[name]
    translator = open_translator(loaded)
    together = translator.translate(TEXTS, source_lang=pair[0], target_lang=pair[1])
    alone = [translator.translate([t], source_lang=pair[0], target_lang=pair[1])[0] for t in TEXTS]
    backwards = translator.translate(TEXTS[::-1], source_lang=pair[0], target_lang=pair[1])[::-1]
    # the longest answer allowed depends on the batch for encoder-decoders, the beginning may not
    assert [t.text[:20] for t in alone] == [t.text[:20] for t in together] == [t.text[:20] for t in backwards]


def test_codes_reach_the_model(tmp_path: Path) -> None:
    loaded = load(Checkpoint(tiny.nllb(tmp_path), "nllb", "local"), threads=1)
    seen: list[dict[str, Any]] = []
    generate = loaded.model.generate

    def watched(**options: Any) -> Any:
        seen.append(options)
        return generate(**options)

    loaded.model.generate = watched
    open_translator(loaded).translate(["We will continue."], source_lang="ru-RU", target_lang="en")
    ids = loaded.tokenizer.convert_ids_to_tokens(seen[0]["input_ids"][0].tolist())
    assert "rus_Cyrl" in ids
    assert loaded.tokenizer.convert_ids_to_tokens(seen[0]["forced_bos_token_id"]) == "eng_Latn"


def test_too_long_input_has_no_verdict_instead_of_losing_its_end(tmp_path: Path) -> None:
    loaded = load(Checkpoint(tiny.marian(tmp_path), "marian", "local"), threads=1)
    found = open_translator(loaded).translate(["talks " * 300, "talks"], source_lang="en", target_lang="ru")
    assert found[0].verdict == "too-long"
    assert found[0].text == ""
    assert found[1].verdict != "too-long"


def test_surprisal_equals_the_model_s_own_loss(llama: LoadedModel) -> None:
    value = "The president arrived in Paris on Monday for talks. We will continue."
    (tokens,) = open_language_model(llama).surprisal([value])
    ids = torch.tensor([[0, *llama.tokenizer(value, add_special_tokens=False)["input_ids"]]])
    with torch.inference_mode():
        loss = llama.model(input_ids=ids, labels=ids).loss.item() / math.log(2) * (ids.shape[1] - 1)
    assert sum(t.surprisal for t in tokens) == pytest.approx(loss, rel=1e-4)


def test_a_vocabulary_taken_in_parts_gives_the_same(
    llama: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    (whole,) = open_language_model(llama).surprisal([TEXTS[0]])
    monkeypatch.setattr(causal, "VOCABULARY_ROWS", 7)
    (parts,) = open_language_model(llama).surprisal([TEXTS[0]])
    assert [t.surprisal for t in parts] == pytest.approx([t.surprisal for t in whole], rel=1e-3)
    assert torch.get_float32_matmul_precision() == "highest", "factors are halved while a question lasts"


def test_tokens_cover_every_visible_character_once(llama: LoadedModel) -> None:
    texts = ["Привет, мир! 👩‍🔬 ok", "", "   ", "a\n\nb", "é" * 50]
    model = open_language_model(llama)
    assert isinstance(model, LanguageModel)
    for value, tokens in zip(texts, model.surprisal(texts), strict=True):
        covered = [i for t in tokens for i in range(t.start, t.end)]
        assert covered == sorted(set(covered))
        assert {i for i, c in enumerate(value) if not c.isspace()} <= set(covered)
        assert all(t.surprisal >= 0 for t in tokens)


def test_surprisal_does_not_depend_on_batch_or_order(llama: LoadedModel) -> None:
    model = open_language_model(llama)
    texts = ["We will continue to support farmers. " * n for n in (1, 3, 40, 2)]
    assert len(texts[2]) > BATCH_TOKENS / 4
    together = model.surprisal(texts)
    for value, tokens in zip(texts, together, strict=True):
        (alone,) = model.surprisal([value])
        assert [t.surprisal for t in alone] == pytest.approx([t.surprisal for t in tokens], abs=1e-3)


def test_long_texts_are_scored_whole_and_with_context(llama: LoadedModel) -> None:
    value = "talks harvest Monday percent " * 200
    (tokens,) = open_language_model(llama).surprisal([value])
    assert tokens[-1].end == len(value.rstrip())
    assert len(tokens) > WINDOW
    (short,) = open_language_model(llama).surprisal([value[: tokens[CONTEXT].start]])
    assert short[0].surprisal == pytest.approx(tokens[0].surprisal, abs=1e-3)


@pytest.mark.parametrize(
    "length", [1, WINDOW, WINDOW + 1, WINDOW + CONTEXT - 1, WINDOW + CONTEXT, 3 * WINDOW + 40]
)
def test_windows_score_every_token_once_and_leave_no_short_rest(length: int) -> None:
    windows = [causal._Window(0, *ends) for ends in causal._windows(length)]
    assert [n for w in windows for n in range(w.fresh, w.stop)] == list(range(length))
    assert all(w.stop - w.start < WINDOW + CONTEXT for w in windows)
    assert all(w.stop - w.fresh >= CONTEXT for w in windows[1:])


class _Evil:
    def __reduce__(self) -> Any:
        return (Path.touch, (Path("pwned"),))


def test_a_pickle_that_runs_code_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tiny.marian(tmp_path / "m", safetensors=False)
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps({"weight": _Evil()}))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="cannot be loaded"):
        load(Checkpoint(folder, "evil", "local"), threads=1)
    assert not (tmp_path / "pwned").exists()


def test_remote_code_is_never_run(tmp_path: Path) -> None:
    folder = tiny.causal(tmp_path / "m")
    (folder / "modeling_evil.py").write_text("raise SystemExit('ran')", encoding="utf-8")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["auto_map"] = {
        "AutoModelForCausalLM": "modeling_evil.Evil",
        "AutoConfig": "modeling_evil.EvilConfig",
    }
    config["model_type"] = "evil"
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError):
        load(Checkpoint(folder, "evil", "local"), threads=1)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no config.json"),
        ({"config.json": "{"}, "not valid JSON"),
        ({"config.json": "[]"}, "not a model configuration"),
        ({"config.json": '{"model_type": "marian"}'}, "no weights"),
        ({"config.json": '{"model_type": "marian"}', "model.pkl": "x"}, "may run code"),
        ({"config.json": '{"model_type": "llama"}', "model.safetensors": "garbage"}, "cannot be loaded"),
    ],
)
def test_incomplete_folders_say_what_is_missing(tmp_path: Path, files: dict[str, str], message: str) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=message):
        load(Checkpoint(tmp_path, "broken", "local"), threads=1)


def test_an_encoder_decoder_is_no_language_model(tmp_path: Path) -> None:
    loaded = load(Checkpoint(tiny.t5(tmp_path), "t5", "local"), threads=1)
    with pytest.raises(ModelError, match="causal"):
        open_language_model(loaded)


def test_a_gguf_file_is_opened_once(tmp_path: Path) -> None:
    gguf = pytest.importorskip("gguf")
    from mtcheck.annotate.hf import embedded

    path = tmp_path / "tiny.gguf"
    writer = gguf.GGUFWriter(path, "gemma3")
    writer.add_uint32("answer", 42)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    plain = gguf.GGUFReader
    with embedded._one_reader():
        first, second = gguf.GGUFReader(path), gguf.GGUFReader(path)
    assert first is second
    assert first.fields["answer"].parts[-1][0] == 42
    assert gguf.GGUFReader is plain
