"""The baseline: what comes back when a file is edited, and what does not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mtcheck import baseline
from mtcheck.baseline import Baseline, Entry
from mtcheck.core import Document, Finding, Origin, Segment, Severity, Span, UsageError, fingerprint
from mtcheck.selection import Selection

Run = Callable[..., "tuple[int, str]"]

HEADER = 'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'


def catalogue(*messages: tuple[str, str], lead: str = "") -> str:
    """A gettext file in which SUP001 has something to say of every message."""
    comment = "#. mtcheck-ignore: PUN001\n"
    return HEADER + lead + "".join(f'\n{comment}msgid "{a}"\nmsgstr "{b}"\n' for a, b in messages)


THREE = (("Open the door", "Die Tür öffnen"), ("Close", "Schließen"), ("Save all", "Alles sichern"))


def keys(output: str) -> list[str]:
    report = json.loads(output)
    return [f["place"]["unit"] for d in report["documents"] for f in d["findings"]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "locales" / "de").mkdir(parents=True)
    (tmp_path / "locales" / "de" / "app.po").write_text(catalogue(*THREE), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(run: Run, *arguments: str) -> list[str]:
    _, out = run("check", "--no-models", "-f", "json", "--select", "SUP", *arguments)
    return keys(out)


def base(run: Run, what: str, *arguments: str) -> str:
    status, out = run("baseline", what, "--no-models", "--select", "SUP", "--baseline", "b.json", *arguments)
    assert status == 0, out
    return out


def test_only_the_edited_message_comes_back(project: Path, run: Run) -> None:
    path = project / "locales" / "de" / "app.po"
    assert "3 findings (3 added, 0 dropped)" in base(run, "write", "locales")
    assert check(run, "locales") == [k for k, _ in THREE]
    assert check(run, "locales", "--baseline", "b.json") == []
    edited = (THREE[0], ("Close", "Zumachen"), THREE[2])
    lead = "".join(f'\n#: file.c:{n}\nmsgid "new {n}"\nmsgstr "neu {n}"\n' for n in range(30))
    path.write_text(catalogue(*edited, lead=lead), encoding="utf-8")
    assert check(run, "locales", "--baseline", "b.json") == ["Close"]


def test_it_holds_from_another_folder_and_for_absolute_paths(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "news.txt").write_text("It rained.\n\nTranslated by Google\n", encoding="utf-8")
    run("baseline", "write", "--no-models", "--baseline", "b.json", ".")
    for folder, asked in ((project, str(project)), (project / "locales", ".."), (project, "./")):
        monkeypatch.chdir(folder)
        status, out = run(
            "check",
            "--no-models",
            "-f",
            "json",
            "--baseline",
            str(project / "b.json"),
            "--fail-on",
            "note",
            asked,
        )
        report = json.loads(out)
        assert status == 0, out
        assert report["signature"]["left_out"] == "4 findings in the baseline"


def test_an_edited_text_comes_back_and_a_longer_one_does_not(project: Path, run: Run) -> None:
    news = project / "news.txt"
    news.write_text("It rained.\n\nTranslated by Google\n", encoding="utf-8")
    arguments = ("check", "--no-models", "--baseline", "b.json", "news.txt")
    run("baseline", "write", "--no-models", "--baseline", "b.json", "news.txt")
    news.write_text("A longer report.\n\nIt rained.\n\nTranslated by Google\n", encoding="utf-8")
    assert run(*arguments)[0] == 0
    news.write_text("It rained.\n\nTranslated by DeepL\n", encoding="utf-8")
    assert run(*arguments)[0] == 1


def test_update_and_prune(project: Path, run: Run) -> None:
    other = project / "locales" / "de" / "other.po"
    other.write_text(catalogue(("Print", "Drucken")), encoding="utf-8")
    base(run, "write", "locales")
    path = project / "locales" / "de" / "app.po"
    path.write_text(catalogue(THREE[0], ("Close", "Zumachen"), ("Quit", "Beenden")), encoding="utf-8")
    assert "2 findings (0 added, 2 dropped)" in base(run, "prune", str(path))
    assert check(run, "locales", "--baseline", "b.json") == ["Close", "Quit"]
    assert "4 findings (2 added, 0 dropped)" in base(run, "update", str(path))
    assert check(run, "locales", "--baseline", "b.json") == []
    other.unlink()
    assert "3 findings (0 added, 1 dropped)" in base(run, "prune", "locales")


def test_the_file_is_sorted_stable_and_without_lines(project: Path, run: Run) -> None:
    base(run, "write", "locales")
    before = Path("b.json").read_text(encoding="utf-8")
    base(run, "update", "locales")
    assert Path("b.json").read_text(encoding="utf-8") == before
    content = json.loads(before)
    assert set(content) == {"format", "mtcheck", "date", "findings"}
    assert [set(e) for e in content["findings"]] == [{"file", "unit", "rule", "text"}] * 3
    assert [e["unit"] for e in content["findings"]] == sorted(k for k, _ in THREE)
    assert {e["file"] for e in content["findings"]} == {"locales/de/app.po"}
    assert len(before.splitlines()) == 3 + 2


def test_a_file_that_cannot_be_read_keeps_its_entries(project: Path, run: Run) -> None:
    (project / "news.txt").write_text("It rained.\n\nTranslated by Google\n", encoding="utf-8")
    arguments = ("--no-models", "--baseline", "b.json", "news.txt")
    run("baseline", "write", *arguments)
    (project / "news.txt").write_bytes(b"")
    status, out = run("baseline", "update", *arguments)
    assert status == 2
    assert "1 finding (0 added, 0 dropped)" in out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no such baseline"),
        ("[]", "is no baseline of mtcheck"),
        ('{"format": 1}', "is no baseline of mtcheck"),
        ("{", "is no baseline of mtcheck"),
        ('{"format": 99, "mtcheck": "9.0"}', "written by a newer mtcheck (9.0)"),
    ],
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, content: str | None, words: str) -> None:
    if content is not None:
        (tmp_path / "b.json").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        baseline.read(tmp_path / "b.json")
    assert words in str(caught.value)


def test_written_and_read_back(tmp_path: Path) -> None:
    entries = Counter(
        {Entry("ä/b.po", "k\n\u2028", "NUM001", "0" * 16): 2, Entry("a.txt", None, "DIS001", "f" * 16): 1}
    )
    one = Baseline(tmp_path, entries, "2026-01-31")
    (tmp_path / "b.json").write_text(baseline.dumps(one, version="1"), encoding="utf-8")
    assert baseline.read(tmp_path / "b.json") == one


def test_a_third_twin_is_new(tmp_path: Path) -> None:
    text = "A a. A a. A a."
    doc = Document(
        "a.txt", text, Origin("a.txt"), segments=tuple(Segment("A a.", Span(n, n + 4)) for n in (0, 5, 10))
    )
    twins = tuple(
        Finding(
            "X001",
            "x",
            Severity.NOTE,
            "m",
            "a.txt",
            Origin("a.txt", None, 1),
            Span(n * 5, n * 5 + 1),
            n,
            "A",
            fingerprint=fingerprint("X001", str(n)),
        )
        for n in range(3)
    )
    known = Baseline(tmp_path)
    known.entries.update(known.entry(f, doc) for f in twins[:2])
    new, old = known.split(twins, doc)
    assert (new, old) == (twins[2:], twins[:2])
    other = replace(doc, segments=tuple(replace(s, text="B b.") for s in doc.segments))
    assert known.split(twins, other) == (twins, ())
    assert Selection(baseline=known).apply_across(twins, {})[0] == twins
