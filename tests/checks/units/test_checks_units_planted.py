"""Faults planted into real catalogues: how many are found, and how many untouched messages are flagged.

The catalogues are those of the system's own programs, read where they lie; none is copied here.
"""

from __future__ import annotations

import gettext
import random
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest

from mtcheck.checks.base import CatalogueCheck
from mtcheck.core import Catalogue, Result, Severity, Unit
from mtcheck.pipeline import _check_catalogue, make_checks

LOCALES = Path("/usr/share/locale")
PROJECTS = (
    "apt",
    "glib20",
    "gtk20",
    "systemd",
    "tar",
    "sed",
    "wget",
    "make",
    "grep",
    "xz",
    "diffutils",
    "findutils",
)
LANGUAGES = ("ru", "de", "fr", "ja", "ar")
SIZE = 250
HOLDER = re.compile(r"%[sdu]|%\d\$[sdu]")


@cache
def catalogue(lang: str) -> Catalogue:
    """Up to ``SIZE`` translated messages of each project, one catalogue a language."""
    units: dict[str, Unit] = {}
    for project in PROJECTS:
        path = LOCALES / lang / "LC_MESSAGES" / f"{project}.mo"
        if not path.exists():
            continue
        with path.open("rb") as file:
            pairs = cast("Any", gettext.GNUTranslations(file))._catalog.items()
        good = [
            (s, t)
            for s, t in pairs
            if isinstance(s, str) and s and t and s != t and "\x04" not in s and len(s) < 200
        ]
        for source, target in random.Random(0).sample(good, min(SIZE, len(good))):
            units[source] = Unit(source, source, target)
    return Catalogue(f"{lang}.po", "po", tuple(units.values()), "en", lang)


def flagged(given: Catalogue) -> set[str]:
    """Keys with a finding at warning or above."""
    rules = [r for r in make_checks() if isinstance(r, CatalogueCheck)]
    (result,) = _check_catalogue(given, rules)
    assert isinstance(result, Result)
    return {f.origin.unit or "" for f in result.findings if f.severity >= Severity.WARNING}


def without(pattern: str, replacement: str = "") -> Callable[[Unit], str | None]:
    """A fault: the first match of a pattern is replaced; None where there is none."""

    def plant(unit: Unit) -> str | None:
        changed = re.sub(pattern, replacement, unit.target, count=1)
        return changed if changed != unit.target else None

    return plant


def where(
    test: Callable[[Unit], object], plant: Callable[[Unit], str | None]
) -> Callable[[Unit], str | None]:
    """A fault that only some messages can have."""
    return lambda unit: plant(unit) if test(unit) else None


FAULTS: dict[str, tuple[Callable[[Unit], str | None], float]] = {
    "placeholder dropped": (without(r"%[sd]"), 0.97),
    "placeholder changed": (without(r"%s", "%d"), 0.97),
    # after a colon, or before a bracket, it may be meant and is a suggestion (Limits of SPC001)
    "space at the end": (where(lambda u: u.source[-1] not in ": \n\t", lambda u: u.target + " "), 0.97),
    "space at the beginning": (where(lambda u: u.source[0].isalnum(), lambda u: " " + u.target), 0.97),
    "doubled space": (
        where(lambda u: "  " not in u.source, without(r"(?<=[^\W\d_]{3}) (?=[^\W\d_])", "  ")),
        0.95,
    ),
    "line break lost": (
        where(lambda u: u.source.endswith("\n"), lambda u: u.target.rstrip("\n") or None),
        0.97,
    ),
    "question mark lost": (where(lambda u: u.source.endswith("?"), without(r"\s*[?？؟]$")), 0.9),
    "bracket lost": (where(lambda u: u.source.count("(") == u.source.count(")"), without(r"[)）]")), 0.9),
    "doubled sign": (without(r"(?<=\w)([,.。])(?=\s|$)", r"\1\1"), 0.9),
    "doubled word": (without(r"(?<![\w%-])([^\W\d_A-Z]{4,})(?= )", r"\1 \1"), 0.9),
    "stray escape": (without(r" ", r"\\n"), 0.95),
    "copy": (where(lambda u: len(re.findall(r"\b[a-z]{3,}\b", u.source)) >= 3, lambda u: u.source), 0.9),
    "notice": (lambda u: f"{u.target} Translated with DeepL.", 0.95),
    "marker": (lambda u: f"[MT] {u.target}", 0.97),
    "lookalike": (without(r"(?<=[б-я])а(?=[б-я])", "a"), 0.95),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_faults_are_found(fault: str) -> None:
    plant, floor = FAULTS[fault]
    planted = found = 0
    for lang in LANGUAGES:
        given = catalogue(lang)
        changes = {
            u.key: t for u in given.units if (t := plant(u)) is not None and t.strip() and t != u.target
        }
        keys = set(random.Random(1).sample(sorted(changes), min(12, len(changes))))
        units = tuple(replace(u, target=changes[u.key]) if u.key in keys else u for u in given.units)
        if keys:
            planted, found = planted + len(keys), found + len(keys & flagged(replace(given, units=units)))
    if planted < 8:
        pytest.skip(f"the catalogues of {', '.join(PROJECTS)} are not in {LOCALES}")
    assert found >= floor * planted, f"{found} of {planted}"


def test_untouched_messages_are_left_alone() -> None:
    total = wrong = 0
    for lang in LANGUAGES:
        given = catalogue(lang)
        total, wrong = total + len(given.units), wrong + len(flagged(given))
    if total < 500:
        pytest.skip(f"the catalogues of {', '.join(PROJECTS)} are not in {LOCALES}")
    assert wrong <= 0.03 * total, f"{wrong} of {total}"
