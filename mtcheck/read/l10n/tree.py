"""A tree of named texts with the line of each name: what JSON and YAML files are read into."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mtcheck.read.l10n.building import Problem

DEEPEST = 100
"""Levels below the root; no localisation file has ten."""

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


@dataclass(slots=True, eq=False)
class Node:
    """A value with its name.

    Attributes:
        name: its key, or its index in a list as digits.
        line: 1-based line of the key, or of the item of a list.
        kind: ``object``, ``list``, ``text``, ``null`` or ``other`` (numbers, true, false).
        text: the value of a ``text``; that of an ``other`` as JSON writes it; else empty.
        children: of an ``object`` or a ``list``, in order.
        comments: lines of comment right above it.
    """

    name: str
    line: int
    kind: str
    text: str = ""
    children: list[Node] = field(default_factory=list)
    comments: tuple[str, ...] = ()

    def get(self, name: str) -> Node | None:
        """The first child of a name, or None."""
        return next((c for c in self.children if c.name == name), None)

    def text_at(self, *names: str) -> str | None:
        """The text at a path of names, or None."""
        at: Node | None = self
        for name in names:
            at = at.get(name) if at is not None else None
        return at.text if at is not None and at.kind == "text" else None

    def objects(self) -> Iterator[Node]:
        """The children that are objects."""
        return (c for c in self.children if c.kind == "object")


def parse_json(text: str) -> tuple[Node, Problem | None]:
    """A JSON document as a tree, and what broke it; what came before the break is in the tree.

    An empty object stands for a document that is none.
    """
    parser = _Json(text)
    try:
        parser.run()
    except json.JSONDecodeError as error:
        return parser.root, Problem(f"is no JSON: {error.msg}", error.lineno)
    except RecursionError:
        return parser.root, Problem("nests too deep", parser.line)
    return parser.root, None


class _Json:
    """Steps through a document with a stack of its own, so that depth costs nothing."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.line = text, 0, 1
        self.root = Node("", 1, "object")

    def run(self) -> None:
        """Read it all."""
        self._skip(0)
        if self.text[self.at : self.at + 1] not in {"{", "["}:
            self._fail("expected an object")
        self.root.kind = "object" if self.text[self.at] == "{" else "list"
        self._skip(self.at + 1)
        open_nodes = [self.root]
        while open_nodes:
            node = open_nodes[-1]
            if self.text.startswith("}" if node.kind == "object" else "]", self.at):
                open_nodes.pop()
                self._skip(self.at + 1)
                continue
            if node.children:
                self._expect(",")
            child = self._child(node)
            node.children.append(child)
            if child.kind in {"object", "list"}:
                if len(open_nodes) >= DEEPEST:
                    raise RecursionError
                open_nodes.append(child)
        if self.at < len(self.text):
            self._fail("something follows the end")

    def _child(self, parent: Node) -> Node:
        """The next member or item; of a container only its start."""
        name, line = str(len(parent.children)), self.line
        if parent.kind == "object":
            if not self.text.startswith('"', self.at):
                self._fail("expected a key in double quotes")
            name, end = _DECODER.raw_decode(self.text, self.at)
            self._skip(end)
            self._expect(":")
        mark = self.text[self.at : self.at + 1]
        if mark in {"{", "["}:
            self._skip(self.at + 1)
            return Node(name, line, "object" if mark == "{" else "list")
        value, end = _DECODER.raw_decode(self.text, self.at)
        self._skip(end)
        if isinstance(value, str):
            return Node(name, line, "text", value)
        if value is None:
            return Node(name, line, "null")
        return Node(name, line, "other", json.dumps(value))

    def _skip(self, at: int) -> None:
        match = _SPACE.match(self.text, at)
        end = match.end() if match else at
        self.line += self.text.count("\n", self.at, end)
        self.at = end

    def _expect(self, mark: str) -> None:
        if not self.text.startswith(mark, self.at):
            self._fail(f"expected {mark!r}")
        self._skip(self.at + 1)

    def _fail(self, words: str) -> None:
        raise json.JSONDecodeError(words, self.text, self.at)
