"""The first screen: verdicts and why, where the trouble lies, and how the text stands to human text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from mtcheck.core import Failure, Rule, Severity
from mtcheck.report.page.charts import count_strip, histogram, severity_strip
from mtcheck.report.page.documents import VERDICTS
from mtcheck.report.page.families import FAMILIES, family, family_class
from mtcheck.report.page.findings import grouped
from mtcheck.report.page.numbering import Numbered, Numbering, Sheet
from mtcheck.report.page.safe import isolated, short, shown

FIRST = 12
"""Rows of a table that are shown at once; the rest is folded."""
COLUMNS = 100
"""Places in the strip of a rule; more documents share one."""


def overview(
    numbering: Numbering, failures: Sequence[Failure], rules: Sequence[Rule], signature: Mapping[str, str]
) -> str:
    """All of it as HTML."""
    return "".join(
        (
            _counts(numbering, failures),
            _failures(failures),
            _documents(numbering.sheets),
            _rules(numbering, {r.code: r for r in rules}),
            _distributions(numbering.sheets),
            _groups(numbering),
            _signature(signature),
        )
    )


def plural(count: int, noun: str) -> str:
    """``1 finding``, ``20,000 findings``."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _all(numbering: Numbering) -> Iterable[Numbered]:
    yield from numbering.across
    for sheet in numbering.sheets:
        yield from sheet.findings


def _severities(found: Iterable[Numbered]) -> str:
    counts = Counter(n.finding.severity for n in found)
    said = [plural(counts[s], str(s)) for s in sorted(Severity, reverse=True) if counts[s]]
    return ", ".join(said) or "no findings"


def _counts(numbering: Numbering, failures: Sequence[Failure]) -> str:
    verdicts = Counter(s.result.verdict for s in numbering.sheets)
    items = "".join(
        f'<li class="{name}"><strong>{verdicts[name]:,}</strong> {words.lower()}</li>'
        for name, words in VERDICTS.items()
        if verdicts[name]
    )
    failed = f"; {plural(len(failures), 'failure')}" if failures else ""
    said = f"{plural(len(numbering.sheets), 'document')}: {_severities(_all(numbering))}{failed}"
    return f'<p class="lead">{said}</p><ul class="verdicts">{items}</ul>'


def _failures(failures: Sequence[Failure]) -> str:
    if not failures:
        return ""
    rows = []
    for failure in failures:
        where = f"{failure.uri}: {failure.place}" if failure.place else failure.uri
        mend = f" ({short(failure.mend)})" if failure.mend else ""
        rows.append(f"<li>{isolated(where)}: <bdi>{short(failure.problem, 1000)}</bdi>{mend}</li>")
    return f'<section class="fail"><h2>What could not be done</h2>{_folded(rows, "<ul>", "</ul>")}</section>'


def _folded(rows: Sequence[str], before: str, after: str) -> str:
    """The first rows, and the others under a fold; each with the same frame."""
    html = before + "".join(rows[:FIRST]) + after
    if len(rows) > FIRST:
        rest = before + "".join(rows[FIRST:]) + after
        html += f"<details><summary>{len(rows) - FIRST:,} more</summary>{rest}</details>"
    return html


def _documents(sheets: Sequence[Sheet]) -> str:
    if not sheets:
        return ""
    order = list(VERDICTS)
    ranked = sorted(sheets, key=lambda s: (order.index(s.result.verdict), *_badness(s), s.number))
    head = (
        '<div class="wide"><table class="docs"><thead><tr><th>Document</th><th>Verdict</th><th>Findings</th>'
        "<th>Where</th></tr></thead><tbody>"
    )
    rows = [_document_row(sheet) for sheet in ranked]
    return f"<section><h2>Documents</h2>{_folded(rows, head, '</tbody></table></div>')}</section>"


def _badness(sheet: Sheet) -> tuple[int, ...]:
    counts = Counter(n.finding.severity for n in sheet.findings)
    return tuple(-counts[s] for s in sorted(Severity, reverse=True))


def _document_row(sheet: Sheet) -> str:
    result, count = sheet.result, len(sheet.result.document.segments)
    label = f"{count} sentences, {len(sheet.by_segment)} with findings"
    strip = severity_strip(sheet.worst(), count, label, sheet.number) if count else ""
    return (
        f'<tr><th scope="row"><a href="#d{sheet.number}">{isolated(result.document.id, 120)}</a></th>'
        f'<td><span class="v {result.verdict}">{VERDICTS[result.verdict]}</span>'
        f'<p class="why"><bdi>{short(result.reason, 240)}</bdi></p></td>'
        f"<td>{_severities(sheet.findings)}</td><td>{strip}</td></tr>"
    )


def _rules(numbering: Numbering, rules: Mapping[str, Rule]) -> str:
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for sheet in numbering.sheets:
        for n in sheet.findings:
            counts[n.finding.code][sheet.number - 1] += 1
    totals = Counter(n.finding.code for n in _all(numbering))
    if not totals:
        return ""
    rows = "".join(
        _rule_row(code, total, counts[code], len(numbering.sheets), rules.get(code))
        for code, total in totals.most_common()
    )
    legend = " ".join(
        f'<li><mark class="{f.letter.lower()} z">{f.name}</mark></li>'
        for f in FAMILIES
        if f in {family(code) for code in totals}
    )
    head = "<tr><th>Rule</th><th>Findings</th><th>By document</th></tr>"
    return (
        f'<section><h2>Findings by rule</h2><div class="wide"><table class="rules"><thead>{head}</thead>'
        f'<tbody>{rows}</tbody></table></div><ul class="legend" aria-label="Marks">{legend}</ul></section>'
    )


def _rule_row(code: str, total: int, by_document: Counter[int], documents: int, rule: Rule | None) -> str:
    share = max(1, -(-documents // COLUMNS))
    cells = [0] * -(-documents // share)
    for index, count in by_document.items():
        cells[index // share] += count
    label = f"{plural(total, 'finding')} in {plural(len(by_document), 'document')}"
    summary = f' <span class="sum">{shown(rule.summary)}</span>' if rule is not None else ""
    return (
        f'<tr><th scope="row"><span class="code {family(code).letter.lower()}" data-rule="{shown(code)}">'
        f"{shown(code)}</span>{summary}</th>"
        f"<td>{total:,}</td><td>{count_strip(cells, label) if cells else ''}</td></tr>"
    )


def _distributions(sheets: Sequence[Sheet]) -> str:
    notes = [s.notes for sheet in sheets for s in sheet.result.document.segments]
    fluency = [n.fluency.percentile for n in notes if n.fluency and n.fluency.percentile is not None]
    trips = [n.round_trip.percentile for n in notes if n.round_trip and n.round_trip.percentile is not None]
    figures = _figure("Fluency", fluency) + _figure("Round trip", trips)
    if not figures:
        return ""
    return f'<section><h2>Against human text</h2><div class="figures">{figures}</div></section>'


def _figure(name: str, values: Sequence[float]) -> str:
    if not values:
        return ""
    low = 100 * sum(v < 10 for v in values) / len(values)
    said = f"{low:.0f}% of {plural(len(values), 'sentence')} fall where the worst 10% of human sentences do."
    label = f"{name}: {said}"
    return (
        f"<figure><figcaption><b>{name}</b> {said}</figcaption>{histogram(values, label)}"
        '<p class="key">dashed: human text</p></figure>'
    )


def _groups(numbering: Numbering) -> str:
    """Names and titles that are written in more than one way."""
    rows = []
    for n in _all(numbering):
        if family_class(n.finding) == "n" and n.finding.related:
            said = " · ".join(f"{isolated(t, 80)} ×{len(p)}" for t, p in grouped(n).items())
            rows.append(f'<li><a href="#f{n.number}">{said}</a></li>')
    if not rows:
        return ""
    listed = _folded(rows, '<ul class="groups">', "</ul>")
    return f"<section><h2>Names and titles</h2>{listed}</section>"


def _signature(signature: Mapping[str, str]) -> str:
    if not signature:
        return ""
    rows = "".join(f"<dt>{shown(k)}</dt><dd>{short(v)}</dd>" for k, v in signature.items())
    return f'<details class="sig"><summary>What this stands on</summary><dl>{rows}</dl></details>'
