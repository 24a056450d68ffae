"""Findings from the wording of a whole document."""

from __future__ import annotations

from collections.abc import Iterator

from mtcheck.checks.base import Check
from mtcheck.core import Document, Finding, Severity, Style


class MachineTranslationStyle(Check):
    """The style of the text is nearer to machine translation than that of nearly all human texts.

    What it does
        Judges the wording of a document of 80 words or more: n-grams of characters, words and word
        shapes, and, where the embedded model runs, what it was taught to see. Reports a probability above
        the limit of the language, and the words that weigh most.

    Why it matters
        Most machine-translated text says nothing of it. Readers, editors and training sets want to
        know what may be.

    Limits
        It proves nothing: the text "may be" machine-translated. The limit is set so that at most 1 in
        100 texts written in the language and 5 in 100 human translations are reported, and no large set
        of them more than three times that; an eighth of machine translations into English reach it, a
        seventh to two thirds into other languages (without a model a tenth to a third). Systems of
        after 2022 and edited machine translation are not measured; of other registers than news and
        software documentation only human texts are. The probability supposes that one text in ten is
        machine-translated. Figures by language and set: models/detection.card.md.

    Example
        Within the framework of the implementation of the project, the parties carried out an exchange
        of opinions on topical issues of cooperation.

    Source
        Trained on WMT 2021 and 2022 and on labelled Microsoft documentation by ``mtcheck models train
        detection``; n-grams of shapes after Baroni & Bernardini 2006, a classifier on hidden states after
        García-Romero 2025.
    """

    code = "STY001"
    name = "machine-translation-style"
    severity = Severity.NOTE
    needs = frozenset({"style"})

    def run(self, doc: Document) -> Iterator[Finding]:
        """At most one finding a document."""
        style = doc.style
        if style is None or not style.suspected:
            return
        words = [doc.text[slice(*mark.span)] for mark in style.marks]
        most = f"; what weighs most: {'; '.join(f'“{_one_line(w)}”' for w in words)}" if words else ""
        yield self.finding(
            doc,
            f"The style may be that of machine translation: probability {style.probability:.2f}, "
            f"{rarity(style)}{most}",
            score=style.probability,
        )


def rarity(style: Style) -> str:
    """How often human text scores as high, in words."""
    if style.unmatched:
        return f"none of {style.human_texts:,} human texts scores as high"
    return f"1 in {round(1 / style.human_share):,} human texts scores as high"


def _one_line(value: str) -> str:
    return " ".join(value.split())
