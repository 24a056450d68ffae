"""Train detectors: read labelled texts, fit each language, write ``<language>.json``.

Same data, same machine, same versions: the same bytes. Numbers are rounded to what a score needs.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mtcheck import text
from mtcheck.style.detector import FORMAT
from mtcheck.training import corpus, figures, fitting
from mtcheck.training.corpus import Text
from mtcheck.training.fitting import Sample, StyleModel, Unseen
from mtcheck.training.watch import Watch

PRIOR = 0.1
"""Share of texts that are supposed to be machine-translated."""
CLASSIFIED_RANKS = 2
"""Machine translations of one source that the classifiers are asked about."""
CLASSIFIED_HUMAN_ONLY = 600
"""Texts of a language that they are asked about, of sets without machine translation: originals, other
registers."""
MIN_HUMAN = 200
"""Human texts without which no threshold is set, and machine translations without which nothing is fitted."""
MIN_OF_KIND = 50
MIN_OF_SET = 100
"""Human texts of a kind, and of one set of it, without which no share of them is limited."""
ORIGINAL_ALARMS, HUMAN_ALARMS = 0.01, 0.05
"""Most originals and most human translations that may be suspected."""
FLOOR = 0.5
"""A text may not be called machine-translated where that is less likely than not."""
DIGITS = 4


class Teacher(Protocol):
    """Makes the classifier of the second tier (``classifier.Teacher``)."""

    @property
    def model(self) -> str:
        """Signature of the language model that it teaches."""

    def teach(self, texts: Sequence[Text], wanted: NDArray[np.bool_]) -> tuple[NDArray[np.float64], str]:
        """Write a classifier of all the texts.

        Returns:
            what classifiers that did not see them say of the texts ``wanted`` (nan for all others), and the
            signature of the one written.
        """


def train(
    folders: Sequence[Path],
    out: Path,
    *,
    teacher: Teacher | None,
    watch: Watch,
    languages: Sequence[str] = (),
    today: datetime.date | None = None,
) -> list[Path]:
    """Train every language that has enough texts.

    Args:
        folders: labelled texts; see ``corpus``.
        out: folder for the detectors.
        teacher: of the second tier; None for the first tier alone.
        languages: only these; all by default.
        today: the date written down.

    Returns:
        the files written.

    Raises:
        InputError: a folder or a row that cannot be read.
    """
    out.mkdir(parents=True, exist_ok=True)
    everything = [replace(t, lang=text.primary(t.lang)) for t in corpus.read(folders)]
    said = np.full(len(everything), np.nan)
    partner = None
    if teacher is not None:
        said, taught = teacher.teach(everything, _wanted(everything))
        partner = {"model": teacher.model, "classifier": taught}
    langs = np.array([t.lang for t in everything])
    written = []
    for lang in sorted(set(langs.tolist())):
        own = np.flatnonzero(langs == lang)
        texts = [everything[n] for n in own]
        if languages and lang not in languages:
            continue
        learnt = [t.machine for t in texts if t.learnt]
        found_here = f"{lang}: {learnt.count(False)} human and {learnt.count(True)} machine-translated texts"
        if min(learnt.count(False), learnt.count(True)) < MIN_HUMAN:
            watch.say(f"{found_here}; no detector below {MIN_HUMAN} of each")
            continue
        watch.say(f"{found_here}, {len(texts) - len(learnt)} human texts of other sets")
        found = train_language(lang, texts, said[own], partner, watch=watch)
        found["date"] = (today or datetime.date.today()).isoformat()
        found["signature"] = _signature(found)
        path = out / f"{lang}.json"
        path.write_text(_as_json(found), encoding="utf-8")
        written.append(path)
    return written


def train_language(
    lang: str,
    texts: list[Text],
    classified: NDArray[np.float64],
    partner: dict[str, str] | None,
    *,
    watch: Watch,
) -> dict[str, Any]:
    """The detector of one language as it is written, without date and signature.

    Args:
        classified: as in ``fitting.Sample``.
        partner: model and classifier of the second tier; None without.
    """
    sample = fitting.sample_of(texts, classified)
    watch.plan(f"{lang}: left out in turn", len(fitting.parts(texts)))
    unseen = fitting.unseen_scores(sample, lambda n: watch.advance(f"{lang}: left out in turn", n))
    everything = np.ones(len(texts), dtype=bool)
    style = fitting.fit_style(sample, everything)
    tiers = {"style": _tier(sample, unseen, unseen.part >= 0, classifier=False)}
    if partner is not None:
        both = (unseen.part >= 0) & ~np.isnan(classified)
        tiers["classifier"] = _tier(sample, unseen, both, classifier=True)
    return {
        "format": FORMAT,
        "language": lang,
        "min_words": corpus.MIN_WORDS,
        "prior": PRIOR,
        "data": _data(texts),
        "tiers": tiers,
        "partner": partner,
        **_style(sample, style),
    }


def _wanted(texts: Sequence[Text]) -> NDArray[np.bool_]:
    """Texts whose classification is asked for: of each language a sample that takes minutes."""
    both = {t.data for t in texts if t.machine}
    wanted = np.array([t.rank < CLASSIFIED_RANKS and t.data in both for t in texts])
    others: dict[str, list[int]] = defaultdict(list)
    for n, t in enumerate(texts):
        if t.data not in both:
            others[t.lang].append(n)
    for own in others.values():
        own.sort(key=lambda n: corpus.digest(texts[n].text))
        wanted[own[:CLASSIFIED_HUMAN_ONLY]] = True
    return wanted


def _tier(sample: Sample, unseen: Unseen, rows: NDArray[np.bool_], *, classifier: bool) -> dict[str, Any]:
    """Calibration, threshold and figures of a tier."""
    fitted = fitting.calibrate(sample, unseen, rows, classifier=classifier)
    crossed = fitting.cross_calibrated(sample, unseen, rows, classifier=classifier)[rows]
    machine, learnt = sample.machine[rows], sample.learnt[rows]
    texts = [t for t, chosen in zip(sample.texts, rows, strict=True) if chosen]
    suspect = _suspect(figures.probability(crossed, PRIOR), texts)
    (error, table), (even, _) = (
        figures.reliability(
            machine[learnt],
            figures.probability(crossed[learnt], share),
            fitting.population_weights(sample, rows & sample.learnt, share),
        )
        for share in (PRIOR, 0.5)
    )
    return {
        "style": _round(fitted.style),
        "classifier": _round(fitted.classifier),
        "bias": _round(fitted.bias),
        "suspect": suspect,
        "human": _percentiles(crossed[~machine]),
        "human_texts": int((~machine).sum()),
        "figures": {
            "sets": dict(_by_set(texts, crossed, suspect)),
            "calibration_error": error,
            "calibration_error_even": even,
            "reliability": table,
            "suspected": _suspected(texts, figures.probability(crossed, PRIOR) >= suspect),
        },
    }


def _suspect(said: NDArray[np.float64], texts: Sequence[Text]) -> float:
    """The lowest probability, not under ``FLOOR``, that keeps every kind of human text within its limit:
    originals and human translations, of the sets learnt from and of others, each by itself; and no large
    set beyond three times its limit, lest one feed be accused for what all others are spared."""
    limit = FLOOR
    data = np.array([t.data for t in texts])
    for kind, most in (("original", ORIGINAL_ALARMS), ("human", HUMAN_ALARMS)):
        for learnt in (True, False):
            own = np.array([t.kind == kind and t.learnt == learnt for t in texts])
            limit = max(limit, _above(said[own], most, MIN_OF_KIND))
            for name in sorted(set(data[own].tolist())):
                limit = max(limit, _above(said[own & (data == name)], 3 * most, MIN_OF_SET))
    return round(min(limit, 0.9999), DIGITS)


def _above(said: NDArray[np.float64], most: float, least: int) -> float:
    """What at most a share of the texts reaches; 0 for fewer texts than tell that."""
    if len(said) < least:
        return 0.0
    return float(np.quantile(said, 1 - most, method="higher")) + 1e-4


def _suspected(texts: Sequence[Text], flagged: NDArray[np.bool_]) -> dict[str, Any]:
    """Share of each kind that is suspected, with its interval and the number of texts."""
    kinds = np.array([t.kind if t.learnt else f"{t.kind}, other registers" for t in texts])
    groups = np.array([t.group for t in texts])
    return {
        kind: {
            "texts": int((kinds == kind).sum()),
            "share": figures.share_interval(flagged[kinds == kind], groups[kinds == kind]),
        }
        for kind in sorted(set(kinds.tolist()))
    }


def _by_set(
    texts: Sequence[Text], log_odds: NDArray[np.float64], suspect: float
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Figures of each set of the data."""
    data = np.array([t.data for t in texts])
    machine = np.array([t.machine for t in texts])
    groups = np.array([t.group for t in texts])
    flagged = figures.probability(log_odds, PRIOR) >= suspect
    for name in sorted(set(data.tolist())):
        own = data == name
        row: dict[str, Any] = {"human": int((own & ~machine).sum()), "mt": int((own & machine).sum())}
        if row["human"]:
            row["human_suspected"] = figures.share_interval(flagged[own & ~machine], groups[own & ~machine])
        if row["mt"]:
            row["mt_suspected"] = figures.share_interval(flagged[own & machine], groups[own & machine])
        if row["human"] and row["mt"]:
            row["auc"] = figures.area_interval(machine[own], log_odds[own], groups[own])
            row["found_at_5"] = round(figures.detected_at(machine[own], log_odds[own], 0.05), 4)
        yield name, row


def _style(sample: Sample, style: StyleModel) -> dict[str, Any]:
    return {
        "bias": _round(style.bias),
        "frequent": sample.frequent,
        "grams": [sample.names[k] for k in style.kept],
        "idf": [_round(v) for v in style.idf],
        "weights": [_round(v) for v in style.weights],
    }


def _data(texts: Sequence[Text]) -> dict[str, dict[str, int]]:
    """How many texts of each set and kind."""
    found = Counter((t.data, t.kind) for t in texts)
    out: dict[str, dict[str, int]] = defaultdict(dict)
    for (data, kind), n in sorted(found.items()):
        out[data][kind] = n
    return dict(out)


def _percentiles(log_odds: NDArray[np.float64]) -> list[float]:
    """0th to 100th in steps of a half."""
    return [round(float(v), 3) for v in np.quantile(log_odds, np.linspace(0, 1, 201))]


def _round(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _signature(found: dict[str, Any]) -> str:
    """Such as ``detection/en 2026-11-25 sha256:0123456789ab``, of everything but itself."""
    content = json.dumps(found, ensure_ascii=False, sort_keys=True).encode()
    return f"detection/{found['language']} {found['date']} sha256:{hashlib.sha256(content).hexdigest()[:12]}"


def _as_json(found: dict[str, Any]) -> str:
    """One line a field, so that two versions can be compared."""
    lines = [
        f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in sorted(found.items())
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"
