"""Languages in paths: which one a file is in, and where the same file in another language lies.

A place is a way to read a path: the language it names, and the names that the file of another
language could have in the same folders. ``places`` gives the ways from the surest to the least sure::

    values-pt-rBR/strings.xml   ru.lproj/Main.strings   locales/ru/app.ftl   ru.json
    app_ru.arb   messages_pt_BR.properties   Resources.ru.resx   devise.ru.yml
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from mtcheck import resources
from mtcheck.text import primary

_TAG = re.compile(
    r"(?P<lang>[A-Za-z]{2,3})"
    r"(?:[-_](?P<script>[A-Za-z]{4}))?"
    r"(?:[-_](?P<region>[A-Za-z]{2}|\d{3}))?"
    r"(?:\.[\w-]+)?(?:[-_@](?P<modifier>[A-Za-z]{5,10}))?"
)
_ANDROID = re.compile(
    r"values(?P<before>(?:-mcc\d+)?(?:-mnc\d+)?)"
    r"-(?P<tag>[a-z]{2,3}(?:-r[A-Z]{2})?|b(?:\+[A-Za-z0-9]+)+)(?P<after>(?:-[^/]*)?)"
)
_ITSELF = PurePosixPath()
BASE = "Base"
"""The folder ``Base.lproj``, which is in the project's own language."""


@dataclass(frozen=True, slots=True)
class Place:
    """One way to read a path.

    Attributes:
        lang: BCP 47 language, or None for a file without one that others with one stand beside.
        sure: True if it need not be confirmed by a file in another language.
        folder: the folder in which the counterpart's name is looked for.
        counterpart: given a name in ``folder``, the language it stands for (``""`` for the file or
            folder without one), or None if it is no counterpart.
        rest: path from that name to the file; empty if the name is the file's own.
    """

    lang: str | None
    sure: bool
    folder: PurePosixPath
    counterpart: Callable[[str], str | None]
    rest: PurePosixPath


@lru_cache(maxsize=4096)
def tag(written: str, *, known: bool = True) -> str | None:
    """``pt_BR``, ``pt-br`` or ``sr@latin`` as BCP 47, None for what names no language.

    Args:
        known: only languages that CLDR has plural rules for, since a path is full of short words;
            False for a place in which nothing but a language stands.
    """
    match = _TAG.fullmatch(written)
    if match is None:
        return None
    table = resources.data("l10n")
    lang = table["legacy"].get(match["lang"].lower(), match["lang"].lower())
    if known and primary(lang) not in resources.data("plurals")["cardinal"]:
        return None
    script, region, modifier = match["script"], match["region"], match["modifier"]
    parts = [lang]
    variant = table["modifiers"].get((modifier or "").lower())
    if script or (variant and len(variant) == 4):
        parts.append((script or variant).title())
    if region:
        parts.append(region.upper())
    if variant and len(variant) > 4:
        parts.append(variant)
    return "-".join(parts)


def language_of(uri: str) -> str | None:
    """The language that a path names, as surely as it can be told without looking at other files."""
    return next((place.lang for place in places(uri) if place.sure), None)


def in_localisation_folder(uri: str) -> bool:
    """True if a folder of the path is one that localisation files are kept in."""
    folders = set(resources.data("l10n")["folders"])
    return any(part.lower() in folders for part in _path(uri).parts[:-1])


def places(uri: str) -> Iterator[Place]:
    """The ways to read a path, the surest first."""
    path = _path(uri)
    yield from _folder_places(path)
    yield from _name_places(path)


def _folder_places(path: PurePosixPath) -> Iterator[Place]:
    """``values-ru``, ``ru.lproj``, ``locales/ru``, from the inmost folder outwards."""
    folders = list(path.parents)[:-1] if path.parts else []
    for depth, folder in enumerate(folders):
        name, rest = folder.name, path.relative_to(folder)
        if not name:
            return
        if depth == 0 and (match := _ANDROID.fullmatch(name)) and (lang := _android_tag(match["tag"])):
            yield Place(lang, True, folder.parent, _android_counterpart(match), rest)
        elif depth == 0 and name.lower().endswith(".lproj"):
            lang = tag(name[:-6])
            if lang is not None:
                yield Place(lang, True, folder.parent, _lproj, rest)
        elif depth < 4 and (lang := tag(name)) is not None:
            table = resources.data("l10n")
            inside = folder.parent.name.lower() in table["folders"]
            sure = inside or (depth == 0 and name.lower() not in table["words"])
            yield Place(lang, sure, folder.parent, tag, rest)


def _name_places(path: PurePosixPath) -> Iterator[Place]:
    """``ru.json``, ``app_ru.arb``, ``messages.properties`` beside ``messages_ru.properties``."""
    stem, suffix = path.stem, path.suffix
    whole = tag(stem)
    if whole is not None:
        yield Place(whole, True, path.parent, lambda name: _stem_tag(name, suffix), _ITSELF)
    for match in _suffix_matches(stem):
        before, mark = match
        lang = tag(stem[len(before) + 1 :])
        yield Place(lang, mark == ".", path.parent, _suffixed(before, mark, suffix), _ITSELF)
    if whole is None:
        for mark in "_.-":
            yield Place(None, False, path.parent, _suffixed(stem, mark, suffix), _ITSELF)


def _suffix_matches(stem: str) -> Iterator[tuple[str, str]]:
    """Name and mark before each way to read the end of a stem as a language, the longest first."""
    for at, character in enumerate(stem):
        if at and character in "._-" and tag(stem[at + 1 :]) is not None:
            yield stem[:at], character


def _suffixed(before: str, mark: str, suffix: str) -> Callable[[str], str | None]:
    def counterpart(name: str) -> str | None:
        if not name.endswith(suffix) or not name.startswith(before):
            return None
        middle = name[len(before) : len(name) - len(suffix)]
        if not middle:
            return ""
        return tag(middle[1:]) if middle[0] == mark else None

    return counterpart


def _stem_tag(name: str, suffix: str) -> str | None:
    return tag(name[: -len(suffix)]) if suffix and name.endswith(suffix) else None


def _lproj(name: str) -> str | None:
    if not name.lower().endswith(".lproj"):
        return None
    return "" if name[:-6] == BASE else tag(name[:-6])


def _android_counterpart(own: re.Match[str]) -> Callable[[str], str | None]:
    def counterpart(name: str) -> str | None:
        if name == f"values{own['before']}{own['after']}":
            return ""
        other = _ANDROID.fullmatch(name)
        if other is None or (other["before"], other["after"]) != (own["before"], own["after"]):
            return None
        return _android_tag(other["tag"])

    return counterpart


def _android_tag(written: str) -> str | None:
    if written.startswith("b+"):
        return tag(written[2:].replace("+", "-"))
    return tag(written.replace("-r", "-"))


def located(uri: str) -> str:
    """A path with its folders, where it is given as a bare name; else the path itself."""
    bare = uri not in {"", "-"} and "/" not in uri and "\\" not in uri
    return Path(uri).absolute().as_posix() if bare else uri


def names_in(folder: PurePosixPath) -> list[str]:
    """The names in a folder, sorted; none if it cannot be read."""
    try:
        return sorted(entry.name for entry in Path(folder).iterdir())
    except (OSError, ValueError):
        return []


def _path(uri: str) -> PurePosixPath:
    return PurePosixPath(uri.replace("\\", "/"))
