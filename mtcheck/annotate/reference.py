"""Where a number stands among numbers measured on human text.

A surprisal or a chrF means nothing by itself: it depends on the model, the language and the length
of the sentence. Both are therefore given as percentiles of a recorded distribution, kept with its data,
its date and the model it was measured with: in ``models/*.json`` for the models that come with mtcheck,
in ``calibration`` of the cache for those that the user measured (``mtcheck models calibrate``). Without
one for the model and language at hand there is no percentile.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from mtcheck import resources, text
from mtcheck.annotate import registry
from mtcheck.core import ModelError

FLUENCY, TRIPS, ADEQUACY, ESTIMATORS = "fluency.json", "round_trip.json", "adequacy.json", "estimators.json"


def own_folder() -> Path:
    """Where the user's own measurements are kept."""
    return registry.cache_folder() / "calibration"


def tables(name: str) -> Iterator[dict[str, Any]]:
    """The recorded distribution files of a name: what ships, then the user's; do not modify them.

    Raises:
        ModelError: the user's cannot be read.
    """
    with suppress(FileNotFoundError):
        yield _shipped(name)
    own = own_folder() / name
    with suppress(FileNotFoundError):
        yield _own(own, own.stat().st_mtime_ns)


@cache
def _shipped(name: str) -> dict[str, Any]:
    with resources.model_file(name).open(encoding="utf-8") as file:
        return dict(json.load(file))


@lru_cache(maxsize=8)
def _own(path: Path, _changed: int) -> dict[str, Any]:
    return _parsed(path)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise ModelError(f"{path}: not valid JSON ({error}); delete it and calibrate again") from error


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
    return _look_up(FLUENCY, "models", model, "languages", text.primary(lang))


def round_trip_reference(model: str, lang: str, source_lang: str, mode: str) -> dict[str, Any] | None:
    """Human sentences' chrF through a translator (its signature), None if it was not measured.

    Args:
        mode: ``round-trip`` (text → source language → text) or ``source`` (against a known source).
    """
    wanted = (model, text.primary(lang), text.primary(source_lang), mode)
    for table in tables(TRIPS):
        for row in table["baselines"]:
            if _trip(row) == wanted:
                return dict(row)
    return None


def adequacy_regression(model: str) -> dict[str, Any] | None:
    """The regression that learnt from raters for a language model (its signature), None if there is none."""
    return _look_up(ADEQUACY, "models", model)


def estimator_reference(model: str, source_lang: str, target_lang: str) -> dict[str, Any] | None:
    """Penalties of human translations by an estimator (its signature), None if they were not measured."""
    return _look_up(ESTIMATORS, "models", model, _pair(source_lang, target_lang))


def _look_up(name: str, *keys: str) -> dict[str, Any] | None:
    """What stands under the keys in the first table of a name that has them all."""
    for table in tables(name):
        found: dict[str, Any] | None = table
        for key in keys:
            found = None if found is None else found.get(key)
        if found is not None:
            return found
    return None


def _pair(source_lang: str, target_lang: str) -> str:
    return f"{text.primary(source_lang)}-{text.primary(target_lang)}"


def record_fluency(folder: Path, model: str, lang: str, entry: dict[str, Any]) -> None:
    """Write what ``fluency_reference`` is to give."""

    def put(known: dict[str, Any]) -> None:
        models = known.setdefault("models", {})
        models.setdefault(model, {"languages": {}})["languages"][text.primary(lang)] = entry

    _record(folder / FLUENCY, put, sort_keys=True)


def record_trips(folder: Path, row: dict[str, Any]) -> None:
    """Write what ``round_trip_reference`` is to give."""

    def put(known: dict[str, Any]) -> None:
        others = [b for b in known.get("baselines", ()) if _trip(b) != _trip(row)]
        known["baselines"] = sorted(
            [*others, row], key=lambda b: (b["model"], b["mode"], b["lang"], b["source_lang"])
        )

    _record(folder / TRIPS, put)


def record_penalties(folder: Path, model: str, pair: tuple[str, str], entry: dict[str, Any]) -> None:
    """Write what ``estimator_reference`` is to give."""

    def put(known: dict[str, Any]) -> None:
        known.setdefault("models", {}).setdefault(model, {})[_pair(*pair)] = entry

    _record(folder / ESTIMATORS, put, sort_keys=True)


def _trip(row: dict[str, Any]) -> tuple[str, str, str, str]:
    return row["model"], row["lang"], row["source_lang"], row["mode"]


def _record(path: Path, put: Callable[[dict[str, Any]], None], *, sort_keys: bool = False) -> None:
    """Change a table, safe under two processes; a broken one is not written over."""
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"):
        known = _parsed(path) if path.exists() else {}
        put(known)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(known, indent=1, sort_keys=sort_keys) + "\n", encoding="utf-8")
        fresh.replace(path)
