"""What reporters do themselves for speed comes out as it would from the library that they spare."""

from __future__ import annotations

import io
import json
import random
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text

from mtcheck.report.jsonl import dumps
from mtcheck.report.terminal import plainly_wrapped

_PARTS = ["a", "words", "слово", "«", "”", "ß", ".", " ", " ", "  ", "x" * 12]


def _by_rich(line: str, width: int) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, no_color=True, highlight=False, _environ={})
    console.print(Text(line), markup=False, emoji=False)
    return "\n".join(each.rstrip() for each in out.getvalue().split("\n"))


@pytest.mark.parametrize("width", [40, 41, 100])
def test_lines_are_wrapped_as_rich_does(width: int) -> None:
    chance = random.Random(width)
    wrapped = 0
    for _ in range(400):
        line = "".join(chance.choices(_PARTS, k=chance.randrange(50)))
        found = plainly_wrapped(line, width)
        if found is not None:
            wrapped += len(found) > 1
            assert "\n".join(found) + "\n" == _by_rich(line, width)
    assert wrapped > 50


@pytest.mark.parametrize("line", ["漢字", "a\u0301", "a\u00a0b", "a\u200bb", "x" * 41])
def test_other_lines_are_left_to_rich(line: str) -> None:
    assert plainly_wrapped(line, 40) is None


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        [[], {}, ()],
        {"a": {"b": [1, 2.5, None, True, "я\n\"'\u2028"]}, "c": (1, [2])},
        {"numbers": {1: [2], None: 3}, "nan": float("nan"), "big": 10**30},
        [{"a": 1}, {"a": {2}}],
    ],
)
def test_indented_json_is_that_of_the_library(value: Any) -> None:
    assert dumps(value, indent=1) == json.dumps(value, ensure_ascii=False, indent=1, default=str)


def test_lone_surrogates_are_escaped_wherever_they_stand() -> None:
    far = "x" * (1 << 21)
    assert dumps({"a": far + "\ud800"}, indent=1) == '{\n "a": "' + far + '\\ud800"\n}'
