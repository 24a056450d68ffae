"""A rater of translations that reads the hidden states of the embedded model, token by token.

Low-rank changes of the model's projections (``changes``) make the states of a target, read after its
source, tell where it says something else than the source. A linear head gives for every token of the target
how likely it is that a name, a number, a negation or something else is wrong there, how much it adds to the
worth of the translation among others, and the penalties that raters would put on it, for accuracy and for
fluency. The token that ends the target answers for what is missing. ``models/adequacy`` holds it;
``training.rater`` makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from mtcheck import resources
from mtcheck.annotate.base import KINDS, Progress, RatedToken
from mtcheck.annotate.hf.adapter import question
from mtcheck.annotate.hf.changes import Head, Learnt, Reader, changed
from mtcheck.annotate.hf.halved import even, halved_factors, padded
from mtcheck.annotate.hf.loading import LoadedModel
from mtcheck.annotate.hf.rows import prompt_limit

FOLDER = "adequacy"
WORTH = len(KINDS)
PENALTIES = slice(len(KINDS) + 1, len(KINDS) + 3)
OUTPUTS = len(KINDS) + 3
"""Log-odds of each kind of fault against none, what a token adds to the worth of its translation, and two
penalties before ``softplus``."""
BATCH_TOKENS = 2048


class Rater(Learnt):
    """A rater on disk."""

    name = "rater"


class Asked(NamedTuple):
    """A target after its source, as tokens.

    ``ids`` are all of them, ``first`` is the place of the target's first, ``spans`` are the half-open code
    points of the target that each of its tokens is, an empty one at its end last.
    """

    ids: list[int]
    first: int
    spans: list[tuple[int, int]]


Encode = Callable[[str], tuple[Sequence[int], Sequence[tuple[int, int]]]]
"""The tokens of a text and the code points that each is."""


def ask(encode: Encode, source: str, target: str, langs: tuple[str, str], *, start: int, end: int) -> Asked:
    """The question of the embedded translator, answered by a target.

    Args:
        langs: BCP 47 of source and target.
        start, end: the tokens that begin and end a text.
    """
    asked, _ = encode(question(source, *langs))
    line = " " + "".join(" " if c.isspace() else c for c in target)
    answered, places = encode(line)
    spans = [(max(0, a - 1), max(0, b - 1)) for a, b in places]
    return Asked([start, *asked, *answered, end], 1 + len(asked), [*spans, (len(target), len(target))])


@cache
def shipped() -> Rater | None:
    """The rater that comes with mtcheck, None if this copy has none."""
    try:
        return Rater(resources.model_file(FOLDER))
    except FileNotFoundError:
        return None


def for_model(signature: str) -> Rater | None:
    """The shipped rater if it was made for a model."""
    found = shipped()
    return found if found is not None and found.model == signature else None


def signature_for(model: str) -> str:
    """Signature of the rater that was made for a model, empty if there is none."""
    found = for_model(model)
    return found.signature if found is not None else ""


def rate(
    loaded: LoadedModel,
    rater: Rater,
    pairs: Sequence[tuple[str, str]],
    langs: tuple[str, str],
    progress: Progress,
) -> list[tuple[RatedToken, ...]]:
    """The tokens of the target of each (source, target), in order, its end last; none if a pair is too long.

    What is said of a pair depends on it alone.
    """
    tokenizer = loaded.tokenizer
    ends = {"start": tokenizer.bos_token_id or 0, "end": tokenizer.eos_token_id or 0}

    def encode(value: str) -> tuple[Sequence[int], Sequence[tuple[int, int]]]:
        found = tokenizer(value, add_special_tokens=False, return_offsets_mapping=True)
        return found["input_ids"], found["offset_mapping"]

    asked = [ask(encode, source, target, langs, **ends) for source, target in pairs]
    limit = prompt_limit(loaded)
    fitting = [i for i, one in enumerate(asked) if len(one.ids) <= limit and pairs[i][1].strip()]
    progress(len(pairs) - len(fitting))

    def length(i: int) -> int:
        return len(asked[i].ids)

    out: list[tuple[RatedToken, ...]] = [()] * len(pairs)
    head = Head.of(rater.tensors, rater.layers)
    with changed(loaded.model.base_model, rater.tensors, rater.layers) as reader:
        for width, batch in even(fitting, length, most=BATCH_TOKENS):
            for i, said in zip(batch, _said(reader, head, [asked[i] for i in batch], width), strict=True):
                out[i] = tuple(
                    RatedToken(*span, *row) for span, row in zip(asked[i].spans, said, strict=True)
                )
            progress(len(batch))
    return out


def _said(reader: Reader, head: Head, rows: Sequence[Asked], width: int) -> list[list[list[float]]]:
    """What the head says of each target's tokens; no token looks at the padding at the ends of rows."""
    import torch

    ids, _ = padded([row.ids for row in rows], width)
    with torch.inference_mode(), halved_factors():
        states = reader.states(input_ids=ids)
        return [
            read(head, [layer[n, row.first : len(row.ids)].float() for layer in states]).tolist()
            for n, row in enumerate(rows)
        ]


def read(head: Head, states: Sequence[Any]) -> Any:
    """What a ``RatedToken`` holds after its place, of each token (tokens × ``OUTPUTS``)."""
    import torch
    from torch.nn import functional

    said = head.read(states)
    none = torch.zeros((len(said), 1))
    likely = torch.softmax(torch.cat([none, said[:, : len(KINDS)]], -1), -1)[:, 1:]
    return torch.cat([likely, said[:, WORTH, None], functional.softplus(said[:, PENALTIES])], -1)
