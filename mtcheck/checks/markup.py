"""Traces of translation engines and tools in markup and front matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from mtcheck.checks.base import Check
from mtcheck.core import Document, Finding, Severity, Trace
from mtcheck.notices import service_name
from mtcheck.text import language_name


class _TraceCheck(Check):
    """What the two rules on traces share: which traces they take, and how a finding is placed."""

    proof: ClassVar[bool]
    wording: ClassVar[str]

    def run(self, doc: Document) -> Iterator[Finding]:
        """One finding a trace."""
        for number, trace in enumerate(doc.traces):
            if trace.claim == "machine" and trace.proof is self.proof:
                finding = self.finding(
                    doc, self.wording.format(_by(trace)), found=trace.text, salt=f"{number}"
                )
                yield _at_line(finding, trace.line)


def _by(trace: Trace) -> str:
    service = f" by {service_name(trace.service)}" if trace.service != "generic" else ""
    return service + (f" from {language_name(trace.source_lang)}" if trace.source_lang else "")


def _at_line(finding: Finding, line: int | None) -> Finding:
    return finding if line is None else replace(finding, origin=replace(finding.origin, line=line))


class TranslationMarkup(_TraceCheck):
    """The markup has something that only machine translation leaves.

    What it does
        Looks in the raw HTML, Markdown or front matter for what an engine writes into the pages it
        translates: a language tag such as en-x-mtfrom-ru, Google's doubled font elements,
        class="translated-ltr" on the html element, a translate.goog address as the page's own
        address, Edge's and Yandex Browser's attributes, ms.translationtype: MT, counts of the
        Transposh plug-in, front matter keys that name an engine.

    Why it matters
        Such traces stay when the visible notice is cut away, and survive copying and archiving.

    Limits
        It shows that an engine worked on the page that was read, perhaps in the browser of the
        person who saved it, not that the publisher did. Code shown to the reader, links to
        translated pages and "notranslate" are no traces.

    Example
        <html lang="en-x-mtfrom-ru">

    Source
        mtcheck/data/traces.toml, a source a line.
    """

    code = "MRK001"
    name = "machine-translation-markup"
    severity = Severity.ERROR
    proof = True
    wording = "The markup shows that the page was machine-translated{}"


class TranslationWidget(_TraceCheck):
    """The markup has a translation tool in it, which may have translated the page.

    What it does
        Reports the marks of tools that offer translations: the widgets of Google Translate and
        GTranslate, the plug-ins TranslatePress, Weglot, Transposh, Linguise and ConveyThis,
        localisation keys that do not say who translated.

    Why it matters
        A page of a site that translates itself is more likely to be a translation, and the mark
        says where to look.

    Limits
        A weak sign: the original page carries the same widget, and such tools also serve human
        translations. It never makes a document "disclosed".

    Example
        <div class="gtranslate_wrapper"></div>

    Source
        mtcheck/data/traces.toml, a source a line.
    """

    code = "MRK002"
    name = "translation-markup-sign"
    severity = Severity.NOTE
    proof = False
    wording = "The markup has a translation tool in it, so the page may have been translated{}"
