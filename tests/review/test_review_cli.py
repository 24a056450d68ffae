"""``mtcheck review`` and what ``check`` makes of it, as users meet them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import pytest
from editors import mark, says

from mtcheck.cli import main
from mtcheck.review import Verdict, write_verdicts

NOTICES = ("Translated by Google", "Translated by DeepL", "Переведено сервисом «Яндекс Переводчик»")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a project with three texts, each of which has one finding."""
    (tmp_path / "mtcheck.toml").touch()
    (tmp_path / "news").mkdir()
    for n, notice in enumerate(NOTICES):
        (tmp_path / "news" / f"{n}.txt").write_text(f"The harvest was good.\n{notice}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOGNAME", "Login")
    return tmp_path


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


class Run(Protocol):
    def __call__(self, *arguments: str) -> Done: ...


@pytest.fixture
def mtcheck(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line as it starts, in this process: a run takes a tenth of the time."""

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["mtcheck", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as done:
            main()
        out, err = capsys.readouterr()
        return Done(int(done.value.code or 0), out, err)

    return run


def findings(mtcheck: Run, *arguments: str) -> list[dict[str, Any]]:
    report = json.loads(mtcheck("check", "news", "--no-models", "--format", "json", *arguments).stdout)
    return [f for d in report["documents"] for f in d["findings"]] + list(report["findings"])


def file_of(project: Path, name: str, events: Iterable[Verdict]) -> str:
    (project / name).write_text(write_verdicts(events), encoding="utf-8")
    return name


ANN = [
    says("Ann", "dismissed", 1, reason="house style", found="Kyiv"),
    says("Ann", "accepted", 2, 1, unit="item 7"),
    says("Ann", "unsure", 3, 2, code="FLU001", text="A\u202e long\x1b[31m sentence " + "on and " * 20),
]
BEN = [says("Ben", "accepted", 1, 5), says("Ben", "accepted", 2, 6)]


def test_import_merges_says_conflicts_and_is_idempotent(project: Path, mtcheck: Run) -> None:
    ann, ben = file_of(project, "ann.json", ANN), file_of(project, "ben.json", BEN)
    store = project / ".mtcheck" / "review.sqlite3"
    first = mtcheck("review", "import", ann)
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == f"3 verdicts added, 0 known already: {store}\n"
    conflict = (
        f"conflict {mark(1)} NAM003 news.txt: “Of 1.”\n"
        "  accepted by Ben, 2026-03-01T09:05Z (counts: it is the latest)\n"
        "  dismissed by Ann, 2026-03-01T09:00Z: house style\n"
    )
    both = mtcheck("review", "import", ben)
    assert (both.returncode, both.stdout) == (1, f"2 verdicts added, 0 known already: {store}\n{conflict}")
    again = mtcheck("review", "import", ben, ann)
    assert (again.returncode, again.stdout) == (1, f"0 verdicts added, 5 known already: {store}\n{conflict}")


def test_what_is_exported_is_what_was_imported(project: Path, mtcheck: Run) -> None:
    mtcheck("review", "import", file_of(project, "ann.json", ANN))
    out = mtcheck("review", "export")
    assert (out.returncode, out.stdout) == (0, write_verdicts(ANN))
    assert mtcheck("review", "export", "-o", "out.json").returncode == 0
    assert (project / "out.json").read_text(encoding="utf-8") == out.stdout


def test_a_bad_file_stops_the_import_of_all(project: Path, mtcheck: Run) -> None:
    good = file_of(project, "ann.json", ANN)
    bad = file_of(project, "bad.json", [ANN[0], says("Ann", "splendid", 2)])
    found = mtcheck("review", "import", good, bad)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == (
        "mtcheck: bad.json: verdicts[1].verdict: is none of accepted, dismissed, unsure, undone\n"
    )
    assert not (project / ".mtcheck").exists()


def test_list(project: Path, mtcheck: Run) -> None:
    mtcheck("review", "import", file_of(project, "a.json", ANN), file_of(project, "b.json", BEN))
    expected = [
        f"{mark(3)} unsure    FLU001 news.txt (Ann, 2026-03-01)",
        "  “A\ufffd long\ufffd[31m sentence on and on and on and on and on and on and on an…”",
        f"{mark(1)} accepted  NAM003 news.txt (Ben, 2026-03-01, contested)",
        "  “Of 1.”",
        f"{mark(2)} accepted  NAM003 news.txt (Ben, 2026-03-01)",
        "  “Of 2.”",
        "3 verdicts, 1 contested",
    ]
    assert mtcheck("review", "list").stdout.splitlines() == expected
    listed = json.loads(mtcheck("review", "list", "--format", "json").stdout)
    assert [(v["fingerprint"], v["contested"], v["occurs"], len(v["editors"])) for v in listed] == [
        (mark(3), False, None, 1), (mark(1), True, None, 2), (mark(2), False, None, 2),
    ]  # fmt: skip


def dismissing(mtcheck: Run, who: str = "Ann") -> list[Verdict]:
    """One editor's dismissal of all that the project's texts are faulted for."""
    return [
        Verdict(f["fingerprint"], f["code"], f["document"], None, "dismissed", "", who,
                f"2026-03-01T09:{n:02}:00.000000Z", f["found"], f["found"])
        for n, f in enumerate(findings(mtcheck))
    ]  # fmt: skip


def test_check_leaves_out_what_was_dismissed_until_its_text_changes(project: Path, mtcheck: Run) -> None:
    dismissed = dismissing(mtcheck)
    assert len(dismissed) == 3
    mtcheck("review", "import", file_of(project, "a.json", dismissed))
    found = mtcheck("check", "news", "--no-models")
    assert found.returncode == 0
    assert found.stdout.splitlines()[-1] == "3 dismissed by reviewers"
    assert findings(mtcheck) == []
    elsewhere = mtcheck("check", "news", "--no-models", "-f", "jsonl", "-o", "out.jsonl")
    assert elsewhere == Done(0, "", "mtcheck: 3 dismissed by reviewers\n")

    edited = project / "news" / "1.txt"
    edited.write_text(edited.read_text(encoding="utf-8").replace("DeepL", "Google"), encoding="utf-8")
    (fresh,) = findings(mtcheck)
    assert (fresh["place"]["uri"], fresh["found"]) == ("news/1.txt", "Translated by Google")
    assert mtcheck("check", "news", "--no-models").returncode == 1


def test_list_says_what_no_longer_occurs(project: Path, mtcheck: Run) -> None:
    file = file_of(project, "a.json", dismissing(mtcheck))
    (project / "news" / "1.txt").unlink()
    mtcheck("check", "news", "--no-models", "-f", "json", "-o", "report.json")
    mtcheck("review", "import", file)
    listed = mtcheck("review", "list", "--report", "report.json").stdout.splitlines()
    assert [line.split()[3] for line in listed if "no longer occurs" in line] == ["news/1.txt"]
    assert listed[-1] == "3 verdicts, 1 on findings that no longer occur"


def test_new_only_and_another_store(project: Path, mtcheck: Run) -> None:
    kinds = ("accepted", "unsure", "dismissed")
    mixed = [replace(v, verdict=kind) for v, kind in zip(dismissing(mtcheck), kinds, strict=True)]
    mtcheck("review", "import", file_of(project, "a.json", mixed), "--review-store", "x.sqlite3")
    assert len(findings(mtcheck)) == len(findings(mtcheck, "--new-only")) == 3
    assert len(findings(mtcheck, "--review-store", "x.sqlite3")) == 2
    assert findings(mtcheck, "--review-store", "x.sqlite3", "--new-only") == []
    found = mtcheck("check", "news", "--no-models", "--new-only", "--review-store", "x.sqlite3")
    assert found.stdout.splitlines()[-1] == "3 reviewed already"
    missing = mtcheck("check", "news", "--no-models", "--review-store", "y.sqlite3")
    assert missing == Done(2, "", "mtcheck: y.sqlite3: there is no verdict store here\n")


def test_undo(project: Path, mtcheck: Run) -> None:
    mtcheck("review", "import", file_of(project, "a.json", ANN), file_of(project, "b.json", BEN))
    one = mtcheck("review", "undo", mark(1), "--who", "Ben")
    assert (one.returncode, one.stdout) == (0, f"{mark(1)} NAM003: dismissed by Ann stands\n")
    others = mtcheck("review", "undo", mark(1))
    assert others.stdout == f"{mark(1)} NAM003: nothing stands\n"
    two = mtcheck("review", "undo", "--last", "2", "--who", "Ann")
    assert two.stdout == (f"{mark(2)} NAM003: accepted by Ben stands\n{mark(3)} FLU001: nothing stands\n")
    assert mtcheck("review", "list").stdout.splitlines()[-1] == "1 verdict"
    history = json.loads(mtcheck("review", "export").stdout)["verdicts"]
    assert [(v["verdict"], v["who"]) for v in history[-4:]] == [
        ("undone", "Ben"), ("undone", "Login"), ("undone", "Ann"), ("undone", "Ann"),
    ]  # fmt: skip


STATS = """\
Rule    accepted  dismissed  unsure  precision  95 % interval
FLU001         1          1       0        50%      9% to 91%
NAM003         2          0       0       100%    34% to 100%

Editors    both judged  same  Cohen's kappa
Ann / Ben            2     1           0.00
"""
CUTS = """
Rule    decided  score for 90%  kept  precision  95 % interval  accepted lost
FLU001        2     at most 12     1       100%    21% to 100%              0
"""


def test_stats(project: Path, mtcheck: Run) -> None:
    events = [
        *ANN[:2],
        *BEN,
        says("Ann", "accepted", 3, code="FLU001"),
        says("Ann", "dismissed", 4, code="FLU001"),
    ]
    mtcheck("review", "import", file_of(project, "a.json", events))
    assert mtcheck("review", "stats").stdout == STATS
    finding: dict[str, Any] = {
        "code": "FLU001", "name": "n", "severity": "note", "message": "m", "document": "d", "segment": None,
        "place": {"uri": "d", "unit": None, "line": None}, "span": None, "found": None, "expected": None,
        "related": [],
    }  # fmt: skip
    scored = [finding | {"fingerprint": mark(n), "score": score} for n, score in ((3, 12), (4, 40), (5, 1))]
    (project / "report.json").write_text(json.dumps({"documents": [], "findings": scored}), encoding="utf-8")
    assert mtcheck("review", "stats", "--report", "report.json").stdout == STATS + CUTS
    found = json.loads(mtcheck("review", "stats", "--report", "report.json", "-f", "json").stdout)
    assert set(found) == {"rules", "agreement", "cuts"}
    assert found["cuts"][0]["cut"] == 12
    assert found["agreement"][0]["kappa"] == 0
    assert found["rules"][1]["precision"]["value"] == 1


def test_nothing_yet(project: Path, mtcheck: Run) -> None:
    mtcheck("review", "import", file_of(project, "none.json", []))
    assert mtcheck("review", "list").stdout == "0 verdicts\n"
    assert "no two editors" in mtcheck("review", "stats").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["list"], "no verdicts yet"),
        (["export"], "no verdicts yet"),
        (["stats"], "no verdicts yet"),
        (["undo", "0" * 16], "no verdicts yet"),
        (["undo"], "say what to undo"),
        (["import", "nowhere.json"], "nowhere.json: cannot be read: No such file"),
        (["import", "news/0.txt"], "news/0.txt: line 1: is not valid JSON"),
        (["list", "--report", "news/0.txt"], "news/0.txt: line 1: is neither a JSON nor a JSONL report"),
        (["list", "--review-store", "news/0.txt"], "news/0.txt: the verdict store cannot be used"),
        (["import"], "Missing argument"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_errors_are_plain_words_and_status_2(
    project: Path, mtcheck: Run, arguments: list[str], words: str
) -> None:
    found = mtcheck("review", *arguments)
    assert (found.returncode, found.stdout) == (2, "")
    assert words in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize("source", ["report.json", "report.jsonl", "news"])
def test_serve(project: Path, mtcheck: Run, source: str) -> None:
    """The real page, and verdicts that outlive the server."""
    from test_review_server import _There, ask

    if source != "news":
        mtcheck("check", "news", "--no-models", "-o", source, "-f", source.split(".")[1])
    start = "from mtcheck.cli import main; main()"
    running = subprocess.Popen(
        [sys.executable, "-c", start, "review", "serve", source, "--no-models"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    line = running.stdout.readline().split("/")
    there: Any = _There(f"{line[2].partition(':')[2]} {line[3]}")
    status, headers, page = ask(there, "GET", f"/{there.token}")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert f'<meta name="mtcheck-api" content="/api/{there.token}">' in page.decode()
    dismissed = dismissing(mtcheck, who="")
    for verdict in dismissed:
        assert verdict.fingerprint in page.decode()
    body = write_verdicts(dismissed).encode()
    assert ask(there, "POST", f"/api/{there.token}/verdicts", body)[0] == 200
    running.send_signal(signal.SIGINT)
    assert "Ctrl-C ends" in running.communicate(timeout=30)[1]
    assert findings(mtcheck) == []
    listed = json.loads(mtcheck("review", "list", "-f", "json").stdout)
    assert {v["who"] for v in listed} == {"Login"}


def test_serve_says_that_a_port_is_taken(project: Path, mtcheck: Run) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        found = mtcheck("review", "serve", "news", "--no-models", "--port", port)
    assert (found.returncode, found.stdout) == (2, "")
    assert f"--port {port}: Address already in use" in found.stderr
