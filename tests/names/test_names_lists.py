"""Bearers as records, and drafts of agreed names."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from mtcheck.core import Document, Origin
from mtcheck.names import conclude, draft_names, list_bearer, read_names_file, tally
from mtcheck.segment import segment

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
TEXT = """We met Foreign Minister Sergei Orlov. Foreign Minister Orlov and Sergei Orlov came.
Then Sergey Orlov left with Anna Berg."""


def command(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", "from mtcheck.cli import main; main()", "names", *arguments]
    return subprocess.run(line, input=stdin, capture_output=True, text=True, timeout=120, check=False)


def test_the_first_article_has_three_people_with_their_titles() -> None:
    found = command("list", str(FIXTURES / "tokayev.txt"))
    assert found.returncode == 0, found.stderr
    records = [json.loads(line) for line in found.stdout.splitlines()]
    people = {r["name"]: [t["text"] for t in r["titles"]] for r in records if r["kind"] == "person"}
    assert people == {
        "Kasym-Jomart Tokayev": ["President of the country"],
        "Valentina Matvienko": ["Russian Federation Council Chairwoman"],
        "Vladimir Putin": ["President", "Russian President"],
    }
    assert {r["name"]: r["count"] for r in records if r["kind"] == "person"} == {
        "Kasym-Jomart Tokayev": 5,
        "Valentina Matvienko": 1,
        "Vladimir Putin": 6,
    }


def test_spellings_have_places_that_hold() -> None:
    doc = segment(Document("d", TEXT, Origin("d"), lang="en"))
    (orlov,) = [r for b in conclude(tally(doc)) if (r := list_bearer(b))["name"] == "Sergei Orlov"]
    for spelling in orlov["spellings"]:
        assert spelling["count"] == len(spelling["places"])
        for place in spelling["places"]:
            start, end = place["span"]
            assert TEXT[start:end] == spelling["text"]
    assert {s["text"]: s["expected"] for s in orlov["spellings"]}["Sergey Orlov"] == "Sergei Orlov"


def test_a_draft_is_a_file_of_agreed_names(tmp_path: Path) -> None:
    doc = segment(Document("d", TEXT, Origin("d"), lang="en"))
    path = tmp_path / "names.toml"
    path.write_text(draft_names(conclude(tally(doc))), "utf-8")
    (form,) = read_names_file(path).forms
    assert (form.preferred, form.forbidden, form.kind, form.lang) == (
        "Sergei Orlov",
        ("Sergey Orlov",),
        "person",
        "en",
    )
    assert 'title = "Foreign Minister"' in path.read_text("utf-8")


def test_learn_reads_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("We met Sergei Orlov in the old town hall on Monday.\n", "utf-8")
    (tmp_path / "b.txt").write_text("Then Sergei Orlov left the town hall on Tuesday.\n", "utf-8")
    found = command("learn", str(tmp_path), "--lang", "en")
    assert found.returncode == 0, found.stderr
    assert 'preferred = "Sergei Orlov"' in found.stdout
    assert "count = 2" in found.stdout


def test_what_cannot_be_read_is_said() -> None:
    found = command("list", "nowhere.txt")
    assert found.returncode == 2
    assert "nowhere.txt" in found.stderr


def test_an_unknown_task_is_a_wrong_use() -> None:
    assert command("frobnicate").returncode == 2
    assert command("-", stdin='{"id": 1, "a": "Anna Berg", "b": "Berg Anna"}\n').returncode == 0
