"""Output that is no evidence, and output that is."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from mtcheck.annotate.guards import judge

CASES = [
    ("The minister said so.", "Министр сказал так.", "en", "ru", True, "ok"),
    ("The minister said so.", "", "en", "ru", True, "empty"),
    ("The minister said so.", " … ", "en", "ru", True, "empty"),
    ("The minister said so on Monday.", "The minister said so on Monday", "en", "ru", True, "copied"),
    (
        "The minister said so on Monday.",
        "Der Minister sagte am Montag, dass",
        "en",
        "ru",
        True,
        "wrong-script",
    ),
    ("The minister said so.", "Министр сказал так", "en", "ru", False, "truncated"),
    (
        "The minister said so, and then he left for the airport with his wife and children.",
        "Он уехал.",
        "en",
        "ru",
        True,
        "truncated",
    ),
    (
        "We saw it.",
        "Мы это видели и мы это видели и мы это видели и мы это видели",
        "en",
        "ru",
        True,
        "looping",
    ),
    ("We saw it.", "да да да да да", "en", "ru", True, "looping"),
    (
        "The stock fell.",
        "株が下がった下がった下がった下がった下がった下がった下がった下がった",
        "en",
        "ja",
        True,
        "looping",
    ),
    ("Ana Tili", "Ana Tili", "en", "de", True, "ok"),
    ("He visited Samsung and Microsoft.", "Er besuchte Samsung und Microsoft.", "en", "de", True, "ok"),
    ("no no no no no, said the man", "нет нет нет нет нет, сказал мужчина", "en", "ru", True, "ok"),
    ("Президент прибыл в Париж.", "总统抵达巴黎。", "ru", "zh", True, "ok"),
    ("1, 2, 3", "1, 2, 3", "en", "ru", True, "ok"),
    ("***", "***", "en", "ru", True, "ok"),
]


@pytest.mark.parametrize(("source", "output", "a", "b", "finished", "verdict"), CASES)
def test_judge(source: str, output: str, a: str, b: str, finished: bool, verdict: str) -> None:
    assert judge(source, output, source_lang=a, target_lang=b, finished=finished) == verdict


@pytest.mark.parametrize("pair", ["ru-en", "en-ru", "zh-en", "en-ja", "en-de", "uk-en"])
def test_human_translations_are_translations(shared: Path, pair: str) -> None:
    source_lang, target_lang = pair.split("-")
    wrong = []
    total = 0
    with gzip.open(shared / "eval" / f"wmt22.{pair}.docs.jsonl.gz", "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            for human in row["human"].values():
                for source, target in zip(row["source"], human, strict=True):
                    total += 1
                    verdict = judge(source, target, source_lang=source_lang, target_lang=target_lang)
                    if verdict != "ok":
                        wrong.append((verdict, source, target))
    assert total > 500
    # social-media lines that are names, hashtags or laughter stay as they are in good translations too
    assert len(wrong) <= total / 100, wrong[:20]
