"""Products with weights that are laid out once: of whole numbers where the processor adds them up fast.

Both factors are rounded to whole numbers of 8 bits, weights to 127ths of the largest of their output, what is
multiplied with them to 127ths of the largest of its row. Whole numbers add up exactly, so that a row's
product is the same bit for bit whatever other rows stand beside it and however many threads share them.

Some inputs reach a hundred times as far as others and would leave these no digits. Each is divided by its
``spread`` first, and its weights are multiplied with it, so that half of the difference is on either side
(SmoothQuant, Xiao et al. 2023, https://arxiv.org/abs/2211.10438). Without it translations lose 10 points of
chrF into Russian and 6 into English (240 held-out sentences each), with it nothing in the mean of eight
directions (120 each; 46.1 to 46.4 for 46.2 with factors of 16 bits); with one unit for all rows, where a
layer evens them out before, 0.8 are lost and a twentieth of the time is won (2026-11-30).
"""

from __future__ import annotations

import time
from functools import cache
from typing import Any, NamedTuple, Protocol

LARGEST = 127
"""Whole number of the largest value of a row."""
LEAST = 1e-9
"""What is taken for the largest value where there is none."""
ROWS = 128
"""That weights are laid out for; fewer and more are multiplied with them as well."""

SLOW, TRIALS = 4.0, 5
"""On processors with tiles a product of whole numbers takes less time than one in 32 bits; on one without
(AMD, 5th generation EPYC, torch 2.13.0) 200 times as much (2026-12-01)."""


class Product(Protocol):
    """Multiplies rows with weights (outputs × inputs)."""

    def prepare(self, rows: Any) -> Any:
        """Rows (rows × inputs), which are not to be used again, as products of these inputs take them."""

    def __call__(self, prepared: Any) -> Any:
        """Of prepared rows, rows × outputs in 32 bits."""


@cache
def is_fast() -> bool:
    """Whether this processor has native products of 8 bits and of bfloat16, and torch lays their weights out,
    adds whole numbers up exactly and is quick at it, which is tried once."""
    import torch

    asked = "_is_avx512_bf16_supported", "_is_amx_tile_supported"  # by releases that know of it
    return any(getattr(torch.cpu, name, bool)() for name in asked) and is_exact() and is_quick()


def is_quick() -> bool:
    """Whether a product of whole numbers takes less than ``SLOW`` times as long as one in 32 bits, at best of
    some trials: what a processor has does not say so."""
    import torch

    rows, weight = torch.ones((4, 640)), torch.ones((2048, 640))

    def seconds(product: Product) -> float:
        def once() -> float:
            start = time.perf_counter()
            product(product.prepare(rows.clone()))
            return time.perf_counter() - start

        return min(once() for _ in range(TRIALS))

    return seconds(Whole(weight.clone())) < SLOW * seconds(Plain(weight))


def is_exact() -> bool:
    """Whether products of whole numbers come out as they should; torch's operators for them are its own
    business, and may go or change."""
    import torch

    numbers = torch.arange(20 * 256).view(20, 256) * 37 % (2 * LARGEST + 1) - LARGEST
    numbers[:, 0] = LARGEST  # so that one is worth one
    rows, weight = numbers[:4].float(), numbers[4:].float()
    try:
        whole, halved = Whole(weight.clone()), Halved(weight)
        made = whole(whole.prepare(rows.clone()))
        halved(halved.prepare(rows))
    except (AttributeError, RuntimeError, TypeError):
        return False
    return bool(torch.equal(made, rows @ weight.T))


def spread(reach: Any, *weights: Any) -> Any:
    """What inputs are to be divided by before products of whole numbers, and their weights multiplied with
    (inputs).

    Args:
        reach: the largest absolute value of each input that was seen.
        weights: (outputs × inputs) of all products of these inputs.
    """
    import torch

    largest = torch.stack([weight.abs().amax(0) for weight in weights]).amax(0)
    return (reach.clamp_min(LEAST) / largest.clamp_min(LEAST)).sqrt()


class Plain:
    """A product in 32 bits.

    Args:
        weight: outputs × inputs.
    """

    def __init__(self, weight: Any) -> None:
        self._weight = weight.float().contiguous()

    def prepare(self, rows: Any) -> Any:
        """See ``Product``."""
        return rows.float()

    def __call__(self, prepared: Any) -> Any:
        """See ``Product``."""
        import torch

        return torch.nn.functional.linear(prepared, self._weight)


class Coded(NamedTuple):
    """Rows as whole numbers (rows × inputs, 8 bits), and what one of them is worth in each (rows × 1)."""

    codes: Any
    unit: Any


class Whole:
    """A product of whole numbers.

    Args:
        weight: outputs × inputs, not to be used again.
    """

    def __init__(self, weight: Any) -> None:
        import torch

        codes, unit = self.prepare(weight)
        self._multiply = torch.ops.onednn.qlinear_pointwise.default
        self._weight = torch.ops.onednn.qlinear_prepack(codes, [ROWS, weight.shape[1]])
        self._units, self._zeros = unit.flatten(), torch.zeros(len(weight), dtype=torch.long)

    def prepare(self, rows: Any) -> Coded:
        """See ``Product``."""
        import torch

        rows = rows.float()
        largest = rows.abs().amax(-1, keepdim=True).clamp_min_(LEAST)
        return Coded(rows.mul_(LARGEST / largest).round_().to(torch.int8), largest.div_(LARGEST))

    def __call__(self, prepared: Coded) -> Any:
        """See ``Product``."""
        import torch

        weight = self._weight, self._units, self._zeros, None
        made = self._multiply(prepared.codes, 1.0, 0, *weight, 1.0, 0, torch.float32, "none", [], "")
        return made.mul_(prepared.unit)


class Halved:
    """A product in bfloat16.

    Args:
        weight: outputs × inputs.
    """

    def __init__(self, weight: Any) -> None:
        import torch

        lay_out = torch.ops.mkldnn._reorder_linear_weight
        self._multiply = torch.ops.mkldnn._linear_pointwise.default
        self._weight = lay_out(weight.bfloat16().contiguous(), ROWS)

    def prepare(self, rows: Any) -> Any:
        """See ``Product``."""
        return rows.bfloat16()

    def __call__(self, prepared: Any) -> Any:
        """Of prepared rows, rows × outputs in 16 bits."""
        return self._multiply(prepared, self._weight, None, "none", [], "")
