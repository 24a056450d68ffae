"""Finds notices in text and in markup, and says which one stands in the record."""

from __future__ import annotations

import re
from dataclasses import replace

from mtcheck import resources
from mtcheck.core import Notice, Span, Trace
from mtcheck.notices.context import label_stands, named_beside
from mtcheck.notices.grammar import Verdict, judge
from mtcheck.notices.units import Unit, candidates

__all__ = ["disclosure", "find_notices", "find_notices_in_markup", "service_name"]


def find_notices(text: str, *, lang: str | None = None) -> tuple[Notice, ...]:
    """Statements in a text that it was machine-translated, in order.

    Args:
        text: plain text or Markdown; spans count code points in it.
        lang: BCP 47 language of the text if known; it only breaks ties between languages whose
            notices look alike.
    """
    found: dict[Span, Notice] = {}
    for group in candidates(text):
        for unit in group:
            notice = _read(unit, text, lang)
            if notice is None or notice.span is None:
                continue
            if not any(s.start < notice.span.end and notice.span.start < s.end for s in found):
                found[notice.span] = notice
    return tuple(found[span] for span in sorted(found))


def _read(unit: Unit, text: str, lang: str | None) -> Notice | None:
    first = (lang or "").split("-")[0].lower()
    verdicts = [v for name in unit.langs if (v := judge(unit.text, name)) is not None]
    if unit.item:
        verdicts = [v for v in verdicts if v.of_itself]
    verdicts = [v for v in verdicts if not v.label or label_stands(text, unit.start, unit.end, v.lang)]
    if not verdicts:
        return None
    best = min(verdicts, key=lambda v: (v.unknown, v.lang != first, v.source_lang is None))
    start, end = _place(unit, best, text)
    words = " ".join(text[start:end].split())
    service, source = best.service, best.source_lang
    if service == "generic" or source is None:
        name, language = named_beside(text, unit.start, unit.end, best.lang)
        service = name or service if service == "generic" else service
        source = source or language
    return Notice(service, best.lang, source, Span(start, end), words, f"{best.lang}.{best.rule}")


def _place(unit: Unit, verdict: Verdict, text: str) -> tuple[int, int]:
    start, end = unit.origin[verdict.start], unit.origin[verdict.end]
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    return start, end


_CODE_START = re.compile(r"<(script|style|template|button|select|label)\b", re.IGNORECASE)
_BLOCK = re.compile(
    r"</?(?:p|div|li|ul|ol|h[1-6]|br|hr|tr|td|th|table|section|article|header|footer|aside|nav|main|blockquote|"
    r"dd|dt|dl|title|head|body|html|form|option|select|button|label|figcaption|pre|center|small)\b[^<>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[/!?A-Za-z][^<>]{0,5000}>")
_TITLES = re.compile(
    r"<meta\b[^<>]{0,300}\bname=[\"']?(?:description|translat\w*|generator-note|notice)[\"']?[^<>]{0,300}?"
    r"\bcontent=[\"']([^\"'<>]{4,400})[\"']",
    re.IGNORECASE,
)


def find_notices_in_markup(markup: str) -> tuple[Notice, ...]:
    """Notices that stand in HTML: footers, comments and whatever else extraction takes away.

    Their ``span`` is None, since they have no place in the extracted text.
    """
    rest, comments = _comments(markup)
    body = _TAG.sub("", _BLOCK.sub("\n\n", _without_code(rest)))
    titles = "\n\n".join(_TITLES.findall(markup))
    flat = "\n".join(" ".join(part.split()) + "\n" for part in body.split("\n\n") if part.strip())
    found = (find_notices(part) for part in (flat, titles, "\n\n".join(comments)) if part.strip())
    unique: dict[str, Notice] = {}
    for notice in (n for notices in found for n in notices):
        unique.setdefault(notice.text, replace(notice, span=None))
    return tuple(unique.values())


def _comments(markup: str) -> tuple[str, list[str]]:
    """Markup without comments, and the comments; linear whatever the input."""
    outside, comments, position = [], [], 0
    while (start := markup.find("<!--", position)) >= 0 and (end := markup.find("-->", start + 4)) >= 0:
        outside.append(markup[position:start])
        comments.append(markup[start + 4 : end])
        position = end + 3
    return " ".join([*outside, markup[position:]]), comments


def _without_code(markup: str) -> str:
    """Markup without scripts, styles and templates."""
    lower, kept, position = markup.lower(), [], 0
    while match := _CODE_START.search(markup, position):
        end = lower.find(f"</{match.group(1).lower()}", match.end())
        if end < 0:
            break
        kept.append(markup[position : match.start()])
        position = end
    return "\n".join([*kept, markup[position:]])


def disclosure(notices: tuple[Notice, ...], traces: tuple[Trace, ...]) -> Notice | None:
    """The one notice that stands for a document, None if it discloses nothing.

    A notice in the text comes before one in the markup, and both before a trace; what the first
    leaves open (service, source language) is filled in from the others. Only traces that prove
    machine translation count.
    """
    proofs = [t for t in traces if t.proof and t.claim == "machine"]
    others = [Notice(t.service, None, t.source_lang, None, t.text, t.pattern) for t in proofs]
    ranked = [*sorted(notices, key=lambda n: (n.span is None, n.service == "generic")), *others]
    if not ranked:
        return None
    service = next((n.service for n in ranked if n.service != "generic"), "generic")
    source = next((n.source_lang for n in ranked if n.source_lang), None)
    return replace(
        ranked[0],
        service=ranked[0].service if ranked[0].service != "generic" else service,
        source_lang=ranked[0].source_lang or source,
    )


def service_name(service: str) -> str:
    """What people call a service: "Yandex Translate" for ``yandex``; the id itself if unknown."""
    return str(resources.data("services").get(service, {}).get("name", service))
