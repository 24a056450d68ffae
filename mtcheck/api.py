"""The Python API: two functions over the same pipeline that the command line uses."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mtcheck.annotate.base import LanguageModel, Translator
from mtcheck.core import Document, InputError, Origin, Report, Result


def check(
    inputs: str | Path | Document | Iterable[str | Path | Document],
    *,
    lang: str | None = None,
    source_lang: str | None = None,
    translator: str | Translator | None = None,
    language_model: str | LanguageModel | None = None,
    names: Path | None = None,
    offline: bool = False,
) -> Report:
    """Audit files, folders, addresses or ready documents.

    Args:
        inputs: paths, folders, http(s) addresses or ``Document`` objects, or one of them.
        lang: BCP 47 language of every text; None to detect it.
        source_lang: BCP 47 language that every text was translated from; None to find out.
        translator: ``"auto"``, ``"embedded"``, a model folder, a Hub id, or an object with the
            methods of ``Translator``; None to make no round trips.
        language_model: the same for fluency.
        names: file of agreed forms (CSV or TOML).
        offline: never touch the network.

    Returns:
        the report; inputs that could not be read are among its ``failures``.

    Raises:
        UsageError: the file of agreed forms makes no sense.
    """
    from mtcheck.annotate.models import Models
    from mtcheck.names import read_names_file
    from mtcheck.pipeline import Options, run

    asked = [inputs] if isinstance(inputs, str | Path | Document) else list(inputs)
    models = None
    if translator is not None or language_model is not None:
        models = Models(translator=translator, language_model=language_model, offline=offline)
    options = Options(
        lang=lang,
        source_lang=source_lang,
        models=models,
        agreed=None if names is None else read_names_file(names),
    )
    return run(_documents(asked, offline=offline), options)


def check_text(
    text: str,
    *,
    id: str = "text",
    lang: str | None = None,
    source_lang: str | None = None,
    source: str | None = None,
    translator: str | Translator | None = None,
    language_model: str | LanguageModel | None = None,
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
        doc, lang=lang, source_lang=source_lang, translator=translator, language_model=language_model
    ).results[0]


def _documents(asked: Iterable[str | Path | Document], *, offline: bool) -> Iterable[Document | InputError]:
    from mtcheck.read import read_inputs

    for item in asked:
        if isinstance(item, Document):
            yield item
        else:
            yield from read_inputs([str(item)], offline=offline)
