"""Learn what is wrong in translations, and what people would say of it (``annotate.adequacy``).

Three kinds of data: good translations to spoil (``rater.read_good``), translations by several engines
(``rankings``), and rated segments of files ``NAME.SOURCE-TARGET.mqm.jsonl.gz`` (``raters``; MQM penalties by
professional raters, Freitag et al. 2021). A rater learns from all of them; a ridge regression turns what it
sees into a penalty, a multinomial one into the chance that one thing was changed, and another one that where
a translator also says what it expected.

Everything that is said of unseen text is said by leaving out: for ratings one document (a talk) in turn,
and all of the other pairs; for faults a quarter of the documents, half of which weighs and half of which
measures.
"""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau
from sklearn.linear_model import LogisticRegression, Ridge

from mtcheck.annotate import adequacy
from mtcheck.annotate.base import Expectation, RatedToken
from mtcheck.core import InputError
from mtcheck.training import corpus
from mtcheck.training.rater import Question, Rated, Translations, is_apart
from mtcheck.training.rows import documents
from mtcheck.training.spoiling import Good, Spoiler

Array = NDArray[np.float64]
Tokens = tuple[RatedToken, ...]

SHRINKAGE = 30.0
"""Of the ridge, over standardised features."""
PRIOR = 0.05
"""Share of pairs that are supposed to have a fault."""
PASSED = 0.99
"""Share of good translations whose chance of a fault is below the limit."""
DRAWS = 200
HUMAN = 200
"""Human translations of a pair that are read."""
STEPS = 100
MIN_RATED = 500
MIN_HEARD = 200
"""Good translations with a translator's word without which no regression knows it."""
DIGITS = 5


class Teacher(Protocol):
    """Who teaches a rater.

    Attributes:
        model: signature of the model that is taught.
        translator: of the translator that is asked too.
    """

    @property
    def model(self) -> str:
        """See above."""

    @property
    def translator(self) -> str:
        """See above."""

    def expect(self, asked: Sequence[Question]) -> list[Expectation | None]:
        """What the translator expected of pairs, in order; None where it cannot say."""

    def rate(self, rated: Sequence[Rated], asked: Sequence[Question]) -> list[Tokens]:
        """What a rater that learnt from some ratings says of other pairs, in order."""

    def write(self, rated: Sequence[Rated]) -> str:
        """Write the rater that learnt from some ratings; its signature."""


@dataclass(frozen=True, slots=True)
class Data:
    """What is learnt from and measured on.

    Attributes:
        rated: segments with ratings.
        good: good translations.
        human: files of WMT documents, whose human translations give a prediction its place.
    """

    rated: Sequence[Rated]
    good: Translations
    human: Sequence[Path]


def train(
    data: Data,
    out: Path,
    *,
    teacher: Teacher,
    learn: Sequence[str],
    today: datetime.date | None = None,
) -> Path:
    """Teach a rater, fit the regressions and write them beside those of other models.

    Args:
        out: the JSON file.
        learn: language pairs whose ratings are learnt from, such as ``zh-en``; all other pairs only test.

    Raises:
        InputError: there is nothing to learn from.
    """
    learnt = np.array(["-".join(r.pair) in learn for r in data.rated], dtype=bool)
    chosen = [r for r, own in zip(data.rated, learnt, strict=True) if own]
    if len(chosen) < MIN_RATED:
        raise InputError(
            ", ".join(learn),
            f"{len(chosen)} rated segments, at least {MIN_RATED} are needed",
            mend="see `mtcheck models train adequacy --help`",
        )
    date = (today or datetime.date.today()).isoformat()
    seen = _unseen(data.rated, learnt, teacher)
    entry: dict[str, Any] = {
        "rater": teacher.write(chosen),
        **fit(seen[learnt], np.array([r.penalty for r in chosen])),
        "segments": len(chosen),
        "pairs": sorted(learn),
        "data": sorted({r.data for r in chosen}),
        "date": date,
    }
    entry |= fit_faults(data.good.weighed, teacher, chosen)
    entry["figures"] = dict(_figures(data.rated, seen, learnt, entry))
    entry["human"] = dict(_human(data.human, teacher, chosen, entry, date))
    known = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {"models": {}}
    known["models"][teacher.model] = entry
    out.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return out


@dataclass(frozen=True, slots=True)
class Seen:
    """Pairs as the regressions see them: one row a pair each, of faults a longer one where a translator was
    asked."""

    penalties: Array
    faults: list[list[float]]

    def __getitem__(self, chosen: NDArray[Any]) -> Seen:
        own = np.arange(len(self.faults))[chosen]
        return Seen(self.penalties[own], [self.faults[n] for n in own.tolist()])


def _unseen(rated: Sequence[Rated], learnt: NDArray[np.bool_], teacher: Teacher) -> Seen:
    """What raters see that did not learn from the document at hand."""
    docs = np.array([f"{r.data}/{r.doc}" if own else "" for r, own in zip(rated, learnt, strict=True)])
    said: list[Tokens] = [()] * len(rated)
    for doc in sorted(set(docs.tolist())):
        own = np.flatnonzero(docs == doc)
        others = [
            r for r, mine, left_out in zip(rated, learnt, docs == doc, strict=True) if mine and not left_out
        ]
        asked = [(rated[n].source, rated[n].target, rated[n].pair) for n in own.tolist()]
        for n, tokens in zip(own.tolist(), teacher.rate(others, asked), strict=True):
            said[n] = tokens
    return see([(r.source, r.target, r.pair) for r in rated], said, teacher)


def see(asked: Sequence[Question], said: Sequence[Tokens], teacher: Teacher) -> Seen:
    """The features of pairs; those of which nothing was said get the mean of the others, without a
    translator's word."""
    rows: dict[int, tuple[list[float], list[float]]] = {}
    for n, ((source, target, (source_lang, target_lang)), tokens, expected) in enumerate(
        zip(asked, said, teacher.expect(asked), strict=True)
    ):
        if tokens:
            faults = adequacy.fault_features(
                source, target, tokens, source_lang=source_lang, target_lang=target_lang, expected=expected
            )
            rows[n] = adequacy.features(tokens), faults
    plain = len(adequacy.FAULT_NAMES)
    means = (
        np.mean([penalties for penalties, _ in rows.values()], 0).tolist(),
        np.mean([faults[:plain] for _, faults in rows.values()], 0).tolist(),
    )
    chosen = [rows.get(n, means) for n in range(len(asked))]
    return Seen(np.array([penalties for penalties, _ in chosen]), [faults for _, faults in chosen])


def fit(seen: Seen, penalties: Array) -> dict[str, Any]:
    """The ridge regression as it is written."""
    mean, scale = _standard(seen.penalties)
    ridge = Ridge(SHRINKAGE).fit((seen.penalties - mean) / scale, np.log1p(penalties))
    return {
        "features": list(adequacy.NAMES),
        "mean": _round(mean),
        "scale": _round(scale),
        "weights": _round(ridge.coef_),
        "intercept": round(float(ridge.intercept_), DIGITS),
    }


def fit_faults(good: Sequence[Good], teacher: Teacher, rated: Sequence[Rated]) -> dict[str, Any]:
    """The multinomial regressions as they are written, from good translations and the same spoilt.

    Args:
        good: translations that the rater did not learn from.
        rated: the ratings that it learnt from.
    """
    spoiler = Spoiler(good, 2)
    pairs = [(pair, spoilt) for pair in good if (spoilt := spoiler.spoil(pair)) is not None]
    asked: list[Question] = [(p.source, p.target, p[2:]) for p, _ in pairs]
    asked += [(p.source, s.target, p[2:]) for p, s in pairs]
    seen = see(asked, teacher.rate(rated, asked), teacher).faults
    labels = [
        *("" for _ in pairs),
        *(s.kind if s.kind in adequacy.FAULT_KINDS else "other" for _, s in pairs),
    ]
    names = list(adequacy.FAULT_NAMES)
    out = {"faults": _fit_faults([row[: len(names)] for row in seen], labels, names)}
    more = [*names, *adequacy.EXPECTED_NAMES]
    heard = [n for n, row in enumerate(seen) if len(row) == len(more)]
    if sum(not labels[n] for n in heard) >= MIN_HEARD:
        fitted = _fit_faults([seen[n] for n in heard], [labels[n] for n in heard], more)
        out[adequacy.WITH_TRANSLATOR] = fitted | {"translator": teacher.translator}
    return out


def _fit_faults(rows: Sequence[Sequence[float]], labels: Sequence[str], names: list[str]) -> dict[str, Any]:
    """One of them, from pairs with the kinds of their faults, empty for good translations."""
    seen = np.array(rows)
    mean, scale = _standard(seen)
    good = labels.count("")
    counts = Counter(filter(None, labels))
    weights = np.array([1.0 if not kind else good / len(counts) / counts[kind] for kind in labels])
    model = LogisticRegression(C=1.0, max_iter=8000)
    model.fit((seen - mean) / scale, np.array(labels), sample_weight=weights)
    fitted: dict[str, Any] = {
        "features": names,
        "mean": _round(mean),
        "scale": _round(scale),
        "kinds": dict(_against_none(model)),
        "prior": PRIOR,
        "translations": good,
    }
    passed = [
        adequacy.chance(row, fitted) for row, kind in zip(seen.tolist(), labels, strict=True) if not kind
    ]
    return fitted | {"limit": round(float(np.quantile(passed, PASSED)), DIGITS)}


def _against_none(model: LogisticRegression) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each kind's weights less those of a good translation, for the prior of faults."""
    none = list(model.classes_).index("")
    shift = float(np.log(PRIOR / (1 - PRIOR)))
    for n, kind in enumerate(model.classes_.tolist()):
        if kind:
            intercept = float(model.intercept_[n] - model.intercept_[none])
            yield (
                kind,
                {
                    "weights": _round(model.coef_[n] - model.coef_[none]),
                    "intercept": round(intercept + shift, DIGITS),
                },
            )


def _standard(seen: Array) -> tuple[Array, Array]:
    mean, scale = seen.mean(0), seen.std(0)
    scale[scale == 0] = 1.0
    return mean, scale


def predict(seen: Seen, fitted: dict[str, Any]) -> Array:
    """Expected penalties, by the code that users run."""
    return np.array(
        [
            adequacy.expected(rated, adequacy.chance(*adequacy.regression_of_faults(faults, fitted)), fitted)
            for rated, faults in zip(seen.penalties.tolist(), seen.faults, strict=True)
        ]
    )


def _round(values: Iterable[float]) -> list[float]:
    return [round(float(x), DIGITS) for x in values]


def predict_fluency(seen: Seen) -> Array:
    """Expected penalties for fluency and style."""
    return np.expm1(seen.penalties[:, adequacy.NAMES.index("fluency")])


def _figures(
    rated: Sequence[Rated], seen: Seen, learnt: NDArray[np.bool_], entry: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the regressions are worth on each set, none of whose documents they have seen."""
    docs = np.array([f"{r.data}/{r.doc}" for r in rated])
    penalties, fluency = np.array([r.penalty for r in rated]), np.array([r.fluency for r in rated])
    said, fluent = predict(seen, entry), predict_fluency(seen)
    for doc in sorted(set(docs[learnt].tolist())):
        own, others = docs == doc, learnt & (docs != doc)
        said[own] = predict(seen[own], entry | fit(seen[others], penalties[others]))
    data = np.array([r.data for r in rated])
    for name in sorted(set(data.tolist())):
        own = data == name
        sources = np.array([r.source for r, mine in zip(rated, own, strict=True) if mine])
        yield (
            name,
            {
                "segments": int(own.sum()),
                "left out": "each document in turn" if learnt[own].any() else "the whole set",
                **agreement(said[own], penalties[own], sources),
                "fluency": agreement(fluent[own], fluency[own], sources),
            },
        )


def agreement(said: Array, penalties: Array, sources: NDArray[Any]) -> dict[str, list[float]]:
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
    paths: Sequence[Path], teacher: Teacher, rated: Sequence[Rated], entry: dict[str, Any], date: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Predicted penalties of human translations, pair by pair, of documents that the rater did not learn from
    where there are enough."""
    by_pair: dict[str, list[Path]] = {}
    for path in paths:
        by_pair.setdefault(path.name.split(".")[1], []).append(path)
    asked: dict[str, list[Question]] = {}
    for pair, files in sorted(by_pair.items()):
        source_lang, _, target_lang = pair.partition("-")
        found = human_translations(files)[:HUMAN]
        asked[pair] = [(source, target, (source_lang, target_lang)) for source, target in found]
    everything = [one for some in asked.values() for one in some]
    said = iter(teacher.rate(rated, everything))
    for pair, some in asked.items():
        seen = see(some, [next(said) for _ in some], teacher)
        predicted, fluent = predict(seen, entry), predict_fluency(seen)
        yield (
            pair,
            {
                "sentences": len(predicted),
                "data": [p.name.removesuffix(".docs.jsonl.gz") for p in by_pair[pair]],
                "date": date,
                "quantiles": _quantiles(predicted),
                "fluency quantiles": _quantiles(fluent),
            },
        )


def _quantiles(values: Array) -> list[float]:
    return _round(np.quantile(values, np.linspace(0, 1, STEPS + 1)))


def human_translations(paths: Iterable[Path]) -> list[tuple[str, str]]:
    """Sources with their first human translation, in an order that does not vary and means nothing, those of
    documents that no rater learns from first."""
    found: dict[tuple[str, str], bool] = {}
    for path in paths:
        for row in documents(path):
            first: list[str] = next(iter(row["human"].values()), [])
            for pair in zip(row["source"], first, strict=False):
                if all(pair):
                    found.setdefault(pair, is_apart(row["source"]))
    return sorted(found, key=lambda pair: (not found[pair], corpus.digest("\n".join(pair))))
