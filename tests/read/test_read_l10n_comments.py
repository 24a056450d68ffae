"""Suppressions and limits that files state."""

from __future__ import annotations

import pytest

from mtcheck.core import Catalogue
from mtcheck.read.formats import reader
from mtcheck.read.l10n.comments import length_limit, suppressions


@pytest.mark.parametrize(
    ("comment", "flags"),
    [
        ("mtcheck-ignore: PUN001 a label", {"ignore:PUN001"}),
        ("mtcheck-ignore: PUN001,SPC002 a label", {"ignore:PUN001", "ignore:SPC002"}),
        ("mtcheck-ignore: PUN001, end-punctuation -- a label", {"ignore:PUN001", "ignore:end-punctuation"}),
        ("mtcheck-ignore: * legal text", {"ignore:*"}),
        ("Note. mtcheck-ignore:PUN001 why\nnext line", {"ignore:PUN001"}),
        ("mtcheck-ignore: PUN001 a\nmtcheck-ignore: NUM001 b", {"ignore:PUN001", "ignore:NUM001"}),
        ("mtcheck-ignore: PUN001", {"ignore-without-reason"}),
        ("mtcheck-ignore: PUN001 --", {"ignore-without-reason"}),
        ("mtcheck-ignore: PUN001\nThe next line is no reason", {"ignore-without-reason"}),
        ("mtcheck-ignore:", {"ignore-without-reason"}),
        ("dennis-ignore: E101,W302", {"ignore:E101", "ignore:W302"}),
        ("dennis-ignore: *", {"ignore:*"}),
        ("please ignore: PUN001", set()),
        ("", set()),
    ],
)
def test_comments(comment: str, flags: set[str]) -> None:
    assert suppressions([comment]) == flags


def test_weblate_flags() -> None:
    flags = ["ignore-end-stop", "ignore-all-checks", "c-format", "max-length:30", "max-length:x"]
    assert suppressions([], flags) == {"ignore:end-stop", "ignore:*"}
    assert length_limit(flags) == 30
    assert length_limit(["c-format"]) is None


IN_FILES = {
    "po": '#. mtcheck-ignore: PUN001 why\nmsgid "a"\nmsgstr "b"\n',
    "xliff": "<xliff><trans-unit id='a'><note>mtcheck-ignore: PUN001 why</note></trans-unit></xliff>",
    "fluent": "# mtcheck-ignore: PUN001 why\na = b\n",
    "android": "<resources><!-- mtcheck-ignore: PUN001 why --><string name='a'>b</string></resources>",
    "properties": "! mtcheck-ignore: PUN001 why\na=b\n",
    "arb": '{"a": "b", "@a": {"description": "mtcheck-ignore: PUN001 why"}}',
    "webextension": '{"a": {"message": "b", "description": "mtcheck-ignore: PUN001 why"}}',
    "strings": '/* mtcheck-ignore: PUN001 why */\n"a" = "b";',
    "resx": "<root><data name='a'><value/><comment>mtcheck-ignore: PUN001 why</comment></data></root>",
    "rails": "ru:\n  # mtcheck-ignore: PUN001 why\n  a: b\n",
}


@pytest.mark.parametrize("format", IN_FILES)
def test_a_suppression_holds_for_its_unit_alone(format: str) -> None:
    following = {"po": '\nmsgid "z"\nmsgstr "y"\n', "properties": "z=y\n", "fluent": "z = y\n"}
    data = IN_FILES[format] + following.get(format, "")
    (found,) = reader(format)(data.encode(), "ru")
    assert isinstance(found, Catalogue)
    assert found.units[0].flags == {"ignore:PUN001"}
    assert all(not u.flags for u in found.units[1:])
    assert len(found.units) == (2 if format in following else 1)
