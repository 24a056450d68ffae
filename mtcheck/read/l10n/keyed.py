"""Nested keys to units: what JSON catalogues and Rails have in common.

Keys are joined with dots, items of lists are ``key[0]``. Plural forms are one unit each under the
key they share: an object whose names are plural categories (Rails, i18n-js), or i18next's siblings
``key_one``, ``key_other``, ``key_ordinal_two`` and, of its older versions, ``key`` and ``key_plural``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mtcheck.core import Unit
from mtcheck.read.l10n import locales
from mtcheck.read.l10n.building import unit
from mtcheck.read.l10n.plurals import CATEGORIES
from mtcheck.read.l10n.tree import Node
from mtcheck.text import primary

_FORM = re.compile(r"(?P<key>.+?)(?P<ordinal>_ordinal)?_(?P<category>zero|one|two|few|many|other)", re.DOTALL)
_TEXTS = {"text", "null"}


def rooted(root: Node, path_lang: str | None) -> tuple[Node, str | None]:
    """The tree without a root that is nothing but its language (``ru:`` in Rails), and that language."""
    if len(root.children) == 1 and root.children[0].kind == "object":
        lang = locales.tag(root.children[0].name)
        if lang is not None and (path_lang is None or primary(path_lang) == primary(lang)):
            return root.children[0], lang
    return root, None


def units_of(node: Node, prefix: str = "") -> Iterator[Unit]:
    """The units below a node, in file order."""
    names = [c.name for c in node.children if c.kind in _TEXTS] if node.kind == "object" else []
    forms = _i18next_forms(names)
    for child in node.children:
        base, plural, flags = forms.get(child.name, (child.name, None, ()))
        key = f"{prefix}[{child.name}]" if node.kind == "list" else _joined(prefix, base)
        if child.kind in _TEXTS:
            yield unit(
                key, target=child.text, line=child.line, plural=plural, flags=flags, comments=child.comments
            )
        elif _is_plural(child):
            yield from _forms(child, key)
        elif child.kind in {"object", "list"}:
            yield from units_of(child, key)


def _joined(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _is_plural(node: Node) -> bool:
    names = {c.name for c in node.children}
    return (
        node.kind == "object"
        and names <= set(CATEGORIES)
        and bool(names & {"few", "many", "other"})
        and all(c.kind in _TEXTS for c in node.children)
    )


def _forms(node: Node, key: str) -> Iterator[Unit]:
    for child in node.children:
        comments = [*node.comments, *child.comments]
        yield unit(key, target=child.text, line=child.line, plural=child.name, comments=comments)


def _i18next_forms(names: Sequence[str]) -> dict[str, tuple[str, str | None, tuple[str, ...]]]:
    """Name to key, category and flags for the siblings that are plural forms of one message."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in names:
        match = _FORM.fullmatch(name)
        if match is not None:
            base = match["key"] + (match["ordinal"] or "")
            groups.setdefault(base, []).append((name, match["category"]))
        elif name.endswith("_plural") and name[:-7]:
            groups.setdefault(name[:-7], []).append((name, "other"))
    known = set(names)
    found: dict[str, tuple[str, str | None, tuple[str, ...]]] = {}
    for base, members in groups.items():
        old = f"{base}_plural" in known
        if old and base in known:
            members = [*members, (base, "one")]
        if len(members) < 2 and members[0][1] != "other":
            continue  # a key that merely ends like one
        if old and len(members) < 2:
            continue
        flags = ("ordinal",) if base.endswith("_ordinal") else ()
        for name, category in members:
            found[name] = (base, category, flags)
    return found
