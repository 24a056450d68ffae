"""Pictures as small inline SVG. Colours are attributes too, so that they show without a style sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mtcheck.core import Severity

COLOURS = {Severity.ERROR: "#b3261e", Severity.WARNING: "#c77700", Severity.NOTE: "#5b7ea6"}
HEIGHTS = {Severity.ERROR: 12, Severity.WARNING: 8, Severity.NOTE: 5}
"""Of a mark in a strip: how bad it is shows without colour as well."""

SHORTEST = 40
"""Places that a strip has room for at least: a short text has a short strip."""

_AMOUNTS = ((1, 0.35), (3, 0.6), (10, 1.0))


def severity_strip(levels: Mapping[int, Severity], length: int, label: str, document: int) -> str:
    """A strip with one place a sentence and a mark at each that has a finding.

    Args:
        levels: index of a sentence to its worst finding.
        length: number of sentences.
        label: what it shows, in words.
        document: number of the document on the page, for a jump by mouse.
    """
    paths = []
    for severity, colour in COLOURS.items():
        at = [i for i, level in sorted(levels.items()) if level is severity]
        if at:
            height = HEIGHTS[severity]
            drawn = _bars(at, 12 - height, height, length)
            paths.append(f'<path class="e{severity.value}" fill="{colour}" d="{drawn}"/>')
    return _strip("".join(paths), length, label, f' data-d="{document}"')


def count_strip(counts: Sequence[int], label: str) -> str:
    """A strip with one place a document (or a few): the darker, the more findings."""
    paths, above = [], 0
    for least, opacity in _AMOUNTS:
        most = next((n - 1 for n, _ in _AMOUNTS if n > least), max([least, *counts]))
        at = [i for i, n in enumerate(counts) if above < n <= most]
        if at:
            drawn = _bars(at, 0, 12, len(counts))
            paths.append(f'<path class="c" fill="#1f66b0" fill-opacity="{opacity}" d="{drawn}"/>')
        above = most
    return _strip("".join(paths), len(counts), label, "")


def _bars(places: Sequence[int], top: int, height: int, length: int) -> str:
    wide = ".8" if length <= 120 else "1"
    return "".join(f"M{i} {top}h{wide}v{height}h-{wide}z" for i in places)


def _strip(inner: str, length: int, label: str, extra: str) -> str:
    wide = max(SHORTEST, length)
    return (
        f'<svg class="strip" role="img" aria-label="{label}" width="240" height="12"'
        f' viewBox="0 0 {wide} 12" preserveAspectRatio="none"{extra}>'
        f'<rect class="bg" fill="#e8e8e4" width="{length}" height="12"/>{inner}</svg>'
    )


def histogram(percentiles: Sequence[float], label: str) -> str:
    """Shares of sentences by decile of human text, with the tenth that human text has in each.

    Args:
        percentiles: one a sentence, 0 to 100 against human text; at least one.
    """
    counts = [0] * 10
    for value in percentiles:
        counts[min(9, int(value // 10))] += 1
    shares = [n / len(percentiles) for n in counts]
    top = max(0.2, *shares)
    bars = "".join(
        f'<rect class="{"e2" if i == 0 else "c"}" fill="{"#c77700" if i == 0 else "#1f66b0"}"'
        f' x="{i * 24 + 2}" y="{80 - 76 * share / top:.1f}" width="20" height="{76 * share / top:.1f}"/>'
        for i, share in enumerate(shares)
    )
    line = 80 - 76 * 0.1 / top
    return (
        f'<svg class="hist" role="img" aria-label="{label}" width="240" height="100" viewBox="0 0 240 100">'
        f'{bars}<path class="axis" stroke="#888" d="M0 80.5H240"/>'
        f'<path class="human" stroke="#444" stroke-dasharray="4 3" d="M0 {line:.1f}H240"/>'
        '<text class="tick" x="2" y="95" font-size="11" fill="#666">worst tenth</text>'
        '<text class="tick" x="238" y="95" font-size="11" fill="#666" text-anchor="end">best tenth</text>'
        "</svg>"
    )
