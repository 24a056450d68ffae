"""Whether two sentences can be translations of each other at all, from all cheap evidence together.

Reach for ``weigh`` to get the log-odds that a target translates another sentence (``unrelated``) and that
it stops early (``truncated``). Length by language pair, the lexicon, numbers, names and the closing mark
are weighed by two logistic regressions; weights, lengths and limits are ``mtcheck/data/adequacy.toml``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mtcheck import resources, text
from mtcheck.gates.lexicon import Lexicon, explained
from mtcheck.gates.numbers import compare_numbers
from mtcheck.gates.renderings import compare_names_of
from mtcheck.gates.shape import closed, weighted

FEATURES = (
    "short",
    "long",
    "source",
    "target",
    "source_sum",
    "target_sum",
    "tail",
    "unclosed",
    "names_lost",
    "names_added",
    "names_kept",
    "numbers_lost",
    "numbers_added",
)


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic regression.

    Attributes:
        bias: its constant.
        weights: one for each of ``FEATURES``.
        limit: log-odds from which it is said.
    """

    bias: float
    weights: tuple[float, ...]
    limit: float

    def log_odds(self, features: Sequence[float]) -> float:
        """The log-odds that the features speak for."""
        return self.bias + sum(w * f for w, f in zip(self.weights, features, strict=True))


def weights_of(kind: str) -> Weights:
    """The regression for ``unrelated`` or ``truncated``."""
    row = resources.data("adequacy")[kind]
    return Weights(float(row["bias"]), tuple(float(row[name]) for name in FEATURES), float(row["limit"]))


def length_of(source_lang: str, target_lang: str) -> tuple[float, float] | None:
    """Mean and standard deviation of log(target length / source length) of a pair, None if not measured."""
    pair = f"{text.primary(source_lang)}-{text.primary(target_lang)}"
    row = resources.data("adequacy")["lengths"].get(pair)
    return None if row is None else (float(row[0]), float(row[1]))


def unlike_length(source: str, target: str, lengths: tuple[float, float]) -> float:
    """How far a target's length is from the usual one, in standard deviations, which are larger for
    short sentences; negative if it is shorter.

    Args:
        lengths: what ``length_of`` gives for the pair.
    """
    ratio = math.log((weighted(target) + 3) / (weighted(source) + 3))
    return (ratio - lengths[0]) / (lengths[1] + 1.5 / math.sqrt(weighted(source) + 3))


def features(
    source: str,
    target: str,
    *,
    source_lang: str,
    target_lang: str,
    table: Lexicon,
    lengths: tuple[float, float],
) -> tuple[float, ...]:
    """The evidence, in the order of ``FEATURES``."""
    z = unlike_length(source, target, lengths)
    mine, theirs = explained(source, target, table).known
    cut = max(1, int(0.6 * len(mine)))
    names = compare_names_of(source, target, source_lang=source_lang, target_lang=target_lang, table=table)
    numbers = compare_numbers(source, target, source_lang=source_lang, target_lang=target_lang)
    return (
        min(z, 0.0),
        max(z, 0.0),
        _mean(mine),
        _mean(theirs),
        sum(mine) / math.sqrt(len(mine) + 1),
        sum(theirs) / math.sqrt(len(theirs) + 1),
        _mean(mine[cut:]) - _mean(mine[:cut]) if len(mine) > 4 else 0.0,
        float(closed(source) and not closed(target)),
        float(min(3, len(names.lost))),
        float(min(3, len(names.added))),
        float(min(4, names.kept)),
        float(min(3, len(numbers.lost))),
        float(min(3, len(numbers.added))),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
