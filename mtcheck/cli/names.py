"""``mtcheck names``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from mtcheck.core import UsageError


def names(
    input_: Annotated[str, typer.Argument(metavar="-", help="- reads records from standard input.")] = "-",
) -> None:
    """Compare names: JSONL {id, a, b, kind} in, {id, same, score, relation, why} out."""
    from mtcheck.cli.check import lines_of_stdin
    from mtcheck.names import compare_records

    if input_ != "-":
        raise UsageError("names reads standard input: mtcheck names - < pairs.jsonl")
    failed = False
    for record in compare_records(lines_of_stdin()):
        failed = failed or "error" in record
        typer.echo(json.dumps(record, ensure_ascii=False))
    raise typer.Exit(2 if failed else 0)
