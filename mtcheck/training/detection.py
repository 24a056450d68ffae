"""Train detectors: read labelled texts, fit each language, write ``<language>.json``.

Same data, same machine, same versions: the same bytes. Numbers are rounded to what a score needs.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtcheck import text
from mtcheck.annotate.base import HiddenStates
from mtcheck.style import grams
from mtcheck.style.detector import FORMAT
from mtcheck.training import corpus, figures, fitting, states
from mtcheck.training.corpus import Text
from mtcheck.training.fitting import Sample, StatesModel, StyleModel, Unseen
from mtcheck.training.watch import Watch

PRIOR = 0.1
"""Share of texts that are supposed to be machine-translated."""
LAYERS = (6, 9, 12)
TOKENS = 160
STATES_RANKS = 2
"""Machine translations of one source whose hidden states are asked for: a pass costs a third of a second."""
STATES_HUMAN_ONLY = 600
"""Texts whose states are asked for of sets without machine translation: originals, other registers."""
MIN_HUMAN = 200
"""Human texts without which no threshold is set, and machine translations without which nothing is fitted."""
MIN_OF_KIND = 50
ORIGINAL_ALARMS, HUMAN_ALARMS = 0.01, 0.05
"""Most originals and most human translations that may be suspected."""
FLOOR = 0.5
"""A text may not be called machine-translated where that is less likely than not."""
DIGITS = 4


def train(
    folders: Sequence[Path],
    out: Path,
    *,
    model: HiddenStates | None,
    cache: Path,
    watch: Watch,
    languages: Sequence[str] = (),
    today: datetime.date | None = None,
) -> list[Path]:
    """Train every language that has enough texts.

    Args:
        folders: labelled texts; see ``corpus``.
        out: folder for the detectors.
        model: the language model of the second tier; None for the first tier alone.
        cache: where hidden states are kept.
        languages: only these; all by default.
        today: the date written down.

    Returns:
        the files written.

    Raises:
        InputError: a folder or a row that cannot be read.
    """
    out.mkdir(parents=True, exist_ok=True)
    by_lang: dict[str, list[Text]] = defaultdict(list)
    for item in corpus.read(folders):
        by_lang[text.primary(item.lang)].append(item)
    written = []
    for lang, texts in sorted(by_lang.items()):
        if languages and lang not in languages:
            continue
        learnt = [t.machine for t in texts if t.learnt]
        said = f"{lang}: {learnt.count(False)} human and {learnt.count(True)} machine-translated texts"
        if min(learnt.count(False), learnt.count(True)) < MIN_HUMAN:
            watch.say(f"{said}; no detector below {MIN_HUMAN} of each")
            continue
        watch.say(f"{said}, {len(texts) - len(learnt)} human texts of other sets")
        found = train_language(lang, texts, model=model, cache=cache, watch=watch)
        found["date"] = (today or datetime.date.today()).isoformat()
        found["signature"] = _signature(found)
        path = out / f"{lang}.json"
        path.write_text(_as_json(found), encoding="utf-8")
        written.append(path)
    return written


def train_language(
    lang: str, texts: list[Text], *, model: HiddenStates | None, cache: Path, watch: Watch
) -> dict[str, Any]:
    """The detector of one language as it is written, without date and signature."""
    sample = fitting.sample_of(texts, *_states(texts, model, cache, watch))
    watch.plan(f"{lang}: left out in turn", len(fitting.parts(texts)))
    unseen = fitting.unseen_scores(sample, lambda n: watch.advance(f"{lang}: left out in turn", n))
    everything = np.ones(len(texts), dtype=bool)
    style = fitting.fit_style(sample, everything)
    tiers = {"style": _tier(sample, unseen, unseen.part >= 0, states=False)}
    probe = None
    if model is not None:
        tiers["states"] = _tier(sample, unseen, (unseen.part >= 0) & sample.has_states, states=True)
        probe = _probe(model, fitting.fit_states(sample, everything))
    return {
        "format": FORMAT,
        "language": lang,
        "min_words": corpus.MIN_WORDS,
        "prior": PRIOR,
        "data": _data(texts),
        "tiers": tiers,
        "probe": probe,
        **_style(sample, style),
    }


def _states(
    texts: list[Text], model: HiddenStates | None, cache: Path, watch: Watch
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Hidden states of a sample of the texts, and which texts those are."""
    wanted = np.array([t.rank < STATES_RANKS for t in texts])
    if model is None:
        return np.zeros((0, 0)), np.zeros(len(texts), dtype=bool)
    both = {t.data for t in texts if t.machine}
    others = [n for n, t in enumerate(texts) if t.data not in both]
    others.sort(key=lambda n: corpus.digest(texts[n].text))
    wanted[others[STATES_HUMAN_ONLY:]] = False
    stage = "hidden states"
    watch.plan(stage, int(wanted.sum()))
    found = states.collect(
        [grams.fold(texts[n].text) for n in np.flatnonzero(wanted)],
        model,
        layers=LAYERS,
        tokens=TOKENS,
        cache=cache,
        progress=lambda n: watch.advance(stage, n),
    )
    return found.astype(np.float64), wanted


def _tier(sample: Sample, unseen: Unseen, rows: NDArray[np.bool_], *, states: bool) -> dict[str, Any]:
    """Calibration, threshold and figures of a tier."""
    fitted = fitting.calibrate(sample, unseen, rows, states=states)
    crossed = fitting.cross_calibrated(sample, unseen, rows, states=states)[rows]
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
        "states": _round(fitted.states),
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
    originals and human translations, of the sets learnt from and of others, each by itself."""
    limit = FLOOR
    for kind, most in (("original", ORIGINAL_ALARMS), ("human", HUMAN_ALARMS)):
        for learnt in (True, False):
            own = said[np.array([t.kind == kind and t.learnt == learnt for t in texts])]
            if len(own) >= MIN_OF_KIND:
                limit = max(limit, float(np.quantile(own, 1 - most, method="higher")) + 1e-4)
    return round(min(limit, 0.9999), DIGITS)


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


def _probe(model: HiddenStates, probe: StatesModel) -> dict[str, Any]:
    return {
        "model": model.signature,
        "layers": list(LAYERS),
        "tokens": TOKENS,
        "weights": [_round(v) for v in probe.weights],
        "bias": _round(probe.bias),
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
