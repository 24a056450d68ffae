"""Which localisation format a file is in, where its suffix alone does not say.

``.json``, ``.yml`` and ``.xml`` hold anything: they are localisation only where they lie and are
named as such. Unambiguous suffixes stand in the table of ``formats``.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from mtcheck.read.l10n import locales
from mtcheck.text import primary


def format_of(uri: str, *, source_locale: str = "en") -> str | None:
    """``android``, ``webextension``, ``i18n-json`` or ``rails`` for a path that speaks for it, else None.

    Args:
        uri: path or address of the file.
        source_locale: language beside whose file another language's may lie in any folder.
    """
    uri = locales.located(uri)
    path = PurePosixPath(uri.replace("\\", "/"))
    suffix, folder = path.suffix.lower(), path.parent.name
    if suffix == ".xml":
        return "android" if folder == "values" or folder.startswith("values-") else None
    if suffix == ".json":
        if path.name == "messages.json" and path.parent.parent.name == "_locales":
            return "webextension"
        return "i18n-json" if _is_named(uri, path, source_locale) else None
    if suffix in {".yml", ".yaml"}:
        return "rails" if _is_named(uri, path, source_locale) else None
    return None


def _is_named(uri: str, path: PurePosixPath, source_locale: str) -> bool:
    """True for a file named for a language, where localisation is kept or beside the source's file."""
    if not locales.in_localisation_folder(uri):
        return locales.tag(path.stem) is not None and _has_sisters(path, source_locale)
    for place in locales.places(uri):
        if place.lang is not None and (place.sure or _has_counterpart(place, source_locale)):
            return True
    return False


def _has_counterpart(place: locales.Place, source_locale: str) -> bool:
    """True if a file of the source's language lies where a way to read a path looks for it."""
    langs = (place.counterpart(name) for name in locales.names_in(place.folder))
    return any(lang and primary(lang) == primary(source_locale) for lang in langs)


def _has_sisters(path: PurePosixPath, source_locale: str) -> bool:
    """True if files of several languages lie in a folder, one of them the source's."""
    names = [name for name in locales.names_in(path.parent) if name.endswith(path.suffix)]
    tags = {tag for name in names if (tag := locales.tag(name.removesuffix(path.suffix))) is not None}
    return len(tags) > 1 and any(primary(tag) == primary(source_locale) for tag in tags)
