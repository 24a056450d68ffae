"""``mtcheck models calibrate``."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from mtcheck.core import UsageError


def calibrate(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="embedded, a model folder, or a Hub id.")],
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Folder of human text, JSONL.")],
    lang: Annotated[
        list[str] | None, typer.Option("--lang", metavar="CODE", help="Only these languages; repeatable.")
    ] = None,
    sentences: Annotated[
        int, typer.Option("--sentences", min=60, help="Human sentences to measure of each.")
    ] = 200,
) -> None:
    """Measure human text with a model, so that its scores get a place among it.

    A language model's surprisal, a translator's chrF there and back, and an estimator's penalty say
    little by themselves. This measures them on text that people wrote and translated, and keeps the
    distribution, not the text; from then on reports give percentiles. The rows of the .jsonl or
    .jsonl.gz files are {"src_lang", "tgt_lang", "source": ["…"], "human": {"who": ["…"]}}; at least 60
    sentences of 4 to 40 words make a distribution.

    \b
    mtcheck models calibrate Helsinki-NLP/opus-mt-ru-en --data my-feed
    mtcheck models calibrate ./my-language-model --data my-feed --lang ru --lang en
    """
    if not data.is_dir():
        raise UsageError(f"{data}: no such folder")
    try:
        from mtcheck.training import calibration
    except ImportError as error:
        raise UsageError(f"calibration needs the hf extra ({error}): pip install 'mtcheck[hf]'") from error
    from mtcheck.annotate import reference
    from mtcheck.cli.progress import watched

    human = calibration.HumanText(data)
    written = 0
    with watched() as watch:
        how = calibration.Measuring(human, sentences, watch, datetime.date.today())
        for done in calibration.calibrate(model, frozenset(lang or human.all_languages), how):
            typer.echo(done)
            written += 1
    if not written:
        typer.echo("nothing measured: too little human text in the languages of this model", err=True)
        raise typer.Exit(1)
    typer.echo(f"written to {reference.own_folder()}")
