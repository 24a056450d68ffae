"""A classifier of machine translation that reads the hidden states of the embedded model.

Low-rank changes of the model's projections (LoRA, Hu et al. 2021, https://arxiv.org/abs/2106.09685) make
its states tell what engines do; a linear head reads them, averaged over the tokens of a window, after some
layers. ``models/detection/classifier`` holds ``classifier.safetensors`` (the changes under the names that
peft gives them, and the head, in float16) and ``classifier.json`` (of which model, how it reads, when, its
own sum).
``training.classifier`` makes both.

The model itself stays as it is: the changes are added on the way, and the pass ends after the last layer
that is read. Each text goes alone, so that what is said of it cannot depend on its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from mtcheck import resources
from mtcheck.annotate.base import Progress
from mtcheck.annotate.hf import adapter as adapters
from mtcheck.annotate.hf.loading import LoadedModel

FOLDER = "detection/classifier"
TENSORS = "classifier.safetensors"
FACTS = "classifier.json"
HEAD = "head"
PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text is read.

    Attributes:
        layers: after which layers, from 1, ascending.
        window: tokens that are read at once, with the one that begins a text.
        windows: at most so many of a text, evenly spread over it.
    """

    layers: tuple[int, ...]
    window: int
    windows: int

    @classmethod
    def of(cls, row: Any) -> Reading:
        """As a classifier's description states it."""
        return cls(tuple(map(int, row["layers"])), int(row["window"]), int(row["windows"]))

    def cut(self, ids: Sequence[int], start: int) -> list[list[int]]:
        """The windows of a text's tokens, each after the token ``start``.

        Windows overlap or leave gaps where their number times their length is not that of the text; all
        are of one length.
        """
        size = self.window - 1
        count = min(self.windows, max(1, round(len(ids) / size)))
        last = max(0, len(ids) - size)
        starts = [round(n * last / (count - 1)) for n in range(count)] if count > 1 else [0]
        return [[start, *ids[at : at + size]] for at in starts]


class Classifier:
    """A classifier on disk.

    Args:
        folder: where it lies.

    Attributes:
        model: signature of the language model that it belongs to.
        reading: how it reads a text.
        signature: ``classifier sha256:…``.

    Raises:
        ModelError: its description is missing or broken.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.model, self.reading, self._sha256 = adapters.described(
            folder / FACTS,
            "a classifier",
            lambda row: (str(row["model"]), Reading.of(row), str(row["sha256"])),
        )
        self.signature = f"classifier sha256:{self._sha256[:12]}"

    @cached_property
    def tensors(self) -> Mapping[str, Any]:
        """Its tensors by name, in float32; see ``adapter.verified``."""
        held = adapters.verified(self.folder / TENSORS, self._sha256, FACTS)
        return {name: tensor.float() for name, tensor in held.items()}


@cache
def shipped() -> Classifier | None:
    """The classifier that comes with mtcheck, None if this copy has none."""
    try:
        return Classifier(resources.model_file(FOLDER))
    except FileNotFoundError:
        return None


def for_model(signature: str) -> Classifier | None:
    """The shipped classifier if it was made for a model."""
    found = shipped()
    return found if found is not None and found.model == signature else None


def signature_for(model: str) -> str:
    """Signature of the classifier that was made for a model, empty if there is none."""
    found = for_model(model)
    return found.signature if found is not None else ""


def log_odds(
    loaded: LoadedModel, classifier: Classifier, texts: Sequence[str], progress: Progress
) -> list[float]:
    """Log-odds, in nats, that each text was machine-translated, before any calibration.

    Raises:
        ValueError: a text without tokens.
    """
    import torch

    reading = classifier.reading
    head = Head.of(classifier.tensors, reading.layers)
    out = []
    with torch.inference_mode(), _changed(loaded.model.base_model, classifier) as seen:
        for value in texts:
            ids = loaded.tokenizer(value, add_special_tokens=False)["input_ids"]
            if not ids:
                raise ValueError("a text without tokens cannot be classified")
            rows = torch.tensor(reading.cut(ids, loaded.tokenizer.bos_token_id or 0))
            with suppress(_EnoughLayersError):
                loaded.model.base_model(input_ids=rows, use_cache=False)
            averaged = [seen[layer][:, 1:].float().mean(1) for layer in reading.layers]
            out.append(float(head.read(averaged).mean()))
            progress(1)
    return out


@dataclass(frozen=True, slots=True)
class Head:
    """The linear reader: states of each layer brought to mean 0 and spread 1, scaled, and summed up.

    Attributes:
        norms: weight and bias for each layer.
        weight, bias: of the sum.
    """

    norms: list[tuple[Any, Any]]
    weight: Any
    bias: Any

    @classmethod
    def of(cls, tensors: Mapping[str, Any], layers: Sequence[int]) -> Head:
        """The head among a classifier's tensors."""
        norms = [
            (tensors[f"{HEAD}.norms.{n}.weight"], tensors[f"{HEAD}.norms.{n}.bias"])
            for n in range(len(layers))
        ]
        return cls(norms, tensors[f"{HEAD}.out.weight"], tensors[f"{HEAD}.out.bias"])

    def read(self, averaged: Sequence[Any]) -> Any:
        """Log-odds from the averaged states (rows × width) after each layer."""
        import torch
        from torch.nn import functional

        normed = [
            functional.layer_norm(states, states.shape[-1:], weight, bias)
            for states, (weight, bias) in zip(averaged, self.norms, strict=True)
        ]
        return functional.linear(torch.cat(normed, -1), self.weight, self.bias)[:, 0]


class _EnoughLayersError(Exception):
    """Ends a pass early."""


@contextmanager
def _changed(body: Any, classifier: Classifier) -> Iterator[dict[int, Any]]:
    """The model with the changes added; states appear in the mapping, by layer, with every pass."""
    layers = classifier.reading.layers
    if max(layers) > len(body.layers):
        raise ValueError(f"the model has {len(body.layers)} layers, not {max(layers)}")
    seen: dict[int, Any] = {}
    hooks = []
    for number, layer in enumerate(body.layers[: max(layers)], start=1):
        for part in ("self_attn", "mlp"):
            for name, module in getattr(layer, part).named_children():
                if name in PROJECTIONS:
                    stem = f"{adapters.PREFIX}layers.{number - 1}.{part}.{name}"
                    hooks.append(module.register_forward_hook(_added(classifier.tensors, stem)))
        if number in layers:
            hooks.append(layer.register_forward_hook(keeper(seen, number, last=number == max(layers))))
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()


def _added(tensors: Mapping[str, Any], stem: str) -> Any:
    down, up = (tensors[f"{stem}.lora_{m}.weight"] for m in "AB")

    def add(_module: Any, inputs: Any, output: Any) -> Any:
        return output + inputs[0] @ down.T @ up.T

    return add


def keeper(seen: dict[int, Any], number: int, *, last: bool = False) -> Any:
    """A hook that keeps what a layer gives, under its number; after the ``last`` one the pass ends."""

    def keep(_module: Any, _inputs: Any, output: Any) -> None:
        seen[number] = output[0] if isinstance(output, tuple) else output
        if last:
            raise _EnoughLayersError

    return keep
