"""RESX and RESW: .NET resources. A unit's key is the ``name``, its line that of ``<data>``.

Entries with a type are files and objects, those whose name starts with ``>>`` or ``$`` belong to the
form designer; neither is read. (Microsoft, "ResX schema".)
"""

from __future__ import annotations

from collections.abc import Iterator

from mtcheck.core import Catalogue, InputError, Unit
from mtcheck.read.l10n.building import catalogue, text_of, unit
from mtcheck.read.l10n.xmlrecords import Element, Records


def read(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Catalogue | InputError]:
    """The catalogue of a resource file, its texts as targets. See ``formats.Reader``."""
    text, damage = text_of(data, uri, charset)
    records = Records(text, {"data"})
    units = [found for record in records if (found := _unit(record)) is not None]
    broken = records.problem.error(uri) if records.problem is not None else damage
    yield catalogue(uri, "resx", units, broken=broken)


def _unit(record: Element) -> Unit | None:
    name, value, comment = record.get("name"), record.first("value"), record.first("comment")
    if not name or value is None or record.get("type") or record.get("mimetype"):
        return None
    if name.startswith((">>", "$")):
        return None
    comments = list(record.comments) + ([comment.inner()] if comment is not None else [])
    return unit(name, target=value.inner(), line=record.line, comments=comments)
