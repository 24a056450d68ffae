"""The command line as its users meet it: exit status, stdout, stderr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
SEED = "fixtures/tokayev.txt"
RECORD = {
    "id", "lang", "source_lang", "verdict", "disclosure", "scores", "terms", "findings", "segments",
}  # fmt: skip


def mtcheck(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from mtcheck.cli import main; main()", *arguments],
        cwd=ROOT, input=stdin, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
        env=os.environ | {"COLUMNS": "100"} | environment,
    )  # fmt: skip


def test_the_seed_on_the_terminal() -> None:
    found = mtcheck("check", SEED, "--no-models")
    assert found.returncode == 1
    assert found.stderr == ""
    lines = found.stdout.splitlines()
    assert lines[:2] == ["", " MACHINE-TRANSLATED  fixtures/tokayev.txt"]
    assert "Service: Yandex Translate" in found.stdout
    assert "translated from: Russian (by the language of the notice)" in found.stdout
    assert "NAM003 warning" in found.stdout
    assert "\x1b" not in found.stdout
    assert lines[-1].startswith("1 document (1 disclosed); ")


@pytest.mark.parametrize(("fail_on", "status"), [("note", 1), ("error", 1), ("never", 0)])
def test_fail_on(fail_on: str, status: int) -> None:
    assert mtcheck("check", SEED, "--no-models", "--fail-on", fail_on).returncode == status


def test_records_in_records_out() -> None:
    rows: list[dict[str, Any]] = [
        {"id": "a", "text": "The harvest was good.\nTranslated by Google", "feed": "x"},
        {"id": "b", "text": "The harvest was good this year, the minister said on Monday."},
        {"id": "c", "source": "Урожай был хорошим.", "target": "The harvest was good.",
         "source_lang": "ru", "target_lang": "en", "terms": {"урожай": "crop"}},
    ]  # fmt: skip
    found = mtcheck(
        "check",
        "-",
        "--from",
        "jsonl",
        "--format",
        "jsonl",
        "--no-models",
        stdin="\n".join(map(json.dumps, rows)),
    )
    out = [json.loads(line) for line in found.stdout.splitlines()]
    assert [r["id"] for r in out] == ["a", "b", "c"]
    assert all(set(r) >= RECORD for r in out)
    assert out[0]["verdict"] == "disclosed"
    assert set(out[0]["disclosure"]) == {"service", "notice_lang", "source_lang", "span", "text"}
    start, end = out[0]["disclosure"]["span"]
    assert rows[0]["text"][start:end] == "Translated by Google"
    assert out[0]["metadata"] == {"feed": "x"}
    assert out[1]["disclosure"] is None
    assert set(out[1]["scores"]) >= {"mt_probability", "fluency", "adequacy", "round_trip_chrf"}
    assert out[2]["segments"][0]["source"] == "Урожай был хорошим."
    assert out[2]["terms"] == {"matched": 1, "used": 0}
    assert found.returncode == 1


def test_a_broken_record_is_one_line_and_the_rest_goes_on() -> None:
    found = mtcheck(
        "check",
        "-",
        "--from",
        "jsonl",
        "--format",
        "jsonl",
        "--no-models",
        stdin='{"id": "a", "text": "Good."}\n{oops\n{"id": "c", "text": "Fine."}\n',
    )
    out = [json.loads(line) for line in found.stdout.splitlines()]
    assert found.returncode == 2
    assert [r["id"] for r in out if "error" not in r] == ["a", "c"]
    assert [r["error"]["place"] for r in out if "error" in r] == ["line 2"]
    assert "line 2" in found.stderr
    assert "Traceback" not in found.stderr


def test_the_report_goes_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    found = mtcheck("check", SEED, "--no-models", "--format", "json", "-o", str(target))
    assert found.returncode == 1
    assert found.stdout == ""
    report = json.loads(target.read_text(encoding="utf-8"))
    assert set(report) == {"documents", "findings", "failures", "rules", "signature"}
    assert report["documents"][0]["disclosure"]["service"] == "yandex"
    for finding in report["documents"][0]["findings"]:
        assert set(finding) >= {
            "code",
            "name",
            "severity",
            "message",
            "place",
            "span",
            "found",
            "expected",
            "fingerprint",
        }
        if finding["span"] is not None and finding["found"] is not None:
            text = (ROOT / SEED).read_text(encoding="utf-8")
            assert text[slice(*finding["span"])] == finding["found"]


def test_a_run_with_nothing_to_read_is_still_json() -> None:
    found = mtcheck("check", "nowhere.txt", "--no-models", "--format", "json")
    assert found.returncode == 2
    report = json.loads(found.stdout)
    assert report["documents"] == []
    assert report["failures"][0]["uri"] == "nowhere.txt"
    assert "nowhere.txt" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "nowhere.txt", "--no-models"], "nowhere.txt"),
        (["check", SEED, "--format", "pdf"], "choose one of"),
        (["check", SEED, "--no-models", "--from", "docx"], "docx"),
        (["check", SEED, "--no-models", "--names", "nowhere.csv"], "nowhere.csv"),
        (["check", SEED, "--no-models", "--lang", "english"], "BCP 47"),
        (["translate", "-", "--source-lang", "russian", "--target-lang", "en"], "BCP 47"),
        (["explain", "DIS01"], "did you mean DIS001"),
        (["models", "pull", "ru-en"], "network is off"),
        (["translate", "x", "--source-lang", "en", "--target-lang", "ru"], "standard input"),
        (["check"], "Missing argument"),
    ],
)
def test_errors_are_plain_words_and_status_2(arguments: list[str], words: str) -> None:
    found = mtcheck(*arguments)
    assert found.returncode == 2
    assert words in found.stderr + found.stdout
    assert "Traceback" not in found.stderr


def test_rules_and_explain_come_from_the_docstrings() -> None:
    from mtcheck.checks import rules

    listed = mtcheck("rules").stdout
    for rule in rules():
        assert rule.code in listed
        explained = mtcheck("explain", rule.code.lower()).stdout
        assert rule.summary in explained
        assert "Limits" in explained


def test_names_reads_and_writes_records() -> None:
    stdin = (
        json.dumps({"id": 1, "a": "Kasym-Jomart Tokayev", "b": "Kassym-Jomart Tokayev", "kind": "person"})
        + "\n{}\n"
    )
    found = mtcheck("names", "-", stdin=stdin)
    first, second = (json.loads(line) for line in found.stdout.splitlines())
    assert first["same"] is True
    assert set(first) == {"id", "same", "score", "relation", "why"}
    assert "error" in second
    assert found.returncode == 2


def test_translate_by_a_local_folder(tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason="the hf extra is not installed")
    sys.path.insert(0, str(ROOT / "tests" / "annotate"))
    import tiny

    folder = tiny.marian(tmp_path / "m")
    stdin = json.dumps({"id": "a", "text": "The president arrived."}) + "\nnot json\n"
    found = mtcheck(
        "translate",
        "-",
        "--source-lang",
        "en",
        "--target-lang",
        "ru",
        "--translator",
        str(folder),
        "--offline",
        stdin=stdin,
    )
    first, second = (json.loads(line) for line in found.stdout.splitlines())
    assert set(first) == {"id", "translation", "verdict", "model"}
    assert first["model"] == f"{folder}@local"
    assert "line 2" in second["error"]
    assert found.returncode == 2


def test_models_list_says_licences() -> None:
    listed = mtcheck("models", "list").stdout
    assert "Gemma Terms of Use" in listed
    assert "Helsinki-NLP/opus-mt-ru-en" in listed
    assert "CC-BY-NC-4.0" in listed


def test_help_has_examples() -> None:
    assert "mtcheck check - --from jsonl" in mtcheck("check", "--help").stdout
    assert mtcheck("--version").stdout.startswith("mtcheck ")


def test_text_cannot_drive_the_terminal() -> None:
    evil = "Hello \x1b[31mred\x1b[0m \u202egnp.exe was here again.\nTranslated by Google"
    found = mtcheck(
        "check", "-", "--from", "jsonl", "--no-models", stdin=json.dumps({"id": "\x1b]0;x\x07", "text": evil})
    )
    assert "\x1b" not in found.stdout
    assert "\u202e" not in found.stdout
    assert "MACHINE-TRANSLATED" in found.stdout


def test_a_reader_that_leaves_early_is_no_error() -> None:
    start = f"{sys.executable} -c 'from mtcheck.cli import main; main()'"
    script = f"{start} check {SEED} --no-models -f json | head -c 10"
    found = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert "Traceback" not in found.stderr
