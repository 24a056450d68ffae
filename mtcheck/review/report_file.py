"""A JSON or JSONL report read back, so that it can be shown and counted again without a new run.

The record (``mtcheck.report.record``) holds sentences and their places, not the text between them:
the text that comes back has line breaks there, and every offset fits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mtcheck.core import (
    Adequacy,
    Document,
    Failure,
    Fault,
    Finding,
    Fluency,
    InputError,
    Mark,
    Notes,
    Notice,
    Origin,
    Place,
    Report,
    Result,
    RoundTrip,
    Rule,
    Scores,
    Segment,
    Severity,
    Span,
    Style,
    TermCount,
    Token,
    Translation,
)

MAX_TEXT = 64 << 20
"""Code points that a document may claim to have; a report with an absurd offset is refused."""


def is_report(data: bytes) -> bool:
    """True if it looks like a report of mtcheck, in JSON or JSONL, rather than an input to check."""
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b'{"documents":'):
        return True
    first, _, _ = head.partition(b"\n")
    try:
        record = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and {"id", "verdict", "findings", "segments", "scores"} <= set(record)


def read_report(data: bytes, uri: str) -> Report:
    """The run that a report tells of.

    Args:
        data: what ``--format json`` or ``--format jsonl`` wrote.
        uri: what errors call it.

    Raises:
        InputError: it is no report; ``place`` says where (``documents[3]``, ``line 2``).
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(uri, "is not UTF-8", place=f"byte {error.start}") from None
    results: list[Result] = []
    findings: list[Finding] = []
    failures: list[Failure] = []
    rules: list[Rule] = []
    signature: dict[str, str] = {}
    for place, kind, record in _records(text, uri):
        try:
            if kind == "document":
                results.append(_result(record))
            elif kind == "finding":
                findings.append(_finding(record))
            elif kind == "failure":
                failures.append(_failure(record))
            elif kind == "rule":
                rules.append(_rule(record))
            else:
                signature.update(record)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise InputError(uri, f"is no report of mtcheck: {what}", place=place) from None
    return Report(tuple(results), tuple(findings), tuple(failures), tuple(rules), signature)


def _records(text: str, uri: str) -> Iterator[tuple[str, str, Any]]:
    """Place, kind and record of everything in a report."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        whole = None
    if isinstance(whole, dict) and "documents" in whole:
        for plural, kind in (
            ("documents", "document"),
            ("findings", "finding"),
            ("failures", "failure"),
            ("rules", "rule"),
        ):
            rows = whole.get(plural, [])
            if not isinstance(rows, list):
                raise InputError(uri, "is no list", place=plural)
            yield from ((f"{plural}[{i}]", kind, row) for i, row in enumerate(rows))
        yield "signature", "signature", whole.get("signature", {})
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield from _line(line, uri, f"line {number}")


def _line(line: str, uri: str, place: str) -> Iterator[tuple[str, str, Any]]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise InputError(uri, "is neither a JSON nor a JSONL report", place=place) from None
    if not isinstance(record, dict):
        raise InputError(uri, "is no report of mtcheck", place=place)
    if "run" in record:
        run = record["run"] if isinstance(record["run"], dict) else {}
        yield from ((place, "finding", row) for row in run.get("findings", []))
        yield place, "signature", run.get("signature", {})
    elif "error" in record:
        yield place, "failure", record["error"]
    else:
        yield place, "document", record


def _result(record: Mapping[str, Any]) -> Result:
    segments = tuple(_segment(s) for s in record["segments"])
    findings = tuple(_finding(f) for f in record["findings"])
    notice = record["disclosure"]
    terms = record["terms"]
    doc = Document(
        id=_text(record["id"]),
        text=_whole(segments, findings),
        origin=Origin(_text(record["uri"]), record["unit"]),
        lang=record["lang"],
        source_lang=record["source_lang"],
        source_lang_from=record["source_lang_from"],
        metadata=dict(record["metadata"]),
        segments=segments,
        style=_style(record.get("style")),
    )
    return Result(
        document=doc,
        verdict=_text(record["verdict"]),
        reason=_text(record["reason"]),
        scores=Scores(**record["scores"]),
        findings=findings,
        terms=None if terms is None else TermCount(terms["matched"], terms["used"]),
        signature=dict(record["signature"]),
        disclosure=None if notice is None else _notice(notice),
    )


def _style(said: Mapping[str, Any] | None) -> Style | None:
    """What the wording said; None in reports of versions that did not judge it."""
    if said is None:
        return None
    return Style(
        said["probability"],
        said["suspected_from"],
        said["human_share"],
        said["human_texts"],
        said["model"],
        tuple(Mark(Span(*m["span"]), m["weight"]) for m in said["marks"]),
        "",
    )


def _whole(segments: tuple[Segment, ...], findings: tuple[Finding, ...]) -> str:
    """The text as far as sentences and findings tell it."""
    pieces = [(f.span, f.found) for f in findings if f.span is not None and f.found is not None]
    pieces += [(s.span, s.text) for s in segments]
    spans = [f.span for f in findings if f.span is not None] + [s.span for s in segments]
    size = max((span.end for span in spans), default=0)
    if size > MAX_TEXT:
        raise ValueError(f"offset {size} is out of range")
    letters = ["\n"] * size
    for span, text in pieces:
        if len(text) == span.end - span.start:
            letters[span.start : span.end] = text
    return "".join(letters)


def _segment(record: Mapping[str, Any]) -> Segment:
    fluency, trip, adequacy = record["fluency"], record["round_trip"], record.get("adequacy")
    return Segment(
        text=_text(record["text"]),
        span=_span(record["span"]),
        kind=_text(record["kind"]),
        line=record["line"],
        lang=record["lang"],
        flags=frozenset(record["flags"]),
        source=record["source"],
        notes=Notes(
            round_trip=None if trip is None else _round_trip(trip),
            fluency=None if fluency is None else _fluency(fluency),
            adequacy=None if adequacy is None else _adequacy(adequacy),
        ),
    )


def _fluency(record: Mapping[str, Any]) -> Fluency:
    return Fluency(
        tokens=tuple(Token(_span(t[:2]), float(t[2])) for t in record.get("tokens", ())),
        mean_surprisal=float(record["mean_surprisal_bits"]),
        percentile=record["percentile"],
        spikes=tuple(_span(s) for s in record["spikes"]),
    )


def _adequacy(record: Mapping[str, Any]) -> Adequacy:
    return Adequacy(
        penalty=float(record["penalty"]),
        percentile=record["percentile"],
        doubtful=tuple(_span(s) for s in record["doubtful"]),
        fault=None if record.get("fault") is None else _fault(record["fault"]),
        fluency=record.get("fluency"),
    )


def _fault(record: Mapping[str, Any]) -> Fault:
    return Fault(record["kind"], _span(record["span"]), float(record["chance"]))


def _round_trip(record: Mapping[str, Any]) -> RoundTrip:
    forth = record["forth_translation"]
    return RoundTrip(
        back=Translation(**record["back_translation"]),
        forth=None if forth is None else Translation(**forth),
        chrf=record["chrf"],
        bleu=record["bleu"],
        ter=record["ter"],
        percentile=record["percentile"],
    )


def _finding(record: Mapping[str, Any]) -> Finding:
    return Finding(
        code=_text(record["code"]),
        name=_text(record["name"]),
        severity=Severity[record["severity"].upper()],
        message=_text(record["message"]),
        doc=_text(record["document"]),
        origin=_origin(record["place"]),
        span=None if record["span"] is None else _span(record["span"]),
        segment=record["segment"],
        found=record["found"],
        expected=record["expected"],
        score=record["score"],
        fingerprint=_text(record["fingerprint"]),
        related=tuple(
            Place(_text(p["document"]), _origin(p["place"]), _span(p["span"]), _text(p["text"]))
            for p in record["related"]
        ),
    )


def _notice(record: Mapping[str, Any]) -> Notice:
    span = record["span"]
    return Notice(
        service=_text(record["service"]),
        notice_lang=record["notice_lang"],
        source_lang=record["source_lang"],
        span=None if span is None else _span(span),
        text=_text(record["text"]),
        pattern="",
    )


def _failure(record: Mapping[str, Any]) -> Failure:
    return Failure(
        uri=_text(record["uri"]),
        problem=_text(record["problem"]),
        place=record["place"],
        mend=_text(record["mend"]),
        stage=_text(record["stage"]),
        unit=record["unit"],
    )


def _rule(record: Mapping[str, Any]) -> Rule:
    return Rule(
        code=_text(record["code"]),
        name=_text(record["name"]),
        severity=Severity[record["severity"].upper()],
        summary=_text(record["summary"]),
        explanation="",
        needs=frozenset(record["needs"]),
    )


def _origin(record: Mapping[str, Any]) -> Origin:
    return Origin(_text(record["uri"]), record["unit"], record["line"])


def _span(value: Any) -> Span:
    start, end = value
    if not (type(start) is type(end) is int and 0 <= start <= end):
        raise ValueError(f"{value} is no span")
    return Span(start, end)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    return value
