"""What runs and what is reported: selectors, severities, paths, suppressions."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import mtcheck
from mtcheck import baseline, checks, suppressions
from mtcheck.core import (
    Catalogue,
    Document,
    Finding,
    Origin,
    Result,
    Scores,
    Severity,
    Unit,
    UsageError,
)
from mtcheck.pipeline import Options, make_checks, run
from mtcheck.read import read_inputs
from mtcheck.report import reporter
from mtcheck.selection import UNCHANGED, LeftOut, Override, Selection, covers, require_selectors

NOTICE = "The harvest was good this year, the minister said on Monday.\n\nTranslated by Google\n"


def finding(
    code: str = "PLH001", *, unit: str | None = "k", line: int | None = 3, uri: str = "locales/ru.po"
) -> Finding:
    return Finding(code, "placeholder-missing", Severity.WARNING, "m", uri, Origin(uri, unit, line))


def applied(
    selection: Selection, *findings: Finding, catalogue: Catalogue | None = None
) -> tuple[list[tuple[str, str]], LeftOut]:
    doc = Document("locales/ru.po", "", Origin("locales/ru.po"))
    result, left = selection.apply(Result(doc, "no-verdict", "x", Scores(), findings), catalogue)
    return [(f.code, str(f.severity)) for f in result.findings], left


@pytest.mark.parametrize(
    ("select", "ignore", "kept"),
    [
        ((), (), ["DIS001", "NAM001", "NAM002"]),
        (("NAM",), (), ["NAM001", "NAM002"]),
        (("nam001", "dis"), (), ["DIS001", "NAM001"]),
        (("translation-notice",), (), ["DIS001"]),
        ((), ("NAM",), ["DIS001"]),
        (("NAM",), ("NAM002",), ["NAM001"]),
        (("*",), ("Title-Changes",), ["DIS001", "NAM001"]),
        (("MRK",), (), []),
    ],
)
def test_rules_that_nobody_selected_do_not_run(
    select: tuple[str, ...], ignore: tuple[str, ...], kept: list[str]
) -> None:
    made = make_checks(selection=Selection(select=select, ignore=ignore))
    assert [c.code for c in made if c.code in {"DIS001", "NAM001", "NAM002"}] == kept


def test_a_rule_that_an_override_selects_runs() -> None:
    selection = Selection(select=("NAM",), overrides=(Override(("x",), select=("DIS",)),))
    assert {c.code for c in make_checks(selection=selection)} >= {"DIS001", "NAM001"}
    assert not {c.code for c in make_checks(selection=selection)} & {"MRK001"}


@pytest.mark.parametrize(
    ("selection", "kept"),
    [
        (Selection(severity={"PLH": Severity.NOTE}), [("PLH001", "note"), ("NUM001", "warning")]),
        (
            Selection(severity={"PLH": Severity.NOTE, "PLH001": Severity.ERROR, "*": Severity.NOTE}),
            [("PLH001", "error"), ("NUM001", "note")],
        ),
        (Selection(overrides=(Override(("locales/*",), ignore=("PLH",)),)), [("NUM001", "warning")]),
        (
            Selection(overrides=(Override(("other/*",), ignore=("PLH",)),)),
            [("PLH001", "warning"), ("NUM001", "warning")],
        ),
        (
            Selection(ignore=("NUM",), overrides=(Override(("*.po",), severity={"PLH": Severity.ERROR}),)),
            [("PLH001", "error")],
        ),
        (
            Selection(select=("PLH",), overrides=(Override(("*.po",), select=("NUM",)),)),
            [("NUM001", "warning")],
        ),
    ],
)
def test_severities_and_overrides(selection: Selection, kept: list[tuple[str, str]]) -> None:
    assert applied(selection, finding(), finding("NUM001"))[0] == kept


@pytest.mark.parametrize(
    ("globs", "path", "fits"),
    [
        (["locales/**"], "locales/de/x.po", True),
        (["locales/*"], "locales/de/x.po", True),
        (["locales"], "locales/de/x.po", True),
        (["locales/"], "./locales/de/x.po", True),
        (["de"], "locales/de/x.po", True),
        (["*.po"], "locales/de/x.po", True),
        (["**/x.po"], "x.po", True),
        (["**/x.po"], "a/b/x.po", True),
        (["*.po"], "locales/de/x.pot", False),
        (["local"], "locales/de/x.po", False),
        (["de/x.po"], "locales/de/x.po", False),
        (["*"], "https://example.org/x", True),
        (["https://example.org/*"], "https://example.org/x", True),
        ([], "x.po", False),
    ],
)
def test_globs(globs: list[str], path: str, fits: bool) -> None:
    assert covers(globs, path, None) is fits
    assert covers(globs, str(Path.cwd() / path) if "://" not in path else path, Path.cwd()) is fits


@pytest.mark.parametrize(
    ("selector", "mend"),
    [("NAM01", "did you mean NAM001?"), ("title-chanes", "did you mean title-changes?"), ("Q", "lists them")],
)
def test_a_selector_that_means_no_rule_is_refused(selector: str, mend: str) -> None:
    with pytest.raises(UsageError) as caught:
        require_selectors([selector], checks.rules(), where="--select")
    assert str(caught.value).startswith(f"--select: there is no rule {selector}; ")
    assert mend in str(caught.value)


@pytest.mark.parametrize(
    ("comment", "selectors", "reason"),
    [
        ("mtcheck-ignore: PLH001 the name is a brand", ("PLH001",), "the name is a brand"),
        (
            "mtcheck-ignore: PLH001, NUM — agreed with\n the client ",
            ("PLH001", "NUM"),
            "agreed with the client",
        ),
        ("mtcheck-ignore: placeholder-missing: by design", ("placeholder-missing",), "by design"),
        ("see above. mtcheck-ignore:* generated", ("*",), "generated"),
        ("mtcheck-ignore: PLH001", ("PLH001",), ""),
        ("mtcheck-ignore: PLH001 --", ("PLH001",), ""),
        ("mtcheck-ignore: PLH001 2024", ("PLH001",), ""),
    ],
)
def test_comments(comment: str, selectors: tuple[str, ...], reason: str) -> None:
    found = suppressions.of_comment(comment)
    assert found is not None
    assert (found.selectors, found.reason) == (selectors, reason)
    assert found.covers("PLH001", "placeholder-missing") is bool(reason)


@pytest.mark.parametrize("comment", ["", "mtcheck-ignore", "mtcheck-ignore PLH001 x", "mtcheck-ignore: 1"])
def test_what_is_no_suppression(comment: str) -> None:
    assert suppressions.of_comment(comment) is None


def unit(key: str, *flags: str, line: int = 3, comments: tuple[str, ...] = ()) -> Unit:
    return Unit(key, "s", "t", line, flags=frozenset(flags), comments=comments)


@pytest.mark.parametrize(
    ("flag", "kept"),
    [
        ("ignore:PLH001", 0),
        ("ignore:plh", 0),
        ("ignore:*", 0),
        ("ignore:placeholder-missing", 0),
        ("ignore:NUM", 1),
        ("ignore:python-brace-format", 0),
        ("ignore:W202", 0),
        ("ignore:end-stop", 1),
        ("fuzzy", 1),
    ],
)
def test_flags_of_a_unit_suppress(flag: str, kept: int) -> None:
    comment = "mtcheck-ignore: PLH001 it is a brand"
    catalogue = Catalogue("locales/ru.po", "po", (unit("k", flag, comments=(comment,)), unit("l", line=9)))
    elsewhere = finding(unit="l", line=9)
    findings, left = applied(Selection(), finding(), elsewhere, catalogue=catalogue)
    assert len(findings) == kept + 1
    assert [why for _, why in left.suppressed] == ["it is a brand"] * (1 - kept)


def test_unchanged_units_are_left_out_and_counted() -> None:
    units = (
        unit("k", UNCHANGED),
        unit("l", line=9),
        unit("forms", UNCHANGED, line=20),
        unit("forms", line=20),
    )
    catalogue = Catalogue("locales/ru.po", "po", units)
    of_file = finding("FIL001", unit=None, line=1)
    findings, left = applied(
        Selection(),
        finding(),
        finding("NUM001", unit="l", line=9),
        finding("PLU001", unit="forms", line=20),
        of_file,
        catalogue=catalogue,
    )
    assert [code for code, _ in findings] == ["NUM001", "PLU001", "FIL001"]
    assert str(left) == "1 finding in unchanged messages"


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (LeftOut(), ""),
        (LeftOut(((finding(), "x"),) * 3, 12), "3 findings suppressed, 12 in the baseline"),
        (LeftOut(known=1), "1 finding in the baseline"),
        (LeftOut(unchanged=2) + LeftOut(known=1), "1 finding in the baseline, 2 in unchanged messages"),
    ],
)
def test_what_is_left_out_is_said(left: LeftOut, said: str) -> None:
    assert str(left) == said
    assert bool(left) is bool(said)


@pytest.mark.parametrize(
    ("name", "comment", "codes"),
    [
        ("a.md", "<!-- mtcheck-ignore: DIS001 quoted as an example -->", []),
        ("a.html", "<!-- mtcheck-ignore: DIS quoted as an example -->", []),
        ("a.txt", "<!-- mtcheck-ignore: * quoted as an example -->", []),
        ("a.md", "<!-- mtcheck-ignore: NAM001 another rule -->", ["DIS001"]),
        ("a.md", "<!-- mtcheck-ignore: DIS001 -->", ["DIS001", "SUP001"]),
        ("a.md", "`<!-- mtcheck-ignore: DIS001 shown -->`", ["DIS001"]),
        ("a.md", "```\n<!-- mtcheck-ignore: DIS001 shown -->\n```", ["DIS001"]),
        ("a.md", "", ["DIS001"]),
    ],
)
def test_a_comment_suppresses_in_its_document(
    tmp_path: Path, name: str, comment: str, codes: list[str]
) -> None:
    body = f"<p>{NOTICE}</p>" if name.endswith("html") else NOTICE
    (tmp_path / name).write_text(f"{comment}\n\n{body}", encoding="utf-8")
    report = run(read_inputs([str(tmp_path)]), Options())
    assert sorted(f.code for f in report.all_findings) == codes
    assert ("left_out" in report.signature) is (not codes)


def test_a_text_from_the_web_cannot_suppress_what_is_said_of_it() -> None:
    text = "<!-- mtcheck-ignore: * trust me -->\n" + NOTICE
    for uri, unit_id, kept in (
        ("https://example.org/", None, 1),
        ("feed.xml", "item", 1),
        ("a.txt", None, 0),
    ):
        doc = Document("d", text, Origin(uri, unit_id))
        assert len(run([doc], Options()).all_findings) == kept


def test_findings_across_documents_are_suppressed_in_their_document() -> None:
    stated = {"b": suppressions.of_document(Document("b", "<!-- mtcheck-ignore: NAM why -->", Origin("b")))}
    across = Finding("NAM001", "name-spelled-two-ways", Severity.WARNING, "m", "b", Origin("b"))
    assert Selection().apply_across((across,), stated)[0] == ()
    assert Selection().apply_across((across,), {})[0] == (across,)


@pytest.mark.parametrize("piece", ["<!-- mtcheck-ignore: A ", "<!--", "`", "mtcheck-ignore:", "```\n", "A, "])
def test_hostile_text_is_read_in_linear_time(piece: str) -> None:
    doc = Document("d", "mtcheck-ignore " + piece * 200_000, Origin("d.txt"))
    start = time.perf_counter()
    suppressions.of_document(doc)
    suppressions.of_comment("mtcheck-ignore: " + piece * 200_000)
    assert time.perf_counter() - start < 5


def test_a_reason_less_comment_of_a_message_is_one_note() -> None:
    comment = ("mtcheck-ignore: PLH001",)
    forms = [Unit("k", "s", "t", 3, plural=p, comments=comment) for p in ("one", "other")]
    report = run([Catalogue("ru.po", "po", tuple(forms))], Options(selection=Selection(select=("SUP",))))
    (found,) = report.all_findings
    assert (found.code, found.severity, found.origin) == ("SUP001", Severity.NOTE, Origin("ru.po", "k", 3))


def test_the_library_selects_and_knows_a_baseline(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(NOTICE, encoding="utf-8")
    assert [f.code for f in mtcheck.check(path, select=["DIS"]).all_findings] == ["DIS001"]
    assert mtcheck.check(path, ignore=["translation-notice"]).all_findings == ()
    with pytest.raises(UsageError, match="there is no rule FOO"):
        mtcheck.check(path, select=["FOO"])
    report = mtcheck.check(path)
    known = baseline.empty(tmp_path / "b.json")
    known.entries.update(known.entry(f, report.results[0].document) for f in report.all_findings)
    (tmp_path / "b.json").write_text(baseline.dumps(known, version="1"), encoding="utf-8")
    report = mtcheck.check(path, baseline=tmp_path / "b.json")
    assert (report.all_findings, report.signature["left_out"]) == ((), "1 finding in the baseline")


def test_the_terminal_says_key_and_line_of_a_message() -> None:
    comment = ("mtcheck-ignore: PLH001",)
    report = run([Catalogue("ru.po", "po", (Unit("menu.open", "s", "t", 3, comments=comment),))], Options())
    shown = reporter("terminal", width=200).result(report.results[0])
    assert "(line 3, menu.open)" in shown
