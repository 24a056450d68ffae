"""Forms that an editor has agreed on: ``--names FILE``.

CSV has the columns ``preferred``, ``allowed``, ``forbidden``, ``kind`` and ``lang`` (only the first is
required; several values in a cell are separated by ``;`` or ``|``). TOML has a list ``[[name]]`` with
the same keys, where ``allowed`` and ``forbidden`` are lists.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from mtcheck import text
from mtcheck.core import InputError, Span, UsageError

KINDS = ("", "person", "organization", "place", "adjective", "title", "term")
_COLUMNS = {"preferred", "allowed", "forbidden", "kind", "lang"}


@dataclass(frozen=True, slots=True)
class AgreedForm:
    """One agreed name.

    Attributes:
        preferred: the form to use.
        allowed: forms that are right as well.
        forbidden: forms that are wrong wherever they stand.
        kind: one of ``KINDS``; empty for any.
        lang: BCP 47 primary subtag of the texts it holds for; empty for all.
    """

    preferred: str
    allowed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    kind: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class AgreedForms:
    """All agreed names of a file, in its order."""

    forms: tuple[AgreedForm, ...] = ()

    def preferred_for(self, words: Iterable[str], lang: str) -> str | None:
        """The agreed form among several renderings of one bearer, None if none of them is agreed on."""
        known = {w.casefold() for w in words}
        for form in self._for(lang):
            if {w.casefold() for w in (form.preferred, *form.allowed, *form.forbidden)} & known:
                return form.preferred
        return None

    def violations(
        self, whole: str, *, lang: str, spans: Iterable[Span]
    ) -> Iterator[tuple[Span, AgreedForm]]:
        """Places of forbidden forms, whole words only, the longest entry first.

        A forbidden form inside a preferred or allowed one (``Kiev`` in ``Dynamo Kiev``) is none.
        """
        matcher = _matcher(self, text.primary(lang))
        if matcher is None:
            return
        pattern, owners = matcher
        for span in spans:
            for match in pattern.finditer(whole, span.start, span.end):
                form = owners[match.group().casefold()]
                if form is not None:
                    yield Span(match.start(), match.end()), form

    def _for(self, lang: str) -> Iterator[AgreedForm]:
        return (f for f in self.forms if f.lang in {"", text.primary(lang)})


@lru_cache(maxsize=64)
def _matcher(agreed: AgreedForms, lang: str) -> tuple[re.Pattern[str], dict[str, AgreedForm | None]] | None:
    owners: dict[str, AgreedForm | None] = {}
    for form in agreed._for(lang):
        owners |= {f.casefold(): form for f in form.forbidden}
    if not owners:
        return None
    for form in agreed._for(lang):
        owners |= {f.casefold(): None for f in (form.preferred, *form.allowed)}
    longest = sorted(owners, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)", re.IGNORECASE), owners


def read_names_file(path: Path) -> AgreedForms:
    """Read a file of agreed forms, CSV or TOML by its suffix.

    Raises:
        InputError: the file cannot be read, or a line of it makes no sense.
        UsageError: the suffix is neither ``.csv`` (``.tsv``) nor ``.toml``.
    """
    suffix = path.suffix.lower()
    if suffix not in {".csv", ".tsv", ".toml"}:
        raise UsageError(
            f"{path}: agreed names come as .csv, .tsv or .toml, not as {suffix or 'a bare name'}"
        )
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
    entries = table.get("name")
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise InputError(str(path), "has no [[name]] entries", mend='write [[name]] and preferred = "…"')
    for number, entry in enumerate(entries, 1):
        yield f"entry {number}", entry


def _form(row: Mapping[str, Any], path: Path, place: str) -> AgreedForm:
    unknown = set(row) - _COLUMNS - {"", "source", "note"}
    if unknown:
        raise InputError(str(path), f"unknown field {sorted(unknown)[0]!r}", place=place)
    preferred = _values(row.get("preferred"))
    if len(preferred) != 1:
        raise InputError(str(path), "needs exactly one preferred form", place=place)
    kind = str(row.get("kind") or "").strip().lower()
    if kind not in KINDS:
        raise InputError(
            str(path), f"unknown kind {kind!r}", place=place, mend="one of " + ", ".join(KINDS[1:])
        )
    lang = str(row.get("lang") or "").strip()
    allowed, forbidden = _values(row.get("allowed")), _values(row.get("forbidden"))
    clash = {f.casefold() for f in forbidden} & {f.casefold() for f in (*preferred, *allowed)}
    if clash:
        raise InputError(str(path), f"{sorted(clash)[0]!r} is both allowed and forbidden", place=place)
    return AgreedForm(preferred[0], allowed, forbidden, kind, text.primary(lang) if lang else "")


def _values(cell: Any) -> tuple[str, ...]:
    pieces = cell if isinstance(cell, list) else re.split(r"[;|]", str(cell or ""))
    return tuple(text.normalise(str(p)) for p in pieces if str(p).strip())


def _refuse_contradictions(forms: tuple[AgreedForm, ...], path: Path) -> None:
    preferred = {(f.preferred.casefold(), f.lang) for f in forms}
    for form in forms:
        for bad in form.forbidden:
            if (bad.casefold(), form.lang) in preferred:
                raise InputError(str(path), f"{bad!r} is preferred in one entry and forbidden in another")
