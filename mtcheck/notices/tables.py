"""The grammar of notices as data, compiled by language at the moment it is needed.

``mtcheck/data/notices.toml`` has one table a language; ``mtcheck/data/services.toml`` one a service.
Their words are written with three short cuts: ``~`` any ending of a word, a space any gap between
two words (or a hyphen), ``{L}`` the name of a language with any ending.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from mtcheck import resources
from mtcheck.notices.fold import bare, skeleton

__all__ = [
    "CLASSES",
    "Service",
    "language_named",
    "languages_of",
    "option",
    "pattern",
    "service_pattern",
    "services",
    "triggers",
]

CLASSES = (
    "done", "auto", "machine", "mt", "noun", "made",
    "did", "nounby", "by", "agent", "this", "thing", "self",
    "neg", "block", "from", "into", "orig", "caution", "prevails", "plea",
    "attrib", "about", "habit", "fill", "language",
)  # fmt: skip
"""Word classes of a language table; see the head of ``notices.toml`` for what each one is."""

LANGUAGE = "\ue000"
"""Stands for a letter of a language's name; from the private use area, so no text has it."""
_PLAIN = r"\w"
_MARKED = (
    r"[\w\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0966-\u0df3\u0e31-\u0e4e\u0eb1-\u0ece"
    r"\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u0300-\u036f]"
)
_ENDING = (
    r"(?:[^\W\d_\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
    r"|[\u0900-\u0963\u0980-\u0df3])*"
)
"""What a service's name may be inflected by; scripts without spaces have no endings."""
_MAYBE_GAP = r"[\W_]{0,3}"
_NAME_GAP = r"[\s_.«-]{0,3}"
_ACCENTED = re.compile("[\u00df-\u024f\u0370-\u03ff\u1e00-\u1fff]")


@cache
def triggers() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Substrings of folded text with the languages whose notices have one of them."""
    found: dict[str, list[str]] = {}
    for lang, table in resources.data("notices").items():
        for word in table.get("trigger", "").split():
            found.setdefault(skeleton(word), []).append(lang)
    return tuple((word, tuple(langs)) for word, langs in found.items())


def languages_of(folded: str, active: tuple[tuple[str, tuple[str, ...]], ...]) -> list[str]:
    """Languages that a folded line could hold a notice in, without doubles."""
    return list(dict.fromkeys(lang for word, langs in active if word in folded for lang in langs))


def option(lang: str, name: str) -> bool:
    """A yes-or-no property of a language's grammar."""
    return name in resources.data("notices")[lang].get("is", "").split()


@cache
def letter(lang: str) -> str:
    """What a word of a language is made of; its own class only where vowel signs are no letters."""
    sample = resources.data("notices")[lang]["trigger"]
    return _MARKED if any("\u0590" <= c <= "\u18ff" for c in sample) else _PLAIN


@cache
def pattern(lang: str, name: str) -> re.Pattern[str] | None:
    """The words of one class in one language, None where the language has none.

    Where a class speaks of ``{L}``, the name of a language, it matches runs of ``LANGUAGE``, which
    the caller puts in place of the names that the class ``language`` finds.
    """
    table, anywhere = resources.data("notices")[lang], resources.data("notices")["any"]
    if name == "language":
        return (
            re.compile(_expand(_names(lang) + ("" if option(lang, "joined") else "~"), lang))
            if _names(lang)
            else None
        )
    parts = [table.get(name, ""), anywhere.get(name, "")]
    if name == "agent":
        parts.append(table.get("mt", ""))
    words = "|".join(filter(None, parts))
    return re.compile(_expand(words, lang)) if words else None


def _expand(words: str, lang: str) -> str:
    """The regular expression of a class: shortcuts spelled out, accents optional, whole words only."""
    text = bare(words).replace("{l}", LANGUAGE + "+")
    if not option(lang, "strict"):
        text = _ACCENTED.sub(_optional_accent, text)
    letters = letter(lang)
    text = text.replace(" ?", _MAYBE_GAP).replace(" ", r"[\W_]{1,3}").replace("~", letters + "*")
    if option(lang, "joined"):
        return f"(?:{text})"
    before = rf"(?<!{letters})" + ("[اولبكفهובלמש]{0,3}" if option(lang, "prefixed") else "")
    return rf"{before}(?:{text})(?!{letters})"


def _optional_accent(match: re.Match[str]) -> str:
    plain = skeleton(match.group())
    return f"[{match.group()}{plain}]" if len(plain) == 1 and plain != match.group() else match.group()


@cache
def _stems(lang: str) -> dict[str, str]:
    """Stems of language names as one notice language writes them, with their BCP 47 code."""
    rows = resources.data("notice_languages")["names"].get(lang, "")
    pairs = (row.split("=", 1) for row in rows.split("|") if row)
    return {bare(stem): code for code, stem in pairs}


def language_named(words: str, lang: str) -> str | None:
    """BCP 47 code of the first language that a folded stretch of text names, or None."""
    pattern_ = pattern(lang, "language")
    if pattern_ is None or (match := pattern_.search(words)) is None:
        return None
    stems = {skeleton(stem): code for stem, code in _stems(lang).items()}
    found = skeleton(match.group())
    ends = range(len(found), 0, -1)
    # The first letters may be an article or a preposition written as one word with the name.
    return next((stems[found[i:n]] for i in range(5) for n in ends if found[i:n] in stems), None)


@cache
def _names(lang: str) -> str:
    stems = sorted(_stems(lang), key=len, reverse=True)
    return f"(?:{'|'.join(stems)})" if stems else ""


class Service(NamedTuple):
    """One spelling list of a service.

    Attributes:
        id: the table name in ``services.toml``.
        common: True if the name could also mean a company, a person or a thing.
        keys: substrings one of which stands in every spelling.
    """

    id: str
    common: bool
    keys: tuple[str, ...]


@cache
def services() -> tuple[Service, ...]:
    """All rows of ``services.toml``, names before common names."""
    rows = resources.data("services").items()
    return tuple(
        Service(key, common, tuple(bare(row["keys"]).split("|")))
        for field, common in (("names", False), ("common", True))
        for key, row in rows
        if row.get(field)
    )


@cache
def service_pattern(service: Service) -> re.Pattern[str]:
    """The spellings of one row, with addresses, versions and product words around them."""
    words = bare(resources.data("services")[service.id]["common" if service.common else "names"])
    words = words.replace(" ?", " ").replace(" ", _NAME_GAP).replace("~", _ENDING)
    return re.compile(
        rf"(?<![a-zа-я0-9])(?:https?://)?(?:www\.)?(?:{words})(?:['-]?{_CASE}{{1,3}}(?!{_CASE}))?(?!{_CASE}{{4}}){_TAIL}"
    )


_CASE = "[a-zа-яà-öø-ɏ]"
"""A letter of a case ending: Finnish "Googlella", Turkish "DeepL'in"."""
_TAIL = (
    r"(?:(?:\.com|\.cn|\.ru|\.org|\.net|\.io)(?:/[\w/.-]*)?)?"
    r"(?:[\s/_(-]{0,2}(?:v?\d[a-z0-9._]{0,9}|pro|flash|turbo|mini|plus|sonnet|opus|haiku|lite|api|cloud|free|ai|llm|nmt|"
    r"engine|service|model|translat(?:e|or|ion)|machine translation|app|bot|web|online|chat|code)(?![\w]))*"
)
