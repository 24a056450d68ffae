"""Plants one deviation in a human-translated text, for measuring what the name checks find.

Shares nothing with the finder: names are rows of two or three capitalised words that the text holds
to be a person (a verb of speech, a pronoun or a title of the list below stands beside one of them) and
whose last word comes back; titles, adjectives and other spellings are lists of this file.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

KINDS = ("scheme", "typo", "given", "inflected", "title", "adjective")

_WORD = r"[^\W\d_a-z][^\W\d_]*(?:[-'’][^\W\d_]+)*"
_ROW = re.compile(rf"\b{_WORD}(?: {_WORD}){{1,3}}\b")
_SAID = (
    r"said|says|told|added|noted|stressed|explained|announced|stated|believes|thinks|wrote|became|was|is|has"
)
_SPEAKS = re.compile(rf"\s*(?:,\s*(?:\d\d|who|an?|the)\b|\s(?:{_SAID})\b)")
_TITLES = (
    "President|Vice President|Prime Minister|Foreign Minister|Defence Minister|Defense Minister"
    "|Health Minister|Interior Minister|Finance Minister|Justice Minister|Minister|Secretary General"
    "|Chancellor|Chairman|Chairwoman|Speaker|Director|CEO|Head|Mayor|Governor|Senator|General|Colonel|Professor|Doctor|Dr"
    "|Mr|Mrs|Ms|Judge|Coach|Captain|Commissioner|Ambassador|Deputy|Leader|Editor-in-chief|Spokesperson"
    "|Spokesman|Spokeswoman|Manager|Founder|Owner|Secretary|Chief|Commander|Prosecutor|Member|MP"
)
_TITLE_WORDS = frozenset(w for t in _TITLES.split("|") for w in t.split())
_NO_PERSON_WORDS = """
The A An In On At New Great Central North South East West Northern Southern Eastern Western Upper
Lower Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June
July August September October November December Bank Restaurant Street Avenue Park Church Cup League
Union Party House Olympic Games World National International University School Institute Company
Group City Region District County Council Committee Ministry Department Office Court Republic
Federation State States United Kingdom Airport Station Hospital Museum Theatre Theater Center Centre
Club Team Road Square River Lake Island Bay Sea Ocean Mountain Mountains Valley Army Force Forces
Police Act Law Agency News Times Post Press Radio Television Channel Association Organization
Foundation Fund Corporation Service Board Academy College And Of For With Prefecture Province
Festival Award Prize Film Day Year Covid COVID Internet Facebook Twitter Instagram YouTube Google
Apple Microsoft Championship Series Grand Prix Formula Premier Super Open Women Men System Fleet
Krai Strait Umbrella Technologies Technology Plan Piece Gulf Investigations Arabia Duchess Duke King
Queen Prince Princess Clan Madrid Mall Tower Bridge Brigade Battalion Division Marathon Commission
Interstellar Plant Factory Works Project Program Programme Model Kit Stadium Oblast Red Black White
Blue Green First Second Third Front Line Old Big High Long Holy Saint St But
"""
_NO_PERSON = frozenset(_NO_PERSON_WORDS.split())

_SCHEMES = (
    ("skiy", "sky"),
    ("sky", "skiy"),
    ("sky", "skii"),
    ("sky", "skyi"),
    ("kh", "h"),
    ("zh", "j"),
    ("yev", "ev"),
    ("aev", "ayev"),
    ("eev", "eyev"),
    ("ei", "ey"),
    ("ey", "ei"),
    ("ay", "ai"),
    ("ai", "ay"),
    ("ya", "ia"),
    ("ia", "iya"),
    ("yu", "iu"),
    ("yo", "io"),
    ("ts", "tz"),
    ("ov", "off"),
    ("iy", "y"),
    ("ii", "y"),
    ("yi", "i"),
    ("ch", "tch"),
    ("sh", "sch"),
    ("ks", "x"),
    ("x", "ks"),
    ("kw", "qu"),
    ("ss", "s"),
    ("oo", "u"),
    ("ou", "u"),
    ("ü", "u"),
    ("ü", "ue"),
    ("ö", "oe"),
    ("ö", "o"),
    ("ä", "ae"),
    ("č", "c"),
    ("š", "s"),
    ("š", "sh"),
    ("ž", "z"),
    ("ř", "r"),
    ("á", "a"),
    ("é", "e"),
    ("í", "i"),
    ("ó", "o"),
    ("ý", "y"),
    ("ú", "u"),
    ("ð", "d"),
    ("þ", "th"),
    ("v", "w"),
    ("ph", "f"),
    ("y", "i"),
)
_ADJECTIVES = (
    ("Kazakh", "Kazakhstani"),
    ("Kazakhstani", "Kazakh"),
    ("Kyrgyz", "Kirghiz"),
    ("Uzbek", "Uzbekistani"),
    ("Tajik", "Tadjik"),
    ("Turkmen", "Turkmenistani"),
    ("Azerbaijani", "Azeri"),
    ("Belarusian", "Belorussian"),
    ("Belarusian", "Byelorussian"),
    ("Moldovan", "Moldavian"),
    ("Argentine", "Argentinian"),
    ("Argentinian", "Argentine"),
    ("Afghan", "Afghani"),
    ("Chechen", "Chechenian"),
    ("Tatar", "Tartar"),
    ("Romanian", "Rumanian"),
    ("Uyghur", "Uighur"),
    ("Uighur", "Uyghur"),
    ("Abkhaz", "Abkhazian"),
    ("Slovak", "Slovakian"),
    ("Slovenian", "Slovene"),
    ("Bashkir", "Bashkirian"),
    ("Buryat", "Buriat"),
    ("Yakut", "Yakutian"),
    ("Catalan", "Catalonian"),
    ("Estonian", "Esthonian"),
    ("Latvian", "Lettish"),
    ("Hong Kong", "Hongkong"),
    ("Taiwanese", "Formosan"),
    ("Malaysian", "Malayan"),
    ("Iranian", "Persian"),
    ("Syrian", "Syriac"),
    ("Kyiv", "Kiev"),
    ("Kharkiv", "Kharkov"),
    ("Odesa", "Odessa"),
    ("Donbas", "Donbass"),
    ("Lviv", "Lvov"),
    ("Luhansk", "Lugansk"),
    ("Yekaterinburg", "Ekaterinburg"),
    ("Beijing", "Peking"),
    ("Zaporizhzhia", "Zaporozhye"),
)
_GIVEN = ("Albert", "Boris", "Claudia", "Daniel", "Helena", "Leonard", "Monica", "Ruslan", "Sven", "Yuri")
_ENDINGS = (
    (r"(?:ov|ev|yn|in)$", "", ("u", "ym", "e", "om")),
    (r"(?:sky|skiy|skyi|skyy|ski)$", r"sk(?:y|iy|yi|yy|i)$", ("skogo", "skim", "skomu", "skoho")),
    (r"(?:ova|eva|ina)$", r"a$", ("oy", "u", "oi")),
    (r"(?:uk|yk|ich|an|ets|er|el|ak)$", "", ("a", "u", "om", "em")),
    (r"(?:ka|na|ja|ya)$", r"a$", ("u", "oy", "i")),
)
_OTHER_TITLES = {
    "Foreign Minister": (
        "Minister of Foreign Affairs",
        "Minister of External Relations",
        "Minister of Health",
    ),
    "Defence Minister": ("Minister of Defence", "War Minister"),
    "Defense Minister": ("Minister of Defense", "War Minister"),
    "Health Minister": ("Minister of Health", "Minister of Healthcare"),
    "Interior Minister": ("Minister of Internal Affairs", "Home Minister"),
    "Finance Minister": ("Minister of Finance", "Treasury Minister"),
    "Justice Minister": ("Minister of Justice",),
    "Prime Minister": ("Premier", "Head of Government", "Chairman of the Government"),
    "President": ("Head of State", "Prime Minister"),
    "Vice President": ("Deputy President",),
    "Chancellor": ("Head of Government", "Prime Minister"),
    "Chairman": ("Speaker", "Head"),
    "Chairwoman": ("Speaker", "President"),
    "Speaker": ("Chairman",),
    "Secretary General": ("General Secretary",),
    "CEO": ("General Director", "Director General", "Chief Executive"),
    "Director": ("Head", "Manager"),
    "Head": ("Chief", "Director"),
    "Mayor": ("Governor", "City Head", "Burgomaster"),
    "Governor": ("Mayor", "Head of the Region"),
    "Senator": ("Congressman", "Member of the Senate"),
    "Professor": ("Lecturer",),
    "Spokesman": ("Press Secretary",),
    "Spokeswoman": ("Press Secretary",),
    "Spokesperson": ("Press Secretary",),
    "Ambassador": ("Consul",),
    "Judge": ("Prosecutor",),
    "General": ("Colonel",),
    "Colonel": ("General",),
    "Commissioner": ("Commissar",),
}


class Planted(NamedTuple):
    """A text with one deviation, its place, and what was done."""

    text: str
    start: int
    end: int
    was: str
    now: str


def people(text: str) -> list[tuple[str, ...]]:
    """Names of two or three words that the text holds to be a person and comes back to."""
    words = Counter(re.findall(_WORD, text))
    small = set(re.findall(r"\b[a-z]{4,}\b", text))
    found: dict[tuple[str, ...], bool] = {}
    for match in _ROW.finditer(text):
        row = match.group().split()
        titled = False
        while len(row) > 2 and row[0] in _TITLE_WORDS:
            titled = True
            row = row[1:]
        if row[0] in _TITLE_WORDS or not 2 <= len(row) <= 3 or {*row} & (_NO_PERSON | _TITLE_WORDS):
            continue
        if any(w.lower() in small or w.isupper() or len(w) < 2 for w in row):
            continue
        before = text[: match.start()].rsplit(None, 1)[-1:] or [""]
        opens = match.start() == 0 or text[match.start() - 2 : match.start() - 1] in '\n.!?:"“'
        if opens and not titled and words[row[0]] < 2:
            continue
        titled |= before[0].capitalize() in _TITLE_WORDS
        alone = re.search(
            rf"(?<!{re.escape(row[-2])} )\b{re.escape(row[-1])}\b(?:['’]s\b| (?:{_SAID})\b)", text
        )
        person = titled or alone is not None or _SPEAKS.match(text, match.end()) is not None
        found[tuple(row)] = found.get(tuple(row), False) or person
    return [row for row, person in found.items() if person and words[row[-1]] >= 2]


def plantings(text: str, kind: str, choice: random.Random) -> Iterator[Planted]:
    """Texts with one deviation of a kind each, one a name at most."""
    if kind == "adjective":
        yield from _adjectives(text)
        return
    names = people(text) + (_surnames(text) if kind == "title" else [])
    choice.shuffle(names)
    for row in names:
        planted = _title(text, row, choice) if kind == "title" else _name(text, row, kind, choice)
        if planted is not None:
            yield planted


def _surnames(text: str) -> list[tuple[str, ...]]:
    """Surnames that stand after a title and come back."""
    found = dict.fromkeys(re.findall(rf"\b(?:{_TITLES}) ({_WORD})(?! {_WORD})", text))
    rows = {row[-1] for row in people(text)}
    return [
        (w,)
        for w in found
        if len(re.findall(rf"\b{w}\b", text)) > 1 and w not in rows | _NO_PERSON | _TITLE_WORDS
    ]


def _replace(text: str, at: int, was: str, now: str) -> Planted:
    return Planted(text[:at] + now + text[at + len(was) :], at, at + len(now), was, now)


def _name(text: str, row: tuple[str, ...], kind: str, choice: random.Random) -> Planted | None:
    given, last = row[0], row[-1]
    full = [m.start() for m in re.finditer(rf"\b{re.escape(' '.join(row))}\b", text)]
    alone = [m.start() for m in re.finditer(rf"\b{re.escape(last)}\b", text)]
    if kind == "given":
        if len(full) < 2:
            return None
        others = [g for g in _GIVEN if g[0] != given[0]]
        return _replace(text, full[-1], given, choice.choice(others))
    word, at = (last, choice.choice(alone))
    if kind in {"scheme", "typo"} and len(full) > 1 and choice.random() < 0.3:
        word, at = given, choice.choice(full)
    wrong = {"scheme": _respelled, "typo": _slipped, "inflected": _inflected}[kind](word, choice)
    return None if wrong is None or wrong in text else _replace(text, at, word, wrong)


def _respelled(word: str, choice: random.Random) -> str | None:
    options = [(a, b) for a, b in _SCHEMES if a in word[1:] and len(word) > 4]
    options = [o for o in options if o[0] != "ov" or word.endswith("ov")]
    if not options:
        return None
    a, b = choice.choice(options[:6])
    at = word.rindex(a)
    return word[:at] + b + word[at + len(a) :]


def _slipped(word: str, choice: random.Random) -> str | None:
    if len(word) < 5:
        return None
    at = choice.randrange(1, len(word) - 1)
    letter = choice.choice("aeiorntsl")
    options = (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :] if at + 1 < len(word) else word,
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at + 1 :],
        word[:at] + letter + word[at:],
    )
    wrong = choice.choice(options)
    return wrong if wrong != word else None


def _inflected(word: str, choice: random.Random) -> str | None:
    for ending, cut, put in _ENDINGS:
        if len(word) > 4 and re.search(ending, word):
            return (re.sub(cut, "", word) if cut else word) + choice.choice(put)
    return None


def _adjectives(text: str) -> Iterator[Planted]:
    for right, wrong in _ADJECTIVES:
        places = [m.start() for m in re.finditer(rf"\b{right}\b", text)]
        if len(places) >= 2 and wrong not in text:
            yield _replace(text, places[-1], right, wrong)


def _title(text: str, row: tuple[str, ...], choice: random.Random) -> Planted | None:
    """Another title before a mention of somebody whose title stands elsewhere."""
    name, last = re.escape(" ".join(row)), re.escape(row[-1])
    titled = [
        m
        for m in re.finditer(rf"(?<!-)\b({_TITLES}) (?=(?:{name}|{last})\b)", text, re.I)
        if m.group(1).title().replace("Ceo", "CEO") in _OTHER_TITLES
    ]
    if not titled:
        return None
    match = titled[0]
    now = choice.choice(_OTHER_TITLES[match.group(1).title().replace("Ceo", "CEO")])
    now = now if match.group(1)[0].isupper() else now.lower()
    if len(titled) > 1:
        return _replace(text, titled[-1].start(1), titled[-1].group(1), now)
    later = [
        m.start(2)
        for m in re.finditer(rf"(?<=\s)(['‘\"“(]*[a-z]\S*\s)((?:{name}|{last})\b)", text)
        if m.start() > match.end()
    ]
    return _replace(text, later[-1], "", now + " ") if later else None
