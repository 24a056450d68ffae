"""JSON as its readers need it: piece by piece, so that one broken item does not take the others along.

``json.loads`` says nothing about a truncated document but where it broke. ``walk`` steps through the
top level with the standard decoder, and hands out each element of the wanted list with its line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mtcheck.core import InputError
from mtcheck.read.record import FIELDS

_SPACE = re.compile(r"[ \t\n\r]*")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(pairs)
    if len(built) < len(pairs):
        names = [name for name, _ in pairs]
        for name in FIELDS:
            if names.count(name) > 1:
                raise ValueError(f'field "{name}" stands twice')
    return built


_DECODER = json.JSONDecoder(object_pairs_hook=_object)


@dataclass(slots=True)
class Walked:
    """What a walk has found so far.

    Attributes:
        members: top-level members other than the list, by name.
        items: elements of the list with the line that each starts on.
        problem: what broke the walk, or None.
        line: 1-based line of that.
    """

    members: dict[str, Any] = field(default_factory=dict)
    items: list[tuple[Any, int]] = field(default_factory=list)
    problem: str | None = None
    line: int = 1


def parse(text: str) -> Any:
    """One JSON value.

    Raises:
        ValueError: it is no JSON, nests too deep, or repeats a field; its words are for the user.
    """
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"is no JSON: {error.msg}, line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise ValueError("nests too deep") from None


def walk(text: str, name: str | None) -> Walked:
    """The elements of a top-level list (``name`` None) or of the list under ``name`` in an object.

    Never raises for bad JSON: ``Walked.problem`` says what broke, and what came before is there.
    """
    found = Walked()
    position = _Position(text)
    try:
        at = position.skip(0)
        if name is None:
            at = position.skip(_list(text, at, found, position))
        else:
            at = position.skip(_members(text, at, name, found, position))
        if at < len(text):
            raise json.JSONDecodeError("something follows the end", text, at)
    except json.JSONDecodeError as error:
        found.problem, found.line = f"is no JSON: {error.msg}", error.lineno
    except RecursionError:
        found.problem, found.line = "nests too deep", position.line
    except ValueError as error:
        found.problem, found.line = str(error), position.line
    return found


class _Position:
    """Counts lines as the walk goes forward."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.line = text, 0, 1

    def skip(self, at: int) -> int:
        """The next place that is not white space."""
        match = _SPACE.match(self.text, at)
        end = match.end() if match else at
        if end > self.at:
            self.line += self.text.count("\n", self.at, end)
            self.at = end
        return end


def _list(text: str, at: int, found: Walked, position: _Position) -> int:
    first = _expect(text, at, "[")
    for start in _steps(text, first, "]", position):
        line = position.line
        value, end = _DECODER.raw_decode(text, start)
        found.items.append((value, line))
        position.skip(end)
    return position.at + 1


def _members(text: str, at: int, name: str, found: Walked, position: _Position) -> int:
    first = _expect(text, at, "{")
    for start in _steps(text, first, "}", position):
        _expect(text, start, '"')
        key, end = _DECODER.raw_decode(text, start)
        at = position.skip(_expect(text, position.skip(end), ":"))
        if key == name and text.startswith("[", at):
            end = _list(text, at, found, position)
        else:
            found.members[key], end = _DECODER.raw_decode(text, at)
        position.skip(end)
    return position.at + 1


def _steps(text: str, at: int, closing: str, position: _Position) -> Iterator[int]:
    """Where each element starts; the caller moves ``position`` to the end of it before the next."""
    at = position.skip(at)
    if text.startswith(closing, at):
        return
    while True:
        yield at
        at = position.at
        if text.startswith(closing, at):
            return
        at = position.skip(_expect(text, at, ","))


def _expect(text: str, at: int, mark: str) -> int:
    if not text.startswith(mark, at):
        raise json.JSONDecodeError(f"expected {mark!r}", text, at)
    return at + 1


def broken(found: Walked, uri: str) -> InputError:
    """The error that a walk ended with; only for one that has a ``problem``."""
    kept = f"; {len(found.items)} items before it were read" if found.items else ""
    return InputError(uri, f"{found.problem}{kept}", place=f"line {found.line}", mend="mend the JSON there")
