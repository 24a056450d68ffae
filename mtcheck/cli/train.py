"""``mtcheck models train``."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtcheck.core import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtcheck.annotate.base import ExpectingTranslator
    from mtcheck.training.classifier import Teacher
    from mtcheck.training.rater import Teacher as RaterTeacher
    from mtcheck.training.spoiling import Good
    from mtcheck.training.watch import Watch

train_app = typer.Typer(no_args_is_help=True, help="Make trained parts anew, from labelled texts.")


@train_app.command("detection")
def detection(
    data: Annotated[
        list[Path],
        typer.Option("--data", metavar="DIR", help="Folder of labelled JSONL; may be given more than once."),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write LANGUAGE.json.")] = Path(
        "models/detection"
    ),
    lang: Annotated[
        list[str] | None, typer.Option("--lang", metavar="CODE", help="Only this language; repeatable.")
    ] = None,
    no_models: Annotated[
        bool, typer.Option("--no-models", help="Only the first tier: n-grams, no classifier.")
    ] = False,
) -> None:
    """Train the detectors of machine translation by style.

    Reads every .jsonl and .jsonl.gz of the folders whose rows are labelled: your own feed as
    {"text": "…", "lang": "de", "label": "mt"} (or "human"), and the WMT and documentation sets of
    the evaluation data. A language needs 200 human and 200 machine-translated texts of 80 words.

    Same data and machine, same bytes. The embedded model is taught four times to tell the two
    apart (seven minutes each with two quiet threads, on a processor that multiplies bfloat16; many
    times that on others); what is done is kept in the cache, so that training can be broken off
    between two and taken up again.

    \b
    mtcheck models train detection --data ../shared/eval
    mtcheck models train detection --data ../shared/eval --data my-feed --lang de --out my-detectors
    """
    for folder in data:
        if not folder.is_dir():
            raise UsageError(f"{folder}: no such folder")
    try:
        from mtcheck.training import detection as training
    except ImportError as error:
        raise UsageError(f"training needs the train extra ({error}): pip install 'mtcheck[train]'") from error
    from mtcheck.cli.progress import watched

    with watched() as watch:
        teacher = None if no_models else _teacher(out, watch)
        written = training.train(data, out, teacher=teacher, watch=watch, languages=lang or ())
    for path in written:
        typer.echo(str(path))
    raise typer.Exit(0 if written else 1)


def _teacher(out: Path, watch: Watch) -> Teacher:
    from mtcheck.annotate import registry
    from mtcheck.annotate.hf import embedded
    from mtcheck.training.classifier import Teacher

    cache = registry.cache_folder()
    base = embedded.checkpoint(cache, say=watch.say)
    return Teacher(
        base=base.path,
        model=base.signature,
        out=out / "classifier",
        cache=cache / "training",
        watch=watch,
        today=datetime.date.today(),
    )


@train_app.command("adequacy")
def adequacy(
    data: Annotated[
        list[Path],
        typer.Option(
            "--data", metavar="DIR", help="Folder of translations and ratings; may be given more than once."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="JSON file to write into.")] = Path(
        "models/adequacy.json"
    ),
    rater: Annotated[
        Path, typer.Option("--rater", metavar="DIR", help="Where to write what the model is taught.")
    ] = Path("models/adequacy"),
    learn: Annotated[
        list[str] | None,
        typer.Option(
            "--pair", metavar="PAIR", help="Learn from ratings of this language pair alone; repeatable."
        ),
    ] = None,
) -> None:
    """Teach the embedded model to find what is wrong in a translation.

    Reads every .jsonl and .jsonl.gz of the folders: WMT documents (wmt*.zh-en.docs.jsonl.gz), sentence
    pairs {"en": "…", "de": "…", "made": "human", "source": "where it is from"}, and
    NAME.zh-en.mqm.jsonl.gz with rows {"doc", "system", "seg", "src", "target", "mqm", "errors"}.

    \b
    Same data and machine, same bytes. Seventy minutes with two quiet threads, on a processor that
    multiplies bfloat16; many times that on others. It may be broken off: what is done is kept in
    the cache, every hundred steps.

    \b
    mtcheck models train adequacy --data ../shared/eval --data ../shared/parallel --pair zh-en
    """
    for folder in data:
        if not folder.is_dir():
            raise UsageError(f"{folder}: no such folder")
    try:
        from mtcheck.training import adequacy as training
        from mtcheck.training import rater as teaching
    except ImportError as error:
        raise UsageError(f"training needs the train extra ({error}): pip install 'mtcheck[train]'") from error
    from mtcheck.cli.progress import watched

    rated = [one for folder in data for one in teaching.read_rated(folder)]
    given = training.Data(
        rated,
        teaching.read_good(data),
        [path for folder in data for path in sorted(folder.glob("wmt*.docs.jsonl.gz"))],
    )
    pairs = learn or sorted({"-".join(r.pair) for r in rated})
    with watched() as watch:
        teacher = _rater_teacher(given.good.learnt, data, rater, watch)
        typer.echo(str(training.train(given, out, teacher=teacher, learn=pairs)))


def _rater_teacher(good: Sequence[Good], data: Sequence[Path], out: Path, watch: Watch) -> RaterTeacher:
    from mtcheck.annotate import registry
    from mtcheck.annotate.hf import embedded
    from mtcheck.training.rankings import read_rankings
    from mtcheck.training.rater import Lessons, Teacher, is_apart

    cache = registry.cache_folder()
    base = embedded.checkpoint(cache, say=watch.say)
    return Teacher(
        base=base.path,
        model=base.signature,
        lessons=Lessons(good, read_rankings(data, is_apart, watch)),
        out=out,
        cache=cache / "training",
        watch=watch,
        today=datetime.date.today(),
        listener=_shipped_translator(watch),
    )


def _shipped_translator(watch: Watch) -> ExpectingTranslator | None:
    """The translator that comes with mtcheck, None if this copy has none."""
    from mtcheck.annotate import registry
    from mtcheck.annotate.hf import adapted, adapter
    from mtcheck.annotate.hf.tuned import TunedTranslator

    shipped = adapter.shipped()
    if shipped is None:
        return None
    made = adapted.checkpoint(registry.cache_folder(), shipped, say=watch.say)
    return TunedTranslator(made, shipped)


@train_app.command("translator")
def translator(
    data: Annotated[
        list[Path],
        typer.Option("--data", metavar="DIR", help="Folder of sentence pairs; may be given more than once."),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write the adapter.")] = Path(
        "models/translator"
    ),
    examples: Annotated[
        int, typer.Option("--examples", min=1, help="Sentence pairs to show the model.")
    ] = 48000,
    share: Annotated[
        list[str] | None,
        typer.Option("--share", metavar="PAIR=SHARE", help="Share of a direction (en-ru=0.4); repeatable."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of order and first values.")] = 0,
) -> None:
    """Train the adapter that makes a translator of the embedded model.

    Reads every .jsonl and .jsonl.gz of the folders whose rows are sentence pairs,
    {"en": "…", "de": "…", "made": "human", "source": "where it is from"}, and WMT documents.
    A tenth of a second a pair with two quiet threads, on a processor that multiplies bfloat16;
    many times that on others. Broken off, it goes on where the last state was written (every
    100 steps, in the cache), and comes to the same end.

    \b
    mtcheck models train translator --data ../shared/parallel --data ../shared/eval
    mtcheck models train translator --data my-pairs --share en-fr=0.5 --share fr-en=0.5 --out my-translator
    """
    for folder in data:
        if not folder.is_dir():
            raise UsageError(f"{folder}: no such folder")
    try:
        from mtcheck.training import held_out
        from mtcheck.training import translator as training
    except ImportError as error:
        raise UsageError(f"training needs the train extra ({error}): pip install 'mtcheck[train]'") from error
    from mtcheck.annotate import registry
    from mtcheck.annotate.hf import embedded
    from mtcheck.cli.progress import watched

    shipped = [replace(training.ROUNDS[0], examples=examples), *training.ROUNDS[1:]]
    rounds = [training.Round(_shares(share), examples)] if share else shipped
    cache = registry.cache_folder()
    with watched() as watch:
        base = embedded.checkpoint(cache, say=watch.say)
        written = training.train(
            data,
            base.path,
            out,
            rounds=rounds,
            seed=seed,
            states=cache / "training",
            watch=watch,
            made_of={
                "package": base.name,
                "version": base.revision,
                "sha256": embedded.expected_sha256(),
            },
            today=datetime.date.today(),
        )
        held_out.add(data, out, cache, watch=watch)
    typer.echo(str(written))


def _shares(given: list[str]) -> dict[tuple[str, str], float]:
    out = {}
    for item in given:
        pair, _, share = item.partition("=")
        source, _, target = pair.partition("-")
        try:
            out[source, target] = float(share)
        except ValueError:
            raise UsageError(f"--share {item}: write a direction and its share, such as en-ru=0.4") from None
    return out
