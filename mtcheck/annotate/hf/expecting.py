"""What a translator makes of somebody else's translation: how much rather it would have said something else.

Where a name was left out or exchanged, or a sentence stops early, there is a token at which the translator,
with the source before it, expected another one by far. How likely a target is on the whole tells less: that
is as much a matter of wording, and of what the translator has read (forced decoding; Thompson and Post 2020,
https://aclanthology.org/2020.emnlp-main.8/, score with a translator's likelihoods).

Every pair is judged on one thread, and read by itself unless layers multiply whole numbers (``products``), so
that what is said of it depends on nothing else. Read by eights 42 pairs a second are judged for 22, with the
same bits (160 Russian-English ones, two threads, 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mtcheck.annotate.base import Expectation
from mtcheck.annotate.hf.beam import states_of
from mtcheck.annotate.hf.gemma import Gemma, Head


def expectations(
    model: Gemma, head: Head, pairs: Sequence[tuple[Sequence[int], Sequence[int]]]
) -> list[Expectation]:
    """What a model expected instead of answers.

    Args:
        head: of the answers' language.
        pairs: tokens that ask for a translation, and those of one, with the end.
    """
    import torch

    texts = [[*question, *answer[:-1]] for question, answer in pairs]
    together = max(1, len(texts)) if model.is_rounded else 1
    out = []
    with torch.inference_mode():
        for first in range(0, len(texts), together):
            some = slice(first, first + together)
            states = states_of(model, texts[some], lambda *_: None)
            out += [_expectation(head, *pair, own) for pair, own in zip(pairs[some], states, strict=True)]
    return out


def _expectation(head: Head, question: Sequence[int], answer: Sequence[int], states: Any) -> Expectation:
    """The same of one, from the states at the tokens of both (tokens × width)."""
    import torch

    told, best, entropy = head.beside([*question, *answer]).compared(
        states[len(question) - 1 :], torch.tensor(list(answer))
    )
    regrets = best - told
    first, second = [*regrets.topk(min(2, len(answer))).values.tolist(), 0.0][:2]
    return Expectation(first, second, float(-(told + entropy).mean()), float(regrets[-1]))
