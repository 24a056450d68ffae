"""Teach the embedded model to find what is wrong in a translation (``annotate.hf.rater``).

First from good translations beside the same with one fault (``spoiling``): there is any number of them, and
the place of the fault is known. The chance that a token is wrong is learnt such that a good translation has
no wrong token and a spoilt one at least one (noisy or), and the place on the way. With them goes which of
two engines' translations is the better one by consensus (``rankings``). Then from translations that
professional raters marked (MQM): the penalty of every token by the likelihood of a Poisson count, the
penalty of the whole, and which of two translations of one source is the better one.

One document in four, by its text, is left out of everything, so that what is measured on it is of the
rater that ships. Same data, same seed, same machine: the same rater.
"""

from __future__ import annotations

import datetime
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch.nn import functional

from mtcheck import resources
from mtcheck.annotate.base import KINDS, Expectation, ExpectingTranslator, RatedToken
from mtcheck.annotate.hf.batches import runs
from mtcheck.annotate.hf.rater import OUTPUTS, PENALTIES, WORTH, Asked, Rater, ask, read
from mtcheck.core import InputError, Span
from mtcheck.gates.shape import weighted
from mtcheck.training import raters
from mtcheck.training.corpus import digest, part_of
from mtcheck.training.heads import HeadLearner, write_learnt
from mtcheck.training.lora import schedule
from mtcheck.training.rankings import Ranked
from mtcheck.training.rows import document, files, is_document, rows
from mtcheck.training.spoiling import Good, Spoiler, Spoilt
from mtcheck.training.states import State, Tensors
from mtcheck.training.watch import Watch

LAYERS = (6, 9, 12, 15)
RANK = 16
RATE, HEAD_RATE = 4e-4, 1e-3
STEPS = 2000
WARM_UP, DECAY = 40, 0.5
RATED_STEPS = 220
RATED_SHARE = 0.5
"""Of the highest rates, while ratings are learnt."""
RATED_WARM_UP, RATED_DECAY = 15, 0.6
FAIR = 20.0
"""Ratings of average strictness that a rater's own are added to."""
OTHERS_EVERY = 5
"""Of so many batches one is of spoilt and one of ranked translations, lest they be forgotten."""
REPORT = 100
BATCH_TOKENS = 2048
DRAWN = 600
"""Pairs that are sorted by length among themselves, to be padded little."""
VERSIONS = 7
"""Translations of one source in a batch of ratings."""
MAX_WEIGHT = 400.0
"""Longest sentence that is learnt from, in characters, dense ones counted as 2.5."""
PLACE, ORDER = 0.5, 2.0
"""Weight of the place of a fault beside its being there, and of a step of penalty in which of two
translations is better."""
BIAS = -4.0
"""Penalty of a token before anything is learnt, in log-odds: errors are rare."""
RANKED_SHARE = 0.3
"""Of batches, while faults are learnt."""
POINTS = 20.0
"""Points of worth that make one log-odd of being better: what they say is weak."""
SEED = 0


class Mark(NamedTuple):
    """What a rater marked: where, the damped penalty, and whether it is of fluency or style."""

    span: Span
    penalty: float
    is_fluency: bool


@dataclass(frozen=True, slots=True)
class Rated:
    """A translation with what raters made of it.

    Attributes:
        pair: source and target language.
        penalty: MQM, 0 or more; larger is worse.
        fluency: that of fluency and style alone.
        doc: the talk or article.
        data: the set it belongs to.
        marks: the errors, one by one.
        rater: who rated it (``raters.assigned``), empty if that is not known.
    """

    source: str
    target: str
    pair: tuple[str, str]
    penalty: float
    fluency: float
    doc: str
    data: str
    marks: tuple[Mark, ...] = ()
    rater: str = ""


MAJOR, PUNCTUATION = 3.0, 0.1
"""Penalties of a major error and of minor punctuation while learning; 1 for
other minor ones. MQM has 5 and 25, but raters agree less on how bad an error is than on its being one."""


def read_rated(folder: Path) -> Iterator[Rated]:
    """Rated segments of a folder's ``NAME.SOURCE-TARGET.mqm.jsonl.gz``, each once.

    Raises:
        InputError: a row that cannot be read.
    """
    for path in sorted(folder.glob("*.mqm.jsonl.gz")):
        data = path.name.removesuffix(".mqm.jsonl.gz")
        source_lang, _, target_lang = data.rpartition(".")[2].partition("-")
        found = list(rows(path))
        pieces = raters.pieces(path, found)
        who = raters.assigned(pieces)
        for (line, row), piece, rater in zip(found, pieces, who, strict=True):
            with raters.row_of(path, line):
                marks = tuple(_mark(e, len(piece.target), rater.count("+") + 1) for e in row["errors"])
                fluency = float(row.get("fluency", 0.0))
            yield Rated(
                piece.source,
                piece.target,
                (source_lang, target_lang),
                piece.penalty,
                fluency,
                piece.doc,
                data,
                marks,
                rater,
            )


def _mark(error: dict[str, Any], length: int, people: int) -> Mark:
    start = error.get("start")
    span = Span(length, length) if start is None else Span(int(start), int(error["end"]))
    major, category = error["severity"] == "Major", str(error["category"])
    penalty = MAJOR if major else PUNCTUATION if category == "Fluency/Punctuation" else 1.0
    return Mark(span, penalty / people, category.startswith(("Fluency", "Style")))


@dataclass(frozen=True, slots=True)
class Translations:
    """Good translations.

    Attributes:
        learnt: to teach with.
        weighed: human ones of documents that are left out, to weigh what a rater says.
        measured: those of others that are left out, to measure it.
    """

    learnt: list[Good]
    weighed: list[Good]
    measured: list[Good]


def read_good(folders: Iterable[Path]) -> Translations:
    """Good translations of some folders.

    To teach with, of every source of the WMT documents one human translation and one engine's, by lot, and
    human pairs (``training.pairs``) that share no sentence with a document that is left out.

    Raises:
        InputError: folders without any, or a row that cannot be read.
    """
    out = Translations([], [], [])
    found = [(path, line, row) for folder in folders for path in files(folder) for line, row in rows(path)]
    for path, line, row in found:
        if is_document(row):
            document(path, line, row)
            pool = {3: out.weighed, 7: out.measured}.get(part_of(row["source"], 8), out.learnt)
            pool += _of_document(row, path.name, engines=pool is out.learnt)
    unseen = {value for pair in (*out.weighed, *out.measured) for value in pair[:2]}
    for _, _, row in found:
        if row.get("made") == "human" and "WMT" not in str(row.get("source")):
            a, b = sorted((key for key in row if len(key) == 2), key=lambda key: digest(key, row[key]))
            if row[a] not in unseen and row[b] not in unseen:
                out.learnt.append(Good(row[a], row[b], a, b))
    if not out.learnt:
        raise InputError(
            ", ".join(map(str, folders)),
            "no translations to learn from",
            mend="see `mtcheck models train adequacy --help`",
        )
    return Translations(*([p for p in pool if _fits(p)] for pool in (out.learnt, out.weighed, out.measured)))


def is_apart(source: Sequence[str]) -> bool:
    """Whether a document is left out, by its source's text."""
    return part_of(source, 8) in {3, 7}


def _of_document(row: dict[str, Any], name: str, *, engines: bool) -> Iterator[Good]:
    for kind in ("human", "mt") if engines else ("human",):
        versions = row.get(kind, {})
        for n, source in enumerate(row["source"]):
            there = sorted(who for who, lines in versions.items() if lines[n])
            if source and there:
                who = min(there, key=lambda who: digest(name, str(row["doc"]), str(n), who))
                yield Good(source, versions[who][n], row["src_lang"], row["tgt_lang"])


def _fits(pair: Good) -> bool:
    return all(4 < weighted(text) <= MAX_WEIGHT for text in pair[:2])


Question = tuple[str, str, tuple[str, str]]
"""Source, target, and their languages (BCP 47)."""


class Learner(HeadLearner):
    """The rater under training.

    Args:
        base: folder of the embedded model.
    """

    def __init__(self, base: Path) -> None:
        super().__init__(
            base,
            LAYERS,
            outputs=OUTPUTS,
            bias=BIAS,
            rank=RANK,
            rate=RATE,
            head_rate=HEAD_RATE,
            seed=SEED,
            dynamic=True,
        )
        self._tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))

    def ask(self, source: str, target: str, langs: tuple[str, str]) -> Asked:
        """See ``annotate.hf.rater.ask``."""
        return ask(self._encode, source, target, langs, start=self.start, end=self.end)

    def _encode(self, value: str) -> tuple[list[int], list[tuple[int, int]]]:
        found = self._tokenizer.encode(value, add_special_tokens=False)
        return found.ids, found.offsets

    def outputs(self, rows: Sequence[Asked]) -> list[torch.Tensor]:
        """What the head gives for the tokens of each row's target (tokens × ``OUTPUTS``)."""
        return list(self.head.read(self._target_states(rows)).split([len(r.spans) for r in rows]))

    def _target_states(self, rows: Sequence[Asked]) -> list[torch.Tensor]:
        width = -(-max(len(r.ids) for r in rows) // 16) * 16
        ids = torch.zeros((len(rows), width), dtype=torch.long)
        for n, row in enumerate(rows):
            ids[n, : len(row.ids)] = torch.tensor(row.ids)
        places = torch.cat(
            [torch.arange(n * width + r.first, n * width + len(r.ids)) for n, r in enumerate(rows)]
        )
        return [states.reshape(-1, states.shape[-1])[places].float() for states in self.states(ids)]

    def rate(self, asked: Sequence[Question], watch: Watch) -> list[tuple[RatedToken, ...]]:
        """What it says now, as ``annotate.hf.rater.rate`` would."""
        rows = [self.ask(*one) for one in asked]

        def length(i: int) -> int:
            return len(rows[i].ids)

        out: list[tuple[RatedToken, ...]] = [()] * len(rows)
        watch.plan("pairs rated", len(rows))
        with torch.no_grad():
            for batch in runs(sorted(range(len(rows)), key=length), length, most=2 * BATCH_TOKENS):
                some = [rows[i] for i in batch]
                said = read(self.head, self._target_states(some)).split([len(r.spans) for r in some])
                for i, one in zip(batch, said, strict=True):
                    spans = rows[i].spans
                    out[i] = tuple(RatedToken(*s, *r) for s, r in zip(spans, one.tolist(), strict=True))
                watch.advance("pairs rated", len(batch))
        return out


class _Beside(NamedTuple):
    """A good translation and the same spoilt, as tokens."""

    good: Asked
    bad: Asked
    spoilt: Spoilt

    @property
    def tokens(self) -> int:
        """Of both, padded."""
        return 2 * max(len(self.good.ids), len(self.bad.ids))


class _Pair(NamedTuple):
    """A better and a worse translation of a source, as tokens, and by how many points."""

    better: Asked
    worse: Asked
    points: float

    @property
    def tokens(self) -> int:
        """Of both, padded."""
        return 2 * max(len(self.better.ids), len(self.worse.ids))


_Item = TypeVar("_Item")
_Two = TypeVar("_Two", _Beside, _Pair)


def _batches(
    items: Sequence[_Item], dice: random.Random, asked: Callable[[_Item], _Two | None]
) -> Iterator[list[_Two]]:
    """What is asked of the items, in batches of like length, shuffled, without end; None is passed over."""
    while True:
        order = list(items)
        dice.shuffle(order)
        for at in range(0, len(order), DRAWN):
            drawn = [two for two in map(asked, order[at : at + DRAWN]) if two is not None]
            drawn.sort(key=lambda two: two.tokens)
            batches = list(runs(drawn, lambda two: two.tokens, most=BATCH_TOKENS))
            dice.shuffle(batches)
            yield from batches


def spoilt_batches(learner: Learner, pairs: Sequence[Good], seed: int) -> Iterator[list[_Beside]]:
    """Batches of translations spoilt anew every time, without end."""
    spoiler = Spoiler(pairs, seed)

    def beside(pair: Good) -> _Beside | None:
        spoilt = spoiler.spoil(pair)
        if spoilt is None:
            return None
        langs = pair[2:]
        return _Beside(
            learner.ask(pair.source, pair.target, langs),
            learner.ask(pair.source, spoilt.target, langs),
            spoilt,
        )

    return _batches(pairs, random.Random(seed), beside)


def spoilt_loss(learner: Learner, batch: Sequence[_Beside]) -> torch.Tensor:
    """How far from finding what is wrong, and where, and from passing what is right."""
    said = learner.outputs([row for b in batch for row in (b.good, b.bad)])
    losses = []
    for n, beside in enumerate(batch):
        good, bad = said[2 * n][:, : len(KINDS)], said[2 * n + 1][:, : len(KINDS)]
        clean, wrong = _unlikely(good), _unlikely(bad)
        missed = -torch.log(-torch.expm1(-wrong.clamp(min=1e-4)))
        losses.append(
            (clean + missed + functional.softplus(clean - wrong) + PLACE * _place_loss(bad, beside)) / 2
        )
    return torch.stack(losses).mean()


def _unlikely(kinds: torch.Tensor) -> torch.Tensor:
    """Minus the logarithm of the probability that no token is wrong."""
    return functional.softplus(torch.logsumexp(kinds, 1)).sum()


def _place_loss(kinds: torch.Tensor, beside: _Beside) -> torch.Tensor:
    """Cross entropy of each token's kind of fault; the wrong tokens weigh as much as one, the others
    little."""
    wrong = _touched(beside.bad, beside.spoilt.places)
    kind = beside.spoilt.kind
    number = KINDS.index(kind if kind in KINDS else "other") + 1
    all_kinds = torch.cat([torch.zeros((len(kinds), 1)), kinds], 1)
    loss = functional.cross_entropy(all_kinds, wrong.long() * number, reduction="none")
    weights = torch.where(wrong, 1 / wrong.sum(), torch.tensor(0.1))
    return (loss * weights).sum()


def _touched(row: Asked, places: Iterable[Span]) -> torch.Tensor:
    """Which tokens of a target lie in some places; its end for a place that is in none."""
    out = torch.zeros(len(row.spans), dtype=torch.bool)
    for place in places:
        hit = [n for n, (a, b) in enumerate(row.spans) if a < place.end and b > place.start]
        out[hit or [len(row.spans) - 1]] = True
    return out


def ranked_batches(learner: Learner, ranked: Sequence[Ranked], seed: int) -> Iterator[list[_Pair]]:
    """Batches of two translations of a source each, the better one first, without end."""

    def pair(one: Ranked) -> _Pair | None:
        if weighted(one.source) > MAX_WEIGHT:
            return None
        better, worse = (learner.ask(one.source, target, one.langs) for target in (one.better, one.worse))
        return _Pair(better, worse, one.points)

    return _batches(ranked, random.Random(seed), pair)


def ranked_loss(learner: Learner, batch: Sequence[_Pair]) -> torch.Tensor:
    """Cross entropy of which of two translations is the better one, as sure as their points make it."""
    said = learner.outputs([row for p in batch for row in (p.better, p.worse)])
    worths = torch.stack([one[:, WORTH].mean() for one in said]).reshape(-1, 2)
    sure = torch.sigmoid(torch.tensor([p.points for p in batch]) / POINTS)
    return functional.binary_cross_entropy_with_logits(worths[:, 0] - worths[:, 1], sure)


def strictness(rated: Iterable[Rated]) -> dict[tuple[str, str], float]:
    """How many times what raters give on average each rater gives, by set and name; 1 for one of whom little
    is known."""
    given: dict[tuple[str, str], list[float]] = defaultdict(list)
    by_set: dict[str, list[float]] = defaultdict(list)
    for one in rated:
        total = sum(mark.penalty for mark in one.marks)
        given[one.data, one.rater].append(total)
        by_set[one.data].append(total)
    out = {}
    for (data, who), own in given.items():
        mean = float(np.mean(by_set[data]))
        out[data, who] = (sum(own) + FAIR * mean) / (len(own) + FAIR) / mean if mean else 1.0
    return out


class _Marked(NamedTuple):
    """A rated translation as tokens, and the penalties of its tokens (tokens × 2: accuracy, fluency) in units
    of who gave them."""

    row: Asked
    rated: Rated
    penalties: torch.Tensor


def rated_batches(learner: Learner, rated: Sequence[Rated], seed: int) -> Iterator[list[_Marked]]:
    """Batches of some translations each of some sources, without end."""
    dice = random.Random(seed)
    by_source: dict[tuple[str, str], list[_Marked]] = defaultdict(list)
    strict = strictness(rated)
    for one in rated:
        row = learner.ask(one.source, one.target, one.pair)
        penalties = _penalties(row, one.marks) / strict[one.data, one.rater]
        by_source[one.data, one.source].append(_Marked(row, one, penalties))
    batch: list[_Marked] = []
    while True:
        sources = sorted(by_source)
        dice.shuffle(sources)
        for source in sources:
            some = dice.sample(by_source[source], min(VERSIONS, len(by_source[source])))
            longest = max(len(m.row.ids) for m in [*batch, *some])
            if batch and longest * (len(batch) + len(some)) > BATCH_TOKENS:
                yield batch
                batch = []
            batch += some


def _penalties(row: Asked, marks: Iterable[Mark]) -> torch.Tensor:
    out = torch.zeros((len(row.spans), 2))
    for mark in marks:
        touched = _touched(row, [mark.span])
        out[touched, int(mark.is_fluency)] += mark.penalty / int(touched.sum())
    return out


def rated_loss(learner: Learner, batch: Sequence[_Marked]) -> torch.Tensor:
    """How far from the raters: token by token, in all, and in which of two translations that one of them
    rated is better."""
    said = learner.outputs([m.row for m in batch])
    losses, sums = [], []
    for marked, one in zip(batch, said, strict=True):
        expected, given = functional.softplus(one[:, PENALTIES]), marked.penalties
        poisson = (expected - given * torch.log(expected + 1e-6)).sum()
        off = torch.log1p(expected.sum(0)) - torch.log1p(given.sum(0))
        losses.append(0.3 * poisson + off.square().sum())
        sums.append(torch.log1p(expected.sum()))
    order = [
        functional.softplus(-ORDER * (sums[i] - sums[j]) * (1 if apart > 0 else -1))
        for i, one in enumerate(batch)
        for j, other in enumerate(batch[:i])
        if (one.rated.source, one.rated.rater) == (other.rated.source, other.rated.rater)
        and abs(apart := one.rated.penalty - other.rated.penalty) >= 1
    ]
    total = torch.stack(losses).mean()
    return total + torch.stack(order).mean() if order else total


@dataclass(frozen=True, slots=True)
class Lessons:
    """What there is to learn from beside ratings."""

    good: Sequence[Good]
    ranked: Sequence[Ranked]


def learn_faults(learner: Learner, lessons: Lessons, stand: State, watch: Watch) -> None:
    """The first half of the teaching, from where it stands."""
    watch.plan("faults", STEPS)

    def take_up(tensors: Tensors, told: dict[str, Any]) -> tuple[int, list[float]]:
        learner.resume(tensors)
        return int(told["step"]), [float(x) for x in told["losses"]]

    done, smooth = stand.restore(take_up) or (0, [0.7, 0.7])
    watch.advance("faults", done)
    turns = islice(_turns(learner, lessons), done, STEPS)
    for step, (is_ranked, loss) in enumerate(turns, done):
        said = learner.follow(loss(), schedule(step, STEPS, warm_up=WARM_UP, decay=DECAY))
        smooth[is_ranked] += 0.02 * (said - smooth[is_ranked])
        watch.advance("faults", 1)
        if step % REPORT == REPORT - 1:
            stand.write(learner.state(), {"step": step + 1, "losses": smooth})
            watch.say(f"step {step + 1}: loss of faults {smooth[0]:.3f}, of rankings {smooth[1]:.3f}")


def _turns(learner: Learner, lessons: Lessons) -> Iterator[tuple[bool, Callable[[], torch.Tensor]]]:
    """What the first half learns from, without end: whether it is rankings, and the loss of the batch."""
    dice = random.Random(SEED)
    spoilt = spoilt_batches(learner, lessons.good, SEED)
    ranked = ranked_batches(learner, lessons.ranked, SEED)
    while True:
        if lessons.ranked and dice.random() < RANKED_SHARE:
            yield True, partial(ranked_loss, learner, next(ranked))
        else:
            yield False, partial(spoilt_loss, learner, next(spoilt))


def learn_ratings(learner: Learner, rated: Sequence[Rated], lessons: Lessons, watch: Watch) -> None:
    """The second half."""
    marked = rated_batches(learner, rated, SEED)
    spoilt = spoilt_batches(learner, lessons.good, SEED + 1)
    ranked = ranked_batches(learner, lessons.ranked, SEED + 1)
    watch.plan("ratings", RATED_STEPS)
    for step in range(RATED_STEPS):
        turn = step % OTHERS_EVERY
        if turn == 0:
            loss = spoilt_loss(learner, next(spoilt))
        elif turn == 1 and lessons.ranked:
            loss = ranked_loss(learner, next(ranked))
        else:
            loss = rated_loss(learner, next(marked))
        share = schedule(step, RATED_STEPS, warm_up=RATED_WARM_UP, decay=RATED_DECAY)
        learner.follow(loss, RATED_SHARE * share)
        watch.advance("ratings", 1)


def taught(base: Path, lessons: Lessons, cache: Path, watch: Watch) -> Learner:
    """A learner that knows faults, from the cache if it is there."""
    learner = Learner(base)
    place = _place(cache, "faults", FAULT_RECIPE, [*lessons.good, *lessons.ranked])
    if place.exists():
        learner.restore(load_file(place))
    else:
        stand = State(place.with_suffix(".stand"))
        learn_faults(learner, lessons, stand, watch)
        _write(place, learner.tensors())
        stand.forget()
    return learner


def rated_too(base: Path, lessons: Lessons, rated: Sequence[Rated], cache: Path, watch: Watch) -> Learner:
    """A learner that knows faults and some ratings, from the cache if it is there."""
    names = (*FAULT_RECIPE, *RATED_RECIPE)
    place = _place(cache, "ratings", names, [*lessons.good, *lessons.ranked, *rated])
    if place.exists():
        learner = Learner(base)
        learner.restore(load_file(place))
        return learner
    learner = taught(base, lessons, cache, watch)
    learn_ratings(learner, rated, lessons, watch)
    _write(place, learner.tensors())
    return learner


@dataclass(frozen=True, kw_only=True)
class Teacher:
    """See ``adequacy.Teacher``.

    Attributes:
        base: folder of the embedded model, converted.
        model: its signature.
        lessons: what there is to learn from beside ratings.
        out: folder for the rater.
        cache: folder for what takes long.
        today: the date written down.
        listener: the translator that is asked too, None for none.
    """

    base: Path
    model: str
    lessons: Lessons
    out: Path
    cache: Path
    watch: Watch
    today: datetime.date
    listener: ExpectingTranslator | None = None

    @property
    def translator(self) -> str:
        """See ``adequacy.Teacher``."""
        return "" if self.listener is None else self.listener.signature

    def expect(self, asked: Sequence[Question]) -> list[Expectation | None]:
        """See ``adequacy.Teacher``."""
        out: list[Expectation | None] = [None] * len(asked)
        for source_lang, target_lang in sorted({pair for _, _, pair in asked}):
            own = [n for n, (_, _, pair) in enumerate(asked) if pair == (source_lang, target_lang)]
            if self.listener is None or not self.listener.supports(source_lang, target_lang):
                continue
            self.watch.plan("pairs expected", len(own))
            found = self.listener.expectations(
                [asked[n][:2] for n in own],
                source_lang=source_lang,
                target_lang=target_lang,
                progress=lambda n: self.watch.advance("pairs expected", n),
            )
            for n, one in zip(own, found, strict=True):
                out[n] = one
        return out

    def rate(self, rated: Sequence[Rated], asked: Sequence[Question]) -> list[tuple[RatedToken, ...]]:
        """See ``adequacy.Teacher``."""
        learner = rated_too(self.base, self.lessons, rated, self.cache, self.watch)
        return learner.rate(asked, self.watch)

    def write(self, rated: Sequence[Rated]) -> str:
        """See ``adequacy.Teacher``."""
        learner = rated_too(self.base, self.lessons, rated, self.cache, self.watch)
        facts = {
            "model": self.model,
            **recipe(),
            "translations": len(self.lessons.good),
            "rankings": len(self.lessons.ranked),
            "ratings": len(rated),
            "date": self.today.isoformat(),
        }
        return write_learnt(self.out, Rater, learner.tensors(), facts)


FAULT_RECIPE = (
    *("LAYERS", "RANK", "RATE", "HEAD_RATE", "STEPS", "WARM_UP", "DECAY", "BATCH_TOKENS", "DRAWN"),
    *("MAX_WEIGHT", "PLACE", "BIAS", "RANKED_SHARE", "POINTS", "SEED"),
)
RATED_RECIPE = (
    *("RATED_STEPS", "RATED_SHARE", "RATED_WARM_UP", "RATED_DECAY", "OTHERS_EVERY", "VERSIONS", "ORDER"),
    *("MAJOR", "PUNCTUATION", "FAIR"),
)


def recipe(names: Iterable[str] = (*FAULT_RECIPE, *RATED_RECIPE)) -> dict[str, Any]:
    """What shapes a rater beside its data, or the part of it that names name."""
    return {name.lower(): globals()[name] for name in names}


def _place(cache: Path, stage: str, names: Iterable[str], data: Sequence[Any]) -> Path:
    """Where a learner is kept: named by the recipe and what it learns from."""
    told = json.dumps([recipe(names), resources.data("spoiling")], sort_keys=True)
    return cache / f"rater-{stage}-{digest(told, *map(str, data)):016x}.safetensors"


def _write(place: Path, tensors: dict[str, torch.Tensor]) -> None:
    """Write tensors beside their place and move them there."""
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_suffix(".partial")
    save_file(tensors, fresh)
    fresh.replace(place)
