"""The reports for CI against validators that were written by others, and against hostile text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from junitparser import Error, JUnitXml
from lxml import etree

from mtcheck import checks
from mtcheck.core import (
    Document,
    Failure,
    Finding,
    Origin,
    Place,
    Result,
    Rule,
    Scores,
    Severity,
    Span,
    fingerprint,
)
from mtcheck.pipeline import Options, run
from mtcheck.read import read_inputs
from mtcheck.report import reporter
from mtcheck.report.base import SuppressionReporter
from mtcheck.report.places import path_of, region
from mtcheck.report.sarif import MAX_LOCATIONS, MAX_RESULTS

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = Path(__file__).with_name("schemas")
HOSTILE = 'a <b> & "c" \x00\x1b[31m \ud800 \u202e ]]> 100%\n::error::x, y: z\r\n--> ￾'


def finding(
    message: str = "Seen.",
    *,
    uri: str = "locales/ru.po",
    unit: str | None = "key",
    line: int | None = 7,
    severity: Severity = Severity.WARNING,
    code: str = "PLH001",
    related: tuple[Place, ...] = (),
) -> Finding:
    return Finding(
        code, "placeholder-missing", severity, message, uri, Origin(uri, unit, line),
        fingerprint=fingerprint(code, uri, unit or "", message), related=related,
    )  # fmt: skip


def result(*findings: Finding, uri: str = "locales/ru.po") -> Result:
    return Result(Document(uri, "", Origin(uri)), "no-verdict", "x", Scores(), findings)


def rendered(name: str, *events: Result | Failure, across: tuple[Finding, ...] = ()) -> str:
    made = reporter(name)
    parts = [made.result(e) if isinstance(e, Result) else made.failure(e) for e in events]
    parts.append(made.conclude(across, checks.rules(), {"mtcheck": "0"}))
    return "".join(parts)


HOSTILE_RUN = (
    result(finding(HOSTILE, unit=HOSTILE), finding(HOSTILE, unit=HOSTILE), uri="locales/ru.po"),
    Failure(HOSTILE, HOSTILE, HOSTILE, HOSTILE, unit=HOSTILE),
    Failure("locales/ru.po", "PLH001 failed", stage="check"),
    result(uri="clean/ü ä#?.po"),
)


def events() -> list[Result | Failure]:
    """A real run, a hostile one and one without anything."""
    report = run(read_inputs([str(ROOT / "fixtures" / "tokayev.txt")]), Options())
    assert report.all_findings
    return [*report.results, *HOSTILE_RUN]


@pytest.fixture(scope="module")
def sarif_validator() -> Any:
    schema = json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
    jsonschema.Draft4Validator.check_schema(schema)
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("with_events", [True, False])
def test_sarif_is_valid(sarif_validator: Any, with_events: bool) -> None:
    log = json.loads(rendered("sarif", *(events() if with_events else [])).encode("utf-8"))
    assert [e.message for e in sarif_validator.iter_errors(log)] == []
    log["runs"][0]["columnKind"] = "bytes"
    assert list(sarif_validator.iter_errors(log))


def test_sarif_of_a_real_file_points_at_the_words() -> None:
    path = ROOT / "fixtures" / "tokayev.txt"
    report = run(read_inputs([str(path)]), Options())
    lines = path.read_text(encoding="utf-8").split("\n")
    log = json.loads(rendered("sarif", *report.results))
    (sarif_run,) = log["runs"]
    assert sarif_run["columnKind"] == "unicodeCodePoints"
    checked = 0
    for said in sarif_run["results"]:
        place = said["locations"][0]["physicalLocation"]
        assert place["artifactLocation"] == {"uri": "fixtures/tokayev.txt", "uriBaseId": "%SRCROOT%"}
        where = place["region"]
        if "startColumn" in where and where["startLine"] == where["endLine"]:
            words = lines[where["startLine"] - 1][where["startColumn"] - 1 : where["endColumn"] - 1]
            assert words == said["properties"]["found"]
            checked += 1
        rule = sarif_run["tool"]["driver"]["rules"][said["ruleIndex"]]
        assert rule["id"] == said["ruleId"]
        assert "Limits" in rule["help"]["text"]
    assert checked >= 2


def test_sarif_keeps_the_most_severe_and_says_what_it_cut() -> None:
    made = reporter("sarif")
    for number in range(5 * MAX_RESULTS):
        severity = Severity.ERROR if number % 10 == 0 else Severity.NOTE
        made.result(result(finding(f"{number}", unit=str(number), severity=severity)))
    log = json.loads(made.conclude((), (), {}))
    (sarif_run,) = log["runs"]
    assert len(sarif_run["results"]) == MAX_RESULTS
    assert sum(r["level"] == "error" for r in sarif_run["results"]) == 5 * MAX_RESULTS // 10
    notes = [n["message"]["text"] for n in sarif_run["invocations"][0]["toolExecutionNotifications"]]
    assert any(note.startswith(f"{4 * MAX_RESULTS} results are left out") for note in notes)
    assert len({r["partialFingerprints"]["mtcheck/v1"] for r in sarif_run["results"]}) == MAX_RESULTS


def test_sarif_stays_under_the_limits_of_github() -> None:
    places = tuple(Place("a", Origin("a.po", None, n + 1), Span(0, 1), "x") for n in range(3000))
    log = json.loads(rendered("sarif", result(finding(related=places))))
    (said,) = log["runs"][0]["results"]
    assert len(said["locations"]) + len(said["relatedLocations"]) <= MAX_LOCATIONS
    assert all(len(r["properties"]["tags"]) <= 20 for r in log["runs"][0]["tool"]["driver"]["rules"])


def test_sarif_shows_suppressions_and_failures(sarif_validator: Any) -> None:
    made = reporter("sarif")
    assert isinstance(made, SuppressionReporter)
    made.result(result(finding("stands")))
    made.suppressed([(finding("known to be right"), "the client wants it so")])
    made.failure(Failure("b.po", "is empty", "line 1", "give it text"))
    log = json.loads(made.conclude((), (), {"left_out": "1 finding suppressed"}))
    sarif_validator.validate(log)
    (sarif_run,) = log["runs"]
    said = {r["message"]["text"]: r["suppressions"] for r in sarif_run["results"]}
    assert said == {
        "stands [key]": [],
        "known to be right [key]": [{"kind": "inSource", "justification": "the client wants it so"}],
    }
    (invocation,) = sarif_run["invocations"]
    assert invocation["executionSuccessful"] is False
    levels = {n["message"]["text"]: n["level"] for n in invocation["toolExecutionNotifications"]}
    assert levels == {"line 1: is empty (give it text)": "error", "1 finding suppressed": "note"}


@pytest.mark.parametrize("with_events", [True, False])
def test_junit_is_valid(with_events: bool, tmp_path: Path) -> None:
    out = rendered("junit", *(events() if with_events else [])).encode("utf-8")
    schema = etree.XMLSchema(etree.parse(str(SCHEMAS / "junit-10.xsd")))
    tree = etree.fromstring(out)
    schema.assertValid(tree)
    tree[0].attrib.pop("name") if with_events else tree.append(etree.Element("suite"))
    assert not schema.validate(tree)
    (tmp_path / "junit.xml").write_bytes(out)
    suites = list(JUnitXml.fromfile(str(tmp_path / "junit.xml")))
    for suite in suites:
        cases = list(suite)
        assert suite.tests == len(cases)
        assert suite.failures == sum(not c.is_passed and not _errors(c) for c in cases)
        assert suite.errors == sum(bool(_errors(c)) for c in cases)
    assert bool(suites) is with_events


def _errors(case: Any) -> list[Any]:
    return [r for r in case.result if isinstance(r, Error)]


def test_junit_is_a_suite_a_file_and_a_case_a_message() -> None:
    feed = [
        Result(Document(i, "x", Origin("feed.xml", i)), "no-verdict", "x", Scores(), found)
        for i, found in (("a", (finding("one", uri="feed.xml", unit="a"),)), ("b", ()))
    ]
    twice = (finding("first", severity=Severity.ERROR), finding("second"))
    note = finding("a note", unit="other", severity=Severity.NOTE)
    tree = etree.fromstring(rendered("junit", *feed, result(*twice, note)).encode())
    assert [s.get("name") for s in tree] == ["feed.xml", "locales/ru.po"]
    cases = {c.get("name"): c for c in tree.iter("testcase")}
    name = "PLH001 placeholder-missing: "
    assert set(cases) == {f"{name}a", f"{name}key", f"{name}other"}
    (failure,) = cases[f"{name}key"]
    assert failure.get("message") == "first (and 1 more)"
    assert failure.text == "locales/ru.po:7: error: first\nlocales/ru.po:7: warning: second"
    assert [e.tag for e in cases[f"{name}other"]] == ["system-out"]


def test_gitlab_has_what_its_documentation_requires() -> None:
    one = events()
    issues = json.loads(rendered("gitlab", *one, across=(finding("across"),)).encode("utf-8"))
    count = sum(len(e.findings) if isinstance(e, Result) else 1 for e in one) + 1
    assert len(issues) == count
    for issue in issues:
        assert issue["description"]
        assert issue["check_name"]
        assert re.fullmatch(r"[0-9a-f]{32}", issue["fingerprint"])
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["location"]["lines"]["begin"] >= 1
        assert not issue["location"]["path"].startswith("./")
    assert len({i["fingerprint"] for i in issues}) == count
    assert json.loads(rendered("gitlab")) == []


def test_gitlab_fingerprints_outlive_new_lines() -> None:
    before = json.loads(rendered("gitlab", result(finding("a"), finding("b"))))
    after = json.loads(rendered("gitlab", result(finding("a", line=99), finding("b", line=100))))
    assert [i["fingerprint"] for i in before] == [i["fingerprint"] for i in after]


def test_github_commands_cannot_be_forged() -> None:
    lines = rendered("github", *HOSTILE_RUN).split("\n")
    assert len(lines) == 4 + 2
    for line in lines[:4]:
        found = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert found is not None, line
        fields = dict(f.split("=", 1) for f in found[2].split(","))
        assert set(fields) >= {"file", "title"}
        assert not set("\r\n\x1b\u202e") & set(line)
        assert re.sub(r"%(25|0A|0D|3A|2C)", "", line).count("%") == 0
    assert lines[4] == "mtcheck: 0 errors, 2 warnings, 0 notices, 2 failures"


@pytest.mark.parametrize(
    ("severity", "command"),
    [(Severity.NOTE, "notice"), (Severity.WARNING, "warning"), (Severity.ERROR, "error")],
)
def test_github_says_file_and_line(severity: Severity, command: str) -> None:
    out = rendered("github", result(finding("100% wrong, see: x", severity=severity)))
    title = "title=PLH001 placeholder-missing"
    expected = f"::{command} file=locales/ru.po,line=7,endLine=7,{title}::100%25 wrong, see: x [key]"
    assert out.split("\n")[0] == expected


def test_checkstyle_is_read_back() -> None:
    tree = etree.fromstring(rendered("checkstyle", *events()).encode("utf-8"))
    assert tree.tag == "checkstyle"
    assert tree[0].get("name") == "fixtures/tokayev.txt"
    for error in tree.iter("error"):
        assert error.get("severity") in {"info", "warning", "error"}
        assert int(error.get("line")) >= 1
        assert error.get("source").startswith("mtcheck.")
        assert error.get("message")
    assert len(list(tree.iter("error"))) == sum(
        len(e.findings) if isinstance(e, Result) else 1 for e in events()
    )


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("a.po", "a.po"),
        ("./locales//ru.po", "locales/ru.po"),
        (str(Path.cwd() / "locales" / "ru.po"), "locales/ru.po"),
        ("/elsewhere/ru.po", "/elsewhere/ru.po"),
        ("../ru.po", "../ru.po"),
        ("-", "-"),
        ("https://example.org/a//b", "https://example.org/a//b"),
    ],
)
def test_paths_count_from_the_current_folder(uri: str, path: str) -> None:
    assert path_of(uri) == path


@pytest.mark.parametrize(
    ("uri", "markup", "span", "expected"),
    [
        ("a.txt", None, Span(0, 3), (1, 1, 1, 4)),
        ("a.txt", None, Span(4, 7), (2, 2, 1, 4)),
        ("a.txt", None, Span(1, 6), (1, 2, 2, 3)),
        ("a.md", None, Span(4, 7), (2, 2, None, None)),
        ("a.txt", "<p>", Span(4, 7), (2, 2, None, None)),
    ],
)
def test_region(
    uri: str, markup: str | None, span: Span, expected: tuple[int, int, int | None, int | None]
) -> None:
    doc = Document(uri, "𝒜bc\ndef\n", Origin(uri, None, 1), markup=markup)
    line = 1 + doc.text.count("\n", 0, span.start)
    found = Finding("X", "x", Severity.NOTE, "m", uri, Origin(uri, None, line), span)
    where = region(found, doc)
    assert where is not None
    assert (where.line, where.end_line, where.column, where.end_column) == expected


def test_a_rule_that_ran_has_its_severity_in_sarif() -> None:
    rule = Rule("PLH001", "placeholder-missing", Severity.ERROR, "A placeholder is missing.", "Limits")
    made = reporter("sarif")
    log = json.loads(made.conclude((), (rule,), {}))
    (said,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert said["defaultConfiguration"] == {"level": "error"}
    assert said["shortDescription"] == {"text": "A placeholder is missing."}
