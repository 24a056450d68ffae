"""``mtcheck baseline``: what was found before, kept in a file so that only new findings are reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtcheck.cli import options
from mtcheck.core import UsageError

if TYPE_CHECKING:
    from mtcheck.baseline import Baseline, Entry
    from mtcheck.config import Config

FILE = Path(".mtcheck-baseline.json")
"""Hidden, so that a folder's check does not take it for an input."""

baseline_app = typer.Typer(no_args_is_help=True, help="Known findings, so that only new ones are reported.")

Inputs = Annotated[
    list[str] | None, typer.Argument(metavar="PATH|FOLDER", help="What to check; the current folder if none.")
]
File = Annotated[
    Path | None,
    typer.Option("--baseline", metavar="FILE", help="The baseline.", show_default=str(FILE)),
]


@baseline_app.command()
def write(
    inputs: Inputs = None,
    baseline: File = None,
    from_: options.Format = None,
    config: options.Settings = None,
    select: options.Select = None,
    ignore: options.Ignore = None,
    no_models: options.NoModels = None,
) -> None:
    """Write everything that is found now into a new baseline."""
    said = options.settings(config, select=select, ignore=ignore, no_models=no_models, baseline=baseline)
    _run(inputs, said, from_, anew=True, add=True)


@baseline_app.command()
def update(
    inputs: Inputs = None,
    baseline: File = None,
    from_: options.Format = None,
    config: options.Settings = None,
    select: options.Select = None,
    ignore: options.Ignore = None,
    no_models: options.NoModels = None,
) -> None:
    """Take in what is new and drop what is gone, in the files named; entries of others stay."""
    said = options.settings(config, select=select, ignore=ignore, no_models=no_models, baseline=baseline)
    _run(inputs, said, from_, anew=False, add=True)


@baseline_app.command()
def prune(
    inputs: Inputs = None,
    baseline: File = None,
    from_: options.Format = None,
    config: options.Settings = None,
    select: options.Select = None,
    ignore: options.Ignore = None,
    no_models: options.NoModels = None,
) -> None:
    """Drop what is gone, because it was mended or its text changed; take in nothing."""
    said = options.settings(config, select=select, ignore=ignore, no_models=no_models, baseline=baseline)
    _run(inputs, said, from_, anew=False, add=False)


def _run(
    inputs: list[str] | None,
    config: Config,
    format: str | None,
    *,
    anew: bool,
    add: bool,
) -> None:
    from mtcheck import baseline as files
    from mtcheck.version import __version__

    path = config.baseline or FILE
    old = files.empty(path) if anew else files.read(path)
    found, seen, failures = _audit(inputs or ["."], config, format, old)
    new = old.updated(found, lambda file: _stays(file, old.folder, seen), add=add)
    if new.entries != old.entries or not path.exists():
        new = replace(new, date=datetime.now(UTC).date().isoformat())
        try:
            path.write_text(files.dumps(new, version=__version__), encoding="utf-8", newline="\n")
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
    gained, gone = (new.entries - old.entries).total(), (old.entries - new.entries).total()
    noun = "finding" if new.entries.total() == 1 else "findings"
    typer.echo(f"{path}: {new.entries.total()} {noun} ({gained} added, {gone} dropped)")
    raise typer.Exit(2 if failures else 0)


def _audit(
    inputs: list[str], config: Config, format: str | None, baseline: Baseline
) -> tuple[Counter[Entry], set[str], int]:
    """What is found, the files that were read whole, and how many failures there were."""
    from mtcheck.cli.check import watching
    from mtcheck.core import Document, Failure, Finding
    from mtcheck.pipeline import Conclusion, audit

    found: Counter[Entry] = Counter()
    seen: set[str] = set()
    failed: set[str] = set()

    def take(findings: Iterable[Finding], doc: Document | None) -> None:
        found.update(baseline.entry(f, doc) for f in findings)

    failures = 0
    with watching(bool(config.no_models)) as watcher:
        unfiltered = replace(config, baseline=None)
        asked = options.options_of(unfiltered, threads=None, watcher=watcher)
        items = options.documents(inputs, config, format=format, besides=config.baseline or FILE)
        for event in audit(items, asked, watcher=watcher):
            if isinstance(event, Failure):
                failures += 1
                failed.add(baseline.file(event.uri))
                typer.echo(f"mtcheck: {event.uri}: {event.problem}", err=True)
            elif isinstance(event, Conclusion):
                take(event.findings, None)
            else:
                seen.add(baseline.file(event.document.origin.uri))
                take(event.findings, event.document)
    return found, seen - failed, failures


def _stays(file: str, folder: Path, seen: set[str]) -> bool:
    """Whether an entry is none of this run's: its file was not read, but is still there."""
    if file in seen:
        return False
    return file == "-" or "://" in file or (folder / file).exists()
