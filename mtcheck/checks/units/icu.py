"""Rules on messages in ICU MessageFormat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from mtcheck.checks.base import CatalogueCheck
from mtcheck.core import Catalogue, Finding, Severity, Unit


@cache
def _complex() -> re.Pattern[str]:
    return re.compile(r"\{\s*[\w.-]+\s*,\s*(?:plural|select|selectordinal)\s*,")


def is_icu(message: str) -> bool:
    """True if a message has a plural, select or selectordinal of ICU MessageFormat."""
    return "{" in message and "," in message and _complex().search(message) is not None


class IcuSyntaxError(ValueError):
    """A message is not ICU MessageFormat; ``place`` is the offset in code points where reading stopped."""

    def __init__(self, problem: str, place: int) -> None:
        super().__init__(problem)
        self.problem, self.place = problem, place


@dataclass
class Message:
    """What a message of ICU MessageFormat is made of.

    Attributes:
        arguments: argument name to its types (``""``, ``number``, ``plural`` …).
        options: (argument, type) to the selectors of each of its occurrences.
    """

    arguments: dict[str, set[str]] = field(default_factory=dict)
    options: dict[tuple[str, str], list[list[str]]] = field(default_factory=dict)


MAX_DEPTH = 20
_NAME = re.compile(r"\s*([^\s{},=<>'\"]+)\s*")
_SELECTOR = re.compile(r"\s*(=\d+|[^\s{},=<>'\"]+|offset:\s*\d+)\s*")


def parse(message: str) -> Message:
    """Read a message of ICU MessageFormat.

    Raises:
        IcuSyntaxError: with the place where it stops making sense.
    """
    found = Message()
    end = _parse_text(message, 0, found, 0)
    if end < len(message):
        raise IcuSyntaxError("a closing brace too many", end)
    return found


def _parse_text(message: str, place: int, found: Message, depth: int) -> int:
    if depth > MAX_DEPTH:
        raise IcuSyntaxError("nested too deeply", place)
    while place < len(message):
        character = message[place]
        if character == "'" and message[place + 1 : place + 2] in {"{", "}"}:
            close = message.find("'", place + 2)
            place = len(message) if close < 0 else close + 1
        elif character == "{":
            place = _parse_argument(message, place + 1, found, depth)
        elif character == "}":
            return place
        else:
            place += 1
    return place


def _parse_argument(message: str, place: int, found: Message, depth: int) -> int:
    match = _NAME.match(message, place)
    if match is None:
        raise IcuSyntaxError("an argument without a name", place)
    name, place = match.group(1), match.end()
    if message[place : place + 1] == "}":
        found.arguments.setdefault(name, set()).add("")
        return place + 1
    if message[place : place + 1] != ",":
        raise IcuSyntaxError(f"the argument {name!r} is not closed", place)
    kind_match = _NAME.match(message, place + 1)
    if kind_match is None:
        raise IcuSyntaxError(f"the argument {name!r} has a comma but no type", place)
    kind, place = kind_match.group(1), kind_match.end()
    found.arguments.setdefault(name, set()).add(kind)
    if kind in {"plural", "select", "selectordinal"}:
        return _parse_options(message, place, found, depth, name, kind)
    close = message.find("}", place)
    if close < 0:
        raise IcuSyntaxError(f"the argument {name!r} is not closed", place)
    return close + 1


def _parse_options(message: str, place: int, found: Message, depth: int, name: str, kind: str) -> int:
    if message[place : place + 1] != ",":
        raise IcuSyntaxError(f"{kind} of {name!r} needs a comma and its options", place)
    place, selectors = place + 1, []
    while True:
        rest = message[place:].lstrip()
        if rest.startswith("}"):
            place = len(message) - len(rest) + 1
            break
        match = _SELECTOR.match(message, place)
        if match is None:
            raise IcuSyntaxError(f"{kind} of {name!r} is not closed", place)
        selector, place = match.group(1), match.end()
        if selector.startswith("offset:"):
            continue
        if message[place : place + 1] != "{":
            raise IcuSyntaxError(f"option {selector!r} has no text in braces", place)
        selectors.append(selector)
        place = _parse_text(message, place + 1, found, depth + 1)
        if message[place : place + 1] != "}":
            raise IcuSyntaxError(f"option {selector!r} is not closed", place)
        place += 1
    if "other" not in selectors:
        raise IcuSyntaxError(f"{kind} of {name!r} has no option 'other'", place)
    found.options.setdefault((name, kind), []).append(selectors)
    return place


class IcuSyntax(CatalogueCheck):
    """The target is not valid ICU MessageFormat, though the source is.

    What it does
        Parses both sides where the source has a plural, select or selectordinal, and reports where the
        target stops making sense: an open brace, an option without text, a missing ``other``.

    Why it matters
        The message cannot be shown: most libraries raise an exception.

    Limits
        A source that is no valid ICU itself is not judged.

    Example
        "{n, plural, one {# file} other {# files}}" with "{n, plural, one {# файл} other {# файла}".

    Source
        ICU MessageFormat (unicode-org.github.io/icu, Formatting Messages).
    """

    code = "ICU001"
    name = "icu-syntax"
    severity = Severity.ERROR
    signs = "{"

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        if "{" not in unit.source or not is_icu(unit.source) or read_icu(unit.source) is None:
            return
        try:
            parse(unit.target)
        except IcuSyntaxError as error:
            yield self.unit_finding(
                unit,
                catalogue,
                f"Not valid ICU MessageFormat: {error.problem}, at character {error.place + 1}",
            )


class IcuArguments(CatalogueCheck):
    """An argument of an ICU message differs from the source's.

    What it does
        Compares the names of arguments, their types, and the options of ``select``.

    Why it matters
        A misspelt name prints nothing or raises; a translated option of ``select`` is never chosen.

    Limits
        Plural options may differ: PLU002 holds them to the language. An argument may be left out of one
        option.

    Example
        "{gender, select, male {He} other {They}}" with "{gender, select, мужской {Он} other {Они}}".

    Source
        ICU MessageFormat (unicode-org.github.io/icu, Formatting Messages).
    """

    code = "ICU002"
    name = "icu-arguments"
    severity = Severity.ERROR
    signs = "{"

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        if "{" not in unit.source or not is_icu(unit.source):
            return
        wanted, given = read_icu(unit.source), read_icu(unit.target)
        if wanted is None or given is None:
            return
        parts = _differences(wanted, given)
        if parts:
            yield self.unit_finding(unit, catalogue, f"ICU arguments differ: {'; '.join(parts)}")


def _differences(wanted: Message, given: Message) -> list[str]:
    parts = [f"{name} is missing" for name in wanted.arguments if name not in given.arguments]
    parts += [f"{name} is not in the source" for name in given.arguments if name not in wanted.arguments]
    for (name, kind), lists in wanted.options.items():
        if kind == "select" and name in given.arguments:
            lacking = _selectors(lists) ^ _selectors(given.options.get((name, kind), []))
            parts += [f"option {option} of {name}" for option in sorted(lacking)]
    return parts


def _selectors(lists: list[list[str]]) -> set[str]:
    return {selector for selectors in lists for selector in selectors}


def read_icu(message: str) -> Message | None:
    """``parse`` for those who do not ask why: None if a message is not ICU MessageFormat."""
    try:
        return parse(message)
    except IcuSyntaxError:
        return None
