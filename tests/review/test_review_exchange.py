"""The file of verdicts: there and back, and every way in which it can be wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from editors import says

from mtcheck.core import InputError
from mtcheck.review import read_verdicts, write_verdicts


def test_there_and_back() -> None:
    events = [
        says("Ann", "dismissed", 1, reason='a name, "as they say"\nthere', unit="item 3", found="Kyiv"),
        says("Бен", "undone", 1, 1, text="المدينة \u202e\x00 \u2028 𝄞"),
    ]
    text = write_verdicts(events)
    assert read_verdicts(text.encode(), "x.json") == events
    assert len(text.splitlines()) >= 2 + len(events)
    assert json.loads(text)["format"] == "mtcheck-verdicts"
    assert read_verdicts(b"\xef\xbb\xbf" + write_verdicts([]).encode(), "x.json") == []


ROW: dict[str, Any] = {
    "fingerprint": "0123456789abcdef", "code": "NAM003", "document": "a", "verdict": "accepted", "who": "Ann",
    "when": "2026-03-01T09:30:00.5Z", "text": "t",
}  # fmt: skip


def whole(*rows: Any, **fields: Any) -> bytes:
    return json.dumps({"format": "mtcheck-verdicts", "version": 1, "verdicts": rows} | fields).encode()


def test_what_may_be_missing_and_what_may_be_more() -> None:
    (found,) = read_verdicts(whole(ROW | {"colour": "red"}), "x.json")
    assert (found.unit, found.found, found.reason) == (None, None, "")
    assert found.when == "2026-03-01T09:30:00.500000Z"


def test_one_event_by_itself() -> None:
    assert read_verdicts(json.dumps(ROW).encode(), "x") == read_verdicts(whole(ROW), "x")


@pytest.mark.parametrize("row", [{"who": ""}, {"who": None}, {"who": " "}])
def test_an_editor_can_be_named_for_a_file_that_names_none(row: dict[str, Any]) -> None:
    assert read_verdicts(whole(ROW | row), "x.json", who="Ben")[0].who == "Ben"
    assert read_verdicts(whole(ROW), "x.json", who="Ben")[0].who == "Ann"


def test_half_a_surrogate_pair_is_no_text_to_keep() -> None:
    data = whole(ROW).replace(b'"t"', rb'"\ud800"')
    assert read_verdicts(data, "x.json")[0].text == "?"


@pytest.mark.parametrize(
    ("data", "place", "problem"),
    [
        (b"", "line 1", "not valid JSON"),
        (b"\xff\xfe", "byte 0", "not UTF-8"),
        (b"{\n{", "line 2", "not valid JSON"),
        (b"[" * 100_000, None, "nested too deep"),
        (b"[]", None, "no file of verdicts"),
        (b'{"documents": []}', None, "no file of verdicts"),
        (whole(version=2), "version", "reads version 1"),
        (whole(version="1"), "version", "reads version 1"),
        (whole(verdicts={}), "verdicts", "no list"),
        (whole(ROW, 3), "verdicts[1]", "no object"),
        (whole(ROW, {k: v for k, v in ROW.items() if k != "code"}), "verdicts[1].code", "missing"),
        (whole(ROW | {"text": None}), "verdicts[0].text", "no text"),
        (whole(ROW | {"unit": 3}), "verdicts[0].unit", "no text"),
        (whole(ROW | {"fingerprint": "../../etc"}), "verdicts[0].fingerprint", "no fingerprint"),
        (whole(ROW | {"fingerprint": "0123456789ABCDEF"}), "verdicts[0].fingerprint", "no fingerprint"),
        (whole(ROW | {"verdict": "good"}), "verdicts[0].verdict", "none of accepted"),
        (json.dumps(ROW | {"when": "now"}).encode(), "verdict.when", "no time"),
        (whole(ROW | {"when": "yesterday"}), "verdicts[0].when", "no time"),
        (whole(ROW | {"when": "2026-03-01T09:30:00"}), "verdicts[0].when", "offset from UTC"),
        (whole(ROW | {"who": " "}), "verdicts[0].who", "no editor"),
        (whole({k: v for k, v in ROW.items() if k != "who"}), "verdicts[0].who", "missing"),
    ],
)
def test_a_bad_file_is_one_error_with_its_place(data: bytes, place: str | None, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        read_verdicts(data, "x.json")
    assert caught.value.uri == "x.json"
    assert caught.value.place == place
    assert problem in caught.value.problem
