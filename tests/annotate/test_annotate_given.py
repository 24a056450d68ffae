"""A causal model that reads targets after their sources, with tiny real models."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import pytest
import tiny

from mtcheck.annotate.base import SourceLanguageModel, WeighedToken
from mtcheck.annotate.hf import Checkpoint, given, load, open_language_model

pytest.importorskip("torch", reason="needs the hf extra")

PAIRS = [
    ("The president arrived in Paris on Monday for talks.", "Президент прибыл в Париж в понедельник."),
    ("We will continue to support farmers.", "Мы продолжим поддерживать фермеров, потерявших урожай."),
    ("The company's profit fell.", "Прибыль компании снизилась на 12 процентов."),
    ("It\nfell.", "Она\nснизилась  на 12."),
]
LANGS: Any = {"source_lang": "en", "target_lang": "ru"}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tiny.causal(tmp_path_factory.mktemp("models") / "causal")
    return load(Checkpoint(folder, "tiny", "local"), threads=1)


def by_hand(loaded: Any, source: str, target: str) -> list[tuple[float, float]]:
    """Surprisal and gap of each token by the whole model and the whole vocabulary, one pair alone."""
    import torch

    tokenizer = loaded.tokenizer
    start = [tokenizer.bos_token_id] if tokenizer.bos_token_id is not None else []
    prompt = start + tokenizer(f"English: {source}\nRussian:", add_special_tokens=False)["input_ids"]
    ids = tokenizer(f" {target}", add_special_tokens=False)["input_ids"]
    with torch.inference_mode():
        logits = loaded.model(torch.tensor([prompt + ids])).logits[0, len(prompt) - 1 : -1]
    chances = torch.log_softmax(logits, -1)
    own = chances[range(len(ids)), ids]
    return [
        (float(-o) / math.log(2), float(c.max() - o) / math.log(2)) for o, c in zip(own, chances, strict=True)
    ]


def test_tokens_are_weighed_as_the_whole_model_would(loaded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given, "allowed_rows", lambda *_: None)
    model = open_language_model(loaded)
    assert isinstance(model, SourceLanguageModel)
    for (source, target), tokens in zip(PAIRS[:3], model.given(PAIRS[:3], **LANGS), strict=True):
        expected = by_hand(loaded, source, target)
        assert [(t.surprisal, t.gap) for t in tokens] == [pytest.approx(e, abs=1e-4) for e in expected]
        covered = {place for t in tokens for place in range(t.start, t.end)}
        assert {n for n, c in enumerate(target) if not c.isspace()} <= covered <= set(range(len(target)))


def test_rows_left_out_make_a_token_no_likelier_and_its_own_row_always_counts(
    loaded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(given, "allowed_rows", lambda *_: None)
    whole = open_language_model(loaded).given(PAIRS[:1], **LANGS)[0]
    monkeypatch.setattr(given, "allowed_rows", lambda *_: torch.arange(10, 40))
    part = open_language_model(loaded).given(PAIRS[:1], **LANGS)[0]
    assert [(t.start, t.end) for t in part] == [(t.start, t.end) for t in whole]
    for few, many in zip(part, whole, strict=True):
        assert 0 <= few.surprisal <= many.surprisal + 1e-5
        assert 0 <= few.gap <= many.gap + 1e-5
    assert any(few.surprisal < many.surprisal - 0.1 for few, many in zip(part, whole, strict=True))


def close(a: tuple[WeighedToken, ...], b: tuple[WeighedToken, ...]) -> bool:
    return len(a) == len(b) and all(
        x[:2] == y[:2] and abs(x.surprisal - y.surprisal) < 1e-3 and abs(x.gap - y.gap) < 1e-3
        for x, y in zip(a, b, strict=True)
    )


@pytest.mark.parametrize("batch_tokens", [1, 60, 5000])
def test_neighbours_order_and_batches_do_not_matter(
    loaded: Any, batch_tokens: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = [open_language_model(loaded).given([pair], **LANGS)[0] for pair in PAIRS]
    monkeypatch.setattr(given, "BATCH_TOKENS", batch_tokens)
    order = list(range(len(PAIRS)))
    random.Random(batch_tokens).shuffle(order)
    found = open_language_model(loaded).given([PAIRS[i] for i in order], **LANGS)
    assert all(close(tokens, alone[i]) for tokens, i in zip(found, order, strict=True))


def test_what_is_too_long_or_empty_has_no_tokens_and_harms_no_other(loaded: Any) -> None:
    done: list[int] = []
    asked = [PAIRS[0], ("word " * 3000, "слово"), ("Nothing.", ""), PAIRS[1]]
    found = open_language_model(loaded).given(asked, progress=done.append, **LANGS)
    assert [bool(tokens) for tokens in found] == [True, False, False, True]
    assert sum(done) == len(asked)
    assert close(found[3], open_language_model(loaded).given([PAIRS[1]], **LANGS)[0])


def test_places_are_those_of_the_target_as_it_stands(loaded: Any, tmp_path: Path) -> None:
    source, target = PAIRS[3]
    for token in open_language_model(loaded).given([(source, target)], **LANGS)[0]:
        assert 0 <= token.start <= token.end <= len(target)
    found = open_language_model(loaded).given(
        [(source, target), (source, target.replace("\n", " "))], **LANGS
    )
    assert close(found[0], found[1])
