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
from mtcheck.core import Catalogue, Finding, Result, Severity, Unit
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


def messages(path: Path, longest: int) -> list[tuple[str, str]]:
    """Source and translation of each message of a compiled catalogue whose source is shorter; none of a file
    that is not there or in no encoding that it states."""
    try:
        with path.open("rb") as file:
            pairs = cast("Any", gettext.GNUTranslations(file))._catalog.items()
    except (OSError, UnicodeDecodeError):
        return []
    return [
        (s, t)
        for s, t in pairs
        if isinstance(s, str) and s and t and s != t and "\x04" not in s and len(s) < longest
    ]


@cache
def catalogue(lang: str) -> Catalogue:
    """Up to ``SIZE`` translated messages of each project, one catalogue a language."""
    units: dict[str, Unit] = {}
    for project in PROJECTS:
        good = messages(LOCALES / lang / "LC_MESSAGES" / f"{project}.mo", 200)
        for source, target in random.Random(0).sample(good, min(SIZE, len(good))):
            units[source] = Unit(source, source, target)
    return Catalogue(f"{lang}.po", "po", tuple(units.values()), "en", lang)


def judged(given: Catalogue) -> tuple[Finding, ...]:
    """What the rules on messages find in a catalogue."""
    rules = [r for r in make_checks() if isinstance(r, CatalogueCheck)]
    (result,) = _check_catalogue(given, rules)
    assert isinstance(result, Result)
    return tuple(result.findings)


def flagged(given: Catalogue) -> set[str]:
    """Keys with a finding at warning or above."""
    return {f.origin.unit or "" for f in judged(given) if f.severity >= Severity.WARNING}


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


def digit(change: Callable[[str], str]) -> Callable[[Unit], str | None]:
    """A fault: a number that both sides have in digits becomes another one, or none."""

    def plant(unit: Unit) -> str | None:
        for match in re.finditer(r"(?<![\w%$.{-])\d+(?![\w$.}-])", unit.target):
            if re.search(rf"(?<!\d){match.group()}(?!\d)", unit.source):
                start, end = match.span()
                changed = unit.target[:start] + change(match.group()) + unit.target[end:]
                return re.sub(r"(?<=\S)  +", " ", changed).strip()
        return None

    return plant


def cut(share: float) -> Callable[[Unit], str | None]:
    """A fault: the end is missing."""

    def plant(unit: Unit) -> str | None:
        if len(unit.source) <= 40:
            return None
        words = unit.target.split()
        if len(words) >= 6:
            return " ".join(words[: max(1, int(len(words) * share))])
        return unit.target[: int(len(unit.target) * share)] if len(words) < 3 else None

    return plant


def again(unit: Unit) -> str | None:
    """A fault: a word five times in a row."""
    found = re.findall(r"[^\W\d_]{3,}", unit.target)
    middle = found[len(found) // 2] if len(found) > 3 else ""
    return unit.target.replace(middle, " ".join([middle] * 5), 1) if middle else None


def small(unit: Unit) -> str | None:
    """A fault: the first letter in small."""
    first = unit.target[0]
    capital = unit.source[0].isupper() and unit.source[1:2].islower()
    return first.lower() + unit.target[1:] if capital and first.isupper() else None


def mnemonic(unit: Unit) -> bool:
    """Whether an underscore marks the letter of a menu, and is no part of code."""
    code = re.search(r"[a-z]{3,}_[a-z]{3,}|_[a-z]+_|\(_|%|_\w*\.", unit.source)
    once = unit.source.count("_") == unit.target.count("_") == 1
    return once and code is None and "(_" not in unit.target and len(unit.source) < 40


@cache
def elsewhere(lang: str) -> dict[str, str]:
    """Source to target in another language of the same script, if there is one."""
    other = {"de": "fr", "fr": "de"}.get(lang, "de")
    found = {u.source: u.target for u in catalogue(other).units}
    return {s: t for s, t in found.items() if len(re.findall(r"[^\W\d_]{3,}", t)) >= 4}


Plant = Callable[[Unit], str | None]
FAULTS: dict[str, tuple[Plant, float]] = {
    "placeholder dropped": (without(r"%[sd]"), 0.97),
    "placeholder changed": (without(r"%s", "%d"), 0.97),
    "placeholder twice": (without(r"(%[sd])", r"\1 \1"), 0.95),
    "placeholder broken": (without(r"%s", "% s"), 0.95),
    "numbered placeholder dropped": (without(r"%\d\$[sdu]"), 0.95),
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
    "lines joined": (where(lambda u: "\n" in u.source.strip("\n"), without(r"(?<=.)\n(?=.)", " ")), 0.65),
    "line broken": (where(lambda u: "\n" not in u.source and len(u.source) > 20, without(r" ", "\n")), 0.8),
    "question mark lost": (where(lambda u: u.source.endswith("?"), without(r"\s*[?？؟]$")), 0.9),
    "full stop lost": (
        where(lambda u: u.source.endswith(".") and u.source[-2:] != "..", without(r"(?<!\.)[.。]$")),
        0.75,
    ),
    "full stop shouted": (
        where(lambda u: u.source.endswith(".") and u.source[-2:] != "..", without(r"(?<!\.)[.。]$", "!")),
        0.95,
    ),
    "colon lost": (where(lambda u: u.source.endswith(":"), without(r"\s*[:：]$")), 0.95),
    "ellipsis lost": (where(lambda u: u.source.endswith(("...", "…")), without(r"\s*(\.\.\.|…)$")), 0.75),
    "small first letter": (small, 0.5),
    "bracket lost": (where(lambda u: u.source.count("(") == u.source.count(")"), without(r"[)）]")), 0.9),
    "bracket added": (where(lambda u: not re.search(r"[()]", u.source), lambda u: u.target + ")"), 0.9),
    "quote lost": (where(lambda u: re.search(r"[\"“”«»„]", u.source), without(r"[\"“”«»„「」]")), 0.95),
    "doubled sign": (without(r"(?<=\w)([,.。])(?=\s|$)", r"\1\1"), 0.9),
    "doubled word": (without(r"(?<![\w%-])([^\W\d_A-Z]{4,})(?= )", r"\1 \1"), 0.9),
    "loop": (again, 0.95),
    "stray escape": (without(r" ", r"\\n"), 0.95),
    "entity": (
        where(lambda u: not re.search("[&<]", u.source), without("[\"'«“„»]", "&quot;")),
        0.95,
    ),
    "number changed": (digit(lambda n: str(int(n) + 1)), 0.9),
    "number dropped": (digit(lambda _: ""), 0.8),
    "option changed": (without(r"(?<!\S)--([a-z]{3,})", r"--\1x"), 0.95),
    "option dropped": (without(r"(?<!\S)--[a-z][\w-]+ "), 0.95),
    "accelerator lost": (where(mnemonic, without(r"_(?=\w)")), 0.8),
    "copy": (where(lambda u: len(re.findall(r"\b[a-z]{3,}\b", u.source)) >= 3, lambda u: u.source), 0.9),
    "cut at a third": (cut(0.3), 0.9),
    "cut in half": (cut(0.5), 0.6),
    "three times as long": (
        where(
            lambda u: len(u.source) > 15 and "\n" not in u.source and not HOLDER.search(u.source),
            lambda u: " ".join([u.target.strip()] * 3),
        ),
        0.97,
    ),
    "notice": (lambda u: f"{u.target} Translated with DeepL.", 0.95),
    "marker": (lambda u: f"[MT] {u.target}", 0.97),
    "lookalike": (without(r"(?<=[б-я])а(?=[б-я])", "a"), 0.95),
    "invisible": (without(r"(?<=\w{3})(?=\w{3})", "\u200b"), 0.95),
    "misread": (without(r"[а-яäöüéèà]", "\ufffd"), 0.95),
}
"""Kind of fault to how it is planted, and the share that a warning must name at least."""
LANGUAGE_FLOOR = 0.8


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_faults_are_found(fault: str) -> None:
    plant, floor = FAULTS[fault]
    _expect(lambda _: plant, floor)


def test_another_messages_translation_is_found() -> None:
    def plant(lang: str) -> Plant:
        others = [u for u in catalogue(lang).units if len(u.source) > 40 and len(u.target) > 20]
        told = {u.key: random.Random(u.key).choice(others).target for u in others}
        return lambda unit: told.get(unit.key)

    _expect(plant, 0.9)


def test_another_language_is_found() -> None:
    _expect(lambda lang: lambda unit: elsewhere(lang).get(unit.source), LANGUAGE_FLOOR)


def _expect(plant: Callable[[str], Plant], floor: float) -> None:
    """At least a share of the faults that are planted into each language's catalogue gets a warning."""
    planted = found = 0
    for lang in LANGUAGES:
        given = catalogue(lang)
        made = {u.key: plant(lang)(u) for u in given.units}
        changes = {u.key: t for u in given.units if (t := made[u.key]) and t.strip() and t != u.target}
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
    assert wrong <= 0.015 * total, f"{wrong} of {total}"
