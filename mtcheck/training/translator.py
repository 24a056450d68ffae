"""The adapter that makes a translator of the embedded model.

The vocabulary is cut to what the languages need (``training.vocabulary``), and low-rank matrices are
learnt for every projection (LoRA, Hu et al. 2021, https://arxiv.org/abs/2106.09685) by the loss on the
target alone, after a prompt that names both languages (``annotate.hf.question``). One adapter serves
every direction.

Same data, same seed, same machine: the same adapter. Training can be broken off at any moment and is
taken up at the last state written; the order of the batches depends on the seed alone.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from mtcheck.annotate.hf import adapter as adapters
from mtcheck.core import InputError
from mtcheck.training import reaches
from mtcheck.training.examples import BATCH_TOKENS, Cut, Example, batches
from mtcheck.training.lora import RANK, Learner, schedule, stored_name
from mtcheck.training.pairs import Pair, ordered, read, split
from mtcheck.training.spelled import some_spelled
from mtcheck.training.states import State, Tensors
from mtcheck.training.watch import Watch

EVERY = 100
"""Steps between states on disk."""
HELD_OUT = 40
"""Held-out pairs of each direction whose loss is told."""
WATCHED = 20
"""Pairs of each direction on which the reach of products' inputs is measured."""


@dataclass(frozen=True, slots=True)
class Round:
    """A stretch of training: what is learnt, and how fast.

    Attributes:
        shares: of each direction among the examples.
        examples: how many pairs are chosen.
        rate: highest learning rate. Of 1.5e-3, 4e-4 and 2e-4 the middle one learnt fastest in the first
            round; at the first the loss rose again after 50 steps.
        warm_up: steps until it is reached.
        decay: share of the steps, the last ones, over which it falls to nothing. At the full rate the
            held-out loss stood still from step 600 of the first round on.
        spelled: share of the sources in Latin letters whose names are spelled for a target in others.
        kept: share of the way from the weights at its beginning to those at its end that is kept. Half-way
            holds better on texts of another kind (Wortsman et al. 2022, https://arxiv.org/abs/2109.01903).
    """

    shares: Mapping[tuple[str, str], float]
    examples: int
    rate: float = 4e-4
    warm_up: int = 60
    decay: float = 0.56
    spelled: float = 0.0
    kept: float = 1.0

    def share_of_rate(self, step: int, steps: int) -> float:
        """Warm-up, a plateau, and a straight fall to nothing."""
        return schedule(step, steps, warm_up=self.warm_up, decay=self.decay)

    def told(self) -> dict[str, Any]:
        """As ``adapter.json`` tells it."""
        return {**asdict(self), "shares": {"-".join(d): share for d, share in self.shares.items()}}


_SHARES = {
    ("en", "ru"): 0.40,
    ("ru", "en"): 0.32,
    ("en", "uk"): 0.07,
    ("uk", "en"): 0.05,
    ("en", "de"): 0.06,
    ("de", "en"): 0.04,
    ("en", "cs"): 0.04,
    ("cs", "en"): 0.02,
}
ROUNDS = (
    Round(_SHARES, 48_000),
    Round(_SHARES, 24_000, rate=2.5e-4, warm_up=40, decay=0.7, spelled=1 / 9, kept=0.5),
    Round(_SHARES, 20_000, rate=2.5e-4, warm_up=40, decay=0.7, spelled=1 / 9, kept=0.5),
)
"""What is shipped: shares by use, and the harder way more often. ``models/translator.card.md`` tells what the
later rounds gained and lost."""


def train(
    folders: Sequence[Path],
    base: Path,
    out: Path,
    *,
    rounds: Sequence[Round],
    seed: int,
    states: Path,
    watch: Watch,
    made_of: Mapping[str, str],
    today: datetime.date,
) -> Path:
    """Train an adapter, or go on with one where it was broken off.

    Args:
        folders: sentence pairs; see ``pairs``.
        base: folder of the embedded model, converted.
        out: folder for the adapter.
        rounds: what is learnt, one after the other.
        seed: of order and first matrices.
        states: folder for the state of training.
        made_of: what ``adapter.json`` says of the base model.

    Returns:
        ``adapter.json``, with no floors yet; see ``held_out``.

    Raises:
        InputError: no pair of a direction that is wanted, or a state that cannot be taken up.
    """
    directions = list(dict.fromkeys(d for one in rounds for d in one.shares))
    languages = sorted({lang for direction in directions for lang in direction})
    learn, held = split(read(folders, languages))
    if missing := [d for d in directions if not any(p.direction == d for p in learn)]:
        raise InputError(
            str(folders[0]),
            f"no pairs to learn {'-'.join(missing[0])} from",
            mend="add some, or leave it out",
        )
    cut = Cut(base, learn, languages)
    watch.say(f"{len(learn)} pairs to learn from, {len(cut.kept)} tokens kept")
    watched = batches(cut.examples(_some(held, directions, HELD_OUT)), None)
    learner = Learner(base, cut, seed=seed)
    history: list[dict[str, Any]] = []
    shown: Counter[tuple[str, str]] = Counter()
    for n, one in enumerate(rounds):
        chosen = ordered(learn, one.shares, one.examples, seed, shown=shown, turn=n)
        planned = batches(cut.examples(list(some_spelled(chosen, one.spelled, seed + n))), seed + n)
        learner.begin(one.rate)
        began = {name: p.detach().clone() for name, p in learner.parameters.items()}
        place = _state(states, rounds[: n + 1], seed, len(planned))
        learnt = _learn(learner, one, planned, watched, place, watch)
        if one.kept < 1:
            keep(learner, began, one.kept)
            row = {"step": len(planned), "kept": one.kept, "held_out": losses(learner, watched)}
            learnt = [*learnt, row]
        history += [{"round": n + 1, **row} for row in learnt]
        shown.update({d: round(share * one.examples) for d, share in one.shares.items()})
    facts = {
        "base": dict(made_of),
        "directions": [list(d) for d in directions],
        "recipe": {
            "rank": RANK,
            "seed": seed,
            "rounds": [one.told() for one in rounds],
        },
        "losses": history,
        "date": today.isoformat(),
    }
    path = write(out, learner, cut, facts)
    reaches.add(out, base, cut.examples(_some(learn, directions, WATCHED)))
    return path


def keep(learner: Learner, began: Mapping[str, torch.Tensor], share: float) -> None:
    """Go back from what a round learnt towards where it began, all but a share of the way."""
    with torch.no_grad():
        for name, parameter in learner.parameters.items():
            parameter.copy_(began[name] + share * (parameter - began[name]))


def _some(pairs: Sequence[Pair], directions: Iterable[tuple[str, str]], count: int) -> list[Pair]:
    """At most so many pairs of every direction."""
    out: list[Pair] = []
    for direction in directions:
        own = [p for p in pairs if p.direction == direction]
        random.Random(0).shuffle(own)
        out += own[:count]
    return out


def _learn(
    learner: Learner,
    one: Round,
    planned: Sequence[Sequence[Example]],
    watched: Sequence[Sequence[Example]],
    place: State,
    watch: Watch,
) -> list[dict[str, Any]]:
    """Go through the batches of a round from where the state stands; its losses, as ``adapter.json`` tells
    them."""

    def take_up(tensors: Tensors, told: dict[str, Any]) -> tuple[int, list[dict[str, Any]]]:
        learner.restore(tensors)
        return int(told["step"]), list(told["history"])

    done, history = place.restore(take_up) or (0, [])
    steps = len(planned)
    watch.plan("Steps", steps)
    watch.advance("Steps", done)
    if not history:
        history.append({"step": 0, "held_out": losses(learner, watched)})
    summed, counted = 0.0, 0
    for step in range(done, steps):
        loss, tokens = learner.step(planned[step], one.share_of_rate(step, steps))
        summed, counted = summed + loss, counted + tokens
        watch.advance("Steps", 1)
        if (step + 1) % EVERY == 0 or step + 1 == steps:
            history.append(
                {
                    "step": step + 1,
                    "learnt": round(summed / counted, 3),
                    "held_out": losses(learner, watched),
                }
            )
            place.write(learner.state(), {"step": step + 1, "history": history})
            watch.say(f"step {step + 1} of {steps}: nats a token {history[-1]}")
            summed, counted = 0.0, 0
    return history


def losses(learner: Learner, held_out: Iterable[Sequence[Example]]) -> dict[str, float]:
    """Mean surprisal of a token in nats, by target language."""
    summed: dict[str, float] = defaultdict(float)
    counted: Counter[str] = Counter()
    with torch.no_grad():
        for batch in held_out:
            loss, tokens = learner.loss(batch)
            summed[batch[0].target_lang] += float(loss)
            counted[batch[0].target_lang] += tokens
    return {lang: round(summed[lang] / counted[lang], 3) for lang in sorted(summed)}


def _state(folder: Path, rounds: Sequence[Round], seed: int, steps: int) -> State:
    """The state on disk, of a round after those before it.

    Args:
        folder: where it lies.
        rounds: up to the one that is learnt.
        seed: of order and first matrices.
        steps: how many steps the last takes with the data at hand.
    """
    told = [[one.told() for one in rounds], seed, steps, RANK, BATCH_TOKENS]
    name = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]
    return State(folder / f"translator-{name}.safetensors")


def write(out: Path, learner: Learner, cut: Cut, facts: Mapping[str, Any]) -> Path:
    """Write ``adapter.safetensors`` and ``adapter.json``."""
    out.mkdir(parents=True, exist_ok=True)
    tensors = {adapters.KEPT: torch.tensor(cut.kept, dtype=torch.int32)}
    for lang, rows in cut.sayable.items():
        tensors[f"{adapters.ROWS}{lang}"] = torch.tensor(rows, dtype=torch.int32)
    for name, parameter in learner.parameters.items():
        tensors[stored_name(name)] = parameter.detach().half().contiguous()
    told = adapters.write_tensors(out / adapters.TENSORS, tensors)
    return adapters.write_facts(out, {**facts, "floors": {}, "sha256": told})
