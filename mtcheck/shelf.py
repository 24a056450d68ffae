"""The messages of a large localisation file, a block at a time in memory and the rest on disk.

A file of 100,000 messages takes 250 MB as objects that all live at once, and no rule looks at more than
one message at a time. Written down block by block (``marshal``, which reads 100,000 messages back in a
seventh of a second) they take the room of one block, however many there are.
"""

from __future__ import annotations

import marshal
import os
import weakref
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, compress, islice, pairwise
from operator import attrgetter
from tempfile import TemporaryFile
from typing import Any, overload

from mtcheck.core import Unit

BLOCK = 1000
"""Messages that are written and read at once."""
FEW = 5 * BLOCK
"""Up to so many stay in memory: disk would gain nothing."""

_values = attrgetter(*Unit.__slots__)


class Shelf(Sequence[Unit]):
    """A sequence of units that is iterated from disk; ``shelved`` makes one.

    The file has no name and goes when the shelf does. Units are made anew each time they are asked for:
    equal, not identical.

    Args:
        units: what to keep; taken one by one.

    Raises:
        OSError: the disk of temporary files is full.
    """

    def __init__(self, units: Iterable[Unit]) -> None:
        self._file = TemporaryFile(prefix="mtcheck-")  # noqa: SIM115 - it lives as long as the shelf
        weakref.finalize(self, self._file.close)
        self._starts = array("q", [0])
        self._flags: list[frozenset[str]] = []
        self._length = 0
        waiting = iter(units)
        while block := list(islice(waiting, BLOCK)):
            self._length += len(block)
            self._flags.append(frozenset().union(*(unit.flags for unit in block)))
            self._starts.append(
                self._starts[-1] + self._file.write(marshal.dumps([*zip(*map(_values, block), strict=True)]))
            )
        self._file.flush()

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Unit]:
        for number in range(len(self._starts) - 1):
            yield from self._block(number)

    @overload
    def __getitem__(self, index: int) -> Unit: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Unit]: ...

    def __getitem__(self, index: int | slice) -> Unit | Sequence[Unit]:
        if isinstance(index, slice):
            chosen = range(*index.indices(self._length))
            if chosen and chosen.step == 1:
                first = chosen.start // BLOCK
                following = chain.from_iterable(map(self._block, range(first, len(self._starts) - 1)))
                return tuple(islice(following, chosen.start - first * BLOCK, chosen.stop - first * BLOCK))
            return tuple(self[n] for n in chosen)
        number, place = divmod(range(self._length)[index], BLOCK)
        return self._block(number)[place]

    def having(self, name: str) -> Iterator[Unit]:
        """See the function of that name."""
        place = Unit.__slots__.index(name)
        for number in range(len(self._starts) - 1):
            columns = self._columns(number)
            yield from map(Unit, *(compress(column, columns[place]) for column in columns))

    def flagged(self, is_wanted: Callable[[str], bool]) -> Iterator[Unit]:
        """See the function of that name."""
        for number, flags in enumerate(self._flags):
            if any(map(is_wanted, flags)):
                yield from (unit for unit in self._block(number) if any(map(is_wanted, unit.flags)))

    def _block(self, number: int) -> list[Unit]:
        return [*map(Unit, *self._columns(number))]

    def _columns(self, number: int) -> list[tuple[Any, ...]]:
        start, end = self._starts[number : number + 2]
        columns: list[tuple[Any, ...]] = marshal.loads(self._read(start, end - start))  # noqa: S302 - our own
        return columns

    def _read(self, start: int, size: int) -> bytes:
        if hasattr(os, "pread"):  # copies of this process share the file's place (``mtcheck.forks``)
            return os.pread(self._file.fileno(), size, start)
        self._file.seek(start)
        return self._file.read(size)


def shelved(units: Iterable[Unit]) -> Sequence[Unit]:
    """The units as a tuple if they are few, else on disk."""
    waiting = iter(units)
    first = tuple(islice(waiting, FEW))
    following = next(waiting, None)
    if following is None:
        return first
    return Shelf(unit for part in (first, (following,), waiting) for unit in part)


def blocks(units: Sequence[Unit], part: int = 0, parts: int = 1) -> Iterator[Sequence[Unit]]:
    """The units in their order, as many at once as memory should hold.

    Args:
        part, parts: of that many parts of like size, which one.
    """
    first, last = (len(units) * n // parts for n in (part, part + 1))
    return (units[at : min(at + FEW, last)] for at in range(first, last, FEW))


def having(units: Sequence[Unit], name: str) -> Iterator[Unit]:
    """Units with something in an attribute: ``plural``, ``comments`` …; the others are not made anew."""
    if isinstance(units, Shelf):
        return units.having(name)
    return (unit for unit in units if getattr(unit, name))


def flagged(units: Sequence[Unit], is_wanted: Callable[[str], bool]) -> Iterator[Unit]:
    """Units with a flag that is wanted; blocks without one are not read."""
    if isinstance(units, Shelf):
        return units.flagged(is_wanted)
    return (unit for unit in units if any(map(is_wanted, unit.flags)))


def repeated(hashes: array[int]) -> frozenset[int]:
    """Those that stand there more than once; in a twentieth of the room of a set of all."""
    ordered = sorted(hashes)
    return frozenset(one for one, following in pairwise(ordered) if one == following)


def of_two(names: array[int], values: array[int]) -> frozenset[int]:
    """The names that stand beside more than one value."""
    ordered = sorted(range(len(names)), key=names.__getitem__)
    return frozenset(
        names[one]
        for one, other in pairwise(ordered)
        if names[one] == names[other] and values[one] != values[other]
    )
