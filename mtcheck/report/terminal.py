"""The report for a person at a terminal: the verdict first, then sentence by sentence.

Text from documents is shown as text and nothing else: control and bidirectional formatting
characters are made visible, so that no document can move the cursor or colour the screen.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from mtcheck import resources, text
from mtcheck.core import Adequacy, Failure, Finding, Result, Rule, Segment, Severity
from mtcheck.report.places import MAX_KEY

if TYPE_CHECKING:
    from rich.text import Text

SHOW_ALL = 40
"""A document of at most this many sentences is shown whole when models looked at it."""

BARS = "▁▂▃▄▅▆▇█"

VERDICTS = {
    "disclosed": ("bold white on red", "MACHINE-TRANSLATED"),
    "suspected": ("bold black on yellow", "MAY BE MACHINE-TRANSLATED"),
    "clear": ("bold black on green", "NOTHING SUSPICIOUS"),
    "no-verdict": ("bold", "NO VERDICT"),
}
STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


class TerminalReporter:
    """See ``Reporter``.

    Args:
        width: columns.
        colour: whether to write colours.
    """

    def __init__(self, *, width: int = 100, colour: bool = False) -> None:
        self._width, self._colour = max(40, width), colour
        self._verdicts: Counter[str] = Counter()
        self._severities: Counter[Severity] = Counter()
        self._failures = 0

    def result(self, result: Result) -> str:
        """Verdict, scores, and the sentences that have something to say."""
        self._verdicts[result.verdict] += 1
        self._severities.update(f.severity for f in result.findings)
        shown = self._shown(result)
        if result.verdict == "no-verdict" and not shown and not result.findings:
            return self._render([self._line(result)])
        parts: list[Any] = [self._heading(result), *self._facts(result)]
        if shown:
            parts.append(self._sentences(result, shown))
        parts += [self._listed(f, result) for f in result.findings if f.segment is None]
        hidden = sum(s.scored for s in result.document.segments) - sum(
            result.document.segments[i].scored for i in shown
        )
        if hidden and shown:
            parts.append(_plain(f"  {hidden} more sentences without findings", "dim"))
        return self._render(["", *parts, ""])

    def failure(self, failure: Failure) -> str:
        """One line: file, place, problem, mend."""
        self._failures += 1
        where = f"{failure.uri}: {failure.place}" if failure.place else failure.uri
        line = f"✗ {where}: {failure.problem}" + (f" ({failure.mend})" if failure.mend else "")
        return self._render([_plain(line, "red")])

    def conclude(
        self, findings: tuple[Finding, ...], rules: tuple[Rule, ...], signature: Mapping[str, str]
    ) -> str:
        """Findings across documents and the count of everything."""
        self._severities.update(f.severity for f in findings)
        parts: list[Any] = []
        if findings:
            parts += ["", _plain("Across documents", "bold")]
            parts += [self._finding(f, None) for f in findings]
        parts += ["", _plain(self._summary())]
        if "left_out" in signature:
            parts.append(_plain(signature["left_out"]))
        return self._render(parts)

    def _summary(self) -> str:
        documents = sum(self._verdicts.values())
        verdicts = ", ".join(f"{n} {name}" for name, n in self._verdicts.most_common())
        severities = ", ".join(_count(self._severities[s], str(s)) for s in sorted(STYLES, reverse=True))
        out = f"{_count(documents, 'document')}" + (f" ({verdicts})" if verdicts else "") + f"; {severities}"
        return out + (f"; {_count(self._failures, 'failure')}" if self._failures else "")

    def _heading(self, result: Result) -> Text:
        from rich.text import Text

        style, words = ("bold", "LOCALISATION FILE") if _is_catalogue(result) else VERDICTS[result.verdict]
        return Text.assemble((f" {words} ", style), " ", (visible(result.document.id), "bold"))

    def _line(self, result: Result) -> Text:
        """A document that nothing was found in, on one line, since a feed has hundreds of them."""
        line = self._heading(result)
        line.append(f"  {text.language_name(result.document.lang)}", "dim")
        if result.document.source_lang is not None:
            line.append(f" from {text.language_name(result.document.source_lang)}", "dim")
        return line

    def _facts(self, result: Result) -> list[Text]:
        doc, scores = result.document, result.scores
        if _is_catalogue(result):
            pair = f"{text.language_name(doc.source_lang)} to {text.language_name(doc.lang)}"
            count = _count(int(doc.metadata["units"]), "message")
            return [_plain(f"  {line}") for line in (f"{count}, {pair}", *_said_by_models(result))]
        lines = [visible(result.reason)]
        if result.disclosure is not None:
            service = resources.data("services").get(result.disclosure.service, {})
            name = service.get("name", "an unnamed service")
            lines.append(f"Service: {name}")
        origin = text.language_name(doc.source_lang)
        known = {
            "user": "as you said",
            "input": "as the input says",
            "notice": "as the notice says",
            "markup": "as the markup says",
            "notice-language": "by the language of the notice",
        }.get(doc.source_lang_from or "", "")
        lines.append(
            f"Language: {text.language_name(doc.lang)}; translated from: {origin}"
            + (f" ({known})" if known else "")
        )
        numbers = []
        if scores.fluency is not None:
            numbers.append(f"fluency {scores.fluency:.0f} of 100 (human text: 50)")
        if any(s.notes.adequacy is not None for s in doc.segments) and scores.adequacy is not None:
            numbers.append(f"adequacy {scores.adequacy:.0f} of 100 (human translations: 50)")
        if scores.round_trip_chrf is not None:
            against = "back-translation against the source" if doc.source is not None else "round trip"
            numbers.append(
                f"{against} chrF {scores.round_trip_chrf:.0f}, BLEU {scores.round_trip_bleu:.0f}, "
                f"TER {scores.round_trip_ter:.0f}"
            )
        if scores.mt_probability is not None:
            read = "n-grams and a language model" if doc.style and doc.style.model else "n-grams alone"
            numbers.append(
                f"probability of machine translation {scores.mt_probability:.2f} (by style: {read})"
            )
        if numbers:
            lines.append("Scores: " + "; ".join(numbers))
        lines += _strips(doc.segments)
        lines += _said_by_models(result)
        return [_plain(f"  {line}") for line in lines]

    def _shown(self, result: Result) -> list[int]:
        segments = result.document.segments
        with_findings = {f.segment for f in result.findings if f.segment is not None}
        annotated = any(s.notes.fluency or s.notes.round_trip for s in segments)
        if annotated and len(segments) <= SHOW_ALL:
            return list(range(len(segments)))
        return sorted(with_findings)

    def _sentences(self, result: Result, shown: Sequence[int]) -> Any:
        from rich.console import Group
        from rich.table import Table

        doc = result.document
        beside = any(s.notes.round_trip for s in doc.segments)
        table = Table(
            box=None,
            show_header=beside,
            expand=True,
            padding=(0, 1, int(beside), 1),
            header_style="dim",
            pad_edge=False,
        )
        table.add_column("", width=5, justify="right", style="dim", no_wrap=True)
        table.add_column("text", ratio=1, overflow="fold")
        if beside:
            table.add_column(
                f"back-translation ({text.language_name(doc.source_lang)})", ratio=1, overflow="fold"
            )
        for index in shown:
            segment = doc.segments[index]
            findings = [f for f in result.findings if f.segment == index]
            cells: list[Any] = [
                str(segment.line or ""),
                Group(_marked(segment, findings), *self._under(segment, findings, result)),
            ]
            if beside:
                cells.append(_back(segment))
            table.add_row(*cells)
        return table

    def _under(self, segment: Segment, findings: Sequence[Finding], result: Result) -> list[Text]:
        lines = []
        scores = _scores_line(segment)
        if scores:
            lines.append(_plain(scores, "dim"))
        return lines + [self._finding(f, result, indent="") for f in findings]

    def _listed(self, finding: Finding, result: Result) -> Text | str:
        """A finding on lines of its own: plain where there are no colours, since a file may have 100,000."""
        return self._finding(finding, result) if self._colour else "".join(self._said(finding, result))

    def _finding(self, finding: Finding, result: Result | None, indent: str = "  ") -> Text:
        from rich.text import Text

        head, said = self._said(finding, result)
        return Text.assemble(indent, (head.strip(), STYLES[finding.severity]), said)

    def _said(self, finding: Finding, result: Result | None) -> tuple[str, str]:
        """Indented rule and severity, and what was found with its place."""
        place = ""
        line = finding.origin.line
        if result is None:
            place = f" ({visible(finding.doc)}{f':{line}' if line else ''})"
        elif finding.segment is None and finding.origin.unit != result.document.origin.unit:
            place = f" ({f'line {line}, ' if line else ''}{_key(finding.origin.unit)})"
        elif (
            finding.segment is None and line and finding.span is None and line != result.document.origin.line
        ):
            place = f" (line {line})"
        return f"  {finding.code} {finding.severity}", f" {visible(finding.message)}{place}"

    def _render(self, parts: Sequence[Any]) -> str:
        from rich.console import Console
        from rich.text import Text

        out = io.StringIO()
        console = Console(
            file=out,
            width=self._width,
            force_terminal=self._colour,
            no_color=not self._colour,
            color_system="256" if self._colour else None,
            highlight=False,
            legacy_windows=False,
            _environ={},
        )
        for part in parts:
            lines = None if self._colour else plainly_wrapped(str(part), self._width)
            if lines is None or type(part) not in {str, Text}:
                console.print(part, markup=False, emoji=False)
            else:
                out.write("\n".join(lines) + "\n")
        return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


@cache
def _needs_rich() -> re.Pattern[str]:
    """Any character that may not be one column wide, or is white space other than the plain space."""
    return re.compile("[^ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0377\u0384-\u0482\u048a-\u052f\u2010-\u2027]")


def plainly_wrapped(line: str, width: int) -> list[str] | None:
    """A line without colours wrapped as rich wraps it, at the last space that fits.

    A file may have 100,000 findings, for which rich takes a minute. None where rich must do it: signs of
    two columns or none, and words longer than the line.
    """
    if _needs_rich().search(line) is not None:
        return None
    line = line.rstrip()
    lines, at = [], 0
    while len(line) - at > width:
        stop = at + width
        start = stop if line[stop] == " " else line.rfind(" ", at, stop) + 1
        while start < len(line) and line[start] == " ":
            start += 1
        if not line[at:start].strip() or start <= at:
            return None
        lines.append(line[at:start].rstrip())
        at = start
    return [*lines, line[at:]]


_LABELS = {
    "translator": "Translator",
    "translator_chosen": "Chosen because",
    "language_model": "Language model",
    "round_trip": "Round trip",
    "fluency": "Fluency",
    "adequacy": "Adequacy",
    "models_saw": "Models saw",
    "chrf": "chrF signature",
}


def _said_by_models(result: Result) -> list[str]:
    return [f"{_LABELS[key]}: {visible(value)}" for key, value in result.signature.items() if key in _LABELS]


def _is_catalogue(result: Result) -> bool:
    """Whether a result is that of a localisation file, which has messages and no text."""
    return "units" in result.document.metadata and not result.document.segments


def _strips(segments: Sequence[Segment]) -> list[str]:
    """One sign a sentence, low to high, so that the eye finds the bad ones; at most 60 sentences."""
    rows = {
        "Fluency by sentence": [s.notes.fluency.percentile if s.notes.fluency else None for s in segments],
        "Round trip by sentence": [s.notes.round_trip.chrf if s.notes.round_trip else None for s in segments],
    }
    return [
        f"{name}: " + "".join("·" if v is None else BARS[min(int(v * 8 / 100), 7)] for v in values)
        for name, values in rows.items()
        if 1 < len(values) <= 60 and any(v is not None for v in values)
    ]


def _scores_line(segment: Segment) -> str:
    parts = []
    fluency, trip, adequacy = segment.notes.fluency, segment.notes.round_trip, segment.notes.adequacy
    if fluency is not None:
        if fluency.percentile is not None:
            words = [segment.text[a - segment.span.start : b - segment.span.start] for a, b in fluency.spikes]
            unexpected = f" (unexpected: {visible(', '.join(words))})" if words else ""
            parts.append(f"fluency {fluency.percentile:.0f}{unexpected}")
        else:
            parts.append(f"{fluency.mean_surprisal:.1f} bits a token")
    if adequacy is not None:
        parts.append(_adequacy(segment, adequacy))
    if trip is not None and trip.chrf is not None:
        place = f" (of human text {trip.percentile:.0f}% do worse)" if trip.percentile is not None else ""
        parts.append(f"chrF {trip.chrf:.0f}{place}")
    return " · ".join(parts)


def _adequacy(segment: Segment, adequacy: Adequacy) -> str:
    words = [segment.text[a - segment.span.start : b - segment.span.start] for a, b in adequacy.doubtful]
    doubtful = f" (doubtful: {visible(', '.join(words))})" if words else ""
    if adequacy.percentile is None:
        return f"expected penalty {adequacy.penalty:.1f} of 25{doubtful}"
    return f"adequacy {adequacy.percentile:.0f}{doubtful}"


def _back(segment: Segment) -> Text:
    trip = segment.notes.round_trip
    if trip is None:
        return _plain("")
    for translation in (trip.back, trip.forth):
        if translation is not None and translation.verdict != "ok":
            shown = f" {visible(trip.back.text)}" if trip.back.text else ""
            return _plain(f"no verdict: {translation.verdict}.{shown}", "dim")
    return _plain(visible(trip.back.text))


def _marked(segment: Segment, findings: Sequence[Finding]) -> Text:
    """The sentence with the words of its findings and its spikes marked."""
    from rich.text import Text

    if "notice" in segment.flags:
        return Text(visible(segment.text), style="italic red")
    marked = Text(visible(segment.text))
    for span in segment.notes.fluency.spikes if segment.notes.fluency is not None else ():
        marked.stylize("underline", span.start - segment.span.start, span.end - segment.span.start)
    for finding in findings:
        if finding.span is None or finding.span == segment.span:
            continue
        start, end = finding.span.start - segment.span.start, finding.span.end - segment.span.start
        marked.stylize(f"{STYLES[finding.severity]} underline", max(0, start), end)
    return marked


def visible(value: str) -> str:
    """The text with every control or bidirectional formatting character as one visible sign.

    Line breaks become spaces; the length in code points stays, so spans still fit.
    """
    if value.isprintable():  # holds nothing of the kind; the rule, and much quicker
        return value
    return "".join(
        " "
        if c in "\n\r\t\u2028\u2029"
        else "\ufffd"
        if unicodedata.category(c) in {"Cc", "Cs"} or c in _BIDI
        else c
        for c in value
    )


_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def _key(unit: str | None) -> str:
    """A message's key, cut where it is a whole paragraph."""
    value = visible(unit or "")
    return value if len(value) <= MAX_KEY else value[: MAX_KEY - 1] + "…"


def _plain(value: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(value, style=style)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
