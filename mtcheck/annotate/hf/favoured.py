"""Words that a translation should have, favoured while it is searched for.

A small translator writes something like a rare word that it saw once; a lexicon made of translations knows
the word (Arthur, Neubig and Nakamura 2016, https://aclanthology.org/D16-1162/). A word is favoured once, by
the share of its rendering that the letters of its tokens are: what was given for a beginning is taken back
where the word goes on otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

SPACE = "\u2581"
"""How a token writes the space before a word."""
_INDEX = 3
"""Letters by which tokens are found."""


class State(NamedTuple):
    """What of an answer was favoured.

    Attributes:
        done: numbers of the favoured words that stand there.
        word: the letters of the word at its end, if they begin a favoured one.
        number: of that one.
        share: of its rendering that the letters are.
    """

    done: frozenset[int] = frozenset()
    word: str = ""
    number: int = -1
    share: float = 0.0

    @property
    def given(self) -> float:
        """For how many words it was favoured."""
        return len(self.done) + self.share


class Pieces:
    """The letters of tokens.

    Args:
        vocabulary: tokens by how they are written.
    """

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self.written = {token: piece.lower() for piece, token in vocabulary.items()}
        self._begin: dict[str, list[int]] = defaultdict(list)
        for token, piece in self.written.items():
            if piece.startswith(SPACE) and piece[1:].isalpha():
                self._begin[piece[1 : 1 + _INDEX]].append(token)

    def beginning(self, stem: str) -> Iterator[int]:
        """Tokens that begin a word with the first letters of a stem, or with all of them."""
        for length in range(1, _INDEX + 1):
            for token in self._begin.get(stem[:length], ()):
                word = self.written[token][1:]
                if stem.startswith(word) or word.startswith(stem):
                    yield token


class Favoured:
    """Words that an answer should have.

    Args:
        words: for each, the beginnings of what renders it, in lower case.

    Attributes:
        words: the same.
    """

    def __init__(self, words: Sequence[Sequence[str]], pieces: Pieces) -> None:
        self.words, self._pieces = words, pieces
        self._begin: dict[int, list[int]] = defaultdict(list)
        for number, stems in enumerate(words):
            for token in sorted({token for stem in stems for token in pieces.beginning(stem)}):
                self._begin[token].append(number)

    @cached_property
    def first(self) -> Mapping[int, float]:
        """The tokens that begin such a word, and the share of a rendering that each is."""
        return {
            token: max(self._share(number, self._pieces.written[token][1:]) for number in numbers)
            for token, numbers in self._begin.items()
        }

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.words)

    def follow(self, state: State, token: int) -> State:
        """The state after one more token."""
        if not self:
            return state
        piece = self._pieces.written[token]
        if not piece.startswith(SPACE):
            return self._reach(state, state.number, state.word + piece) if state.word else state
        word = piece[1:]
        begun = [number for number in self._begin.get(token, ()) if number not in state.done]
        if not begun:
            return State(state.done)
        return self._reach(state, max(begun, key=lambda number: self._share(number, word)), word)

    def _reach(self, state: State, number: int, word: str) -> State:
        """The state after letters that may be of a favoured word."""
        share = self._share(number, word)
        if share == 1:
            return State(state.done | {number})
        return State(state.done, word, number, share) if share else State(state.done)

    def _share(self, number: int, word: str) -> float:
        """Of a rendering of a word, 0 where letters begin none."""
        return max(
            1.0 if word.startswith(stem) else len(word) / len(stem) if stem.startswith(word) else 0.0
            for stem in self.words[number]
        )


NOTHING = Favoured((), Pieces({}))
"""No word at all."""
