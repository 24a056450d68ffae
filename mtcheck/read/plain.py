"""Plain text: the text is the input, its blocks are its paragraphs.

Two habits of writing plain text have to be told apart. News texts put a paragraph on each line, and
a heading without a full stop must not run into the next line; mail and old archives wrap a
paragraph at some column. A greedy wrapper leaves a mark: no line could have taken the first word
of the next. Lines with that mark, of which some stop in mid-sentence and some go on in lower case,
are one paragraph; every other line is its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtcheck.core import Block, Document, InputError, Origin, Span
from mtcheck.read.encoding import decode
from mtcheck.read.pieces import refuse_long

WIDTHS = (30, 130)
"""Columns at which people wrap; a longer line was never wrapped, a narrower set of lines is a list."""
SLACK = 3
"""How many columns short of the limit a wrapped line may stay (trailing space, hyphenation)."""
TITLE_LIMIT = 150
"""Longest title, in code points."""

_TERMINATOR = re.compile(r"""[.!?…。！？:;।؟۔][)"'”’»」』\]]*$""")
_BULLET = re.compile(r"[-*•‣◦·][ \t]+(?=\S)")


def read(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Document | InputError]:
    """One document: the whole text. See ``formats.Reader``."""
    decoded = decode(data, uri, declared=charset)
    refuse_long(decoded.text, uri)
    yield Document(id=uri, text=decoded.text, origin=Origin(uri, line=1), blocks=blocks_of(decoded.text))
    if decoded.damage is not None:
        yield decoded.damage


def blocks_of(text: str, *, first_line: int | None = 1) -> tuple[Block, ...]:
    """Title, paragraphs and list items of a plain text.

    Args:
        text: lines end in ``\\n``.
        first_line: line of the input where ``text`` starts; None where lines mean nothing.
    """
    blocks: list[Block] = []
    line, seen = first_line or 0, 0
    spans = paragraphs(text)
    for index, span in enumerate(spans):
        line += text.count("\n", seen, span.start)
        seen = span.start
        kind = "paragraph"
        if index == 0 and len(spans) > 1 and _is_title(text, span):
            kind = "title"
        elif bullet := _BULLET.match(text, span.start, span.end):
            kind, span = "item", Span(bullet.end(), span.end)
        blocks.append(Block(span, kind, None if first_line is None else line))
    return tuple(blocks)


def paragraphs(text: str) -> list[Span]:
    """The paragraphs of a plain text: wrapped lines together, every other line alone."""
    found: list[Span] = []
    run: list[Span] = []
    for span in _lines(text):
        blank = span.start == span.end
        if run and (blank or not _full(text, run[-1], span)):
            found.extend(_close(text, run))
            run = []
        if not blank:
            run.append(span)
    found.extend(_close(text, run))
    return found


def _is_title(text: str, span: Span) -> bool:
    words = text[span.start : span.end]
    followed_by_blank = re.compile(r"[^\S\n]*\n[^\S\n]*\n").match(text, span.end) is not None
    short = len(words) <= TITLE_LIMIT and "\n" not in words
    return short and followed_by_blank and _TERMINATOR.search(words) is None


def _lines(text: str) -> Iterator[Span]:
    """Each line without surrounding white space; a blank one is an empty span."""
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end]
        left = len(line) - len(line.lstrip())
        yield Span(start + left, max(start + left, start + len(line.rstrip())))
        start = end + 1


def _full(text: str, line: Span, following: Span) -> bool:
    """True if two lines may belong to one wrapped paragraph as far as each alone can tell."""
    width = line.end - line.start
    if not WIDTHS[0] <= width <= WIDTHS[1] or following.end - following.start > WIDTHS[1]:
        return False
    return _BULLET.match(text, following.start, following.end) is None


def _close(text: str, run: list[Span]) -> Iterator[Span]:
    """The lines of a run, those of a wrapped paragraph as one span."""
    limit = max((span.end - span.start for span in run), default=0)
    at = 0
    while at < len(run):
        size = _wrapped(text, run, at, limit)
        yield Span(run[at].start, run[at + size - 1].end)
        at += size


def _wrapped(text: str, run: list[Span], at: int, limit: int) -> int:
    """How many lines of a run, from one on, are a wrapped paragraph; 1 if it is none."""
    after = at + 1
    while after < len(run) and _could_not_take(text, run[after - 1], run[after], limit):
        after += 1
    joints = range(at + 1, after)
    unfinished = sum(_TERMINATOR.search(text[slice(*run[i - 1])]) is None for i in joints)
    going_on = sum(not text[run[i].start].isupper() for i in joints)
    return after - at if 2 * unfinished >= len(joints) and 3 * going_on >= len(joints) else 1


def _could_not_take(text: str, line: Span, following: Span, limit: int) -> bool:
    words = text[following.start : following.end].split(maxsplit=1)
    # Chinese and Japanese wrap between any two characters.
    first = 1 if ord(words[0][0]) >= 0x2E80 else len(words[0])
    return line.end - line.start + 1 + first > limit - SLACK
