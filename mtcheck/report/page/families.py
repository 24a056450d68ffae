"""How findings look: a family of rules has one colour, one line under the words and one letter."""

from __future__ import annotations

from dataclasses import dataclass

from mtcheck.core import Finding


@dataclass(frozen=True, slots=True)
class Family:
    """Rules of one kind.

    Attributes:
        letter: what stands at its marks; in lower case the class in the style sheet.
        name: what the legend says.
        prefixes: of its rule codes.
    """

    letter: str
    name: str
    prefixes: tuple[str, ...] = ()


FAMILIES = (
    Family("D", "disclosure", ("DIS", "MRK")),
    Family("L", "language", ("LNG",)),
    Family("N", "names and terms", ("NAM", "TRM")),
    Family("M", "meaning", ("RTT",)),
    Family("F", "fluency", ("FLU",)),
    Family("P", "message"),
)
"""In the order of the legend; the last takes every other code, the rules of localisation files."""


def family(code: str) -> Family:
    """The family of a rule code."""
    return next((f for f in FAMILIES if code.startswith(f.prefixes or ("",))), FAMILIES[-1])


def family_class(finding: Finding) -> str:
    """Class of a finding's marks in the style sheet."""
    return family(finding.code).letter.lower()
