"""Sums over verdicts, held to values from the literature and by hand."""

from __future__ import annotations

import pytest
from editors import mark, says

from mtcheck.review import standing
from mtcheck.review.agreement import agreements, cohen_kappa, rule_records, score_cuts, wilson


# Newcombe, "Two-sided confidence intervals for the single proportion", Stat. Med. 17 (1998), table I,
# method 3; the last two by hand: 1 / (1 + z²) and z² / (n + z²).
@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (1, 1, 0.2065, 1.0000),
        (0, 10, 0.0000, 0.2775),
    ],
)
def test_wilson(part: int, whole: int, low: float, high: float) -> None:
    found = wilson(part, whole)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert found.value == part / whole


def test_nothing_is_known_of_nothing() -> None:
    assert (wilson(0, 0).value, wilson(0, 0).low, wilson(0, 0).high) == (None, 0, 1)


A, D, U = "accepted", "dismissed", "unsure"


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        # observed 35/50; chance (25·30 + 25·20)/50² = 0.5
        ({(A, A): 20, (A, D): 5, (D, A): 10, (D, D): 15}, 0.4),
        # observed 0.6 both times, more by chance in the first: 0.54 and 0.46
        ({(A, A): 45, (A, D): 15, (D, A): 25, (D, D): 15}, 0.06 / 0.46),
        ({(A, A): 25, (A, D): 35, (D, A): 5, (D, D): 35}, 0.14 / 0.54),
        ({(A, A): 3, (D, D): 2, (U, U): 1}, 1.0),
        ({(A, D): 1, (D, A): 1}, -1.0),
        # observed 3/6; chance (2·2 + 2·2 + 2·2)/36 = 1/3
        ({(A, A): 1, (A, D): 1, (D, D): 1, (D, U): 1, (U, U): 1, (U, A): 1}, 0.25),
        ({(A, A): 7}, None),
        ({}, None),
    ],
)
def test_kappa(table: dict[tuple[str, str], int], kappa: float | None) -> None:
    found = cohen_kappa([pair for pair, count in table.items() for _ in range(count)])
    assert found == (None if kappa is None else pytest.approx(kappa))


def test_precision_counts_a_finding_once_and_unsure_not_at_all() -> None:
    events = [
        says("Ann", A, 1), says("Ben", A, 1, 1), says("Ann", A, 2), says("Ann", D, 3), says("Ann", U, 4),
        says("Ann", D, 5), says("Ben", A, 5, 1), says("Ann", A, 6), says("Ann", "undone", 6, 1),
        says("Ann", D, 7, code="FLU001"),
    ]  # fmt: skip
    names, fluency = reversed(rule_records(standing(events).values()))
    assert (names.code, names.accepted, names.dismissed, names.unsure) == ("NAM003", 3, 1, 1)
    assert names.precision == wilson(3, 4)
    assert (fluency.code, fluency.precision.value) == ("FLU001", 0)


def test_agreement_is_of_each_two_editors_on_what_both_judged() -> None:
    events = [
        says("Ann", A, 1), says("Ben", A, 1), says("Ann", D, 2), says("Ben", A, 2), says("Ann", D, 3),
        says("Ben", D, 3), says("Ann", A, 4), says("Cid", A, 4), says("Ben", A, 5), says("Ben", U, 6),
        says("Ben", "undone", 6, 1), says("Ann", A, 6),
    ]  # fmt: skip
    found = [(p.first, p.second, p.both, p.same, p.kappa) for p in agreements(standing(events).values())]
    # Ann A D D, Ben A A D: observed 2/3, chance (1·2 + 2·1)/9
    assert found == [
        ("Ann", "Ben", 3, 2, pytest.approx((2 / 3 - 4 / 9) / (5 / 9))),
        ("Ann", "Cid", 1, 1, None),
    ]


def cuts(judged: list[tuple[float, str]]) -> list[tuple[str, float | None, int, int]]:
    events = [says("Ann", verdict, i) for i, (_, verdict) in enumerate(judged)]
    scores = {mark(i): score for i, (score, _) in enumerate(judged)}
    return [(c.side, c.cut, c.precision.whole, c.lost) for c in score_cuts(standing(events).values(), scores)]


@pytest.mark.parametrize(
    ("judged", "cut"),
    [
        # 10 of 11 up to 11, 10 of 12 up to 12
        ([(n, A) for n in range(1, 11)] + [(11, D), (12, D), (20, A), (21, D)], ("at most", 11, 11, 1)),
        # the same with high scores for the worst
        (
            [(-n, A) for n in range(1, 11)] + [(-11, D), (-12, D), (-20, A), (-21, D)],
            ("at least", -11, 11, 1),
        ),
        ([(1, A), (2, A), (9, A)], ("at most", 9, 3, 0)),
        # findings of one score stand or fall together
        ([(1, A), (2, A), (2, D), (9, D)], ("at most", 1, 1, 1)),
        ([(1, D), (2, A), (9, D)], ("at most", None, 3, 0)),
        ([(1, A), (2, U), (3, D)], ("at most", 1, 1, 0)),
    ],
)
def test_score_cut(judged: list[tuple[float, str]], cut: tuple[str, float | None, int, int]) -> None:
    assert cuts(judged) == [cut]


def test_no_cut_without_scores() -> None:
    assert score_cuts(standing([says("Ann", A, 1)]).values(), {}) == []
