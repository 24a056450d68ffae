"""Cuts a text into the stretches in which a notice can stand: sentences, lines, brackets, cells.

Only lines with a trigger word are looked at, so the cost of a text without notices is one search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mtcheck.notices.fold import fold, skeleton
from mtcheck.notices.tables import languages_of, triggers

__all__ = ["Unit", "candidates"]

Active = tuple[tuple[str, tuple[str, ...]], ...]
"""Trigger words that a text has, with the languages they belong to."""

LONGEST = 700
"""Code points; nothing longer than this is a notice, and nothing longer is searched in one go."""
_MOST = 3000
"""Lines with a trigger word that are looked at in one text: more have lists of strings and hostile
texts, and one such line costs half a millisecond."""
_WRAP = 40
"""A line shorter than this (in columns) was ended on purpose, not wrapped."""

_STRUCTURE = re.compile(r"\s*(?:[-*+•·–—|#=~:]|\d{1,3}[.)]\s|```|<!--|\[?!|$)")
_ITEM = re.compile(r"\s*(?:[-*+•·–—]|\d{1,3}[.)])\s+\S")
_MARKER = re.compile(r"[\s>*_#=~+•·※|`\-–—:\ufeff\u200b]*(?:\[[ xX!]\]\s*)?")
_END = re.compile(r"[.!?…:;。！？।؟։|]\W*$")
_CUT = re.compile(
    r"(?<=[.!?…])[)\]»”\"'*_]{0,3}\s+(?=\S)"
    r"|(?<=[。！？!?।॥۔؟։။])(?![\w.~%+-]{1,80}=)(?=[^)\]」』»”\"'])"  # no cut in the query of an address
    r"|\s*[|¦‖•‧]\s*|\s+[·]\s+"
)


class Unit(NamedTuple):
    """A stretch that may be a notice.

    Attributes:
        text: folded text.
        origin: offset in the whole text of each of its characters, and of its end.
        start, end: place in the whole text.
        langs: languages whose trigger words it has.
        item: True for a list item whose neighbours are items of another kind.
    """

    text: str
    origin: list[int]
    start: int
    end: int
    langs: list[str]
    item: bool


def candidates(text: str) -> Iterator[list[Unit]]:
    """Groups of units that may be notices: for each place the joined lines first, then each line."""
    rough = skeleton(text)
    active = tuple(pair for pair in triggers() if pair[0] in rough)
    if not active:
        return
    lines, rough_lines = text.split("\n"), rough.split("\n")
    starts = _starts(lines)
    done, left = -1, _MOST
    for number, rough_line in enumerate(rough_lines):
        if number <= done or not languages_of(rough_line, active):
            continue
        if not (left := left - 1):
            return
        first, last = _joined(lines, number)
        first = max(first, done + 1)
        done = last
        item = _lonely_item(lines, rough_lines, first, active)
        single = [
            u for n in range(first, last + 1) for u in _stretch(text, lines, starts, (n, n), active, item)
        ]
        if last > first:
            yield list(_stretch(text, lines, starts, (first, last), active, item))
        yield single


def _stretch(
    text: str, lines: list[str], starts: list[int], span: tuple[int, int], active: Active, item: bool
) -> Iterator[Unit]:
    """Units of some lines, without a first one that is the rest of a sentence begun before."""
    first, last = span
    skip = _goes_on(lines, first)
    body = len(lines[first]) - len(lines[first].lstrip(" >*_\t"))
    for unit in _units(text, starts[first], starts[last] + len(lines[last]), active, item):
        if not (skip and unit.start <= starts[first] + body):
            yield unit


def _starts(lines: list[str]) -> list[int]:
    starts, position = [], 0
    for line in lines:
        starts.append(position)
        position += len(line) + 1
    return starts


def _wraps(line: str, following: str) -> bool:
    """True if a sentence goes on from one line to the next."""
    body = line.strip()
    width = len(body) if body.isascii() else sum(2 if c > "\u2e80" else 1 for c in body)
    quoted = body.startswith(">") and following.lstrip().startswith(">")
    return bool(
        width >= _WRAP
        and not _END.search(body[-6:])
        and (quoted or not _STRUCTURE.match(following))
        and not body.startswith(("#", "|", "```"))
    )


def _goes_on(lines: list[str], number: int) -> bool:
    """True for a line that starts in the middle of a sentence: in lower case after an unfinished line."""
    if number == 0 or not lines[number].lstrip(" >*_")[:1].islower():
        return False
    before = lines[number - 1].strip()
    return bool(before) and not _END.search(before[-6:]) and not _STRUCTURE.match(before)


def _joined(lines: list[str], number: int) -> tuple[int, int]:
    """First and last line of the paragraph part that a line belongs to, three lines either way."""
    first = last = number
    while first > max(0, number - 3) and _wraps(lines[first - 1], lines[first]):
        first -= 1
    while last < min(len(lines) - 1, number + 3) and _wraps(lines[last], lines[last + 1]):
        last += 1
    return first, last


def _lonely_item(lines: list[str], rough: list[str], number: int, active: Active) -> bool:
    """True for an item of a list that is about something else: features, steps, credits."""
    if " | " in lines[number].strip() and any(
        " | " in lines[n] for n in (number - 1, number + 1) if 0 <= n < len(lines)
    ):
        return True  # a row of a table
    if not _ITEM.match(lines[number]):
        return False
    around = [n for n in (number - 2, number - 1, number + 1, number + 2) if 0 <= n < len(lines)]
    items = [n for n in around if _ITEM.match(lines[n])]
    headed = number > 0 and lines[number - 1].rstrip().endswith(":")
    others = [n for n in items if not languages_of(rough[n], active)]
    return len(others) >= 2 or (headed and bool(others)) or (len(others) == 1 and len(items) == 1 and headed)


def _units(text: str, start: int, end: int, active: Active, item: bool) -> Iterator[Unit]:
    for left, right in _sentences(text, start, end):
        left = _MARKER.match(text, left, right).end()  # type: ignore[union-attr]
        while right > left and text[right - 1] in " \t\r*_`>|":
            right -= 1
        raw = text[left:right]
        if not raw or not (langs := languages_of(skeleton(raw), active)):
            continue
        folded, origin = fold(raw)
        yield Unit(folded, [left + o for o in origin], left, right, langs, item)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Sentences between two offsets, longer ones cut at ``LONGEST``."""
    left = start
    for match in _CUT.finditer(text, start, end):
        yield from _pieces(left, match.start())
        left = match.end()
    yield from _pieces(left, end)


def _pieces(left: int, right: int) -> Iterator[tuple[int, int]]:
    for piece in range(left, right, LONGEST):
        yield piece, min(right, piece + LONGEST)
