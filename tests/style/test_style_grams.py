"""What tier 1 counts."""

from __future__ import annotations

import pytest

from mtcheck.style import grams


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ('He said "it\'s over" - and left...', "He said “it’s over” – and left…"),
        ("„Gut“, sagte er.", "«Gut», sagte er."),
        ("one two", "one\u00a0\n\n two"),
        ("cafe\u0301", "caf\u00e9"),
        ("a -- b", "a — b"),
    ],
)
def test_typography_does_not_count(typed: str, printed: str) -> None:
    assert grams.fold(typed) == grams.fold(printed)


def test_words_inside_a_hyphen_stay_apart_from_dashes() -> None:
    assert grams.fold("well-known - or not") == "well-known - or not"


def test_a_long_text_is_cut() -> None:
    assert len(grams.fold("word " * 10_000)) <= grams.LONGEST


@pytest.mark.parametrize(
    ("word", "shape"),
    [
        ("the", "the"),
        ("The", "the"),
        ("Moscow", "Aa"),
        ("running", "-ing"),
        ("1984", "#4"),
        ("1234567", "#4"),
        (",", ","),
    ],
)
def test_shape(word: str, shape: str) -> None:
    assert grams.shape(word, {"the"}) == shape


def test_grams_are_those_with_places() -> None:
    """One function counts, the other shows where; they must never see different grams."""
    for value in ("The man, who's 42, left.", "Он ушёл в 1984 году.", "他走了。", "x", ""):
        folded = grams.fold(value)
        placed = list(grams.placed_grams(folded, {"the", "he"}))
        assert sorted(grams.grams(folded, {"the", "he"})) == sorted(name for name, _, _ in placed)
        for name, start, end in placed:
            if name[0] == "c":
                assert folded[start:end] == name[1:]
            elif name[0] == "w":
                assert folded[start:end].lower().split()[0].startswith(name[1:].split()[0][:1])


def test_every_family_is_there() -> None:
    found = grams.grams("The man left", {"the"})
    assert {"cThe ", "wthe man left", "sthe -man -eft"} & set(found) == {
        "cThe ",
        "wthe man left",
        "sthe -man -eft",
    }
    assert {name[0] for name in found} == set(grams.FAMILIES)
