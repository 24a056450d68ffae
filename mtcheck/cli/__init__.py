"""The command line: parse, call, print, and one exit status.

0: nothing at or above ``--fail-on``. 1: findings. 2: the command or an input failed.

One command a module; each imports what it needs when it runs, so that ``--help`` is quick.
"""

from __future__ import annotations

import os
import sys

import typer

from mtcheck.cli.baseline import baseline_app
from mtcheck.cli.bench import bench
from mtcheck.cli.cache import cache_app
from mtcheck.cli.check import check
from mtcheck.cli.models import models_app
from mtcheck.cli.names import names
from mtcheck.cli.review import review_app
from mtcheck.cli.rules import explain, rules
from mtcheck.cli.translate import translate
from mtcheck.core import MtcheckError
from mtcheck.version import __version__

app = typer.Typer(
    name="mtcheck",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(check)
app.command()(translate)
app.command()(names)
app.command()(rules)
app.command()(explain)
app.command()(bench)
app.add_typer(baseline_app, name="baseline")
app.add_typer(cache_app, name="cache")
app.add_typer(models_app, name="models")
app.add_typer(review_app, name="review")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"mtcheck {__version__}")
        raise typer.Exit


@app.callback()
def mtcheck(
    version: bool = typer.Option(
        False, "--version", help="Print the version.", callback=_version, is_eager=True
    ),
) -> None:
    """Tell whether a text may have been machine-translated, translate it back, say where it reads wrong."""


def main() -> None:
    """Entry point: errors in plain words on stderr, no traceback, exit status 2."""
    try:
        app()
    except MtcheckError as error:
        typer.echo(f"mtcheck: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:  # the reader of our output has gone (`mtcheck … | head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        typer.echo("mtcheck: stopped", err=True)
        sys.exit(130)
