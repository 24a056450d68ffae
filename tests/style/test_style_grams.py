"""What tier 1 counts."""

from __future__ import annotations

from collections import Counter

import pytest

from mtcheck.style import grams
from mtcheck.style.index import GramIndex


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ('He said "it\'s over" - and left...', "He said “it’s over” – and left…"),
        ("„Gut“, sagte er.", "«Gut», sagte er."),
        ("one two", "one\u00a0\n\n two"),
        ("cafe\u0301", "caf\u00e9"),
        ("a -- b", "a — b"),
        ("请打开 README 文件, 然后...", "请打开README文件，然后…"),
        ("バージョン 3", "バージョン３"),
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


TEXTS = (
    "The man, who's 42, left. The man who was the MAN left.",
    "Он ушёл в 1984 году, а она нет.",
    "他走了。她也走了。",
    "emoji 😀 and 𝒳 beyond the first plane 😀",
    "lone \ud800 surrogate",
    "x",
    "",
)


@pytest.mark.parametrize("value", TEXTS)
def test_the_index_counts_as_training_does(value: str) -> None:
    """Two implementations of one definition."""
    frequent = {"the", "he", "who"}
    known = sorted({g for text in TEXTS[:4] for g in grams.grams(grams.fold(text), frequent)[::2]})
    folded = grams.fold(value)
    counted = Counter(g for g in grams.grams(folded, frequent) if g in set(known))
    found = GramIndex(known, frequent).counts(folded)
    assert {name: int(n) for name, n in zip(known, found, strict=True) if n} == dict(counted)


def test_the_index_says_where() -> None:
    folded = grams.fold("The old man and the old sea")
    index = GramIndex(["wold", "wold man", "sthe -old -man"], {"the", "and"})
    places = {(f.family, f.length): f.starts.tolist() for f in index.found(folded, "ws")}
    assert places == {("w", 1): [1, 5], ("w", 2): [1], ("s", 3): [0]}


def test_every_family_is_there() -> None:
    found = grams.grams("The man left", {"the"})
    assert {"cThe ", "wthe man left", "sthe -man -eft"} & set(found) == {
        "cThe ",
        "wthe man left",
        "sthe -man -eft",
    }
    assert {name[0] for name in found} == set(grams.FAMILIES)
