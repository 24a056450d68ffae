"""Whether two names mean one bearer, and what lies between them.

Reach for ``compare_names`` with two names of the same kind. The answer is a rule that says why,
never a bare number: the relation names what an editor would have to change. Persons are compared
here word by word; companies and organisations in ``organizations``.

Rejected: one similarity number over the whole string. It cannot tell an initial (the same person)
from a contradicting initial (another person), which differ by one letter alike.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from mtcheck import resources, text
from mtcheck.names.distance import letters, slips
from mtcheck.names.transliteration import consonants, consonants_across, plain, romanise, skeleton

RELATIONS = (
    "identical",
    "spelling_variant",
    "scheme_variant",
    "inflected",
    "reordered",
    "shortened",
    "nickname",
    "translated_as_word",
    "typo",
    "different",
)
"""What can lie between two names, from nothing to everything."""

MAX_SLIPS = 2
"""More slips than this in a whole name make another name; so do more than one in five letters."""

_TOKEN = re.compile(r"[^\W_]+(?:['’ʼ‘`´][^\W\d_]+)*", re.UNICODE)
_CAMEL = re.compile(r"(?<=[a-z]{3})(?=[A-Z][a-z])")
_LEET = re.compile(r"(?<=[A-Za-z])[01345]|[01345](?=[a-z])")
_LEET_LETTERS = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s"}


@dataclass(frozen=True, slots=True)
class NameMatch:
    """What lies between two names.

    Attributes:
        same: True if they may be taken for one bearer.
        score: 0 to 1; ``same`` goes with 0.7 and above. An order of sureness, no probability.
        relation: one of ``RELATIONS``.
        why: one plain sentence.
    """

    same: bool
    score: float
    relation: str
    why: str


@dataclass(frozen=True, slots=True)
class _Person:
    whole: str
    tokens: tuple[str, ...]
    titled: bool
    script: str | None


@dataclass(frozen=True, slots=True)
class _Link:
    """Two words that were laid beside each other."""

    relation: str
    score: float
    why: str
    slips: int = 0


def compare_names(a: str, b: str, *, kind: str = "person") -> NameMatch:
    """Compare two names.

    Args:
        a, b: names as they stand in a text, in any script.
        kind: ``person``; ``company`` and ``organization`` know legal forms; ``place`` and
            ``unknown`` are compared as organisations are, without that; anything else as persons.

    The answer does not depend on the order of the two.
    """
    if a == b:
        return NameMatch(True, 1.0, "identical", "the names are equal")
    a, b = sorted((a, b))
    if kind.lower() in {"company", "organization", "organisation", "legalentity", "place", "unknown"}:
        from mtcheck.names.organizations import compare_organizations

        return compare_organizations(a, b)
    return _compare_persons(_person(a), _person(b))


def different(why: str, score: float = 0.0) -> NameMatch:
    """The answer for two bearers."""
    return NameMatch(False, min(score, 0.69), "different", why)


def same(relation: str, score: float, why: str) -> NameMatch:
    """The answer for one bearer."""
    return NameMatch(True, max(0.7, round(score, 3)), relation, why)


# --- reading a name ---------------------------------------------------------------------------


@cache
def word_set(*path: str) -> frozenset[str]:
    """A space-separated line of ``mtcheck/data/names.toml`` as a set."""
    row = resources.data("names")
    for key in path:
        row = row[key]
    return frozenset(str(row).split())


@cache
def word_map(*path: str) -> dict[str, str]:
    """A line of pairs of ``mtcheck/data/names.toml`` as a dictionary."""
    row = resources.data("names")
    for key in path:
        row = row[key]
    items = str(row).split()
    return dict(zip(items[::2], items[1::2], strict=True))


@lru_cache(maxsize=65536)
def _person(name: str) -> _Person:
    name = unicodedata.normalize("NFKC", name)
    written_in = text.script(name)
    if "," in name:
        left, _, right = name.partition(",")
        name = f"{right} {left}" if plain(right) not in word_set("person_noise") else f"{left} {right}"
    whole = " ".join(name.casefold().split())
    name = _HANGUL_NAME.sub(_korean, _ALLAH.sub("عبدالله", name))
    name = _CAMEL.sub(" ", _LEET.sub(lambda m: _LEET_LETTERS[m.group()], name))
    raw = [p for t in _TOKEN.findall(romanise(name)) if (p := plain(t))]
    tokens = _without(raw, word_set("honorifics"))
    titled = len(tokens) < len(raw)
    if len(tokens) > 1 and tokens[-1] in word_set("person_noise"):
        tokens = tokens[:-1]
    tokens = [word_map("arabic", "pairs").get(t, t) for t in _without(tokens, word_set("articles"))]
    return _Person(whole, tuple(tokens), titled, written_in)


_ALLAH = re.compile(r"عبد\s+الله")
_HANGUL_NAME = re.compile(r"(?<![\uac00-\ud7a3])[\uac00-\ud7a3]{2,4}(?![\uac00-\ud7a3])")


def _korean(match: re.Match[str]) -> str:
    """A Korean name with its family name, one syllable, apart, as the press spells it (Kim, Park, Lee)."""
    name = match.group()
    return f"{word_map('korean_families', 'pairs').get(name[0], name[0])} {name[1:]}"


def _without(tokens: list[str], drop: frozenset[str]) -> list[str]:
    kept = [t for t in tokens if t not in drop]
    return kept if kept else tokens


@cache
def given_names() -> dict[str, tuple[frozenset[int], frozenset[int]]]:
    """Skeleton of a given name → groups in which it is a full form, and groups of any form."""
    table = resources.data("names_nicknames")
    full: dict[str, set[int]] = {}
    either: dict[str, set[int]] = {}
    for number, line in enumerate(table["groups"]):
        forms, _, short = line.partition("|")
        for word in forms.split():
            full.setdefault(skeleton(word), set()).add(number)
        for word in (forms + short).split():
            either.setdefault(skeleton(word), set()).add(number)
    for word in table["given"].split():
        either.setdefault(skeleton(word), set())
    return {k: (frozenset(full.get(k, ())), frozenset(v)) for k, v in either.items()}


# --- words --------------------------------------------------------------------------------------


_MOST_OTHER_LETTERS = 6
"""Two words with more letters that only one of them has are not laid beside each other, unless both
stand in a table of given names or words: no two schemes and no two slips do that."""


@lru_cache(maxsize=65536)
def _traits(word: str) -> tuple[int, int]:
    """The letters of a word as bits, and how freely it may match a word that looks unlike it.

    Two that add up to 2 may: a listed name with another one, an initial (2) with any word.
    """
    if len(word) == 1:
        return 0, 2
    words = word_map("words", "pairs")
    listed = skeleton(word) in given_names() or word in words or word in words.values()
    return letters(word), int(listed)


def _link(x: str, y: str, *, latin: bool) -> _Link | None:
    """What makes two words one, None if nothing does."""
    a, b = (x, y) if x <= y else (y, x)
    if a == b:
        return _Link("identical", 1.0, "")
    if len(a) == 1 or len(b) == 1:
        return _Link("shortened", 0.86, f"{a} may stand for {b}") if a[0] == b[0] else None
    sa, sb = skeleton(a), skeleton(b)
    if sa == sb or _german_ch(a, b) or _french_j(a, b):
        return _Link("scheme_variant", 0.97, f"{a} and {b} differ by transliteration only")
    names = given_names()
    if (na := names.get(sa)) and (nb := names.get(sb)):
        if na[0] & nb[0]:
            return _Link("spelling_variant", 0.92, f"{a} and {b} are one given name in two forms")
        if na[1] & nb[1]:
            return _Link("nickname", 0.88, f"{a} and {b} are forms of one given name")
        if a[-1] in "ao" and b[-1] in "ao":  # Maria, Mario
            return None
    if _sounds_alike(a, b, sa, sb, latin):
        return _Link("spelling_variant", 0.9, f"{a} and {b} differ in vowels or doubled letters only")
    if a[:3] == b[:3] and _in_case(a, b):
        return _Link("inflected", 0.9, f"{a} and {b} are one word in two grammatical cases")
    words = word_map("words", "pairs")
    if words.get(a) == b or words.get(b) == a:
        return _Link("translated_as_word", 0.8, f"{a} and {b} are one word in two languages")
    bound = 1 if min(len(a), len(b)) < 6 else 2
    if min(len(a), len(b)) >= 4 and (count := slips(a, b, bound)) <= bound:
        return _Link("typo", 0.9 - 0.05 * count, f"{count} letter(s) differ between {a} and {b}", count)
    return None


def _german_ch(a: str, b: str) -> bool:
    """True if one of two words has the German ``ch`` for the ``kh`` of the other (Michail, Mikhail)."""
    if "ch" not in a and "ch" not in b:
        return False
    x, y = (_BARE_CH.sub("kh", word) for word in (a, b))
    return skeleton(x) in {skeleton(b), skeleton(y)} or skeleton(y) == skeleton(a)


_BARE_CH = re.compile(r"(?<!s)ch")


def _french_j(a: str, b: str) -> bool:
    """True if one of two words has the French ``j`` for the ``zh`` of the other (Prigojine, Prigozhin)."""
    if ("j" in a) == ("j" in b):
        return False
    return skeleton(a.replace("j", "zh")) == skeleton(b.replace("j", "zh"))


def _sounds_alike(a: str, b: str, sa: str, sb: str, latin: bool) -> bool:
    """Same consonants and, where both spellings write vowels, at most two other vowels."""
    if not latin:
        across = consonants_across(a)
        return across == consonants_across(b) and (len(across) >= 3 or slips(sa, sb, 1) <= 1)
    written = consonants(a)
    if written != consonants(b) or len(written) < 3:
        return False
    return slips(sa, sb, 2) <= 2 and a[-1] not in "ao" and b[-1] not in "ao"


@cache
def _latin_cases() -> tuple[tuple[str, ...], re.Pattern[str]]:
    row = resources.data("names")["cases"]
    return tuple(row["latin"]), re.compile(row["latin_stem"])


def _in_case(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    endings, stem = _latin_cases()
    if not long.startswith(short.rstrip("aoy")) or not stem.search(short.rstrip("aoy")):
        return False
    return long != short and long[len(short.rstrip("aoy")) :] in endings


# --- persons ------------------------------------------------------------------------------------


def _compare_persons(a: _Person, b: _Person) -> NameMatch:
    if not a.tokens or not b.tokens:
        return different("one of the names has no letters")
    if quick := _compare_bags(a, b):
        return quick
    latin = a.script == b.script
    links, left, right = _align(a.tokens, b.tokens, latin)
    if not left and not right:
        return _judge_full(a, b, links)
    if left and right:
        return _judge_leftovers(a, b, links, left, right)
    return _judge_shortened(a, b, links, left or right)


def _compare_bags(a: _Person, b: _Person) -> NameMatch | None:
    """The cheap answers: the same words in some order, or the same letters run together."""
    if a.tokens == b.tokens:
        if a.script != b.script:
            return same("scheme_variant", 0.96, "one name in two scripts")
        return same("spelling_variant", 0.98, "only case, accents, signs or forms of address differ")
    if set(a.tokens) == set(b.tokens):
        if len(a.tokens) != len(b.tokens):
            return same("spelling_variant", 0.9, "a word of the name is repeated")
        if word_set("kinship") & set(a.tokens) and not _rotated(a.tokens, b.tokens):
            return different("the same words, but son and father change places", 0.6)
        return same("reordered", 0.95, "the same words in another order")
    if "".join(a.tokens) == "".join(b.tokens):
        return same("spelling_variant", 0.95, "the same letters, divided into words differently")
    if a.tokens[0][0] == b.tokens[0][0] and len(a.tokens) != len(b.tokens):
        left, right = skeleton("".join(a.tokens)), skeleton("".join(b.tokens))
        if left == right:
            return same("scheme_variant", 0.94, "one name by two schemes, divided into words differently")
    if a.script != b.script and min(len(a.tokens), len(b.tokens)) == 1:
        across = consonants_across("".join(a.tokens))
        if len(across) > 3 and across == consonants_across("".join(b.tokens)):
            return same("scheme_variant", 0.85, "the same consonants in two scripts")
    return None


def _rotated(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    return len(a) == len(b) and any(a[i:] + a[:i] == b for i in range(1, len(a)))


def _align(a: tuple[str, ...], b: tuple[str, ...], latin: bool) -> tuple[list[_Link], list[str], list[str]]:
    """Lay equal words beside each other, then the nearest; what has no partner comes back."""
    left, right, links = list(a), list(b), []
    for word in a:
        if word in right:
            right.remove(word)
            left.remove(word)
            links.append(_Link("identical", 1.0, ""))
    traits = [_traits(y) for y in right]
    found = []
    for i, x in enumerate(left):
        mask, free = _traits(x)
        for j, (other_mask, other_free) in enumerate(traits):
            if (mask ^ other_mask).bit_count() > _MOST_OTHER_LETTERS and free + other_free < 2:
                continue
            if (link := _link(x, right[j], latin=latin)) is not None:
                found.append((-link.score, i, j, link))
    if not found:
        return links, left, right
    used_left: set[int] = set()
    used_right: set[int] = set()
    for _, i, j, link in sorted(found, key=lambda f: f[:3]):
        if i not in used_left and j not in used_right:
            used_left.add(i)
            used_right.add(j)
            links.append(link)
    return (
        links,
        [w for i, w in enumerate(left) if i not in used_left],
        [w for j, w in enumerate(right) if j not in used_right],
    )


def _judge_full(a: _Person, b: _Person, links: list[_Link]) -> NameMatch:
    """Every word has a partner."""
    typos = sum(link.slips for link in links)
    if typos > MAX_SLIPS:
        return different(f"{typos} letters differ", 0.6)
    if all(link.relation == "shortened" for link in links):
        return different("nothing but initials agrees", 0.4)
    if typos and not _within_fifth(a, b, typos):
        return different("more than one letter in five differs", 0.6)
    worst = min(links, key=lambda link: link.score)
    score = sum(link.score for link in links) / len(links)
    return same(worst.relation, score, worst.why or "the same words")


def _within_fifth(a: _Person, b: _Person, count: int) -> bool:
    if a.script != b.script:
        return True
    return count * 5 <= min(len(a.whole), len(b.whole))


def _judge_leftovers(
    a: _Person, b: _Person, links: list[_Link], left: list[str], right: list[str]
) -> NameMatch:
    """Both names have a word that the other lacks: another person, or words run together, or slips."""
    if links and _run_together(a, b, "".join(left), "".join(right)):
        return same("spelling_variant", 0.88, "the same letters, divided into words differently")
    if len(left) == len(right) == 1 and (len(left[0]) == 1 or len(right[0]) == 1):
        return different(f"{left[0]} contradicts {right[0]}", 0.5)
    if a.script == b.script:
        x, y = " ".join(a.tokens), " ".join(b.tokens)
        if a.script not in {"Latin", None}:
            x, y = a.whole, b.whole
        count = slips(x, y, MAX_SLIPS)
        if _replaced(left, right):
            return different(f"{left[0]} against {right[0]}", 0.6)
        if count <= MAX_SLIPS and count * 5 <= min(len(x), len(y)):
            return same("typo", 0.8 - 0.05 * count, f"{count} letter(s) of the whole name differ")
    share = sum(link.score for link in links) / max(len(a.tokens), len(b.tokens))
    return different(f"{' '.join(left)} against {' '.join(right)}", share)


def _run_together(a: _Person, b: _Person, left: str, right: str) -> bool:
    """True if what is left of two names has the same letters, or the same consonants in two scripts."""
    if skeleton(left) == skeleton(right):
        return True
    left, right = left.replace("j", "zh"), right.replace("j", "zh")
    return a.script != b.script and consonants_across(left) == consonants_across(right)


def _replaced(left: list[str], right: list[str]) -> bool:
    """True if one short word stands for another that shares no letter in its place (un, il)."""
    if not len(left) == len(right) == 1:
        return False
    size = min(len(left[0]), len(right[0]))
    return size <= MAX_SLIPS and slips(left[0], right[0], MAX_SLIPS) >= size


def _judge_shortened(a: _Person, b: _Person, links: list[_Link], missing: list[str]) -> NameMatch:
    """One name has all words of the other, and more."""
    short, long = (a, b) if len(a.tokens) < len(b.tokens) else (b, a)
    typos = sum(link.slips for link in links)
    whole = [link for link in links if link.relation != "shortened"]
    if typos > 1 and len(whole) < 3:
        return different("a part of the name, and that with slips", 0.6)
    if len(links) >= 2 and whole:
        score = sum(link.score for link in links) / len(links) - 0.05 * len(missing)
        return same("shortened", score, f"{' '.join(missing)} is left out")
    if len(short.tokens) == 1 and _link(short.tokens[0], long.tokens[-1], latin=True) and whole:
        return same("shortened", 0.72, "the surname alone")
    return different("one name alone does not tell who is meant", 0.5)
