"""Small learnt changes of a model that stays as it is: low-rank matrices beside its projections (LoRA, Hu et
al. 2021, https://arxiv.org/abs/2106.09685), and a linear head that reads its states after some layers.

The changes are added on the way, and the pass ends after the last layer that is read. On disk such a part
is ``NAME.safetensors`` (the changes under the names that peft gives them, and the head, in float16) and
``NAME.json`` (of which model, how it reads, when, its own sum).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from mtcheck.annotate.hf import adapter as adapters

HEAD = "head"
PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


class Learnt:
    """Changes and a head on disk.

    Args:
        folder: where they lie.

    Attributes:
        name: what it is; its files are called so.
        model: signature of the language model that it belongs to.
        layers: after which layers, from 1, its head reads, ascending.
        signature: ``NAME sha256:…``.

    Raises:
        ModelError: its description is missing or broken.
    """

    name: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        adapters.described(folder / f"{self.name}.json", f"a {self.name}", self._take)
        self.signature = f"{self.name} sha256:{self._sha256[:12]}"

    def _take(self, row: Any) -> None:
        self.model, self._sha256 = str(row["model"]), str(row["sha256"])
        self.layers = tuple(map(int, row["layers"]))

    @cached_property
    def tensors(self) -> Mapping[str, Any]:
        """Its tensors by name, in float32; see ``adapter.verified``."""
        path = self.folder / f"{self.name}.safetensors"
        held = adapters.verified(path, self._sha256, f"{self.name}.json")
        return {name: tensor.float() for name, tensor in held.items()}


@dataclass(frozen=True, slots=True)
class Head:
    """The linear reader: states of each layer brought to mean 0 and spread 1, scaled, and summed up.

    Attributes:
        norms: weight and bias for each layer.
        weight, bias: of the sums, one row an output.
    """

    norms: list[tuple[Any, Any]]
    weight: Any
    bias: Any

    @classmethod
    def of(cls, tensors: Mapping[str, Any], layers: Sequence[int]) -> Head:
        """The head among learnt tensors."""
        norms = [
            (tensors[f"{HEAD}.norms.{n}.weight"], tensors[f"{HEAD}.norms.{n}.bias"])
            for n in range(len(layers))
        ]
        return cls(norms, tensors[f"{HEAD}.out.weight"], tensors[f"{HEAD}.out.bias"])

    def read(self, states: Sequence[Any]) -> Any:
        """What it says (rows × its outputs) of the states (rows × width) after each layer."""
        import torch
        from torch.nn import functional

        normed = [
            functional.layer_norm(one, one.shape[-1:], weight, bias)
            for one, (weight, bias) in zip(states, self.norms, strict=True)
        ]
        return functional.linear(torch.cat(normed, -1), self.weight, self.bias)


@dataclass(frozen=True, slots=True)
class Reader:
    """A model that is read.

    Attributes:
        body: the model, its changes added.
        seen: what its layers gave last, by number.
        layers: which of them are read.
    """

    body: Any
    seen: dict[int, Any]
    layers: tuple[int, ...]

    def states(self, **inputs: Any) -> list[Any]:
        """The states (rows × tokens × width) after each layer that is read, of one pass."""
        with suppress(_EnoughLayersError):
            self.body(use_cache=False, **inputs)
        return [self.seen[layer] for layer in self.layers]


class _EnoughLayersError(Exception):
    """Ends a pass early."""


@contextmanager
def changed(body: Any, tensors: Mapping[str, Any], layers: Sequence[int]) -> Iterator[Reader]:
    """A model with the changes among ``tensors`` added.

    Args:
        body: a causal model without its output layer.
        layers: after which layers, from 1, its states are read.

    Raises:
        ValueError: it has fewer layers.
    """
    if max(layers) > len(body.layers):
        raise ValueError(f"the model has {len(body.layers)} layers, not {max(layers)}")
    seen: dict[int, Any] = {}
    hooks = []
    for number, layer in enumerate(body.layers[: max(layers)], start=1):
        for part in ("self_attn", "mlp"):
            for name, module in getattr(layer, part).named_children():
                if name in PROJECTIONS:
                    stem = f"{adapters.PREFIX}layers.{number - 1}.{part}.{name}"
                    hooks.append(module.register_forward_hook(_added(tensors, stem)))
        if number in layers:
            hooks.append(layer.register_forward_hook(keeper(seen, number, last=number == max(layers))))
    try:
        yield Reader(body, seen, tuple(layers))
    finally:
        for hook in hooks:
            hook.remove()


def _added(tensors: Mapping[str, Any], stem: str) -> Any:
    down, up = (tensors[f"{stem}.lora_{m}.weight"] for m in "AB")

    def add(_module: Any, inputs: Any, output: Any) -> Any:
        rows = output.flatten(0, -2)
        return rows.addmm_(inputs[0].flatten(0, -2) @ down.T, up.T).view_as(output)

    return add


def keeper(seen: dict[int, Any], number: int, *, last: bool = False) -> Any:
    """A hook that keeps what a layer gives, under its number; after the ``last`` one the pass ends."""

    def keep(_module: Any, _inputs: Any, output: Any) -> None:
        seen[number] = output[0] if isinstance(output, tuple) else output
        if last:
            raise _EnoughLayersError

    return keep
