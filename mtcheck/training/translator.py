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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save, save_file

from mtcheck.annotate.hf import adapter as adapters
from mtcheck.core import InputError
from mtcheck.training.examples import BATCH_TOKENS, Cut, Example, batches
from mtcheck.training.lora import RANK, Learner, schedule, stored_name
from mtcheck.training.pairs import Pair, ordered, read, split
from mtcheck.training.watch import Watch

WARM_UP = 60
"""Steps until the full rate is reached."""
DECAY = 0.56
"""Share of the steps, the last ones, over which the rate falls to nothing. At the full rate the held-out loss
stood still from step 600 on."""
EVERY = 100
"""Steps between states on disk."""
HELD_OUT = 40
"""Held-out pairs of each direction whose loss is told."""


SHARES = {
    ("en", "ru"): 0.40,
    ("ru", "en"): 0.32,
    ("en", "uk"): 0.07,
    ("uk", "en"): 0.05,
    ("en", "de"): 0.06,
    ("de", "en"): 0.04,
    ("en", "cs"): 0.04,
    ("cs", "en"): 0.02,
}
"""What is shipped: by use, and the harder way more often."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is learnt, and how fast.

    Attributes:
        shares: of each direction among the examples.
        examples: how many pairs are shown.
        rate: highest learning rate. Of 1.5e-3, 4e-4 and 2e-4 the middle one learnt fastest; at the first
            the loss rose again after 50 steps.
        seed: of order and first matrices.
    """

    shares: Mapping[tuple[str, str], float]
    examples: int
    rate: float = 4e-4
    seed: int = 0

    @property
    def languages(self) -> list[str]:
        """Every language of a direction, in order."""
        return sorted({lang for direction in self.shares for lang in direction})


def share_of_rate(step: int, steps: int) -> float:
    """Warm-up, a plateau, and a straight fall to nothing."""
    return schedule(step, steps, warm_up=WARM_UP, decay=DECAY)


def train(
    folders: Sequence[Path],
    base: Path,
    out: Path,
    *,
    recipe: Recipe,
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
        states: folder for the state of training.
        made_of: what ``adapter.json`` says of the base model.

    Returns:
        ``adapter.json``, with no floors yet; see ``held_out``.

    Raises:
        InputError: no pair of a direction that is wanted, or a state that cannot be taken up.
    """
    languages = recipe.languages
    learn, held = split(read(folders, languages))
    if missing := [d for d in recipe.shares if not any(p.direction == d for p in learn)]:
        raise InputError(
            str(folders[0]),
            f"no pairs to learn {'-'.join(missing[0])} from",
            mend="add some, or leave it out",
        )
    cut = Cut(base, learn, languages)
    watch.say(f"{len(learn)} pairs to learn from, {len(cut.kept)} tokens kept")
    chosen = ordered(learn, recipe.shares, recipe.examples, recipe.seed)
    planned = batches(cut.examples(chosen), recipe.seed)
    watched = batches(cut.examples(_some(held, recipe.shares)), None)
    learner = Learner(base, cut, rate=recipe.rate, seed=recipe.seed)
    place = _State(states, recipe, len(planned))
    history = _learn(learner, planned, watched, place, watch)
    facts = {
        "base": dict(made_of),
        "directions": [list(d) for d in recipe.shares],
        "recipe": {
            "examples": recipe.examples,
            "steps": len(planned),
            "rate": recipe.rate,
            "rank": RANK,
            "seed": recipe.seed,
            "shares": {"-".join(d): share for d, share in recipe.shares.items()},
        },
        "losses": history,
        "date": today.isoformat(),
    }
    return write(out, learner, cut, facts)


def _some(held: Sequence[Pair], shares: Mapping[tuple[str, str], float]) -> list[Pair]:
    """The held-out pairs whose loss is told: some of every direction."""
    out: list[Pair] = []
    for direction in shares:
        own = [p for p in held if p.direction == direction]
        random.Random(0).shuffle(own)
        out += own[:HELD_OUT]
    return out


def _learn(
    learner: Learner,
    planned: Sequence[Sequence[Example]],
    watched: Sequence[Sequence[Example]],
    place: _State,
    watch: Watch,
) -> list[dict[str, Any]]:
    """Go through the batches from where the state stands; the losses, as ``adapter.json`` tells them."""
    done, history = place.restore(learner)
    watch.plan("Steps", len(planned))
    watch.advance("Steps", done)
    if not history:
        history.append({"step": 0, "held_out": losses(learner, watched)})
    summed, counted = 0.0, 0
    for step in range(done, len(planned)):
        loss, tokens = learner.step(planned[step], share_of_rate(step, len(planned)))
        summed, counted = summed + loss, counted + tokens
        watch.advance("Steps", 1)
        if (step + 1) % EVERY == 0 or step + 1 == len(planned):
            history.append(
                {
                    "step": step + 1,
                    "learnt": round(summed / counted, 3),
                    "held_out": losses(learner, watched),
                }
            )
            place.write(learner, step + 1, history)
            watch.say(f"step {step + 1} of {len(planned)}: nats a token {history[-1]}")
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


class _State:
    """The state on disk, of one recipe.

    Args:
        folder: where it lies.
        recipe: what is trained.
        steps: how many steps that takes with the data at hand.
    """

    def __init__(self, folder: Path, recipe: Recipe, steps: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        shares = {"-".join(d): share for d, share in recipe.shares.items()}
        told = [shares, recipe.examples, recipe.rate, recipe.seed, steps, RANK, BATCH_TOKENS, WARM_UP, DECAY]
        name = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]
        self._path = folder / f"translator-{name}.safetensors"

    def restore(self, learner: Learner) -> tuple[int, list[dict[str, Any]]]:
        """Steps done and losses so far, with the learner brought there; 0 and none for no state."""
        if not self._path.is_file():
            return 0, []
        try:
            learner.restore(load_file(self._path))
            with safe_open(self._path, framework="pt") as file:
                told = json.loads(file.metadata()["told"])
            return int(told["step"]), list(told["history"])
        except (SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as error:
            raise InputError(
                str(self._path), f"not a state of training ({error})", mend="delete it to begin anew"
            ) from error

    def write(self, learner: Learner, step: int, history: list[dict[str, Any]]) -> None:
        """Write the state beside its place and move it there."""
        fresh = self._path.with_suffix(".new")
        told = json.dumps({"step": step, "history": history})
        save_file(learner.state(), fresh, metadata={"told": told})
        fresh.replace(self._path)


def write(out: Path, learner: Learner, cut: Cut, facts: Mapping[str, Any]) -> Path:
    """Write ``adapter.safetensors`` and ``adapter.json``."""
    out.mkdir(parents=True, exist_ok=True)
    tensors = {adapters.KEPT: torch.tensor(cut.kept, dtype=torch.int32)}
    for name, parameter in learner.parameters.items():
        tensors[stored_name(name)] = parameter.detach().half().contiguous()
    held = save(tensors)
    (out / adapters.TENSORS).write_bytes(held)
    return adapters.write_facts(out, {**facts, "floors": {}, "sha256": hashlib.sha256(held).hexdigest()})
