"""Words that a translation should have."""

from __future__ import annotations

from functools import reduce

import pytest

from mtcheck.annotate.hf.favoured import NOTHING, SPACE, Favoured, Pieces, State

WRITTEN = [
    "<eos>",
    *(SPACE + x for x in ("Пу", "Путин", "п", "путь", "в", "ноябре", "но")),
    *["ть", "ин", "ым", "чем", "."],
]
TOKENS = {piece: token for token, piece in enumerate(WRITTEN)}
PIECES = Pieces(TOKENS)


def after(favoured: Favoured, *pieces: str) -> State:
    """The state after tokens by how they are written, a space for what begins a word."""
    tokens = [TOKENS[piece.replace(" ", SPACE)] for piece in pieces]
    return reduce(favoured.follow, tokens, State())


@pytest.fixture
def favoured() -> Favoured:
    """Putin and November."""
    return Favoured([["путин"], ["ноябр", "листоп"]], PIECES)


def test_a_word_is_favoured_by_the_share_of_its_rendering(favoured: Favoured) -> None:
    assert {WRITTEN[token]: share for token, share in favoured.first.items()} == {
        f"{SPACE}Пу": 0.4,
        f"{SPACE}п": 0.2,
        f"{SPACE}Путин": 1.0,
        f"{SPACE}ноябре": 1.0,
        f"{SPACE}но": 0.4,
    }
    assert after(favoured, " Пу").given == 0.4
    assert after(favoured, " Путин", "ым").given == 1.0
    assert after(favoured, " Путин", " в", " ноябре").given == 2.0


def test_what_goes_on_otherwise_was_favoured_for_nothing(favoured: Favoured) -> None:
    for rest in ("ть", "чем", ".", " в", "<eos>"):
        assert after(favoured, " Пу", rest) == State()
    assert after(favoured, " Пу", " ноябре").given == 1.0


def test_a_word_is_favoured_once(favoured: Favoured) -> None:
    assert after(favoured, " Путин", " Путин", " Пу").given == 1.0
    assert after(favoured, " Пу", "ть", " Путин").given == 1.0


def test_a_token_may_begin_several_words() -> None:
    both = Favoured([["путин"], ["путь"]], PIECES)
    assert after(both, " путь", " Пу").done == {1}
    assert after(both, " путь", " Путин").given == 2.0


def test_nothing_is_favoured_where_nothing_is_wanted() -> None:
    for none in (Favoured([], PIECES), NOTHING):
        assert not none
        assert not none.first
        assert after(none, " Путин", " в") == State()
