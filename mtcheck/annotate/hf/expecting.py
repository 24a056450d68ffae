"""What a translator makes of somebody else's translation: how much rather it would have said something else.

Where a name was left out or exchanged, or a sentence stops early, there is a token at which the translator,
with the source before it, expected another one by far. How likely a target is on the whole tells less: that
is as much a matter of wording, and of what the translator has read (forced decoding; Thompson and Post 2020,
https://aclanthology.org/2020.emnlp-main.8/, score with a translator's likelihoods).

Every pair is read by itself and on one thread, so that what is said of it depends on nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

from mtcheck.annotate.base import Expectation
from mtcheck.annotate.hf.beam import states_of
from mtcheck.annotate.hf.gemma import Gemma, Head


def expectation(model: Gemma, head: Head, question: Sequence[int], answer: Sequence[int]) -> Expectation:
    """What a model expected instead of an answer.

    Args:
        head: of the answer's language.
        question: tokens that ask for a translation.
        answer: tokens of one, with the end.
    """
    import torch

    with torch.inference_mode():
        (states,) = states_of(model, [[*question, *answer[:-1]]], lambda *_: None)
        told, best, entropy = head.beside([*question, *answer]).compared(
            states[len(question) - 1 :], torch.tensor(list(answer))
        )
        regrets = best - told
        first, second = [*regrets.topk(min(2, len(answer))).values.tolist(), 0.0][:2]
        return Expectation(first, second, float(-(told + entropy).mean()), float(regrets[-1]))
