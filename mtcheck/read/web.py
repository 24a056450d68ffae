"""HTML: the main text of a page, as blocks with their lines in the markup.

trafilatura chooses which of the visible pieces are the main text; the pieces themselves, their kinds
and lines come from one walk over the tree, since trafilatura hands back bare text. Where it finds
less than half of the prose, all prose outside navigation and its like is taken, so that no document
is lost. The raw markup travels along in ``Document.markup``: what was removed, a footer that names
the translation service above all, is searched there.

Rejected: handing trafilatura's text on as it is. It has no lines, reorders some pages, and drops
short pages; and giving it pages of any size, as it takes minutes for 50 MB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from mtcheck.core import Block, Document, InputError, Origin
from mtcheck.read import plain
from mtcheck.read.encoding import decode
from mtcheck.read.pieces import Content, Piece, join, language

MAX_MARKUP = 9_000_000
"""Longest page, in bytes of UTF-8; libxml2 drops a text of more than 10 million without a word."""
MAX_TAGS = 120_000
"""Most ``<`` in a page; real ones have less than 50,000."""
MAX_EXTRACTED = 1_000_000
"""Longest markup, in code points, that trafilatura is asked about; above it all prose is taken."""
MAX_EXTRACTED_TAGS = 20_000
"""Most ``<`` that it is asked about: it takes two minutes for 112,000 table cells, by their square."""
MIN_PROSE = 60
"""Length from which a piece that is mostly no link counts as prose, in code points."""
MIN_SHARE = 0.5
"""Least share of the prose that trafilatura must find."""
GRAIN = 16
"""Length of the stretches by which a piece is found again in trafilatura's text, in code points."""

_SKIPPED = frozenset(
    {
        "script",
        "style",
        "template",
        "noscript",
        "svg",
        "canvas",
        "iframe",
        "object",
        "audio",
        "video",
        "select",
        "textarea",
        "button",
        "head",
        "math",
        "map",
        "datalist",
    }
)
_APART = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    }
)
_KINDS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("li", "dd", "dt"), "item"),
    **dict.fromkeys(("td", "th", "caption"), "cell"),
    "blockquote": "quote",
    "pre": "code",
    "footer": "footer",
}
_AROUND = frozenset({"nav", "footer", "aside", "header", "form", "menu", "dialog"})
_AROUND_ROLES = frozenset({"navigation", "contentinfo", "banner", "search", "complementary"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)")
_SPACE = re.compile(r"[ \t\n\r\f\u2028]+")
_WHOLE = re.compile(r"<(?:html|body)[\s>]", re.IGNORECASE)
_TAG = re.compile(r"<[A-Za-z/!?]")


@dataclass(frozen=True, slots=True)
class Visible:
    """A piece that a browser would show.

    Attributes:
        piece: text, kind, line.
        around: True inside navigation, footer, aside, page header or a form.
        linked: code points of it that are links.
        tag: ``h1`` for a main heading, else empty.
    """

    piece: Piece
    around: bool
    linked: int
    tag: str = ""

    @property
    def prose(self) -> bool:
        """True for what reads as content whatever its place: long, and mostly no link."""
        size = len(self.piece.text)
        return not self.around and size >= MIN_PROSE and 2 * self.linked < size


def read(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Document | InputError]:
    """One document: the main text of a page. See ``formats.Reader``."""
    decoded = decode(data, uri, declared=declared(data) or charset)
    tree = _parse(decoded.text, uri)
    pieces = _main(decoded.text, _visible(tree))
    if not pieces:
        raise InputError(uri, "has no visible text", mend="give a page whose text stands in its HTML")
    text, blocks = join(pieces)
    title = " ".join((tree.findtext(".//title") or "").split())
    yield Document(
        id=uri,
        text=text,
        origin=Origin(uri, line=1),
        blocks=blocks,
        markup=decoded.text,
        lang=_stated_language(tree),
        metadata={"title": title} if title else {},
    )
    if decoded.damage is not None:
        yield decoded.damage


def content_of(markup: str, uri: str, *, place: str) -> tuple[str, tuple[Block, ...], str | None]:
    """Text, blocks without lines, and stated language of the HTML inside a record.

    Args:
        markup: a page or a fragment; of a page the main text is taken, of a fragment all of it.
        uri, place: where it stands, for errors.

    Returns:
        an empty text where nothing is visible: the markup may still say that it was translated.

    Raises:
        InputError: it nests too deep.
    """
    markup = _newlines(markup)
    tree = _parse(markup, uri, place)
    visible = _visible(tree)
    pieces = _main(markup, visible) if _WHOLE.search(markup) else [v.piece for v in visible]
    text, blocks = join(replace(piece, line=None) for piece in pieces)
    return text, blocks, _stated_language(tree)


def fragment(markup: str, uri: str, *, place: str) -> Content:
    """All visible text of the HTML of a feed item, its blocks without lines; empty if it shows nothing."""
    if _TAG.search(markup) is None:
        from html import unescape

        text = unescape(markup).replace("\0", "\ufffd")
        return text, plain.blocks_of(text, first_line=None)
    tree = _parse(_newlines(markup), uri, place)
    return join(replace(v.piece, line=None) for v in _visible(tree))


def declared(data: bytes) -> str | None:
    """The encoding that markup states about itself: XML declaration or ``<meta charset>``."""
    match = _XML.match(data[:400]) or _META.search(data[:8192])
    return match[1].decode("ascii") if match else None


def _newlines(markup: str) -> str:
    return markup.replace("\r\n", "\n").replace("\r", "\n")


def _parse(markup: str, uri: str, place: str | None = None) -> Any:
    import lxml.html
    from lxml import etree

    # The declaration would contradict the encoding handed over; comments would cut text in two.
    markup = re.sub(r"^\s*<\?xml[^>]*\?>", lambda m: "\n" * m[0].count("\n"), markup, count=1)
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    data = markup.encode("utf-8", "replace")
    if len(data) > MAX_MARKUP or data.count(b"<") > MAX_TAGS:
        size = f"{len(data) / 1e6:.1f} MB and {data.count(b'<'):,} tags"
        raise InputError(
            uri, f"is one page of {size}, too large", place=place, mend="split it, or give its text"
        )
    try:
        tree = lxml.html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError):
        raise InputError(uri, "has no visible text", place=place, mend="is it HTML?") from None
    deep = next((e for e in parser.error_log if "depth" in e.message.lower()), None)
    if deep is not None:
        where = place or f"line {deep.line}"
        raise InputError(uri, "nests its elements too deep", place=where, mend="give its text")
    return tree


def _stated_language(tree: Any) -> str | None:
    root = tree.getroottree().getroot()
    stated = (root.get("lang"), root.get("xml:lang"), root.get("{http://www.w3.org/XML/1998/namespace}lang"))
    body = tree.find(".//body")
    metas = (m.get("content") for m in tree.iterfind(".//meta") if _is_language_meta(m))
    found = (*stated, body.get("lang") if body is not None else None, *metas)
    return next((tag for value in found if (tag := language(value)) is not None), None)


def _is_language_meta(meta: Any) -> bool:
    return (meta.get("http-equiv") or "").lower() == "content-language"


def _main(markup: str, visible: list[Visible]) -> list[Piece]:
    """The pieces that are the main text of a page."""
    chosen = _chosen(markup, visible)
    prose = sum(len(v.piece.text) for v in visible if v.prose)
    found = sum(len(v.piece.text) for v in chosen if v.prose)
    if not chosen or found < MIN_SHARE * prose:
        chosen = [v for v in visible if not v.around] or visible
    return [replace(v.piece, kind="title") if v.tag == "h1" else v.piece for v in _one_title(chosen, visible)]


def _one_title(chosen: list[Visible], visible: list[Visible]) -> list[Visible]:
    """The chosen pieces with one main heading before them, where the page has one."""
    mains = [v for v in chosen if v.tag == "h1"]
    if mains:
        return [replace(v, tag="") if v in mains[1:] else v for v in chosen]
    start = next((i for i, v in enumerate(visible) if v is chosen[0]), 0) if chosen else 0
    above = next((v for v in reversed(visible[:start]) if v.tag == "h1"), None)
    return [above, *chosen] if above is not None else chosen


def _chosen(markup: str, visible: list[Visible]) -> list[Visible]:
    if len(markup) > MAX_EXTRACTED or markup.count("<") > MAX_EXTRACTED_TAGS:
        return []
    output = _extract(markup)
    lines = {_squeeze(line.lstrip("-#>| ")) for line in output.split("\n")}
    whole = _squeeze(output)
    grains = {whole[i : i + GRAIN] for i in range(len(whole) - GRAIN + 1)}
    marks = [_holds(_squeeze(v.piece.text), lines, grains) for v in visible]
    for i, v in enumerate(visible):
        # trafilatura runs what <br> divides together, so that a heading there is no line of its own.
        marks[i] = marks[i] or (not v.linked and _squeeze(v.piece.text) in whole)
    sure = [i for i, mark in enumerate(marks) if mark and len(visible[i].piece.text) >= MIN_PROSE]
    if not sure:
        return [v for v, mark in zip(visible, marks, strict=True) if mark]
    # A short piece ("Share", a name) may stand in the main text and in the navigation: only what
    # stands between the long ones, or is a heading just above them, is the main text's.
    first, last = sure[0], sure[-1]
    while first and marks[first - 1] and not visible[first - 1].around:
        first -= 1
    while last + 1 < len(marks) and marks[last + 1] and not visible[last + 1].around:
        last += 1
    return [visible[i] for i in range(first, last + 1) if marks[i]]


def _extract(markup: str) -> str:
    """trafilatura's main text, empty if it finds none or fails."""
    import trafilatura

    try:
        found = trafilatura.extract(markup, include_comments=False, fast=len(markup) > MAX_EXTRACTED // 2)
    except Exception:  # noqa: BLE001 - whatever it trips over, all prose is taken instead
        return ""
    return found or ""


def _holds(squeezed: str, lines: set[str], grains: set[str]) -> bool:
    if len(squeezed) < 2 * GRAIN:
        return squeezed in lines
    own = range(0, len(squeezed) - GRAIN + 1, GRAIN)
    return sum(squeezed[i : i + GRAIN] in grains for i in own) >= 0.6 * len(own)


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _visible(tree: Any) -> list[Visible]:
    return _Walk().walk(tree)


class _Walk:
    """One pass over the tree, without recursion, gathering text until an element stands apart."""

    def __init__(self) -> None:
        self.found: list[Visible] = []
        self._kinds: list[str] = ["paragraph"]
        self._rows: list[tuple[int, list[str]]] = []
        self._line = 1
        self._around = self._links = self._skipped = self._code = self._linked = 0
        self._tag = ""

    def walk(self, tree: Any) -> list[Visible]:
        from lxml import etree

        for event, element in etree.iterwalk(tree, events=("start", "end")):
            if event == "start":
                self._start(element)
            else:
                self._end(element)
        self._flush()
        return self.found

    def _start(self, element: Any) -> None:
        tag = str(element.tag)
        if self._skipped or tag in _SKIPPED or _is_hidden(element):
            self._skipped += 1
            return
        self._line = max(self._line, element.sourceline or 1)
        if tag in _APART:
            self._flush()
            self._kinds.append(self._kind(tag))
            self._tag = "h1" if tag == "h1" else ""
        elif tag == "br":
            self._rows.append((self._line, []))
        self._around += _is_around(element)
        self._links += tag == "a"
        self._code += tag == "pre"
        self._add(element.text)

    def _end(self, element: Any) -> None:
        if self._skipped:
            self._skipped -= 1
        else:
            tag = str(element.tag)
            if tag in _APART:
                self._flush()
                self._kinds.pop()
                self._tag = ""
            self._around -= _is_around(element)
            self._links -= tag == "a"
            self._code -= tag == "pre"
        if not self._skipped:
            self._add(element.tail)

    def _kind(self, tag: str) -> str:
        around = self._kinds[-1]
        if tag in _KINDS and around != "footer":
            return _KINDS[tag]
        return "paragraph" if tag == "p" and around in {"cell", "heading"} else around

    def _add(self, text: str | None) -> None:
        if not text:
            return
        if not self._rows:
            self._rows.append((0, []))
        parts = self._rows[-1][1]
        if text.strip():
            if not any(part.strip() for part in parts):
                lead = text[: len(text) - len(text.lstrip())]
                self._rows[-1] = (self._line + lead.count("\n"), parts)
                if self._code:
                    text = text.lstrip("\n")
            if self._links:
                self._linked += len(text.strip())
        parts.append(text)
        self._line += text.count("\n")

    def _flush(self) -> None:
        rows, self._rows = self._rows, []
        linked, self._linked = self._linked, 0
        kind = self._kinds[-1]
        if kind == "code":
            text = "\n".join("".join(parts) for _, parts in rows).rstrip()
            spans = [(text, rows[0][0])] if text.strip() else []
        else:
            spans = list(_paragraphs(rows))
        for text, line in spans:
            piece = Piece(text, kind, line or None)
            self.found.append(Visible(piece, self._around > 0, linked, self._tag))


def _paragraphs(rows: list[tuple[int, list[str]]]) -> Iterator[tuple[str, int]]:
    """What ``<br>`` divides, as a plain text's lines are divided; each with its line."""
    texts = [_SPACE.sub(" ", "".join(parts)).strip() for _, parts in rows]
    if len(rows) == 1:
        if texts[0]:
            yield texts[0], rows[0][0]
        return
    whole = "\n".join(texts)
    spans = plain.paragraphs(whole)
    row = seen = 0
    for span in spans:
        row += whole.count("\n", seen, span.start)
        seen = span.start
        yield whole[slice(*span)], rows[row][0]


def _is_hidden(element: Any) -> bool:
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    return style is not None and _HIDDEN.search(style) is not None


def _is_around(element: Any) -> int:
    if element.tag == "header":
        # The head of an article holds its title; the head of a page holds its navigation.
        return int(not any(a.tag in {"article", "main", "section"} for a in element.iterancestors()))
    return int(element.tag in _AROUND or (element.get("role") or "").lower() in _AROUND_ROLES)
