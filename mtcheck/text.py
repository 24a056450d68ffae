"""Pure functions over strings: scripts, words, normal forms, and the guess at a language.

The language guess is langdetect's (a port of Nakatani's language-detection, 55 languages), seeded,
so that the same text always gives the same answer, and guarded: a text too short to tell, or one
that langdetect is unsure of, has language None. Writing systems that only one of its languages uses
are told by script alone, which is surer and needs no model.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from mtcheck import resources

WORD = re.compile(r"[^\W\d_]+(?:[-'’ʼ][^\W\d_]+)*")
"""A word: letters, with hyphens and apostrophes inside."""

_DENSE = {"Han", "Hiragana", "Katakana", "Hangul"}


def script_of(character: str) -> str | None:
    """ISO 15924-like name (``Latin``, ``Cyrillic``, ``Han`` …) of a letter, None for anything else.

    Read off the character's Unicode name, which is right for letters and costs no table.
    """
    if not character.isalpha():
        return None
    return _script_of_letter(character)


@lru_cache(maxsize=65536)
def _script_of_letter(character: str) -> str:
    name = unicodedata.name(character, "")
    if name.startswith(("CJK ", "IDEOGRAPHIC")):
        return "Han"
    return name.split(" ", 1)[0].split("-")[0].capitalize()


def scripts(text: str) -> Counter[str]:
    """How many letters of each script a text has."""
    return Counter(s for c in text if (s := script_of(c)) is not None)


def script(text: str) -> str | None:
    """The script of most letters of a text, None if it has no letters."""
    found = scripts(text)
    return found.most_common(1)[0][0] if found else None


def words(text: str) -> list[str]:
    """The words of a text, in order; a character of Han or kana counts as letters do."""
    return WORD.findall(text)


def normalise(text: str) -> str:
    """NFC, every run of white space as one space, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


@lru_cache(maxsize=1024)
def expected_scripts(lang: str) -> frozenset[str]:
    """The scripts a language is written in (Unicode CLDR), empty when not in the table."""
    table = resources.data("languages")["scripts"]
    return frozenset(table.get(primary(lang), ()))


@lru_cache(maxsize=1024)
def primary(lang: str) -> str:
    """The primary subtag of a BCP 47 tag, lower case: ``pt-BR`` gives ``pt``."""
    return lang.replace("_", "-").split("-", 1)[0].lower()


def language_name(lang: str | None) -> str:
    """English name of a language, the code itself where the table has none, ``unknown`` for None."""
    if lang is None:
        return "unknown"
    return str(resources.data("languages")["names"].get(primary(lang), lang))


def lower_words(sentence: str) -> list[str]:
    """The runs of lower-case letters of a sentence: its words but for names and headings."""
    return [w for w in re.findall(r"[^\W\d_]+", sentence) if w.islower()]


def function_words(sentence: str) -> dict[str, int]:
    """Language to how many of a sentence's lower-case words are its function words."""
    words = lower_words(sentence)
    tables = resources.data("function_words")["words"]
    return {lang: sum(w in table for w in words) for lang, table in tables.items()}


def detect_language(text: str) -> str | None:
    """BCP 47 primary subtag of the language of a text, None when it cannot be told.

    Args:
        text: any string; addresses and markup in it should be gone already.

    Source: langdetect 1.0.9 (Apache-2.0), seed 0; scripts by the Unicode character names.
    """
    found = scripts(text)
    total = sum(found.values())
    top = found.most_common(1)[0][0] if found else None
    dense, limits = top in _DENSE, resources.data("thresholds")["language"]
    if total < limits["min_letters_dense" if dense else "min_letters"]:
        return None
    if dense and (kana := found["Hiragana"] + found["Katakana"]) and kana >= 0.05 * total:
        return "ja"
    single = resources.data("languages")["one_script"].get(top)
    if single is not None and found[top or ""] >= 0.7 * total:
        return str(single)
    guess = _by_function_words(text, found) or _by_letters(text, total) or _langdetect(text)
    if guess is None or total >= limits["sure_letters"]:
        return guess
    counts = function_words(text)
    return guess if counts.get(guess, 0) >= max(counts.values()) else None


def _by_function_words(text: str, found: Counter[str]) -> str | None:
    """The language whose function words settle it: many of them, and no other with half as many.

    Sure where it speaks, and it spares most texts the half second in which langdetect reads its
    profiles.
    """
    limits = resources.data("thresholds")["language"]
    running = sum(word.islower() for word in words(text))
    if running < limits["settled_words"]:
        return None
    counts = function_words(text)
    best, second = sorted(counts, key=lambda lang: -counts[lang])[:2]
    own = sum(found[name] for name in expected_scripts(best))
    settled = counts[best] >= limits["settled_share"] * running and 2 * counts[second] <= counts[best]
    return best if settled and own >= 0.8 * sum(found.values()) else None


def _by_letters(text: str, total: int) -> str | None:
    """The language that alone writes letters which this text has at least once in 150.

    langdetect does not know these languages and would call them by a neighbour's name.
    """
    table = resources.data("languages")["letters"]
    lower = text.lower()
    for lang, letters in table.items():
        if sum(lower.count(letter) for letter in letters) * 150 >= total:
            return str(lang)
    return None


@lru_cache(maxsize=4096)
def _langdetect(text: str) -> str | None:
    from langdetect.lang_detect_exception import LangDetectException

    known = _profiles(script(text) or "Latin")
    if len(known) < 2:  # nothing to choose from
        return primary(next(iter(known))) if known else None
    detector = _detectors(tuple(known)).create()
    try:
        detector.append(text[:4000])
        guesses = detector.get_probabilities()
    except LangDetectException:
        return None
    if not guesses or guesses[0].prob < resources.data("thresholds")["language"]["min_confidence"]:
        return None
    return primary(str(guesses[0].lang))


@cache
def _profiles(script_name: str) -> dict[str, Path]:
    """langdetect's languages of one script, and their profiles.

    The others could not win, and reading all 55 takes half a second.
    """
    from langdetect.detector_factory import PROFILES_DIRECTORY

    return {
        path.name: path
        for path in sorted(Path(PROFILES_DIRECTORY).iterdir())
        if script_name in expected_scripts(path.name)
    }


@cache
def _detectors(languages: tuple[str, ...]) -> Any:
    """langdetect's factory for some of its languages, at least two."""
    import langdetect
    from langdetect.detector_factory import PROFILES_DIRECTORY

    factory = langdetect.DetectorFactory()
    factory.seed = 0
    factory.load_json_profile([(Path(PROFILES_DIRECTORY) / lang).read_text("utf-8") for lang in languages])
    return factory
