"""Products of 32 bits whose factors are halved, and batches whose neighbours leave no trace in them.

A processor that multiplies 16 bits (bfloat16) and adds up in 32 does three to four times as many products a
second. Roundings of factors add up over the layers, and would turn the seventh digit, in which batches of
other widths differ, into a twentieth of a bit. But a row of such a product is the same bit for bit whatever
other rows stand beside it and however many threads share them, so that only the width matters: ``even``
makes it depend on a row's own length alone. Where the processor has no such products nothing is halved.

Measured 2026-11-29 with Gemma 3 270M on 30 Russian news texts and 80 of their sentences: no text's mean
surprisal moves by more than 0.11 %, no sentence's by more than 0.6 %, 99 of 100 tokens by less than 0.13
bits; alone, shuffled, all together, on one thread or two: the same bits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

_Item = TypeVar("_Item")

STEP, LEAST = 16, 32
"""Widths are multiples of the first and not below the second: of fewer tokens small products are computed
another way, with another seventh digit."""


@contextmanager
def halved_factors() -> Iterator[None]:
    """Within, factors of products may be halved."""
    import torch

    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def even(
    items: Iterable[_Item], tokens: Callable[[_Item], int], *, most: int
) -> Iterator[tuple[int, list[_Item]]]:
    """Widths and runs of items that are padded to them, of at most ``most`` tokens.

    An item's width depends on its own length alone.

    Args:
        tokens: length of an item.
    """
    by_width: dict[int, list[_Item]] = defaultdict(list)
    for item in items:
        by_width[max(LEAST, -(-tokens(item) // STEP) * STEP)].append(item)
    for width, own in sorted(by_width.items()):
        size = max(1, most // width)
        for at in range(0, len(own), size):
            yield width, own[at : at + size]


def padded(rows: Sequence[Sequence[int]], width: int, fill: int = 0) -> tuple[Any, Any]:
    """Token ids and their mask (both rows × ``width``), rows padded at their ends."""
    import torch

    ids = torch.full((len(rows), width), fill)
    mask = torch.zeros((len(rows), width), dtype=torch.long)
    for n, row in enumerate(rows):
        ids[n, : len(row)] = torch.tensor(row)
        mask[n, : len(row)] = 1
    return ids, mask
