"""Comparing names of companies and organisations: legal forms, abbreviations, numbers.

The core of a name is what is left without legal form and filler. Two cores must agree word by word;
a slip is forgiven in long words only, for a short word with a slip is usually another company.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from mtcheck import resources
from mtcheck.names import titles
from mtcheck.names.compare import MAX_SLIPS, NameMatch, different, same, word_map
from mtcheck.names.distance import slips
from mtcheck.names.transliteration import plain, skeleton

_DOTTED = re.compile(r"\b(?:[^\W\d_]\.\s?){2,}|\b(?:[^\W\d_]\.)+[^\W\d_]\b")
_TOKEN = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*(?:/[^\W\d_])?|[&+]")
_NUMBER = re.compile(r"\d+|[ivxlc]+$")


@dataclass(frozen=True, slots=True)
class _Organization:
    core: tuple[str, ...]
    forms: frozenset[str]


@cache
def _forms() -> dict[tuple[str, ...], str]:
    table = resources.data("names_companies")["forms"]
    return {tuple(map(_flat, form.split())): key for key, forms in table.items() for form in forms}


def _flat(word: str) -> str:
    """A word of a legal form without accents; signs stay."""
    return plain(word) if word.isalpha() else word


@cache
def _longest_form() -> int:
    return max(map(len, _forms()))


@cache
def _compatible() -> frozenset[frozenset[str]]:
    return frozenset(frozenset(p.split()) for p in resources.data("names_companies")["compatible"]["pairs"])


@cache
def _abbreviations() -> dict[str, str]:
    items = resources.data("names_companies")["abbreviations"]["words"].split()
    return dict(zip(items[::2], items[1::2], strict=True))


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(resources.data("names_companies")[key].split())


@lru_cache(maxsize=65536)
def _organization(name: str) -> _Organization:
    name = unicodedata.normalize("NFKC", name).casefold().replace("ß", "ss")
    name = _DOTTED.sub(lambda m: m.group().replace(".", "").replace(" ", "") + " ", name)
    name = name.replace("co-op", "coop")
    name = re.sub(r"['’]s\b", "s", re.sub(r"(?<=\w)-(?=\w)", " ", name))
    tokens = _TOKEN.findall(name)
    core, forms = _split_forms(tokens)
    short = _abbreviations()
    words = [plain(short.get(w, w)) or w for w in core]
    return _Organization(tuple(_numbers([w for w in words if w])), frozenset(forms))


def _split_forms(tokens: list[str]) -> tuple[list[str], list[str]]:
    """Legal forms at either end of a name, taken off as long as something is left."""
    forms: list[str] = []
    core = list(tokens)
    taken = True
    while taken and len(core) > 1:
        taken = False
        for size in range(min(_longest_form(), len(core) - 1), 0, -1):
            for piece, rest in ((core[-size:], core[:-size]), (core[:size], core[size:])):
                if not taken and (form := _legal_form(tuple(map(_flat, piece)))):
                    forms.append(form)
                    core, taken = rest, True
    while len(core) > 1 and core[-1] in {"&", "and"}:
        core = core[:-1]
    return core, forms


def _legal_form(piece: tuple[str, ...]) -> str | None:
    known = _forms()
    if piece in known:
        return known[piece]
    letters = " ".join(piece)
    if len(letters) < 12:
        return None
    near = (form for form in known if len(form) == len(piece) and slips(" ".join(form), letters, 1) <= 1)
    return known.get(next(near, ()))


def _numbers(words: list[str]) -> list[str]:
    """Number words as figures, tens and units put together."""
    table = word_map("number_words")
    out: list[str] = []
    for word in words:
        figure = table.get(word, word)
        previous = out[-1] if out else ""
        if figure.isdigit() and len(figure) == 1 and previous.isdigit() and previous[1:] == "0":
            out[-1] = previous[0] + figure
        else:
            out.append(figure)
    return out


def compare_organizations(a: str, b: str) -> NameMatch:
    """Compare two names of companies, organisations or places; see ``compare_names``."""
    x, y = _organization(a), _organization(b)
    if not x.core or not y.core:
        return different("one of the names has no letters")
    if clash := _contradiction(x.forms, y.forms):
        return different(clash, 0.6)
    first, second = _bare(x.core), _bare(y.core)
    if first == second or "".join(first) == "".join(second):
        relation = "spelling_variant" if x.forms == y.forms else "shortened"
        return same(relation, 0.97, "the same name; only legal form, signs, case or filler words differ")
    if sorted(first) == sorted(second):
        return same("reordered", 0.92, "the same words in another order")
    if skeleton("".join(first)) == skeleton("".join(second)):
        return same("scheme_variant", 0.93, "one name by two schemes")
    return _compare_cores(first, second)


def _bare(core: tuple[str, ...]) -> tuple[str, ...]:
    kept = tuple(w for w in core if w not in _words("filler"))
    return kept or core


def _contradiction(a: frozenset[str], b: frozenset[str]) -> str | None:
    if not a or not b or a & b:
        return None
    if any(frozenset((x, y)) in _compatible() for x in a for y in b):
        return None
    return f"the legal forms {'/'.join(sorted(a))} and {'/'.join(sorted(b))} are two companies"


def _compare_cores(a: tuple[str, ...], b: tuple[str, ...]) -> NameMatch:
    left = [w for w in a if w not in b]
    right = [w for w in b if w not in a]
    if not left or not right:
        extra = " ".join(left or right) or "a repeated word"
        if left != right and set(left or right) <= _words("generic") and min(len(a), len(b)) > 1:
            return same("shortened", 0.8, f"{extra} is left out")
        if left != right and titles.is_demonym(extra) and _words("unique") & set(a) & set(b):
            return same("shortened", 0.8, f"{extra} is left out, and goes without saying")
        return different(f"only one of them has {extra}", 0.65)
    if len(left) != len(right):
        short, long = (a, b) if len(a) < len(b) else (b, a)
        if len(short) == 1 and len(short[0]) == len(long) > 1 and short[0] == "".join(w[0] for w in long):
            return same("shortened", 0.8, f"{short[0]} are the initials")
        return _compare_joined(a, b, left, right)
    if _country_and_adjective(left, right):
        return same("reordered", 0.88, f"{left[0]} and {right[0]} name one country")
    total = 0
    for x, y in zip(left, right, strict=True):
        if _NUMBER.fullmatch(x) and _NUMBER.fullmatch(y):
            return different(f"number {x} against {y}", 0.65)
        if skeleton(x) == skeleton(y):
            continue
        total += (count := slips(x, y, MAX_SLIPS))
        if count > _allowed(x, y):
            return different(f"{x} against {y}", 0.5)
    if total > MAX_SLIPS:
        return different(f"{total} letters differ", 0.6)
    if total == 0:
        return same("scheme_variant", 0.93, "one name by two schemes")
    return same("typo", 0.9 - 0.07 * total, f"{total} letter(s) differ: {' '.join(left)}, {' '.join(right)}")


def _country_and_adjective(left: list[str], right: list[str]) -> bool:
    """True if all that differs is a country and its adjective (Ukraine, Ukrainian)."""
    if not len(left) == len(right) == 1 or not all(titles.is_country_word(w) for w in (left[0], right[0])):
        return False
    return left[0][:4] == right[0][:4] and titles.is_demonym(left[0]) != titles.is_demonym(right[0])


def _allowed(x: str, y: str) -> int:
    size = max(len(x), len(y))
    return 0 if size < 4 else 1 if size < 9 else 2


def _compare_joined(a: tuple[str, ...], b: tuple[str, ...], left: list[str], right: list[str]) -> NameMatch:
    """Words divided differently, perhaps with a slip."""
    x, y = "".join(a), "".join(b)
    if (count := slips(x, y, 1)) <= 1 and min(len(x), len(y)) >= 8:
        return same("typo", 0.85, f"{count} letter differs in {x}, {y}")
    return different(f"{' '.join(left)} against {' '.join(right)}", 0.4)
