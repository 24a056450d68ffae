"""``mtcheck bench``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mtcheck.cli import options

if TYPE_CHECKING:
    from mtcheck.bench import Stage


def bench(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT...", help="Running text to measure with.")],
    source_lang: Annotated[str, typer.Option(help="Language to translate back into (BCP 47).")],
    sentences: Annotated[int, typer.Option(min=1, help="At most so many go to the models.")] = 64,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads for models; the idle cores otherwise.")
    ] = None,
) -> None:
    """Measure speed on this machine, stage by stage, against a plain loop over transformers.

    Both sides get the same sentences in the same run, so the ratios can be believed on a busy machine,
    the seconds only on an idle one. The plain loop translates eight sentences, and its time is scaled by
    length. The store of what models said is written to, so the last line shows a second run.

    \b
    mtcheck bench fixtures/tokayev.txt --source-lang ru
    """
    from mtcheck import bench as measured
    from mtcheck.annotate.models import Models

    options.require_language("--source-lang", source_lang)
    documents = measured.read(inputs)

    def models(keep: bool) -> Models:
        return Models(offline=True, threads=threads, keep=keep)

    typer.echo(f"{'stage':<24}{'sentences':>10}{'seconds':>10}{'a second':>10}{'plain loop':>12}{'times':>8}")
    for stage in measured.measure(documents, sentences=sentences, models=models, source_lang=source_lang):
        typer.echo(_row(stage))
    typer.echo(f"peak memory {measured.peak_memory():.2f} GB")


def _row(stage: Stage) -> str:
    speed = f"{stage.speed:.1f}" if stage.sentences else ""
    naive = "" if stage.naive is None else f"{stage.naive:.1f}"
    ratio = "" if stage.ratio is None else f"{stage.ratio:.1f}"
    sentences = str(stage.sentences) if stage.sentences else ""
    return f"{stage.name:<24}{sentences:>10}{stage.seconds:>10.2f}{speed:>10}{naive:>12}{ratio:>8}"
