"""Fit and calibrate the detector of one language.

Every figure and every limit rests on scores of texts that the model at hand never saw. Where at least
``MIN_SETS`` sets hold both kinds, each set is left out in turn: a source language or a year that
training has not seen. Elsewhere texts are divided by document and, at the same time, engines by name,
of all years together, so that no text is scored by a model that knows its document or its engine.
Calibration is fitted on those scores; its own error is measured by calibrating on all parts but one and
looking at that one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from mtcheck.style import grams
from mtcheck.training.corpus import Text, digest

Array = NDArray[np.float64]
FREQUENT = 400
MIN_TEXTS = 8
"""Texts that a gram must be in."""
GRAMS = 40_000
"""Grams kept: those whose weight and spread are largest."""
STYLE_C = 3.0
ORIGINAL_WEIGHT = 0.3
"""Weight in training of a text written in its language, beside one that a person translated: enough to
keep originals apart (an area of 0.98), while human translation stays the case to be learnt."""
MIN_SETS = 4
OTHER_YEAR = 0.6
"""What log-odds are multiplied by where no set could be left out whole: another year's texts, of other
translators and engines, are told apart with less certainty than parts of one set. Of wmt21 and wmt22,
ru-en and ja-en, each learnt alone, the slope on the other year was 0.47, 0.54, 0.79 and 0.92 of that on
parts of its own (2026-11-25, ``python models/measure.py other-year --data DIR``); of en-ru, 0.55 and 1.06
(2026-12-01). Nearer to the lower ones, since a false accusation does harm: unscaled, up to 23 in 100
human translations of the other year were suspected."""
PARTS = 3
"""As many as classifiers are taught for (``classifier.FOLDS``)."""
SEED = 0


@dataclass
class Sample:
    """Texts of one language as arrays.

    Attributes:
        classified: log-odds of each text by a classifier that did not see it; nan where there are none.
        counts: texts × grams.
        names: of the grams.
    """

    texts: list[Text]
    machine: NDArray[np.bool_]
    original: NDArray[np.bool_]
    learnt: NDArray[np.bool_]
    classified: Array
    counts: Any
    names: list[str]
    frequent: list[str]

    def weights(self, rows: NDArray[np.bool_]) -> Array:
        """Training weights: originals count less, both labels count the same together."""
        weight = np.where(self.original, ORIGINAL_WEIGHT, 1.0)[rows]
        machine = self.machine[rows]
        weight[machine] *= weight[~machine].sum() / weight[machine].sum()
        return weight


@dataclass
class StyleModel:
    """The first tier: grams kept, their idf and weights."""

    kept: NDArray[np.int64]
    idf: Array
    weights: Array
    bias: float

    def scores(self, sample: Sample) -> Array:
        """One score a text of the sample."""
        return np.asarray(values(sample, self.kept, self.idf) @ self.weights + self.bias)


def sample_of(texts: list[Text], classified: Array) -> Sample:
    """Count grams.

    Args:
        classified: see ``Sample``.
    """
    folded = [grams.fold(t.text) for t in texts]
    learnt = [value for value, t in zip(folded, texts, strict=True) if t.learnt]
    frequent = _frequent(learnt)
    known = frozenset(frequent)
    counter = CountVectorizer(
        analyzer=lambda value: grams.grams(value, known), min_df=MIN_TEXTS, dtype=np.float64
    )
    counts = counter.fit(learnt).transform(folded).tocsr()
    return Sample(
        texts,
        np.array([t.machine for t in texts]),
        np.array([t.kind == "original" for t in texts]),
        np.array([t.learnt for t in texts]),
        classified,
        counts,
        [str(name) for name in counter.get_feature_names_out()],
        frequent,
    )


def _frequent(folded: Sequence[str]) -> list[str]:
    """The most frequent words, each text counting a word once."""
    found: Counter[str] = Counter()
    for value in folded:
        found.update({value[a:b].lower() for a, b in grams.tokens(value) if value[a].isalpha()})
    return [word for word, _ in sorted(found.items(), key=lambda item: (-item[1], item[0]))[:FREQUENT]]


def values(sample: Sample, kept: NDArray[np.int64], idf: Array) -> Any:
    """Sublinear TF-IDF of the grams kept, each family of length 1, as ``style.detector`` computes it."""
    matrix = sample.counts[:, kept].copy()
    matrix.data = 1.0 + np.log(matrix.data)
    matrix = (matrix @ sparse.diags_array(idf)).tocsr()
    squares = matrix.copy()
    squares.data = squares.data**2
    family = np.array([sample.names[k][0] for k in kept])
    columns = np.empty(len(kept), dtype=np.int64)
    lengths = np.empty((matrix.shape[0], len(grams.FAMILIES)))
    for n, name in enumerate(grams.FAMILIES):
        columns[family == name] = n
        lengths[:, n] = np.sqrt(np.asarray(squares @ (family == name).astype(float))).ravel()
    lengths[lengths == 0] = 1.0
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    matrix.data /= lengths[rows, columns[matrix.indices]]
    return matrix


def fit_style(sample: Sample, rows: NDArray[np.bool_]) -> StyleModel:
    """Fit on some texts: once with every gram, then again with those that matter."""
    rows = rows & sample.learnt
    present = np.asarray((sample.counts[rows] > 0).sum(0)).ravel()
    everything = np.flatnonzero(present)
    idf = np.log((1 + rows.sum()) / (1 + present)) + 1
    first = values(sample, everything, idf[everything])[rows]
    weights = _logistic(first, sample.machine[rows], sample.weights(rows), STYLE_C).coef_[0]
    mean_square = np.asarray(first.multiply(first).mean(0)).ravel()
    order = np.argsort(-np.abs(weights) * np.sqrt(mean_square), kind="stable")[:GRAMS]
    kept = np.sort(everything[order])
    fitted = _logistic(
        values(sample, kept, idf[kept])[rows], sample.machine[rows], sample.weights(rows), STYLE_C
    )
    return StyleModel(kept, idf[kept], fitted.coef_[0], float(fitted.intercept_[0]))


def _logistic(matrix: Any, machine: Any, weights: Array, strength: float) -> Any:
    model = LogisticRegression(C=strength, max_iter=400, tol=1e-5)
    return model.fit(matrix, machine, sample_weight=weights)


def leaves_sets_out(texts: Sequence[Text]) -> bool:
    """Whether there are sets enough to leave each out in turn."""
    return len(_sets(texts)) >= MIN_SETS


def _sets(texts: Sequence[Text]) -> list[str]:
    """The sets that hold both kinds."""
    kinds: dict[str, set[bool]] = {}
    for item in texts:
        kinds.setdefault(item.data, set()).add(item.machine)
    return sorted(name for name, found in kinds.items() if len(found) == 2)


Part: TypeAlias = tuple[NDArray[np.bool_], NDArray[np.bool_]]
"""Which texts to learn from, and which to look at."""


def parts(texts: Sequence[Text], most: int | None = None) -> list[Part]:
    """What to train on and what to look at, part by part; see the module.

    Args:
        most: so many parts, where each would be a set; every so-many-th set by name is one of them, which
            takes the two years of wmt21 and wmt22 that share a source language apart.
    """
    data = np.array([t.data for t in texts])
    machine = np.array([t.machine for t in texts])
    sets = _sets(texts)
    if leaves_sets_out(texts):
        count = len(sets) if most is None else most
        elsewhere = ~np.isin(data, sets)
        drawn = np.array([digest("part", t.group) % count for t in texts])
        looked = [np.isin(data, sets[n::count]) | (elsewhere & (drawn == n)) for n in range(count)]
        return [(~part, part) for part in looked]
    document = np.array([digest("part", t.group) % PARTS for t in texts])
    names = sorted({t.system for t in texts if t.system})
    turn = {name: n % PARTS for n, name in enumerate(names)}  # in turn: if drawn, four of six fell together
    engine = np.array([turn.get(t.system, -1) for t in texts])
    out = []
    for n in range(PARTS):
        looked_at = (document == n) & (~machine | (engine == n) | (engine == -1))
        learnt = (document != n) & (~machine | (engine != n))
        out.append((learnt, looked_at))
    return out


@dataclass
class Unseen:
    """Scores of texts by models that did not see them; nan where a text was in no part.

    Attributes:
        part: which part each text was looked at in, -1 for none.
    """

    style: Array
    part: NDArray[np.int64]


def unseen_scores(sample: Sample, done: Callable[[int], None]) -> Unseen:
    """Fit on each part's complement and score the part."""
    size = len(sample.texts)
    out = Unseen(np.full(size, np.nan), np.full(size, -1, dtype=np.int64))
    for n, (learnt, looked_at) in enumerate(parts(sample.texts)):
        out.style[looked_at] = fit_style(sample, learnt).scores(sample)[looked_at]
        out.part[looked_at] = n
        done(1)
    return out


@dataclass
class Calibration:
    """Weights of both scores and a constant; gives log-odds where half of the texts are machine's."""

    style: float
    classifier: float
    bias: float

    def log_odds(self, style: Array, classified: Array) -> Array:
        """Of each text."""
        said = self.classifier * classified if self.classifier else 0.0
        return self.style * style + said + self.bias


def calibrate(sample: Sample, unseen: Unseen, rows: NDArray[np.bool_], *, classifier: bool) -> Calibration:
    """Logistic regression on scores (Platt 1999), half of the weight on machine translation, a quarter
    each on human translations and on originals."""
    rows = rows & sample.learnt
    trust = 1.0 if leaves_sets_out(sample.texts) else OTHER_YEAR
    columns = [unseen.style, sample.classified] if classifier else [unseen.style]
    matrix = np.stack(columns, 1)[rows]
    fitted = _logistic(matrix, sample.machine[rows], population_weights(sample, rows), 1e4)
    weights = [trust * float(w) for w in fitted.coef_[0]]
    return Calibration(weights[0], weights[1] if classifier else 0.0, trust * float(fitted.intercept_[0]))


def population_weights(sample: Sample, rows: NDArray[np.bool_], share: float = 0.5) -> Array:
    """Weights that make ``share`` of the texts machine-translated, the rest half translated by people
    and half written by them; a set counts as much as its size's root, so that no one dominates."""
    kinds = np.array([t.kind for t in sample.texts])[rows]
    data = np.array([t.data for t in sample.texts])[rows]
    sizes = Counter(zip(kinds, data, strict=True))
    weight = np.array([1 / math.sqrt(sizes[k, d]) for k, d in zip(kinds, data, strict=True)])
    human = [k for k in ("human", "original") if (kinds == k).any()]
    for kind, wanted in chain([("mt", share)], [(k, (1 - share) / len(human)) for k in human]):
        weight[kinds == kind] *= wanted / weight[kinds == kind].sum()
    return weight * len(weight)


def cross_calibrated(sample: Sample, unseen: Unseen, rows: NDArray[np.bool_], *, classifier: bool) -> Array:
    """Log-odds of each text by a calibration that did not see its part; nan outside ``rows``."""
    out = np.full(len(sample.texts), np.nan)
    for n in sorted(set(unseen.part[rows])):
        own, others = rows & (unseen.part == n), rows & (unseen.part != n)
        fitted = calibrate(sample, unseen, others, classifier=classifier)
        out[own] = fitted.log_odds(unseen.style, sample.classified)[own]
    return out
