"""Apple's formats: ``.strings``, ``.stringsdict`` and string catalogues (``.xcstrings``).

``.strings``: a unit's line is that of its key. ``.stringsdict``: one unit a plural form, on the line
of its category, under the entry's key, with the variable's name after a dot where there are several.
``.xcstrings``: one catalogue a language; a unit's line is that of its language under the key, for a
plural form that of the category, and that of the key for a language which lacks it. Apple publishes
no grammar of it, so that whatever is not understood is passed over. (Apple, "Localizing strings",
"Stringsdict File Format", "Localizing and varying text with a string catalog".)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtcheck.core import Catalogue, InputError, Unit
from mtcheck.read.l10n import locales
from mtcheck.read.l10n.building import Problem, catalogue, text_of, unit
from mtcheck.read.l10n.plurals import CATEGORIES
from mtcheck.read.l10n.tree import Node, parse_json
from mtcheck.read.l10n.xmlrecords import Element, Records

_STRING = r'"((?:[^"\\]|\\.)*+)"'
_PAIR = re.compile(rf"(?:{_STRING}|([\w.$/:-]+))\s*=\s*(?:{_STRING}|([\w.$/:-]+))\s*;", re.DOTALL)
_SPACE = re.compile(r"\s*")
_NEXT = re.compile(r'\n\s*(?=["/])')
_ESCAPE = re.compile(r"\\([Uu][0-9A-Fa-f]{4}|[0-7]{3}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_ONLY_VARIABLE = re.compile(r"\s*%#@\w+@\s*")


def read_strings(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Catalogue | InputError]:
    """The catalogue of a strings file, its texts as targets. See ``formats.Reader``."""
    text, damage = text_of(data, uri, charset)
    problems: list[Problem] = []
    if text.lstrip().startswith(("<?xml", "<!DOCTYPE plist", "<plist")):
        records = Records(text, {"plist"}, partial=True)
        units = [u for record in records for u in _plist_strings(record)]
        problems = [records.problem] if records.problem is not None else []
    else:
        units = list(_statements(text, problems))
    broken = problems[0].error(uri) if problems else damage
    yield catalogue(uri, "strings", units, broken=broken)


def _statements(text: str, problems: list[Problem]) -> Iterator[Unit]:
    """The statements of the old style; after a mistake it goes on at the next line that may start one."""
    at, line, counted = 0, 1, 0
    comments: list[str] = []
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space else at
        line, counted = line + text.count("\n", counted, at), at
        if at >= len(text):
            return
        if text.startswith(("/*", "//"), at):
            long = text.startswith("/*", at)
            end = text.find("*/" if long else "\n", at + 2)
            if end < 0 and long:
                problems.append(Problem("a comment is not closed", line))
                return
            end = len(text) if end < 0 else end
            comments.append(text[at + 2 : end].strip())
            at = end + 2 if long else end
            continue
        pair = _PAIR.match(text, at)
        if pair is not None:
            key = pair[1] if pair[1] is not None else pair[2]
            value = pair[3] if pair[3] is not None else pair[4]
            yield unit(_unescape(key), target=_unescape(value), line=line, comments=comments)
            at = pair.end()
        else:
            problems.append(Problem('expected "key" = "value";', line))
            following = _NEXT.search(text, at)
            if following is None:
                return
            at = following.end()
        comments = []


def _plist_strings(plist: Element) -> Iterator[Unit]:
    for key, place, value in _pairs(plist.first("dict")):
        if value.local == "string" and value.closed:
            yield unit(key, target=value.inner(), line=place.line, comments=place.comments)


def read_stringsdict(
    data: bytes, uri: str, *, charset: str | None = None
) -> Iterator[Catalogue | InputError]:
    """The catalogue of a stringsdict file, its texts as targets. See ``formats.Reader``."""
    text, damage = text_of(data, uri, charset)
    records = Records(text, {"plist"}, partial=True)
    units = [
        found
        for record in records
        for key, place, value in _pairs(record.first("dict"))
        for found in _entry(key, place, value)
    ]
    broken = records.problem.error(uri) if records.problem is not None else damage
    yield catalogue(uri, "stringsdict", units, broken=broken)


def _pairs(mapping: Element | None) -> Iterator[tuple[str, Element, Element]]:
    """Key, its element and the value's, of a ``<dict>``."""
    waiting: Element | None = None
    for element in mapping.elements() if mapping is not None else ():
        if element.local == "key":
            waiting = element
        elif waiting is not None:
            yield waiting.inner(), waiting, element
            waiting = None


def _entry(key: str, place: Element, value: Element) -> Iterator[Unit]:
    """The units of one key: its format, which is often nothing but a variable, and the variable's forms."""
    parts = list(_pairs(value)) if value.local == "dict" else []
    variables = [p for p in parts if p[2].local == "dict" and p[0] != "NSStringVariableWidthRuleType"]
    for name, at, content in parts:
        if name == "NSStringLocalizedFormatKey":
            text = content.inner()
            flags = ["no-translate"] if _ONLY_VARIABLE.fullmatch(text) else []
            yield unit(f"{key}.{name}", target=text, line=at.line, flags=flags, comments=place.comments)
        elif name == "NSStringVariableWidthRuleType":
            for width, own, form in _pairs(content):
                yield unit(key, target=form.inner(), line=own.line, context=width, comments=place.comments)
        elif content.local == "dict":
            for category, own, form in _pairs(content):
                if category in CATEGORIES and form.closed:
                    yield unit(
                        key if len(variables) == 1 else f"{key}.{name}",
                        target=form.inner(),
                        line=own.line,
                        plural=category,
                        comments=place.comments,
                    )


def read_xcstrings(data: bytes, uri: str, *, charset: str | None = None) -> Iterator[Catalogue | InputError]:
    """The catalogues of a string catalogue, one a language. See ``formats.Reader``."""
    text, damage = text_of(data, uri, charset)
    root, problem = parse_json(text) if text or damage is None else (Node("", 1, "object"), None)
    broken = problem.error(uri) if problem is not None else damage
    source_name = root.text_at("sourceLanguage") or "en"
    source_lang = locales.tag(source_name, known=False)
    strings = root.get("strings")
    entries = list(strings.objects()) if strings is not None else []
    names: dict[str, None] = {}
    for entry in entries:
        for localization in _localizations(entry):
            names.setdefault(localization.name)
    targets = [name for name in names if name != source_name]
    for name in targets:
        units = [u for entry in entries for u in _catalogue_units(entry, name, source_name)]
        if problem is not None:  # what stands behind the break may be there
            units = [u for u in units if "missing" not in u.flags]
        yield catalogue(
            uri,
            "xcstrings",
            units,
            broken=broken,
            source_lang=source_lang,
            target_lang=locales.tag(name, known=False),
        )
        broken = None  # one file breaks once
    if not targets:
        yield catalogue(uri, "xcstrings", (), broken=broken, source_lang=source_lang, target_lang=source_lang)


def _localizations(entry: Node) -> Iterator[Node]:
    found = entry.get("localizations")
    return found.objects() if found is not None else iter(())


def _catalogue_units(entry: Node, lang: str, source_lang: str) -> Iterator[Unit]:
    """The units of one key in one language."""
    should = entry.get("shouldTranslate")
    if should is not None and should.text == "false":
        return
    note = entry.text_at("comment")
    comments = [note] if note else []
    flags = ["obsolete"] if entry.text_at("extractionState") == "stale" else []
    by_lang = {node.name: node for node in _localizations(entry)}
    sources = {form: text for form, text, _, _ in _texts(by_lang.get(source_lang))}
    found = list(_texts(by_lang.get(lang)))
    if not found and not flags:
        yield unit(
            entry.name,
            source=sources.get((None, None), entry.name),
            line=entry.line,
            flags=["missing"],
            comments=comments,
        )
    for (context, plural), text, line, state in found:
        source = sources.get((context, plural)) or sources.get((context, plural and "other"))
        if source is None:
            source = sources.get((None, None), entry.name)
        own = [*flags, f"state:{state}"] if state else list(flags)
        yield unit(
            entry.name,
            source=source,
            target="" if state == "new" else text,
            line=line,
            context=context,
            plural=plural,
            flags=[*own, "fuzzy"] if state == "needs_review" else own,
            comments=comments,
        )


_Form = tuple[str | None, str | None]


def _texts(node: Node | None, context: str | None = None) -> Iterator[tuple[_Form, str, int, str | None]]:
    """Context and category, text, line and state of each text of a localization."""
    if node is None:
        return
    text = node.text_at("stringUnit", "value")
    if text is not None:
        category = node.name if node.name in CATEGORIES else None
        yield (context, category), text, node.line, node.text_at("stringUnit", "state")
    variations = node.get("variations")
    for kind in variations.objects() if variations is not None else ():
        for variant in kind.objects():
            inner = context if kind.name == "plural" else _within(context, variant.name)
            yield from _texts(variant, inner)
    substitutions = node.get("substitutions")
    for variable in substitutions.objects() if substitutions is not None else ():
        yield from _texts(variable, _within(context, variable.name))


def _within(context: str | None, name: str) -> str:
    return f"{context}.{name}" if context else name


def _unescape(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    escape = match[1]
    if len(escape) == 5:
        return chr(int(escape[1:], 16))
    if len(escape) == 3:
        return chr(int(escape, 8))
    return _ESCAPES.get(escape, escape)
