"""Hidden states of a causal model, averaged over a text.

The pass ends after the last layer that is asked for: no later layer, no softmax. Each text goes
alone, so that what is said of it cannot depend on its neighbours; with some 160 tokens a text that
costs little against padded batches.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from mtcheck.annotate.base import Progress
from mtcheck.annotate.hf.loading import LoadedModel


class _EnoughLayersError(Exception):
    """Ends a pass early."""


def averaged_states(
    loaded: LoadedModel, texts: Sequence[str], *, layers: Sequence[int], tokens: int, progress: Progress
) -> list[list[float]]:
    """See ``HiddenStates.states``; the token that begins a text is left out of the average.

    Raises:
        ValueError: the model has fewer layers.
    """
    import torch

    blocks = _blocks(loaded.model.base_model)
    if max(layers) > len(blocks):
        raise ValueError(f"{loaded.checkpoint.name} has {len(blocks)} layers, not {max(layers)}")
    seen: dict[int, Any] = {}
    hooks = [blocks[n - 1].register_forward_hook(_keeper(seen, n, last=n == max(layers))) for n in layers]
    out: list[list[float]] = []
    try:
        with torch.inference_mode():
            for value in texts:
                out.append(_averages(loaded, value, seen, layers, tokens))
                progress(1)
    finally:
        for hook in hooks:
            hook.remove()
    return out


def _averages(
    loaded: LoadedModel, value: str, seen: dict[int, Any], layers: Sequence[int], tokens: int
) -> list[float]:
    import torch

    ids = loaded.tokenizer(value)["input_ids"][:tokens]
    begins = int(bool(ids) and ids[0] == loaded.tokenizer.bos_token_id)
    if len(ids) == begins:
        raise ValueError("a text without tokens has no states")
    with contextlib.suppress(_EnoughLayersError):
        loaded.model.base_model(input_ids=torch.tensor([ids]), use_cache=False)
    return [x for n in layers for x in seen[n][0, begins:].mean(0).tolist()]


def _keeper(seen: dict[int, Any], layer: int, *, last: bool) -> Any:
    def keep(_module: Any, _inputs: Any, output: Any) -> None:
        seen[layer] = output[0] if isinstance(output, tuple) else output
        if last:
            raise _EnoughLayersError

    return keep


def _blocks(base_model: Any) -> Any:
    """The list of layers, by the name that the architecture gives it."""
    for name in ("layers", "h"):
        if (found := getattr(base_model, name, None)) is not None:
            return found
    raise ValueError(f"{type(base_model).__name__}: its layers are not known to mtcheck")
