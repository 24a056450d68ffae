"""Words in the forms that a text may give them: endings by table, dictionary forms where one is installed.

Reach for ``word_pattern`` to look for a listed word in running text. Endings are those of
``mtcheck/data/names_terms.toml``; Russian and Ukrainian words are taken to their dictionary form by
pymorphy3 (MIT) if it is installed and asked for.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from mtcheck import resources

_DICTIONARIES = frozenset({"ru", "uk"})


@lru_cache(maxsize=65536)
def word_pattern(word: str, lang: str, *, lemma: bool = False) -> str:
    """A regular expression for a word in any case or number (``Kapazitätseinheit`` for ``…einheiten``).

    Args:
        word: one word, as listed.
        lang: BCP 47 primary subtag; languages without a table of endings match as written.
        lemma: True to take all forms that a dictionary gives, where one is installed.
    """
    if lemma and (forms := _dictionary_forms(word, lang)):
        return "(?:" + "|".join(re.escape(f) for f in sorted(forms, key=lambda f: (-len(f), f))) + ")"
    row = resources.data("names_terms")
    endings = row["endings"].get(lang)
    if endings is None:
        return re.escape(word)
    least = int(row["least"]["default"])
    lower = word.lower()
    stem = next((word[: -len(e)] for e in endings if lower.endswith(e) and len(word) - len(e) >= least), word)
    if not stem[-1:].isalpha() or len(stem) < least - 1:
        return re.escape(word)
    return rf"{re.escape(stem)}(?:{'|'.join(map(re.escape, endings))})?"


@lru_cache(maxsize=65536)
def stem_of(word: str, lang: str) -> str:
    """A lower-case word without its ending, by the same tables; as it is where there is none."""
    row = resources.data("names_terms")
    least = int(row["least"]["default"])
    if (strip := row["strip"].get(lang)) is not None:
        return re.sub(strip, "", word) if len(word) > least else word
    endings = row["endings"].get(lang, ())
    return next((word[: -len(e)] for e in endings if word.endswith(e) and len(word) - len(e) >= least), word)


def _dictionary_forms(word: str, lang: str) -> frozenset[str]:
    """All forms of a word that a dictionary knows, in small letters; empty without one."""
    if lang not in _DICTIONARIES or find_spec("pymorphy3") is None:
        return frozenset()
    parses = [p for p in _analyser(lang).parse(word.lower()) if p.is_known]
    return frozenset(form.word for p in parses[:2] for form in p.lexeme)


@cache
def _analyser(lang: str) -> Any:
    return import_module("pymorphy3").MorphAnalyzer(lang=lang)
