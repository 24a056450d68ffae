"""How many sentences a second each stage does, against the loop that anybody would write first.

All stages of one run see the same sentences on the same machine within minutes, so that the ratios
hold where the seconds do not: other work on the machine slows both sides.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mtcheck import pipeline
from mtcheck.annotate.models import Models
from mtcheck.core import Document, InputError, UsageError

NAIVE_TRANSLATIONS = 8
"""Sentences that the naive loop translates: it takes seconds for each."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage as it was measured.

    Attributes:
        name: what was done.
        sentences: how many.
        seconds: what they took together.
        naive: seconds that the naive loop takes for as many sentences; None where there is none.
    """

    name: str
    sentences: int
    seconds: float
    naive: float | None = None

    @property
    def speed(self) -> float:
        """Sentences a second."""
        return self.sentences / max(1e-9, self.seconds)

    @property
    def ratio(self) -> float | None:
        """How many times quicker than the naive loop."""
        return None if self.naive is None else self.naive / max(1e-9, self.seconds)


def measure(
    documents: Sequence[Document], *, sentences: int, models: Callable[[bool], Models], source_lang: str
) -> Iterator[Stage]:
    """Measure one stage after the other.

    Args:
        documents: what is read; all in one language.
        sentences: at most so many are given to the models.
        models: makes models anew; its argument says whether answers are kept on disk.
        source_lang: the language that is translated into.

    Raises:
        UsageError: there is nothing to measure.
    """
    start = time.monotonic()
    results = pipeline.run(documents, pipeline.Options(source_lang=source_lang)).results
    scored = [s for r in results for s in r.document.segments if s.scored]
    if not scored:
        raise UsageError("there is no sentence to measure in what was read")
    yield Stage("rules, without models", len(scored), time.monotonic() - start)
    lang = next((r.document.lang for r in results if r.document.lang is not None), None)
    if lang is None:
        raise UsageError("the language of the text could not be told")
    texts = [s.text for s in scored][:sentences]
    yield from _models_alone(texts, models(False), lang, source_lang)
    yield from _whole_runs(documents[0], models, source_lang)


def _models_alone(texts: list[str], models: Models, lang: str, source_lang: str) -> Iterator[Stage]:
    from mtcheck.annotate.hf import naive

    start = time.monotonic()
    model, (translator, _) = models.fluency_model(), models.translator_for(lang, source_lang)
    yield Stage("loading", 0, time.monotonic() - start)
    loaded: Any = getattr(model, "loaded", None)
    seconds = _quicker(lambda: model.surprisal([" ".join(texts)]))
    slow = None if loaded is None else _quicker(lambda: naive.surprisal(loaded, texts))
    yield Stage("fluency", len(texts), seconds, slow)
    few = texts[:NAIVE_TRANSLATIONS]
    translator.translate(few[:1], source_lang=lang, target_lang=source_lang)  # opens what opens late
    seconds = _seconds(lambda: translator.translate(texts, source_lang=lang, target_lang=source_lang))
    loaded, slow = getattr(translator, "loaded", loaded), None  # the adapted model: the one under it
    if loaded is not None:
        slow = _seconds(lambda: naive.translate(loaded, few, source_lang=lang, target_lang=source_lang))
        slow *= _letters(texts) / _letters(few)
    yield Stage("back-translation", len(texts), seconds, slow)


def _letters(texts: Sequence[str]) -> int:
    return sum(map(len, texts))


def _whole_runs(doc: Document, models: Callable[[bool], Models], source_lang: str) -> Iterator[Stage]:
    """The whole run of one document: nothing kept, everything new to the store, everything kept."""
    for name, keep in (
        ("a run, nothing kept", False),
        ("a run that keeps", True),
        ("the same run again", True),
    ):
        options = pipeline.Options(source_lang=source_lang, models=models(keep))
        count = 0

        def whole(options: pipeline.Options = options) -> None:
            nonlocal count
            result = pipeline.run([doc], options).results[0]
            count = sum(s.notes.fluency is not None for s in result.document.segments)

        seconds = _seconds(whole)
        yield Stage(name, count, seconds)


def _quicker(work: Callable[[], object]) -> float:
    """Seconds of the quicker of two times: the first opens what opens late."""
    return min(_seconds(work), _seconds(work))


def _seconds(work: Callable[[], object]) -> float:
    start = time.monotonic()
    work()
    return time.monotonic() - start


def peak_memory() -> float:
    """The most memory that this process has held so far, in GB (not known on Windows: 0)."""
    try:
        import resource
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e9


def read(inputs: Sequence[str]) -> list[Document]:
    """Documents to measure.

    Raises:
        UsageError: an input that cannot be read, or a localisation file.
    """
    from mtcheck.read.sources import read_inputs

    out = []
    for item in read_inputs(inputs):
        if isinstance(item, InputError):
            raise UsageError(str(item))
        if not isinstance(item, Document):
            raise UsageError(f"{item.uri}: running text is measured, this is a localisation file")
        out.append(item)
    return out
