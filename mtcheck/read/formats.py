"""The table of readers: format name, where its reader is, which suffixes and media types it takes.

Reach for this module to add a format: one file with ``read(data, uri, *, charset=None)``, one line
here, one folder in ``fixtures/formats``. Readers are named as strings so that reading plain text
never imports a feed or HTML parser.

Rejected: recognising formats by suffix alone. RSS lies in ``.xml``, a JSON Feed, an array and rows
of JSON all lie in ``.json``, and what comes through ``-`` has no suffix: see ``sniffer``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from mtcheck import resources
from mtcheck.core import Catalogue, Document, InputError


class Reader(Protocol):
    """Bytes to documents, or to the catalogues of a localisation file.

    A broken item is yielded as an ``InputError`` and the others go on; an input with nothing in it
    that can be used raises one. A localisation file is a catalogue even if it is broken or empty.

    Args:
        data: the whole input.
        uri: what the input is called in documents and errors.
        charset: the encoding its carrier states (HTTP ``charset=``), or None.
    """

    def __call__(
        self, data: bytes, uri: str, *, charset: str | None = None
    ) -> Iterator[Document | Catalogue | InputError]: ...


@dataclass(frozen=True, slots=True)
class Format:
    """One line of the table.

    Attributes:
        reader: ``"module:function"``, a ``Reader``.
        suffixes: lower case, with the dot; a file so named in a folder is read.
        media_types: lower case, without parameters.
        localisation: True if its reader yields catalogues of messages, not documents.
    """

    reader: str
    suffixes: tuple[str, ...]
    media_types: tuple[str, ...]
    localisation: bool = False


def _messages(reader: str, *suffixes: str, media_types: tuple[str, ...] = ()) -> Format:
    """A line of a localisation format."""
    return Format(f"mtcheck.read.l10n.{reader}", suffixes, media_types, localisation=True)


READERS: dict[str, Format] = {
    "text": Format("mtcheck.read.plain:read", (".txt", ".text"), ("text/plain",)),
    "markdown": Format("mtcheck.read.markdown:read", (".md", ".markdown"), ("text/markdown",)),
    "html": Format(
        "mtcheck.read.web:read", (".html", ".htm", ".xhtml"), ("text/html", "application/xhtml+xml")
    ),
    "feed": Format(
        "mtcheck.read.feed:read",
        (".rss", ".atom", ".rdf", ".xml"),
        ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml"),
    ),
    "jsonfeed": Format("mtcheck.read.jsonfeed:read", (), ("application/feed+json",)),
    "jsonl": Format(
        "mtcheck.read.jsonl:read",
        (".jsonl", ".ndjson"),
        ("application/jsonl", "application/x-ndjson", "application/x-jsonlines"),
    ),
    "json": Format("mtcheck.read.jsonrows:read", (".json",), ("application/json",)),
    "csv": Format("mtcheck.read.table:read_csv", (".csv",), ("text/csv",)),
    "tsv": Format("mtcheck.read.table:read_tsv", (".tsv", ".tab"), ("text/tab-separated-values",)),
    "po": _messages("po:read", ".po", ".pot", media_types=("text/x-gettext-translation",)),
    "xliff": _messages("xliff:read", ".xliff", ".xlf", media_types=("application/xliff+xml",)),
    "fluent": _messages("fluent:read", ".ftl"),
    "android": _messages("android:read"),
    "properties": _messages("properties:read", ".properties"),
    "i18n-json": _messages("json_catalogues:read"),
    "arb": _messages("json_catalogues:read_arb", ".arb"),
    "webextension": _messages("json_catalogues:read_webextension"),
    "strings": _messages("apple:read_strings", ".strings"),
    "stringsdict": _messages("apple:read_stringsdict", ".stringsdict"),
    "xcstrings": _messages("apple:read_xcstrings", ".xcstrings"),
    "tmx": _messages("tmx:read", ".tmx", media_types=("application/x-tmx+xml",)),
    "resx": _messages("resx:read", ".resx", ".resw"),
    "rails": _messages("yaml_catalogues:read"),
}

FORMATS: tuple[str, ...] = tuple(READERS)
"""The names that ``--from`` takes."""


def reader(name: str) -> Reader:
    """The reader of a format of ``FORMATS``, imported now."""
    loaded: Reader = resources.load(READERS[name].reader)
    return loaded


def by_suffix(suffix: str) -> str | None:
    """The format of a suffix such as ``.md``, None for one that no reader takes."""
    return next((name for name, f in READERS.items() if suffix.lower() in f.suffixes), None)


def by_media_type(media_type: str | None) -> str | None:
    """The format of a media type such as ``text/html``, None for one that no reader takes."""
    return next((name for name, f in READERS.items() if media_type in f.media_types), None)
