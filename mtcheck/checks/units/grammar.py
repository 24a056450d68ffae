"""What in a message is code: placeholders, tags, addresses; and the prose that is left without them.

Placeholders come out as normal forms that compare across languages: ``%1$s`` and ``%s`` differ only in
their number, width and flags are dropped (``%-10s`` is ``%s``), spaces inside braces are dropped.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from mtcheck import resources


class Placeholder(NamedTuple):
    """One placeholder.

    Attributes:
        style: ``printf``, ``named-printf``, ``ruby``, ``brace``, ``double-brace``, ``dollar``, ``qt``,
            ``nesting`` or ``fluent``.
        name: argument name or number, empty if it is counted by place.
        kind: conversion (``s``, ``d``, ``lu``), empty where the style has none.
        text: as it stands in the message.
    """

    style: str
    name: str
    kind: str
    text: str

    @property
    def form(self) -> str:
        """The normal form that is compared."""
        return f"{self.style}:{self.name}:{self.kind}"


_LENGTH = r"(?:hh|h|ll|l|L|q|j|z|t)?"
_SOURCE = rf"""
    %%
  | %\((?P<pname>[A-Za-z_][\w.-]*)\)[-+\#0\ ]*\d*(?:\.\d+)?(?P<pkind>{_LENGTH}[diouxXeEfFgGcrsa])
  | %\{{(?P<ruby>\w+)\}}
  | %<(?P<rubyname>\w+)>[-+0]*\d*(?:\.\d+)?(?P<rubykind>[a-zA-Z])
  | %(?:(?P<num>\d+)\$)?(?:[+\#0'I]|-(?=[\d*.+0]))*(?:\d+|\*(?:\d+\$)?)?(?:\.(?:\d+|\*(?:\d+\$)?)?)?
        (?:<?PRI(?P<pri>\w+)>?
        |(?P<kind>{_LENGTH}[diouxXeEfFgGaAcsCSpnmMrK@]))
  | %(?P<qt>L?\d{{1,2}})(?![\d$.%])
  | \{{\{{\s*(?P<double>[^{{}}]+?)\s*\}}\}}
  | \$\{{(?P<dollar>[^{{}}]+)\}}
  | \$t\((?P<nesting>[^()]+)\)
  | \{{\s*(?P<fluent>\$[\w-]+|-[A-Za-z][\w-]*|[A-Z]+\([^()]*\))(?:\.[\w-]+)?\s*\}}
  | \{{(?P<brace>[A-Za-z_]\w*(?:[.\[][\w.\[\]]*)?|\d+|)(?:![rsa])?(?::[^{{}}]*)?\}}
  | \{{\s+(?P<spaced>[A-Za-z_][\w.]*)\s+\}}
"""


@cache
def _placeholder() -> re.Pattern[str]:
    return re.compile(_SOURCE, re.VERBOSE)


def placeholders(message: str) -> list[Placeholder]:
    """The placeholders of a message, in order; ``%%`` is none."""
    if "%" not in message and "{" not in message and "$t(" not in message:
        return []
    return [found for match in _placeholder().finditer(message) if (found := _read(match)) is not None]


def _read(match: re.Match[str]) -> Placeholder | None:
    last, text = match.lastgroup, match.group()
    if last in {"kind", "pri"}:
        return Placeholder("printf", match["num"] or "", match["kind"] or match["pri"], text)
    if last == "pkind":
        return Placeholder("named-printf", match["pname"], match["pkind"], text)
    if last in {"ruby", "rubykind"}:
        return Placeholder("ruby", match["ruby"] or match["rubyname"], "", text)
    if last == "brace" or last == "spaced":
        return Placeholder("brace", match[last], "", text)
    styles = {
        "qt": "qt",
        "double": "double-brace",
        "dollar": "dollar",
        "nesting": "nesting",
        "fluent": "fluent",
    }
    return Placeholder(styles[last], match[last], "", text) if last in styles else None


@cache
def _strftime() -> re.Pattern[str]:
    return re.compile(r"%[-_^#EO]?[YyBbHIAMpZjkTRF](?![a-z])|%-?d[./-]%-?m|%-?m[./-]%-?d")


def is_date_format(message: str) -> bool:
    """True if a message is made of ``strftime`` codes, which translators rightly change."""
    return "%" in message and _strftime().search(message) is not None


@cache
def tag_pattern() -> re.Pattern[str]:
    """A tag: ``slash``, ``name``, ``rest`` (attributes), ``self``."""
    return re.compile(r"<(?P<slash>/?)(?P<name>[A-Za-z][\w:.-]*|\d+)(?P<rest>\s[^<>]*?|)\s*(?P<self>/?)>")


@cache
def address_pattern() -> re.Pattern[str]:
    """A web address, an e-mail address."""
    return re.compile(
        r"\b(?:https?|ftps?)://[^\s<>\"'`«»“”„（）()\[\]{}、。，；：|\\^\u0600-\u06ff]+|\bwww\.[\w-]+\.[\w./?=&%#-]+"
        r"|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    )


@cache
def _code(addresses: bool) -> re.Pattern[str]:
    """What ``prose`` blanks; one pattern for messages that may hold addresses, one for all others.

    Every alternative of the second begins with a sign of its own, and none is grouped: only then does
    ``re`` leap from sign to sign, where it would otherwise try all of them at every letter.
    """
    spots = (
        r"`[^`']*`",
        r"<[^<>]*>",
        *([address_pattern().pattern] if addresses else []),
        r"&(?:[a-zA-Z]{2,8}|\#\d+|\#x[\da-fA-F]+);",
        r"\\[ntrfv0'\"\\]|\\x[\da-fA-F]{2}|\\u[\da-fA-F]{4}",
        r"-(?<![\w-]-)-?[A-Za-z][A-Za-z0-9_-]*(?:=\S*)?",
        r"\$\w+",
        _SOURCE,
    )
    return re.compile("|".join(_unnamed(spot) for spot in spots), re.VERBOSE)


def _unnamed(pattern: str) -> str:
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


@cache
def _hint() -> re.Pattern[str]:
    """What any code has; alternatives as in ``_code``."""
    return re.compile(r"%|\{|<|`|\$|&|\\|@|-(?<![\w-]-)-?[A-Za-z]|://|www\.")


def prose(message: str) -> str:
    """A message without its code: every placeholder, tag, address, option and escape is one space."""
    if _hint().search(message) is None:
        return message
    return _code("@" in message or "://" in message or "www." in message).sub(" ", message)


def is_template(source: str) -> bool:
    """True if a source is cut out of a template with the white space around it, which then means nothing."""
    return source.endswith(("  ", "\n\t", "\t\t")) and "\n" in source


def ends_in_code(message: str) -> bool:
    """True if the last word of a message is a placeholder, an option or other code, signs around it aside."""
    last = message.split()[-1:]
    return bool(last) and _hint().search(last[0]) is not None and not any(map(str.isalnum, prose(last[0])))


def is_list_of_names(source: str) -> bool:
    """True if a source is names alone, or several for one thing: their lengths and letters say little."""
    found = words(prose(source))
    small = any(word.islower() and len(word) > 2 for word in found)
    return ";" in source or (not small and any(word[0].isupper() for word in found))


@cache
def _words() -> re.Pattern[str]:
    return re.compile(r"[^\W\d_]+")


def words(message: str) -> list[str]:
    """Runs of letters."""
    return _words().findall(message)


def table(name: str) -> dict[str, list[str]]:
    """A table of ``units.toml``."""
    found: dict[str, list[str]] = resources.data("units")[name]
    return found
