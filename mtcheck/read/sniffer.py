"""Which format an input is in, where its name does not say or says wrong.

A suffix is believed unless the content plainly contradicts it: an RSS feed in ``.html``, a page in
``.xml``. The families that share a suffix (``.json``, ``.xml``) are told apart by content.
"""

from __future__ import annotations

import codecs
import json
import re
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from mtcheck.read import formats
from mtcheck.read.l10n.recognition import format_of

HEAD = 1 << 18
"""Bytes that are looked at."""
HEAD_LINES = 20
"""Lines that are looked at for one that is a record."""

_DOCTYPE_HTML = re.compile(r"<!DOCTYPE\s+html\b", re.IGNORECASE)
_ROOT = re.compile(r"<(?:\w+:)?([A-Za-z][\w-]*)")
_FEED_ROOTS = {"rss", "rdf", "feed", "channel"}
_HTML_ROOTS = {"html", "head", "body"}
_MESSAGES = {
    "xliff": ("xliff", "<"),
    "tmx": ("tmx", "<"),
    "resources": ("android", "<string"),
    "plist": ("stringsdict", "NSStringLocalizedFormatKey"),
    "root": ("resx", "<resheader"),
}
"""Root, format, and what else must be there, of localisation in XML."""
_PO = re.compile(r'(?:\A|\n)(?:#[^\n]*\n|msgctxt "[^\n]*\n|[ \t]*\n)*msgid "[^\n]*\n')
_FRAGMENT = re.compile(
    r"\s*<(?:p|div|article|section|h[1-6]|ul|ol|table|main|span|blockquote)\b", re.IGNORECASE
)
_JSON_FEED = re.compile(r'(?<!\\)"version"\s*:\s*"https?://(?:www\.)?jsonfeed\.org/version/')


def sniff(data: bytes, uri: str) -> str:
    """The name of a format of ``FORMATS``; ``text`` if nothing speaks for another.

    Args:
        data: the input or the start of it.
        uri: path, address or ``-``.
    """
    path = urlsplit(uri).path if "://" in uri else uri
    named = format_of(path) or formats.by_suffix(PurePosixPath(path.replace("\\", "/")).suffix)
    return refine(named, data)


def refine(named: str | None, data: bytes) -> str:
    """The format, given the one that a suffix or a media type names, or None."""
    if named is not None and formats.READERS[named].localisation:
        return named
    head = _head(data)
    marked = _marked_up(head)
    if marked is not None and named in {None, "text", "html", "feed", "markdown"}:
        return marked
    if named in {"text", "markdown", "html", "feed", "jsonfeed", "csv", "tsv"}:
        return str(named)
    if head.lstrip()[:1] in {"{", "["} and (family := _json(head, named)) is not None:
        return family
    return named or _unnamed(head)


def is_row(line: bytes) -> bool:
    """True if a line is a JSON object of its own and no JSON Feed."""
    return _row(_head(line))


def _head(data: bytes) -> str:
    head = data[:HEAD]
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return head[2:].decode(encoding, "replace")
    return head.decode("utf-8", "replace").removeprefix("\ufeff").replace("\0", "")


def _marked_up(head: str) -> str | None:
    """The format of a whole document in markup, else None."""
    at = 0
    while (after := _skip_prolog(head, at)) > at:
        if _DOCTYPE_HTML.match(head, at):
            return "html"
        at = after
    root = _ROOT.match(head, at)
    name = root[1].lower() if root else ""
    if name in _HTML_ROOTS:
        return "html"
    if name in _MESSAGES and _MESSAGES[name][1] in head:
        return _MESSAGES[name][0]
    return "feed" if name in _FEED_ROOTS or head.lstrip().lower().startswith("<?xml") else None


def _skip_prolog(head: str, at: int) -> int:
    """The end of the white space, comment, instruction or document type at a place, or that place."""
    if head[at : at + 1].isspace():
        return len(head) - len(head[at:].lstrip())
    for opening, closing in (("<?", "?>"), ("<!--", "-->")):
        if head.startswith(opening, at):
            return head.find(closing, at) + len(closing) if closing in head[at:] else len(head)
    if head[at : at + 9].upper() == "<!DOCTYPE":
        subset, end = head.find("[", at), head.find(">", at)
        if 0 <= subset < end:
            end = head.find(">", head.find("]", subset))
        return end + 1 if end > at else len(head)
    return at


def _json(head: str, named: str | None) -> str | None:
    if head.lstrip().startswith("["):
        return "json" if named is not None or re.match(r"\s*\[\s*[{\[\]]", head) else None
    if any(_row(line) for line in head.split("\n", HEAD_LINES)[:HEAD_LINES]):
        return "jsonl"
    if _JSON_FEED.search(head):
        return "jsonfeed"
    if named is not None:
        return named
    return "json" if re.match(r'\s*\{\s*(?:"|\}|$)', head) else None


def _row(line: str) -> bool:
    if not line.lstrip().startswith("{"):
        return False
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and not (_JSON_FEED.search(line) and isinstance(value.get("items"), list))


def _unnamed(head: str) -> str:
    if _PO.match(head):
        return "po"
    if _FRAGMENT.match(head):
        return "html"
    if re.match(r"---[ \t]*\n(?:.*\n)*?---[ \t]*\n", head):
        return "markdown"
    from mtcheck.read.record import TEXTS
    from mtcheck.read.table import header_of

    delimiter, names = header_of(head.split("\n", 1)[0])
    if len(names) > 1 and any(name in TEXTS for name in names):
        return "tsv" if delimiter == "\t" else "csv"
    return "text"
