"""Forms that an editor has agreed on: ``--names FILE`` and ``--terms FILE``.

CSV has the columns ``preferred``, ``allowed``, ``forbidden``, ``kind``, ``lang``, ``source_term``,
``source_lang``, ``match``, ``case`` and ``path`` (only the first is required; several values in a cell
are separated by ``;`` or ``|``). TOML has a list ``[[name]]`` or ``[[term]]`` with the same keys, where
``allowed``, ``forbidden`` and ``source_term`` are lists. TBX is read by ``tbx``. What ``mtcheck names
learn`` adds (``title``, ``count``) and ``note`` are for people.

Rejected: regular expressions as entries. A list of names is read by editors, and one careless
expression would match half of a feed.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from typing import Any

from mtcheck import text
from mtcheck.core import InputError, Span, UsageError
from mtcheck.names.lemmas import word_pattern

KINDS = ("", "person", "organization", "place", "adjective", "title", "term")
MATCHES = ("exact", "stem", "lemma")
_COLUMNS = {
    *("preferred", "allowed", "forbidden", "kind", "lang", "source_term", "source_lang", "match", "case"),
    "path",
}
_FOR_PEOPLE = {"", "source", "note", "title", "count"}
_START = re.compile(r"(?<!\w)\S")


@dataclass(frozen=True, slots=True)
class AgreedForm:
    """One agreed name or term.

    Attributes:
        preferred: the form to use.
        allowed: forms that are right as well.
        forbidden: forms that are wrong wherever they stand.
        kind: one of ``KINDS``; empty for any.
        lang: BCP 47 primary subtag of the texts it holds for; empty for all.
        sources: what it translates, as pairs of BCP 47 primary subtag (empty for any) and term.
        match: how forms are recognised: ``exact`` as written, ``stem`` with the usual endings of the
            language, ``lemma`` by dictionary where one is installed, else as ``stem``.
        case: True if capitals count.
        path: pattern of the inputs it holds for (``news/*.txt``); empty for all.
    """

    preferred: str
    allowed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    kind: str = ""
    lang: str = ""
    sources: tuple[tuple[str, str], ...] = ()
    match: str = "stem"
    case: bool = False
    path: str = ""

    def holds(self, lang: str, path: str) -> bool:
        """True if it is meant for texts of a language at a path."""
        return self.lang in {"", text.primary(lang)} and (not self.path or _in_scope(path, self.path))


@dataclass(frozen=True, slots=True)
class Required:
    """An agreed form whose source term stands in a source text."""

    form: AgreedForm
    source_term: str


@dataclass(frozen=True, slots=True)
class AgreedForms:
    """All agreed names or terms of a file, in its order."""

    forms: tuple[AgreedForm, ...] = ()

    def preferred_for(self, words: Iterable[str], lang: str) -> str | None:
        """The agreed form among several renderings of one bearer, None if none of them is agreed on."""
        known = {w.casefold() for w in words}
        for form in self.forms:
            if form.lang not in {"", text.primary(lang)}:
                continue
            if {w.casefold() for w in (form.preferred, *form.allowed, *form.forbidden)} & known:
                return form.preferred
        return None

    def violations(
        self, whole: str, *, lang: str, spans: Iterable[Span], path: str = ""
    ) -> Iterator[tuple[Span, AgreedForm]]:
        """Places of forbidden forms, inflected ones included, whole words only; the longest entry wins.

        A forbidden form inside a preferred or allowed one (``Kiev`` in ``Dynamo Kiev``) is none.
        """
        index = _index(self, text.primary(lang))
        for span in spans if index else ():
            for found, form, bad in _longest(index, whole, span, path):
                if bad:
                    yield found, form

    def required(self, source: str, *, source_lang: str | None, lang: str, path: str = "") -> list[Required]:
        """The entries whose source term stands in a source text; the longest term wins."""
        index = _source_index(self, text.primary(source_lang) if source_lang else "", text.primary(lang))
        if not index:
            return []
        found = {
            form: Required(form, source[span.start : span.end])
            for span, form, _ in _longest(index, source, Span(0, len(source)), path)
        }
        return list(found.values())

    def stands_in(self, form: AgreedForm, target: str, *, lang: str) -> bool:
        """True if a text has the preferred or an allowed form of an entry."""
        return any(
            _pattern(word, form.match, form.case, text.primary(lang)).search(target)
            for word in (form.preferred, *form.allowed)
        )


_Entry = tuple[re.Pattern[str], str, AgreedForm, bool]
"""Pattern, the form as listed, its entry, and whether it is forbidden."""


def _in_scope(path: str, pattern: str) -> bool:
    path = path.replace("\\", "/")
    return fnmatch(path, pattern) or fnmatch(path, f"*/{pattern}")


@lru_cache(maxsize=65536)
def _pattern(form: str, match: str, case: bool, lang: str) -> re.Pattern[str]:
    words = form.split()
    pieces = [re.escape(w) for w in words]
    if match != "exact":
        pieces = [word_pattern(w, lang, lemma=match == "lemma") for w in words]
    body = r"\s+".join(pieces)
    return re.compile(rf"(?<!\w){body}(?!\w)", 0 if case else re.IGNORECASE)


def _entry(word: str, form: AgreedForm, lang: str, *, forbidden: bool = False) -> _Entry:
    return _pattern(word, form.match, form.case, lang), word, form, forbidden


def _indexed(entries: Iterable[_Entry]) -> dict[str, list[_Entry]]:
    """Entries by their first letter, so that a list of thousands stays cheap."""
    found: dict[str, list[_Entry]] = defaultdict(list)
    for entry in entries:
        found[entry[1][:1].casefold()].append(entry)
    return dict(found)


@lru_cache(maxsize=64)
def _index(agreed: AgreedForms, lang: str) -> dict[str, list[_Entry]]:
    forms = [f for f in agreed.forms if f.lang in {"", lang}]
    if not any(f.forbidden for f in forms):
        return {}
    bad = [_entry(w, f, lang, forbidden=True) for f in forms for w in f.forbidden]
    return _indexed([*bad, *(_entry(w, f, lang) for f in forms for w in (f.preferred, *f.allowed))])


@lru_cache(maxsize=64)
def _source_index(agreed: AgreedForms, source_lang: str, lang: str) -> dict[str, list[_Entry]]:
    return _indexed(
        _entry(term, form, source_lang)
        for form in agreed.forms
        for term_lang, term in form.sources
        if form.lang in {"", lang} and (term_lang in {"", source_lang} or not source_lang)
    )


def _longest(
    index: Mapping[str, list[_Entry]], whole: str, span: Span, path: str
) -> Iterator[tuple[Span, AgreedForm, bool]]:
    """What of the entries stands in a span, left to right; of several at one place the longest.

    Of two of one length the one that is written so, then the one that is allowed.
    """
    at = span.start
    for start in _START.finditer(whole, span.start, span.end):
        if start.start() < at:
            continue
        best: tuple[tuple[int, bool, bool], AgreedForm, bool] | None = None
        for pattern, word, form, bad in index.get(start.group().casefold(), ()):
            match = pattern.match(whole, start.start(), span.end)
            if match is None or (form.path and not _in_scope(path, form.path)):
                continue
            rank = (match.end(), match.group().casefold() == word.casefold(), not bad)
            if best is None or rank > best[0]:
                best = (rank, form, bad)
        if best is not None:
            at = best[0][0]
            yield Span(start.start(), at), best[1], best[2]


def read_names_file(path: Path) -> AgreedForms:
    """Read a file of agreed names or terms: CSV, TOML or TBX by its suffix.

    Raises:
        InputError: the file cannot be read, or a line of it makes no sense.
        UsageError: the suffix is none of ``.csv``, ``.tsv``, ``.toml``, ``.tbx`` and ``.xml``.
    """
    suffix = path.suffix.lower()
    if suffix not in {".csv", ".tsv", ".toml", ".tbx", ".xml"}:
        raise UsageError(
            f"{path}: agreed forms come as .csv, .tsv, .toml or .tbx, not as {suffix or 'a bare name'}"
        )
    if suffix in {".tbx", ".xml"}:
        from mtcheck.names.tbx import tbx_rows

        forms = tuple(_form(row, path, place) for place, row in tbx_rows(path))
        return AgreedForms(forms)
    try:
        content = path.read_text("utf-8-sig")
    except OSError as problem:
        raise InputError(str(path), f"cannot be read: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise InputError(str(path), "is not UTF-8", mend="save it as UTF-8") from problem
    rows = _toml_rows(content, path) if suffix == ".toml" else _csv_rows(content, path, suffix)
    forms = tuple(_form(row, path, place) for place, row in rows)
    _refuse_contradictions(forms, path)
    return AgreedForms(forms)


def _csv_rows(content: str, path: Path, suffix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    head = content.split("\n", 1)[0]
    delimiter = "\t" if suffix == ".tsv" else ";" if ";" in head and "," not in head else ","
    reader = csv.DictReader(content.splitlines(), delimiter=delimiter)
    columns = {c.strip().lower() for c in reader.fieldnames or ()}
    if "preferred" not in columns:
        raise InputError(
            str(path),
            "has no column preferred",
            place="line 1",
            mend="columns: " + ", ".join(sorted(_COLUMNS)),
        )
    try:
        for row in reader:
            clean = {str(k or "").strip().lower(): v for k, v in row.items()}
            if any(isinstance(v, str) and v.strip() for v in clean.values()):
                yield f"line {reader.line_num}", clean
    except csv.Error as problem:
        raise InputError(str(path), f"is no CSV: {problem}", place=f"line {reader.line_num}") from problem


def _toml_rows(content: str, path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        table = tomllib.loads(content)
    except tomllib.TOMLDecodeError as problem:
        raise InputError(str(path), f"is no TOML: {problem}") from problem
    named = [table[key] for key in ("name", "term") if key in table]
    if not named or not all(isinstance(n, list) and all(isinstance(e, dict) for e in n) for n in named):
        raise InputError(
            str(path), "has no [[name]] or [[term]] entries", mend='write [[name]] and preferred = "…"'
        )
    entries = [entry for part in named for entry in part]
    for number, entry in enumerate(entries, 1):
        yield f"entry {number}", entry


def _form(row: Mapping[str, Any], path: Path, place: str) -> AgreedForm:
    unknown = set(row) - _COLUMNS - _FOR_PEOPLE
    if unknown:
        raise InputError(str(path), f"unknown field {sorted(unknown)[0]!r}", place=place)
    preferred = _values(row.get("preferred"))
    if len(preferred) != 1:
        raise InputError(str(path), "needs exactly one preferred form", place=place)
    lang = str(row.get("lang") or "").strip()
    source_lang = str(row.get("source_lang") or "").strip()
    allowed, forbidden = _values(row.get("allowed")), _values(row.get("forbidden"))
    clash = {f.casefold() for f in forbidden} & {f.casefold() for f in (*preferred, *allowed)}
    case = str(row.get("case") or "").strip().lower() in {"true", "yes", "1"}
    if clash and not case:
        raise InputError(str(path), f"{sorted(clash)[0]!r} is both allowed and forbidden", place=place)
    return AgreedForm(
        preferred=preferred[0],
        allowed=allowed,
        forbidden=forbidden,
        kind=_one_of(row, "kind", KINDS, path, place),
        lang=text.primary(lang) if lang else "",
        sources=_sources(row.get("source_term"), text.primary(source_lang) if source_lang else ""),
        match=_one_of(row, "match", ("", *MATCHES), path, place) or "stem",
        case=case,
        path=str(row.get("path") or "").strip(),
    )


def _sources(cell: Any, lang: str) -> tuple[tuple[str, str], ...]:
    """Source terms; pairs of language and term as ``tbx_rows`` gives them are kept."""
    if isinstance(cell, tuple):
        return tuple((str(a), text.normalise(str(b))) for a, b in cell)
    return tuple((lang, term) for term in _values(cell))


def _one_of(row: Mapping[str, Any], key: str, known: tuple[str, ...], path: Path, place: str) -> str:
    value = str(row.get(key) or "").strip().lower()
    if value not in known:
        mend = "one of " + ", ".join(filter(None, known))
        raise InputError(str(path), f"unknown {key} {value!r}", place=place, mend=mend)
    return value


def _values(cell: Any) -> tuple[str, ...]:
    pieces = cell if isinstance(cell, list) else re.split(r"[;|]", str(cell or ""))
    return tuple(text.normalise(str(p)) for p in pieces if str(p).strip())


def _refuse_contradictions(forms: tuple[AgreedForm, ...], path: Path) -> None:
    preferred = {(f.preferred.casefold(), f.lang, f.path) for f in forms if not f.case}
    for form in forms:
        for bad in form.forbidden:
            if (bad.casefold(), form.lang, form.path) in preferred:
                raise InputError(str(path), f"{bad!r} is preferred in one entry and forbidden in another")
