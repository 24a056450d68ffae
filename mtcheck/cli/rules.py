"""``mtcheck rules`` and ``mtcheck explain``: the rules' own docstrings."""

from __future__ import annotations

from typing import Annotated

import typer

from mtcheck.core import UsageError


def rules() -> None:
    """List every rule: code, severity, name, what it says."""
    from mtcheck.checks import rules as all_rules

    for rule in all_rules():
        typer.echo(f"{rule.code}  {rule.severity!s:<8} {rule.name:<32} {rule.summary}")


def explain(code: Annotated[str, typer.Argument(metavar="CODE", help="Such as DIS001.")]) -> None:
    """Explain a rule: what it does, why it matters, its limits, an example, its source."""
    from difflib import get_close_matches

    from mtcheck.checks import rules as all_rules

    known = {rule.code: rule for rule in all_rules()} | {rule.name: rule for rule in all_rules()}
    rule = known.get(code.upper()) or known.get(code.lower())
    if rule is None:
        near = get_close_matches(code.upper(), known, n=1, cutoff=0.5) or get_close_matches(
            code.lower(), known, n=1
        )
        raise UsageError(
            f"no rule {code}" + (f"; did you mean {near[0]}?" if near else "; `mtcheck rules` lists them")
        )
    needs = f", needs {' and '.join(sorted(rule.needs))}" if rule.needs else ""
    typer.echo(f"{rule.code} {rule.name} ({rule.severity}{needs})\n\n{rule.summary}\n\n{rule.explanation}")
