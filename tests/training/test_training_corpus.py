"""Labelled texts are read, each once, in an order that does not vary."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from mtcheck.core import InputError
from mtcheck.training import corpus

LONG = "one of the words that fill a line " * 11  # 88 words

GOOD = {"text": LONG, "lang": "de", "label": "mt"}


def write(path: Path, rows: list[Any]) -> Path:
    data = "\n".join(r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(data.encode()))
    else:
        path.write_text(data, encoding="utf-8")
    return path


def versions(doc: str, *, human: str = LONG, systems: int = 2, segments: int = 1) -> dict[str, Any]:
    mt = {f"engine{n}": [f"{doc} {n} {human}"] * segments for n in range(systems)}
    source = [f"{doc} {LONG}"] * segments
    return {
        "doc": doc,
        "src_lang": "ru",
        "tgt_lang": "en",
        "source": source,
        "human": {"A": [f"{doc} {human}"] * segments},
        "mt": mt,
    }


def test_versions_of_a_source(tmp_path: Path) -> None:
    write(tmp_path / "wmt99.ru-en.docs.jsonl.gz", [versions("a", systems=9)])
    found = corpus.read([tmp_path])
    kinds = [(t.lang, t.kind, t.data) for t in found]
    assert kinds.count(("en", "human", "wmt99.ru-en")) == 1
    assert kinds.count(("en", "mt", "wmt99.ru-en")) == corpus.SYSTEMS
    assert kinds.count(("ru", "original", "ru.original")) == 1
    assert sorted(t.rank for t in found if t.machine) == list(range(corpus.SYSTEMS))
    assert len({t.group for t in found}) == 1


def test_short_neighbours_are_put_together(tmp_path: Path) -> None:
    write(
        tmp_path / "chat.docs.jsonl",
        [versions(f"d{n}", human="only a few words here " * 6) for n in range(9)],
    )
    found = corpus.read([tmp_path])
    assert {t.kind for t in found} == {"human", "mt", "original"}
    assert all(len(t.text.split()) >= corpus.MIN_WORDS for t in found)


def test_a_feed_of_ones_own(tmp_path: Path) -> None:
    rows = [
        {"text": f"a {LONG}", "lang": "de", "label": "mt", "system": "DeepL"},
        {"text": f"b {LONG}", "lang": "de", "label": "human", "register": "essay", "kind": "original"},
        {"segments": [LONG, LONG], "lang": "de", "label": "human", "pair": "p1"},
        {"text": "too short", "lang": "de", "label": "mt"},
        {"text": f"a {LONG}", "lang": "de", "label": "mt"},
    ]
    write(tmp_path / "feed.jsonl", rows)
    found = corpus.read([tmp_path])
    assert [(t.kind, t.data, t.system) for t in found] == [
        ("mt", "feed", "DeepL"),
        ("original", "feed.essay", ""),
        ("human", "feed", ""),
    ]


def test_human_texts_alone_are_not_learnt_from(tmp_path: Path) -> None:
    write(
        tmp_path / "manuals.jsonl",
        [GOOD | {"label": "human"}, GOOD | {"text": f"b {LONG}", "label": "human"}],
    )
    write(
        tmp_path / "feed.jsonl",
        [GOOD | {"text": f"c {LONG}"}, GOOD | {"text": f"d {LONG}", "label": "human"}],
    )
    assert [(t.data, t.learnt) for t in corpus.read([tmp_path])] == [("feed", True)] * 2 + [
        ("manuals", False)
    ] * 2


def test_other_files_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "names.pairs.jsonl", [{"a": "x", "b": "y"}])
    write(tmp_path / "feed.jsonl", [{"text": LONG, "lang": "de", "label": "mt"}])
    assert len(corpus.read([tmp_path])) == 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([GOOD, "{broken"], "line 2"),
        (
            [{"text": LONG, "lang": "de", "label": "mt"}, {"text": LONG, "lang": "de", "label": "maybe"}],
            "line 2",
        ),
        ([{"lang": "de", "label": "mt"}], "line 1"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, rows: list[Any], said: str) -> None:
    write(tmp_path / "feed.jsonl", rows)
    with pytest.raises(InputError, match=said):
        corpus.read([tmp_path])


def test_a_folder_without_labels_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no labelled texts"):
        corpus.read([tmp_path])
