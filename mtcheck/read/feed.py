"""RSS, Atom and RDF feeds, by feedparser, a document an item.

Expat goes over the XML first, as it says what feedparser does not: on which line each item starts
and ends, where the XML breaks, and whether a document type declares entities, which are refused
before anything could expand them. Nothing external is ever loaded. feedparser then gets UTF-8 bytes
as a stream, so that it cannot take them for an address, and hands content over unsanitised, as its
attributes are what traces are found in.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from xml.parsers import expat

from mtcheck.core import Document, InputError, Origin
from mtcheck.read.encoding import decode
from mtcheck.read.pieces import Content, entitled, language, refuse_long

MAX_DEPTH = 200
"""Deepest nesting of elements; real feeds stay below 20, with XHTML content below 60."""
MAX_FEED = 32_000_000
"""Longest feed, in code points; the largest real ones have some 5 million."""
MAX_MENDED = 500_000
"""Longest broken feed that feedparser's loose parser gets whole, in code points: it can take 10 s a
million. A longer one is read as far as its last whole item, by the strict parser."""

_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)")
_ELEMENT = re.compile(r"<[A-Za-z_:]")
_ITEMS = {"item", "entry"}
_ROOTS = {"rss", "feed", "RDF", "channel"}
_MEND = "give the whole feed, or mend the XML there"


@dataclass(slots=True)
class Screened:
    """What expat saw.

    Attributes:
        root: local name of the root element, None if there was none.
        starts: the line on which each item starts.
        ended: how many items were closed.
        damage: what broke the XML, or None.
        line: where: 1-based line.
        complete: byte, in the UTF-8 form, where the end tag of the last closed item starts.
        around: names of the elements open there, that item's last.
    """

    root: str | None = None
    starts: list[int] = field(default_factory=list)
    ended: int = 0
    damage: str | None = None
    line: int = 1
    complete: int = 0
    around: tuple[str, ...] = ()


def read(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Document | InputError]:
    """A document an item. See ``formats.Reader``."""
    match = _ENCODING.match(data[:400])
    decoded = decode(data, uri, declared=match[1].decode("ascii") if match else charset)
    text = _DECLARATION.sub(lambda m: "\n" * m[0].count("\n"), decoded.text, count=1)
    if len(text) > MAX_FEED:
        raise InputError(uri, "is larger than any feed", mend="split it")
    screened = screen(text, uri)
    yield from _documents(text, screened, uri)
    if decoded.damage is not None:
        yield decoded.damage


def screen(text: str, uri: str) -> Screened:
    """Go over the XML of a feed once, expanding and loading nothing.

    Args:
        text: XML without its declaration.

    Raises:
        InputError: it declares entities, or nests deeper than ``MAX_DEPTH``.
    """
    first = _ELEMENT.search(text)
    prolog = text[: first.start() if first else None]
    if "<!ENTITY" in prolog.upper():  # also where what follows is too broken for expat
        raise _entities(uri, prolog.count("\n", 0, prolog.upper().index("<!ENTITY")) + 1)
    return _Screen(uri).run(text)


class _Screen:
    def __init__(self, uri: str) -> None:
        self._uri, self._found = uri, Screened()
        self._open: list[str] = []
        self._parser = expat.ParserCreate("utf-8")
        # With this, an entity that only HTML knows (&nbsp;) is passed over instead of being an error.
        self._parser.UseForeignDTD(True)
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE)
        self._parser.ExternalEntityRefHandler = lambda *_: 1
        self._parser.EntityDeclHandler = self._entity
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def run(self, text: str) -> Screened:
        try:
            self._parser.Parse(text.encode("utf-8", "replace"), True)
        except expat.ExpatError as error:
            self._found.damage, self._found.line = _told(error), error.lineno
        return self._found

    def _entity(self, *_: Any) -> None:
        raise _entities(self._uri, self._parser.CurrentLineNumber)

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._open.append(name)
        local = name.rpartition(":")[2]
        if self._found.root is None:
            self._found.root = local
        if len(self._open) > MAX_DEPTH:
            place = f"line {self._parser.CurrentLineNumber}"
            raise InputError(self._uri, "nests its elements too deep", place=place, mend="is it a feed?")
        if local in _ITEMS:
            self._found.starts.append(self._parser.CurrentLineNumber)

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] in _ITEMS:
            self._found.ended += 1
            self._found.complete = self._parser.CurrentByteIndex
            self._found.around = tuple(self._open)
        self._open.pop()


def _told(error: expat.ExpatError) -> str:
    if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]:
        return "it ends too early"  # expat says "no element found", even where there were many
    return expat.ErrorString(error.code)


def _entities(uri: str, line: int) -> InputError:
    return InputError(
        uri,
        "declares entities, which are never expanded",
        place=f"line {line}",
        mend="remove the DOCTYPE and write the characters themselves",
    )


def _documents(text: str, screened: Screened, uri: str) -> Iterator[Document | InputError]:
    if screened.root is None:
        raise _no_feed(screened, uri, "has no element")
    text, cut = _mended(text, screened, uri)
    feed, entries = _parse(text, uri)
    if not entries:
        if screened.root not in _ROOTS:
            raise _no_feed(screened, uri, f"is no feed: its root is <{screened.root[:40]}>")
        raise _no_feed(screened, uri, "has no items")
    whole = len(re.findall(r"</(?:\w+:)?(?:item|entry)\s*>", text)) >= len(entries)
    lines: list[int | None] = [*screened.starts]
    if len(lines) != len(entries) and not screened.damage:
        lines = []  # an item inside an item: which line is whose is not known
    for number, entry in enumerate(entries, start=1):
        if number == len(entries) and not whole:
            break
        try:
            line = lines[number - 1] if number <= len(lines) else None
            yield _document(entry, feed, uri, number, line)
        except InputError as error:
            yield error
    if screened.damage is not None or not whole:
        lost = "" if whole else f"; item {len(entries)} is cut off and was left out"
        kept = f"; only the {screened.ended} items before it were read" if cut else lost
        problem = f"is broken XML: {screened.damage}{kept}"
        yield InputError(uri, problem, place=f"line {screened.line}", mend=_MEND)


def _mended(text: str, screened: Screened, uri: str) -> tuple[str, bool]:
    """The text that feedparser gets, and whether it is one that ends early."""
    if screened.damage is None or len(text) <= MAX_MENDED:
        return text, False
    if not screened.ended:
        raise _no_feed(screened, uri, "has no whole item")
    head = text.encode("utf-8", "replace")[: screened.complete].decode("utf-8", "ignore")
    return head + "".join(f"</{name}>" for name in reversed(screened.around)), True


def _no_feed(screened: Screened, uri: str, problem: str) -> InputError:
    if screened.damage is not None:
        problem = f"{problem} and is broken XML: {screened.damage}"
        return InputError(uri, problem, place=f"line {screened.line}", mend=_MEND)
    return InputError(uri, problem, mend="give RSS, Atom or RDF")


def _parse(text: str, uri: str) -> tuple[Any, list[Any]]:
    import feedparser

    try:
        parsed = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:
        problem = f"could not be parsed as a feed ({type(error).__name__}: {str(error)[:200]})"
        raise InputError(uri, problem, mend=_MEND) from error
    return parsed.get("feed", {}), list(parsed.get("entries", []))


def _document(entry: Any, feed: Any, uri: str, number: int, line: int | None) -> Document:
    place = f"item {number}"
    content = _content(entry)
    markup = str(content.get("value") or "")
    refuse_long(markup, uri, place=place)
    as_html = content.get("type") != "text/plain"
    body = _body(markup, uri, place, as_html=as_html)
    text, blocks = entitled(_words(entry.get("title_detail"), entry.get("title"), uri, place), body)
    if not blocks:
        raise InputError(uri, "is empty", place=place, mend="an item has a title, a summary or content")
    own = entry.get("id") or entry.get("link")
    stated = (
        content.get("language"),
        (entry.get("title_detail") or {}).get("language"),
        entry.get("language"),
    )
    return Document(
        id=str(own) if own else f"{uri}#{number}",
        text=text,
        origin=Origin(uri, str(own) if own else str(number), line),
        blocks=blocks,
        markup=markup if as_html and "<" in markup else None,
        lang=next((tag for s in (*stated, feed.get("language")) if (tag := language(s)) is not None), None),
        metadata=MappingProxyType(_metadata(entry, feed)),
    )


def _content(entry: Any) -> Any:
    """The fullest of an entry's contents, else its summary."""
    texts = [
        c
        for c in entry.get("content") or []
        if str(c.get("type", "")).startswith(("text/", "application/xhtml"))
    ]
    if entry.get("summary"):
        texts.append(entry.get("summary_detail") or {"value": entry["summary"], "type": "text/html"})
    return max(texts, key=lambda c: len(str(c.get("value") or "")), default={})


def _body(value: str, uri: str, place: str, *, as_html: bool) -> Content:
    if as_html:
        from mtcheck.read import web

        return web.fragment(value, uri, place=place)
    from mtcheck.read import plain

    return value, plain.blocks_of(value, first_line=None)


def _words(detail: Any, value: Any, uri: str, place: str) -> str:
    """A title without markup."""
    words = str(value or "")
    if (detail or {}).get("type") == "text/plain":
        return words
    if "<" not in words:
        return html.unescape(words)
    return _body(words, uri, place, as_html=True)[0]


def _metadata(entry: Any, feed: Any) -> dict[str, Any]:
    found = {name: entry[name] for name in ("link", "author", "published", "updated") if entry.get(name)}
    tags = [tag["term"] for tag in entry.get("tags") or [] if tag.get("term")]
    if tags:
        found["tags"] = tags
    if feed.get("title"):
        found["feed"] = feed["title"]
    return found
