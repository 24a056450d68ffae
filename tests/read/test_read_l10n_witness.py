"""Another reader of the same files: moz.l10n must find the same keys, and the texts that it keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtcheck.core import Catalogue
from mtcheck.read.formats import reader

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "formats"

FILES = [
    "po/good/ru.po",
    "fluent/good/en/app.ftl",
    "fluent/good/ru/app.ftl",
    "android/good/values/strings.xml",
    "android/good/values-ru/strings.xml",
    "properties/good/messages.properties",
    "properties/good/messages_ru.properties",
    "webextension/good/_locales/en/messages.json",
    "webextension/good/_locales/ru/messages.json",
    "xliff/good/ru.xliff",
]


def ours(name: str) -> tuple[set[str], dict[str, str]]:
    """Keys, and texts of units without plural forms."""
    format = name.split("/")[0]
    (found,) = reader(format)((FIXTURES / name).read_bytes(), name)
    assert isinstance(found, Catalogue)
    return {u.key for u in found.units}, {u.key: u.target for u in found.units if u.plural is None}


def theirs(name: str) -> tuple[set[str], dict[str, str]]:
    """Keys, and texts of messages that are one stretch of text."""
    from moz.l10n.model import Entry, PatternMessage
    from moz.l10n.resource import parse_resource

    found = parse_resource(str(FIXTURES / name))
    keys: set[str] = set()
    texts: dict[str, str] = {}
    for section in found.sections:
        for entry in section.entries:
            if not isinstance(entry, Entry):
                continue
            key = key_of(name, entry.id)
            values = {key: entry.value, **{f"{key}.{n}": v for n, v in entry.properties.items()}}
            for own, value in values.items():
                keys.add(own)
                if isinstance(value, PatternMessage) and all(isinstance(p, str) for p in value.pattern):
                    texts[own] = "".join(str(p) for p in value.pattern)
    return keys, texts


def key_of(name: str, id: tuple[str, ...]) -> str:
    if name.startswith("android") and len(id) == 2 and id[1].isdigit():
        return f"{id[0]}[{id[1]}]"
    return id[0] if name.startswith("po") else ".".join(id)


@pytest.mark.parametrize("name", FILES)
def test_both_find_the_same(name: str) -> None:
    pytest.importorskip("moz.l10n", reason="moz.l10n is among the development dependencies")
    (keys, texts), (other_keys, other_texts) = ours(name), theirs(name)
    assert keys == other_keys
    shared = texts.keys() & other_texts.keys()
    assert shared
    assert {k: texts[k] for k in shared} == {k: other_texts[k] for k in shared}
