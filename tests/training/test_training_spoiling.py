"""Spoiling good translations."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from mtcheck import resources
from mtcheck.training.spoiling import Good, Spoiler, Spoilt

ENGLISH = [
    "In 1987 the minister Merkel did not sign the treaty with three countries.",
    "Yesterday Obama and Castro talked about the old bridge for two hours.",
    "The company said that Castro can pay 4,500 euros to farmers near Paris.",
    "Our reporter Merkel was in Paris and has seen 12 of the ships there.",
    "The council told Obama that the road will be closed until spring.",
]


def pairs(lang: str = "en", targets: list[str] | None = None) -> list[Good]:
    return [Good(f"источник {n}", t, "ru", lang) for n, t in enumerate(targets or ENGLISH)]


def only(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    table: dict[str, Any] = {**resources.data("spoiling"), "shares": {kind: 1}}
    monkeypatch.setattr(resources, "data", lambda name: table if name == "spoiling" else {})


def spoilt(kind: str, monkeypatch: pytest.MonkeyPatch, some: list[Good]) -> list[tuple[Good, Spoilt]]:
    only(monkeypatch, kind)
    spoiler = Spoiler(some, 0)
    found = [(pair, spoiler.spoil(pair)) for pair in some * 8]
    return [(pair, one) for pair, one in found if one is not None]


@pytest.mark.parametrize("kind", list(resources.data("spoiling")["shares"]))
def test_a_fault_changes_the_target_and_stands_where_it_is_said(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = spoilt(kind, monkeypatch, pairs())
    assert len(found) >= 8
    for pair, one in found:
        assert one.kind == kind
        assert one.target != pair.target
        assert "  " not in one.target
        for place in one.places:
            assert 0 <= place.start < place.end
            assert place.start <= len(one.target)


def test_what_stands_outside_the_places_is_the_translation(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("word", "added", "exchanged"):
        for pair, one in spoilt(kind, monkeypatch, pairs()):
            first, last = one.places[0].start, one.places[-1].end
            assert one.target[:first] == pair.target[:first]
            assert pair.target.endswith(one.target[last:])
        monkeypatch.undo()


def test_each_kind_is_what_its_name_says(monkeypatch: pytest.MonkeyPatch) -> None:
    def digits(value: str) -> list[str]:
        return [c for c in value if c.isdigit()]

    for pair, one in spoilt("number", monkeypatch, pairs()):
        words = resources.data("spoiling")["numbers"]["en"]
        counted = [w for w in one.target.lower().split() if w in words]
        assert digits(one.target) != digits(pair.target) or counted != [
            w for w in pair.target.lower().split() if w in words
        ]
    monkeypatch.undo()
    for pair, one in spoilt("negation", monkeypatch, pairs()):
        assert (" not " in f"{one.target} ") != (" not " in pair.target)
    monkeypatch.undo()
    names = {"Merkel", "Obama", "Castro", "Paris"}
    for pair, one in spoilt("name", monkeypatch, pairs()):
        before, after = (Counter(w.strip(",.") for w in t.split()) for t in (pair.target, one.target))
        assert (before - after).keys() & names
    monkeypatch.undo()
    for pair, one in spoilt("truncated", monkeypatch, pairs()):
        assert pair.target.startswith(one.target.rstrip("."))
    monkeypatch.undo()
    for pair, one in spoilt("omitted", monkeypatch, pairs()):
        assert len(one.target) < len(pair.target)
        at = one.places[0].start
        assert pair.target.startswith(one.target[:at])
        assert pair.target.endswith(one.target[at:].lstrip())


@pytest.mark.parametrize(
    ("lang", "target", "wanted"),
    [
        ("ru", "Он не подписал договор.", "Он подписал договор."),
        ("de", "Das ist nicht wahr.", "Das ist wahr."),
        ("cs", "Ten most nemohl stát.", "Ten most mohl stát."),
        ("zh", "他不会来。", "他会来。"),
        ("ja", "行きません。", "行きます。"),
        ("ja", "問題ではありません。", "問題ではあります。"),
    ],
)
def test_negations_go(lang: str, target: str, wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = spoilt("negation", monkeypatch, pairs(lang, [target]))
    assert wanted in {one.target for _, one in found}


def test_same_seed_same_faults_and_no_place_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    some = pairs()
    one, two = ([s.spoil(p) for p in some * 5] for s in (Spoiler(some, 3), Spoiler(some, 3)))
    assert one == two
    only(monkeypatch, "number")
    assert Spoiler(some, 0).spoil(Good("источник", "No digits in here.", "ru", "xx")) is None


def test_german_nouns_are_no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = "Der Minister sprach mit Merkel über die Brücke, und Obama sprach mit Merkel."
    some = [Good("The minister spoke to Merkel and Obama.", sentence, "en", "de")]
    for _, one in spoilt("name", monkeypatch, some):
        assert "Minister" in one.target
        assert "Brücke" in one.target
