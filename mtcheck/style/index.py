"""Find the known grams of a text, a thousand texts a second.

Every gram becomes one number (16 bits a character or word), and all n-grams of one length are looked
up in a sorted table at once. ``grams.grams`` says the same in plain words and is what training counts;
a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from mtcheck.style import grams

if TYPE_CHECKING:
    from numpy.typing import NDArray

BITS = 16
REMEMBERED = 50_000
"""Words whose numbers are kept at hand."""


class Found(NamedTuple):
    """Grams of one family and length: their indices, and the character or word each begins at."""

    family: str
    length: int
    grams: NDArray[Any]
    starts: NDArray[Any]


class GramIndex:
    """The grams a detector knows.

    Args:
        names: the grams, each with its family's letter.
        frequent: the words that are their own shape.
    """

    def __init__(self, names: Sequence[str], frequent: Collection[str]) -> None:
        self.names = list(names)
        self.frequent = frozenset(frequent)
        parts = [list(name[1:]) if name[0] == "c" else name[1:].split(" ") for name in self.names]
        self._numbers: dict[str, dict[str, int]] = {family: {} for family in grams.FAMILIES}
        for name, units in zip(self.names, parts, strict=True):
            own = self._numbers[name[0]]
            for unit in units:
                own.setdefault(unit, len(own) + 1)
        self._parts = parts
        self._words: dict[str, tuple[int, int]] = {}

    @cached_property
    def _tables(self) -> dict[tuple[str, int], tuple[Any, Any]]:
        """Sorted numbers of the grams of each family and length, and the grams' indices in that order."""
        import numpy as np

        rows: dict[tuple[str, int], list[tuple[int, int]]] = {}
        for at, (name, units) in enumerate(zip(self.names, self._parts, strict=True)):
            number = 0
            for unit in units:
                number = number << BITS | self._numbers[name[0]][unit]
            rows.setdefault((name[0], len(units)), []).append((number, at))
        out = {}
        for key, pairs in rows.items():
            pairs.sort()
            out[key] = (
                np.array([number for number, _ in pairs], dtype=np.uint64),
                np.array([at for _, at in pairs], dtype=np.int64),
            )
        return out

    @cached_property
    def _alphabet(self) -> Any:
        """Number of every code point, 0 for those in no gram."""
        import numpy as np

        table = np.zeros(0x110000, dtype=np.uint64)
        for character, number in self._numbers["c"].items():
            table[ord(character)] = number
        return table

    def counts(self, folded: str) -> NDArray[Any]:
        """How often each gram is in a folded text; an array as long as ``names``."""
        import numpy as np

        found = [part.grams for part in self.found(folded)]
        together = np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
        return np.bincount(together, minlength=len(self.names))

    def found(self, folded: str, families: Collection[str] = grams.FAMILIES) -> Iterator[Found]:
        """The known grams of a folded text."""
        numbers = self._numbered(folded, families)
        for (family, length), (sorted_numbers, indices) in self._tables.items():
            if family not in families:
                continue
            units = numbers[family]
            if len(units) < length:
                continue
            keys = units[: len(units) - length + 1].copy()
            for n in range(1, length):
                keys = (keys << BITS) | units[n : len(units) - length + 1 + n]
            at = sorted_numbers.searchsorted(keys)
            known = (sorted_numbers.take(at, mode="clip") == keys).nonzero()[0]
            yield Found(family, length, indices[at[known]], known)

    def _numbered(self, folded: str, families: Collection[str]) -> dict[str, Any]:
        """The text as numbers: of its characters, of its words, of their shapes."""
        import numpy as np

        out: dict[str, Any] = {}
        if "c" in families:
            points = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
            out["c"] = self._alphabet[points]
        known = self._words.get
        pairs = [known(word) or self._word(word) for word in grams.words(folded)]
        both = np.fromiter(chain.from_iterable(pairs), np.uint64, 2 * len(pairs)).reshape(-1, 2)
        out["w"], out["s"] = both[:, 0], both[:, 1]
        return out

    def _word(self, word: str) -> tuple[int, int]:
        shape = grams.shape(word, self.frequent)
        numbers = (self._numbers["w"].get(word.lower(), 0), self._numbers["s"].get(shape, 0))
        if len(self._words) >= REMEMBERED:
            self._words.clear()
        self._words[word] = numbers
        return numbers
