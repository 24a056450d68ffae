"""Where a number stands among numbers measured on human text.

A surprisal or a chrF means nothing by itself: it depends on the model, the language and the length
of the sentence. Both are therefore given as percentiles of a recorded distribution, kept in
``models/*.json`` with its data, its date and the model it was measured with. Without one for the
model and language at hand there is no percentile.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache
from typing import Any

from mtcheck import resources, text


@cache
def table(name: str) -> dict[str, Any]:
    """A recorded distribution file, such as ``fluency.json``; do not modify what comes back."""
    with resources.model_file(name).open(encoding="utf-8") as file:
        return dict(json.load(file))


def percentile_below(value: float, quantiles: Sequence[float]) -> float:
    """Share of the distribution below ``value``, 0 to 100, by linear interpolation.

    Args:
        quantiles: ascending values at equal steps from the minimum to the maximum.
    """
    low, high = bisect_left(quantiles, value), bisect_right(quantiles, value)
    steps = len(quantiles) - 1
    if high == 0:
        return 0.0
    if low > steps:
        return 100.0
    if low != high:  # value is one of the quantiles, perhaps of several equal ones
        return 100.0 * (low + high - 1) / 2 / steps
    left, right = quantiles[low - 1], quantiles[low]
    return 100.0 * (low - 1 + (value - left) / (right - left)) / steps


def fluency_reference(model: str, lang: str | None) -> dict[str, Any] | None:
    """Human surprisal of a language under a model (its signature), None if it was not measured."""
    if lang is None:
        return None
    models = table("fluency.json")["models"]
    found: dict[str, Any] | None = models.get(model, {}).get("languages", {}).get(text.primary(lang))
    return found


def round_trip_reference(model: str, lang: str, source_lang: str, mode: str) -> dict[str, Any] | None:
    """Human sentences' chrF through a translator (its signature), None if it was not measured.

    Args:
        mode: ``round-trip`` (text → source language → text) or ``source`` (against a known source).
    """
    for row in table("round_trip.json")["baselines"]:
        if (row["model"], row["lang"], row["source_lang"], row["mode"]) == (
            model,
            text.primary(lang),
            text.primary(source_lang),
            mode,
        ):
            return dict(row)
    return None
