"""What the wording of a document says, with the words that say it at their places.

The judgement itself is ``mtcheck.style``'s; here a document is turned into the text to judge, the
language model is asked too where it was taught to tell, and marks are moved to the
document's own offsets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mtcheck import style, text
from mtcheck.annotate.base import LanguageModel, Progress, TextClassifier, silent
from mtcheck.annotate.fluency import running_text
from mtcheck.core import Document, Mark, Span
from mtcheck.style import grams

LONGEST = 1600
"""Code points of a text that the language model reads, at most about so many."""


def judge(doc: Document, classified: float | None = None) -> Document:
    """The document with its ``style``, None where it cannot be judged.

    Args:
        classified: what the language model says; None for the first tier alone.
    """
    value, places = running_text(doc)
    said = style.judge(value, doc.lang, classified)
    if said is not None:
        moved = (_moved(mark, doc, places) for mark in said.marks)
        said = replace(said, marks=tuple(mark for mark in moved if mark is not None))
    return replace(doc, style=said)


def unjudged(doc: Document) -> str:
    """Why a document has no ``style``, in plain words."""
    detector = style.detector_for(doc.lang)
    if doc.lang is None:
        return "its language is not known"
    if detector is None:
        return f"there is no detector for {text.language_name(doc.lang)}"
    return f"it has fewer than {detector.min_words} words"


def is_partner(doc: Document, model: LanguageModel) -> bool:
    """Whether a model can say more of a document that has been judged without."""
    detector = style.detector_for(doc.lang) if doc.style is not None else None
    if detector is None or detector.partner is None or not isinstance(model, TextClassifier):
        return False
    return detector.partner == style.Partner(model.signature, model.classifier)


def judge_by_classifier(
    docs: Sequence[Document], model: TextClassifier, *, progress: Progress = silent
) -> list[Document]:
    """The documents judged by both tiers; the model must be each one's partner (``is_partner``)."""
    texts = [grams.fold(running_text(doc)[0]) for doc in docs]
    said = model.classify(texts, progress=progress)
    return [judge(doc, value) for doc, value in zip(docs, said, strict=True)]


def _moved(mark: Mark, doc: Document, places: Sequence[tuple[int, Span]]) -> Mark | None:
    """A mark at its document's offsets; one that runs over a sentence's end is cut there."""
    for index, place in places:
        if place.start <= mark.span.start < place.end:
            shift = doc.segments[index].span.start - place.start
            return Mark(Span(mark.span.start + shift, min(mark.span.end, place.end) + shift), mark.weight)
    return None
