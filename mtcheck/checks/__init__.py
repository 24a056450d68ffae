"""The checks, one line each. A new check is a class, a line here, and ``fixtures/rules/<CODE>/``."""

from __future__ import annotations

from functools import cache

from mtcheck.checks.base import Check, RunCheck
from mtcheck.core import Rule
from mtcheck.resources import load

CHECKS = (
    "mtcheck.checks.disclosure:TranslationNotice",
    "mtcheck.checks.markup:TranslationMarkup",
    "mtcheck.checks.markup:TranslationWidget",
    "mtcheck.checks.residue:UntranslatedResidue",
    "mtcheck.checks.names:NameSpelledTwoWays",
    "mtcheck.checks.names:TitleChanges",
    "mtcheck.checks.names:AdjectiveRenderedTwoWays",
    "mtcheck.checks.names:TitleWithoutCountry",
    "mtcheck.checks.names:NameNotAsAgreed",
    "mtcheck.checks.names:CountryOfItsInstitution",
    "mtcheck.checks.terms:RequiredTermMissing",
    "mtcheck.checks.terms:TermNotAsAgreed",
    "mtcheck.checks.round_trip:RoundTripLoss",
    "mtcheck.checks.fluency:LowFluency",
    "mtcheck.checks.suppression:SuppressionWithoutReason",
)


@cache
def classes() -> tuple[type[Check], ...]:
    """The check classes, in table order."""
    return tuple(load(target) for target in CHECKS)


def rules() -> tuple[Rule, ...]:
    """Every rule as data, in table order."""
    return tuple(check.rule() for check in classes())


__all__ = ["CHECKS", "Check", "RunCheck", "classes", "rules"]
