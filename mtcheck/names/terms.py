"""Required terms: does the target use the translation that was asked for?

Counting follows the WMT25 terminology task: a term counts if its text stands in the source, once a
segment; it is used if the target has its text or an inflected form of it, whatever the case, inside
a word as well (German writes compounds in one word). ``missing_terms`` is stricter about the source:
the term must stand there as whole words, for a finding costs more than a point of a rate.

Source: wmt-conference/wmt25-terminology, described in words; its Stanza lemmas are replaced by the
endings of ``mtcheck/data/names_terms.toml``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mtcheck import resources, text
from mtcheck.core import Document, TermCount


def count_terms(doc: Document) -> TermCount | None:
    """How many required terms the source has and how many the target uses; None without terms."""
    if not doc.terms or doc.source is None:
        return None
    source, target = doc.source.lower(), doc.text.lower()
    asked = [(s, t) for s, t in doc.terms.items() if s.lower() in source]
    used = sum(is_used(t, target, doc.lang) for _, t in asked)
    return TermCount(len(asked), used)


def missing_terms(doc: Document) -> tuple[tuple[str, str], ...]:
    """Pairs of source term and required target term that the target lacks.

    The longest term wins: a term that the source has only inside a longer one of the list is not
    asked for.
    """
    if not doc.terms or doc.source is None:
        return ()
    rest, target, missing = doc.source, doc.text.lower(), []
    for source_term in sorted(doc.terms, key=lambda s: (-len(s), s)):
        pattern = source_pattern(source_term, doc.source_lang)
        if source_term.strip() and pattern.search(rest):
            rest = pattern.sub("\n", rest)
            if not is_used(doc.terms[source_term], target, doc.lang):
                missing.append(source_term)
    return tuple((s, t) for s, t in doc.terms.items() if s in missing)


def is_used(term: str, target: str, lang: str | None) -> bool:
    """True if a lower-case target has a term, inflected or not."""
    term = term.lower().strip()
    return term in target or _pattern(term, text.primary(lang) if lang else "").search(target) is not None


@lru_cache(maxsize=4096)
def _pattern(term: str, lang: str) -> re.Pattern[str]:
    endings = resources.data("names_terms")["endings"].get(lang)
    if endings is None or not term:
        return re.compile(re.escape(term) if term else r"(?!)")
    pieces = [_word_pattern(word, endings) for word in term.split()]
    return re.compile(r"\s+".join(pieces))


def _word_pattern(word: str, endings: list[str]) -> str:
    """A word up to its ending: ``Kapazitätseinheit`` for ``Kapazitätseinheiten``."""
    least = int(resources.data("names_terms")["least"]["default"])
    stem = next((word[: -len(e)] for e in endings if word.endswith(e) and len(word) - len(e) >= least), word)
    if not stem[-1:].isalpha():
        return re.escape(word)
    return rf"{re.escape(stem)}(?:{'|'.join(map(re.escape, endings))})?\b"


@lru_cache(maxsize=4096)
def source_pattern(term: str, lang: str | None) -> re.Pattern[str]:
    """A source term as whole words, in any case, with the usual endings of its language."""
    endings = resources.data("names_terms")["endings"].get(text.primary(lang) if lang else "en", [])
    ending = f"(?:{'|'.join(map(re.escape, endings))})?" if endings and term[-1:].isalpha() else ""
    return re.compile(rf"(?<!\w){re.escape(term.strip())}{ending}(?!\w)", re.IGNORECASE)
