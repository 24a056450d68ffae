"""What a detector's scores are worth, in figures, each with an interval.

Intervals are 95 % percentile bootstraps over documents (all versions of one source move together).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

Array = NDArray[np.float64]
DRAWS = 200


def probability(log_odds: Array, prior: float) -> Array:
    """Probability where ``prior`` of the texts are machine-translated; ``log_odds`` suppose one half."""
    return np.asarray(1 / (1 + np.exp(-log_odds - np.log(prior / (1 - prior)))))


def area(machine: Any, scores: Any) -> float | None:
    """Area under the ROC curve, None unless there are both kinds."""
    return float(roc_auc_score(machine, scores)) if len(set(machine.tolist())) == 2 else None


def detected_at(machine: Any, scores: Any, false_alarms: float) -> float:
    """Share of machine translations above all but ``false_alarms`` of human texts."""
    limit = np.quantile(scores[~machine], 1 - false_alarms, method="higher")
    return float((scores[machine] > limit).mean())


def share_interval(flagged: Any, groups: Any) -> list[float]:
    """Share, and its 95 % interval, of texts flagged.

    Returns:
        [share, low, high].
    """
    names, place = np.unique(groups, return_inverse=True)
    hits = np.bincount(place, weights=flagged.astype(float), minlength=len(names))
    sizes = np.bincount(place, minlength=len(names)).astype(float)
    draws = np.random.default_rng(0).integers(0, len(names), (DRAWS, len(names)))
    shares = hits[draws].sum(1) / sizes[draws].sum(1)
    low, high = np.quantile(shares, [0.025, 0.975])
    return [round(float(x), 4) for x in (flagged.mean(), low, high)]


def area_interval(machine: Any, scores: Any, groups: Any) -> list[float] | None:
    """Area under the ROC curve and its 95 % interval, None unless there are both kinds."""
    whole = area(machine, scores)
    if whole is None:
        return None
    names, place = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(place == n) for n in range(len(names))]
    rng, found = np.random.default_rng(0), []
    for _ in range(DRAWS):
        rows = np.concatenate([members[n] for n in rng.integers(0, len(names), len(names))])
        if (value := area(machine[rows], scores[rows])) is not None:
            found.append(value)
    low, high = np.quantile(found, [0.025, 0.975])
    return [round(float(x), 4) for x in (whole, low, high)]


def reliability(machine: Any, said: Array, weights: Array) -> tuple[float, list[list[float]]]:
    """Expected calibration error, and by tenths of probability what was said and what was so.

    Returns:
        the error (Naeini 2015; ten bins of equal width), and rows of [mean probability said, share of
        machine translation, share of all texts].
    """
    bins = np.minimum((said * 10).astype(int), 9)
    total, error, table = weights.sum(), 0.0, []
    for n in range(10):
        own = bins == n
        mass = weights[own].sum()
        if mass == 0:
            continue
        claimed = float((said[own] * weights[own]).sum() / mass)
        true = float((machine[own] * weights[own]).sum() / mass)
        error += float(mass / total) * abs(claimed - true)
        table.append([round(claimed, 4), round(true, 4), round(float(mass / total), 4)])
    return round(error, 4), table
