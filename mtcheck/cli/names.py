"""``mtcheck names``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from mtcheck.core import Document, UsageError

if TYPE_CHECKING:
    from mtcheck.names import Tally


def names(
    task: Annotated[
        str, typer.Argument(metavar="-|list|learn", help="- compares the pairs on standard input.")
    ] = "-",
    inputs: Annotated[
        list[str] | None, typer.Argument(metavar="PATH|FOLDER|URL", help="For list and learn: the texts.")
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", help="Language of the texts (BCP 47); detected otherwise.")
    ] = None,
) -> None:
    """Compare names, list the bearers of texts, or draft a file of agreed names from approved texts.

    - compares: JSONL {id, a, b, kind} in, {id, same, score, relation, why} out.

    list PATH prints one JSON line a bearer: its spellings and titles with counts and places.

    learn FOLDER prints a draft for --names (TOML): the prevailing spellings and titles.
    """
    if task == "-" and not inputs:
        raise typer.Exit(_compare())
    if task not in {"list", "learn"} or not inputs:
        raise UsageError("names -, names list PATH…, or names learn PATH…")
    from mtcheck.names import conclude, draft_names, list_bearer

    failed: list[str] = []
    bearers = conclude(_tally(inputs, lang, failed))
    if task == "learn":
        typer.echo(draft_names(bearers), nl=False)
    else:
        for bearer in bearers:
            typer.echo(json.dumps(list_bearer(bearer), ensure_ascii=False))
    raise typer.Exit(2 if failed else 0)


def _compare() -> int:
    from mtcheck.cli.check import lines_of_stdin
    from mtcheck.names import compare_records

    failed = False
    for record in compare_records(lines_of_stdin()):
        failed = failed or "error" in record
        typer.echo(json.dumps(record, ensure_ascii=False))
    return 2 if failed else 0


def _tally(inputs: list[str], lang: str | None, failed: list[str]) -> Tally:
    from mtcheck.names import Tally, tally

    total = Tally()
    for doc in _documents(inputs, lang, failed):
        total = total + tally(doc)
    return total


def _documents(inputs: list[str], lang: str | None, failed: list[str]) -> Iterator[Document]:
    """The texts with their sentences; what cannot be read is said and remembered."""
    from mtcheck.pipeline import Options, prepare
    from mtcheck.read import read_inputs

    for item in read_inputs(inputs):
        if isinstance(item, Document):
            yield prepare(item, Options(lang=lang)).doc
        elif isinstance(item, Exception):
            failed.append(str(item))
            typer.echo(f"mtcheck: {item}", err=True)
