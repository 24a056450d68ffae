"""Who rated which translation, where a translation without errors names nobody."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from mtcheck.core import InputError
from mtcheck.training import raters
from mtcheck.training.adequacy import agreement
from mtcheck.training.raters import Piece

MODELS = Path(__file__).resolve().parents[2] / "models"


def run(system: str, who: str, *, doc: str = "talk.1", penalty: float = 1.0) -> list[Piece]:
    """A translation of a document, one letter a segment: who marked an error there, or "." for nobody."""
    return [
        Piece(doc, system, n, "" if c == "." else c, 0.0 if c == "." else penalty, f"s{n}", f"{system} {n}")
        for n, c in enumerate(who)
    ]


def said(*runs: list[Piece]) -> list[str]:
    """Who rated what, one string a translation."""
    pieces = [piece for one in runs for piece in one]
    found = raters.assigned(pieces)
    out = []
    for one in runs:
        out.append("".join(who or "?" for who in found[: len(one)]))
        found = found[len(one) :]
    return out


def test_between_two_pieces_of_one_rater_is_that_one() -> None:
    assert said(run("A", "..a..a..")) == ["aaaaaaaa"]


def test_where_nothing_was_marked_nobody_is_named() -> None:
    assert said(run("A", "a.a"), run("B", "...")) == ["aaa", "???"]


def test_two_raters_meet_where_they_do_in_other_translations() -> None:
    found = said(run("A", "a....b"), run("B", "..ab.."), run("C", ".bbc.."), run("D", "b.bc.c"))
    assert found == ["aaabbb", "aaabbb", "bbbccc", "bbbccc"]


def test_translations_of_other_documents_say_nothing_of_where_raters_meet() -> None:
    elsewhere = [run(system, "abbbbb", doc="talk.2") for system in "BCD"]
    assert said(run("A", "a....b"), run("E", "aaaabb"), *elsewhere)[0] == "aaaabb"


def test_order_of_rows_does_not_matter() -> None:
    pieces = [*run("A", "a..b"), *run("B", "aabb")]
    forth = dict(zip(pieces, raters.assigned(pieces), strict=True))
    assert forth == dict(zip(pieces[::-1], raters.assigned(pieces[::-1]), strict=True))


def test_what_a_rater_gives_elsewhere_tells_the_order_where_raters_differ_in_strictness() -> None:
    docs = ("talk.1", "talk.2")
    pieces = [
        *(piece for doc in docs for piece in run("A", "aaaa", doc=doc, penalty=20)),
        *(piece for doc in docs for piece in run("B", "bbbb", doc=doc, penalty=1)),
    ]
    found = raters.severity(pieces)
    assert (found.raters, found.pairs, found.by_one) == (2, 16, 0)
    figures = agreement(
        found.elsewhere, np.array([p.penalty for p in pieces]), np.array([p.source for p in pieces])
    )
    assert figures["kendall within one source"][0] == 1.0


def test_a_rater_of_one_document_gets_the_mean_of_all() -> None:
    pieces = [
        *run("A", "aa", doc="talk.1"),
        *run("A", "bb", doc="talk.2", penalty=5),
        *run("B", "bb", doc="talk.3"),
    ]
    found = raters.severity(pieces)
    assert found.elsewhere[0] == pytest.approx((2 * 1.791759 + 2 * 0.693147) / 4, abs=1e-5)
    assert found.elsewhere[2] == pytest.approx(0.693147, abs=1e-5)


def test_one_document_says_nothing_of_other_documents() -> None:
    with pytest.raises(ValueError, match="one document"):
        raters.severity(run("A", "ab"))


def test_what_no_other_translation_says_is_least_alike() -> None:
    same = [Piece("d", name, 0, "", 0.0, "s", "The boat came back to the quay.") for name in "ABC"]
    odd = Piece("d", "D", 0, "", 0.0, "s", "Nobody knows whether it rains.")
    alone = Piece("d", "A", 1, "", 0.0, "t", "Alone.")
    values, signature = raters.consensus([*same, odd, alone])
    assert values[3] < values[0] == values[1] == values[2]
    assert values[4] == 0
    assert signature.startswith("nrefs:1|case:mixed")


def test_a_row_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.zh-en.mqm.jsonl.gz"
    row = {"doc": "d", "system": "A", "seg": 1, "src": "s", "target": "t", "mqm": 0, "errors": []}
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n" + json.dumps(row | {"seg": "one"}) + "\n")
    with pytest.raises(InputError) as caught:
        raters.read(path)
    assert caught.value.place == "line 2"
    assert "seg" in str(caught.value.mend)


def test_shipped_figures_are_of_the_data(shared: Path) -> None:
    recorded = json.loads((MODELS / "adequacy.json").read_text(encoding="utf-8"))["raters"]
    assert sorted(recorded) == ["ted.en-de", "ted.zh-en"]
    for name, row in recorded.items():
        pieces = raters.read(shared / f"eval/{name}.mqm.jsonl.gz")
        found = raters.severity(pieces)
        assert (len(pieces), found.raters, found.pairs, found.by_one) == (
            row["segments"],
            row["raters"],
            row["pairs"],
            row["pairs by one rater"],
        )
