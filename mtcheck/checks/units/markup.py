"""Rules on tags and attributes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from mtcheck.checks.base import CatalogueCheck
from mtcheck.checks.units.grammar import table, tag_pattern
from mtcheck.core import Catalogue, Finding, Severity, Unit


def _tags(message: str, names: frozenset[str]) -> Counter[str]:
    """Tags of the given names, ``/name`` for closing ones; ``<br/>`` is ``br`` like ``<br>``."""
    found = (
        match["slash"] + match["name"].lower()
        for match in tag_pattern().finditer(message)
        if match["name"].lower() in names
    )
    return Counter(found)


def _markup_names(source: str) -> frozenset[str]:
    """The names in angle brackets that are tags: closed ones, those with attributes, void elements, numbers.

    The rest are words to translate, as in ``Usage: cp <file> <folder>``.
    """
    void = frozenset(table("markup")["void"])
    found = set()
    for match in tag_pattern().finditer(source):
        name = match["name"].lower()
        if match["slash"] or match["self"] or "=" in match["rest"] or name in void or name.isdigit():
            found.add(name)
    return frozenset(found)


class TagChanged(CatalogueCheck):
    """A tag of the source is missing from the target, or the target has one of its own.

    What it does
        Counts the opening, closing and empty tags of both sides (HTML, XML, numbered ones as in
        react-i18next) and reports any difference.

    Why it matters
        A lost tag loses a link or emphasis; a lost closing tag breaks the page, and XML then does not
        parse.

    Limits
        Names in angle brackets that are neither closed nor void nor have attributes (``<file>``) are words
        to translate. Emphasis that the target adds and closes is a suggestion. Attributes are MKP002's. To
        be measured.

    Example
        "Read <a>the manual</a>" with "Lesen Sie <a>das Handbuch".

    Source
        HTML Living Standard, syntax; XML 1.0.
    """

    code = "MKP001"
    name = "tag-changed"
    severity = Severity.ERROR
    signs = "<"

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding, which names all tags that differ."""
        source, target = unit.source, unit.target
        if "<" not in source and "<" not in target:
            return
        names = _markup_names(source) | (_markup_names(target) if "</" in target else frozenset())
        if not names:
            return
        wanted, given = _tags(source, names), _tags(target, names)
        if wanted == given:
            return
        lost = [f"<{tag}>" for tag in (wanted - given)]
        new = [f"<{tag}>" for tag in (given - wanted)]
        parts = [f"{', '.join(lost)} missing"] if lost else []
        parts += [f"{', '.join(new)} not in the source"] if new else []
        yield self.unit_finding(
            unit,
            catalogue,
            f"Tags differ: {'; '.join(parts)}",
            severity=Severity.ERROR if lost or not _balanced(given - wanted) else Severity.NOTE,
            found=", ".join(new) or None,
            expected=", ".join(lost) or None,
        )


def _balanced(tags: Counter[str]) -> bool:
    """True if every tag is closed: emphasis or an ordinal's ``<sup>`` that the translator added."""
    return all(tags[tag.lstrip("/")] == tags[f"/{tag.lstrip('/')}"] for tag in tags)


@cache
def _attribute() -> re.Pattern[str]:
    return re.compile(r"([A-Za-z_:][\w:.-]*)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")


_TRANSLATED = frozenset(
    {"title", "alt", "aria-label", "placeholder", "lang", "xml:lang", "dir", "hreflang", "href", "src"}
)


class AttributeChanged(CatalogueCheck):
    """An attribute of a tag differs from the source.

    What it does
        Compares the names of all attributes, and the values of those that no one translates (``class``,
        ``id``, ``target``, ``rel`` …).

    Why it matters
        A translated class or a broken attribute changes how the page looks and works.

    Limits
        Values of ``title``, ``alt``, ``lang`` and of addresses may differ; URL001 reads addresses. To be
        measured.

    Example
        ``<a class="button">Go</a>`` with ``<a class="Knopf">Los</a>``.

    Source
        HTML Living Standard, attributes.
    """

    code = "MKP002"
    name = "attribute-changed"
    severity = Severity.WARNING
    signs = "<"

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        if "<" not in unit.source or "=" not in unit.source or "<" not in unit.target:
            return
        wanted, given = _attributes(unit.source), _attributes(unit.target)
        if wanted == given:
            return
        lost, new = sorted((wanted - given).elements()), sorted((given - wanted).elements())
        yield self.unit_finding(
            unit,
            catalogue,
            f"Attributes differ: {', '.join(lost + new)}",
            found=", ".join(new) or None,
            expected=", ".join(lost) or None,
        )


def _attributes(message: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for tag in tag_pattern().finditer(message):
        for name, value in _attribute().findall(tag["rest"]):
            plain = name.lower()
            bare = _numbered().sub("%", value.strip("\"'"))  # a placeholder that is numbered may move
            found[plain if plain in _TRANSLATED else f"{plain}={bare}"] += 1
    return found


@cache
def _numbered() -> re.Pattern[str]:
    return re.compile(r"%\d+\$")
