"""Java properties: ``key = value``, with continued lines and escapes (java.util.Properties, "load").

UTF-8 is read as well as ISO 8859-1, in which Java wrote them before version 9. MessageFormat stays
as it is written. Keys and lines agree with moz.l10n, which takes time with the square of the length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtcheck.core import Catalogue, InputError, Unit
from mtcheck.read.l10n.building import Problem, catalogue, text_of, unit

_SPACE = " \t\f"
_KEY = re.compile(r"((?:[^\\:= \t\f]|\\.)*)[ \t\f]*[:=]?[ \t\f]*", re.DOTALL)
_ESCAPE = re.compile(r"\\(u+[0-9A-Fa-f]{4}|.|$)", re.DOTALL)
_BAD_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\u(?!u*[0-9A-Fa-f]{4})")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}


def read(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Catalogue | InputError]:
    """The catalogue of a properties file, its texts as targets. See ``formats.Reader``."""
    text, damage = text_of(data, uri, charset)
    problems: list[Problem] = []
    units = list(_units(text, problems))
    broken = problems[0].error(uri) if problems else damage
    yield catalogue(uri, "properties", units, broken=broken)


def _units(text: str, problems: list[Problem]) -> Iterator[Unit]:
    comments: list[str] = []
    for number, line in _logical_lines(text):
        if not line:
            comments = []
        elif line[0] in "#!":
            comments.append(line[1:].strip())
        elif _BAD_ESCAPE.search(line):
            problems.append(Problem("\\u is not followed by four hexadecimal digits", number))
            comments = []
        else:
            match = _KEY.match(line)
            end = match.end() if match else 0
            key = _unescape(match[1]) if match else ""
            yield unit(key, target=_unescape(line[end:]), line=number, comments=comments)
            comments = []


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their continuations, without leading space, and the number of the first."""
    parts: list[str] = []
    start = 0
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.lstrip(_SPACE)
        if not parts:
            start = number
            if line[:1] in {"#", "!"}:
                yield number, line
                continue
        if (len(line) - len(line.rstrip("\\"))) % 2:
            parts.append(line[:-1])
            continue
        parts.append(line)
        yield start, "".join(parts)
        parts = []
    if parts:
        yield start, "".join(parts)


def _unescape(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    escape = match[1]
    if len(escape) > 1:
        return chr(int(escape.lstrip("u"), 16))
    return _ESCAPES.get(escape, escape)
