"""Plural forms by CLDR category: which a language has, and which one a gettext form stands for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from mtcheck import resources

CATEGORIES = ("zero", "one", "two", "few", "many", "other")

_HEADER = re.compile(r"nplurals\s*=\s*(\d{1,2})\s*;\s*plural\s*=\s*([^;\n]{1,400})")


def whole(lang: str | None) -> tuple[str, ...]:
    """The categories that whole numbers take in a language, in CLDR's order; empty if unknown."""
    return tuple(_of("whole", lang) or ())


@lru_cache(maxsize=256)
def gettext_categories(header: str | None, lang: str | None) -> tuple[str, ...]:
    """The category of each gettext form, by its index.

    Args:
        header: the value of ``Plural-Forms``, or None.
        lang: BCP 47 language of the catalogue, or None.

    The header's expression is tried on whole numbers of each category, so that Latvian, whose
    headers put "zero" last, comes out right. Without a usable header, forms stand in CLDR's order.
    """
    samples = _of("samples", lang)
    ordered = whole(lang)
    match = _HEADER.search(header or "")
    if match is None:
        return ordered or CATEGORIES
    count = int(match[1])
    if samples is not None and (found := _by_expression(match[2], count, samples)):
        return found
    if len(ordered) == count:
        return ordered
    return {1: ("other",), 2: ("one", "other"), 3: ("one", "few", "other")}.get(count, CATEGORIES)


def _by_expression(expression: str, count: int, samples: dict[str, list[int]]) -> tuple[str, ...] | None:
    """Each index's category by the samples that it is given to, None for an expression that is none."""
    from gettext import c2py

    votes: list[dict[str, int]] = [{} for _ in range(count)]
    try:
        index_of = c2py(expression.strip())
        for category, numbers in samples.items():
            for number in numbers:
                at = int(index_of(number))
                if 0 <= at < count:
                    votes[at][category] = votes[at].get(category, 0) + 1
    except (ValueError, TypeError, ArithmeticError, RecursionError):
        return None
    if not all(votes):
        return None
    return tuple(max(vote, key=lambda c: (vote[c], -CATEGORIES.index(c))) for vote in votes)


def _of(table: str, lang: str | None) -> Any:
    if lang is None:
        return None
    known = resources.data("plurals")[table]
    return known.get(lang) or known.get(lang.split("-", 1)[0].lower())
