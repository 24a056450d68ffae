"""Gates: whether a sentence can be the translation of its source, judged without any model.

Reach for ``judge``. It says what is surely wrong (the source itself, a loop, another language, another
sentence, an end cut off) and what may be (numbers, names, negation), with places in both sentences.
Everything here is a pure function of its arguments, ``mtcheck/data`` and the lexicons in ``models/gates``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mtcheck import resources
from mtcheck.core import Span
from mtcheck.gates import lexicon, meaning, negation, numbers, renderings, shape
from mtcheck.segment import other_language

CERTAIN = ("copied", "loop", "language", "unrelated", "truncated")
"""Kinds that a good translation hardly ever shows."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A reason why a target may be no translation of its source.

    Attributes:
        kind: ``copied``, ``loop``, ``language``, ``unrelated``, ``truncated``, ``number``, ``name`` or
            ``negation``.
        strength: what the gate gives; in the unit of its limit, and never below it.
        source, target: places of the evidence, code points of the two sentences.
    """

    kind: str
    strength: float
    source: tuple[Span, ...] = ()
    target: tuple[Span, ...] = ()

    @property
    def certain(self) -> bool:
        """True if fewer than 1 in 100 good translations show it."""
        return self.kind in CERTAIN


@lru_cache(maxsize=4096)
def judge(source: str, target: str, *, source_lang: str, target_lang: str) -> tuple[Alarm, ...]:
    """Every alarm that a pair of sentences raises; the certain kinds end the questioning.

    Args:
        source, target: one sentence (or short text) and what is said to be its translation.
        source_lang, target_lang: BCP 47.
    """
    if not any(map(str.isalpha, source)) or not any(map(str.isalnum, target)):
        return ()
    shaped = _shape(source, target, target_lang)
    if shaped:
        return shaped
    langs = {"source_lang": source_lang, "target_lang": target_lang}
    seen = evidence(source, target, **langs)
    return _meaning(source, target, seen, **langs) or _details(seen)


_RELATED = ("unrelated", "truncated")
DOUBTFUL = (*_RELATED, "number", "name", "negation")
"""Kinds that a model may overrule or bear out; see ``Evidence``."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the gates of ``DOUBTFUL`` see of a pair, before any limit.

    Attributes:
        strengths: by kind: log-odds of the first two (0 without a lexicon), strengths of the others (0 for
            nothing).
        names, numbers: with counterparts and without.
        negation: where one side denies, None for a language without a table.
    """

    strengths: Mapping[str, float]
    names: renderings.NameChange
    numbers: numbers.NumberChange
    negation: negation.NegationChange | None


@lru_cache(maxsize=4096)
def evidence(source: str, target: str, *, source_lang: str, target_lang: str) -> Evidence:
    """What the gates see.

    Args:
        source, target: as for ``judge``.
        source_lang, target_lang: BCP 47.
    """
    langs: dict[str, Any] = {"source_lang": source_lang, "target_lang": target_lang}
    table = lexicon.lexicon(source_lang, target_lang)
    called = renderings.compare_names_of(source, target, table=table, **langs)
    counted = numbers.compare_numbers(source, target, **langs)
    denied = negation.compare_negation(source, target, **langs)
    strengths = {
        **_odds(source, target, table, **langs),
        "number": number_strength(counted),
        "name": name_strength(called),
        "negation": 0.0 if denied is None else abs(denied.strength),
    }
    return Evidence(strengths, called, counted, denied)


def _limit(kind: str) -> float:
    return float(resources.data("gates")["limits"][kind])


def _shape(source: str, target: str, target_lang: str) -> tuple[Alarm, ...]:
    share = shape.copied(source, target)
    enough = len(shape.units(target)) >= _limit("copied_words")
    if share >= _limit("copied") and enough:
        return (Alarm("copied", share, (), (Span(0, len(target)),)),)
    span = shape.loop(target)
    if span is not None and shape.loop(source) is None:
        return (Alarm("loop", 1.0, (), (span,)),)
    strange = foreign(target, target_lang)
    if strange >= _limit("language"):
        return (Alarm("language", strange, (), (Span(0, len(target)),)),)
    return ()


def _meaning(
    source: str, target: str, seen: Evidence, *, source_lang: str, target_lang: str
) -> tuple[Alarm, ...]:
    if (
        lexicon.lexicon(source_lang, target_lang) is None
        or meaning.length_of(source_lang, target_lang) is None
    ):
        return ()
    limits = {kind: meaning.weights_of(kind).limit for kind in _RELATED}
    over = {kind: seen.strengths[kind] - limit for kind, limit in limits.items()}
    kind = max(over, key=over.__getitem__)
    if over[kind] < 0:
        return ()
    return (Alarm(kind, seen.strengths[kind], (Span(0, len(source)),), (Span(0, len(target)),)),)


def _odds(
    source: str, target: str, table: lexicon.Lexicon | None, *, source_lang: str, target_lang: str
) -> dict[str, float]:
    """Log-odds that a target translates another sentence and that it stops early; 0 if nothing is known."""
    lengths = meaning.length_of(source_lang, target_lang)
    if table is None or lengths is None:
        return dict.fromkeys(_RELATED, 0.0)
    seen = meaning.features(
        source, target, source_lang=source_lang, target_lang=target_lang, table=table, lengths=lengths
    )
    return {kind: meaning.weights_of(kind).log_odds(seen) for kind in _RELATED}


def _details(seen: Evidence) -> tuple[Alarm, ...]:
    changes: dict[str, renderings.NameChange | numbers.NumberChange] = {
        "number": seen.numbers,
        "name": seen.names,
    }
    alarms = []
    for kind, change in changes.items():
        if seen.strengths[kind] >= _limit(kind):
            lost, added = (tuple(w.span for w in side) for side in (change.lost, change.added))
            alarms.append(Alarm(kind, seen.strengths[kind], lost, added))
    denied = seen.negation
    if denied is not None and seen.strengths["negation"] >= _limit("negation"):
        alarms.append(Alarm("negation", seen.strengths["negation"], denied.source, denied.target))
    return tuple(alarms)


def foreign(target: str, lang: str) -> float:
    """How sure it is that a sentence is not in a language: 0 no sign, to 1.

    By script, else by function words and the language guess (``segment.other_language``).
    """
    share = shape.foreign_share(target, lang)
    lower = any(c.islower() or c >= "\u3041" for c in target)
    if share > 0.5 and lower and sum(map(str.isalpha, target)) >= _limit("language_letters"):
        return share
    return 0.9 if other_language(target, lang) is not None else 0.0


def number_strength(change: numbers.NumberChange) -> float:
    """How much a change of numbers says: 3 one for another in digits, 2 in digits on one side, 1.5 one for
    another in words, 1 a word on one side."""
    lost = [n.digits for n in change.lost]
    added = [n.digits for n in change.added]
    if not lost and not added:
        return 0.0
    if lost and added:
        return 3.0 if max(lost) and max(added) else 2.0 if max(lost + added) else 1.5
    return 2.0 if max(lost + added) else 1.0


def name_strength(change: renderings.NameChange) -> float:
    """How much a change of names says: 3.5 one for another, 3 some on both sides, 2 one that the lexicon
    knows, 1 any."""
    if change.lost and change.added:
        return 3.5 if len(change.lost) == len(change.added) == 1 else 3.0
    names = change.lost + change.added
    if not names:
        return 0.0
    return (2.0 if any(n.known for n in names) else 1.0) + 0.1 * min(4, change.kept)


def negation_strength(source: str, target: str, *, source_lang: str, target_lang: str) -> float:
    """The strength of ``negation.compare_negation``, 0 for a language without a table."""
    change = negation.compare_negation(source, target, source_lang=source_lang, target_lang=target_lang)
    return 0.0 if change is None else change.strength
