"""Rows of training data: what is a document of WMT."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mtcheck.core import InputError
from mtcheck.training import rows


@pytest.mark.parametrize(
    "wrong",
    [
        {"human": None},
        {"human": {"A": ["One."]}},
        {"mt": {"X": ["One.", "Two.", "Three."]}},
        {"mt": ["One.", "Two."]},
        {"doc": None},
    ],
)
def test_a_document_that_is_none_is_said_with_its_line(tmp_path: Path, wrong: dict[str, Any]) -> None:
    good: dict[str, Any] = {
        "doc": "1",
        "src_lang": "ru",
        "tgt_lang": "en",
        "source": ["Раз.", "Два."],
        "human": {"A": ["One.", "Two."]},
    }
    bad = {key: value for key, value in (good | wrong).items() if value is not None}
    path = tmp_path / "wmt22.ru-en.docs.jsonl"
    path.write_text("\n".join(map(json.dumps, [good, {"made": "human"}, bad])), encoding="utf-8")
    found = rows.documents(path)
    assert next(found)["human"] == good["human"]
    with pytest.raises(InputError, match="line 3"):
        next(found)
