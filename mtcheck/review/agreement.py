"""What editors' verdicts say of the rules, of each other, and of the limits. Pure sums."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from mtcheck.review.verdicts import ACCEPTED, DISMISSED, UNSURE, Standing

GOAL = 0.9
"""The precision that a score cut is asked for: one finding in ten may be for nothing."""

_Z = 1.959963984540054  # of a two-sided 95 % interval


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its uncertainty.

    Attributes:
        part, whole: counts.
        value: ``part / whole``, 0 to 1; None of nothing.
        low, high: 95 % interval by Wilson's score, 0 to 1.
    """

    part: int
    whole: int
    value: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """How a rule fared: the verdicts that stand on its findings.

    Attributes:
        precision: accepted among accepted and dismissed; ``unsure`` counts for neither.
    """

    code: str
    accepted: int
    dismissed: int
    unsure: int
    precision: Share


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two editors agree on what both have judged.

    Attributes:
        both: findings that both judged.
        same: those with the same verdict.
        kappa: Cohen's, -1 to 1; None where chance alone would agree always.
    """

    first: str
    second: str
    both: int
    same: int
    kappa: float | None


@dataclass(frozen=True, slots=True)
class ScoreCut:
    """The limit on a rule's score that its verdicts argue for.

    Attributes:
        decided: scored findings that were accepted or dismissed.
        side: ``at most`` or ``at least``: on which side of ``cut`` the findings are kept.
        cut: the score that keeps the most findings at ``GOAL`` precision; None if none does.
        precision: of what is kept, or of everything if there is no such cut.
        lost: accepted findings that the cut would leave out.
    """

    code: str
    decided: int
    side: str
    cut: float | None
    precision: Share
    lost: int


def wilson(part: int, whole: int) -> Share:
    """A share with its 95 % interval.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    JASA 22 (1927): sound for few verdicts and for shares near 0 and 1, where the plain normal
    interval is not.
    """
    if whole == 0:
        return Share(0, 0, None, 0.0, 1.0)
    p, z2 = part / whole, _Z * _Z
    middle = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    half = _Z * math.sqrt(p * (1 - p) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return Share(part, whole, p, max(0.0, middle - half), min(1.0, middle + half))


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Agreement beyond chance of two judges, -1 to 1; None if chance alone would agree always.

    Source: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
    Measurement 20 (1960).

    Args:
        pairs: the two judgements of each thing that both judged.
    """
    if not pairs:
        return None
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(first[kind] * second[kind] for kind in first) / (n * n)
    return None if chance == 1 else (observed - chance) / (1 - chance)


def rule_records(stands: Iterable[Standing]) -> list[RuleRecord]:
    """How each rule fared, by code. A finding counts once, however many editors judged it."""
    counts: dict[str, Counter[str]] = {}
    for stand in stands:
        counts.setdefault(stand.verdict.code, Counter())[stand.verdict.verdict] += 1
    return [
        RuleRecord(
            code,
            n[ACCEPTED],
            n[DISMISSED],
            n[UNSURE],
            wilson(n[ACCEPTED], n[ACCEPTED] + n[DISMISSED]),
        )
        for code, n in sorted(counts.items())
    ]


def agreements(stands: Iterable[Standing]) -> list[Agreement]:
    """Each two editors who judged some of the same findings, by name."""
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for stand in stands:
        own = sorted(stand.editors, key=lambda v: v.who)
        for a, b in combinations(own, 2):
            pairs.setdefault((a.who, b.who), []).append((a.verdict, b.verdict))
    return [
        Agreement(first, second, len(both), sum(a == b for a, b in both), cohen_kappa(both))
        for (first, second), both in sorted(pairs.items())
    ]


def score_cuts(stands: Iterable[Standing], scores: Mapping[str, float]) -> list[ScoreCut]:
    """The limit that each scored rule's verdicts argue for, by code.

    Args:
        scores: the score of each finding, by fingerprint.
    """
    scored: dict[str, list[tuple[float, bool]]] = {}
    for stand in stands:
        verdict = stand.verdict
        if verdict.fingerprint in scores and verdict.verdict in {ACCEPTED, DISMISSED}:
            right = verdict.verdict == ACCEPTED
            scored.setdefault(verdict.code, []).append((scores[verdict.fingerprint], right))
    return [_cut(code, judged) for code, judged in sorted(scored.items())]


def _cut(code: str, judged: Sequence[tuple[float, bool]]) -> ScoreCut:
    """Most findings at the goal, on the side of the scores where the accepted ones lie."""
    accepted = sum(right for _, right in judged)
    sign = -1 if _accepted_lie_higher(judged) else 1
    ordered = sorted(judged, key=lambda pair: sign * pair[0])
    side = "at least" if sign < 0 else "at most"
    best, kept = None, 0
    for i, (score, right) in enumerate(ordered, start=1):
        kept += right
        # Findings of one score stand or fall together.
        last_of_score = i == len(ordered) or ordered[i][0] != score
        if last_of_score and kept >= GOAL * i:
            best = ScoreCut(code, len(judged), side, score, wilson(kept, i), accepted - kept)
    return best or ScoreCut(code, len(judged), side, None, wilson(accepted, len(judged)), 0)


def _accepted_lie_higher(judged: Sequence[tuple[float, bool]]) -> bool:
    right = [score for score, is_right in judged if is_right]
    wrong = [score for score, is_right in judged if not is_right]
    return bool(right and wrong) and sum(right) / len(right) > sum(wrong) / len(wrong)
