"""How far a teaching is, on disk, so that it may be broken off at any moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from mtcheck.core import InputError

Tensors = Mapping[str, torch.Tensor]
_Told = TypeVar("_Told")


class State:
    """A file of tensors with what is told of them.

    Args:
        path: where it lies, whether or not it is there yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def restore(self, take_up: Callable[[Tensors, dict[str, Any]], _Told]) -> _Told | None:
        """What ``take_up`` makes of the tensors and what is told of them, None for no file.

        Raises:
            InputError: it cannot be taken up.
        """
        if not self._path.is_file():
            return None
        try:
            with safe_open(self._path, framework="pt") as file:
                told = json.loads(file.metadata()["told"])
            return take_up(load_file(self._path), told)
        except (SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as error:
            raise InputError(
                str(self._path), f"not a state of training ({error})", mend="delete it to begin anew"
            ) from error

    def write(self, tensors: Tensors, told: Mapping[str, Any]) -> None:
        """Write it beside its place and move it there."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        save_file(dict(tensors), fresh, metadata={"told": json.dumps(dict(told))})
        fresh.replace(self._path)

    def forget(self) -> None:
        """The teaching is done."""
        self._path.unlink(missing_ok=True)


Named = Iterable[tuple[str, torch.Tensor]]
"""Parameters with their names."""


def taken(parameters: Named, optimizer: torch.optim.AdamW) -> dict[str, torch.Tensor]:
    """Everything that the next step of some parameters depends on."""
    out = {}
    for name, parameter in parameters:
        out[f"weight.{name}"] = parameter.detach()
        for kind, value in optimizer.state[parameter].items():
            out[f"{kind}.{name}"] = value
    return out


def put_back(state: Tensors, parameters: Named, optimizer: torch.optim.AdamW) -> None:
    """Bring parameters and their momentum to where ``taken`` found them."""
    for name, parameter in parameters:
        with torch.no_grad():
            parameter.copy_(state[f"weight.{name}"])
        optimizer.state[parameter] = {
            kind: state[f"{kind}.{name}"].clone() for kind in ("step", "exp_avg", "exp_avg_sq")
        }
