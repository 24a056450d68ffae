"""What a file does as a rule, counted once a file.

A message that breaks the habit of its own file is worth a warning where the same thing in a file without
the habit is a matter of style.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from mtcheck.core import Catalogue, Unit

T = TypeVar("T")


class OncePerFile(Generic[T]):
    """A function of a catalogue that remembers its last answer.

    Rules are asked unit by unit, so the same catalogue comes again and again; it is told by identity,
    because comparing 100,000 units costs more than counting them.
    """

    def __init__(self, compute: Callable[[Catalogue], T]) -> None:
        self._compute = compute
        self._last: tuple[Catalogue, T] | None = None

    def __call__(self, catalogue: Catalogue) -> T:
        """The answer for a catalogue, computed on its first unit."""
        last = self._last
        if last is None or last[0] is not catalogue:
            last = self._last = (catalogue, self._compute(catalogue))
        return last[1]


def live(catalogue: Catalogue) -> Iterator[Unit]:
    """The units that are translated and in use: what ``judge`` is called for."""
    for unit in catalogue.units:
        if unit.target and not unit.flags & {"obsolete", "missing"}:
            yield unit
