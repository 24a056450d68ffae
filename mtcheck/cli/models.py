"""``mtcheck models``."""

from __future__ import annotations

from typing import Annotated

import typer

from mtcheck.cli.calibrate import calibrate
from mtcheck.cli.train import train_app
from mtcheck.core import ModelError, UsageError

models_app = typer.Typer(no_args_is_help=True, help="Translation and language models on this machine.")
models_app.add_typer(train_app, name="train")
models_app.command()(calibrate)


@models_app.command("list")
def list_models() -> None:
    """List the known models: whether here, pair, licence, size."""
    from mtcheck.annotate import registry
    from mtcheck.annotate.hf import embedded

    for entry in registry.entries():
        if entry.name == "embedded":
            here = (
                "ready"
                if embedded.is_converted(registry.cache_folder())
                else "installed"
                if embedded.is_installed()
                else "-"
            )
        else:
            here = "here" if registry.local_snapshot(entry) else "-"
        pairs = " ".join(f"{a}-{b}" for a, b in entry.pairs) or "many"
        typer.echo(f"{here:<10} {pairs:<8} {entry.name:<42} {entry.size_mb:>5} MB  {entry.licence}")
        if entry.note:
            typer.echo(f"{'':<20}{entry.note}")


@models_app.command()
def pull(
    pair: Annotated[str, typer.Argument(metavar="PAIR|MODEL", help="Such as ru-en, or a Hub id.")],
) -> None:
    """Fetch the model of a language pair (or one by its Hub id) and hold it to one commit."""
    from mtcheck.annotate import registry

    if registry.is_offline():
        raise ModelError("the network is off (HF_HUB_OFFLINE); unset it to pull")
    for entry in _entries(pair):
        typer.echo(
            f"Fetching {entry.name} ({entry.size_mb or '?'} MB, licence: {entry.licence or 'see its card'})",
            err=True,
        )
        path, commit = registry.fetch(entry)
        typer.echo(f"{entry.name}@{commit} {path}")


@models_app.command()
def verify() -> None:
    """Check the sums of every model that mtcheck keeps."""
    from mtcheck.annotate import registry

    broken = False
    known = registry.verify()
    for name, wrong in known:
        typer.echo(f"{name}: {'; '.join(wrong) if wrong else 'ok'}")
        broken = broken or bool(wrong)
    if not known:
        typer.echo("no models here yet: `mtcheck models list` shows what there is")
    raise typer.Exit(2 if broken else 0)


@models_app.command()
def path(model: Annotated[str, typer.Argument(metavar="PAIR|MODEL|embedded")] = "embedded") -> None:
    """Print the folder of a model, converting the embedded one if need be."""
    from mtcheck.annotate import registry
    from mtcheck.annotate.hf import embedded

    if model == "embedded":
        typer.echo(
            str(embedded.checkpoint(registry.cache_folder(), say=lambda m: typer.echo(m, err=True)).path)
        )
        return
    for entry in _entries(model):
        if found := registry.local_snapshot(entry):
            typer.echo(str(found[0]))
            return
    raise ModelError(f"{model} is not on this machine: `mtcheck models pull {model}`")


def _entries(wanted: str):  # type: ignore[no-untyped-def]
    """Registry lines for a pair or an id; an id that is not in the registry as a line of its own."""
    from mtcheck.annotate import registry

    if "/" in wanted:
        name, _, revision = wanted.partition("@")
        known = registry.find(name)
        if known is not None and not revision:
            return (known,)
        return (registry.ModelEntry(name, revision or None, (), known.licence if known else "", 0),)
    source, dash, target = wanted.partition("-")
    if not dash:
        raise UsageError(
            f"{wanted}: name a pair such as ru-en, or a Hub id such as Helsinki-NLP/opus-mt-ru-en"
        )
    found = registry.for_pair(source, target)
    if not found:
        raise ModelError(
            f"no model for {wanted} in the registry; name one by its Hub id: `mtcheck models pull ORG/NAME`"
        )
    return found[:1]
