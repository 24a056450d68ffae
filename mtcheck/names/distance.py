"""Edit distance with a bound: how many slips of a finger lie between two spellings.

A slip is one letter added, dropped, replaced, or swapped with its neighbour (optimal string
alignment). Reach for it when a few slips are all that matters: beyond the bound it stops counting,
which makes the usual case, two unrelated words, cheap.
"""

from __future__ import annotations

from functools import lru_cache


def slips(a: str, b: str, bound: int) -> int:
    """Edits between two strings, ``bound + 1`` when there are more than ``bound``."""
    if a == b:
        return 0
    if abs(len(a) - len(b)) > bound or (letters(a) ^ letters(b)).bit_count() > 2 * bound:
        return bound + 1
    a, b = _trim(a, b)
    if not a or not b:
        return min(len(a) + len(b), bound + 1)
    return _count(a, b, bound)


@lru_cache(maxsize=65536)
def letters(word: str) -> int:
    """The letters of a word as a set of bits: one slip changes at most two of them."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 63)
    return bits


def _trim(a: str, b: str) -> tuple[str, str]:
    """Both strings without what they share at their start and end."""
    end_a, end_b = len(a), len(b)
    while end_a and end_b and a[end_a - 1] == b[end_b - 1]:
        end_a -= 1
        end_b -= 1
    start, shorter = 0, min(end_a, end_b)
    while start < shorter and a[start] == b[start]:
        start += 1
    return a[start:end_a], b[start:end_b]


def _count(a: str, b: str, bound: int) -> int:
    width, far = len(b), bound + 1
    before: list[int] = []
    last = list(range(width + 1))
    for i, letter in enumerate(a, 1):
        low, high = max(1, i - bound), min(width, i + bound)
        row = [far] * (width + 1)
        row[0] = i
        best = far
        for j in range(low, high + 1):
            other = b[j - 1]
            value = last[j - 1] + (letter != other)
            if last[j] < value:
                value = last[j] + 1
            if row[j - 1] < value:
                value = row[j - 1] + 1
            swapped = i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other
            if swapped and before[j - 2] < value:
                value = before[j - 2] + 1
            row[j] = value
            best = min(best, value)
        if best > bound:
            return far
        before, last = last, row
    return min(last[width], far)
