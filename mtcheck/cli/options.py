"""The options that several commands share, and what they come to together with the file of settings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mtcheck import config as configuration
from mtcheck.config import Config
from mtcheck.core import Catalogue, Document, InputError, UsageError
from mtcheck.selection import Selection, covers, require_selectors

if TYPE_CHECKING:
    from mtcheck.annotate.models import Models
    from mtcheck.pipeline import Options, Watcher

Item = Document | Catalogue | InputError


class FailOn(StrEnum):
    """Values of ``--fail-on``."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"
    NEVER = "never"


Format = Annotated[
    str | None,
    typer.Option("--from", metavar="FORMAT", help="Format of the input; told by name and content otherwise."),
]
Settings = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="Settings; otherwise the nearest mtcheck.toml or pyproject."
    ),
]
Select = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        metavar="RULES",
        help="Run these rules alone, and only the models they need: codes, beginnings, names; commas.",
    ),
]
Ignore = Annotated[list[str] | None, typer.Option("--ignore", metavar="RULES", help="Leave these rules out.")]
Lang = Annotated[
    str | None, typer.Option("--lang", help="Language of the text (BCP 47); detected otherwise.")
]
SourceLang = Annotated[
    str | None,
    typer.Option("--source-lang", help="Language it was translated from; by notice or markup otherwise."),
]
Names = Annotated[
    Path | None, typer.Option("--names", help="Agreed forms of names and titles (CSV, TOML or TBX).")
]
Terms = Annotated[Path | None, typer.Option("--terms", help="Agreed terms (CSV, TOML or TBX).")]
NoModels = Annotated[
    bool | None,
    typer.Option(
        "--no-models/--models",
        help="Run only what needs no model; --models: look at messages of localisation files as well.",
        show_default=False,
    ),
]
Budget = Annotated[
    str | None,
    typer.Option(
        "--budget",
        metavar="TIME",
        help="Time that models may take (60s, 2m); messages of localisation files are then looked at too.",
    ),
]
OnlySuspicious = Annotated[
    bool | None,
    typer.Option(
        "--only-suspicious/--all",
        help="Ask models only where cheap evidence points, in messages of localisation files too.",
        show_default=False,
    ),
]
Offline = Annotated[
    bool | None,
    typer.Option("--offline/--no-offline", help="Open no network connection.", show_default=False),
]
Translator = Annotated[
    str | None,
    typer.Option(
        "--translator",
        help="auto, embedded, a model folder, or a Hub id with or without @revision.",
        show_default="auto",
    ),
]
LanguageModel = Annotated[
    str | None,
    typer.Option(
        "--language-model",
        help="Model for fluency: auto, embedded, a model folder, or a Hub id.",
        show_default="auto",
    ),
]
QualityModel = Annotated[
    str | None,
    typer.Option(
        "--quality-model",
        help="Model for adequacy beside a source: a MetricX folder or Hub id.",
        show_default="the language model",
    ),
]
AllowPrivate = Annotated[
    bool, typer.Option("--allow-private", help="Let addresses be private or on this machine.")
]
Threads = Annotated[
    int | None, typer.Option("--threads", min=1, help="Threads for models; the idle cores otherwise.")
]
NoCache = Annotated[
    bool,
    typer.Option("--no-cache", help="Ask models anew, and keep nothing of what they say (for timing)."),
]


def settings(file: Path | None, **said: Any) -> Config:
    """The file of settings with what the command line says over it.

    Args:
        file: the one that was named; None for the nearest one, if there is any.
        said: fields of ``Config``; None where the command line says nothing.

    Raises:
        UsageError: a setting makes no sense.
    """
    path = file or configuration.find(Path.cwd())
    config = Config() if path is None else configuration.read(path)
    _require_known(config)
    for name in ("select", "ignore"):
        if said.get(name) is not None:
            said[name] = _selectors(said[name], f"--{name}")
    if said.get("budget") is not None:
        if said.get("no_models"):
            raise UsageError("--budget is time for models, and --no-models leaves them out: choose one")
        said |= {"budget": _seconds(said["budget"]), "no_models": False}
    if said.get("only_suspicious"):
        if said.get("no_models"):
            raise UsageError("--only-suspicious is about models, and --no-models leaves them out: choose one")
        said["no_models"] = False
    config = replace(config, **{k: v for k, v in said.items() if v is not None})
    require_language("--lang", config.lang)
    require_language("--source-lang", config.source_lang)
    return config


def _seconds(budget: str) -> float:
    from mtcheck.annotate.budget import parse_duration

    try:
        return parse_duration(budget)
    except UsageError as error:
        raise UsageError(f"--budget: {error}") from None


def _selectors(given: list[str], option: str) -> tuple[str, ...]:
    """The selectors of an option that may be repeated and takes commas."""
    from mtcheck.checks import rules

    found = tuple(s.strip() for part in given for s in part.split(",") if s.strip())
    require_selectors(found, rules(), where=option)
    return found


def _require_known(config: Config) -> None:
    """Refuse a file of settings that names a rule that does not exist."""
    stated = {"select": config.select, "ignore": config.ignore, "severity": tuple(config.severity)}
    stated["overrides"] = tuple(s for o in config.overrides for s in (*o.select, *o.ignore, *o.severity))
    if any(stated.values()):
        from mtcheck.checks import rules

        for key, selectors in stated.items():
            require_selectors(selectors, rules(), where=f"{config.path}: {key}")


def selection_of(config: Config) -> Selection:
    """What the settings say about rules and findings, with the baseline read.

    Raises:
        UsageError: the baseline cannot be read.
    """
    from mtcheck import baseline

    return Selection(
        select=config.select,
        ignore=config.ignore,
        severity=config.severity,
        overrides=config.overrides,
        folder=config.folder,
        baseline=None if config.baseline is None else baseline.read(config.baseline),
    )


def options_of(config: Config, *, threads: int | None, watcher: Watcher, keep: bool = True) -> Options:
    """What the pipeline is asked for.

    Args:
        keep: keep what models say, and take what is kept.

    Raises:
        UsageError: the file of names or terms or the baseline cannot be read.
    """
    from mtcheck.names import read_names_file
    from mtcheck.pipeline import Options

    return Options(
        lang=config.lang,
        source_lang=config.source_lang,
        models=None if config.no_models else _models(config, threads, watcher, keep),
        agreed=None if config.names is None else read_names_file(config.names),
        terms=None if config.terms is None else read_names_file(config.terms),
        selection=selection_of(config),
        units=_wants_units(config),
        budget=config.budget,
        only_suspicious=bool(config.only_suspicious),
    )


def _wants_units(config: Config) -> bool:
    """Whether models were asked for in so many words, without which no run on catalogues turns slow."""
    asked = config.budget is not None or config.translator is not None or bool(config.only_suspicious)
    return asked or config.no_models is False


def documents(
    inputs: list[str],
    config: Config,
    *,
    format: str | None,
    allow_private: bool = False,
    besides: Path | None = None,
) -> Iterator[Item]:
    """What the inputs hold; what the settings exclude and the file ``besides`` are never opened."""
    from mtcheck.read import read_inputs

    own = None if besides is None else os.path.abspath(besides)  # noqa: PTH100

    def skip(uri: str) -> bool:
        if own is not None and os.path.abspath(uri) == own:  # noqa: PTH100
            return True
        return bool(config.exclude) and covers(config.exclude, uri, config.folder)

    found: Iterable[Item] = read_inputs(
        inputs,
        format=format,
        offline=bool(config.offline),
        allow_private=allow_private,
        source_locale=config.source_lang,
        skip=skip,
    )
    yield from (item for item in found if not skip(uri_of(item)))


def uri_of(item: Item) -> str:
    """The file or address that something was read from."""
    return item.origin.uri if isinstance(item, Document) else item.uri


def require_language(option: str, tag: str | None) -> None:
    """Refuse what cannot be a BCP 47 tag.

    Raises:
        UsageError: such as for ``--lang english``.
    """
    import re

    if tag is not None and not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", tag):
        raise UsageError(f"{option} {tag}: give a BCP 47 language tag, such as en, ru or pt-BR")


def on_github() -> bool:
    """Whether this runs in a job of GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _models(config: Config, threads: int | None, watcher: Watcher, keep: bool) -> Models:
    from mtcheck.annotate.models import Models

    return Models(
        translator=config.translator or "auto",
        language_model=config.language_model or "auto",
        quality_model=config.quality_model,
        offline=bool(config.offline),
        threads=threads,
        keep=keep,
        say=watcher.say,
    )
