"""Names of a source in the letters that its translation is written in.

A translator that does not know a name invents one; asked with the name spelled as the target would spell
it, it copies. Its training shows it sources of that kind (Song et al. 2019, code-switching for lexical
constraints, https://aclanthology.org/N19-1044/).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from mtcheck import text
from mtcheck.core import Span
from mtcheck.gates import lexicon, renderings
from mtcheck.names import titles
from mtcheck.names.transliteration import into_cyrillic, romanise, schemes, transliterate

_STEM = 3
"""Letters at the beginning of a name, at least, that its form in a target must share with it as spelled."""
_ENDING = 2
"""Letters at its end that may differ, as cases do."""
_HYPHEN = re.compile(r"(?<=\w)-(?=(\w))")
_VOWELS = "aeiouy"
TOLD = 2
"""Translations that must spell a name alike before another spelling is a slip."""


@dataclass(frozen=True, slots=True)
class Langs:
    """Between what is translated.

    Attributes:
        source, target: BCP 47.
        names: words that are names in a source, wherever they stand; None if that is not known.
    """

    source: str
    target: str
    names: frozenset[str] | None = None


def names_of(source: str, target: str, langs: Langs) -> renderings.NameChange:
    """The names of a source and a target, each part of Russian-Kazakh by itself, and which have no
    counterpart."""
    return renderings.compare_names_of(
        _HYPHEN.sub(lambda found: " " if found[1].isupper() else "-", source),
        target,
        source_lang=langs.source,
        target_lang=langs.target,
        table=lexicon.lexicon(langs.source, langs.target),
        sure=langs.names,
    )


def spell(source: str, target: str, langs: Langs) -> str:
    """A source whose names that the target lost, or left in other letters, are in the letters of the target's
    language, if it is known how to spell them."""
    if not in_other_letters(langs.source, langs.target):
        return source
    scripts = text.expected_scripts(langs.target)
    called = names_of(source, target, langs)
    left = [n for n in called.kept_names if n.text in target and is_foreign(n.text, scripts)]
    lost = [n for n in called.lost if not has_meaning(n.text, langs)]
    written = {name: respelled(name.text, langs) for name in [*lost, *left]}
    sure = {n.span: new for n, new in written.items() if not contradicted(n.text, new, langs)}
    return with_names(source, sure)


def favoured_words(source: str, langs: Langs) -> list[tuple[str, ...]]:
    """For words of a source, as often as they stand there, the beginnings of what the lexicon renders them
    by, in lower case; of places and of names that mean nothing else only what sounds like them."""
    table = lexicon.lexicon(langs.source, langs.target)
    if table is None:
        return []
    called = (name.text for name in names_of(source, "", langs).lost)
    names = [name for name in called if titles.is_country_word(name) or not has_meaning(name, langs)]
    parts = {token for name in names for token in lexicon.tokens(name)}
    words = [lexicon.strong_renderings(t, table) for t in lexicon.tokens(source) if t not in parts]
    words += [lexicon.spellings(name, table) for name in names]
    scripts = text.expected_scripts(langs.target)
    found = (tuple(w for w in one if _may_begin(w, scripts)) for one in words)
    return [one for one in found if one]


def _may_begin(token: str, scripts: frozenset[str]) -> bool:
    """Whether a token of the lexicon is enough of a word in the letters of a target."""
    return len(token) >= _STEM and token.isalpha() and not is_foreign(token, scripts)


def misspelt(source: str, target: str, langs: Langs) -> int:
    """How many names of a source are spelled otherwise than the lexicon has them: Путичем for Putin."""
    table = lexicon.lexicon(langs.source, langs.target)
    if table is None or not in_other_letters(langs.source, langs.target):
        return 0
    count = 0
    for name in names_of(source, target, langs).kept_names:
        known, found = lexicon.spellings(name.text, table), renderings.alike_in(target, name.text)
        spelled = any(renderings.keeps_consonants(word, one) for word in found for one in known)
        count += bool(known and found) and not spelled
    return count


def contradicted(name: str, written: str, langs: Langs) -> bool:
    """Whether the lexicon renders a word otherwise than it is spelled, and it is no place: Committee is no
    Коммитти, and FedEx stays as it is."""
    known = () if titles.is_country_word(name) else _renderings(name, langs)
    return bool(known) and not any(written.lower().startswith(token[:-1]) for token in known)


def _renderings(word: str, langs: Langs) -> tuple[str, ...]:
    """The tokens that the lexicon renders a word by, the strongest first if the word is English."""
    table = lexicon.lexicon(langs.source, langs.target)
    return () if table is None else lexicon.strong_renderings(word, table)


def corrected(source: str, target: str, langs: Langs, beside: Sequence[str] = ()) -> str:
    """A target in other letters than Latin with the names that it misspells as they are spelled.

    That is a name with one likeness in the target, which either lacks a consonant or has one more (Матиенко
    for Matvienko, Анар for Ana, if the lexicon does not know it) or is spelled otherwise in ``TOLD`` of the
    translations beside it.

    Args:
        beside: translations of other sentences of the document.
    """
    if not out_of_latin(langs.source, langs.target):
        return target
    for name in names_of(source, target, langs).kept_names:
        found = [word for word in renderings.alike_in(target, name.text) if len(word) >= _STEM]
        written = respelled(name.text, langs)
        means = has_meaning(name.text, langs) or titles.is_demonym(name.text.removesuffix("s"))
        if means or len(found) != 1 or written == name.text or not name.text.isalpha():
            continue
        more = renderings.adds_consonant(found[0], written, langs.target)
        if _spells(found[0], written) and not more:
            continue
        told = sum(any(_spells(word, written) for word in text.words(other)) for other in beside)
        if told >= TOLD or (not name.known and (more or renderings.lacks_consonant(found[0], written))):
            target = re.sub(rf"\b{re.escape(found[0])}\b", written, target)
    return target


def _spells(word: str, written: str) -> bool:
    """Whether a word is a name as it is spelled or a case of it: Путиным for Путин, neither Путичем nor
    Путь."""
    same = word.startswith(written[: stem_length(written)])
    return same and renderings.keeps_consonants(word, written)


def begun(source: str, target: str, langs: Langs) -> str | None:
    """A target up to a name that stands for nothing in its source, and from there the beginning of the name
    that is lost; None if there is no such pair.

    Returns:
        what the translator is to go on from: «О Каза» where the source says Kazakhstan and the target
        «О Китае».
    """
    called = names_of(source, target, langs)
    for name in called.lost if called.added else ():
        if has_meaning(name.text, langs) and not titles.is_country_word(name.text):
            continue
        known = _renderings(name.text, langs)
        written = known[0].title() if known else respelled(name.text, langs)
        stem = written[: stem_length(written)]
        return target[: called.added[0].span.start] + stem
    return None


def stem_length(written: str) -> int:
    """How many letters of a spelled name every case of it has."""
    return max(_STEM, len(written) - _ENDING)


def out_of_latin(source_lang: str, target_lang: str) -> bool:
    """Whether a source is in Latin letters and its target, as far as is known, in others."""
    wanted = text.expected_scripts(target_lang)
    return bool(wanted) and "Latin" not in wanted and in_other_letters(source_lang, target_lang)


def in_other_letters(source_lang: str, target_lang: str) -> bool:
    """Whether one of two languages is written in Latin letters and the other is not."""
    latin = ["Latin" in text.expected_scripts(lang) for lang in (source_lang, target_lang)]
    return latin[0] is not latin[1]


def with_names(source: str, written: Mapping[Span, str]) -> str:
    """A source with other words at some places."""
    for span in sorted(written, reverse=True):
        source = source[: span.start] + written[span] + source[span.end :]
    return source


def has_meaning(word: str, langs: Langs) -> bool:
    """Whether a word with a capital is to be translated rather than spelled: Chairwoman, Russian, Council."""
    office = titles.supported(langs.source) and titles.is_office(word.lower(), langs.source)
    table = lexicon.lexicon(langs.source, langs.target)
    known = table is not None and lexicon.is_translated(word, table)
    return office or known or titles.is_demonym(word) or titles.is_country_word(word)


def respelled(name: str, langs: Langs) -> str:
    """As the press writes it, or roughly for a language without a scheme."""
    written, wanted = text.expected_scripts(langs.source), text.expected_scripts(langs.target)
    if "Latin" in wanted and "Latin" not in written:
        known = [scheme.id for scheme in schemes(text.primary(langs.source))]
        best = max(known, key=lambda key: key.endswith("_press"), default=None)
        latin = romanise(name) if best is None else transliterate(name, best)
        return _place(latin) if text.primary(langs.target) == "en" else latin
    if "Latin" in written and "Latin" not in wanted:
        return into_cyrillic(name, langs.target) or name
    return name


def _place(written: str) -> str:
    """A place that English knows without the vowels of a case: Astana for Astanu; any other word as it is."""
    named = _places().get(written.lower().rstrip(_VOWELS), ())
    return named[0].title() if len(named) == 1 else written


@cache
def _places() -> Mapping[str, tuple[str, ...]]:
    """Countries and large cities by what is left of them without vowels at the end."""
    found: dict[str, tuple[str, ...]] = {}
    for word in sorted(titles.country_words()):
        if len(stem := word.rstrip(_VOWELS)) > _STEM:  # what is left of Mali is anything
            found[stem] = (*found.get(stem, ()), word)
    return found


def foreign_words(target: str, langs: Langs) -> tuple[int, int]:
    """Words of two scripts, and words all in letters of scripts that the target is not written in, but for
    those that the lexicon keeps as they are (FedEx)."""
    mixed = [own for _, own in _foreign(target, langs)]
    return sum(mixed), len(mixed) - sum(mixed)


def before_foreign_words(target: str, langs: Langs) -> str:
    """A target up to the first of those words."""
    first = next((word for word, _ in _foreign(target, langs)), None)
    return target if first is None else target[: target.index(first)]


def without_foreign_words(target: str, langs: Langs) -> str:
    """A target without them."""
    for word, _ in _foreign(target, langs):
        target = target.replace(word, "")
    return target


def _foreign(target: str, langs: Langs) -> Iterator[tuple[str, bool]]:
    """Words with such a part, for each part, and whether some of its letters are of the target's scripts."""
    scripts = text.expected_scripts(langs.target)
    for word in text.words(target) if scripts else ():
        for part in word.split("-"):
            if is_foreign(part, scripts):
                own = any(text.script_of(c) in scripts for c in part)
                if own or not _stays(part, langs):
                    yield word, own


def _stays(word: str, langs: Langs) -> bool:
    """Whether a translation keeps a word in its letters: FedEx, no place."""
    return not titles.is_country_word(word) and not set(lexicon.tokens(word)).isdisjoint(
        _renderings(word, langs)
    )


def is_foreign(piece: str, scripts: frozenset[str]) -> bool:
    """Whether a piece has letters of other scripts: one, or three if they are plain Latin ones, in which
    every language writes units and codes."""
    others = [c for c in piece if c.isalpha() and text.script_of(c) not in scripts]
    return len(others) >= 3 or any(not c.isascii() for c in others)
