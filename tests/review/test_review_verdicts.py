"""What stands when several editors have spoken, and what it leaves out of a run."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from editors import finding, mark, says

from mtcheck.review import Verdict, left_out, standing
from mtcheck.review.verdicts import moment, now

CASES = {
    "one verdict": ([says("Ann", "dismissed", "f")], ("dismissed", "Ann"), False),
    "a later one of the same editor": (
        [says("Ann", "dismissed", "f"), says("Ann", "accepted", "f", 1)], ("accepted", "Ann"), False,
    ),
    "undone": ([says("Ann", "dismissed", "f"), says("Ann", "undone", "f", 1)], None, False),
    "undone takes back all that its editor said": (
        [says("Ann", "unsure", "f"), says("Ann", "accepted", "f", 1), says("Ann", "undone", "f", 2)],
        None, False,
    ),
    "undone twice": (
        [says("Ann", "unsure", "f"), says("Ann", "undone", "f", 1), says("Ann", "undone", "f", 2)],
        None, False,
    ),
    "decided again after undoing": (
        [says("Ann", "unsure", "f"), says("Ann", "undone", "f", 1), says("Ann", "accepted", "f", 2)],
        ("accepted", "Ann"), False,
    ),
    "two editors agree": (
        [says("Ann", "dismissed", "f"), says("Ben", "dismissed", "f", 1)], ("dismissed", "Ben"), False,
    ),
    "two editors differ: the latest counts": (
        [says("Ann", "dismissed", "f"), says("Ben", "accepted", "f", 1)], ("accepted", "Ben"), True,
    ),
    "the one undoes, the other's stands": (
        [says("Ann", "dismissed", "f"), says("Ben", "accepted", "f", 1), says("Ben", "undone", "f", 2)],
        ("dismissed", "Ann"), False,
    ),
    "undoing does not touch another's while there is one's own": (
        [says("Ann", "dismissed", "f"), says("Ben", "accepted", "f", 1), says("Ann", "undone", "f", 2)],
        ("accepted", "Ben"), False,
    ),
    "who has none takes back the one that stands": (
        [says("Ann", "dismissed", "f"), says("Ben", "accepted", "f", 1), says("Cid", "undone", "f", 2)],
        ("dismissed", "Ann"), False,
    ),
    "they come to agree": (
        [says("Ann", "dismissed", "f"), says("Ben", "accepted", "f", 1), says("Ann", "accepted", "f", 2)],
        ("accepted", "Ann"), False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_stands_in_whatever_order_files_come(name: str) -> None:
    events, stands, contested = CASES[name]
    for order in permutations(events):
        found = standing(order).get(mark("f"))
        assert (found and (found.verdict.verdict, found.verdict.who)) == stands
        assert bool(found and found.contested) is contested


def test_events_of_one_moment_count_as_given() -> None:
    events = [says("Ann", "dismissed", "f"), says("Ann", "undone", "f"), says("Ann", "accepted", "f")]
    assert standing(events)[mark("f")].verdict.verdict == "accepted"


RUN = tuple(finding(name) for name in ("right", "wrong", "may be", "new"))
SAID: list[Verdict] = [
    says("Ann", "accepted", "right"), says("Ann", "dismissed", "wrong"), says("Ann", "unsure", "may be"),
    says("Ann", "dismissed", "of another run"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("new_only", "kept"), [(False, ["right", "may be", "new"]), (True, ["new"])], ids=["default", "new only"]
)
def test_left_out(new_only: bool, kept: list[str]) -> None:
    shown, count = left_out(RUN, standing(SAID), new_only=new_only)
    assert [f.fingerprint for f in shown] == [mark(name) for name in kept]
    assert count == len(RUN) - len(kept)


def test_a_verdict_lapses_with_its_text() -> None:
    from mtcheck import check_text

    before = "The President of Russia spoke. Translated by Google"
    after = "The President of Russia has spoken. Translated by DeepL"
    found = check_text(before, id="news").findings
    said = [says("Ann", "dismissed", "x") for _ in found]
    events = [replace(v, fingerprint=f.fingerprint) for f, v in zip(found, said, strict=True)]
    assert found
    assert left_out(found, standing(events)) == ((), len(found))
    edited = check_text(after, id="news").findings
    assert edited
    assert left_out(edited, standing(events)) == (edited, 0)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-03-01T09:30:00Z", "2026-03-01T09:30:00.000000Z"),
        ("2026-03-01T09:30:00.123Z", "2026-03-01T09:30:00.123000Z"),
        ("2026-03-01T12:30:00+03:00", "2026-03-01T09:30:00.000000Z"),
        ("0999-03-01T09:30:00Z", "0999-03-01T09:30:00.000000Z"),
    ],
)
def test_times_are_written_one_way(text: str, written: str) -> None:
    assert moment(text) == written


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-03-01", "2026-03-01T09:30:00", "2026-02-30T09:30Z", "0001-01-01T00:00:00+10:00"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        moment(text)


def test_now_is_such_a_time() -> None:
    first = now()
    assert moment(first) == first <= now()
