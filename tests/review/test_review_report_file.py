"""A report read back says what the run said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mtcheck import check_text
from mtcheck.core import (
    Adequacy,
    Document,
    Failure,
    Fluency,
    InputError,
    Notes,
    Report,
    Result,
    RoundTrip,
    Scores,
    Span,
    TermCount,
    Token,
    Translation,
)
from mtcheck.pipeline import Options, run
from mtcheck.read import read_inputs
from mtcheck.report import reporter
from mtcheck.review.report_file import is_report, read_report

ROOT = Path(__file__).resolve().parents[2]


def written(report: Report, name: str) -> bytes:
    made = reporter(name)
    parts = [made.result(r) for r in report.results] + [made.failure(f) for f in report.failures]
    return ("".join(parts) + made.conclude(report.findings, report.rules, report.signature)).encode()


def annotated(result: Result) -> Result:
    """As if models had spoken about its first sentence."""
    first = result.document.segments[0]
    back = Translation("Назад.", "ok", "m@1")
    notes = Notes(
        RoundTrip(back, None, 51.25, 20.5, 61.0, 12.5),
        Fluency((Token(Span(first.span.start, first.span.start + 3), 7.25),), 7.25, 3.5, (first.span,)),
        Adequacy(4.75, 22.5, (Span(first.span.start, first.span.start + 2),)),
    )
    segments = (replace(first, notes=notes, source="Источник."), *result.document.segments[1:])
    doc = replace(result.document, segments=segments, metadata={"feed": "x"})
    return replace(result, document=doc, scores=Scores(None, 40.5, None, 51.25), terms=TermCount(3, 2))


@pytest.fixture
def report() -> Report:
    files = [str(ROOT / "fixtures" / "tokayev.txt"), str(ROOT / "nowhere.txt")]
    found = run(read_inputs(files), Options())
    assert found.all_findings
    assert found.failures
    return replace(found, results=tuple(map(annotated, found.results)))


def test_json_comes_back_the_same(report: Report) -> None:
    data = written(report, "json")
    assert is_report(data)
    back = read_report(data, "r.json")
    assert written(back, "json") == data
    for old, new in zip(report.results, back.results, strict=True):
        for segment in new.document.segments:
            assert new.document.text[slice(*segment.span)] == segment.text
        for found in new.findings:
            if found.span is not None and found.found is not None:
                assert new.document.text[slice(*found.span)] == old.document.text[slice(*found.span)]


def test_jsonl_comes_back_the_same(report: Report) -> None:
    across = replace(report, findings=report.results[0].findings[:1], failures=(), signature={"mtcheck": "0"})
    data = written(across, "jsonl")
    assert is_report(data)
    assert written(read_report(data, "r.jsonl"), "jsonl") == data
    failed = Report(failures=(Failure("a", "gone", "line 3", "look", unit="7"),))
    assert read_report(written(failed, "jsonl"), "r.jsonl") == failed


@pytest.mark.parametrize(
    "data",
    [b"", b"Good.", b'{"id": "a", "text": "b"}\n', b'{"version": "x", "items": []}', b"[" * 100_000],
)
def test_an_input_is_no_report(data: bytes) -> None:
    assert not is_report(data)


def change(path: str, value: Any) -> bytes:
    result = annotated(check_text("The minister said so on Monday. Translated by Google", id="a"))
    whole = json.loads(written(Report((result,)), "json"))
    *way, last = path.split(".")
    at = whole
    for step in way:
        at = at[int(step)] if step.isdigit() else at[step]
    at[last] = value
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"\xff", "byte 0"),
        (b"{}", "line 1"),
        (b'{"documents": 3}', "documents"),
        (b'{"documents": [3]}', "documents[0]"),
        (b'{"documents": []}\n{"run": 3}\noops', "line 1"),
        (change("documents.0.findings.0.span", [5, 2]), "documents[0]"),
        (change("documents.0.findings.0.span", [0, 10**15]), "documents[0]"),
        (change("documents.0.findings.0.severity", "fatal"), "documents[0]"),
        (change("documents.0.segments.0.span", "ab"), "documents[0]"),
        (change("documents.0.segments.0.text", None), "documents[0]"),
        (change("documents.0.scores", {"beauty": 1}), "documents[0]"),
        (change("signature", 3), "signature"),
    ],
)
def test_what_is_no_report_is_one_error_with_its_place(data: bytes, place: str) -> None:
    with pytest.raises(InputError) as caught:
        read_report(data, "r.json")
    assert caught.value.place == place


def test_a_document_without_text_comes_back() -> None:
    empty = Result(Document("a", "", check_text("x").document.origin), "no-verdict", "r", Scores(), ())
    assert read_report(written(Report((empty,)), "json"), "r").results[0].document.text == ""
