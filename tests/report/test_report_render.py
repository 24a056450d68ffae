"""Every reporter on one run that has one of everything, against what it wrote before.

``UPDATE_SNAPSHOTS=1 pytest tests/report`` writes the snapshots anew; look at the difference.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mtcheck.core import (
    Adequacy,
    Document,
    Failure,
    Finding,
    Fluency,
    Notes,
    Notice,
    Origin,
    Place,
    Result,
    RoundTrip,
    Scores,
    Segment,
    Severity,
    Span,
    TermCount,
    Token,
    Translation,
    fingerprint,
)
from mtcheck.report import REPORTERS, reporter
from mtcheck.report.terminal import visible

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOTS = ROOT / "fixtures" / "report"
TEXT = "It rained all day.\nThe match was moved of.\nTranslated by Google"


def one_of_each() -> list[Result | Failure]:
    """Two documents and two failures that between them use every field."""
    model = "fake@1"
    rained = Segment(
        "It rained all day.",
        Span(0, 18),
        line=1,
        lang="en",
        notes=Notes(
            RoundTrip(
                Translation("Весь день шёл дождь.", "ok", model),
                Translation("It rained the whole day.", "ok", model),
                61.5,
                30.25,
                40.0,
                44.0,
            ),
            Fluency((Token(Span(0, 2), 3.5), Token(Span(3, 9), 7.25)), 5.375, 61.0),
        ),
    )
    moved = Segment(
        "The match was moved of.",
        Span(19, 42),
        line=2,
        lang="en",
        notes=Notes(
            RoundTrip(Translation("да да да да", "looping", model)),
            Fluency((Token(Span(39, 41), 17.0),), 17.0, 2.0, (Span(39, 41),)),
            Adequacy(6.25, 12.5, (Span(29, 32), Span(39, 41))),
        ),
    )
    footer = Segment("Translated by Google", Span(43, 63), "footer", 3, "en", frozenset({"notice"}))
    notice = Notice("google", "en", None, Span(43, 63), "Translated by Google", "en-by-service")
    origin = Origin("news.txt", None, 1)
    doc = Document(
        "news.txt",
        TEXT,
        origin,
        lang="en",
        source_lang="ru",
        source_lang_from="user",
        metadata={"feed": "x"},
        notices=(notice,),
        segments=(rained, moved, footer),
    )
    low = Finding(
        "FLU001",
        "low-fluency",
        Severity.NOTE,
        "Reads oddly.",
        doc.id,
        Origin("news.txt", None, 2),
        Span(19, 42),
        1,
        "The match was moved of.",
        None,
        2.0,
        fingerprint("FLU001", doc.id, "x"),
    )
    says = Finding(
        "DIS001",
        "translation-notice",
        Severity.ERROR,
        "It says so.",
        doc.id,
        Origin("news.txt", None, 3),
        Span(43, 63),
        2,
        "Translated by Google",
        None,
        None,
        fingerprint("DIS001", doc.id, "x"),
        (Place(doc.id, origin, Span(0, 2), "It"),),
    )
    first = Result(
        doc,
        "disclosed",
        "A notice in the text says so.",
        Scores(None, 31.5, None, 61.5, 30.25, 40.0),
        (low, says),
        TermCount(2, 1),
        {"translator": "fake@1 (weak)", "chrf": "nrefs:1|version:2.6.0"},
        notice,
    )
    plain = Document("b", "Short.", Origin("feed.xml", "b"), segments=(Segment("Short.", Span(0, 6)),))
    second = Result(plain, "no-verdict", "Nothing was seen.", Scores(), ())
    return [
        first,
        Failure("bad.txt", "it is empty", "line 1", "give it text"),
        second,
        Failure("b", "XXX001 failed: ZeroDivisionError: oops", stage="check"),
    ]


def rendered(name: str, **options: object) -> str:
    made = reporter(name, **options)
    parts = [made.result(e) if isinstance(e, Result) else made.failure(e) for e in one_of_each()]
    across = Finding(
        "NAM001",
        "name-spelled-two-ways",
        Severity.WARNING,
        "Two ways.",
        "b",
        Origin("feed.xml", "b", 4),
        None,
        None,
        "Petrov",
        "Petroff",
        None,
        fingerprint("NAM001", "b", "x"),
    )
    parts.append(made.conclude((across,), (), {"mtcheck": "0"}))
    return "".join(parts)


@pytest.mark.parametrize("name", [n for n in REPORTERS if n != "html"])  # its own tests: test_report_html
def test_snapshot(name: str) -> None:
    path = SNAPSHOTS / f"one_of_each.{name}"
    found = rendered(name)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


def test_colour_only_where_asked_and_width_kept() -> None:
    assert "\x1b[" in rendered("terminal", colour=True)
    assert "\x1b[" not in rendered("terminal")
    for width in (60, 120):
        assert max(map(len, rendered("terminal", width=width).splitlines())) <= width


def test_json_and_jsonl_say_the_same() -> None:
    whole = json.loads(rendered("json"))
    lines = [json.loads(line) for line in rendered("jsonl").splitlines()]
    documents = [line for line in lines if "verdict" in line]
    for record in whole["documents"]:
        for segment in record["segments"]:
            if segment["fluency"]:
                del segment["fluency"]["tokens"]
    assert whole["documents"] == documents
    assert whole["findings"] == lines[-1]["run"]["findings"]
    assert whole["failures"] == [line["error"] for line in lines if "error" in line]


def test_the_record_is_the_contract() -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="the dev extra is not installed")
    schema = json.loads(Path(__file__).with_name("record.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for line in rendered("jsonl").splitlines():
        record = json.loads(line)
        if "verdict" in record:
            validator.validate(record)
    assert list(validator.iter_errors({"id": "x"}))


def test_lone_surrogates_stay_writable() -> None:
    made = reporter("jsonl")
    doc = Document("d", "a\ud800b", Origin("d"), segments=(Segment("a\ud800b", Span(0, 3)),))
    out = made.result(Result(doc, "no-verdict", "x", Scores(), ()))
    assert json.loads(out.encode("utf-8"))["segments"][0]["text"] == "a\ud800b"


@pytest.mark.parametrize(
    ("value", "shown"),
    [("a\x1b[31m", "a\ufffd[31m"), ("a\nb\tc", "a b c"), ("\u202eabc", "\ufffdabc"), ("Привет", "Привет")],
)
def test_visible(value: str, shown: str) -> None:
    assert visible(value) == shown
    assert len(visible(value)) == len(value)
