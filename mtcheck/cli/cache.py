"""``mtcheck cache``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from mtcheck.annotate.answers import Tally

cache_app = typer.Typer(no_args_is_help=True, help="What models said before, kept on this machine.")


@cache_app.command()
def info() -> None:
    """Show the folder, how much is kept there of each kind, and how much may be."""
    from mtcheck.annotate.cache import kept_answers

    answers = kept_answers()
    kinds = answers.tallies()
    typer.echo(f"folder       {answers.folder}")
    for kind, tally in kinds.items():
        typer.echo(f"{kind:<12} {_words(tally)}")
    everything = sum(t.entries for t in kinds.values()), sum(t.size for t in kinds.values())
    typer.echo(f"in all       {_words(everything)} of at most {_megabytes(answers.limit)}")


@cache_app.command()
def clear() -> None:
    """Delete all of it; models that were converted or fetched stay."""
    from mtcheck.annotate.cache import kept_answers

    typer.echo(f"deleted: {_words(kept_answers().clear())}")


def _words(tally: Tally | tuple[int, int]) -> str:
    entries, size = tally
    return f"{entries:,} {'answer' if entries == 1 else 'answers'}, {_megabytes(size)}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
