"""A document as HTML, in parts small enough to be drawn when they are seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mtcheck import text
from mtcheck.core import Segment, Span
from mtcheck.report.page.charts import severity_strip
from mtcheck.report.page.families import family_class
from mtcheck.report.page.findings import finding_html, message_html
from mtcheck.report.page.marks import Mark, marked
from mtcheck.report.page.numbering import Numbered, Numbering, Sheet
from mtcheck.report.page.safe import isolated, paragraph, shown

PART = 24
"""Sentences with findings in one part, or findings without a sentence."""
QUIET = 200
"""Sentences without findings in one part."""
FOLD = 3
"""As many sentences without findings in a row are folded away."""

VERDICTS = {
    "disclosed": "Machine-translated",
    "suspected": "May be machine-translated",
    "clear": "Nothing suspicious",
    "no-verdict": "No verdict",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a document on the page.

    Attributes:
        document: its number.
        html: what is drawn.
        findings: the findings in it.
        sentences: half-open interval of indices of its sentences; empty for a head.
        height: a guess at its height in pixels, before it was drawn.
    """

    document: int
    html: str
    findings: tuple[Numbered, ...] = ()
    sentences: tuple[int, int] = (0, 0)
    height: int = 200


def document_parts(sheet: Sheet, numbering: Numbering) -> Iterator[Part]:
    """The parts of one document, its head first."""
    yield Part(sheet.number, _head(sheet))
    if sheet.is_catalogue():
        yield from _tables(sheet)
        return
    for chunk in _chunks(sheet.whole):
        yield _loose(sheet.number, chunk, numbering)
    segments = sheet.result.document.segments
    for start, end in _stretches(sheet):
        found = tuple(n for i in range(start, end) for n in sheet.by_segment.get(i, ()))
        html = "".join(
            _run(sheet, numbering, first, last, quiet) for first, last, quiet in _runs(sheet, start, end)
        )
        if not start:
            html = _columns(segments) + html
        size = sum(len(segments[i].text) for i in range(start, end) if i in sheet.by_segment)
        yield Part(sheet.number, html, found, (start, end), 60 + 90 * len(found) + size // 4)


def across_parts(numbering: Numbering) -> Iterator[Part]:
    """The findings that belong to no single document, as document 0."""
    if numbering.across:
        yield Part(0, '<header class="dh"><h2 id="d0">Across documents</h2></header>', height=60)
    for chunk in _chunks(numbering.across):
        yield _loose(0, chunk, numbering)


def _chunks(found: Sequence[Numbered]) -> Iterator[tuple[Numbered, ...]]:
    for start in range(0, len(found), PART):
        yield tuple(found[start : start + PART])


def _loose(document: int, chunk: tuple[Numbered, ...], numbering: Numbering) -> Part:
    html = "".join(finding_html(n, numbering) for n in chunk)
    return Part(document, f'<div class="fs loose">{html}</div>', chunk, height=90 * len(chunk))


def _stretches(sheet: Sheet) -> Iterator[tuple[int, int]]:
    """Half-open stretches of sentences that make one part each."""
    start = loud = 0
    total = len(sheet.result.document.segments)
    for index in range(total):
        loud += index in sheet.by_segment
        if loud >= PART or index + 1 - start >= QUIET:
            yield start, index + 1
            start, loud = index + 1, 0
    if start < total:
        yield start, total


def _runs(sheet: Sheet, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Runs of sentences, and whether a run has nothing to say and is folded away.

    One sentence before and after each with a finding stays in sight.
    """
    near = {i + d for i in sheet.by_segment for d in (-1, 0, 1)}
    first = start
    while first < end:
        last = first + 1
        while last < end and (last in near) == (first in near):
            last += 1
        yield first, last, first not in near and last - first >= FOLD
        first = last


def _run(sheet: Sheet, numbering: Numbering, first: int, last: int, quiet: bool) -> str:
    items = "".join(_sentence(sheet, numbering, i) for i in range(first, last))
    html = f'<ol class="ss" start="{first + 1}">{items}</ol>'
    if not quiet:
        return html
    return (
        f'<details class="rest"><summary>{last - first} sentences without findings</summary>{html}</details>'
    )


def _sentence(sheet: Sheet, numbering: Numbering, index: int) -> str:
    doc = sheet.result.document
    segment = doc.segments[index]
    found = sheet.by_segment.get(index, ())
    worst = f" w{max(n.finding.severity for n in found).value}" if found else ""
    quiet = "" if found else " q"
    kind = f" {segment.kind}" if segment.kind in {"title", "heading"} else ""
    names = f"s{worst}{quiet}{kind}"
    under = "".join(finding_html(n, numbering, sentence=segment.text) for n in found)
    return (
        f'<li class="{names}" id="s{sheet.number}-{index + 1}" value="{index + 1}"{_surprisal(segment)}>'
        + '<div class="x">'
        + paragraph(marked(segment.text, _marks(segment, found)), segment.text, segment.lang or doc.lang, "t")
        + _beside(segment, doc.source_lang)
        + "</div>"
        + _numbers(segment)
        + (f'<div class="fs">{under}</div>' if found else "")
        + "</li>"
    )


def _marks(segment: Segment, found: Sequence[Numbered]) -> list[Mark]:
    """Marks of the findings that speak of some of its words, and of the words that surprise."""
    start = segment.span.start
    marks = [
        Mark(
            Span(n.finding.span.start - start, n.finding.span.end - start), family_class(n.finding), n.number
        )
        for n in found
        if n.finding.span is not None and n.finding.span != segment.span
    ]
    fluency = segment.notes.fluency
    spikes = fluency.spikes if fluency is not None else ()
    return marks + [Mark(Span(s.start - start, s.end - start), "spike") for s in spikes]


def _beside(segment: Segment, source_lang: str | None) -> str:
    """The back-translation and the source, as far as there are."""
    out = ""
    trip = segment.notes.round_trip
    if trip is not None:
        value, verdict = trip.back.text, trip.back.verdict
        note = "" if verdict == "ok" else f'<p class="no">No verdict: {shown(verdict)}.</p>'
        inner = paragraph(shown(value), value, source_lang) if value else ""
        out += f'<div class="b"><span class="k">Back-translation</span>{inner}{note}</div>'
    if segment.source is not None:
        inner = paragraph(shown(segment.source), segment.source, source_lang)
        out += f'<div class="o"><span class="k">Source</span>{inner}</div>'
    return out


def _numbers(segment: Segment) -> str:
    """What the models measured of a sentence, in one quiet line."""
    fluency, trip, adequacy = segment.notes.fluency, segment.notes.round_trip, segment.notes.adequacy
    said = []
    if fluency is not None and fluency.percentile is not None:
        said.append(f"fluency {fluency.percentile:.0f} of 100")
    elif fluency is not None:
        said.append(f"{fluency.mean_surprisal:.1f} bits a token")
    if adequacy is not None and adequacy.percentile is not None:
        said.append(f"adequacy {adequacy.percentile:.0f} of 100")
    elif adequacy is not None:
        said.append(f"expected penalty {adequacy.penalty:.1f} of 25")
    if trip is not None and trip.chrf is not None:
        place = "" if trip.percentile is None else f" (of human text {trip.percentile:.0f}% do worse)"
        said.append(f"round trip chrF {trip.chrf:.0f}{place}")
    if "notice" in segment.flags:
        said.append("a notice, left out of every score")
    return f'<p class="num">{" · ".join(said)}</p>' if said else ""


def _surprisal(segment: Segment) -> str:
    """Each token as ``gap.length.decibits``, for the script to draw when asked."""
    fluency = segment.notes.fluency
    if fluency is None or not fluency.tokens:
        return ""
    at, out = segment.span.start, []
    for token in fluency.tokens:
        out.append(f"{token.span.start - at}.{token.span.end - token.span.start}.{token.surprisal * 10:.0f}")
        at = token.span.end
    return f' data-tok="{" ".join(out)}"'


def _head(sheet: Sheet) -> str:
    result, doc = sheet.result, sheet.result.document
    count = len(doc.segments)
    strip = ""
    if count:
        label = f"{count} sentences, {len(sheet.by_segment)} with findings"
        strip = severity_strip(sheet.worst(), count, label, sheet.number)
    return (
        f'<header class="dh"><h2 id="d{sheet.number}">{isolated(doc.id, 500)}</h2>'
        f'<p class="v {result.verdict}">{VERDICTS[result.verdict]}</p>{message_html(result.reason)}'
        f'<p class="facts">{" · ".join(_facts(sheet))}</p>{strip}</header>'
    )


def _columns(segments: Sequence[Segment]) -> str:
    """Names of the columns, for the eye; each text beside the sentence says its own to the rest."""
    names = ["Text"]
    if any(s.notes.round_trip is not None for s in segments):
        names.append("Back-translation")
    if any(s.source is not None for s in segments):
        names.append("Source")
    if len(names) == 1:
        return ""
    return (
        f'<p class="cols c{len(names)}" aria-hidden="true">{"".join(f"<span>{n}</span> " for n in names)}</p>'
    )


def _facts(sheet: Sheet) -> list[str]:
    doc, scores = sheet.result.document, sheet.result.scores
    facts = []
    if sheet.is_catalogue():
        facts.append(shown(f"{doc.metadata['units']} messages ({doc.metadata['format']})"))
    if doc.source_lang is not None:
        facts.append(f"{shown(text.language_name(doc.source_lang))} → {shown(text.language_name(doc.lang))}")
    elif doc.lang is not None:
        facts.append(shown(text.language_name(doc.lang)))
    if scores.mt_probability is not None:
        facts.append(f"probability of machine translation {scores.mt_probability:.2f}")
    numbers = (("fluency", scores.fluency), ("adequacy", scores.adequacy))
    facts += [f"{name} {value:.0f} of 100" for name, value in numbers if value is not None]
    if scores.round_trip_chrf is not None:
        facts.append(f"round trip chrF {scores.round_trip_chrf:.0f}")
    if sheet.result.terms is not None and sheet.result.terms.matched:
        facts.append(f"terms {sheet.result.terms.used} of {sheet.result.terms.matched}")
    facts.append(f"{len(sheet.result.findings)} findings")
    return facts


def _tables(sheet: Sheet) -> Iterator[Part]:
    """A localisation file: its findings as tables by key."""
    for chunk in _chunks(sheet.whole):
        rows = [_row(numbered) for numbered in chunk]
        head = "<tr><th>Key</th><th>Line</th><th>Finding</th><th>Found</th><th>Expected</th></tr>"
        html = f'<table class="units"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'
        yield Part(sheet.number, html, chunk, height=70 * len(chunk))


def _row(numbered: Numbered) -> str:
    finding, style = numbered.finding, family_class(numbered.finding)
    key = finding.origin.unit
    name = "the whole file" if key is None else isolated(key, 500)
    cells = (
        f'<th scope="row">{name}</th><td class="ln">{finding.origin.line or ""}</td>'
        f'<td class="c-f"><article class="finding {style} w{finding.severity.value}" id="f{numbered.number}">'
        f'<p class="msg" id="m{numbered.number}"><span class="code {style}">{shown(finding.code)}</span> '
        f'<span class="sev">{finding.severity}</span> <bdi>{shown(finding.message)}</bdi></p></article></td>'
    )
    words = (("fo", finding.found), ("ex", finding.expected))
    cells += "".join(f'<td class="{c}">{isolated(w) if w else ""}</td>' for c, w in words)
    return f"<tr>{cells}</tr>"
