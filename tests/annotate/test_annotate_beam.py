"""Beam search by the embedded model's own layout, against transformers and against a plain search."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
import tiny

torch = pytest.importorskip("torch")

from tokenizers import Tokenizer  # noqa: E402

from mtcheck.annotate.hf import beam, gemma, products  # noqa: E402
from mtcheck.annotate.hf.favoured import NOTHING, Favoured, Pieces, State  # noqa: E402
from mtcheck.core import ModelError  # noqa: E402
from mtcheck.training import reaches  # noqa: E402

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
def model(folder: Path) -> gemma.Gemma:
    """Ours, in 32 bits."""
    return gemma.Gemma(folder)


@pytest.fixture(scope="module")
def rounded(folder: Path, model: gemma.Gemma, questions: list[list[int]]) -> gemma.Gemma:
    """Ours, with rounded factors where the processor is made for them."""
    with torch.inference_mode():
        found = reaches.measured(model, questions)
    return gemma.Gemma(folder, found)


def answers(
    model: gemma.Gemma,
    questions: Sequence[Sequence[int]],
    limits: Sequence[int],
    *,
    end: int = NEVER,
    unwanted: Sequence[Sequence[int]] = (),
    begun: Sequence[Sequence[int]] = (),
    favoured: Favoured = NOTHING,
    rows: Sequence[int] | None = None,
    few: bool = True,
) -> list[list[beam.Found]]:
    """The answers of each question."""
    none: list[Sequence[int]] = [()] * len(questions)
    words = [favoured] * len(questions)
    asked = map(beam.Asked, questions, unwanted or none, begun or none, limits, words)
    out: dict[int, list[beam.Found]] = {}

    def then(n: int, found: list[beam.Found]) -> None:
        assert n not in out
        out[n] = found

    sayable = {} if rows is None else {"en": rows}
    beam.Searcher(model, end, sayable).search(list(asked), then, lang="en", few=few)
    return [out[n] for n in range(len(questions))]


def said(found: Sequence[Sequence[beam.Found]]) -> list[list[list[int]]]:
    """The tokens of answers."""
    return [[one.ids for one in own] for own in found]


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


def naive(
    plain: Any,
    question: list[int],
    limit: int,
    end: int,
    beams: int = beam.FEW_BEAMS,
    favoured: Favoured = NOTHING,
    sayable: Collection[int] | None = None,
) -> list[tuple[list[int], float]]:
    """The same search with nothing kept and nothing shared; scores have what was given for favoured words."""
    rows: list[tuple[float, list[int]]] = [(0.0, [])]

    def given(said: Sequence[int]) -> float:
        return beam.FAVOUR * reduce(favoured.follow, said, State()).given

    found: list[tuple[list[int], float]] = []
    for length in range(1, limit + 1):
        choices = []
        for total, said in rows:
            told = following(plain, question + said)
            if sayable is not None:
                told = told.index_fill(
                    0, torch.tensor([n for n in range(len(told)) if n not in sayable]), -torch.inf
                )
                told = torch.log_softmax(told, -1)
            runs = {tuple(said[n : n + beam.NO_REPEAT]) for n in range(len(said) - beam.NO_REPEAT + 1)}
            last = said[len(said) - beam.NO_REPEAT + 1 :] if len(said) >= beam.NO_REPEAT else []
            choices += [
                (total + float(likely) + given([*said, token]) - given(said), [*said, token])
                for token, likely in enumerate(told)
                if (*last, token) not in runs and likely > -torch.inf
            ]
        choices = [c for c in choices if c[1] != [end]]
        choices.sort(key=lambda c: -c[0])
        found += [(ids, total / length) for total, ids in choices[:beams] if ids[-1] == end]
        rows = [c for c in choices if c[1][-1] != end][:beams]
        if len(found) >= beams:
            break
    if not found:
        total, ids = rows[0]
        found = [(ids, total / len(ids))]
    return sorted(found, key=lambda f: -f[1])


@pytest.mark.parametrize(("few", "beams"), [(True, beam.FEW_BEAMS), (False, beam.BEAMS)])
def test_answers_are_those_of_a_plain_search(
    model: gemma.Gemma, plain: Any, questions: list[list[int]], few: bool, beams: int
) -> None:
    ends = set()
    free = answers(model, questions, [8] * 4, few=few)
    for end in (NEVER, *(found[0].ids[n] for n, found in enumerate(free))):
        limits = [12, 9, 14, 7]
        for question, limit, own in zip(
            questions, limits, answers(model, questions, limits, end=end, few=few), strict=True
        ):
            expected = naive(plain, question, limit, end, beams)
            assert [f.ids for f in own][:beams] == [ids for ids, _ in expected][:beams]
            for one, (_, likely) in zip(own, expected, strict=False):
                assert one.score == pytest.approx(likely, abs=1e-4)
                assert one.finished is (one.ids[-1] == end)
                ends.add(one.finished)
    assert ends == {True, False}


def test_favoured_words_are_taken_where_they_are_a_little_less_likely(
    model: gemma.Gemma,
    plain: Any,
    folder: Path,
    questions: list[list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(beam, "FAVOUR", 4.0)
    monkeypatch.setattr(gemma, "SPARE", 1000)  # what goes on with a word is taken from the likeliest tokens
    pieces = Pieces(Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab())
    favoured = Favoured([["проц"], ["th", "wil"], ["поне"]], pieces)
    limits = [12, 9, 14, 7]
    changed = []
    for question, limit, own, usual in zip(
        questions,
        limits,
        answers(model, questions, limits, favoured=favoured),
        answers(model, questions, limits),
        strict=True,
    ):
        expected = naive(plain, question, limit, NEVER, favoured=favoured)
        assert [f.ids for f in own] == [ids for ids, _ in expected]
        for one, (_, likely) in zip(own, expected, strict=True):
            assert one.score == pytest.approx(score(plain, question, one.ids), abs=1e-4)
            assert one.score + one.favour == pytest.approx(likely, abs=1e-4)
        changed.append(own[0].ids != usual[0].ids)
    assert any(changed)


@pytest.mark.parametrize("few", [True, False])
def test_answers_have_tokens_of_their_language_and_of_the_questions(
    model: gemma.Gemma, plain: Any, questions: list[list[int]], few: bool
) -> None:
    rows = list(range(5, model.head().size, 3))
    unwanted = [rows[4], 6, 7]  # not all of which may be said
    sayable = {*rows, *(token for one in questions for token in one)}
    beams = beam.FEW_BEAMS if few else beam.BEAMS
    for question, own in zip(questions, answers(model, questions, [9] * 4, rows=rows, few=few), strict=True):
        expected = naive(plain, question, 9, NEVER, beams, sayable=sayable)
        assert [f.ids for f in own][:beams] == [ids for ids, _ in expected][:beams]
        for one, (_, likely) in zip(own, expected, strict=False):
            assert one.score == pytest.approx(likely, abs=1e-4)
    without = answers(model, questions, [9] * 4, rows=rows, unwanted=[unwanted] * 4, few=few)
    assert not any(token in unwanted for found in without for one in found for token in one.ids)


def test_a_head_with_nothing_new_beside_it_is_the_same(model: gemma.Gemma) -> None:
    head = model.head([3, 5, 8])
    assert head.beside([5, 3]) is head
    both = head.beside([9, 5, 4, 9])
    assert both.places(torch.tensor([3, 5, 8, 4, 9, 6])).tolist() == [0, 1, 2, 3, 4, -1]
    assert (head.size, both.size) == (3, 5)
    assert head.places(torch.tensor([4, 9])).tolist() == [-1, -1]


def test_what_an_answer_begins_with_is_favoured_once(
    model: gemma.Gemma, plain: Any, folder: Path, questions: list[list[int]]
) -> None:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    favoured = Favoured([["про"]], Pieces(tokenizer.get_vocab()))
    begun = tokenizer.encode(" про", add_special_tokens=False).ids
    (found,) = answers(model, questions[:1], [12], begun=[begun], favoured=favoured)
    for one in found:
        assert one.favour == pytest.approx(beam.FAVOUR / len(one.ids))
        assert one.score == pytest.approx(score(plain, questions[0], one.ids), abs=1e-4)


def test_a_text_is_answered_as_by_itself(model: gemma.Gemma, questions: list[list[int]]) -> None:
    together = answers(model, questions, [10] * 4)
    apart = [answers(model, [question], [10])[0] for question in questions]
    assert said(together) == said(apart)


def test_texts_come_and_go(
    model: gemma.Gemma, questions: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = [4, 30, 7, 12, 25, 3, 9, 40]
    apart = [answers(model, [q], [n])[0] for q, n in zip(questions * 2, limits, strict=True)]
    monkeypatch.setattr(beam, "SLOTS", 3)
    for waiting in (1, 2):
        monkeypatch.setattr(beam, "WAITING", waiting)
        assert said(answers(model, questions * 2, limits)) == said(apart)


def test_what_nobody_goes_on_from_is_forgotten(
    model: gemma.Gemma, questions: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = []
    fit = beam._Past._fit

    def watch(past: Any, slots: int, places: int) -> None:
        rooms.append(places)
        fit(past, slots, places)

    monkeypatch.setattr(beam._Past, "_fit", watch)
    packed = answers(model, questions, [60, 45, 60, 50])
    most = max(rooms)
    monkeypatch.setattr(beam._Past, "_pack", lambda _past, _texts: None)
    assert said(answers(model, questions, [60, 45, 60, 50])) == said(packed)
    assert max(rooms) > most + 2 * beam.STEP


def test_what_is_asked_after_an_answer_is_answered(model: gemma.Gemma, questions: list[list[int]]) -> None:
    first, second = (answers(model, [question], [9])[0] for question in questions[:2])
    heard: list[tuple[int, list[list[int]]]] = []

    def then(n: int, found: list[beam.Found]) -> beam.Asked | None:
        heard.append((n, [one.ids for one in found]))
        return beam.Asked(questions[1], (), (), 9) if len(heard) == 1 else None

    beam.Searcher(model, NEVER).search([beam.Asked(questions[0], (), (), 9)], then, lang="en", few=True)
    assert heard == [(0, [one.ids for one in first]), (0, [one.ids for one in second])]


def test_answers_begin_as_they_are_told_to(
    model: gemma.Gemma, plain: Any, questions: list[list[int]]
) -> None:
    begun = [questions[0][1:6], (), questions[1][1:2], questions[2][1:30]]
    for question, start, found in zip(
        questions, begun, answers(model, questions, [12, 9, 8, 40], begun=begun), strict=True
    ):
        for one in found:
            assert one.ids[: len(start)] == list(start)
            assert one.score == pytest.approx(score(plain, question, one.ids), abs=1e-4)
        alone = naive(plain, [*question, *start], len(found[0].ids) - len(start), NEVER)
        assert [one.ids[len(start) :] for one in found] == [ids for ids, _ in alone]


def test_no_run_is_said_twice(model: gemma.Gemma, questions: list[list[int]]) -> None:
    for best, *_ in answers(model, questions, [60] * 4):
        assert len(best.ids) == 60
        runs = [tuple(best.ids[n : n + beam.NO_REPEAT]) for n in range(60 - beam.NO_REPEAT + 1)]
        assert len(runs) == len(set(runs))


def test_unwanted_tokens_are_done_without_by_their_own_text_alone(
    model: gemma.Gemma, questions: list[list[int]]
) -> None:
    free = answers(model, questions, [10] * 4)
    unwanted = [sorted({t for f in free[0] for t in f.ids}), [], sorted(set(free[2][0].ids)), []]
    bound = answers(model, questions, [10] * 4, unwanted=unwanted)
    for own, without in zip(bound, unwanted, strict=True):
        assert not {t for f in own for t in f.ids} & set(without)
    assert said(bound[1::2]) == said(free[1::2])


needs_products = pytest.mark.skipif(
    not products.is_fast(), reason="this processor has no native products of 8 and 16 bits"
)


@needs_products
def test_rounded_factors_change_likelihoods_by_less_than_two_percent(
    rounded: gemma.Gemma, plain: Any, questions: list[list[int]]
) -> None:
    begun = [questions[1][1:9]] * 4
    found = answers(rounded, questions, [10] * 4, begun=begun)
    for question, (best, *_) in zip(questions, found, strict=True):
        assert best.score == pytest.approx(score(plain, question, best.ids), rel=0.02)
        assert best.score != pytest.approx(score(plain, question, best.ids), rel=1e-6)


@pytest.mark.parametrize("which", ["model", pytest.param("rounded", marks=needs_products)])
def test_any_number_of_threads_says_the_same(
    request: pytest.FixtureRequest, which: str, questions: list[list[int]]
) -> None:
    model = request.getfixturevalue(which)
    found = []
    for count in (1, 2, 4):
        with beam.threads(count):
            few = answers(model, questions * 2, [20] * 8)
            found.append((few, answers(model, questions[:1], [20])))
    assert found[0] == found[1] == found[2]


def test_spread_inputs_change_nothing_in_32_bits(
    folder: Path, model: gemma.Gemma, rounded: gemma.Gemma, questions: list[list[int]]
) -> None:
    spread = gemma.Gemma(folder, rounded._reaches, rounded=False)
    with torch.inference_mode():
        own, other = (beam.states_of(m, questions, lambda *_: None) for m in (model, spread))
    for a, b in zip(own, other, strict=True):
        assert torch.allclose(a, b, atol=1e-4)


def test_reaches_are_the_largest_inputs_of_each_product(
    model: gemma.Gemma, questions: list[list[int]]
) -> None:
    with torch.inference_mode():
        each, together = (
            [reaches.measured(model, [one]) for one in questions],
            reaches.measured(model, questions),
        )
        assert reaches.measured(model, []) == {}
        (first,) = {tuple(reaches.measured(model, [one[:1] * 2])["0.inward"].tolist()) for one in questions}
        assert all(tuple(one["0.inward"].tolist()) != first for one in each)
    names = {gemma.name_of_reach(n, p) for n in range(model.shape.layers) for p in gemma.PRODUCTS}
    assert set(together) == names
    for name, reach in together.items():
        apart = torch.stack([one[name] for one in each]).amax(0)
        assert torch.allclose(reach, apart, rtol=1e-4, atol=1e-5)
        assert (reach > 0).any()


@needs_products
def test_products_of_whole_numbers_are_exact_for_any_rows_and_threads() -> None:
    torch.manual_seed(0)
    weight, rows = torch.randn(96, 640), torch.randn(200, 640) * torch.logspace(-3, 3, 200)[:, None]
    whole = products.Whole(weight.clone())
    codes, unit = whole.prepare(rows.clone())
    steps = (rows / unit).round()
    assert torch.equal(codes.float(), steps)
    assert int(codes.abs().amax()) == products.LARGEST
    weight_unit = weight.abs().amax(1) / products.LARGEST
    expected = (steps @ (weight / weight_unit[:, None]).round().T) * weight_unit * unit
    made = whole(whole.prepare(rows.clone()))
    assert torch.allclose(made, expected, rtol=1e-5)
    assert torch.allclose(made, rows @ weight.T, atol=0.05 * float(made.abs().amax()))
    for count in (1, 2, 4):
        with beam.threads(count):
            for size in (1, 7, 64, 200):
                assert torch.equal(whole(whole.prepare(rows[:size].clone())), made[:size])


@needs_products
def test_products_that_are_missing_or_saturate_are_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    assert products.is_exact()
    usual = products.Whole.__call__
    with monkeypatch.context() as patch:
        patch.setattr(products.Whole, "__call__", lambda self, rows: usual(self, rows).clamp(max=32767.0))
        assert not products.is_exact()
    with monkeypatch.context() as patch:
        patch.setattr(products.Whole, "__call__", lambda self, rows: torch.ops.onednn.no_such(rows))
        assert not products.is_exact()


def test_slow_products_of_whole_numbers_are_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    class Quick(products.Plain):
        """As fast as it gets."""

    class Slow(products.Plain):
        """As where the processor has no code for them."""

        def __call__(self, prepared: Any) -> Any:
            time.sleep(0.2)
            return super().__call__(prepared)

    monkeypatch.setattr(products, "Whole", Quick)
    assert products.is_quick()
    monkeypatch.setattr(products, "Whole", Slow)
    assert not products.is_quick()


def test_spread_shares_the_difference_of_inputs_with_the_weights() -> None:
    reach, weight = torch.tensor([100.0, 1.0, 0.0]), torch.tensor([[0.5, -2.0, 0.0], [-1.0, 1.0, 0.0]])
    found = products.spread(reach, weight[:1], weight[1:])
    both = [10.0, 2**0.5, 0.0]
    assert (reach / found).tolist() == pytest.approx(both, abs=1e-6)
    assert (weight.abs().amax(0) * found).tolist() == pytest.approx(both, abs=1e-6)


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
