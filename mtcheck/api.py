"""The Python API: two functions over the same pipeline that the command line uses."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mtcheck.annotate.base import LanguageModel, QualityEstimator, Translator
from mtcheck.core import Catalogue, Document, InputError, Origin, Report, Result


def check(
    inputs: str | Path | Document | Iterable[str | Path | Document],
    *,
    lang: str | None = None,
    source_lang: str | None = None,
    translator: str | Translator | None = None,
    language_model: str | LanguageModel | None = None,
    quality_model: str | QualityEstimator | None = None,
    names: Path | None = None,
    terms: Path | None = None,
    offline: bool = False,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    baseline: Path | None = None,
    budget: str | float | None = None,
    only_suspicious: bool = False,
) -> Report:
    """Audit files, folders, addresses or ready documents.

    Args:
        inputs: paths, folders, http(s) addresses or ``Document`` objects, or one of them.
        lang: BCP 47 language of every text; None to detect it.
        source_lang: BCP 47 language that every text was translated from; None to find out.
        translator: ``"auto"``, ``"embedded"``, a model folder, a Hub id, or an object with the
            methods of ``Translator``; None to make no round trips.
        language_model: the same for fluency, and for adequacy of what has a source.
        quality_model: a MetricX folder, a Hub id or a ``QualityEstimator`` for adequacy instead.
        names: file of agreed forms of names (CSV, TOML or TBX).
        terms: file of agreed terms, likewise.
        offline: never touch the network.
        select: codes, beginnings of codes or names of the rules to run; empty for all.
        ignore: those to leave out.
        baseline: file of findings that are known and left out; see ``mtcheck baseline``.
        budget: time that models may take, as ``"60s"``, ``"2m"`` or seconds; None for no limit.
        only_suspicious: ask models only where cheap evidence points.

    Returns:
        the report; inputs that could not be read are among its ``failures``, and what was left out
        is said in ``signature["left_out"]``.

    Raises:
        UsageError: the file of agreed forms, the baseline or the budget makes no sense, or there is no
            such rule.
    """
    from mtcheck import baseline as known
    from mtcheck.annotate.budget import parse_duration
    from mtcheck.annotate.models import Models
    from mtcheck.checks import rules
    from mtcheck.names import read_names_file
    from mtcheck.pipeline import Options, run
    from mtcheck.selection import Selection, require_selectors

    asked = [inputs] if isinstance(inputs, str | Path | Document) else list(inputs)
    models = None
    if translator is not None or language_model is not None or quality_model is not None:
        models = Models(
            translator=translator,
            language_model=language_model,
            quality_model=quality_model,
            offline=offline,
        )
    selection = Selection(
        select=tuple(select),
        ignore=tuple(ignore),
        baseline=None if baseline is None else known.read(baseline),
    )
    require_selectors((*selection.select, *selection.ignore), rules(), where="check")
    options = Options(
        lang=lang,
        source_lang=source_lang,
        models=models,
        agreed=None if names is None else read_names_file(names),
        terms=None if terms is None else read_names_file(terms),
        selection=selection,
        budget=None if budget is None else parse_duration(str(budget)),
        only_suspicious=only_suspicious,
    )
    return run(_documents(asked, offline=offline, source_lang=source_lang), options)


def check_text(
    text: str,
    *,
    id: str = "text",
    lang: str | None = None,
    source_lang: str | None = None,
    source: str | None = None,
    translator: str | Translator | None = None,
    language_model: str | LanguageModel | None = None,
    quality_model: str | QualityEstimator | None = None,
) -> Result:
    """Audit one string; arguments as for ``check``.

    Args:
        text: plain text.
        id: what the report calls it.
        source: the text it was translated from, if you have it.
    """
    from dataclasses import replace

    from mtcheck.read import plain

    try:
        doc = next(iter(plain.read(text.encode("utf-8", "surrogatepass"), id)), None)
    except InputError:  # what no file may hold (NUL, nothing at all), a string may
        doc = None
    if not isinstance(doc, Document):
        doc = Document(id, text, Origin(id))
    doc = replace(doc, id=id, source=source)
    return check(
        doc,
        lang=lang,
        source_lang=source_lang,
        translator=translator,
        language_model=language_model,
        quality_model=quality_model,
    ).results[0]


def _documents(
    asked: Iterable[str | Path | Document], *, offline: bool, source_lang: str | None
) -> Iterable[Document | Catalogue | InputError]:
    from mtcheck.read import read_inputs

    for item in asked:
        if isinstance(item, Document):
            yield item
        else:
            yield from read_inputs([str(item)], offline=offline, source_locale=source_lang)
