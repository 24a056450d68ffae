"""Pieces of text on their way to becoming one document.

Reach for ``join`` in a reader that builds its text out of parts (a web page, a feed item). A reader
whose text is the input itself makes ``Block``\\ s directly, so that offsets stay those of the input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mtcheck.core import Block, InputError, Span

MAX_CHARACTERS = 5_000_000
"""Longest text of one document, in code points; the longest novels have some 3 million."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*")
_NO_LANGUAGE = {"und", "mul", "zxx", "mis"}


Content = tuple[str, tuple[Block, ...]]
"""A text and its blocks."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that will be one block.

    Attributes:
        text: not empty, without surrounding space.
        kind: as in ``Block.kind``.
        line: 1-based line of the input, or None.
    """

    text: str
    kind: str = "paragraph"
    line: int | None = None


def join(pieces: Iterable[Piece]) -> Content:
    """One text with an empty line between pieces, and the block that each piece became."""
    parts: list[str] = []
    blocks: list[Block] = []
    offset = 0
    for piece in pieces:
        blocks.append(Block(Span(offset, offset + len(piece.text)), piece.kind, piece.line))
        parts.append(piece.text)
        offset += len(piece.text) + 2
    return "\n\n".join(parts), tuple(blocks)


def entitled(title: str, body: Content) -> Content:
    """The content of a feed item under its title, which is not repeated if the body starts with it."""
    title = " ".join(title.split())
    text, blocks = body
    if not title or (blocks and " ".join(text[slice(*blocks[0].span)].split()) == title):
        return body
    shift = len(title) + 2
    below = (
        Block(
            Span(block.span.start + shift, block.span.end + shift),
            "heading" if block.kind == "title" else block.kind,
            block.line,
        )
        for block in blocks
    )
    return f"{title}\n\n{text}".rstrip(), (Block(Span(0, len(title)), "title"), *below)


def refuse_long(text: str, uri: str, *, place: str | None = None) -> None:
    """Raise an ``InputError`` for a text longer than ``MAX_CHARACTERS``."""
    if len(text) > MAX_CHARACTERS:
        size = f"{len(text) / 1e6:.1f} million characters"
        raise InputError(
            uri, f"is one text of {size}, too long", place=place, mend="split it into smaller inputs"
        )


def language(stated: object) -> str | None:
    """A stated language tag as it was given, less its private part, or None for what is no tag.

    ``en-x-mtfrom-ru``, which Google's page translator leaves, is English. ``und``, ``mul`` and
    their like (ISO 639-2) state that the language is not known, which is None here.
    """
    if not isinstance(stated, str):
        return None
    tag = re.split(r"[-_][xX][-_]", stated.strip(), maxsplit=1)[0]
    if _LANGUAGE.fullmatch(tag) is None or tag.lower() in _NO_LANGUAGE:
        return None
    return tag
