"""Adjectives of country and nationality, and names of places, that compete in use.

``Kazakh`` and ``Kazakhstani``, ``Kyiv`` and ``Kiev``: each of a pair is right somewhere, both in one
text are a sign that sentences were translated afresh. Where two forms differ in sense (citizens of a
state, or its people and language), only uses in contexts of one kind are set against each other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from mtcheck import resources, text
from mtcheck.core import Span

COMPOUND, STATE, ETHNIC, OTHER = "compound", "state", "ethnic", "other"


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a competing form.

    Attributes:
        entry: ``adjective`` or ``place`` and the number of its line in ``mtcheck/data/demonyms.toml``.
        form: the form, as the table writes it.
        context: ``compound`` (Russian-Kazakh), ``state``, ``ethnic`` or ``other``.
        span: place in the text, the whole compound included.
        text: the words there.
    """

    entry: tuple[str, int]
    form: str
    context: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class _Lexicon:
    pattern: re.Pattern[str]
    owners: dict[str, tuple[tuple[str, int], str]]
    contexts: dict[str, tuple[str, ...]]


def row(entry: tuple[str, int]) -> dict[str, Any]:
    """The line of the table that a use belongs to."""
    found: dict[str, Any] = resources.data("demonyms")[entry[0]][entry[1]]
    return found


@cache
def _lexicon(lang: str) -> _Lexicon | None:
    table = resources.data("demonyms")
    owners: dict[str, tuple[tuple[str, int], str]] = {}
    pieces: list[str] = []
    for kind in ("adjective", "place"):
        for number, entry in enumerate(table[kind]):
            if entry["lang"] != lang:
                continue
            for form in entry["forms"]:
                owners[form.lower()] = ((kind, number), form)
                ending = rf"[^\W\d_]{{0,{4 if kind == 'adjective' else 3}}}" if entry.get("stem") else ""
                fold = "(?i:" if kind == "adjective" and entry.get("stem") else "(?:"
                pieces.append(f"{fold}{re.escape(form)}){ending}")
    if not pieces:
        return None
    pieces.sort(key=len, reverse=True)
    contexts = {k: tuple(v.split()) for k, v in table["contexts"].get(lang, {}).items()}
    return _Lexicon(re.compile(rf"\b(?:{'|'.join(pieces)})\b"), owners, contexts)


def find_uses(whole: str, *, lang: str | None, spans: Sequence[Span] = ()) -> tuple[Use, ...]:
    """Competing adjectives and place names in a text, in order; see ``find_mentions``."""
    lexicon = _lexicon(text.primary(lang)) if lang else None
    if lexicon is None:
        return ()
    matches = (
        (match, span)
        for span in spans or (Span(0, len(whole)),)
        for match in lexicon.pattern.finditer(whole, span.start, span.end)
    )
    return tuple(use for match, span in matches if (use := _use(match, span, lexicon)) is not None)


def _use(match: re.Match[str], sentence: Span, lexicon: _Lexicon) -> Use | None:
    whole = match.string
    entry, form = _owner(match.group(), lexicon)
    before = whole[sentence.start : match.start()]
    after = whole[match.end() : sentence.end]
    left = re.search(r"[^\W\d_]+[-‐–]$", before)
    right = re.match(r"[-‐–][^\W\d_]+", after)
    line = row(entry)
    last_word = re.search(r"([^\W\d_]+)[\s\"“«]*$", before)
    next_word = re.match(r"\s+([^\W\d_]+)", after)
    if last_word and last_word.group(1) in line.get("except_before", "").split():
        return None
    if next_word and next_word.group(1) in line.get("except_after", "").split():
        return None
    start = match.start() - (len(left.group()) if left else 0)
    end = match.end() + (right.end() if right else 0)
    context = COMPOUND if left or right else _context(next_word.group(1) if next_word else "", lexicon)
    return Use(entry, form, context, Span(start, end), whole[start:end])


def _owner(found: str, lexicon: _Lexicon) -> tuple[tuple[str, int], str]:
    lower = found.lower()
    size = len(lower)
    while lower[:size] not in lexicon.owners:
        size -= 1
    return lexicon.owners[lower[:size]]


def _context(word: str, lexicon: _Lexicon) -> str:
    """Sense by the noun that follows, told by the start of the word (plurals, case endings)."""
    lower = word.lower()
    for kind in (STATE, ETHNIC):
        if lower and any(lower.startswith(noun) for noun in lexicon.contexts.get(kind, ())):
            return kind
    return OTHER
