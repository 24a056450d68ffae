"""Plants one deviation in a human-translated text, for measuring what the name checks find.

Names are picked by a pattern (two capitalised words of which the first is in the table of given
names or the second ends like a Slavic surname, and the second comes back), not by the finder itself.
"""

from __future__ import annotations

import random
import re
from collections import Counter

from mtcheck.names.mentions import is_given

KINDS = ("scheme", "typo", "inflected", "given", "swapped", "adjective", "title")

_PAIR = re.compile(
    r"(?<![.!?\"“] )(?<!^)\b([A-Z][a-z]+(?:-[A-Z]?[a-z]+)?) ([A-Z][a-z]{4,}(?:-[A-Z]?[a-z]+)?)\b", re.M
)
_SCHEMES = (
    ("sky", "skiy"),
    ("skiy", "sky"),
    ("kh", "h"),
    ("zh", "j"),
    ("yev", "ev"),
    ("aev", "ayev"),
    ("ei", "ey"),
    ("ey", "ei"),
    ("ya", "ia"),
    ("ia", "iya"),
    ("yu", "iu"),
    ("ks", "x"),
    ("x", "ks"),
    ("ts", "tz"),
    ("ov", "off"),
    ("ss", "s"),
    ("v", "w"),
    ("i", "y"),
    ("y", "i"),
    ("k", "ck"),
    ("c", "k"),
    ("l", "ll"),
    ("n", "nn"),
    ("t", "tt"),
    ("ph", "f"),
    ("oo", "u"),
)
_ADJECTIVES = {
    "Belarusian": "Belorussian",
    "Argentine": "Argentinian",
    "Kyiv": "Kiev",
    "Kharkiv": "Kharkov",
    "Ukrainian": None,
}
_GIVEN = ("Albert", "Boris", "Claudia", "Daniel", "Helena", "Leonard", "Monica", "Ruslan")
_COMMON = frozenset(
    {"The", "New", "Blue", "Great", "Central", "One", "Bank", "Restaurant", "Minister", "Prime"}
)


def repeated_names(text: str) -> list[tuple[str, str]]:
    """Given name and surname of names whose surname stands in the text at least twice."""
    words = Counter(re.findall(r"\b[A-Z][a-z]+(?:-[A-Z]?[a-z]+)?\b", text))
    found = dict.fromkeys(m.groups() for m in _PAIR.finditer(text))
    small = set(re.findall(r"\b[a-z]{4,}\b", text))
    return [
        (first, last)
        for first, last in found
        if words[last] >= 2
        and (is_given(first) or re.search(r"(?:ov|ev|in|sky|ova|eva|ina|enko|uk|vych|ich)$", last))
        and not {first, last} & _COMMON
        and not {first.lower(), last.lower()} & small
    ]


def plant(text: str, kind: str, choice: random.Random) -> tuple[str, int, int] | None:
    """The text with one deviation and its place; None if the text offers none of that kind."""
    if kind == "adjective":
        return _plant_adjective(text)
    if kind == "title":
        return _plant_title(text)
    names = repeated_names(text)
    choice.shuffle(names)
    for first, last in names:
        swapped = kind in {"given", "swapped"}
        target, wrong = (first, None) if swapped else (last, _wrong(last, kind, choice))
        places = [m.start() for m in re.finditer(rf"\b{re.escape(last)}\b", text)]
        if swapped:
            wrong = _respell(first, choice) if kind == "given" else choice.choice(_GIVEN)
            places = [m.start() for m in re.finditer(rf"\b{re.escape(first)} {re.escape(last)}\b", text)]
            if len(places) < 2:
                continue
        if wrong is None:
            continue
        at = places[-1]
        return text[:at] + wrong + text[at + len(target) :], at, at + len(wrong)
    return None


def _wrong(word: str, kind: str, choice: random.Random) -> str | None:
    if kind == "scheme":
        return _respell(word, choice)
    if kind == "inflected":
        return word + choice.choice(["u", "ym", "om"]) if re.search(r"(?:ov|ev|in|yn)$", word) else None
    if len(word) < 6:
        return None
    at = choice.randrange(1, len(word) - 2)
    letters = [word[:at] + word[at + 1] + word[at] + word[at + 2 :], word[:at] + word[at + 1 :]]
    wrong = choice.choice(letters)
    return wrong if wrong != word else None


def _respell(word: str, choice: random.Random) -> str | None:
    options = [(a, b) for a, b in _SCHEMES if a in word[1:]]
    if not options:
        return None
    a, b = choice.choice(options)
    at = word.rindex(a)
    return word[:at] + b + word[at + len(a) :]


def _plant_adjective(text: str) -> tuple[str, int, int] | None:
    for right, wrong in _ADJECTIVES.items():
        places = [m.start() for m in re.finditer(rf"\b{right}\b", text)]
        if wrong and len(places) >= 2:
            return (
                text[: places[-1]] + wrong + text[places[-1] + len(right) :],
                places[-1],
                places[-1] + len(wrong),
            )
    return None


_TITLE = re.compile(
    r"\b(Foreign Minister|Defen[cs]e Minister|Health Minister|Chairman|Prosecutor General) "
    r"([A-Z][a-z]+ [A-Z][a-z]+)"
)
_OTHER = {
    "Foreign Minister": "Minister of Foreign Affairs",
    "Health Minister": "Minister of Health",
    "Chairman": "Speaker",
    "Prosecutor General": "General Prosecutor",
}


def _plant_title(text: str) -> tuple[str, int, int] | None:
    match = _TITLE.search(text)
    if match is None:
        return None
    other = _OTHER.get(match.group(1), "Minister of Defense")
    last = match.group(2).split()[-1]
    later = [
        m.start() for m in re.finditer(rf"(?<=[a-z] ){re.escape(last)}\b", text) if m.start() > match.end()
    ]
    if not later:
        return None
    at = later[-1]
    return text[:at] + other + " " + text[at:], at, at + len(other)
