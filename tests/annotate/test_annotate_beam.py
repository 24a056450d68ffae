"""Beam search by the embedded model's own layout, against transformers and against a plain search."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import tiny

torch = pytest.importorskip("torch")

from tokenizers import Tokenizer  # noqa: E402

from mtcheck.annotate.hf import beam, gemma  # noqa: E402
from mtcheck.core import ModelError  # noqa: E402

NEVER = 3
"""A token that a random model hardly ever says."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Gemma 3."""
    return tiny.gemma(tmp_path_factory.mktemp("gemma") / "gemma")


@pytest.fixture(scope="module")
def plain(folder: Path) -> Any:
    """The same in transformers."""
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


@pytest.fixture(scope="module")
def searcher(folder: Path) -> beam.Searcher:
    """Ours, in 32 bits."""
    return beam.Searcher(gemma.Gemma(folder, halved=False))


@pytest.fixture(scope="module")
def questions(folder: Path) -> list[list[int]]:
    """Of unlike length, one longer than keys are read at a time."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    lines = [tiny.LINES[0], tiny.LINES[2], tiny.LINES[3] + tiny.LINES[5], "Мы"]
    return [[2, *tokenizer.encode(line, add_special_tokens=False).ids] for line in lines]


def following(plain: Any, tokens: Sequence[int]) -> Any:
    """Log-probabilities of the token after some, by transformers."""
    with torch.inference_mode():
        return torch.log_softmax(plain(torch.tensor([list(tokens)])).logits[0, -1], -1)


def score(plain: Any, question: Sequence[int], answer: Sequence[int]) -> float:
    """Mean log-probability of an answer's tokens, by transformers."""
    each = [float(following(plain, [*question, *answer[:n]])[t]) for n, t in enumerate(answer)]
    return sum(each) / len(each)


def naive(plain: Any, question: list[int], limit: int, end: int) -> list[tuple[list[int], float]]:
    """The same search with nothing kept and nothing shared."""
    rows: list[tuple[float, list[int]]] = [(0.0, [])]
    found: list[tuple[list[int], float]] = []
    for length in range(1, limit + 1):
        choices = []
        for total, said in rows:
            told = following(plain, question + said)
            runs = {tuple(said[n : n + beam.NO_REPEAT]) for n in range(len(said) - beam.NO_REPEAT + 1)}
            last = said[len(said) - beam.NO_REPEAT + 1 :] if len(said) >= beam.NO_REPEAT else []
            choices += [
                (total + float(likely), [*said, token])
                for token, likely in enumerate(told)
                if (*last, token) not in runs
            ]
        choices = [c for c in choices if c[1] != [end]]
        choices.sort(key=lambda c: -c[0])
        found += [(ids, total / length) for total, ids in choices[: beam.BEAMS] if ids[-1] == end]
        rows = [c for c in choices if c[1][-1] != end][: beam.BEAMS]
        if len(found) >= beam.BEAMS:
            break
    if not found:
        total, ids = rows[0]
        found = [(ids, total / len(ids))]
    return sorted(found, key=lambda f: -f[1])


def test_likelihoods_are_those_of_transformers(
    searcher: beam.Searcher, plain: Any, questions: list[list[int]]
) -> None:
    for question in questions:
        answer = questions[0][1:9]
        assert searcher.likelihood(question, answer) == pytest.approx(
            score(plain, question, answer), abs=1e-4
        )


def test_answers_are_those_of_a_plain_search(
    searcher: beam.Searcher, plain: Any, questions: list[list[int]]
) -> None:
    ends = set()
    free = searcher.search(questions, [8] * 4, end=NEVER)
    for end in (NEVER, *(found[0].ids[n] for n, found in enumerate(free))):
        limits = [12, 9, 14, 7]
        found = searcher.search(questions, limits, end=end, unwanted=[()] * 4)
        for question, limit, own in zip(questions, limits, found, strict=True):
            expected = naive(plain, question, limit, end)
            assert [f.ids for f in own][: beam.BEAMS] == [ids for ids, _ in expected][: beam.BEAMS]
            for one, (_, likely) in zip(own, expected, strict=False):
                assert one.score == pytest.approx(likely, abs=1e-4)
                assert one.finished is (one.ids[-1] == end)
                ends.add(one.finished)
    assert ends == {True, False}


def test_a_text_is_answered_as_by_itself(searcher: beam.Searcher, questions: list[list[int]]) -> None:
    together = searcher.search(questions, [10] * 4, end=NEVER)
    apart = [searcher.search([question], [10], end=NEVER)[0] for question in questions]
    assert [[f.ids for f in one] for one in together] == [[f.ids for f in one] for one in apart]


def test_no_run_is_said_twice(searcher: beam.Searcher, questions: list[list[int]]) -> None:
    for best, *_ in searcher.search(questions, [60] * 4, end=NEVER):
        assert len(best.ids) == 60
        runs = [tuple(best.ids[n : n + beam.NO_REPEAT]) for n in range(60 - beam.NO_REPEAT + 1)]
        assert len(runs) == len(set(runs))


def test_unwanted_tokens_are_done_without_by_their_own_text_alone(
    searcher: beam.Searcher, questions: list[list[int]]
) -> None:
    free = searcher.search(questions, [10] * 4, end=NEVER)
    unwanted = [sorted({t for f in free[0] for t in f.ids}), [], sorted(set(free[2][0].ids)), []]
    bound = searcher.search(questions, [10] * 4, end=NEVER, unwanted=unwanted)
    for own, without in zip(bound, unwanted, strict=True):
        assert not {t for f in own for t in f.ids} & set(without)
    for n in (1, 3):
        assert [f.ids for f in bound[n]] == [f.ids for f in free[n]]


@pytest.mark.skipif(not gemma.is_halving(), reason="this processor does not multiply bfloat16 natively")
def test_halved_factors_change_likelihoods_by_less_than_two_percent(
    folder: Path, plain: Any, questions: list[list[int]]
) -> None:
    halved = beam.Searcher(gemma.Gemma(folder))
    for question in questions:
        answer = questions[1][1:9]
        assert halved.likelihood(question, answer) == pytest.approx(score(plain, question, answer), rel=0.02)


def test_any_number_of_threads_says_the_same(folder: Path, questions: list[list[int]]) -> None:
    searcher = beam.Searcher(gemma.Gemma(folder))
    said = []
    for count in (1, 2, 4):
        with beam.threads(count):
            together = searcher.search(questions * 5, [20] * 20, end=NEVER)
            said.append((together, searcher.search(questions[:1], [20], end=NEVER)))
    assert said[0] == said[1] == said[2]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [({"model_type": "llama"}, "llama"), ({"num_key_value_heads": 2}, ""), ({"layer_types": None}, "")],
)
def test_other_models_are_refused(folder: Path, tmp_path: Path, change: dict[str, Any], wrong: str) -> None:
    told = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (tmp_path / "config.json").write_text(json.dumps({**told, **change}), encoding="utf-8")
    with pytest.raises(ModelError, match=rf"config\.json: not a Gemma 3 that can be searched.*{wrong}"):
        gemma.Gemma(tmp_path)


def test_broken_weights_name_the_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"x")
    with pytest.raises(ModelError, match="this model cannot be loaded"):
        gemma.Gemma(tmp_path)
