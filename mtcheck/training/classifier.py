"""Teach the embedded model to tell machine translation (``annotate.hf.classifier``).

Low-rank changes and a head are learnt by logistic loss on windows of labelled texts. A batch holds a
person's and an engine's translation of the same source wherever both are there, so that the subject tells
nothing, and now and then a text written in its language beside an engine's.

What a text was learnt from is not evidence: scores for calibration come from models that did not see it.
Every language is divided as ``fitting.parts`` divides it, in ``FOLDS`` parts; a classifier is taught on
the rest of each, and one on everything, which is the one that ships.

Same data, same seed, same machine: the same classifier. Each is kept in the cache when it is done, so that
training can be broken off between two.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch.nn import functional

from mtcheck.annotate.hf.classifier import Classifier, Reading
from mtcheck.style import grams
from mtcheck.training import fitting
from mtcheck.training.corpus import Text, digest
from mtcheck.training.heads import HeadLearner, write_learnt
from mtcheck.training.lora import schedule
from mtcheck.training.watch import Watch

READING = Reading(layers=(3, 6, 9, 12), window=128, windows=3)
FOLDS = 3
RANK = 8
STEPS = 220
"""On sets left out, nothing was gained from step 150 on, and nothing lost up to 500."""
BATCH = 32
WARM_UP = 30
DECAY = 0.6
"""Share of the steps, the last ones, over which the rate falls to nothing."""
RATE, HEAD_RATE = 4e-4, 2e-3
ORIGINALS = 0.3
"""Originals drawn for each pair of translations."""
SEED = 0
STAGE = "classifier"


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts with their tokens.

    Attributes:
        ids: a row of tokens a text, of its folded form.
    """

    texts: Sequence[Text]
    ids: Sequence[Sequence[int]]


@dataclass(frozen=True, kw_only=True)
class Teacher:
    """See ``detection.Teacher``.

    Attributes:
        base: folder of the embedded model, converted.
        model: its signature.
        out: folder for the classifier.
        cache: folder for what takes long.
        today: the date written down.
    """

    base: Path
    model: str
    out: Path
    cache: Path
    watch: Watch
    today: datetime.date

    def teach(self, texts: Sequence[Text], wanted: NDArray[np.bool_]) -> tuple[NDArray[np.float64], str]:
        """See ``detection.Teacher``."""
        labelled = tokenized(texts, self.base)
        said = unseen(labelled, wanted, self.base, cache=self.cache, watch=self.watch)
        return said, write(labelled, self)


def tokenized(texts: Sequence[Text], base: Path) -> Labelled:
    """The texts cut into the tokens of the model in a folder."""
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    encoded = tokenizer.encode_batch([grams.fold(t.text) for t in texts], add_special_tokens=False)
    return Labelled(texts, [e.ids for e in encoded])


def unseen(
    labelled: Labelled, wanted: NDArray[np.bool_], base: Path, *, cache: Path, watch: Watch
) -> NDArray[np.float64]:
    """Log-odds of texts by classifiers that did not see them.

    Args:
        wanted: which texts to score.

    Returns:
        one number a text; nan for those not wanted and those that no part leaves out.
    """
    out = np.full(len(labelled.texts), np.nan)
    for learnt, looked_at in folds(labelled.texts):
        chosen = np.flatnonzero(looked_at & wanted)
        place = _place(cache, labelled, learnt)
        scores = place.with_name(f"{place.stem}-{_of(labelled, chosen)}.npy")
        if not scores.exists():
            learner = _taught(labelled, learnt, base, place, watch)
            partial = scores.with_suffix(".partial.npy")
            np.save(partial, learner.scores([labelled.ids[n] for n in chosen.tolist()], watch))
            partial.replace(scores)
        out[chosen] = np.load(scores, allow_pickle=False)
    return out


def write(labelled: Labelled, how: Teacher) -> str:
    """Teach a classifier on everything and write it; its signature."""
    learnt = np.ones(len(labelled.texts), dtype=bool)
    place = _place(how.cache, labelled, learnt)
    if not place.exists():
        _taught(labelled, learnt, how.base, place, how.watch)
    facts = {
        "model": how.model,
        "layers": list(READING.layers),
        "window": READING.window,
        "windows": READING.windows,
        "recipe": _recipe(),
        "texts": sum(t.learnt for t in labelled.texts),
        "date": how.today.isoformat(),
    }
    return write_learnt(how.out, Classifier, load_file(place), facts)


def folds(texts: Sequence[Text]) -> Iterator[fitting.Part]:
    """What to learn from and what to look at, of all languages together."""
    langs = np.array([t.lang for t in texts])
    out = [(np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=bool)) for _ in range(FOLDS)]
    for lang in sorted(set(langs.tolist())):
        own = np.flatnonzero(langs == lang)
        for (learnt, looked_at), (some, others) in zip(
            out, fitting.parts([texts[n] for n in own.tolist()], most=FOLDS), strict=True
        ):
            learnt[own], looked_at[own] = some, others
    yield from out


def _recipe() -> dict[str, Any]:
    return {
        "steps": STEPS,
        "batch": BATCH,
        "rank": RANK,
        "rate": RATE,
        "head_rate": HEAD_RATE,
        "warm_up": WARM_UP,
        "decay": DECAY,
        "originals": ORIGINALS,
        "seed": SEED,
    }


def _place(cache: Path, labelled: Labelled, learnt: NDArray[np.bool_]) -> Path:
    """Where a classifier is kept: named by the recipe and the texts that it learns from."""
    told = json.dumps([_recipe(), READING.layers, READING.window, READING.windows])
    taught = np.flatnonzero(_teaching(labelled, learnt))
    return cache / f"classifier-{digest(told, _of(labelled, taught)):016x}.safetensors"


def _teaching(labelled: Labelled, learnt: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Those of some texts that a classifier is taught with: human texts of other registers only test."""
    return np.asarray(learnt & [t.learnt for t in labelled.texts])


def _of(labelled: Labelled, chosen: NDArray[np.intp]) -> str:
    found = hashlib.sha256()
    for n in chosen.tolist():
        text = labelled.texts[n]
        found.update(f"{text.lang}\0{text.kind}\0{text.group}\0{text.learnt}\0{text.text}\0".encode())
    return found.hexdigest()[:16]


def _taught(labelled: Labelled, learnt: NDArray[np.bool_], base: Path, place: Path, watch: Watch) -> Learner:
    """A classifier of some texts, from the cache if it is there."""
    learner = Learner(base)
    if place.exists():
        learner.restore(load_file(place))
        return learner
    drawn = _Drawn(labelled, learnt)
    watch.plan(STAGE, STEPS)
    smooth = 0.0
    for step in range(STEPS):
        rows, labels = drawn.batch(learner.start)
        loss = learner.step(rows, labels, schedule(step, STEPS, warm_up=WARM_UP, decay=DECAY))
        smooth = loss if step == 0 else 0.95 * smooth + 0.05 * loss
        watch.advance(STAGE, 1)
    watch.say(f"classifier of {int(_teaching(labelled, learnt).sum())} texts: loss {smooth:.3f}")
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_suffix(".partial")
    save_file(learner.tensors(), partial)
    partial.replace(place)
    return learner


class _Drawn:
    """Batches drawn from labelled texts, the same for the same seed."""

    def __init__(self, labelled: Labelled, learnt: NDArray[np.bool_]) -> None:
        self._ids = labelled.ids
        self._rng = random.Random(SEED)
        by_kind: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for n in np.flatnonzero(_teaching(labelled, learnt)).tolist():
            text = labelled.texts[n]
            by_kind[text.lang, text.kind][text.group].append(n)
        both = {lang for lang, kind in by_kind if kind == "mt" and (lang, "human") in by_kind}
        self._human = [
            (lang, group, n)
            for (lang, kind), groups in sorted(by_kind.items())
            if kind == "human" and lang in both
            for group, members in sorted(groups.items())
            for n in members
        ]
        self._by_kind = by_kind
        self._groups = {key: sorted(groups) for key, groups in by_kind.items()}

    def batch(self, start: int) -> tuple[list[list[int]], list[float]]:
        """Windows of ``BATCH`` texts, each after the token ``start``, and 1 where an engine translated."""
        rows: list[list[int]] = []
        labels: list[float] = []
        while len(rows) < BATCH:
            lang, group, n = self._rng.choice(self._human)
            drawn = [n, self._of_kind(lang, "mt", group)]
            if (lang, "original") in self._by_kind and self._rng.random() < ORIGINALS:
                drawn += [self._of_kind(lang, "original"), self._of_kind(lang, "mt")]
            rows += [self._window(n, start) for n in drawn]
            labels += [float(k % 2) for k in range(len(drawn))]
        return rows[:BATCH], labels[:BATCH]

    def _of_kind(self, lang: str, kind: str, group: str | None = None) -> int:
        """A text of a kind, of a group if it has one."""
        groups = self._by_kind[lang, kind]
        if group is None or group not in groups:
            group = self._rng.choice(self._groups[lang, kind])
        return self._rng.choice(groups[group])

    def _window(self, n: int, start: int) -> list[int]:
        ids, size = self._ids[n], READING.window - 1
        at = self._rng.randrange(max(0, len(ids) - size) + 1)
        return [start, *ids[at : at + size]]


class Learner(HeadLearner):
    """The model and head under training.

    Args:
        base: folder of the embedded model.
    """

    def __init__(self, base: Path) -> None:
        super().__init__(
            base,
            READING.layers,
            outputs=1,
            bias=0.0,
            rank=RANK,
            rate=RATE,
            head_rate=HEAD_RATE,
            seed=SEED,
            dynamic=False,
        )

    def log_odds(self, rows: Sequence[Sequence[int]]) -> torch.Tensor:
        """Of each row of at most ``BATCH``; always so many are computed, so that code is written once."""
        ids = torch.zeros((BATCH, READING.window), dtype=torch.long)
        mask = torch.zeros((BATCH, READING.window, 1))
        mask[:, 1] = 1  # rows that are only there to fill up have an average too
        for n, row in enumerate(rows):
            ids[n, : len(row)] = torch.tensor(row)
            mask[n, 1 : len(row)] = 1
        counts = mask.sum(1)
        averaged = [(states.float() * mask).sum(1) / counts for states in self.states(ids)]
        return self.head.read(averaged)[: len(rows), 0]

    def step(self, rows: Sequence[Sequence[int]], labels: Sequence[float], share: float) -> float:
        """Learn from one batch at a share of the highest rates; its loss."""
        loss = functional.binary_cross_entropy_with_logits(self.log_odds(rows), torch.tensor(labels))
        return self.follow(loss, share)

    def scores(self, texts: Sequence[Sequence[int]], watch: Watch) -> NDArray[np.float64]:
        """Log-odds of whole texts: the average of their windows."""
        rows = [(n, row) for n, ids in enumerate(texts) for row in READING.cut(ids, self.start)]
        sums, counts = np.zeros(len(texts)), np.zeros(len(texts))
        watch.plan("windows", len(rows))
        with torch.no_grad():
            for at in range(0, len(rows), BATCH):
                some = rows[at : at + BATCH]
                for (n, _), value in zip(some, self.log_odds([r for _, r in some]).tolist(), strict=True):
                    sums[n] += value
                    counts[n] += 1
                watch.advance("windows", len(some))
        return sums / counts
