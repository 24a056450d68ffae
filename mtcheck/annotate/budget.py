"""How much time models may take, and what of the work fits into it.

Only models' time counts: reading, rules and the report take what they take. Loading a model counts.
How long a piece of work will take is told by the pieces done before, so the first batch is small,
and a batch that would go over is not begun. What was loading, or was answered from what is kept, tells
nothing about that (``Effort``). What is begun is finished; a first batch on a slow
machine may therefore end late.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from mtcheck.core import UsageError

FIRST_BATCH = 4
"""Texts of the first batch of a kind of work, whose speed is not known yet."""

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


def parse_duration(value: str) -> float:
    """Seconds, from ``60s``, ``2m``, ``1h`` or ``90``; decimals with a point.

    Raises:
        UsageError: it is none of these, or no time at all.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smh]?)\s*", value, re.ASCII)
    seconds = float(match[1]) * _UNITS[match[2]] if match is not None else 0.0
    if not 0 < seconds < math.inf:
        raise UsageError(f"{value!r} is no length of time: write 60s, 2m, 1h, or 90 for seconds")
    return seconds


@dataclass(slots=True)
class Effort:
    """What models had to do in a run.

    Attributes:
        asked: code points of the texts that a model read.
        recalled: code points of the texts whose answer was kept from before.
        loading: seconds that went into reading models into memory.
    """

    asked: int = 0
    recalled: int = 0
    loading: float = 0.0

    def since(self, before: Effort) -> tuple[float, float]:
        """Share of the texts that a model read, 0 to 1, and seconds of loading, since an earlier look;
        1 where nobody counts."""
        asked, recalled = self.asked - before.asked, self.recalled - before.recalled
        share = asked / (asked + recalled) if asked + recalled else 1.0
        return share, self.loading - before.loading


@dataclass
class Budget:
    """Model time of one run.

    Args:
        seconds: what may be spent; infinite for no limit.
        clock: seconds from any start; tests give their own.
        effort: what models do meanwhile, as they count it.

    Attributes:
        spent: seconds so far.
    """

    seconds: float = math.inf
    clock: Callable[[], float] = time.monotonic
    effort: Effort = field(default_factory=Effort)
    spent: float = field(default=0.0, init=False)
    _paces: dict[str, _Pace] = field(default_factory=dict, init=False)

    @property
    def limited(self) -> bool:
        """Whether there is a limit."""
        return self.seconds < math.inf

    @property
    def left(self) -> float:
        """Seconds that may still be spent, 0 or more."""
        return max(0.0, self.seconds - self.spent)

    @contextmanager
    def spending(self) -> Iterator[None]:
        """What happens inside counts, even if it fails."""
        start = self.clock()
        try:
            yield
        finally:
            self.spent += self.clock() - start

    def batches(self, sizes: Sequence[int], *, kind: str, most: int) -> Iterator[list[int]]:
        """Indices of texts in runs that fit, in order; what does not fit is passed over.

        What the caller does between two batches is what is timed.

        Args:
            sizes: code points of each text.
            kind: whose speed it is, such as a model and a direction.
            most: texts in one batch; all of them make one where there is no limit.
        """
        most = most if self.limited else max(1, len(sizes))
        pace = self._paces.setdefault(kind, _Pace())
        waiting = list(range(len(sizes)))
        while waiting and self.left > 0:
            batch, waiting = self._next(waiting, sizes, pace, most)
            if not batch:
                return
            spent, effort = self.spent, replace(self.effort)
            with self.spending():
                yield batch
            share, loading = self.effort.since(effort)
            if share > 0:
                pace.add(self.spent - spent - loading, share * sum(sizes[i] for i in batch))

    def _next(
        self, waiting: list[int], sizes: Sequence[int], pace: _Pace, most: int
    ) -> tuple[list[int], list[int]]:
        if pace.seconds is None:
            first = min(FIRST_BATCH, most) if self.limited else most
            return waiting[:first], waiting[first:]
        batch: list[int] = []
        expected = 0.0
        for at, index in enumerate(waiting):
            if len(batch) == most:
                return batch, waiting[at:]
            cost = pace.seconds * sizes[index]
            if expected + cost <= self.left:
                batch.append(index)
                expected += cost
            elif batch:
                return batch, waiting[at:]
        return batch, []

    def __str__(self) -> str:
        """Such as ``60 s``."""
        return f"{self.seconds:g} s"


@dataclass
class _Pace:
    """Seconds a code point: the slower of all batches so far and the last one; None before any."""

    seconds: float | None = None
    _time: float = 0.0
    _size: float = 0.0

    def add(self, seconds: float, size: float) -> None:
        self._time += seconds
        self._size += size
        self.seconds = max(self._time / max(1.0, self._size), seconds / max(1.0, size))
