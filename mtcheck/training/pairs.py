"""Sentence pairs for the embedded translator: read, set apart, put in order.

Two shapes of JSONL rows (``.jsonl`` or ``.jsonl.gz``) are read, any other file is passed over:

- a pair: ``{"en": …, "ru": …, "made": "human" | "mt", "source": …}``: two keys are BCP 47 codes;
- a source with its translations, as in ``training.corpus``.

Pairs that share a text belong to one group: a source and all its translations are learnt from, or set
apart, together.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, cycle, islice
from pathlib import Path
from typing import Any

from mtcheck.core import InputError
from mtcheck.gates.shape import DENSE
from mtcheck.training.rows import files, is_document, rows

MAX_RATIO, DENSE_RATIO = 3.0, 8.0
"""A pair is passed over if one side is this many times longer than the other, in characters; the second where
one is written in characters that stand for words."""
MIN_CHARACTERS, DENSE_CHARACTERS = 8, 3
"""And if the shorter one has fewer."""
HELD_OUT = 60
"""Groups that are set apart from every data set that people translated."""
APART = ("WMT21", "wmt")
"""Data sets that groups are set apart from: news, and what stands in for it in other languages."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence in two languages.

    Attributes:
        source_lang: BCP 47 code of the source.
        target_lang: that of the target.
        source: what is to be translated.
        target: its translation.
        human: whether people wrote both sides.
        data: the data set.
        group: what its neighbours share a text with it by.
    """

    source_lang: str
    target_lang: str
    source: str
    target: str
    human: bool
    data: str
    group: int

    @property
    def direction(self) -> tuple[str, str]:
        """Source and target language."""
        return self.source_lang, self.target_lang


@dataclass(frozen=True, slots=True)
class _Row:
    left_lang: str
    right_lang: str
    left: str
    right: str
    human: bool
    data: str


def read(folders: Iterable[Path], languages: Sequence[str]) -> list[Pair]:
    """Every usable pair of English and one of ``languages``, in both directions, in a fixed order.

    Raises:
        InputError: a folder without a pair, or a row that cannot be read.
    """
    found: list[_Row] = []
    for folder in folders:
        before = len(found)
        for path in files(folder):
            found.extend(_read_file(path))
        if len(found) == before:
            raise InputError(
                str(folder), "no sentence pairs here", mend="see `mtcheck models train translator --help`"
            )
    wanted = {"en", *languages}
    unique = dict.fromkeys(r for r in found if {r.left_lang, r.right_lang} <= wanted and _usable(r))
    groups = _groups(unique)
    return list(
        chain.from_iterable(
            (
                Pair(r.left_lang, r.right_lang, r.left, r.right, r.human, r.data, group),
                Pair(r.right_lang, r.left_lang, r.right, r.left, r.human, r.data, group),
            )
            for r, group in zip(unique, groups, strict=True)
        )
    )


def split(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Pairs to learn from, and human pairs set apart: ``HELD_OUT`` groups of each data set and pair of
    languages among ``APART``, one pair a group and direction."""
    pools: dict[tuple[str, frozenset[str]], set[int]] = defaultdict(set)
    for pair in pairs:
        if pair.human and pair.data.startswith(APART):
            pools[pair.data, frozenset(pair.direction)].add(pair.group)
    apart: set[int] = set()
    for pool in sorted(pools, key=lambda p: (p[0], sorted(p[1]))):
        groups = sorted(pools[pool] - apart)
        apart.update(random.Random(0).sample(groups, min(HELD_OUT, len(groups) // 4)))
    held = {
        (p.group, p.direction): p
        for p in reversed(pairs)
        if p.group in apart and p.human and p.data.startswith(APART)
    }
    return [p for p in pairs if p.group not in apart], list(reversed(held.values()))


def ordered(
    pairs: Sequence[Pair],
    shares: Mapping[tuple[str, str], float],
    count: int,
    seed: int,
    *,
    shown: Mapping[tuple[str, str], int] | None = None,
    turn: int = 0,
) -> list[Pair]:
    """``count`` pairs to learn from, by share of direction: human translations first, then one engine's
    of every source, and another's.

    A direction with fewer pairs than its share is gone through again.

    Args:
        shown: how many pairs of each direction were shown before; those come last.
        turn: how often pairs were ordered before; the order of directions among each other depends on it.
    """
    out: list[Pair] = []
    for direction, share in shares.items():
        pool = _ranked([p for p in pairs if p.direction == direction], seed)
        first = (shown or {}).get(direction, 0) % max(1, len(pool))
        out += islice(cycle(pool), first, first + round(share * count))
    random.Random(seed + turn).shuffle(out)
    return out


def _ranked(pairs: list[Pair], seed: int) -> list[Pair]:
    """The pairs of one direction by round: two of every group, then the next two, each round shuffled."""
    shuffled = list(pairs)
    rng = random.Random(seed)
    rng.shuffle(shuffled)
    shuffled.sort(key=lambda p: not p.human)
    seen: Counter[int] = Counter()
    rounds: list[tuple[int, float, int]] = []
    for at, pair in enumerate(shuffled):
        rounds.append((seen[pair.group] // 2, rng.random(), at))
        seen[pair.group] += 1
    return [shuffled[at] for *_, at in sorted(rounds)]


def _usable(row: _Row) -> bool:
    shorter, longer = sorted((len(row.left), len(row.right)))
    dense = DENSE & {row.left_lang, row.right_lang}
    least, most = (DENSE_CHARACTERS, DENSE_RATIO) if dense else (MIN_CHARACTERS, MAX_RATIO)
    return row.left != row.right and shorter >= least and longer <= most * shorter


def _groups(unique: Iterable[_Row]) -> list[int]:
    """A number for each row; rows that share a text, directly or through others, have the same."""
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(key: tuple[str, str]) -> tuple[str, str]:
        parent.setdefault(key, key)
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    held = list(unique)
    for row in held:
        parent[root((row.right_lang, row.right))] = root((row.left_lang, row.left))
    numbers: dict[tuple[str, str], int] = {}
    return [numbers.setdefault(root((row.left_lang, row.left)), len(numbers)) for row in held]


def _read_file(path: Path) -> Iterator[_Row]:
    for number, row in rows(path):
        try:
            yield from _rows(row)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{path}:{number}", f"not a row of sentence pairs ({error!r})") from error


def _rows(row: dict[str, Any]) -> Iterator[_Row]:
    if is_document(row):
        yield from _document(row)
    elif "made" in row:
        left, right = sorted(key for key in row if len(key) == 2)
        yield _Row(
            left, right, _line(row[left]), _line(row[right]), row["made"] == "human", str(row["source"])
        )


def _document(row: dict[str, Any]) -> Iterator[_Row]:
    for kind in ("human", "mt"):
        for lines in row.get(kind, {}).values():
            for source, target in zip(row["source"], lines, strict=False):
                if source and target:
                    yield _Row(
                        row["src_lang"],
                        row["tgt_lang"],
                        _line(source),
                        _line(target),
                        kind == "human",
                        str(row["set"]),
                    )


def _line(value: str) -> str:
    return " ".join(value.split())
