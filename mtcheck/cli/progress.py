"""The progress bar on stderr, with an estimate of the time that is left."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from mtcheck.training.watch import Watch


class Quiet:
    """No bar: output goes to a pipe, or nothing takes long."""

    def __enter__(self) -> Quiet:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def plan(self, stage: str, total: int) -> None:
        """Nothing."""

    def advance(self, stage: str, done: int) -> None:
        """Nothing."""

    def say(self, message: str) -> None:
        """Nothing."""


class Bar:
    """One line a stage, gone when the run is over."""

    def __init__(self) -> None:
        self._progress: Any = None
        self._tasks: dict[str, Any] = {}
        self._loading: Any = None

    def __enter__(self) -> Bar:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def plan(self, stage: str, total: int) -> None:
        """More work in a stage."""
        self._loaded()
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=0)
        task = self._progress.tasks[self._progress.task_ids.index(self._tasks[stage])]
        self._progress.update(self._tasks[stage], total=(task.total or 0) + total)

    def advance(self, stage: str, done: int) -> None:
        """Work done."""
        self._loaded()
        self._progress.advance(self._tasks[stage], done)

    def say(self, message: str) -> None:
        """A line with a moving bar until the next work is done or planned."""
        self._loaded()
        self._loading = self._progress.add_task(message, total=None)

    def _loaded(self) -> None:
        if self._loading is not None:
            self._progress.remove_task(self._loading)
            self._loading = None


@contextmanager
def watched() -> Iterator[Watch]:
    """A watch for training and calibration: a bar on a terminal, lines on stderr."""
    with Bar() if sys.stderr.isatty() else Quiet() as bar:
        yield Watch(say=lambda line: typer.echo(line, err=True), plan=bar.plan, advance=bar.advance)
