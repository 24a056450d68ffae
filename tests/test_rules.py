"""Every rule on its fixtures, through the whole pipeline.

A fixture is an input file as a user has it, or, for rules that models speak to, a JSON object whose
annotations are written by hand.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mtcheck import checks
from mtcheck.checks.round_trip import TripCheck
from mtcheck.core import (
    Adequacy,
    Catalogue,
    Document,
    Fault,
    Finding,
    Fluency,
    Mark,
    Notes,
    Origin,
    RoundTrip,
    Span,
    Style,
    Translation,
    Unit,
)
from mtcheck.names import read_names_file
from mtcheck.pipeline import Options, make_checks, run
from mtcheck.read import read_inputs
from mtcheck.segment import segment

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
CASES = [
    (rule.code, kind, path)
    for rule in checks.rules()
    for kind in ("fires", "silent")
    for path in sorted((FIXTURES / "rules" / rule.code / kind).glob("*"))
]


@pytest.mark.parametrize(("code", "kind", "path"), CASES, ids=[f"{c}-{k}-{p.stem}" for c, k, p in CASES])
def test_fixture(code: str, kind: str, path: Path) -> None:
    needs = {rule.code: rule.needs for rule in checks.rules()}[code]
    found = annotated(path, code) if needs else read_and_run(path)
    mine = [f for f in found if f.code == code]
    assert bool(mine) is (kind == "fires"), [f.message for f in mine]
    assert len({f.fingerprint for f in mine}) == len(mine)
    for finding in mine:
        assert finding.message[0].isupper() or not finding.message[0].isalpha()
        assert finding.origin.uri


def read_and_run(path: Path) -> list[Finding]:
    code = path.parts[-3]
    agreed = read_names_file(FIXTURES / "names" / "agreed.csv") if code in {"NAM005", "NAM007"} else None
    terms = (
        read_names_file(FIXTURES / "names" / "terms.csv") if code in {"TRM002", "TRM003", "TRM004"} else None
    )
    report = run(read_inputs([str(path)]), Options(agreed=agreed, terms=terms))
    assert not report.failures, report.failures
    for result in report.results:
        for finding in result.findings:
            if finding.span is not None and finding.found is not None:
                assert result.document.text[slice(*finding.span)] == finding.found
    return list(report.all_findings)


def annotated(path: Path, code: str) -> list[Finding]:
    row: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    (rule,) = [r for r in make_checks() if r.code == code]
    said = trip(row)
    if isinstance(rule, TripCheck):
        assert said is not None
        unit = Unit(row["source"], row["source"], row["target"], line=3)
        return list(rule.judge_trip(unit, Catalogue(f"{path.stem}.po", "po", (unit,)), said))
    doc = segment(
        Document(
            path.stem, row["text"], Origin(str(path)), lang=row["lang"], source_lang=row.get("source_lang")
        )
    )
    assert len(doc.segments) == 1
    (part,) = doc.segments
    doc = replace(
        doc, segments=(replace(part, notes=Notes(said, fluency(row), adequacy(row))),), style=style(row)
    )
    return list(rule.run(doc))


def trip(row: dict[str, Any]) -> RoundTrip | None:
    if "round_trip" not in row:
        return None
    said = row["round_trip"]
    forth = None if said["forth"] is None else Translation(said["forth"], "ok", "fake@1")
    back = Translation(said["back"], said.get("verdict", "ok"), "fake@1")
    return RoundTrip(back, forth, said["chrf"], said["chrf"], 10.0, said["percentile"])


def style(row: dict[str, Any]) -> Style | None:
    if "style" not in row:
        return None
    said = row["style"]
    places = [(row["text"].index(words), words) for words in said["marks"]]
    marks = tuple(Mark(Span(start, start + len(words)), 0.4) for start, words in places)
    shares = (said["probability"], said["suspect"], said["human_share"], said["human_texts"])
    return Style(*shares, None, marks, "detection/test")


def fluency(row: dict[str, Any]) -> Fluency | None:
    if "fluency" not in row:
        return None
    said = row["fluency"]
    starts = [(row["text"].index(words), words) for words in said["spikes"]]
    spikes = tuple(Span(start, start + len(words)) for start, words in starts)
    return Fluency((), said["mean_surprisal"], said["percentile"], spikes)


def adequacy(row: dict[str, Any]) -> Adequacy | None:
    if "adequacy" not in row:
        return None
    said = row["adequacy"]
    starts = [(row["text"].index(words), words) for words in said["doubtful"]]
    doubtful = tuple(Span(n, n + len(words)) for n, words in starts)
    fault = None
    if "fault" in said:
        start = row["text"].index(said["fault"]["word"])
        place = Span(start, start + len(said["fault"]["word"]))
        fault = Fault(said["fault"]["kind"], place, said["fault"]["chance"])
    return Adequacy(said["penalty"], said["percentile"], doubtful, fault)
