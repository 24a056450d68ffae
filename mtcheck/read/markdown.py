"""Markdown: not rendered, only divided by its block structure (CommonMark 0.31, GFM tables).

Inline marks stay in the text. What stands at the start of a line to make it a block (``#``, ``>``,
a bullet) lies outside the block's span; inside a block, the ``>`` of a continued quote is replaced
by a space, so that offsets stay those of the input.

Rejected: a Markdown parser. Those at hand give no offsets for paragraphs inside quotes and lists,
and nothing here depends on the finer points (lazy continuation, nested lists, reference links).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mtcheck.core import EMPTY, Block, Document, InputError, Origin, Span
from mtcheck.read.encoding import decode
from mtcheck.read.pieces import language, refuse_long

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_QUOTE = re.compile(r"(?: {0,3}> ?)+")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]+(?:\[[ xX]\][ \t]+)?|$)")
_CODE = re.compile(r"(?: {4}|\t)")
_DELIMITER = re.compile(r"[ \t]*(?:\|[ \t]*)?:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*(?:\|[ \t]*)?$")
_CELL = re.compile(r"(?:\\.|[^|\\])+")
_REFERENCE = re.compile(r" {0,3}\[[^\]]+\]:[ \t]*\S+")
_ALERT = re.compile(r"\[!\w+\][ \t]*$")
_ONLY_TAGS = re.compile(r"[ \t]*(?:</?[A-Za-z][^<>]*>[ \t]*)+$")
_RAW = re.compile(r" {0,3}<(script|style|pre|textarea)\b", re.IGNORECASE)
_MARKUP = re.compile(r"<[A-Za-z!/]")
_FRONT_MATTER = {"---": re.compile(r"(?:---|\.\.\.)[ \t]*$"), "+++": re.compile(r"\+\+\+[ \t]*$")}
_SETTING = re.compile(
    r"""([A-Za-z_][\w.-]*)[ \t]*[:=][ \t]+(?:"([^"]*)"|'([^']*)'|([^\s#\[{|>&*!].*?))[ \t]*$"""
)


def read(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Document | InputError]:
    """One document; its front matter is a block and, key by key, metadata. See ``formats.Reader``."""
    decoded = decode(data, uri, declared=charset)
    refuse_long(decoded.text, uri)
    text, blocks = blocks_of(decoded.text)
    settings: Mapping[str, str] = EMPTY
    if blocks and blocks[0].kind == "frontmatter":
        settings = front_matter(text[slice(*blocks[0].span)])
    source_lang = language(settings.get("source_lang"))
    yield Document(
        id=uri,
        text=text,
        origin=Origin(uri, line=1),
        blocks=blocks,
        markup=decoded.text if settings or _MARKUP.search(text) else None,
        lang=language(settings.get("lang") or settings.get("language")),
        source_lang=source_lang,
        source_lang_from="input" if source_lang else None,
        metadata=settings,
    )
    if decoded.damage is not None:
        yield decoded.damage


def front_matter(text: str) -> dict[str, str]:
    """The plain ``key: value`` (YAML) and ``key = value`` (TOML) lines of front matter."""
    found = {}
    for line in text.split("\n"):
        if match := _SETTING.match(line.rstrip()):
            found[match[1]] = next(value for value in match.groups()[1:] if value is not None)
    return found


def blocks_of(text: str) -> tuple[str, tuple[Block, ...]]:
    """The text with continued quote marks blanked, and its blocks.

    Args:
        text: Markdown whose lines end in ``\\n``.
    """
    return _Divider(text).divide()


class _Divider:
    """One walk over the lines; ``_open`` is the paragraph, item or quote still being read."""

    def __init__(self, text: str) -> None:
        self._raw = text.split("\n")
        self._lines: list[str] = []
        self._starts: list[int] = []
        self._blocks: list[Block] = []
        self._open: tuple[int, int, str, int] | None = None
        self._titled = False
        offset = 0
        for line in self._raw:
            self._starts.append(offset)
            offset += len(line) + 1

    def divide(self) -> tuple[str, tuple[Block, ...]]:
        at = self._front_matter()
        while at < len(self._raw):
            at = self._take(at)
        self._close()
        return "\n".join(self._lines), tuple(self._blocks)

    def _front_matter(self) -> int:
        closing = _FRONT_MATTER.get(self._raw[0].rstrip())
        if closing is None:
            return 0
        for at in range(1, len(self._raw)):
            if closing.match(self._raw[at]):
                self._keep(0, at + 1)
                if at > 1:
                    end = self._starts[at] - 1
                    self._blocks.append(Block(Span(self._starts[1], end), "frontmatter", 2))
                return at + 1
        return 0

    def _take(self, at: int) -> int:
        """Read what starts at a line; the number of the line after it."""
        line = self._raw[at]
        quote = _QUOTE.match(line)
        indent = quote.end() if quote else 0
        rest = line[indent:]
        if not quote and (after := self._verbatim(at, line)):
            return after
        if not rest.strip() or self._marks_only(rest):
            self._close()
        elif heading := _HEADING.match(rest):
            self._heading(at, indent + heading.end(), len(heading[1]))
        elif (item := _ITEM.match(rest)) and rest[item.end() :].strip():
            self._begin(at, indent + item.end(), "item")
        elif self._open and (quote is None or self._open[2] in {"quote", "item"}):
            if self._underlines(at, rest):
                return at + 1
            self._continue(at, indent)
            return at + 1
        elif after := self._table(at):
            return after
        else:
            self._begin(at, indent, "quote" if quote else "paragraph")
        self._keep(at, at + 1)
        return at + 1

    def _marks_only(self, rest: str) -> bool:
        if self._open and _SETEXT.match(rest):
            return False
        patterns = (_RULE, _ALERT, _ONLY_TAGS, _REFERENCE, _DELIMITER)
        return any(pattern.match(rest) for pattern in patterns)

    def _verbatim(self, at: int, line: str) -> int | None:
        """Fenced or indented code, a comment, or a raw element; the line after it, or None."""
        if fence := _FENCE.match(line):
            closing = re.compile(rf" {{0,3}}{re.escape(fence[1][0])}{{{len(fence[1])},}}[ \t]*$")
            return self._until(at, closing, "code", at + 1)
        if line.lstrip().startswith("<!--"):
            return self._until(at, re.compile(r".*-->"), None, at)
        if raw := _RAW.match(line):
            kind = "code" if raw[1].lower() == "pre" else None
            return self._until(at, re.compile(rf".*</{raw[1]}", re.IGNORECASE), kind, at)
        if self._open is None and _CODE.match(line) and line.strip():
            after_item = bool(self._blocks) and self._blocks[-1].kind == "item"
            if not after_item:
                return self._indented(at)
        return None

    def _until(self, at: int, closing: re.Pattern[str], kind: str | None, first: int) -> int:
        self._close()
        last = next((i for i in range(first, len(self._raw)) if closing.match(self._raw[i])), len(self._raw))
        self._keep(at, min(last + 1, len(self._raw)))
        if kind is not None:
            self._add(self._starts[at + 1 : at + 2], last, at + 1, kind)
        return min(last + 1, len(self._raw))

    def _add(self, start: list[int], end_line: int, line: int, kind: str) -> None:
        end = self._starts[end_line] - 1 if end_line < len(self._starts) else self._length()
        if start and start[0] < end:
            self._blocks.append(Block(Span(start[0], end), kind, line + 1))

    def _indented(self, at: int) -> int:
        last = at
        while last < len(self._raw) and (_CODE.match(self._raw[last]) or not self._raw[last].strip()):
            last += 1
        self._keep(at, last)
        while not self._raw[last - 1].strip():
            last -= 1
        self._add([self._starts[at]], last, at, "code")
        return len(self._lines)

    def _table(self, at: int) -> int | None:
        """Rows of cells from a head line on; the line after the table, or None if there is none."""
        following = self._raw[at + 1] if at + 1 < len(self._raw) else ""
        if "|" not in self._raw[at] or "-" not in following or not _DELIMITER.match(following):
            return None
        self._close()
        last = at + 2
        while last < len(self._raw) and "|" in self._raw[last]:
            last += 1
        self._keep(at, last)
        for row in (at, *range(at + 2, last)):
            for cell in _CELL.finditer(self._raw[row]):
                self._block(row, cell.start(), cell.end(), "cell")
        return last

    def _underlines(self, at: int, rest: str) -> bool:
        """A setext underline turns the open paragraph into a heading."""
        underline = _SETEXT.match(rest)
        if underline is None or self._open is None:
            return False
        start, end, _, line = self._open
        level = 1 if underline[1][0] == "=" else 2
        self._open = None
        self._blocks.append(Block(Span(start, end), self._rank(level), line))
        self._keep(at, at + 1)
        return True

    def _heading(self, at: int, column: int, level: int) -> None:
        self._close()
        words = self._raw[at][column:].rstrip()
        unmarked = words.rstrip("#")
        if unmarked != unmarked.rstrip() or not unmarked:  # a closing run of # stands apart
            words = unmarked.rstrip()
        if words.strip():
            self._block(at, column, column + len(words), self._rank(level))

    def _rank(self, level: int) -> str:
        title = level == 1 and not self._titled
        self._titled = self._titled or title
        return "title" if title else "heading"

    def _begin(self, at: int, column: int, kind: str) -> None:
        self._close()
        start, end = self._stripped(at, column, len(self._raw[at]))
        self._open = (start, end, kind, at + 1)

    def _continue(self, at: int, indent: int) -> None:
        assert self._open is not None  # noqa: S101 - the caller has looked
        start, _, kind, line = self._open
        _, end = self._stripped(at, indent, len(self._raw[at]))
        self._open = (start, end, kind, line)
        self._lines.append(" " * indent + self._raw[at][indent:])

    def _close(self) -> None:
        if self._open is not None:
            start, end, kind, line = self._open
            self._blocks.append(Block(Span(start, end), kind, line))
            self._open = None

    def _block(self, at: int, left: int, right: int, kind: str) -> None:
        start, end = self._stripped(at, left, right)
        if start < end:
            self._blocks.append(Block(Span(start, end), kind, at + 1))

    def _stripped(self, at: int, left: int, right: int) -> tuple[int, int]:
        words = self._raw[at][left:right]
        start = self._starts[at] + left + len(words) - len(words.lstrip())
        return start, max(start, self._starts[at] + left + len(words.rstrip()))

    def _keep(self, first: int, after: int) -> None:
        self._lines.extend(self._raw[first:after])

    def _length(self) -> int:
        return self._starts[-1] + len(self._raw[-1])
