"""Android string resources: ``<string>``, ``<plurals>`` and ``<string-array>``.

A unit's line is that of its ``<string>`` or ``<item>``. Texts are decoded as aapt2 does it (Android
developers, "String resources: formatting and styling"): entities, white space, quotes, backslash
escapes; tags stay as they are written. An item of an array has the key ``name[0]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtcheck.core import Catalogue, InputError, Unit
from mtcheck.read.l10n.building import catalogue, text_of, unit
from mtcheck.read.l10n.plurals import CATEGORIES
from mtcheck.read.l10n.xmlrecords import Element, Records

_PIECE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)|(\")|(\s+)|(<[^<>]*>)|([^\\\"\s<]+|<|\\)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t"}


def read(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Catalogue | InputError]:
    """The catalogue of a resource file, its texts as targets. See ``formats.Reader``."""
    text, damage = text_of(data, uri, charset)
    records = Records(text, {"string", "plurals", "string-array"}, partial=True)
    units = [each for record in records for each in _units(record)]
    broken = records.problem.error(uri) if records.problem is not None else damage
    yield catalogue(uri, "android", units, broken=broken)


def _units(record: Element) -> Iterator[Unit]:
    name = record.get("name")
    if name is None:
        return
    flags = ["no-translate"] if record.get("translatable") == "false" else []
    if record.get("formatted") == "false":
        flags.append("no-c-format")
    context, comments = record.get("product"), list(record.comments)
    if record.local == "string":
        if record.closed:
            target = decoded(record.inner())
            yield unit(name, target=target, line=record.line, context=context, flags=flags, comments=comments)
        return
    for number, item in enumerate(record.elements("item")):
        quantity = item.get("quantity")
        if not item.closed or (record.local == "plurals" and quantity not in CATEGORIES):
            continue
        yield unit(
            name if record.local == "plurals" else f"{name}[{number}]",
            target=decoded(item.inner()),
            line=item.line,
            context=context,
            plural=quantity if record.local == "plurals" else None,
            flags=flags,
            comments=[*comments, *item.comments],
        )


def decoded(text: str) -> str:
    """A resource's text as the app shows it: white space collapsed outside quotes, escapes undone."""
    if not ("\\" in text or '"' in text or "\n" in text or "  " in text or text != text.strip()):
        return text
    parts: list[str] = []
    quoted = False
    for match in _PIECE.finditer(text):
        escape, quote, space, tag, plain = match.groups()
        if escape is not None:
            parts.append(chr(int(escape[1:], 16)) if len(escape) > 1 else _ESCAPES.get(escape, escape))
        elif quote:
            quoted = not quoted
        elif space:
            parts.append(space if quoted else "\0")
        else:
            parts.append(tag or plain)
    return re.sub("\0+", " ", "".join(parts).strip("\0"))
