"""A rule's ``signs`` only spare calls that would have said nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from mtcheck import pipeline
from mtcheck.checks.base import CatalogueCheck
from mtcheck.core import Catalogue, Unit
from mtcheck.read.sources import read_inputs

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"
RULES = [r for r in pipeline.make_checks() if isinstance(r, CatalogueCheck) and r.signs]
PIECES = [
    *"%{}<>&_~@:-\\\t\n\"«»“”„()[]（）「」.$ '’/=",
    *(
        "%s",
        "%1$d",
        "{name}",
        "{n, plural, one {#} other {#}}",
        "<b>",
        "</b>",
        '<a href="x">',
        "&amp;",
        "--all",
    ),
    *("https://example.org", "me@example.org", "\\n", "file", "Файл", "1", "\n\n", " (aside here) ", '"x"'),
]


def catalogues() -> Iterator[Catalogue]:
    for item in read_inputs([str(FIXTURES)]):
        if isinstance(item, Catalogue):
            yield item


def made_up() -> Catalogue:
    """Messages of random pieces, among them those that break each rule."""
    rng = random.Random(7)

    def message() -> str:
        return "".join(rng.choices(PIECES, k=rng.randint(1, 6)))

    units = [Unit(str(n), message(), message(), line=n + 1) for n in range(4000)]
    return Catalogue("made-up.po", "po", tuple(units), source_lang="en", target_lang="ru")


def without(rule: CatalogueCheck, catalogue: Catalogue) -> list[Unit]:
    signs = set(rule.signs)
    return [
        u for u in catalogue.units if u.target and signs.isdisjoint(u.source) and signs.isdisjoint(u.target)
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_what_is_not_asked_about_has_no_finding(rule: CatalogueCheck) -> None:
    spared = 0
    for catalogue in [*catalogues(), made_up()]:
        for unit in without(rule, catalogue):
            spared += 1
            assert list(rule.judge(unit, catalogue)) == []
    assert spared > 300


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_sign_alone_is_enough_to_be_asked(rule: CatalogueCheck) -> None:
    for sign in rule.signs:
        units = (
            Unit("a", f"x{sign}y", "z", line=1),
            Unit("b", "z", f"x{sign}y", line=2),
            Unit("c", "x", "y", line=3),
        )
        assert [u.key for u in pipeline._holding(units, rule.signs)] == ["a", "b"]
