"""``mtcheck check``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from mtcheck.cli import options
from mtcheck.cli.options import FailOn, Item
from mtcheck.core import Failure, Finding, Severity, UsageError
from mtcheck.report import REPORTERS

if TYPE_CHECKING:
    from mtcheck.cli.reviewed import Reviewed
    from mtcheck.pipeline import Conclusion, Options, Watcher
    from mtcheck.report import Reporter

EXAMPLES = """
Examples:

  mtcheck check article.txt                      one file, report on the terminal

  mtcheck check feed.xml news/ --no-models       a feed and a folder, without models

  mtcheck check https://example.org/page         a page from the web

  mtcheck check - --from jsonl --format jsonl    records in, records out

  mtcheck check locales/ --changed-since main    only messages that differ from a git revision

  mtcheck check locales/ --budget 60s            models on the most suspicious messages, for a minute
"""

TELLING = ("terminal", "json", "github", "sarif")
"""Reports that tell what was left out; beside the others it goes to standard error."""


def check(
    inputs: Annotated[
        list[str], typer.Argument(metavar="PATH|FOLDER|URL|-", help="What to check; - is standard input.")
    ],
    from_: options.Format = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format", "-f", help=f"Report: {', '.join(REPORTERS)}; github in its jobs, else terminal."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the report to this file.")
    ] = None,
    lang: options.Lang = None,
    source_lang: options.SourceLang = None,
    translator: options.Translator = None,
    language_model: options.LanguageModel = None,
    quality_model: options.QualityModel = None,
    names: options.Names = None,
    terms: options.Terms = None,
    no_models: options.NoModels = None,
    budget: options.Budget = None,
    only_suspicious: options.OnlySuspicious = None,
    offline: options.Offline = None,
    allow_private: options.AllowPrivate = False,
    threads: options.Threads = None,
    no_cache: options.NoCache = False,
    select: options.Select = None,
    ignore: options.Ignore = None,
    changed_since: Annotated[
        str | None, typer.Option(metavar="REF", help="Report only what differs from this git revision.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Leave out the findings that this file knows.")
    ] = None,
    review_store: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Reviewers' verdicts; the project's otherwise.")
    ] = None,
    new_only: Annotated[
        bool, typer.Option("--new-only", help="Report only what no reviewer has given a verdict on.")
    ] = False,
    config: options.Settings = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option(help="Lowest severity that gives exit status 1.", show_default="warning"),
    ] = None,
) -> None:
    """Audit texts: notices, markup, language, fluency, round trip, names and titles."""
    said = options.settings(
        config,
        select=select, ignore=ignore, fail_on=fail_on, lang=lang, source_lang=source_lang, names=names,
        terms=terms, translator=translator, language_model=language_model, quality_model=quality_model,
        no_models=no_models, budget=budget, only_suspicious=only_suspicious, offline=offline, format=format_,
        baseline=baseline,
    )  # fmt: skip
    name = said.format or ("github" if options.on_github() and output is None else "terminal")
    if name not in REPORTERS:
        raise UsageError(f"--format {name}: choose one of {', '.join(REPORTERS)}")
    items = options.documents(inputs, said, format=from_, allow_private=allow_private, besides=said.baseline)
    if changed_since is not None:
        from mtcheck.cli.changed import revision

        since = revision(changed_since, source_locale=said.source_lang)
        items = since.changed(items, format=from_)
    from mtcheck.cli.reviewed import reviewed

    settled = reviewed(review_store, new_only=new_only)
    with watching(bool(said.no_models)) as watcher, _out(output) as out:
        asked = options.options_of(said, threads=threads, watcher=watcher, keep=not no_cache)
        on_screen = name == "terminal" and output is None  # failures are in the report that is looked at
        audit = Audit(items, asked, _reporter(name, out), out, watcher, settled, on_screen)
        audit.run()
    if audit.left_out and name not in TELLING:
        typer.echo(f"mtcheck: {audit.left_out}", err=True)
    elif settled.count and name != "terminal":
        typer.echo(f"mtcheck: {settled}", err=True)
    if audit.hint:
        typer.echo(audit.hint, err=True)
    raise typer.Exit(audit.exit_status(FailOn(said.fail_on or FailOn.WARNING)))


check.__doc__ = (check.__doc__ or "") + "\n\n\b" + EXAMPLES.replace("\n\n", "\n")


@dataclass
class Audit:
    """One run: events of the pipeline to the reporter, and what decides the exit status."""

    items: Iterable[Item]
    options: Options
    reporter: Reporter
    out: TextIO
    watcher: Watcher
    settled: Reviewed
    on_screen: bool
    failures: int = 0
    worst: int = 0
    hint: str = ""
    left_out: str = ""

    def run(self) -> None:
        """Audit all documents and write the report as they are finished."""
        from mtcheck.pipeline import Conclusion, audit

        events = audit(self.items, self.options, watcher=self.watcher)
        for event in self.settled.without_settled(events):
            if isinstance(event, Failure):
                self._fail(event)
            elif isinstance(event, Conclusion):
                self._count(event.findings)
                self._show_suppressed(event)
                self.left_out = event.signature.get("left_out", "")
                self.out.write(self.reporter.conclude(event.findings, event.rules, event.signature))
            else:
                self._count(event.findings)
                self._listen(event.signature)
                self.out.write(self.reporter.result(event))
            self.out.flush()

    def _show_suppressed(self, end: Conclusion) -> None:
        """GitHub does not heed suppressions: it would open an alert for each of them."""
        from mtcheck.report.base import SuppressionReporter

        if isinstance(self.reporter, SuppressionReporter) and not options.on_github():
            self.out.write(self.reporter.suppressed(end.left_out.suppressed))

    def _fail(self, failure: Failure) -> None:
        self.failures += 1
        self.out.write(self.reporter.failure(failure))
        where = f"{failure.uri}: {failure.place}" if failure.place else failure.uri
        if not self.on_screen:
            mend = f" ({failure.mend})" if failure.mend else ""
            typer.echo(f"mtcheck: {where}: {failure.problem}{mend}", err=True)

    def _count(self, findings: Iterable[Finding]) -> None:
        self.worst = max([self.worst, *(f.severity for f in findings)])

    def _listen(self, signature: Mapping[str, str]) -> None:
        """Remember the one thing that a user without models should be told."""
        for value in signature.values():
            if "pip install" in value and not self.hint:
                self.hint = (
                    f"mtcheck: {value.removeprefix('not done: ')} (or --no-models to leave models out)"
                )

    def exit_status(self, fail_on: FailOn) -> int:
        """0, 1 or 2; decided here and nowhere else."""
        if self.failures:
            return 2
        return int(fail_on is not FailOn.NEVER and self.worst >= Severity[fail_on.name])


def _reporter(name: str, out: TextIO) -> Reporter:
    from mtcheck.report import reporter

    if name != "terminal":
        return reporter(name)
    import os
    import shutil

    terminal = out.isatty()
    colour = terminal and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    width = shutil.get_terminal_size((100, 24)).columns if terminal else 100
    return reporter(name, width=width, colour=colour)


def watching(no_models: bool) -> AbstractContextManager[Watcher]:
    """The progress bar where models run and somebody watches, else nothing."""
    from mtcheck.cli.progress import Bar, Quiet

    return Quiet() if no_models or not sys.stderr.isatty() else Bar()


class _out:
    """The report's stream: a file that is whole or absent, or standard output in UTF-8."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None

    def __enter__(self) -> TextIO:
        if self._path is None:
            if hasattr(sys.stdout, "reconfigure"):
                sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
            return sys.stdout
        try:
            self._file = self._path.open("w", encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise UsageError(f"--output {self._path}: cannot be written: {error.strerror}") from error
        return self._file

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()


def lines_of_stdin() -> Iterator[str]:
    """Standard input, line by line, as UTF-8; bytes that are not are replaced and will not parse."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace")
