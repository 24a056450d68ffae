"""Negations that a translation has lost or added.

Reach for ``compare_negation``. Languages count their negations differently (Russian doubles them), so
whether a sentence negates at all is compared first, and the count only as a doubtful sign.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from mtcheck import resources, text
from mtcheck.core import Span
from mtcheck.gates.shape import DENSE


@dataclass(frozen=True, slots=True)
class Negations:
    """The negations of a sentence.

    Attributes:
        says: places of the words that negate, code points.
        hints: whether any word may stand for a negation (without, hardly, un-).
    """

    says: tuple[Span, ...]
    hints: bool


@dataclass(frozen=True, slots=True)
class NegationChange:
    """How the negations of two sentences differ.

    Attributes:
        source, target: their negating words.
        strength: 0 none; 1 one side negates and the other only hints at it, or two negations against
            none; 2 nothing on the other side even hints at it; a fifth less beside Chinese or
            Japanese. Negative where the target adds.
    """

    source: tuple[Span, ...]
    target: tuple[Span, ...]
    strength: float


@cache
def _patterns(lang: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]] | None:
    row = resources.data("gates")["negation"].get(lang)
    return (
        None if row is None else (re.compile(row["void"]), re.compile(row["says"]), re.compile(row["hints"]))
    )


@lru_cache(maxsize=4096)
def negations(sentence: str, lang: str) -> Negations | None:
    """The negations of a sentence, None for a language without a table.

    Args:
        lang: primary subtag.
    """
    found = _patterns(lang)
    if found is None:
        return None
    void, says, hints = found
    bare = void.sub(lambda m: " " * len(m.group()), sentence.lower())
    places = tuple(Span(*m.span()) for m in says.finditer(bare))
    return Negations(places, hints.search(bare) is not None)


def compare_negation(
    source: str, target: str, *, source_lang: str, target_lang: str
) -> NegationChange | None:
    """How the negations differ, None for a language without a table."""
    a = negations(source, text.primary(source_lang))
    b = negations(target, text.primary(target_lang))
    if a is None or b is None:
        return None
    strength = _strength(a, b) or -_strength(b, a)
    # letters of Chinese and Japanese negation stand in many words that negate nothing
    dense = text.primary(source_lang) in DENSE or text.primary(target_lang) in DENSE
    return NegationChange(a.says, b.says, round(strength * (0.8 if dense else 1.0), 2))


def _strength(there: Negations, here: Negations) -> float:
    if not there.says:
        return 0.0
    if here.says:
        return 0.5 if len(there.says) >= len(here.says) + 2 else 0.0
    return 1.0 + (not here.hints) + 0.2 * (len(there.says) > 1)
