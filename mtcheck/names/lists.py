"""Bearers as records for people and programs: what ``mtcheck names list`` and ``names learn`` print."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from mtcheck.names.grouping import Bearer, Rendering, TitleUse
from mtcheck.names.mentions import UNKNOWN

_MOST_PLACES = 100
"""Places that a record lists at most for one spelling or title; its count says how many there are."""

_LEAST_SEEN = 2
"""Mentions from which a name is worth a line of a draft: one alone shows no habit."""


def list_bearer(bearer: Bearer) -> dict[str, Any]:
    """A bearer as a record: name, kind, language, and spellings and titles with counts and places.

    Spans are half-open, in code points of the document's text.
    """
    return {
        "name": bearer.proposed,
        "kind": bearer.kind,
        "lang": bearer.lang,
        "count": sum(len(r.places) for r in bearer.renderings),
        "spellings": [_spelling(r) for r in bearer.renderings],
        "titles": [_title(text, uses) for text, uses in _titles(bearer)],
    }


def _spelling(rendering: Rendering) -> dict[str, Any]:
    return {
        "text": rendering.text,
        "expected": rendering.expected,
        "relation": rendering.relation,
        "count": len(rendering.places),
        "places": [
            {"doc": p.doc, "line": p.origin.line, "span": list(p.span)}
            for p in rendering.places[:_MOST_PLACES]
        ],
    }


def _title(text: str, uses: list[TitleUse]) -> dict[str, Any]:
    places = [
        {"doc": u.place.doc, "line": u.place.origin.line, "span": list(u.place.span)}
        for u in uses[:_MOST_PLACES]
    ]
    return {"text": text, "count": len(uses), "places": places}


def _titles(bearer: Bearer) -> list[tuple[str, list[TitleUse]]]:
    found: dict[str, list[TitleUse]] = {}
    for use in bearer.titles:
        found.setdefault(use.text, []).append(use)
    return sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))


def draft_names(bearers: Iterable[Bearer]) -> str:
    """A file of agreed names in TOML, for ``--names``: what approved texts mostly write.

    Spellings that deviate are listed as forbidden, so that an editor sees and decides; ``title`` and
    ``count`` are for reading.
    """
    lines = [
        "# Drafted from approved texts. Read it before use: forbidden forms are what deviated there.",
        "",
    ]
    for bearer in sorted(bearers, key=lambda b: (b.lang, b.proposed)):
        lines += _entry(bearer)
    return "\n".join(lines).rstrip("\n") + "\n"


def _entry(bearer: Bearer) -> Iterator[str]:
    count = sum(len(r.places) for r in bearer.renderings)
    if count < _LEAST_SEEN or (bearer.kind == UNKNOWN and " " not in bearer.proposed):
        return
    written = {r.text for r in bearer.renderings if r.text == r.expected}
    wrong = sorted({r.text for r in bearer.renderings if r.text != r.expected} - written)
    yield "[[name]]"
    yield f"preferred = {_quoted(bearer.proposed)}"
    if wrong:
        yield f"forbidden = [{', '.join(map(_quoted, wrong))}]"
    if bearer.kind != UNKNOWN:
        yield f"kind = {_quoted(bearer.kind)}"
    yield f"lang = {_quoted(bearer.lang)}"
    titles = Counter(use.text for use in bearer.titles)
    if titles:
        yield f"title = {_quoted(max(sorted(titles), key=lambda t: titles[t]))}"
    yield f"count = {count}"
    yield ""


def _quoted(words: str) -> str:
    """A TOML basic string; JSON's escapes are all allowed there."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")
