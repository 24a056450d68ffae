"""Where a finding is, as the tools that read our reports want it told.

Paths count from the current folder and have forward slashes, since CI runs at the repository's root
and knows files by their path from there. Columns are 1-based code points.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path, PurePath

from mtcheck.core import Document, Finding

VERBATIM = (".txt", ".text")
"""Formats whose text is the file as it is, so that a place in the text is a place in the file."""

MAX_KEY = 80
"""Longest key that is told in a message, in code points; gettext's keys are whole paragraphs."""


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of an input, 1-based; ``end_column`` is behind the last code point.

    The columns are None where only the line is known.
    """

    line: int
    end_line: int
    column: int | None = None
    end_column: int | None = None


def path_of(uri: str) -> str:
    """The path from the current folder, or what else the input was called."""
    return uri if uri == "-" or "://" in uri else _path_from(os.getcwd(), uri)  # noqa: PTH109 - quick


@lru_cache(maxsize=64)
def _path_from(current: str, uri: str) -> str:
    """Kept, since findings come thousands a file."""
    path = Path(os.path.normpath(uri))
    if path.is_absolute() and path.is_relative_to(current):
        path = path.relative_to(current)
    return path.as_posix()


def region(finding: Finding, doc: Document | None) -> Region | None:
    """The lines of a finding, with columns where the text is the file; None without a line."""
    line = finding.origin.line
    if line is None or line < 1:
        return None
    span = finding.span
    if doc is None or span is None or not doc.text:
        return Region(line, line)
    end_line = line + doc.text.count("\n", span.start, max(span.start, span.end - 1))
    if doc.markup is not None or PurePath(doc.origin.uri).suffix.lower() not in VERBATIM:
        return Region(line, line)
    column = span.start - doc.text.rfind("\n", 0, span.start)
    end_column = span.end - doc.text.rfind("\n", 0, max(span.start, span.end - 1))
    return Region(line, end_line, column, max(end_column, column + (line == end_line)))


def told(finding: Finding) -> str:
    """The message with the key of the message or item that it is about, which no line number replaces."""
    unit = finding.origin.unit
    if unit is None:
        return finding.message
    return f"{finding.message} [{unit if len(unit) <= MAX_KEY else unit[: MAX_KEY - 1] + '…'}]"


def xml_text(value: str) -> str:
    """The text with what XML 1.0 forbids replaced by U+FFFD, and its own signs escaped.

    Source: XML 1.0, production 2 (Char). Line breaks become ``&#10;``, as an attribute would lose them.
    """
    value = _forbidden().sub("\ufffd", value)
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\n", "&#10;")):
        value = value.replace(sign, name)
    return value.replace("\r", "&#13;").replace("\t", "&#9;")


@cache
def _forbidden() -> re.Pattern[str]:
    return re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
