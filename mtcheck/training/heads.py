"""Low-rank changes and a linear head, learnt together: what ``annotate.hf.changes`` runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from mtcheck.annotate.hf.adapter import write_tensors
from mtcheck.annotate.hf.changes import HEAD, Head, Learnt, keeper
from mtcheck.annotate.hf.loading import quiet_transformers
from mtcheck.training import states
from mtcheck.training.lora import CLIP, change, compile_layers, precision, stored_name


class HeadLearner:
    """A model and a head under training.

    Args:
        base: folder of the embedded model.
        layers: after which layers, from 1, the head reads.
        outputs: how many numbers it gives.
        bias: of each of them before anything is learnt.
        rank: of the changes.
        rate, head_rate: highest learning rates of changes and head.
        seed: of the first matrices.
        dynamic: whether batches are of many sizes.

    Attributes:
        start, end: the tokens that begin and end a text.
        head: the head as it is now.
    """

    def __init__(
        self,
        base: Path,
        layers: Sequence[int],
        *,
        outputs: int,
        bias: float,
        rank: int,
        rate: float,
        head_rate: float,
        seed: int,
        dynamic: bool,
    ) -> None:
        from transformers import AutoModelForCausalLM

        torch.manual_seed(seed)
        with quiet_transformers():
            # written out: torch's fused attention is slow to learn through on a processor
            whole = AutoModelForCausalLM.from_pretrained(base, dtype=precision(), attn_implementation="eager")
        self._layers = tuple(layers)
        self._body = whole.model.requires_grad_(False)
        self._body.layers = self._body.layers[: max(layers)]
        self._body.config.num_hidden_layers = len(self._body.layers)
        self.start, self.end = int(whole.config.bos_token_id or 0), int(whole.config.eos_token_id or 0)
        self._changes = change(self._body, rank, seed)
        compile_layers(self._body, dynamic=dynamic)
        self._seen: dict[int, torch.Tensor] = {}
        for number in layers:
            self._body.layers[number - 1].register_forward_hook(keeper(self._seen, number))
        self._head = _new_head(int(whole.config.hidden_size), len(layers), outputs, bias)
        groups = [
            {"params": list(self._changes.values()), "most": rate, "weight_decay": 0.0},
            {"params": list(self._head.values()), "most": head_rate, "weight_decay": 0.01},
        ]
        self._optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98))

    @property
    def head(self) -> Head:
        """See above."""
        return Head.of(self._head, self._layers)

    def states(self, ids: torch.Tensor) -> list[torch.Tensor]:
        """States (rows × tokens × width) after each layer that is read, of token ids (rows × tokens); what a
        row says of a token depends on those before it alone."""
        self._body(input_ids=ids, use_cache=False)
        return [self._seen[n] for n in self._layers]

    def follow(self, loss: torch.Tensor, share: float) -> float:
        """Learn from the loss of one batch at a share of the highest rates; the loss."""
        for group in self._optimizer.param_groups:
            group["lr"] = group["most"] * share
        loss.backward()
        nn.utils.clip_grad_norm_(self._changes.values(), CLIP)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return float(loss.detach())

    def tensors(self) -> dict[str, torch.Tensor]:
        """What was learnt, by the names under which it is stored."""
        changes = {stored_name(name): p.detach().clone() for name, p in self._changes.items()}
        return changes | {name: tensor.detach().clone() for name, tensor in self._head.items()}

    def state(self) -> dict[str, torch.Tensor]:
        """Everything that the next step depends on."""
        return states.taken(self._learnt(), self._optimizer)

    def resume(self, state: Mapping[str, torch.Tensor]) -> None:
        """Take up a ``state``."""
        states.put_back(state, self._learnt(), self._optimizer)

    def _learnt(self) -> list[tuple[str, torch.Tensor]]:
        return [*self._changes.items(), *self._head.items()]

    def restore(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Take up what ``tensors`` gave."""
        with torch.no_grad():
            for name, parameter in self._changes.items():
                parameter.copy_(tensors[stored_name(name)])
            for name, tensor in self._head.items():
                tensor.copy_(tensors[name])


def _new_head(width: int, layers: int, outputs: int, bias: float) -> dict[str, torch.Tensor]:
    """A head that says the same of everything."""
    head = {
        f"{HEAD}.out.weight": torch.zeros((outputs, width * layers)),
        f"{HEAD}.out.bias": torch.full((outputs,), bias),
    }
    for n in range(layers):
        head[f"{HEAD}.norms.{n}.weight"] = torch.ones(width)
        head[f"{HEAD}.norms.{n}.bias"] = torch.zeros(width)
    for tensor in head.values():
        tensor.requires_grad_()
    return head


def write_learnt(
    folder: Path, kind: type[Learnt], tensors: Mapping[str, torch.Tensor], facts: Mapping[str, Any]
) -> str:
    """Write what was learnt, in float16, with its description; its signature.

    Args:
        kind: what reads it.
        facts: all of its description but the sum.
    """
    folder.mkdir(parents=True, exist_ok=True)
    halved = {name: tensor.half() for name, tensor in tensors.items()}
    told = {**facts, "sha256": write_tensors(folder / f"{kind.name}.safetensors", halved)}
    (folder / f"{kind.name}.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return kind(folder).signature
