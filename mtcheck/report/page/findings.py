"""One finding as HTML: what is wrong, the words found and expected, and where else."""

from __future__ import annotations

from collections import defaultdict

from mtcheck.core import Place
from mtcheck.report.page.families import family_class
from mtcheck.report.page.numbering import Numbered, Numbering
from mtcheck.report.page.safe import LONG, isolated, paragraph, shown

MOST_PLACES = 25
"""Places shown of one spelling; the rest is counted."""


def finding_html(numbered: Numbered, numbering: Numbering, *, sentence: str | None = None) -> str:
    """One finding.

    Args:
        sentence: the sentence it stands under, whose words need not be said again.
    """
    finding = numbered.finding
    style = family_class(finding)
    message = shown(finding.message[: 2 * LONG])
    return (
        f'<article class="finding {style} w{finding.severity.value}" id="f{numbered.number}">'
        f'<p class="msg" id="m{numbered.number}"><span class="code {style}">{shown(finding.code)}</span> '
        f'<span class="sev">{finding.severity}</span> <bdi>{message}</bdi></p>'
        f"{_words(numbered, sentence)}{places_html(numbered, numbering)}</article>"
    )


def _words(numbered: Numbered, sentence: str | None) -> str:
    finding = numbered.finding
    if finding.found is None or finding.found == sentence:
        return ""
    if finding.expected is None:
        return "" if sentence is not None else f'<p class="fix">{isolated(finding.found)}</p>'
    return (
        f'<p class="fix"><span class="k">found</span> {isolated(finding.found)}'
        f' <span class="k">expected</span> {isolated(finding.expected)}</p>'
    )


def places_html(numbered: Numbered, numbering: Numbering) -> str:
    """The group a finding belongs to: each spelling with its count and its places; empty if alone."""
    finding = numbered.finding
    if not finding.related:
        return ""
    groups = grouped(numbered)
    summary = " · ".join(f"{isolated(t, 80)} ×{len(p)}" for t, p in groups.items())
    rows = "".join(
        f"<li>{isolated(text, 80)}: {_links(places, numbering)}</li>" for text, places in groups.items()
    )
    return f'<details class="places"><summary>{summary}</summary><ul>{rows}</ul></details>'


def grouped(numbered: Numbered) -> dict[str, list[Place]]:
    """Spelling to its places: the finding's own first, then those it is related to."""
    finding = numbered.finding
    groups: dict[str, list[Place]] = defaultdict(list)
    if finding.found is not None and finding.span is not None:
        groups[finding.found].append(Place(finding.doc, finding.origin, finding.span, finding.found))
    for place in finding.related:
        groups[place.text].append(place)
    return groups


def _links(places: list[Place], numbering: Numbering) -> str:
    links = [_link(place, numbering) for place in places[:MOST_PLACES]]
    more = len(places) - MOST_PLACES
    return ", ".join(links) + (f" and {more} more" if more > 0 else "")


def _link(place: Place, numbering: Numbering) -> str:
    sentence, href = numbering.sentence(place), numbering.href(place)
    where = f"{isolated(place.doc, 80)}" + (f", sentence {sentence}" if sentence else "")
    return where if href is None else f'<a href="{href}">{where}</a>'


def message_html(value: str) -> str:
    """A sentence of the run's own, which may quote a document."""
    return paragraph(shown(value), value, None, "why")
