"""Pure work shared out among processes that are copies of this one.

For work that only reads what is in memory and gives back little: a copy (fork(2)) has it all at once, where a
fresh process would have to be sent it. A copy is made of the calling thread alone, so ``may_fork`` says no
while others run, Python's or a library's.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Generic, NoReturn, TypeVar

T = TypeVar("T")

_THREADS = Path("/proc/self/task")


def may_fork() -> bool:
    """Whether the system makes copies, and no other thread runs that they would lack (proc(5))."""
    return _THREADS.is_dir() and len(list(_THREADS.iterdir())) == 1


def in_parts(work: Callable[[int], T], count: int) -> Iterator[T]:
    """What ``work`` says of the parts 0 to ``count`` - 1, in order.

    The first part is done here, each other one in a copy of its own, at the same time. What a copy could not
    finish or hand over is done here as well, so the answers are the same, whatever becomes of the copies.

    Args:
        work: takes the number of a part; its answer can be pickled, and nothing else of it is kept.
    """
    copies = [_Copy(work, number) for number in range(1, count)]
    try:
        yield work(0)
        for copy in copies:
            yield copy.answer()
    finally:
        for copy in copies:
            copy.end()


class _Copy(Generic[T]):
    """A process that does one part and writes its answer to a file without a name."""

    def __init__(self, work: Callable[[int], T], number: int) -> None:
        self._work, self._number = work, number
        self._file = TemporaryFile(prefix="mtcheck-")  # noqa: SIM115 - closed by ``end``
        self._child = 0
        with suppress(OSError):  # no more processes: then the part is done in this one
            self._child = os.fork()
            if self._child == 0:
                self._do_and_leave()

    def _do_and_leave(self) -> NoReturn:
        """The copy's whole life; it leaves without what Python does at an end, which is the other's to do."""
        status = 1
        try:
            pickle.dump(self._work(self._number), self._file)
            self._file.flush()
            status = 0
        finally:
            os._exit(status)

    def answer(self) -> T:
        """Waits for the copy; does its part where it left none."""
        if self._child and self._wait() == 0:
            self._file.seek(0)
            said: T = pickle.load(self._file)  # noqa: S301 - our own copy wrote it
            return said
        return self._work(self._number)

    def _wait(self) -> int:
        """The status of its end; 1 where a caller that ignores SIGCHLD has lost it."""
        child, self._child = self._child, 0
        with suppress(ChildProcessError):
            return os.waitpid(child, 0)[1]
        return 1

    def end(self) -> None:
        """Nobody waits for the copy any more."""
        if self._child:
            with suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGKILL)
            self._wait()
        self._file.close()
