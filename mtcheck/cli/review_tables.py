"""The tables of ``mtcheck review stats`` for a terminal: plain columns, also in a pipe."""

from __future__ import annotations

from collections.abc import Sequence

from mtcheck.review.agreement import GOAL, Agreement, RuleRecord, ScoreCut, Share


def rule_table(rules: Sequence[RuleRecord]) -> str:
    """Precision of each rule."""
    rows = [
        (
            r.code,
            str(r.accepted),
            str(r.dismissed),
            str(r.unsure),
            _percent(r.precision),
            _interval(r.precision),
        )
        for r in rules
    ]
    return _table(("Rule", "accepted", "dismissed", "unsure", "precision", "95 % interval"), rows)


def agreement_table(pairs: Sequence[Agreement]) -> str:
    """Agreement of each two editors."""
    if not pairs:
        return "Agreement: no two editors have judged the same finding."
    rows = [
        (f"{p.first} / {p.second}", str(p.both), str(p.same), "-" if p.kappa is None else f"{p.kappa:.2f}")
        for p in pairs
    ]
    return _table(("Editors", "both judged", "same", "Cohen's kappa"), rows)


def cut_table(cuts: Sequence[ScoreCut]) -> str:
    """The limit that each scored rule's verdicts argue for."""
    if not cuts:
        return "Limits: no scored finding of this report has been accepted or dismissed."
    rows = [
        (
            c.code,
            str(c.decided),
            f"none reaches {GOAL:.0%}" if c.cut is None else f"{c.side} {c.cut:g}",
            str(c.precision.whole) if c.cut is not None else "-",
            _percent(c.precision),
            _interval(c.precision),
            str(c.lost) if c.cut is not None else "-",
        )
        for c in cuts
    ]
    head = ("Rule", "decided", f"score for {GOAL:.0%}", "kept", "precision", "95 % interval", "accepted lost")
    return _table(head, rows)


def _percent(share: Share) -> str:
    return "-" if share.value is None else f"{share.value:.0%}"


def _interval(share: Share) -> str:
    return "-" if share.value is None else f"{share.low:.0%} to {share.high:.0%}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """First column to the left, the others to the right."""
    lines = [head, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return "\n".join(
        "  ".join(
            v.ljust(w) if i == 0 else v.rjust(w) for i, (v, w) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )
