"""Fluent, through fluent.syntax, Mozilla's own parser.

A value's text is the pattern as it is written, its indentation undone, placeables literally. A
message or term is one unit, each attribute another (``key.attribute``). A value that selects by
plural category is one unit a variant, with the text around the selector.

Rejected: moz.l10n over the same parser. It keeps no place of attributes, turns placeables into its
own model, and takes time with the square of the length: 39 s for 16,000 messages, 2 s here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from mtcheck.core import Catalogue, InputError, Unit
from mtcheck.read.l10n.building import Problem, catalogue, text_of, unit
from mtcheck.read.l10n.plurals import CATEGORIES

_DEEPEST = 50
"""Levels of placeables in one message; the parser steps into each, and Python's stack is finite."""
_BRACES = re.compile(r"[{}]")


def read(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Catalogue | InputError]:
    """The catalogue of a Fluent file, its texts as targets. See ``formats.Reader``."""
    text, damage = text_of(data, uri, charset)
    reading = _Reading(text)
    units = list(reading.units())
    broken = reading.problem.error(uri) if reading.problem is not None else damage
    yield catalogue(uri, "fluent", units, broken=broken)


class _Reading:
    def __init__(self, text: str) -> None:
        self.text = text
        self.problem: Problem | None = None
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]

    def units(self) -> Iterator[Unit]:
        """The units in file order; what does not parse is passed over and remembered as the problem."""
        from fluent.syntax import FluentParser, ast

        if (deep := _too_deep(self.text)) is not None:
            self.problem = Problem("placeables nest too deep", self._line(deep))
            return
        for entry in FluentParser().parse(self.text).body:
            if isinstance(entry, ast.Junk):
                self._complain(entry)
            elif isinstance(entry, ast.Message | ast.Term):
                yield from self._entry(entry)

    def _entry(self, entry: Any) -> Iterator[Unit]:
        key = entry.id.name if type(entry).__name__ == "Message" else f"-{entry.id.name}"
        comments = [entry.comment.content] if entry.comment is not None and entry.comment.content else []
        if entry.value is not None:
            yield from self._value(key, entry.id, entry.value, comments)
        for attribute in entry.attributes:
            yield from self._value(f"{key}.{attribute.id.name}", attribute.id, attribute.value, comments)

    def _value(self, key: str, place: Any, pattern: Any, comments: Sequence[str]) -> Iterator[Unit]:
        line = self._line(place.span.start)
        selector = _plural_selector(pattern)
        if selector is None:
            yield unit(key, target=self._written(pattern), line=line, comments=comments)
            return
        for variant in selector.variants:
            category = variant.key.name if hasattr(variant.key, "name") else f"={variant.key.value}"
            target = "".join(
                self._written(variant.value) if _selects(e, selector) else self._element(e)
                for e in pattern.elements
            )
            plural = category if category in CATEGORIES else None
            context = None if plural else category
            yield unit(key, target=target, line=line, context=context, plural=plural, comments=comments)

    def _written(self, pattern: Any) -> str:
        return "".join(self._element(e) for e in pattern.elements)

    def _element(self, element: Any) -> str:
        if type(element).__name__ == "TextElement":
            return str(element.value)
        return self.text[element.span.start : element.span.end]

    def _complain(self, junk: Any) -> None:
        if self.problem is None:
            note = junk.annotations[0] if junk.annotations else None
            at = note.span.start if note is not None and note.span is not None else junk.span.start
            last = len(self.text[:at].rstrip())  # what is missing is missing after the last word
            line = self._line(max(last - 1, junk.span.start))
            self.problem = Problem(note.message if note is not None else "is no message", line)

    def _line(self, offset: int) -> int:
        return bisect_right(self._starts, offset)


def _plural_selector(pattern: Any) -> Any:
    """The one select expression of a pattern whose variants are plural categories, or None."""
    found = [
        e.expression
        for e in pattern.elements
        if type(e).__name__ == "Placeable" and type(e.expression).__name__ == "SelectExpression"
    ]
    if len(found) != 1:
        return None
    names = [v.key.name for v in found[0].variants if hasattr(v.key, "name")]
    return found[0] if names and all(name in CATEGORIES for name in names) else None


def _selects(element: Any, selector: Any) -> bool:
    return getattr(element, "expression", None) is selector


def _too_deep(text: str) -> int | None:
    """Where braces nest deeper than any message does, or None."""
    depth = 0
    for match in _BRACES.finditer(text):
        depth = depth + 1 if match[0] == "{" else max(depth - 1, 0)
        if depth > _DEEPEST:
            return match.start()
    return None
