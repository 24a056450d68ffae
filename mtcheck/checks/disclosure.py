"""Notices in the text that a machine translated it."""

from __future__ import annotations

from collections.abc import Iterator

from mtcheck.checks.base import Check
from mtcheck.core import Document, Finding, Notice, Severity
from mtcheck.notices import service_name
from mtcheck.text import language_name


class TranslationNotice(Check):
    """The text says itself that it was machine-translated.

    What it does
        Looks for disclosure notices: "Translated with DeepL", "Diese Seite wurde maschinell
        übersetzt", «Переведено сервисом «Яндекс Переводчик»», 本文由机器翻译, in more than 80 languages,
        in the text, its footer, its front matter and the comments of its markup. The finding names
        the service, the language of the notice and the source language where they are stated.

    Why it matters
        It is the one sign of machine translation that needs no guess. A text with such a notice was
        published by somebody who knew, and should be read, quoted and reused accordingly.

    Limits
        A notice is a statement about the text it stands in. Sentences that speak of translation
        services, negations, instructions, interface labels, quotations, human translators' credits
        and statements about other texts are left alone; a notice worded in none of the known ways is
        missed. The file tests/notices/cases.toml lists what is told apart; a notice says nothing
        about who corrected the text afterwards.

    Example
        Переведено сервисом «Яндекс Переводчик»

    Source
        Word classes in mtcheck/data/notices.toml, services in mtcheck/data/services.toml, both
        written for this project; names of languages from Unicode CLDR.
    """

    code = "DIS001"
    name = "translation-notice"
    severity = Severity.ERROR

    def run(self, doc: Document) -> Iterator[Finding]:
        """One finding a notice."""
        for number, notice in enumerate(doc.notices):
            found = doc.text[slice(*notice.span)] if notice.span is not None else notice.text
            yield self.finding(doc, _message(notice), span=notice.span, found=found, salt=f"{number}")


def _message(notice: Notice) -> str:
    """What was seen, in one sentence."""
    by = (
        f"translated by {service_name(notice.service)}"
        if notice.service != "generic"
        else "machine-translated"
    )
    source = f" from {language_name(notice.source_lang)}" if notice.source_lang else ""
    told = f" (notice in {language_name(notice.notice_lang)})" if notice.notice_lang else ""
    where = "text" if notice.span is not None else "markup"
    return f"The {where} says that it was {by}{source}{told}"
