"""``mtcheck check``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from mtcheck.core import Catalogue, Document, Failure, InputError, Severity, UsageError
from mtcheck.report import REPORTERS

if TYPE_CHECKING:
    from mtcheck.annotate.models import Models
    from mtcheck.pipeline import Watcher
    from mtcheck.report import Reporter

EXAMPLES = """
Examples:

  mtcheck check article.txt                      one file, report on the terminal

  mtcheck check feed.xml news/ --no-models       a feed and a folder, without models

  mtcheck check https://example.org/page         a page from the web

  mtcheck check - --from jsonl --format jsonl    records in, records out
"""


class FailOn(StrEnum):
    """Values of ``--fail-on``."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"
    NEVER = "never"


def check(
    inputs: Annotated[
        list[str], typer.Argument(metavar="PATH|FOLDER|URL|-", help="What to check; - is standard input.")
    ],
    from_: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="FORMAT", help="Format of the input; told by name and content otherwise."
        ),
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", "-f", help=f"Report: {', '.join(REPORTERS)}.")
    ] = "terminal",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the report to this file.")
    ] = None,
    lang: Annotated[
        str | None, typer.Option(help="Language of the text (BCP 47); detected otherwise.")
    ] = None,
    source_lang: Annotated[
        str | None, typer.Option(help="Language it was translated from; by notice or markup otherwise.")
    ] = None,
    translator: Annotated[
        str, typer.Option(help="auto, embedded, a model folder, or a Hub id with or without @revision.")
    ] = "auto",
    language_model: Annotated[
        str, typer.Option(help="Model for fluency: auto, embedded, a model folder, or a Hub id.")
    ] = "auto",
    names: Annotated[
        Path | None, typer.Option(help="Agreed forms of names and titles (CSV or TOML).")
    ] = None,
    no_models: Annotated[bool, typer.Option("--no-models", help="Run only what needs no model.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Open no network connection.")] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Let addresses be private or on this machine.")
    ] = False,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads for models; the idle cores otherwise.")
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option(help="Lowest severity that gives exit status 1.")
    ] = FailOn.WARNING,
) -> None:
    """Audit texts: notices, markup, language, fluency, round trip, names and titles."""
    from mtcheck.read import read_inputs

    if format_ not in REPORTERS:
        raise UsageError(f"--format {format_}: choose one of {', '.join(REPORTERS)}")
    for option, tag in (("--lang", lang), ("--source-lang", source_lang)):
        require_language(option, tag)
    documents = read_inputs(inputs, format=from_, offline=offline, allow_private=allow_private)
    with _progress(no_models) as watcher, _out(output) as out:
        models = None if no_models else _models(translator, language_model, offline, threads, watcher)
        audit = Audit(documents, _reporter(format_, out), out, watcher)
        audit.run(lang=lang, source_lang=source_lang, models=models, names=names)
    if audit.hint:
        typer.echo(audit.hint, err=True)
    raise typer.Exit(audit.exit_status(None if fail_on is FailOn.NEVER else Severity[fail_on.name]))


check.__doc__ = (check.__doc__ or "") + "\n\n\b" + EXAMPLES.replace("\n\n", "\n")


@dataclass
class Audit:
    """One run: events of the pipeline to the reporter, and what decides the exit status."""

    documents: Iterable[Document | Catalogue | InputError]
    reporter: Reporter
    out: TextIO
    watcher: Watcher
    failures: int = 0
    worst: int = 0
    hint: str = ""
    _said: set[str] = field(default_factory=set)

    def run(
        self, *, lang: str | None, source_lang: str | None, models: Models | None, names: Path | None
    ) -> None:
        """Audit all documents and write the report as they are finished."""
        from mtcheck.names import read_names_file
        from mtcheck.pipeline import Conclusion, Options, audit

        agreed = None if names is None else read_names_file(names)
        options = Options(lang=lang, source_lang=source_lang, models=models, agreed=agreed)
        for item in audit(self.documents, options, watcher=self.watcher):
            if isinstance(item, Failure):
                self._fail(item)
            elif isinstance(item, Conclusion):
                self._count(item.findings)
                self.out.write(self.reporter.conclude(item.findings, item.rules, item.signature))
            else:
                self._count(item.findings)
                self._listen(item.signature)
                self.out.write(self.reporter.result(item))
            self.out.flush()

    def _fail(self, failure: Failure) -> None:
        self.failures += 1
        self.out.write(self.reporter.failure(failure))
        where = f"{failure.uri}: {failure.place}" if failure.place else failure.uri
        if self.out is not sys.stdout or not hasattr(self.reporter, "_colour"):
            mend = f" ({failure.mend})" if failure.mend else ""
            typer.echo(f"mtcheck: {where}: {failure.problem}{mend}", err=True)

    def _count(self, findings: Iterable[object]) -> None:
        self.worst = max([self.worst, *(f.severity for f in findings)])  # type: ignore[attr-defined]

    def _listen(self, signature: object) -> None:
        """Remember the one thing that a user without models should be told."""
        for value in dict(signature).values():  # type: ignore[call-overload]
            if "pip install" in value and not self.hint:
                self.hint = (
                    f"mtcheck: {value.removeprefix('not done: ')} (or --no-models to leave models out)"
                )

    def exit_status(self, fail_on: Severity | None) -> int:
        """0, 1 or 2; decided here and nowhere else."""
        if self.failures:
            return 2
        return int(fail_on is not None and self.worst >= fail_on)


def _models(
    translator: str, language_model: str, offline: bool, threads: int | None, watcher: Watcher
) -> Models:
    from mtcheck.annotate.models import Models

    return Models(
        translator=translator,
        language_model=language_model,
        offline=offline,
        threads=threads,
        say=watcher.say,
    )


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


def _progress(no_models: bool):  # type: ignore[no-untyped-def]
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


def require_language(option: str, tag: str | None) -> None:
    """Refuse what cannot be a BCP 47 tag.

    Raises:
        UsageError: such as for ``--lang english``.
    """
    import re

    if tag is not None and not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", tag):
        raise UsageError(f"{option} {tag}: give a BCP 47 language tag, such as en, ru or pt-BR")


def lines_of_stdin() -> Iterator[str]:
    """Standard input, line by line, as UTF-8; bytes that are not are replaced and will not parse."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace")
