"""Localisation in YAML: Rails, whose files have the language as their root, and plain nested keys.

Read from the parser's events: these have lines, build no Python objects, and leave ``no:`` and
``on:`` the words they are. A unit's line is that of its key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mtcheck.core import Catalogue, InputError
from mtcheck.read.l10n import locales
from mtcheck.read.l10n.building import Problem, catalogue, text_of
from mtcheck.read.l10n.keyed import rooted, units_of
from mtcheck.read.l10n.tree import DEEPEST, Node

MAX_ALIASED = 100_000
"""Nodes that aliases may repeat in one file; without a bound, ten lines can stand for a billion."""

_NULL = {"", "~", "null"}
_TYPED = re.compile(
    r"true|false|yes|no|on|off|[-+]?\.?[0-9][0-9_.:]*(?:e[-+]?\d+)?|\.inf|\.nan", re.IGNORECASE
)
"""Plain scalars that are no texts (YAML 1.1, which Rails reads)."""


def read(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Catalogue | InputError]:
    """The catalogue of a YAML file, its texts as targets. See ``formats.Reader``."""
    text, damage = text_of(data, uri, charset)
    reading = _Reading(text)
    reading.run()
    node, lang = rooted(reading.root, locales.language_of(uri))
    broken = reading.problem.error(uri) if reading.problem is not None else damage
    yield catalogue(uri, "rails", units_of(node), broken=broken, target_lang=lang)


class _Reading:
    """Builds the tree of the first document."""

    def __init__(self, text: str) -> None:
        self.root = Node("", 1, "object")
        self.problem: Problem | None = None
        self._text, self._lines = text, text.split("\n")
        self._open: list[Node] = []
        self._keys: list[Any] = []
        self._anchors: dict[str, Node] = {}
        self._aliased = 0

    def run(self) -> None:
        """Read it all, or up to what breaks it."""
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            for event in yaml.parse(self._text, Loader=loader):
                if isinstance(event, yaml.DocumentEndEvent):
                    break
                self._take(event, type(event).__name__)
        except yaml.MarkedYAMLError as error:
            within = error.context_mark if "scalar" in (error.context or "") else None
            mark = within or error.problem_mark or error.context_mark
            line = mark.line + 1 if mark is not None else 1
            self.problem = Problem(f"is no YAML: {error.problem or error.context}", line)
        except yaml.YAMLError as error:
            position = getattr(error, "position", 0)
            line = self._text.count("\n", 0, position if isinstance(position, int) else 0) + 1
            self.problem = Problem(f"is no YAML: {getattr(error, 'reason', 'unreadable')}", line)
        except RecursionError:
            self.problem = Problem("nests or repeats too much", self._line)

    @property
    def _line(self) -> int:
        return self._keys[-1][1] if self._keys and self._keys[-1] else 1

    def _take(self, event: Any, kind: str) -> None:
        if kind in {"MappingStartEvent", "SequenceStartEvent"}:
            self._begin(event, "object" if kind == "MappingStartEvent" else "list")
        elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
            self._open.pop()
            self._keys.pop()
        elif kind == "ScalarEvent":
            self._scalar(event)
        elif kind == "AliasEvent":
            self._alias(event)

    def _begin(self, event: Any, kind: str) -> None:
        if len(self._open) >= DEEPEST:
            raise RecursionError
        if not self._open:
            self.root.kind = kind
            node = self.root
        else:
            node = self._placed(event, kind)
        if event.anchor:
            self._anchors[event.anchor] = node
        self._open.append(node)
        self._keys.append(None)

    def _scalar(self, event: Any) -> None:
        if not self._open:
            return
        line = event.start_mark.line + 1
        if self._open[-1].kind == "object" and self._keys[-1] is None:
            self._keys[-1] = (event.value, line)
            return
        kind = "text"
        if not event.style and event.value.lower() in _NULL:
            kind = "null"
        elif not event.style and _TYPED.fullmatch(event.value):
            kind = "other"
        node = self._placed(event, kind)
        node.text = "" if kind == "null" else event.value
        if event.anchor:
            self._anchors[event.anchor] = node

    def _alias(self, event: Any) -> None:
        known = self._anchors.get(event.anchor)
        if not self._open:
            return
        if self._open[-1].kind == "object" and self._keys[-1] is None:
            self._keys[-1] = (f"*{event.anchor}", event.start_mark.line + 1)
            return
        merged = self._keys[-1] is not None and self._keys[-1][0] == "<<"
        if known is None or known in self._open:
            self._keys[-1] = None
            return
        self._aliased += _size(known)
        if self._aliased > MAX_ALIASED:
            raise RecursionError
        if merged:
            own = {c.name for c in self._open[-1].children}
            self._open[-1].children.extend(c for c in known.children if c.name not in own)
            self._keys[-1] = None
            return
        node = self._placed(event, known.kind)
        node.text, node.children = known.text, known.children

    def _placed(self, event: Any, kind: str) -> Node:
        """A new child of the open node, under the key that waits for it."""
        parent = self._open[-1]
        if parent.kind == "object":
            name, line = self._keys[-1] or ("", event.start_mark.line + 1)
            self._keys[-1] = None
        else:
            name, line = str(len(parent.children)), event.start_mark.line + 1
        node = Node(name, line, kind, comments=self._comments_above(line))
        parent.children.append(node)
        return node

    def _comments_above(self, line: int) -> tuple[str, ...]:
        """The lines of comment right above a line."""
        at = line - 2
        while at >= 0 and self._lines[at].lstrip().startswith("#"):
            at -= 1
        return tuple(each.strip().lstrip("#").strip() for each in self._lines[at + 1 : line - 1])


def _size(node: Node) -> int:
    """How many nodes a node stands for; shared ones count each time."""
    total, todo = 0, [node]
    while todo and total <= MAX_ALIASED:
        at = todo.pop()
        total += 1
        todo.extend(at.children)
    return total
