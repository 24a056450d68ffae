"""Titles that stand with names: finding the office in a row of words, and comparing two titles.

A title has an office (the head word and its synonyms, by ``mtcheck/data/titles.toml``), a body (the
council, the ministry, the company) and perhaps words that explain a change (former, acting).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from mtcheck import resources, text
from mtcheck.core import Span


@dataclass(frozen=True, slots=True)
class Office:
    """What a title says.

    Attributes:
        set_id: id of the synonym set, None for an office without synonyms.
        rendering: the head words as written, in lower case, hyphens as spaces; empty for one of the
            forms that alternate freely.
        body: the other words, lower case, sorted; countries and their adjectives left out.
        explained: True if a word of the title explains why it differs (former, acting).
        exclusive: True if nobody holds it together with another exclusive office.
        field: what two sets have in common of which one person has one (ranks, seats), or empty.
        loose: True if the rendering may be meant.
    """

    set_id: str | None
    rendering: str
    body: tuple[str, ...]
    explained: bool
    exclusive: bool
    field: str = ""
    loose: bool = False


@dataclass(frozen=True, slots=True)
class _Titles:
    offices: dict[tuple[str, ...], str | None]
    longest: int
    qualifiers: frozenset[str]
    reasons: frozenset[str]
    generic: re.Pattern[str]
    exclusive: frozenset[str]
    links: frozenset[str]
    fields: dict[str, str]
    loose: frozenset[tuple[str, ...]]
    free: frozenset[tuple[str, ...]]


def supported(lang: str | None) -> bool:
    """True if there is a title table for a language."""
    return lang is not None and "offices" in resources.data("titles").get(text.primary(lang), {})


@cache
def _titles(lang: str) -> _Titles:
    row = resources.data("titles")[lang]
    offices: dict[tuple[str, ...], str | None] = {(w,): None for w in row["fixed"].split("|") if " " not in w}
    offices |= {tuple(w.split()): None for w in row["fixed"].split("|") if " " in w}
    kinds: dict[str, set[tuple[str, ...]]] = {"forms": set(), "loose": set(), "free": set()}
    for entry in row["offices"]:
        for kind, found in kinds.items():
            forms = {tuple(form.split()) for form in entry.get(kind, "").split("|") if form}
            offices |= dict.fromkeys(forms, entry["id"])
            found |= forms
    generic = rf"\s+(?:of\s+)?(?:the\s+|our\s+|this\s+|his\s+|her\s+)?(?:{row['generic']})\s+"
    return _Titles(
        offices=offices,
        longest=max(map(len, offices)),
        qualifiers=frozenset(row["qualifiers"].split()),
        reasons=frozenset(row["reasons"].split("|")),
        generic=re.compile(generic),
        exclusive=frozenset(entry["id"] for entry in row["offices"] if entry.get("exclusive")),
        links=frozenset(resources.data("titles")["links"]["words"].split()),
        fields={entry["id"]: entry["field"] for entry in row["offices"] if "field" in entry},
        loose=frozenset(kinds["loose"]),
        free=frozenset(kinds["free"]),
    )


def office_at(words: Sequence[str], start: int, lang: str) -> int:
    """How many lower-case words from ``start`` on are the name of an office; 0 for none."""
    table = _titles(text.primary(lang))
    for size in range(min(table.longest, len(words) - start), 0, -1):
        if tuple(words[start : start + size]) in table.offices:
            return size
    return 0


def office_before(words: Sequence[str], end: int, lang: str) -> int:
    """How many lower-case words right before ``end`` are the name of an office; 0 for none."""
    table = _titles(text.primary(lang))
    for size in range(min(table.longest, end), 0, -1):
        if tuple(words[end - size : end]) in table.offices:
            return size
    return 0


def is_office(word: str, lang: str) -> bool:
    """True if one lower-case word is the name of an office."""
    return (word,) in _titles(text.primary(lang)).offices


def is_qualifier(word: str, lang: str) -> bool:
    """True if a lower-case word belongs to a title when it stands before an office."""
    table = _titles(text.primary(lang))
    return word in table.qualifiers or word in table.reasons


def generic_link(between: str, lang: str) -> bool:
    """True if what stands between an office and a name says "of the country" without naming it."""
    return _titles(text.primary(lang)).generic.fullmatch(between) is not None


def is_generic(title: str, lang: str) -> bool:
    """True if a title ends in "of the country" or its like."""
    words = re.finditer(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", title)
    return any(
        is_office(word.group().lower(), lang) and generic_link(title[word.end() :] + " ", lang)
        for word in words
    )


def parse_title(title: str, lang: str) -> Office | None:
    """What a title says, None if no office of the table is in it."""
    table = _titles(text.primary(lang))
    words = [w.lower().replace("’", "'") for w in re.findall(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", title)]
    best: tuple[int, int] | None = None
    for start in range(len(words)):
        size = office_at(words, start, lang)
        if size and (best is None or size >= best[1]):
            best = (start, size)
    if best is None:
        return None
    head = tuple(words[best[0] : best[0] + best[1]])
    rest = words[: best[0]] + words[best[0] + best[1] :]
    body = tuple(sorted(w for w in rest if w not in table.links | table.reasons and not is_country_word(w)))
    explained = any(w in table.reasons or w.split("-")[0] in table.reasons for w in rest)
    if head in _MINISTERS and body and not explained:
        order = "behind" if {"of", "for"} & set(rest) else "before"
        return Office(f"minister {' '.join(body)}", order, (), explained, False, "minister")
    set_id = table.offices[head]
    return Office(
        set_id,
        "" if head in table.free else " ".join(head).replace("-", " "),
        body,
        explained,
        set_id in table.exclusive,
        table.fields.get(set_id or "", ""),
        head in table.loose,
    )


_MINISTERS = frozenset({("minister",)})
"""Heads whose office is told by the other words of the title (Minister of Transport)."""


@dataclass(frozen=True, slots=True)
class Surplus:
    """An institution with the name of its country before it, which it does without.

    Attributes:
        span: place in the text, both together.
        write: the name alone.
        why: what is wrong, one clause.
    """

    span: Span
    write: str
    why: str


@cache
def _institutions(lang: str) -> tuple[re.Pattern[str], dict[str, dict[str, str]]] | None:
    rows = [r for r in resources.data("names_institutions")["institution"] if r["lang"] == lang]
    if not rows:
        return None
    pieces = [rf"(?:{'|'.join(map(re.escape, r['before']))})\s+({re.escape(r['name'])})" for r in rows]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(pieces)})(?![\w-])"), {r["name"]: r for r in rows}


def find_surplus(whole: str, *, lang: str, spans: Iterable[Span]) -> Iterator[Surplus]:
    """Institutions before which a text names their country though they need none."""
    table = _institutions(text.primary(lang))
    if table is None:
        return
    pattern, rows = table
    for span in spans:
        for match in pattern.finditer(whole, span.start, span.end):
            row = rows[match[match.lastindex or 0]]
            yield Surplus(Span(match.start(), match.end()), row["write"], row["why"])


@cache
def country_words() -> frozenset[str]:
    """Countries, large cities and their adjectives, in English, lower case."""
    table = resources.data("names_countries")
    return frozenset((table["countries"]["en"] + " " + table["demonyms"]["en"]).lower().split())


@cache
def _demonyms() -> frozenset[str]:
    return frozenset(resources.data("names_countries")["demonyms"]["en"].lower().split())


def is_country_word(word: str) -> bool:
    """True for a country, a large city or an adjective of one, compounds of them included."""
    return all(part in country_words() for part in word.lower().split("-"))


def is_demonym(word: str) -> bool:
    """True for an adjective of country or nationality (``Russian``, ``Russian-Kazakh``)."""
    return any(part in _demonyms() for part in word.lower().split("-"))
