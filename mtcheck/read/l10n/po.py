"""gettext catalogues: PO, and POT templates.

A unit's key is its msgid, its line that of the ``msgid`` keyword (not of the comments or the msgctxt
above it), also for plural forms: one unit a form, whose source is the msgid for the category "one"
and the msgid_plural for all others. The grammar is GNU gettext's (manual, "The Format of PO Files").

Rejected: polib, which moz.l10n reads PO with. It is no faster, stops at the first mistake, and
accepts a string that is not closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mtcheck import collector
from mtcheck.core import Catalogue, InputError, Unit
from mtcheck.read.l10n import locales, plurals
from mtcheck.read.l10n.building import Problem, catalogue, pieces_of, unit

_KEYWORD = re.compile(
    r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d{1,2}\])?)[ \t]*"([^"\\]*+(?:\\.[^"\\]*+)*+)"', re.DOTALL
)
_STRING = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"', re.DOTALL)
_ESCAPE = re.compile(r"\\([0-7]{1,3}|x[0-9A-Fa-f]{1,2}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_CHARSET = re.compile(rb'Content-Type:[^"\n]*charset=([\w.:-]+)', re.IGNORECASE)
_HEADER_BYTES = 1 << 14


class _Entry:
    """A message as it is being read."""

    __slots__ = ("bad", "comments", "fields", "flags", "line", "obsolete", "start")

    def __init__(self) -> None:
        self.start = self.line = 0
        self.comments: list[str] = []
        self.flags: list[str] = []
        self.fields: dict[str, list[str]] = {}
        self.obsolete = self.bad = False

    def text(self, field: str) -> str | None:
        """A field's text without escapes, or None if it is not there."""
        parts = self.fields.get(field)
        if parts is None:
            return None
        whole = parts[0] if len(parts) == 1 else "".join(parts)
        return _ESCAPE.sub(_unescape, whole) if "\\" in whole else whole


def read(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Catalogue | InputError]:
    """The catalogue of a PO or POT file. See ``formats.Reader``."""
    stated = _CHARSET.search(data[:_HEADER_BYTES])
    label = stated[1].decode("ascii") if stated else None
    texts, damage = pieces_of(data, uri, charset or (label if label != "CHARSET" else None))
    parser = _Parser(texts, locales.language_of(uri))
    with collector.at_rest():
        found = catalogue(uri, "po", parser.units())
        broken = parser.problem.error(uri) if parser.problem is not None else damage
        template = uri.lower().endswith(".pot")
        found = replace(found, broken=broken, target_lang=None if template else parser.lang)
    del data, texts, parser  # the bytes of a large file are many, and its rules are still to run
    yield found


class _Parser:
    """Reads entries line by line; after a mistake it goes on with the next entry."""

    def __init__(self, texts: Iterator[str], lang: str | None) -> None:
        self.problem: Problem | None = None
        self.lang = lang
        self._texts = texts
        self._categories: tuple[str, ...] | None = None
        self._plural_forms: str | None = None
        self._forms = len(plurals.CATEGORIES)

    def units(self) -> Iterator[Unit]:
        """The units in file order; the header is none."""
        for entry in self._entries():
            if not entry.fields:
                continue
            key = entry.text("msgid")
            if entry.bad or key is None or not any(f.startswith("msgstr") for f in entry.fields):
                self._complain("message without its msgid or msgstr", entry.line or entry.start)
            elif not key and "msgctxt" not in entry.fields:
                self._read_header(entry.text("msgstr") or "")
            else:
                yield from self._units_of(entry, key)

    def _entries(self) -> Iterator[_Entry]:
        entry = _Entry()
        parts: list[str] | None = None
        for number, raw in enumerate(_lines(self._texts), start=1):
            line = raw.strip()
            first, obsolete = line[:1], False
            if first == "#":
                if line[1:2] != "~":
                    if entry.fields:
                        yield entry
                        entry, parts = _Entry(), None
                    _note(entry, line)
                    continue
                line = line[2:].lstrip()
                first, obsolete = line[:1], True
            if first == '"' and parts is not None and (match := _STRING.fullmatch(line)) is not None:
                parts.append(match[1])
            elif (match := _KEYWORD.fullmatch(line)) is not None:
                keyword = match[1]
                if entry.fields and _begins(entry, keyword):
                    yield entry
                    entry = _Entry()
                parts = self._open(entry, keyword, match[2], number)
                entry.obsolete = obsolete
            elif first and first != "|":
                self._complain(_what_is_wrong(line), number)
                entry.bad = True
        yield entry

    def _open(self, entry: _Entry, keyword: str, text: str, number: int) -> list[str]:
        """A field of an entry begun, as the list that its lines are added to."""
        entry.start = entry.start or number
        if keyword == "msgid":
            entry.line = number
        if keyword in entry.fields:
            self._complain(f"{keyword} stands twice", number)
            entry.bad = True
        parts = entry.fields[keyword] = [text]
        return parts

    def _units_of(self, entry: _Entry, key: str) -> Iterator[Unit]:
        flags = [*entry.flags, "obsolete"] if entry.obsolete else entry.flags
        context, plural = entry.text("msgctxt"), entry.text("msgid_plural")
        if plural is None:
            yield unit(
                key,
                source=key,
                target=entry.text("msgstr") or entry.text("msgstr[0]") or "",
                line=entry.line,
                context=context,
                flags=flags,
                comments=entry.comments,
            )
            return
        if self._categories is None:
            self._categories = plurals.gettext_categories(self._plural_forms, self.lang)
            self._forms = plurals.forms_stated(self._plural_forms) or self._forms
        for field in entry.fields:
            if not field.startswith("msgstr"):
                continue
            index = int(field[7:-1] or 0) if field.endswith("]") else 0
            category = self._categories[index] if index < len(self._categories) else "other"
            own = flags if index < self._forms else [*flags, "surplus-form"]
            yield unit(
                key,
                source=key if category == "one" else plural,
                target=entry.text(field) or "",
                line=entry.line,
                context=context,
                plural=category,
                flags=own,
                comments=entry.comments,
            )

    def _read_header(self, text: str) -> None:
        fields = dict(line.split(":", 1) for line in text.split("\n") if ":" in line)
        self._plural_forms = fields.get("Plural-Forms")
        self.lang = locales.tag(fields.get("Language", "").strip(), known=False) or self.lang

    def _complain(self, text: str, line: int) -> None:
        if self.problem is None:
            self.problem = Problem(text, line)


def _lines(texts: Iterator[str]) -> Iterator[str]:
    """The lines of a text in pieces; a list of them all would take more room than the units do."""
    for text in texts:
        yield from text.removesuffix("\n").split("\n")


def _note(entry: _Entry, line: str) -> None:
    kind = line[1:2]
    if kind == ":":
        return
    if kind == ",":
        entry.flags.extend(flag for part in line[2:].split(",") if (flag := part.strip()))
    elif kind != "|" and (comment := line[2:].strip() if kind == "." else line[1:].strip()):
        entry.comments.append(comment)


def _begins(entry: _Entry, keyword: str) -> bool:
    """True if a keyword starts the next message."""
    has_target = "msgstr" in entry.fields or "msgstr[0]" in entry.fields
    return keyword in {"msgctxt", "msgid"} and (has_target or keyword in entry.fields)


def _what_is_wrong(line: str) -> str:
    if line.count('"') % 2:
        return f"a string is not closed: {line[:60]}"
    return f"is no line of a catalogue: {line[:60]}"


def _unescape(match: re.Match[str]) -> str:
    escape = match[1]
    if escape[0] == "x" and len(escape) > 1:
        return chr(int(escape[1:], 16))
    if escape[0] in "01234567":
        return chr(int(escape, 8))
    return _ESCAPES.get(escape, escape)
