"""What a file does as a rule, counted once a file.

A message that breaks the habit of its own file is worth a warning where the same thing in a file without
the habit is a matter of style.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from typing import Any, Generic, TypeAlias, TypeVar

from mtcheck import shelf
from mtcheck.core import Catalogue, Unit

T = TypeVar("T")
Tally: TypeAlias = Generator[None, Unit | None, T]
"""A count in progress: it is sent one unit after the other, then None, and returns its answer."""


class OncePerFile(Generic[T]):
    """A function of a catalogue that remembers its last answer.

    Rules are asked unit by unit, so the same catalogue comes again and again; it is told by identity,
    because comparing 100,000 units costs more than counting them.

    Args:
        begin: starts the count of a file; it is sent the units that are ``live``.
    """

    def __init__(self, begin: Callable[[Catalogue], Tally[T]]) -> None:
        self._begin = begin
        self._last: tuple[Catalogue, T] | None = None

    def __call__(self, catalogue: Catalogue) -> T:
        """The answer for a catalogue, computed on its first unit unless ``learn`` did."""
        if self._last is None or self._last[0] is not catalogue:
            _count([self], catalogue)
        if self._last is None:
            raise RuntimeError("a count ended without an answer")
        return self._last[1]

    def begin(self, catalogue: Catalogue) -> Tally[None]:
        """The count of a file; None ends it, and the answer is kept."""
        answer = yield from self._begin(catalogue)
        self._last = catalogue, answer


def learn(rules: Iterable[object], catalogue: Catalogue) -> None:
    """Count what all rules want to know of a file in one pass over its units.

    Worth it where a pass costs something (``mtcheck.shelf``). What cannot be counted is left for the rule
    to stumble over by itself.
    """
    habits = [habit for rule in rules for habit in vars(rule).values() if isinstance(habit, OncePerFile)]
    with suppress(Exception):
        _count(habits, catalogue)


def _count(habits: Iterable[OncePerFile[Any]], catalogue: Catalogue) -> None:
    counts = [habit.begin(catalogue) for habit in habits]
    for count in counts:
        next(count)
    for block in shelf.blocks(catalogue.units):
        units = [*_live(block)]
        for count in counts:
            deque(map(count.send, units), maxlen=0)
    for count in counts:
        with suppress(StopIteration):
            count.send(None)


def live(catalogue: Catalogue) -> Iterator[Unit]:
    """The units that are translated and in use: what ``judge`` is called for."""
    return _live(catalogue.units)


def _live(units: Iterable[Unit]) -> Iterator[Unit]:
    return (u for u in units if u.target and not u.flags & {"obsolete", "missing"})
