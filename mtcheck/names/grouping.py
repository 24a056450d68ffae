"""Who is meant by each name, and how each bearer is rendered.

Full names are the anchors: two of them are one bearer when surname and given names agree up to a
difference that ``variants`` explains. A surname alone belongs to the one bearer of that surname in
its own document, to nobody when there are two. What an editor hears is decided word by word inside a
bearer: the agreed rendering of a word, else the most frequent, else the first, is proposed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Any

from mtcheck.core import Place
from mtcheck.names import adjectives, titles
from mtcheck.names.agreed import AgreedForms
from mtcheck.names.mentions import ORGANIZATION, PERSON, PLACE, UNKNOWN, Mention, is_given
from mtcheck.names.tally import Tally
from mtcheck.names.transliteration import skeleton
from mtcheck.names.variants import (
    Difference,
    base,
    given_difference,
    inflected_form,
    stem,
    surname_difference,
)

_MOST_NAMESAKES = 40
"""More different full names than this with one surname or given name are not compared pair by pair."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """One way in which a bearer is written.

    Attributes:
        text: the name as written.
        expected: how it would be written with the proposed words; equal to ``text`` when it agrees.
        relation: what lies between the two, one of ``compare.RELATIONS``.
        why: one clause, empty when it agrees.
        places: where it stands, in order.
    """

    text: str
    expected: str
    relation: str
    why: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class TitleUse:
    """A title as it stands with a bearer's name.

    Attributes:
        text: the title as written.
        place: where.
        source: the words of the title in the source, without case endings; empty where not known.
    """

    text: str
    place: Place
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bearer:
    """A person or other bearer of a name.

    Attributes:
        lang: BCP 47 primary subtag of the texts.
        kind: ``person``, ``organization``, ``place`` or ``unknown``.
        proposed: the fullest rendering, in the proposed words.
        chosen: why those words: ``agreed``, ``most frequent`` or ``first``.
        renderings: all ways it is written, the most frequent first.
        titles: titles in the order of places.
    """

    lang: str
    kind: str
    proposed: str
    chosen: str
    renderings: tuple[Rendering, ...]
    titles: tuple[TitleUse, ...]


@dataclass(slots=True)
class _Name:
    """All mentions of one spelling; of one spelling in one document for a lone word."""

    lang: str
    tokens: tuple[str, ...]
    doc: str
    kinds: Counter[str] = field(default_factory=Counter)
    places: list[Place] = field(default_factory=list)
    titles: list[TitleUse] = field(default_factory=list)
    sources: set[tuple[str, ...]] = field(default_factory=set)
    small: bool = False
    loose: bool = False

    @property
    def last(self) -> str:
        return stem(self.tokens[-1], self.lang)

    @property
    def key(self) -> tuple[str, tuple[str, ...], str]:
        return self.lang, self.tokens, self.doc

    @property
    def personal(self) -> bool:
        return not (self.kinds[PLACE] or self.kinds[ORGANIZATION])


@dataclass(slots=True)
class _Groups:
    """Union-find over names, and the pairs of words that are renderings of one."""

    parent: dict[int, int] = field(default_factory=dict)
    pairs: list[tuple[int, str, str, Difference]] = field(default_factory=list)

    def root(self, node: int) -> int:
        while (above := self.parent.get(node, node)) != node:
            self.parent[node] = self.parent.get(above, above)
            node = self.parent[node]
        return node

    def join(self, a: int, b: int) -> None:
        low, high = sorted((self.root(a), self.root(b)))
        if low != high:
            self.parent[high] = low


def conclude(tally: Tally, *, agreed: AgreedForms | None = None) -> tuple[Bearer, ...]:
    """The bearers of a text or a run, sorted by language and proposed name.

    The answer depends on what was seen alone, not on the order in which tallies were added. That of
    the last single document is kept, for several checks ask about it in a row.
    """
    global _latest
    if tally.is_sum:
        return _conclude(tally, agreed)
    if _latest is None or _latest[0] is not tally or _latest[1] is not agreed:
        _latest = (tally, agreed, _conclude(tally, agreed))
    return _latest[2]


_latest: tuple[Tally, AgreedForms | None, tuple[Bearer, ...]] | None = None


def _conclude(tally: Tally, agreed: AgreedForms | None) -> tuple[Bearer, ...]:
    names = _collect(tally)
    alone = frozenset((n.lang, n.last) for n in names if len(n.tokens) == 1 and n.personal and not n.loose)
    groups = _Groups()
    full = [i for i, n in enumerate(names) if len(n.tokens) > 1 and n.personal and len(n.tokens[-1]) > 1]
    _join_namesakes(names, full, alone, groups)
    _join_surnames(names, full, alone, groups)
    _join_sources(names, full, groups)
    _join_lone(names, full, groups)
    members: dict[int, list[_Name]] = defaultdict(list)
    for i, name in enumerate(names):
        members[groups.root(i)].append(name)
    pairs: dict[int, list[tuple[str, str, Difference]]] = defaultdict(list)
    for node, a, b, difference in groups.pairs:
        pairs[groups.root(node)].append((a, b, difference))
    bearers = (
        _bearer(members[r], pairs[r], agreed) for r in sorted(members) if not all(n.loose for n in members[r])
    )
    return tuple(sorted(bearers, key=lambda b: (b.lang, b.proposed, _at(b.renderings[0].places[0]))))


# --- collecting ---------------------------------------------------------------------------------


def _collect(tally: Tally) -> list[_Name]:
    found: dict[tuple[str, tuple[str, ...], str], _Name] = {}
    for seen in tally.documents:
        renders = seen.renders or (None,) * len(seen.mentions)
        for (mention, place), source in zip(seen.mentions, renders, strict=True):
            tokens = tuple(map(_settled, mention.tokens))
            key = (seen.lang, tokens, seen.doc if len(tokens) == 1 else "")
            name = found.setdefault(key, _Name(*key))
            name.kinds[mention.kind] += 1
            name.places.append(place)
            name.small |= any(t.lower() in seen.small for t in tokens)
            if source is not None:
                name.sources.add(source.name)
            if mention.title:
                title = source.title if source is not None else ()
                name.titles.append(TitleUse(mention.title, _title_place(mention, place), title))
        for mention, place in seen.loose:
            loose_key = (seen.lang, tuple(map(_settled, mention.tokens)), seen.doc)
            if loose_key not in found:
                found[loose_key] = _Name(*loose_key, loose=True)
            if found[loose_key].loose:
                found[loose_key].places.append(place)
    return [found[key] for key in sorted(found)]


@lru_cache(maxsize=65536)
def _settled(token: str) -> str:
    """A word with straight apostrophes and without shouting."""
    token = token.replace("’", "'").replace("ʼ", "'")
    return token.title() if token.isupper() and len(token) > 4 else token


def _title_place(mention: Mention, place: Place) -> Place:
    span = mention.title_span or place.span
    return Place(place.doc, place.origin, span, mention.title or "")


# --- joining ------------------------------------------------------------------------------------


def _by(names: list[_Name], indices: Iterable[int], key: str) -> Iterator[list[int]]:
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i in indices:
        name = names[i]
        found[name.lang, name.last if key == "last" else stem(name.tokens[0], name.lang)].append(i)
    return (group for group in found.values() if 1 < len(group) <= _MOST_NAMESAKES)


def _join_namesakes(
    names: list[_Name], full: list[int], alone: frozenset[tuple[str, str]], groups: _Groups
) -> None:
    """Full names with one surname: the given names decide."""
    for group in _by(names, full, "last"):
        for i, j in combinations(group, 2):
            a, b = names[i].tokens[:-1], names[j].tokens[:-1]
            difference = given_difference(a, b, names[i].lang)
            if difference is None or (difference.relation == "shortened" and _ambiguous(names, i, j, group)):
                continue
            if difference.relation == "typo" and not _believed(names[i], names[j], alone):
                continue
            groups.join(i, j)
            if difference.reported:
                groups.pairs.append((i, *difference.words, difference))


def _ambiguous(names: list[_Name], i: int, j: int, group: list[int]) -> bool:
    """An initial or a shorter name that fits two people of one surname fits neither."""
    short = min((i, j), key=lambda k: (len(names[k].tokens), len("".join(names[k].tokens))))
    lang = names[short].lang
    fits = [
        k
        for k in group
        if k != short and given_difference(names[short].tokens[:-1], names[k].tokens[:-1], lang) is not None
    ]
    return any(
        given_difference(names[x].tokens[:-1], names[y].tokens[:-1], lang) is None
        for x, y in combinations(fits, 2)
    )


def _join_surnames(
    names: list[_Name], full: list[int], alone: frozenset[tuple[str, str]], groups: _Groups
) -> None:
    """Full names with one given name: the surnames may be one by two schemes, or with a slip."""
    for group in _by(names, full, "first"):
        for i, j in combinations(group, 2):
            a, b = names[i], names[j]
            if a.last == b.last or len(a.tokens[0]) == 1:
                continue
            difference = surname_difference(a.tokens[-1], b.tokens[-1], a.lang, known=True)
            if difference is None or (difference.relation != "scheme_variant" and not _believed(a, b, alone)):
                continue
            if (
                len(a.tokens) > 2
                and len(b.tokens) > 2
                and not given_difference(a.tokens[1:-1], b.tokens[1:-1], a.lang)
            ):
                continue
            groups.join(i, j)
            groups.pairs.append((i, a.tokens[-1], b.tokens[-1], difference))


def _join_sources(names: list[_Name], full: list[int], groups: _Groups) -> None:
    """Full names that render one full name of the source are one bearer, however they are spelled."""
    owners: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    for i in full:
        for source in sorted(names[i].sources):
            if len(source) > 1:
                owners[names[i].lang, source].append(i)
    for group in owners.values():
        for i, j in combinations(group[:_MOST_NAMESAKES], 2):
            if groups.root(i) == groups.root(j):
                continue
            groups.join(i, j)
            a, b = names[i].tokens, names[j].tokens
            for x, y in zip(a, b, strict=True) if len(a) == len(b) else ():
                if x != y and min(len(x), len(y)) > 1:
                    groups.pairs.append((i, x, y, _ONE_SOURCE))


_ONE_SOURCE = Difference("spelling_variant", True, "one name of the source in two renderings")


def _believed(a: _Name, b: _Name, alone: frozenset[tuple[str, str]]) -> bool:
    """A slip is rare beside the right form, and only people are sure not to be two phrases.

    Args:
        alone: last words that also stand alone, as surnames do.
    """
    person = a.kinds[PERSON] or b.kinds[PERSON] or {(a.lang, a.last), (b.lang, b.last)} & alone
    person = person or (len(a.tokens) > 2 and a.tokens[:2] == b.tokens[:2])
    if not person:
        return False
    few, many = sorted((len(a.places), len(b.places)))
    return few <= 2 and (few < many or many == 1)


def _join_lone(names: list[_Name], full: list[int], groups: _Groups) -> None:
    """Lone surnames go to the one bearer in their own document; then their near spellings do."""
    lone = [i for i, n in enumerate(names) if len(n.tokens) == 1]
    owners: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for i in full:
        for doc in {p.doc for p in names[i].places}:
            owners[names[i].lang, doc, names[i].last].add(i)
    by_doc: dict[tuple[str, str], list[int]] = defaultdict(list)
    linked = set()
    for i in lone:
        name = names[i]
        roots = {groups.root(o) for o in owners.get((name.lang, name.doc, name.last), ())}
        if len(roots) == 1:
            groups.join(i, roots.pop())
            linked.add(i)
        by_doc[name.lang, name.doc].append(i)
    surnames: dict[tuple[str, str], list[int]] = defaultdict(list)
    for (lang, doc, _), holders in owners.items():
        surnames[lang, doc] += sorted(holders)
    for key, members in by_doc.items():
        _join_near(names, members, linked, surnames.get(key, []), groups)


def _join_near(
    names: list[_Name], lone: list[int], linked: set[int], holders: list[int], groups: _Groups
) -> None:
    """Lone names of one document against each other and against the surnames of its people."""
    firsts = {stem(t, names[i].lang) for i in holders for t in names[i].tokens[:-1]}
    single = [i for i in lone if not names[i].tokens[0].isupper() and names[i].last not in firsts]
    settled = [i for i in single if not names[i].loose]
    index: dict[str, list[int]] = defaultdict(list)
    for j in sorted({*holders, *settled}):
        for key in _near_keys(names[j].tokens[-1], names[j].lang):
            index[key].append(j)
    known = set(settled)
    for i in single:
        if i in linked or names[i].small:
            continue
        for j in sorted(
            {j for key in _near_keys(names[i].tokens[-1], names[i].lang) for j in index.get(key, ())}
        ):
            if j == i or (j < i and j in known and j not in linked and not names[i].loose):
                continue
            difference = _near(names, i, j, groups)
            if difference is not None:
                groups.join(i, j)
                groups.pairs.append((i, names[i].tokens[-1], names[j].tokens[-1], difference))


@lru_cache(maxsize=65536)
def _near_keys(word: str, lang: str) -> frozenset[str]:
    """What a word shares with any that ``_near`` could join it to: so that a long text stays cheap.

    The word without any one letter (two words one slip apart have one such in common), its skeleton,
    and its start, for endings.
    """
    bare = base(word, lang)
    less = {bare[:i] + bare[i + 1 :] for i in range(len(bare))} if len(bare) < 40 else set()
    keys = {bare, "=" + skeleton(word), "^" + bare[:5], *less}
    return frozenset(keys | {"=" + skeleton(word.lower().replace("j", "zh"))} if "j" in word else keys)


def _near(names: list[_Name], i: int, j: int, groups: _Groups) -> Difference | None:
    a, b = names[i].tokens[-1], names[j].tokens[-1]
    if a[:1] != b[:1] or abs(len(a) - len(b)) > 4:
        return None
    lang = names[i].lang
    anchored = len(names[j].tokens) > 1
    left_in = _left_inflected(names[i], names[j])
    if not anchored and names[i].titles:
        left_in = left_in or _left_inflected(names[j], names[i])
    if lang not in {"ru", "uk"} and left_in:
        return Difference("inflected", True, "a grammatical ending of the source language was left in")
    place = titles.is_country_word(a.lower()) or titles.is_country_word(b.lower())
    difference = surname_difference(a, b, lang, known=False, anchored=anchored or place)
    if difference is None or difference.relation != "typo":
        return difference
    return difference if _outnumbered(names, i, j, groups) else None


_LONG_SURNAME = 6
"""Shortest surname of a full name in which any case ending is believed, not only that of Slavic ones."""


def _left_inflected(lone: _Name, other: _Name) -> bool:
    """True if one of a lone name and a name with more proof is the other in another case.

    A full name in another case than the nominative stands there once (with Sergei Zhukovom).
    """
    a, b = lone.tokens[-1], other.tokens[-1]
    full = len(other.tokens) > 1 and other.kinds[PERSON] > 0
    if min(len(a), len(b)) < 5:
        return False
    if titles.is_country_word(b.lower()) and len(other.places) > 1:
        return len(lone.places) == 1 and inflected_form(a, b, known=True)
    if (full or other.titles) and inflected_form(a, b, known=full and len(b) >= _LONG_SURNAME):
        return len(lone.places) <= 2
    once = len(other.tokens) > 1 and len(other.places) == 1
    return once and inflected_form(b, a, known=full and len(lone.places) > 1 and len(a) >= _LONG_SURNAME)


def _outnumbered(names: list[_Name], i: int, j: int, groups: _Groups) -> bool:
    """True if one of two near spellings is rare enough beside the other to be a slip."""
    group = groups.root(j)
    count = sum(len(n.places) for k, n in enumerate(names) if groups.root(k) == group)
    few, many = sorted((len(names[i].places), count))
    if names[j].small or few > 2:
        return False
    return many >= 4 if few == 2 else many >= 2 or len(names[j].tokens) > 1


# --- what is said of a bearer -------------------------------------------------------------------


def _bearer(
    members: list[_Name], pairs: list[tuple[str, str, Difference]], agreed: AgreedForms | None
) -> Bearer:
    lang = members[0].lang
    counts: Counter[str] = Counter()
    first: dict[str, Place] = {}
    for name in members:
        for token in name.tokens:
            counts[token] += len(name.places)
            first[token] = min([*name.places, *([first[token]] if token in first else [])], key=_at)
    better, chosen = _choose(pairs, counts, first, agreed, lang)
    renderings = [_rendering(name, better) for name in members]
    merged = _merge(renderings)
    kinds = sum((n.kinds for n in members), Counter[str]())
    kind = next((k for k in (PERSON, ORGANIZATION, PLACE) if kinds[k]), UNKNOWN)
    fullest = max(merged, key=lambda r: (r.text == r.expected, len(r.expected.split()), len(r.places)))
    uses = tuple(sorted((t for n in members for t in n.titles), key=lambda t: _at(t.place)))
    return Bearer(lang, kind, fullest.expected, chosen, merged, uses)


def _at(place: Place) -> tuple[str, int, int]:
    return place.doc, place.span.start, place.span.end


def _choose(
    pairs: list[tuple[str, str, Difference]],
    counts: Counter[str],
    first: dict[str, Place],
    agreed: AgreedForms | None,
    lang: str,
) -> tuple[dict[str, tuple[str, Difference]], str]:
    """For each word that should be another one: which, and why; and how that was decided."""
    better: dict[str, tuple[str, Difference]] = {}
    chosen = "most frequent"
    for a, b, difference in sorted(pairs, key=lambda p: (p[0], p[1])):
        agreed_word = _agreed_word(a, b, agreed, lang)
        ranked = sorted(
            (a, b), key=lambda w: (w != agreed_word, -counts[w], _at(first[w]) if w in first else ())
        )
        if agreed_word in (a, b):
            chosen = "agreed"
        elif counts[a] == counts[b]:
            chosen = "first"
        better[ranked[1]] = (ranked[0], difference)
    for word in list(better):
        target, _ = better[word]
        while target in better and better[target][0] != word and counts[better[target][0]] >= counts[target]:
            target = better[target][0]
            if target == word:
                break
        better[word] = (target, better[word][1])
    return better, chosen


def _agreed_word(a: str, b: str, agreed: AgreedForms | None, lang: str) -> str | None:
    if agreed is None:
        return None
    for form in agreed.forms:
        words = form.preferred.split()
        if form.lang in {"", lang} and (a in words) != (b in words):
            return a if a in words else b
    return None


def _rendering(name: _Name, better: dict[str, tuple[str, Difference]]) -> Rendering:
    written = " ".join(name.tokens)
    expected = " ".join(_in_its_case(t, better[t][0], name.lang) if t in better else t for t in name.tokens)
    difference = next((better[t][1] for t in name.tokens if t in better), None)
    places = tuple(sorted(name.places, key=_at))
    if difference is None or written == expected:
        return Rendering(written, written, "identical", "", places)
    return Rendering(written, expected, difference.relation, difference.why, places)


def _in_its_case(word: str, wanted: str, lang: str) -> str:
    """The wanted word with the case ending of the one that stands there (Russian, Ukrainian)."""
    if lang not in {"ru", "uk"}:
        return wanted
    return wanted[: len(stem(wanted, lang))] + word[len(stem(word, lang)) :]


def _merge(renderings: list[Rendering]) -> tuple[Rendering, ...]:
    """Renderings of lone surnames from several documents as one; the most frequent first."""
    found: dict[str, Rendering] = {}
    for r in renderings:
        old = found.get(r.text)
        places = tuple(sorted((*old.places, *r.places), key=_at)) if old else r.places
        found[r.text] = Rendering(r.text, r.expected, r.relation, r.why, places)
    return tuple(sorted(found.values(), key=lambda r: (-len(r.places), r.text)))


# --- titles -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TitleChange:
    """One office of one person under two names, or two offices that nobody holds together.

    Attributes:
        bearer: whose it is.
        proposed: the most frequent rendering of the office, else the first.
        use: where another one stands.
        others: where the proposed one stands.
        another: True if it is another office, not another name for the same.
        certain: False where the two may be meant (head of state for a president, two ranks).
    """

    bearer: str
    proposed: str
    use: TitleUse
    others: tuple[TitleUse, ...]
    another: bool = False
    certain: bool = True


def title_changes(bearer: Bearer) -> tuple[TitleChange, ...]:
    """Titles of a bearer that name one office in two ways, or two offices that nobody holds together.

    A word that explains a title (former, then) takes it out.
    """
    named: dict[tuple[str, tuple[str, ...]], dict[str, list[TitleUse]]] = defaultdict(dict)
    held: dict[str, list[TitleUse]] = {}
    fields: dict[str, dict[str, list[TitleUse]]] = defaultdict(dict)
    loose: set[str] = set()
    translated: dict[tuple[str, ...], dict[str, list[TitleUse]]] = defaultdict(dict)
    for use in bearer.titles:
        office = titles.parse_title(use.text, bearer.lang)
        if use.source and office is not None:
            translated[use.source].setdefault(office.rendering, []).append(use)
        if office is None or office.set_id is None or office.explained:
            continue
        named[office.set_id, office.body].setdefault(office.rendering, []).append(use)
        if office.loose:
            loose.add(office.rendering)
        if office.exclusive and not office.body:
            held.setdefault(office.set_id, []).append(use)
        if office.field:
            fields[office.field].setdefault(office.set_id, []).append(use)
    found = [c for kinds in translated.values() for c in _changes(bearer, kinds, another=False)]
    found += [c for kinds in named.values() for c in _changes(bearer, kinds, another=False, loose=loose)]
    found += _changes(bearer, held, another=True)
    found += _loosely_named(bearer, named)
    found += [c for kinds in fields.values() for c in _changes(bearer, kinds, another=True, loose={*kinds})]
    first: dict[tuple[str, int, int], TitleChange] = {}
    for change in found:
        first.setdefault(_at(change.use.place), change)
    return tuple(first[at] for at in sorted(first))


def _loosely_named(
    bearer: Bearer, named: Mapping[tuple[str, tuple[str, ...]], dict[str, list[TitleUse]]]
) -> list[TitleChange]:
    """One office under two names of which one says no body, which may be meant (Chairman, Board Speaker)."""
    sets: dict[str, dict[str, list[TitleUse]]] = defaultdict(dict)
    for set_id in {set_id for set_id, body in named if not body}:
        for (other, _), kinds in named.items():
            for rendering, uses in kinds.items() if other == set_id else ():
                sets[set_id].setdefault(rendering, []).extend(uses)
    return [
        c
        for set_id in sorted(sets)
        for c in _changes(bearer, sets[set_id], another=False, loose=sets[set_id])
    ]


def _changes(
    bearer: Bearer, kinds: Mapping[str, list[TitleUse]], *, another: bool, loose: Collection[str] = ()
) -> list[TitleChange]:
    """One change for each use that is not of the most frequent kind; empty kinds alternate freely."""
    ranked = sorted(
        (kind for kind in kinds if kind or another), key=lambda k: (-len(kinds[k]), _at(kinds[k][0].place))
    )
    return [
        TitleChange(
            bearer=bearer.proposed,
            proposed=kinds[ranked[0]][0].text,
            use=use,
            others=tuple(kinds[ranked[0]]),
            another=another,
            certain=kind not in loose and ranked[0] not in loose,
        )
        for kind in ranked[1:]
        for use in kinds[kind]
    ]


# --- namesakes ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Doubt:
    """A person who is named once, with the surname of another whom the text names first or more often.

    Attributes:
        text: the name that stands there once.
        place: where.
        other: the other person.
        others: where that one is named, the surname alone included.
    """

    text: str
    place: Place
    other: str
    others: tuple[Place, ...]


def namesake_doubts(bearers: Iterable[Bearer]) -> tuple[Doubt, ...]:
    """Given names that may have been swapped; ask it of one document, a run is full of namesakes."""
    people: dict[tuple[str, str], list[Bearer]] = defaultdict(list)
    lone: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for bearer in bearers:
        words = bearer.proposed.split()
        key = bearer.lang, stem(words[-1], bearer.lang)
        if len(words) == 1 and bearer.kind in {PERSON, UNKNOWN}:
            lone[key] += [p for r in bearer.renderings for p in r.places]
        elif len(words) > 1 and bearer.kind in {PERSON, UNKNOWN}:
            people[key].append(bearer)
    doubts = (_doubt(pair, lone[key]) for key, pair in people.items() if len(pair) == 2)
    return tuple(sorted((d for d in doubts if d is not None), key=lambda d: _at(d.place)))


def _doubt(pair: list[Bearer], lone: list[Place]) -> Doubt | None:
    places = [sorted((p for r in b.renderings for p in r.places), key=_at) for b in pair]
    (many, most), (few, once) = sorted(
        zip(pair, places, strict=True), key=lambda x: (-len(x[1]), _at(x[1][0]))
    )
    if len(once) > 1 or PERSON not in (many.kind, few.kind):
        return None
    swapped = few.proposed.split()[0]
    if not is_given(swapped) or swapped.isupper():
        return None
    return Doubt(few.renderings[0].text, once[0], many.proposed, tuple(sorted((*most, *lone), key=_at)))


# --- adjectives and places ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wording:
    """An adjective or place name of which two forms are in use.

    Attributes:
        kind: ``adjective`` or ``place``.
        form, proposed: the form found and the one proposed, as the table writes them.
        text, expected: the words found, and the same with the proposed form.
        certain: False where the two forms may differ in sense.
        places: where the form stands.
        others: where the proposed form stands.
    """

    kind: str
    form: str
    proposed: str
    text: str
    expected: str
    certain: bool
    places: tuple[Place, ...]
    others: tuple[Place, ...]


def conclude_wordings(tally: Tally, *, agreed: AgreedForms | None = None) -> tuple[Wording, ...]:
    """The competing adjectives and place names of a text or a run."""
    found: dict[tuple[str, int], list[tuple[adjectives.Use, Place, str]]] = defaultdict(list)
    for seen in tally.documents:
        for use, place in seen.uses:
            found[use.entry].append((use, place, seen.lang))
    return tuple(w for entry in sorted(found) for w in _wordings(entry, found[entry], agreed))


def _wordings(
    entry: tuple[str, int], uses: list[tuple[adjectives.Use, Place, str]], agreed: AgreedForms | None
) -> Iterator[Wording]:
    line = adjectives.row(entry)
    by_form: dict[str, list[tuple[adjectives.Use, Place]]] = defaultdict(list)
    for use, place, _ in sorted(uses, key=lambda u: _at(u[1])):
        by_form[use.form].append((use, place))
    if len(by_form) < 2:
        return
    wanted = agreed.preferred_for(by_form, uses[0][2]) if agreed else None
    proposed = min(
        by_form,
        key=lambda f: (f != wanted, -len(by_form[f]), f != line.get("preferred"), _at(by_form[f][0][1])),
    )
    for form, places in by_form.items():
        if (
            form != proposed
            and (grade := _grade(line, places, by_form[proposed], form, proposed)) is not None
        ):
            certain, chosen = grade
            first = chosen[0]
            yield Wording(
                kind=entry[0],
                form=form,
                proposed=proposed,
                text=first[0].text,
                expected=first[0].text.replace(form, proposed),
                certain=certain,
                places=tuple(p for _, p in chosen),
                others=tuple(p for _, p in by_form[proposed]),
            )


def _grade(
    line: Mapping[str, Any],
    places: list[tuple[adjectives.Use, Place]],
    others: list[tuple[adjectives.Use, Place]],
    form: str,
    proposed: str,
) -> tuple[bool, list[tuple[adjectives.Use, Place]]] | None:
    """Certain or not, and the uses it holds for; None where the difference of sense explains it."""
    state = line.get("state", [])
    ethnic = line.get("ethnic", [])
    if not ((form in state and proposed in ethnic) or (form in ethnic and proposed in state)):
        return True, places
    same_kind = {adjectives.COMPOUND, adjectives.STATE}
    other_contexts = {u.context for u, _ in others}
    certain = [(u, p) for u, p in places if u.context in same_kind and u.context in other_contexts]
    if certain:
        return True, certain
    maybe = [(u, p) for u, p in places if u.context in same_kind and other_contexts & same_kind]
    return (False, maybe) if maybe else None
