"""Malformed, hostile and huge inputs through the whole pipeline: no traceback, no hang, nothing lost."""

from __future__ import annotations

import importlib.util
import io
import json
import time
from pathlib import Path
from types import ModuleType

import pytest

from mtcheck.core import Document, InputError, Origin
from mtcheck.pipeline import Options, run
from mtcheck.read import read_inputs

SECONDS = 60.0
"""More than any single input may take on a slow machine."""


def corpus() -> ModuleType:
    """The readers' malformed corpus."""
    path = Path(__file__).parent / "read" / "test_read_corpus.py"
    spec = importlib.util.spec_from_file_location("malformed_corpus", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_five_hundred_malformed_inputs(tmp_path: Path) -> None:
    cases = corpus().corpus()
    assert len(cases) >= 500
    for number, (label, format_name, data) in enumerate(cases):
        begun = time.monotonic()
        path = tmp_path / f"{number}"
        path.write_bytes(data)
        report = run(read_inputs([str(path)], format=format_name), Options())
        assert report.results or report.failures, label
        assert all(f.stage == "read" for f in report.failures), (label, report.failures)
        assert time.monotonic() - begun < SECONDS, label


HOSTILE = {
    "one word": "a" * 300_000,
    "spaces": " " * 300_000 + "x",
    "full stops": ". " * 100_000,
    "quotes": "«" * 100_000,
    "brackets": "(" * 100_000 + ")" * 100_000,
    "notice words": "translated by " * 20_000,
    "machine words": "machine translated automatically by Google Translate from English " * 3_000,
    "russian notice words": "переведено автоматически сервисом Яндекс " * 5_000,
    "capitals": "President Vladimir Putin of Russian Federation Council " * 4_000,
    "one name, many spellings": " ".join(
        f"Ivan Petro{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}." for i in range(8_000)
    ),
    "hyphens": "Russian-Kazakh-" * 20_000,
    "combining": "e" + "\u0301" * 100_000,
    "bidi": "\u202eabc\u2066" * 30_000,
    "emoji": "👩‍🔬🏳️‍🌈" * 30_000,
    "lines": "\n" * 200_000 + "Machine translated.",
    "markup": "<font style='vertical-align: inherit;'>" * 5_000,
    "han": "这个页面是机器翻译的" * 20_000,
}


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_text_is_judged_in_time(label: str) -> None:
    begun = time.monotonic()
    doc = Document(
        label, HOSTILE[label], Origin(label, line=1), markup=HOSTILE[label] if label == "markup" else None
    )
    report = run([doc], Options())
    assert len(report.results) == 1
    assert not report.failures, report.failures
    assert time.monotonic() - begun < SECONDS


def test_records_around_bad_ones_all_come_out() -> None:
    rows = []
    for i in range(300):
        rows.append(json.dumps({"id": str(i), "text": f"Sentence number {i} was written on Monday."}))
        rows.append(["{", "[1]", '{"text": 5}', '{"id": "x"}', "null", '{"text": ""}', "\x00"][i % 7])
    stream = io.BytesIO("\n".join(rows).encode())
    report = run(read_inputs(["-"], format="jsonl", stdin=stream), Options())
    assert [r.document.id for r in report.results] == [str(i) for i in range(300)]
    assert len(report.failures) == 300
    assert all(isinstance(InputError(f.uri, f.problem), InputError) and f.place for f in report.failures)
