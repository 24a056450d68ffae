"""Batches by size: what is padded to its longest member should be of like length."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

_Item = TypeVar("_Item")


def runs(items: Iterable[_Item], tokens: Callable[[_Item], int], *, most: int) -> Iterator[list[_Item]]:
    """Items in runs of at most ``most`` padded tokens; one that is longer by itself is a run alone.

    Args:
        items: shortest first.
        tokens: length of an item.
    """
    run: list[_Item] = []
    for item in items:
        if run and tokens(item) * (len(run) + 1) > most:
            yield run
            run = []
        run.append(item)
    if run:
        yield run
