"""Localisation in JSON: nested keys (i18next and its like), ARB, WebExtension messages.

A unit's line is that of its key. ICU MessageFormat inside a text stays as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator

from mtcheck.core import Catalogue, InputError, Unit
from mtcheck.read.l10n import locales
from mtcheck.read.l10n.building import Problem, catalogue, text_of, unit
from mtcheck.read.l10n.keyed import rooted, units_of
from mtcheck.read.l10n.tree import Node, parse_json


def read(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Catalogue | InputError]:
    """The catalogue of a file of nested keys, its texts as targets. See ``formats.Reader``."""
    root, broken = _parsed(data, uri, charset)
    node, lang = rooted(root, locales.language_of(uri))
    yield catalogue(uri, "i18n-json", units_of(node), broken=broken, target_lang=lang)


def read_arb(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Catalogue | InputError]:
    """The catalogue of an Application Resource Bundle, its texts as targets. See ``formats.Reader``."""
    root, broken = _parsed(data, uri, charset)
    lang = locales.tag(root.text_at("@@locale") or "", known=False)
    yield catalogue(uri, "arb", _arb_units(root), broken=broken, target_lang=lang)


def read_webextension(
    data: bytes, uri: str, *, charset: str | None = None
) -> Iterator[Catalogue | InputError]:
    """The catalogue of a WebExtension's messages.json, its texts as targets. See ``formats.Reader``."""
    root, broken = _parsed(data, uri, charset)
    yield catalogue(uri, "webextension", _webextension_units(root), broken=broken)


def _parsed(data: bytes, uri: str, charset: str | None) -> tuple[Node, InputError | None]:
    text, damage = text_of(data, uri, charset)
    if not text and damage is not None:
        return Node("", 1, "object"), damage
    root, problem = parse_json(text)
    if problem is None and root.kind != "object":
        problem = Problem("is a list, not an object of messages", root.line)
        root = Node("", 1, "object")
    return root, problem.error(uri) if problem is not None else damage


def _arb_units(root: Node) -> Iterator[Unit]:
    about = {c.name[1:]: c for c in root.objects() if c.name.startswith("@")}
    for child in root.children:
        if child.kind in {"text", "null"} and not child.name.startswith("@"):
            note = about[child.name].text_at("description") if child.name in about else None
            yield unit(child.name, target=child.text, line=child.line, comments=[note] if note else [])


def _webextension_units(root: Node) -> Iterator[Unit]:
    for child in root.objects():
        message = child.text_at("message")
        if message is not None:
            note = child.text_at("description")
            yield unit(child.name, target=message, line=child.line, comments=[note] if note else [])
