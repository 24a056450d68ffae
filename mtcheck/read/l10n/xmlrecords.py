"""XML as localisation formats need it: record by record, with true lines and markup kept as text.

Built on expat, which comes with Python, never fetches what a document refers to, bounds the growth
of entities, and says on which line each element starts.

Rejected: lxml. Its ``sourceline`` of an element is the line where its start tag ends, and a broken
document yields a mended tree in which nobody can say what was there.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from mtcheck.read.l10n.building import Problem

_CHUNK = 1 << 16


@dataclass(slots=True, eq=False)
class Element:
    """An element of a record, or one that a record stands in.

    Attributes:
        name: as it is written, with its prefix.
        attributes: likewise.
        line: 1-based line of its ``<``.
        above: the element it stands in, or None.
        children: text and elements in order; empty for one that a record stands in.
        comments: comments before it since the element before.
        closed: False if the document broke inside it.
        empty: True if it is written ``<name/>``.
    """

    name: str
    attributes: dict[str, str]
    line: int
    above: Element | None
    children: list[str | Element] = field(default_factory=list)
    comments: tuple[str, ...] = ()
    closed: bool = False
    empty: bool = False

    @property
    def local(self) -> str:
        """The name without its prefix."""
        return self.name.rpartition(":")[2]

    def get(self, name: str) -> str | None:
        """An attribute, with or without a prefix."""
        for key, value in self.attributes.items():
            if key == name or key.rpartition(":")[2] == name:
                return value
        return None

    def elements(self, *names: str) -> Iterator[Element]:
        """Child elements of these local names; of any without names."""
        return (c for c in self.children if isinstance(c, Element) and (not names or c.local in names))

    def first(self, name: str) -> Element | None:
        """The first child of a local name, or None."""
        return next(self.elements(name), None)

    def ancestor(self, name: str) -> Element | None:
        """The nearest element of a local name that this one stands in, or None."""
        at = self.above
        while at is not None and at.local != name:
            at = at.above
        return at

    def inner(self, transparent: Container[str] = ()) -> str:
        """The content as text, its markup kept literally.

        Args:
            transparent: local names of elements whose tags are left out.
        """
        parts: list[str] = []
        todo: list[str | Element] = list(reversed(self.children))
        while todo:
            child = todo.pop()
            if isinstance(child, str):
                parts.append(child)
                continue
            shown = child.local not in transparent
            if shown:
                pairs = "".join(f' {k}="{v}"' for k, v in child.attributes.items())
                parts.append(f"<{child.name}{pairs}{'/' if child.empty else ''}>")
                if not child.empty:
                    todo.append(f"</{child.name}>")
            todo.extend(reversed(child.children))
        return "".join(parts)


class Records:
    """The records of a document, streamed; ``problem`` says afterwards what broke it, if anything.

    Args:
        text: the document.
        names: local names of the elements that are records, wherever they stand.
        partial: also yield a record that the document breaks in.
    """

    def __init__(self, text: str, names: Container[str], *, partial: bool = False) -> None:
        self.problem: Problem | None = None
        self.root: Element | None = None
        self._text, self._names, self._partial = text, names, partial
        self._open: Element | None = None
        self._record: Element | None = None
        self._comments: list[str] = []
        self._done: list[Element] = []
        self._skipped = 0
        self._data = b""
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.CommentHandler = self._comment

    def __iter__(self) -> Iterator[Element]:
        text = self._text.lstrip("\n \t")  # expat refuses a declaration that is not the first thing
        self._skipped = self._text.count("\n", 0, len(self._text) - len(text))
        self._data = data = text.encode("utf-8", "replace")
        try:
            for at in range(0, len(data) or 1, _CHUNK):
                self._parser.Parse(data[at : at + _CHUNK], at + _CHUNK >= len(data))
                yield from self._done
                self._done.clear()
        except expat.ExpatError as error:
            yield from self._done
            words = expat.ErrorString(error.code) or "not well-formed"
            self.problem = Problem(f"is no XML: {words}", error.lineno + self._skipped)
        if self._partial and self._record is not None:
            yield self._record

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        line = self._parser.CurrentLineNumber + self._skipped
        element = Element(name, attributes, line, self._open)
        if self._comments:
            element.comments = tuple(self._comments)
            self._comments = []
        if self.root is None:
            self.root = element
        if self._record is not None and self._open is not None:
            self._open.children.append(element)
        elif element.local in self._names:
            self._record = element
        self._open = element

    def _end(self, name: str) -> None:
        element = self._open
        if element is None:
            return
        element.closed = True
        at = self._parser.CurrentByteIndex
        element.empty = not element.children and self._data[at - 2 : at] == b"/>"
        self._comments = []
        if element is self._record:
            self._record = None
            self._done.append(element)
        self._open = element.above

    def _characters(self, text: str) -> None:
        if self._record is not None and self._open is not None:
            self._open.children.append(text)

    def _comment(self, text: str) -> None:
        self._comments.append(text.strip())
