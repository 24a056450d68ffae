"""Learn from raters what a model's doubts about a translation are worth.

Rated segments are rows ``{"src", "target", "mqm", "doc"}`` of files ``NAME.SOURCE-TARGET.mqm.jsonl.gz``
(MQM penalties by professional raters, Freitag et al. 2021); human translations, against which a
prediction is placed, are the WMT documents that ``corpus`` reads. The language model reads each pair
once and what it says is kept, so that training can be broken off and taken up again.

Everything that is said of unseen text is said by leaving out: one document (a talk) in turn, and all
of the other pairs.
"""

from __future__ import annotations

import datetime
import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau
from sklearn.linear_model import Ridge

from mtcheck.annotate import adequacy
from mtcheck.annotate.base import SourceLanguageModel
from mtcheck.core import InputError
from mtcheck.training import corpus
from mtcheck.training.watch import Watch

Array = NDArray[np.float64]

SHRINKAGE = 100.0
"""Of the ridge, over standardised features; 30 to 1,000 give the same figures within 0.01."""
DRAWS = 200
HUMAN = 200
"""Human translations of a pair that are read."""
STEPS = 100
MIN_RATED = 500
DIGITS = 5


@dataclass(frozen=True, slots=True)
class Rated:
    """A translation with what raters made of it.

    Attributes:
        pair: source and target language.
        penalty: MQM, 0 or more; larger is worse.
        doc: the talk or article.
        data: the set it belongs to.
    """

    source: str
    target: str
    pair: tuple[str, str]
    penalty: float
    doc: str
    data: str


def train(
    folder: Path,
    out: Path,
    *,
    model: SourceLanguageModel,
    learn: Sequence[str],
    watch: Watch,
    today: datetime.date | None = None,
) -> Path:
    """Train the regression for a model and write it beside those of other models.

    Args:
        folder: rated segments and human translations.
        out: the JSON file.
        learn: language pairs to learn from, such as ``zh-en``; all other pairs only test.

    Raises:
        InputError: there is nothing to learn from, or a row cannot be read.
    """
    rated = list(read_rated(folder))
    chosen = [r for r in rated if "-".join(r.pair) in learn]
    if len(chosen) < MIN_RATED:
        raise InputError(
            str(folder),
            f"{len(chosen)} rated segments of {', '.join(learn)}, at least {MIN_RATED} are needed",
            mend="see `mtcheck models train adequacy --help`",
        )
    date = (today or datetime.date.today()).isoformat()
    seen = _features([(r.source, r.target, r.pair) for r in rated], model, watch)
    learnt = np.array(["-".join(r.pair) in learn for r in rated])
    fitted = fit(seen[learnt], np.array([r.penalty for r in chosen]))
    entry = {
        **fitted,
        "segments": len(chosen),
        "pairs": sorted(learn),
        "data": sorted({r.data for r in chosen}),
        "date": date,
        "figures": dict(_figures(rated, seen, learnt, fitted)),
        "human": dict(_human(folder, model, fitted, date, watch)),
    }
    known = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {"models": {}}
    known["models"][model.signature] = entry
    out.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return out


def read_rated(folder: Path) -> Iterator[Rated]:
    """Rated segments of a folder, each once.

    Raises:
        InputError: a row that cannot be read.
    """
    for path in sorted(folder.glob("*.mqm.jsonl.gz")):
        data = path.name.removesuffix(".mqm.jsonl.gz")
        source_lang, _, target_lang = data.rpartition(".")[2].partition("-")
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    row = json.loads(line)
                    yield Rated(
                        row["src"],
                        row["target"],
                        (source_lang, target_lang),
                        float(row["mqm"]),
                        row["doc"],
                        data,
                    )
                except (ValueError, KeyError, TypeError) as error:
                    raise InputError(
                        str(path), f"not a rated segment: {error!r}", place=f"line {number}"
                    ) from error


def fit(seen: Array, penalties: Array) -> dict[str, Any]:
    """The ridge regression as it is written."""
    mean, scale = seen.mean(0), seen.std(0)
    scale[scale == 0] = 1.0
    ridge = Ridge(SHRINKAGE).fit((seen - mean) / scale, np.log1p(penalties))
    return {
        "features": list(adequacy.NAMES),
        "mean": _round(mean),
        "scale": _round(scale),
        "weights": _round(ridge.coef_),
        "intercept": round(float(ridge.intercept_), DIGITS),
    }


def predict(seen: Array, fitted: dict[str, Any]) -> Array:
    """Expected penalties, by the code that users run."""
    return np.array([adequacy.penalty(row, fitted) for row in seen.tolist()])


def _round(values: Iterable[float]) -> list[float]:
    return [round(float(x), DIGITS) for x in values]


def _features(
    asked: Sequence[tuple[str, str, tuple[str, str]]], model: SourceLanguageModel, watch: Watch
) -> Array:
    """One row a translation; those that the model cannot read get the mean of the others."""
    rows: dict[int, list[float]] = {}
    watch.plan("pairs read", len(asked))
    for pair in sorted({p for *_, p in asked}):
        own = [n for n, (*_, p) in enumerate(asked) if p == pair]
        langs = {"source_lang": pair[0], "target_lang": pair[1]}
        found = model.given(
            [asked[n][:2] for n in own], **langs, progress=lambda done: watch.advance("pairs read", done)
        )
        for n, tokens in zip(own, found, strict=True):
            if tokens:
                rows[n] = adequacy.features(*asked[n][:2], tokens, **langs)
    mean = np.mean(list(rows.values()), 0).tolist()
    return np.array([rows.get(n, mean) for n in range(len(asked))])


def _figures(
    rated: Sequence[Rated], seen: Array, learnt: NDArray[np.bool_], fitted: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the regression is worth on each set, none of whose documents it has seen."""
    penalties, docs = np.array([r.penalty for r in rated]), np.array([f"{r.data}/{r.doc}" for r in rated])
    said = predict(seen, fitted)
    for doc in sorted(set(docs[learnt].tolist())):
        own = docs == doc
        said[own] = predict(seen[own], fit(seen[learnt & ~own], penalties[learnt & ~own]))
    data = np.array([r.data for r in rated])
    for name in sorted(set(data.tolist())):
        own = data == name
        sources = np.array([r.source for r, mine in zip(rated, own, strict=True) if mine])
        yield (
            name,
            {
                "segments": int(own.sum()),
                "left out": "each document in turn" if learnt[own].any() else "the whole set",
                **_agreement(said[own], penalties[own], sources),
            },
        )


def _agreement(said: Array, penalties: Array, sources: NDArray[Any]) -> dict[str, list[float]]:
    """Agreement with raters, each figure with a 95 % bootstrap interval over sources."""
    names, place = np.unique(sources, return_inverse=True)
    members = [np.flatnonzero(place == n) for n in range(len(names))]
    rng = np.random.default_rng(0)
    drawn = [
        np.concatenate([members[n] for n in rng.integers(0, len(names), len(names))]) for _ in range(DRAWS)
    ]
    out = {}
    for name, measure in (("kendall", _kendall), ("worst tenth", worst_tenth)):
        low, high = np.quantile([measure(said[d], penalties[d]) for d in drawn], [0.025, 0.975])
        out[name] = _round([measure(said, penalties), low, high])
    counts = np.array([_concordance(said[m], penalties[m]) for m in members])
    sums = [counts[rng.integers(0, len(names), len(names))].sum(0) for _ in range(DRAWS)]
    low, high = np.quantile([(c - d) / max(1, c + d) for c, d in sums], [0.025, 0.975])
    c, d = counts.sum(0)
    out["kendall within one source"] = _round([(c - d) / max(1, c + d), low, high])
    return out


def _kendall(said: Array, penalties: Array) -> float:
    return float(kendalltau(said, penalties).statistic)


def worst_tenth(said: Array, penalties: Array) -> float:
    """Share of all penalties that the tenth with the highest prediction holds."""
    worst = np.argsort(-said, kind="stable")[: max(1, len(said) // 10)]
    return float(penalties[worst].sum() / max(1e-9, penalties.sum()))


def _concordance(said: Array, penalties: Array) -> tuple[int, int]:
    """Pairs that prediction and raters order alike, and otherwise."""
    agree = np.triu(np.sign(said[:, None] - said) * np.sign(penalties[:, None] - penalties), 1)
    return int((agree > 0).sum()), int((agree < 0).sum())


def _human(
    folder: Path, model: SourceLanguageModel, fitted: dict[str, Any], date: str, watch: Watch
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Predicted penalties of human translations, pair by pair."""
    by_pair: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("wmt*.docs.jsonl.gz")):
        by_pair.setdefault(path.name.split(".")[1], []).append(path)
    for pair, paths in sorted(by_pair.items()):
        source_lang, _, target_lang = pair.partition("-")
        sentences = human_translations(paths)[:HUMAN]
        asked = [(s, t, (source_lang, target_lang)) for s, t in sentences]
        said = predict(_features(asked, model, watch), fitted)
        yield (
            pair,
            {
                "sentences": len(said),
                "data": [p.name.removesuffix(".docs.jsonl.gz") for p in paths],
                "date": date,
                "quantiles": _round(np.quantile(said, np.linspace(0, 1, STEPS + 1))),
            },
        )


def human_translations(paths: Iterable[Path]) -> list[tuple[str, str]]:
    """Sources with their first human translation, in an order that does not vary and means nothing."""
    found: dict[tuple[str, str], None] = {}
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for row in map(json.loads, file):
                first: list[str] = next(iter(row["human"].values()), [])
                found.update(
                    dict.fromkeys((s, t) for s, t in zip(row["source"], first, strict=False) if s and t)
                )
    return sorted(found, key=lambda pair: corpus.digest("\n".join(pair)))
