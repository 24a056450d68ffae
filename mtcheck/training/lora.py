"""Low-rank matrices for every projection of a frozen model, learnt by the loss on the answer alone
(LoRA, Hu et al. 2021, https://arxiv.org/abs/2106.09685)."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from mtcheck.annotate.hf import adapter as adapters
from mtcheck.annotate.hf.changes import PROJECTIONS
from mtcheck.annotate.hf.loading import quiet_transformers
from mtcheck.training import states
from mtcheck.training.examples import Cut, Example

RANK = 32
CLIP = 1.0
"""Longest gradient that is followed."""


class LowRank(nn.Module):  # type: ignore[misc]  # torch is not followed
    """A frozen projection with a low-rank change to it."""

    def __init__(self, linear: nn.Linear, rank: int, generator: torch.Generator) -> None:
        super().__init__()
        self.weight = linear.weight.requires_grad_(False)
        spread = 1 / math.sqrt(linear.in_features)
        start = torch.rand((rank, linear.in_features), generator=generator) * 2 - 1
        self.lora_a = nn.Parameter(start * spread)
        self.lora_b = nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """The projection of ``hidden``."""
        kind = hidden.dtype
        change = functional.linear(functional.linear(hidden, self.lora_a.to(kind)), self.lora_b.to(kind))
        return functional.linear(hidden, self.weight) + change


def change(body: nn.Module, rank: int, seed: int) -> dict[str, nn.Parameter]:
    """Put low-rank changes into every projection of a frozen model; what is to be learnt, by name.

    Args:
        seed: of the first matrices.
    """
    generator = torch.Generator().manual_seed(seed)
    for layer in body.layers:
        for block in (layer.self_attn, layer.mlp):
            for name, child in list(block.named_children()):
                if name in PROJECTIONS:
                    setattr(block, name, LowRank(child, rank, generator))
    return {name: p for name, p in body.named_parameters() if p.requires_grad}


def stored_name(name: str) -> str:
    """Under what name a learnt matrix is stored: peft's."""
    return f"{adapters.PREFIX}{name[:-1]}{name[-1].upper()}.weight"


def schedule(step: int, steps: int, *, warm_up: int, decay: float) -> float:
    """Share of the highest rate: a warm-up over so many steps, a plateau, and a straight fall to nothing over
    the last share of all."""
    return min(1.0, (step + 1) / warm_up, (steps - step) / (steps * decay))


def compile_layers(body: nn.Module, *, dynamic: bool) -> None:
    """Have torch write code for each layer, where it can: half as fast again.

    Args:
        dynamic: whether batches are of many sizes.
    """
    if can_compile():
        for layer in body.layers:
            layer.forward = torch.compile(layer.forward, dynamic=dynamic)  # hooks stay outside


class Learner:
    """The model under training.

    Args:
        base: folder of the embedded model.
        cut: its vocabulary.
        seed: of the first matrices.
    """

    def __init__(self, base: Path, cut: Cut, *, seed: int) -> None:
        from transformers import AutoModelForCausalLM

        with quiet_transformers():
            whole = AutoModelForCausalLM.from_pretrained(base, dtype=precision(), attn_implementation="sdpa")
        self._body = whole.model.requires_grad_(False)
        table = whole.get_output_embeddings().weight.detach()[torch.tensor(cut.kept)].clone()
        self._body.embed_tokens.weight = nn.Parameter(table, requires_grad=False)
        self.parameters = change(self._body, RANK, seed)
        self._heads = {lang: table[torch.tensor(rows)] for lang, rows in cut.rows.items()}
        self._numbers = {lang: _numbers(rows, len(cut.kept)) for lang, rows in cut.rows.items()}
        compile_layers(self._body, dynamic=True)

    def begin(self, rate: float) -> None:
        """Begin a round: what was learnt stays, its momentum does not.

        Args:
            rate: highest learning rate.
        """
        self._optimizer = torch.optim.AdamW(
            self.parameters.values(), lr=rate, betas=(0.9, 0.98), weight_decay=0.0
        )
        self._rate = rate

    def loss(self, batch: Sequence[Example]) -> tuple[torch.Tensor, int]:
        """Sum of the answers' surprisal in nats, and their tokens; one target language a batch."""
        width = max(e.length for e in batch)
        ids = torch.zeros((len(batch), width), dtype=torch.long)
        places: list[int] = []
        wanted: list[int] = []
        for n, example in enumerate(batch):
            ids[n, : example.length] = torch.tensor(example.question + example.answer)
            first = n * width + len(example.question) - 1
            places += range(first, first + len(example.answer))
            wanted += example.answer
        hidden = self._body(input_ids=ids, use_cache=False).last_hidden_state
        hidden = hidden.reshape(-1, hidden.shape[-1])[torch.tensor(places)]
        lang = batch[0].target_lang
        targets = self._numbers[lang][torch.tensor(wanted)]
        known = targets >= 0
        logits = (hidden @ self._heads[lang].T).float()[known]
        total = functional.cross_entropy(logits, targets[known], reduction="sum")
        return total, int(known.sum())

    def step(self, batch: Sequence[Example], share: float) -> tuple[float, int]:
        """Learn from one batch at a share of the highest rate; its loss and tokens."""
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate * share
        total, count = self.loss(batch)
        (total / count).backward()
        nn.utils.clip_grad_norm_(self.parameters.values(), CLIP)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return float(total.detach()), count

    def state(self) -> dict[str, torch.Tensor]:
        """Everything that the next step depends on."""
        return states.taken(self.parameters.items(), self._optimizer)

    def restore(self, state: Mapping[str, torch.Tensor]) -> None:
        """Take up a ``state``."""
        states.put_back(state, self.parameters.items(), self._optimizer)


def _numbers(rows: Sequence[int], size: int) -> torch.Tensor:
    """Which of the rows each token is, -1 for none."""
    out = torch.full((size,), -1)
    out[torch.tensor(rows)] = torch.arange(len(rows))
    return out


def can_compile() -> bool:
    """Whether torch finds a C++ compiler, to write code for the layers."""
    return any(shutil.which(name) for name in ("g++", "clang++", "c++"))


def precision() -> torch.dtype:
    """bfloat16 where the processor multiplies it faster than float32, by trial; some take 100 times as
    long."""

    def seconds(kind: torch.dtype) -> float:
        left, right = torch.ones((512, 640), dtype=kind), torch.ones((640, 2048), dtype=kind)
        left @ right  # the first call sets things up
        start = time.perf_counter()
        left @ right
        return time.perf_counter() - start

    return torch.bfloat16 if seconds(torch.bfloat16) < seconds(torch.float32) else torch.float32
