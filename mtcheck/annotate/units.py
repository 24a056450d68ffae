"""What models say about messages of localisation files: translated back and set beside the true source.

A catalogue holds far more messages than a model reads in a minute, so the most suspicious come
first. Messages of fewer words than the rules judge are not asked about at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from mtcheck import resources, text
from mtcheck.annotate.base import Progress, Translator, silent
from mtcheck.annotate.budget import Budget
from mtcheck.annotate.models import Models
from mtcheck.annotate.round_trip import round_trips
from mtcheck.core import Finding, ModelError, RoundTrip, Segment, Span, Unit
from mtcheck.selection import UNCHANGED

BATCH = 128
"""Messages in one call: the translators batch by tokens inside it, and the clock is looked at between."""

_TRACES = "MTL"
"""Beginning of the codes of rules on what machine translation leaves behind."""


@dataclass(frozen=True, slots=True)
class Message:
    """A unit that a model may be asked about.

    Attributes:
        unit: with source and target.
        pair: BCP 47 language of the target, then of the source.
        owner: number of its catalogue in the run.
        rank: how suspicious it is, lower for more; see ``suspicion``.
    """

    unit: Unit
    pair: tuple[str, str]
    owner: int
    rank: tuple[int, int, int]

    @property
    def is_suspicious(self) -> bool:
        """Whether a finding or a machine's trace is in it."""
        worst, traced, _ = self.rank
        return worst < 0 or traced < 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back of one message."""

    message: Message
    trip: RoundTrip


@dataclass(slots=True)
class Answers:
    """What came back of all.

    Attributes:
        of: the answers, in the order of asking.
        translators: pair to the translator that was asked and why it was chosen.
        errors: pair to what kept a translator from speaking.
    """

    of: list[Answer] = field(default_factory=list)
    translators: dict[tuple[str, str], tuple[Translator, str]] = field(default_factory=dict)
    errors: dict[tuple[str, str], Exception] = field(default_factory=dict)


def suspicion(unit: Unit, findings: Iterable[Finding]) -> tuple[int, int, int]:
    """Sorts the most suspicious unit first: by the severity of the worst finding in it, then by traces
    of a machine (``fuzzy``, a notice, a tool's mark), then by length.

    Args:
        findings: what the rules found in this unit.
    """
    found = tuple(findings)
    worst = max((int(f.severity) for f in found), default=0)
    traced = "fuzzy" in unit.flags or any(f.code.startswith(_TRACES) for f in found)
    return -worst, -int(traced), -len(unit.target)


def most_suspicious(
    units: Iterable[Unit], findings: Iterable[Finding], *, pair: tuple[str, str], owner: int = 0
) -> list[Message]:
    """The units that are worth a translation, the most suspicious first, else in their order.

    Left out are units without source or target, those of fewer words than the rules judge, and those
    that did not change since the revision that the user named: what is found there is not reported.
    """
    about: dict[tuple[str | None, int | None], list[Finding]] = {}
    for finding in findings:
        about.setdefault((finding.origin.unit, finding.origin.line), []).append(finding)
    asked = [
        Message(unit, pair, owner, suspicion(unit, about.get((unit.key, unit.line), ())))
        for unit in units
        if _travels(unit)
    ]
    return sorted(asked, key=lambda message: message.rank)


def _travels(unit: Unit) -> bool:
    if not unit.source or not unit.target or unit.flags & {"obsolete", "missing", "source", UNCHANGED}:
        return False
    least = int(resources.data("thresholds")["round_trip"]["min_words"])
    return unit.source != unit.target and len(text.words(unit.target)) >= least


def translate_back(
    messages: Iterable[Message],
    models: Models,
    budget: Budget,
    *,
    plan: Callable[[int], None] = silent,
    progress: Progress = silent,
) -> Answers:
    """Translate as many messages back as the budget allows, the most suspicious first.

    Among equally suspicious messages those of one language pair go together, a batch at a time, since
    a translator takes one pair. A pair that no translator knows, or whose translator breaks, is passed
    over.

    Args:
        plan: told how many texts are about to be translated.
        progress: told how many are.
    """
    answers = Answers()
    for group in _groups(messages):
        pair = group[0].pair
        if pair not in answers.errors and budget.left > 0:
            try:
                _ask(group, pair, models, budget, answers, plan, progress)
            except Exception as error:  # noqa: BLE001 - whatever a model raises, the rest goes on
                answers.errors[pair] = error
    return answers


def _groups(messages: Iterable[Message]) -> Iterator[list[Message]]:
    """Messages of one pair and one degree of suspicion, at most a batch, the most suspicious first."""
    ordered = sorted(messages, key=lambda m: m.rank)
    for _, degree in groupby(ordered, key=lambda m: m.rank[:2]):
        pairs: dict[tuple[str, str], list[Message]] = {}
        for message in degree:
            pairs.setdefault(message.pair, []).append(message)
        cut = [(at, same[at : at + BATCH]) for same in pairs.values() for at in range(0, len(same), BATCH)]
        yield from (group for _, group in sorted(cut, key=lambda part: (part[1][0].rank, part[0])))


def _ask(
    group: Sequence[Message],
    pair: tuple[str, str],
    models: Models,
    budget: Budget,
    answers: Answers,
    plan: Callable[[int], None],
    progress: Progress,
) -> None:
    lang, source_lang = pair
    if text.primary(lang) == text.primary(source_lang):
        raise ModelError("text and source are in the same language")
    with budget.spending():  # the first question loads the model
        back, why = models.translator_for(lang, source_lang)
    answers.translators[pair] = back, why
    sizes = [len(message.unit.target) for message in group]
    for batch in budget.batches(sizes, kind=f"{back.signature} {lang}-{source_lang}", most=BATCH):
        asked = [group[i] for i in batch]
        plan(len(asked))
        trips = round_trips([_segment(m.unit) for m in asked], back, None, lang=lang, source_lang=source_lang)
        answers.of += [Answer(message, trip) for message, trip in zip(asked, trips, strict=True)]
        progress(len(asked))


def _segment(unit: Unit) -> Segment:
    return Segment(unit.target, Span(0, len(unit.target)), line=unit.line, source=unit.source)
