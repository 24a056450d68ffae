"""Plural forms by CLDR category: which a language has, and which one a gettext form stands for."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import Any

from mtcheck import resources

CATEGORIES = ("zero", "one", "two", "few", "many", "other")

_HEADER = re.compile(r"nplurals\s*=\s*(\d{1,2})\s*;\s*plural\s*=\s*([^;\n]{1,400})")


def whole(lang: str | None) -> tuple[str, ...]:
    """The categories that whole numbers take in a language, in CLDR's order; empty if unknown."""
    return tuple(_of("whole", lang) or ())


def forms_stated(header: str | None) -> int | None:
    """How many forms a ``Plural-Forms`` header states, or None."""
    match = _HEADER.search(header or "")
    return int(match[1]) if match is not None else None


@lru_cache(maxsize=256)
def gettext_categories(header: str | None, lang: str | None) -> tuple[str, ...]:
    """The category of each gettext form, by its index; all six, also beyond the forms of the header.

    Args:
        header: the value of ``Plural-Forms``, or None.
        lang: BCP 47 language of the catalogue, or None.

    The header's expression is tried on whole numbers of each category, so that Latvian, whose
    headers put "zero" last, comes out right. Without a usable header, forms stand in CLDR's order.
    """
    match = _HEADER.search(header or "")
    ordered = whole(lang) or CATEGORIES
    found: tuple[str, ...] = ordered
    if match is not None:
        count = int(match[1])
        usual = {1: ("other",), 2: ("one", "other"), 3: ("one", "few", "other")}.get(count, CATEGORIES)
        samples = _of("samples", lang) or {}
        found = ordered if len(ordered) == count else usual
        if count <= len(samples):
            found = _by_expression(match[2], count, samples) or found
    others = (*(_of("cardinal", lang) or ()), *CATEGORIES)
    return tuple(dict.fromkeys((*found, *others)))


def _by_expression(expression: str, count: int, samples: dict[str, list[int]]) -> tuple[str, ...] | None:
    """Each index's category, the one most of whose samples it is given; None if that does not work out."""
    from gettext import c2py

    votes: Counter[tuple[int, str]] = Counter()
    try:
        index_of = c2py(expression.strip())
        for category, numbers in samples.items():
            votes.update((int(index_of(number)), category) for number in numbers)
    except (ValueError, TypeError, ArithmeticError, RecursionError):
        return None
    taken: dict[int, str] = {}
    for (index, category), _ in votes.most_common():
        if 0 <= index < count and index not in taken and category not in taken.values():
            taken[index] = category
    left = [c for c in (*samples, *CATEGORIES) if c not in taken.values()]
    return tuple(taken.get(index) or left.pop(0) for index in range(count)) if taken else None


def _of(table: str, lang: str | None) -> Any:
    if lang is None:
        return None
    known = resources.data("plurals")[table]
    return known.get(lang) or known.get(lang.split("-", 1)[0].lower())
