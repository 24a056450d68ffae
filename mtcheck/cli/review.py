"""``mtcheck review``: what editors decided, kept, exchanged, counted; and the page on which they do."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mtcheck.core import InputError, Report, UsageError

if TYPE_CHECKING:
    from mtcheck.review import Standing, VerdictStore

review_app = typer.Typer(
    no_args_is_help=True, help="Editors' verdicts on findings, and the page to give them."
)

StoreOption = Annotated[
    Path | None,
    typer.Option("--review-store", metavar="PATH", help="The verdict store; the project's otherwise."),
]
WhoOption = Annotated[str, typer.Option(metavar="NAME", help="Who is deciding; your login name otherwise.")]
ReportOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A report (--format json or jsonl) to compare with.")
]


class Output(StrEnum):
    """Values of ``--format``."""

    TERMINAL = "terminal"
    JSON = "json"


FormatOption = Annotated[Output, typer.Option("--format", "-f", help="How to print it.")]


@review_app.command("export")
def export(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
    review_store: StoreOption = None,
) -> None:
    """Write every verdict as JSON, for another editor, another machine or a repository."""
    from mtcheck.review import write_verdicts

    with _open(review_store) as store:
        text = write_verdicts(store.events()[0])
    if output is None:
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8")
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--output {output}: cannot be written: {error.strerror}") from error


@review_app.command("import")
def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Exported by the page or by `export`.")
    ],
    who: Annotated[str, typer.Option(metavar="NAME", help="The editor of verdicts that name none.")] = "",
    review_store: StoreOption = None,
) -> None:
    """Add the verdicts of files: all of them, or after an error none. A second time changes nothing.

    Exit status 1 if two editors stand by different verdicts on a finding; the latest counts.
    """
    from mtcheck.review import VerdictStore, read_verdicts

    verdicts = [v for file in files for v in read_verdicts(_bytes(file), str(file), who=who)]
    path = _path(review_store)
    with VerdictStore(path, write=True) as store:
        added = store.add(verdicts)
        stands = store.standing()
    known = len(verdicts) - added
    typer.echo(f"{_count(added, 'verdict')} added, {known} known already: {_shown(str(path))}")
    contested = [
        stands[f]
        for f in dict.fromkeys(v.fingerprint for v in verdicts)
        if f in stands and stands[f].contested
    ]
    _say_conflicts(contested)
    raise typer.Exit(1 if contested else 0)


@review_app.command("list")
def list_(
    report: ReportOption = None, format_: FormatOption = Output.TERMINAL, review_store: StoreOption = None
) -> None:
    """List the verdicts that stand; with a report, say which findings no longer occur."""
    occurring = None if report is None else {f.fingerprint for f in _report(report).all_findings}
    with _open(review_store) as store:
        stands = sorted(store.standing().values(), key=lambda s: (s.verdict.document, s.verdict.when))
    if format_ is Output.JSON:
        typer.echo(json.dumps([_listed(s, occurring) for s in stands], ensure_ascii=True, indent=1))
        return
    for stand in stands:
        _print_standing(stand, occurring)
    lapsed = 0 if occurring is None else sum(s.verdict.fingerprint not in occurring for s in stands)
    contested = sum(s.contested for s in stands)
    typer.echo(
        _count(len(stands), "verdict")
        + (f", {contested} contested" if contested else "")
        + (f", {lapsed} on findings that no longer occur" if lapsed else "")
    )


@review_app.command("undo")
def undo(
    fingerprints: Annotated[
        list[str] | None, typer.Argument(metavar="FINGERPRINT…", help="Of the findings; see `review list`.")
    ] = None,
    last: Annotated[int, typer.Option(min=0, metavar="N", help="Take back your last N verdicts.")] = 0,
    who: WhoOption = "",
    review_store: StoreOption = None,
) -> None:
    """Take verdicts back: your own, or where you gave none, the one that stands.

    Nothing is erased: taking back is an event of its own.
    """
    from mtcheck.review import VerdictStore
    from mtcheck.review.verdicts import UNDONE, now

    if not fingerprints and not last:
        raise UsageError("say what to undo: fingerprints (`mtcheck review list`) or --last N")
    who = who or _login()
    path = _path(review_store)
    with _open(review_store) as store:
        stands = store.standing()
    chosen = [_standing_on(stands, f, path) for f in dict.fromkeys(fingerprints or [])]
    if last:
        own = [v for s in stands.values() for v in s.editors if v.who == who]
        latest = sorted(own, key=lambda v: v.when)[-last:]
        chosen += [stands[v.fingerprint] for v in latest if stands[v.fingerprint] not in chosen]
    with VerdictStore(path, write=True) as store:
        store.add(replace(s.verdict, verdict=UNDONE, reason="", who=who, when=now()) for s in chosen)
        stands = store.standing()
    for stand in chosen:
        left = stands.get(stand.verdict.fingerprint)
        rest = f"{left.verdict.verdict} by {left.verdict.who} stands" if left else "nothing stands"
        typer.echo(_shown(f"{stand.verdict.fingerprint} {stand.verdict.code}: {rest}"))


@review_app.command("stats")
def stats(
    report: ReportOption = None, format_: FormatOption = Output.TERMINAL, review_store: StoreOption = None
) -> None:
    """Say how precise each rule is, how far editors agree, and which limits that argues for.

    Limits need the scores of the findings: give the --report that was reviewed.
    """
    from mtcheck.review.agreement import agreements, rule_records, score_cuts

    with _open(review_store) as store:
        stands = list(store.standing().values())
    scores = {} if report is None else _scores(_report(report))
    rules, pairs, cuts = rule_records(stands), agreements(stands), score_cuts(stands, scores)
    if format_ is Output.JSON:
        found: dict[str, list[Any]] = {"rules": rules, "agreement": pairs, "cuts": cuts}
        typer.echo(json.dumps({k: [asdict(x) for x in v] for k, v in found.items()}, indent=1))
        return
    from mtcheck.cli.review_tables import agreement_table, cut_table, rule_table

    tables = [rule_table(rules), agreement_table(pairs)]
    tables += [cut_table(cuts)] if report is not None else []
    typer.echo(_shown_lines("\n\n".join(tables)))


@review_app.command("serve")
def serve(
    inputs: Annotated[
        list[str], typer.Argument(metavar="REPORT.json|PATH…", help="A report, or what to check first.")
    ],
    no_models: Annotated[bool, typer.Option("--no-models", help="Run only what needs no model.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on loopback; 0 takes a free one.")] = 0,
    who: WhoOption = "",
    review_store: StoreOption = None,
) -> None:
    """Serve the page on this machine alone; what is decided on it goes straight into the store."""
    from mtcheck.review_server import ReviewServer

    run = _run(inputs, no_models=no_models)
    path = _path(review_store)
    try:
        server = ReviewServer(lambda api: _page(run, api), path, who=who or _login(), port=port)
    except OSError as error:
        raise UsageError(f"--port {port}: {error.strerror}") from error
    _end_on_signals()
    with server:
        typer.echo(f"Open {server.address}")
        typer.echo(f"Verdicts go to {_shown(str(path))}; Ctrl-C ends.", err=True)
        sys.stdout.flush()
        server.serve_forever(poll_interval=0.1)


def _end_on_signals() -> None:
    """Ctrl-C and a service manager's SIGTERM both end the server in order.

    Set here, since a shell that starts a command in the background has it ignore Ctrl-C.
    """
    import signal

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def _page(run: Report, api: str) -> str:
    from mtcheck.report import reporter

    page = reporter("html", api=api)
    parts = [page.result(result) for result in run.results]
    parts += [page.failure(failure) for failure in run.failures]
    return "".join(parts) + page.conclude(run.findings, run.rules, run.signature)


def _run(inputs: list[str], *, no_models: bool) -> Report:
    """The run to show: read back from a report, or made now."""
    from mtcheck.review.report_file import is_report, read_report

    if len(inputs) == 1 and Path(inputs[0]).is_file():
        data = _bytes(Path(inputs[0]))
        if is_report(data):
            return read_report(data, inputs[0])
    from mtcheck.cli import options
    from mtcheck.cli.check import watching
    from mtcheck.pipeline import run

    said = options.settings(None, no_models=no_models or None)
    with watching(bool(said.no_models)) as watcher:
        asked = options.options_of(said, threads=None, watcher=watcher)
        found = run(options.documents(inputs, said, format=None), asked, watcher=watcher)
    for failure in found.failures:
        typer.echo(f"mtcheck: {_shown(f'{failure.uri}: {failure.problem}')}", err=True)
    return found


def _path(given: Path | None) -> Path:
    from mtcheck.review import store_path

    return given or store_path(Path.cwd())


def _open(given: Path | None) -> VerdictStore:
    from mtcheck.review import VerdictStore

    path = _path(given)
    if not path.exists():
        raise UsageError(f"{path}: no verdicts yet; `mtcheck review import` or `serve` makes this store")
    return VerdictStore(path)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(str(file), f"cannot be read: {error.strerror}") from error


def _report(file: Path) -> Report:
    from mtcheck.review.report_file import read_report

    return read_report(_bytes(file), str(file))


def _scores(report: Report) -> dict[str, float]:
    return {f.fingerprint: f.score for f in report.all_findings if f.score is not None}


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise UsageError("this machine knows no login name: give --who NAME") from None


def _standing_on(stands: Mapping[str, Standing], fingerprint: str, path: Path) -> Standing:
    if fingerprint not in stands:
        raise UsageError(f"{fingerprint}: no verdict stands on it in {path}")
    return stands[fingerprint]


def _say_conflicts(contested: Iterable[Standing]) -> None:
    for stand in contested:
        latest = stand.verdict
        typer.echo(_shown(f"conflict {latest.fingerprint} {latest.code} {latest.document}: {_text(stand)}"))
        for verdict in stand.editors:
            counts = " (counts: it is the latest)" if verdict is latest else ""
            reason = f": {verdict.reason}" if verdict.reason else ""
            typer.echo(_shown(f"  {verdict.verdict} by {verdict.who}, {verdict.when[:16]}Z{counts}{reason}"))


def _print_standing(stand: Standing, occurring: set[str] | None) -> None:
    verdict = stand.verdict
    marks = (", contested" if stand.contested else "") + (
        ", no longer occurs" if occurring is not None and verdict.fingerprint not in occurring else ""
    )
    where = f"{verdict.document} {verdict.unit}" if verdict.unit else verdict.document
    head = f"{verdict.fingerprint} {verdict.verdict:<9} {verdict.code} {where}"
    typer.echo(_shown(f"{head} ({verdict.who}, {verdict.when[:10]}{marks})"))
    typer.echo(_shown(f"  {_text(stand)}" + (f" - {verdict.reason}" if verdict.reason else "")))


def _text(stand: Standing) -> str:
    """What it is about, short: the words that were found, else the start of the sentence."""
    text = stand.verdict.found or stand.verdict.text
    return f"“{text if len(text) <= 70 else text[:69] + '…'}”"


def _listed(stand: Standing, occurring: set[str] | None) -> dict[str, Any]:
    verdict = asdict(stand.verdict)
    verdict["contested"] = stand.contested
    verdict["editors"] = [
        {"who": v.who, "verdict": v.verdict, "reason": v.reason, "when": v.when} for v in stand.editors
    ]
    verdict["occurs"] = None if occurring is None else stand.verdict.fingerprint in occurring
    return verdict


def _shown(value: str) -> str:
    from mtcheck.report.terminal import visible

    return visible(value)


def _shown_lines(value: str) -> str:
    return "\n".join(_shown(line) for line in value.split("\n"))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
