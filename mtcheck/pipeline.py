"""The hallway: read → segment → annotate → check → verdict, a shard of documents at a time.

``audit`` yields each document's ``Result`` as soon as its shard is done, in input order, each
``Failure`` where it happened, and at the end one ``Conclusion`` with what only the whole run shows.
A document that cannot be annotated or checked still comes out, with what is known of it; only an
input that cannot be read has no result.

Without models a shard is one document. With models it is as many as make good batches.
"""

from __future__ import annotations

import inspect
import math
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, repeat
from typing import Any, NamedTuple, Protocol

from mtcheck import checks, collector, forks, notices, resources, shelf, suppressions, text
from mtcheck.annotate import adequacy, fluency, metrics, reference, style, suspicion
from mtcheck.annotate.base import ScoredToken, TextClassifier, TranslationRater, Translator
from mtcheck.annotate.budget import Budget, Effort
from mtcheck.annotate.models import Models
from mtcheck.annotate.round_trip import round_trips
from mtcheck.annotate.threads import free_cores
from mtcheck.checks.base import CatalogueCheck, Check, RunCheck
from mtcheck.checks.units.habits import learn
from mtcheck.core import (
    Adequacy,
    Catalogue,
    Document,
    Failure,
    Finding,
    InputError,
    ModelError,
    Notice,
    Origin,
    Report,
    Result,
    RoundTrip,
    Rule,
    Scores,
    Segment,
    Span,
    Unit,
)
from mtcheck.inquiry import Event, Inquiry, Waiting
from mtcheck.names import AgreedForms
from mtcheck.names.terms import count_terms
from mtcheck.segment import segment
from mtcheck.selection import UNCHANGED, LeftOut, Selection
from mtcheck.verdict import decide
from mtcheck.version import __version__

PARALLEL_UNITS = 20_000
MOST_PARTS = 4
"""Messages of a file from which on idle cores share it, and the most of them: reading it and counting its
habits remain one core's work."""
SHARD_SEGMENTS = 192
SHARD_DOCUMENTS = 64
MODEL_SEGMENTS = 1000
"""Sentences of one document that models look at; a longer one (a book, a dump on one line) would hold
up all others, and its signature says how far they came."""
PIECE_SEGMENTS = 16
BUDGET_PIECES = 8
BUDGET_TRIPS = 16
"""Under a budget: sentences of one running text, and how many texts and sentences in one batch, since
only between batches the clock is looked at."""


class Watcher(Protocol):
    """Told how the run gets on; see ``mtcheck.cli`` for the one with a progress bar."""

    def plan(self, stage: str, total: int) -> None:
        """``total`` more units of work are ahead in a stage."""

    def advance(self, stage: str, done: int) -> None:
        """``done`` more of them are finished."""

    def say(self, message: str) -> None:
        """Something that takes long begins, in plain words."""


class Unwatched:
    """A watcher that looks away."""

    def plan(self, stage: str, total: int) -> None:
        """Nothing."""

    def advance(self, stage: str, done: int) -> None:
        """Nothing."""

    def say(self, message: str) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run was asked for.

    Attributes:
        lang: language of every text, BCP 47; None to detect it.
        source_lang: language every text was translated from; None to find out.
        models: translator and language model; None to run without any.
        agreed: agreed forms of names, or None.
        terms: agreed terms, or None.
        selection: which rules run and which findings are reported; all by default.
        units: whether the translator is asked about messages of localisation files as well.
        budget: seconds that models may take in all; None for no limit.
        only_suspicious: ask models only where cheap evidence points; see ``annotate.suspicion``.
        clock: seconds from any start, by which that is measured.
    """

    lang: str | None = None
    source_lang: str | None = None
    models: Models | None = None
    agreed: AgreedForms | None = None
    terms: AgreedForms | None = None
    selection: Selection = field(default_factory=Selection)
    units: bool = True
    budget: float | None = None
    only_suspicious: bool = False
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What only the whole run shows.

    Attributes:
        findings: across documents.
        rules: the rules that ran.
        signature: of the run; ``left_out`` says what was found and is not reported.
        left_out: that.
    """

    findings: tuple[Finding, ...]
    rules: tuple[Rule, ...]
    signature: Mapping[str, str]
    left_out: LeftOut = field(default_factory=LeftOut)


@dataclass(slots=True)
class _Annotated:
    """A document on its way, with what was or was not done to it.

    ``worth`` and ``heard`` count, by what models say, the sentences they should and did look at;
    ``passed`` those that raised no suspicion where only suspicious ones are asked about.
    """

    doc: Document
    disclosure: Notice | None
    unjudged: str = ""
    signature: dict[str, str] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    worth: Counter[str] = field(default_factory=Counter)
    heard: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Tallies:
    """What a run remembers of its documents until it ends."""

    by_rule: dict[str, Any] = field(default_factory=dict)
    stated: dict[str, tuple[suppressions.Suppression, ...]] = field(default_factory=dict)
    left_out: LeftOut = field(default_factory=LeftOut)
    worth: Counter[str] = field(default_factory=Counter)
    heard: Counter[str] = field(default_factory=Counter)


def audit(
    inputs: Iterable[Document | Catalogue | InputError], options: Options, *, watcher: Watcher | None = None
) -> Iterator[Result | Failure | Conclusion]:
    """Audit documents; see the module for the order of what comes out."""
    watcher = watcher or Unwatched()
    rules = make_checks(options.agreed, options.selection, terms=options.terms)
    tallies = _Tallies()
    seconds = math.inf if options.budget is None else options.budget
    budget = Budget(seconds, options.clock, options.models.effort if options.models else Effort())
    inquiry = Inquiry(options, rules, budget=budget, watcher=watcher)
    held: list[Event] = []
    for shard in _shards(inputs, options):
        annotated = [item for item in shard if isinstance(item, _Annotated)]
        if options.models is not None:
            needed = _needed(rules, options.selection)
            _annotate(_chosen(annotated, options), options.models, watcher, budget, needed, options)
            _say_unheard(annotated, tallies, budget)
        for item in shard:
            for event in _judge(item, rules, options.selection, tallies):
                said = inquiry.waiting(event, item) if isinstance(item, Catalogue) else event
                if held or isinstance(said, Waiting):
                    held.append(said)
                else:
                    yield said
        if options.budget is None and held:
            yield from inquiry.answered(held)
            held = []
    yield from inquiry.answered(held)
    tallies.left_out = tallies.left_out + inquiry.left_out
    unheard = [inquiry.unheard()]
    if budget.limited and (sentences := _unheard(tallies.heard, tallies.worth)):
        unheard.append(f"{sentences} within the budget of {budget}")
    yield from _conclude(rules, tallies, options.selection, "; ".join(filter(None, unheard)))


def _judge(
    item: _Annotated | Catalogue | InputError, rules: Sequence[Check], selection: Selection, tallies: _Tallies
) -> Iterator[Result | Failure]:
    """What the rules say of one item, and of that what is to be reported."""
    if isinstance(item, InputError):
        yield Failure(item.uri, item.problem, item.place, item.mend)
    elif isinstance(item, Catalogue):
        yield from _selected(_check_catalogue(item, rules), selection, tallies, item)
    else:
        if stated := suppressions.of_document(item.doc):
            tallies.stated[item.doc.id] = stated
        yield from _selected(_check(item, rules, tallies.by_rule), selection, tallies)


def _selected(
    events: Iterable[Result | Failure],
    selection: Selection,
    tallies: _Tallies,
    catalogue: Catalogue | None = None,
) -> Iterator[Result | Failure]:
    for event in events:
        if isinstance(event, Result):
            event, left = selection.apply(event, catalogue)
            tallies.left_out = tallies.left_out + left if left else tallies.left_out
        yield event


def run(
    inputs: Iterable[Document | Catalogue | InputError], options: Options, *, watcher: Watcher | None = None
) -> Report:
    """Audit documents and return everything at once; for runs that fit in memory."""
    results: list[Result] = []
    failures: list[Failure] = []
    end = Conclusion((), (), {})
    for item in audit(inputs, options, watcher=watcher):
        if isinstance(item, Result):
            results.append(item)
        elif isinstance(item, Failure):
            failures.append(item)
        else:
            end = item
    return Report(tuple(results), end.findings, tuple(failures), end.rules, end.signature)


def make_checks(
    agreed: AgreedForms | None = None,
    selection: Selection | None = None,
    *,
    terms: AgreedForms | None = None,
) -> tuple[Check, ...]:
    """One instance of every selected check; those that hold to agreed names or terms are given them."""
    given = {"agreed": agreed, "terms": terms}
    return tuple(
        cls(**{k: v for k, v in given.items() if k in inspect.signature(cls).parameters})
        for cls in checks.classes()
        if selection is None or selection.runs(cls.rule())
    )


def signature() -> dict[str, str]:
    """What every result stands on: this version and its limits."""
    return {"mtcheck": __version__, "thresholds": resources.data_signature("thresholds")}


def _shards(
    inputs: Iterable[Document | Catalogue | InputError], options: Options
) -> Iterator[list[_Annotated | Catalogue | InputError]]:
    shard: list[_Annotated | Catalogue | InputError] = []
    segments = 0
    for item in inputs:
        if isinstance(item, InputError | Catalogue):
            shard.append(item)
        else:
            prepared = prepare(item, options)
            shard.append(prepared)
            segments += len(prepared.doc.segments)
        if options.models is None or segments >= SHARD_SEGMENTS or len(shard) >= SHARD_DOCUMENTS:
            yield shard
            shard, segments = [], 0
    if shard:
        yield shard


def prepare(doc: Document, options: Options) -> _Annotated:
    """Everything that needs no model: notices, traces, languages, sentences."""
    found = notices.find_notices(doc.text, lang=options.lang or doc.lang)
    traces = notices.find_traces(doc.markup if doc.markup is not None else doc.text)
    if doc.markup is not None and not found:
        found = notices.find_notices_in_markup(doc.markup)
    doc = replace(doc, notices=found, traces=traces)
    disclosure = notices.disclosure(found, traces)
    lang = options.lang or _language(doc)
    source_lang, known_from = _source_language(doc, disclosure, options, lang)
    doc = replace(doc, lang=lang, source_lang=source_lang, source_lang_from=known_from)
    item = _Annotated(style.judge(segment(doc)), disclosure, signature=signature())
    item.unjudged = "" if item.doc.style is not None else style.unjudged(item.doc)
    item.signature["style"] = f"not judged: {item.unjudged}" if item.unjudged else _style_signature(item.doc)
    return item


def _style_signature(doc: Document) -> str:
    said = doc.style
    if said is None:
        return ""
    return said.signature + (f"; classifier on {said.model}" if said.model else "; n-grams alone")


def _language(doc: Document) -> str | None:
    """The stated language unless the text is in another script; else the detected one.

    Pages state the language of their template often enough; a script that the stated language is
    not written in settles it. A target that stands beside its source keeps the stated language: that it
    is in another script is then what is wrong with it.
    """
    content = _content(doc)
    if doc.lang is None:
        return text.detect_language(content)
    if doc.source is not None:
        return doc.lang
    expected, script = text.expected_scripts(doc.lang), text.script(content[:2000])
    if expected and script is not None and script not in expected:
        return text.detect_language(content) or doc.lang
    return doc.lang


def _content(doc: Document) -> str:
    """The text without notices and code, at most the 5,000 code points that tell a language."""
    cut = sorted(n.span for n in doc.notices if n.span is not None)
    parts, at = [], 0
    for span in cut:
        parts.append(doc.text[at : span.start])
        at = max(at, span.end)
    parts.append(doc.text[at:])
    return " ".join(parts)[:5000]


def _source_language(
    doc: Document, disclosure: Notice | None, options: Options, lang: str | None
) -> tuple[str | None, str | None]:
    """Source language and how it is known, by falling trust."""
    stated = [
        (options.source_lang, "user"),
        (doc.source_lang, "input"),
        (disclosure.source_lang if disclosure is not None else None, "notice"),
        (next((t.source_lang for t in doc.traces if t.source_lang is not None), None), "markup"),
        (disclosure.notice_lang if disclosure is not None else None, "notice-language"),
    ]
    for value, known_from in stated:
        if value is None:
            continue
        if known_from == "notice-language" and (lang is None or text.primary(value) == text.primary(lang)):
            continue
        return value, known_from
    return None, None


def _needed(rules: Sequence[Check], selection: Selection) -> frozenset[str]:
    """What models are asked: everything, or, of a run that selects its rules, what these rules read."""
    if not selection.select:
        return frozenset({"style", "fluency", "adequacy", "round_trip"})
    return frozenset().union(*(rule.needs for rule in rules))


def _annotate(
    items: Sequence[_Annotated],
    models: Models,
    watcher: Watcher,
    budget: Budget,
    needed: frozenset[str],
    options: Options,
) -> None:
    """Let the models speak about a shard; what cannot be done is said in each signature."""
    if models.language_model is not None and "style" in needed:
        _annotate_style(items, models, watcher, budget)
    if models.language_model is not None and "fluency" in needed:
        _annotate_fluency(items, models, watcher, budget)
    if "adequacy" in needed and (models.language_model is not None or models.quality_model is not None):
        _annotate_adequacy(items, models, watcher, budget, options)
    if models.translator is not None and "round_trip" in needed:
        groups: dict[tuple[str, str], list[_Annotated]] = {}
        for item in items:
            lang, source_lang = item.doc.lang, item.doc.source_lang
            if lang is None or source_lang is None:
                item.signature["round_trip"] = "not done: the source language is not known"
            elif text.primary(lang) == text.primary(source_lang):
                item.signature["round_trip"] = "not done: text and source are in the same language"
            else:
                groups.setdefault((lang, source_lang), []).append(item)
        models.rest()
        for (lang, source_lang), group in groups.items():
            _annotate_round_trip(group, lang, source_lang, models, watcher, budget, options)


def _chosen(items: Sequence[_Annotated], options: Options) -> list[_Annotated]:
    """The documents that models are asked about."""
    if not options.only_suspicious:
        return list(items)
    chosen = []
    for item in items:
        if suspicion.of_text(item.doc, disclosed=item.disclosure is not None):
            chosen.append(item)
        else:
            item.signature["models_saw"] = "nothing: the text raised no suspicion"
    return chosen


def _by_suspicion(
    work: Sequence[tuple[_Annotated, int]], stage: str, budget: Budget, options: Options
) -> list[tuple[_Annotated, int]]:
    """Sentences, the most suspicious first where models cannot or shall not see them all; in that case
    those without a sign are left out, if there was anything to show one."""
    if not budget.limited and not options.only_suspicious:
        return list(work)
    ranked = [(suspicion.of_sentence(item.doc.segments[i], item.doc), item, i) for item, i in work]
    kept = []
    for signs, item, i in sorted(ranked, key=lambda entry: -entry[0]):
        if options.only_suspicious and not signs and _was_looked_at(item.doc.segments[i]):
            item.passed[stage] += 1
        else:
            kept.append((item, i))
    return kept


def _was_looked_at(segment: Segment) -> bool:
    """Whether something could have made a sentence suspicious: its source, or a model."""
    notes = segment.notes
    placed = [said.percentile for said in (notes.fluency, notes.adequacy) if said is not None]
    return segment.source is not None or any(value is not None for value in placed)


def _annotate_style(items: Sequence[_Annotated], models: Models, watcher: Watcher, budget: Budget) -> None:
    """The second tier; where it cannot be had the first stands, and the signature says which it was."""
    judged = [item for item in items if item.doc.style is not None]
    if not judged or not budget.left:
        return
    try:
        with budget.spending():
            model = models.fluency_model()
    except ModelError:
        return  # said once, where fluency asks for the same model
    if not isinstance(model, TextClassifier):
        return
    asked = [item for item in judged if style.is_partner(item.doc, model)]
    try:
        for batch in budget.batches([style.LONGEST] * len(asked), kind=f"style {model.signature}", most=1):
            watcher.plan("style", len(batch))
            chosen = [asked[i] for i in batch]
            found = style.judge_by_classifier(
                [item.doc for item in chosen], model, progress=lambda n: watcher.advance("style", n)
            )
            for item, doc in zip(chosen, found, strict=True):
                item.doc = doc
                item.signature["style"] = _style_signature(doc)
    except Exception as error:  # noqa: BLE001 - as for fluency
        _fail(asked, "style", error)


def _annotate_fluency(items: Sequence[_Annotated], models: Models, watcher: Watcher, budget: Budget) -> None:
    pieces = [piece for item in items for piece in _pieces(item, budget)]
    for item, _, places in pieces:
        item.worth["fluency"] += len(places)
    if not pieces or not budget.left:
        return
    try:
        with budget.spending():
            model = models.fluency_model()
    except ModelError as error:
        for item in items:
            item.worth.pop("fluency", None)  # not the budget's doing
            item.signature["fluency"] = f"not done: {error}"
            _note_failure(item, models.language_model, error)
        return
    sizes = [len(value) for _, value, _ in pieces]
    try:
        for batch in budget.batches(sizes, kind=f"fluency {model.signature}", most=BUDGET_PIECES):
            watcher.plan("fluency", len(batch))
            asked = [pieces[i] for i in batch]
            found = model.surprisal(
                [value for _, value, _ in asked], progress=lambda n: watcher.advance("fluency", n)
            )
            for (item, _, places), tokens in zip(asked, found, strict=True):
                _note_fluency(item, places, tokens, model.signature)
                item.heard["fluency"] += len(places)
    except Exception as error:  # noqa: BLE001 - whatever a model raises, the documents still come out
        _fail(items, "fluency", error)


def _annotate_adequacy(
    items: Sequence[_Annotated], models: Models, watcher: Watcher, budget: Budget, options: Options
) -> None:
    """What the language model makes of each sentence after its source, one direction at a time."""
    groups: dict[tuple[str, str], list[_Annotated]] = {}
    for item in items:
        lang, source_lang = item.doc.lang, item.doc.source_lang
        if lang is not None and source_lang is not None and text.primary(lang) != text.primary(source_lang):
            groups.setdefault((source_lang, lang), []).append(item)
    for pair, group in groups.items():
        beside = [(item, i) for item in group for i, s in enumerate(_head(item).segments) if _has_source(s)]
        work = _by_suspicion(beside, "adequacy", budget, options)
        if not work or not budget.left:
            continue
        try:
            with budget.spending():
                speaker = _speaker(models, pair)
        except ModelError as error:
            for item in group:
                item.signature["adequacy"] = f"not done: {error}"
                if models.quality_model is not None:  # else said once, where fluency asks for the model
                    _note_failure(item, models.quality_model, error)
            continue
        if speaker is None:
            continue
        for item, _ in work:
            item.signature["adequacy"] = speaker.standing
        if speaker.say is None:
            continue
        for item, _ in work:
            item.worth["adequacy"] += 1
        try:
            _note_adequacy(work, pair, speaker, watcher, budget)
        except Exception as error:  # noqa: BLE001 - as for fluency
            _fail(group, "adequacy", error)


class _Speaker(NamedTuple):
    """Who judges adequacy, what its numbers stand on, how it is asked (None if it knows nothing), and by how
    many models a sentence is read."""

    name: str
    standing: str
    say: Callable[..., list[Adequacy | None]] | None
    models: int = 1


def _speaker(models: Models, pair: tuple[str, str]) -> _Speaker | None:
    """The estimator that the user named, else the language model; None if that rates no translations.

    Raises:
        ModelError: it cannot be had.
    """
    if (estimator := models.estimator()) is not None:
        said = adequacy.estimator_standing(estimator.signature, source_lang=pair[0], target_lang=pair[1])
        return _Speaker(estimator.signature, said, partial(adequacy.by_estimator, model=estimator))
    model = models.fluency_model()
    if not isinstance(model, TranslationRater):
        return None
    known = bool(model.rater) and reference.adequacy_regression(model.signature) is not None
    partner = models.expecting(adequacy.partner(model.signature), *pair) if known else None
    standing = adequacy.standing(
        model.signature,
        source_lang=pair[0],
        target_lang=pair[1],
        translator="" if partner is None else partner.signature,
    )
    say = partial(adequacy.by_language_model, model=model, translator=partner, between=models.rest)
    return _Speaker(model.signature, standing, say if known else None, models=1 if partner is None else 2)


def _has_source(segment: Segment) -> bool:
    """Whether a segment and its source are worth a score, in whatever language the segment is."""
    words = len(text.words(segment.text))
    return segment.scored and bool(segment.source and segment.source.strip()) and words >= 1


def _note_adequacy(
    work: Sequence[tuple[_Annotated, int]],
    pair: tuple[str, str],
    speaker: _Speaker,
    watcher: Watcher,
    budget: Budget,
) -> None:
    asked = [item.doc.segments[i] for item, i in work]
    sizes = [len(s.text) + len(s.source or "") for s in asked]
    for batch in budget.batches(sizes, kind=f"adequacy {speaker.name}", most=BUDGET_TRIPS):
        watcher.plan("adequacy", len(batch) * speaker.models)
        found = speaker.say and speaker.say(
            [asked[k] for k in batch],
            source_lang=pair[0],
            target_lang=pair[1],
            progress=lambda n: watcher.advance("adequacy", n),
        )
        for k, said in zip(batch, found or (), strict=True):
            item, i = work[k]
            segments = list(item.doc.segments)
            segments[i] = replace(asked[k], notes=replace(asked[k].notes, adequacy=said))
            item.doc = replace(item.doc, segments=tuple(segments))
            item.heard["adequacy"] += 1


_Piece = tuple["_Annotated", str, list[tuple[int, Span]]]
"""A document, running text of it, and where in that its segments lie, by their index."""


def _pieces(item: _Annotated, budget: Budget) -> Iterator[_Piece]:
    """The running text as one, or, under a budget, in runs of sentences that can be left out."""
    head = _head(item)
    step = PIECE_SEGMENTS if budget.limited else max(1, len(head.segments))
    for start in range(0, len(head.segments), step):
        part = replace(head, segments=head.segments[start : start + step])
        value, places = fluency.running_text(part)
        if value:
            yield item, value, [(start + index, span) for index, span in places]


def _note_fluency(
    item: _Annotated, places: Sequence[tuple[int, Span]], tokens: Sequence[ScoredToken], model: str
) -> None:
    item.signature["language_model"] = model
    segments = list(item.doc.segments)
    at = 0
    for number, (index, place) in enumerate(places):
        while at < len(tokens) and tokens[at].end <= place.start:
            at += 1
        stop = at
        while stop < len(tokens) and tokens[stop].start < place.end:
            stop += 1
        spoken = fluency.fluency_of(
            segments[index], tokens[at:stop], place, model=model, lang=item.doc.lang, first=number == 0
        )
        segments[index] = replace(segments[index], notes=replace(segments[index].notes, fluency=spoken))
    item.doc = replace(item.doc, segments=tuple(segments))
    human = reference.fluency_reference(model, item.doc.lang)
    item.signature["fluency"] = (
        f"percentile against {human['sentences']} human sentences, {human['date']}"
        if human is not None
        else "raw surprisal only: no human reference for this language and model"
    )


def _annotate_round_trip(
    items: Sequence[_Annotated],
    lang: str,
    source_lang: str,
    models: Models,
    watcher: Watcher,
    budget: Budget,
    options: Options,
) -> None:
    fit = [(item, i) for item in items for i, s in enumerate(_head(item).segments) if _travels(s)]
    work = _by_suspicion(fit, "round trip", budget, options)
    for item, _ in work:
        item.worth["round trip"] += 1
    if not work or not budget.left:
        return
    chosen = [item.doc.segments[i] for item, i in work]
    trips: list[tuple[_Annotated, int, RoundTrip]] = []
    try:
        with budget.spending():
            back, why = models.translator_for(lang, source_lang)
            forth, one_way = _way_back(chosen, models, source_lang, lang)
        sizes = [len(s.text) for s in chosen]
        for batch in budget.batches(sizes, kind=f"trip {back.signature}", most=BUDGET_TRIPS):
            watcher.plan("translation", 2 * len(batch))
            found = round_trips(
                [chosen[k] for k in batch],
                back,
                forth,
                lang=lang,
                source_lang=source_lang,
                progress=lambda n: watcher.advance("translation", n),
            )
            trips += [(*work[k], trip) for k, trip in zip(batch, found, strict=True)]
    except ModelError as error:
        for item in items:
            item.worth.pop("round trip", None)
            item.signature["round_trip"] = f"not done: {error}"
            _note_failure(item, models.translator, error)
        return
    except Exception as error:  # noqa: BLE001 - as for fluency
        _fail(items, "round_trip", error)
        return
    notes: dict[int, dict[int, Segment]] = {id(item): {} for item in items}
    for item, i, trip in trips:
        old = item.doc.segments[i]
        notes[id(item)][i] = replace(old, notes=replace(old.notes, round_trip=trip))
        item.heard["round trip"] += 1
    for item in items:
        fresh = notes[id(item)]
        item.doc = replace(item.doc, segments=tuple(fresh.get(i, s) for i, s in enumerate(item.doc.segments)))
        item.signature["translator"] = back.signature + (" (weak)" if back.weak else "")
        item.signature["translator_chosen"] = why
        if one_way:
            item.signature["round_trip"] = one_way
        if forth is not None and forth.signature != back.signature:
            item.signature["translator_forth"] = forth.signature
        compared_in = source_lang if item.doc.source is not None else lang
        item.signature.update(metrics.signatures(compared_in))


def _say_unheard(items: Sequence[_Annotated], tallies: _Tallies, budget: Budget) -> None:
    """Tell each document, and the run, what the budget left out."""
    for item in items:
        tallies.heard.update(item.heard)
        tallies.worth.update(item.worth)
        said = []
        if budget.limited and (unheard := _unheard(item.heard, item.worth)):
            said.append(f"{unheard} within the budget of {budget}")
        said += [f"{stage}: {n} sentences raised no suspicion" for stage, n in item.passed.items()]
        if said:
            item.signature["models_saw"] = "; ".join(said)


def _unheard(heard: Counter[str], worth: Counter[str]) -> str:
    """Such as ``fluency of 40 of 50 sentences``; empty if models saw all."""
    return ", ".join(f"{k} of {heard[k]} of {n} sentences" for k, n in worth.items() if heard[k] < n)


def _way_back(
    chosen: Sequence[Segment], models: Models, source_lang: str, lang: str
) -> tuple[Translator | None, str]:
    """The translator of the second half of a round trip, or None and why there is none.

    A model that the user named may know one direction alone; its back-translation is still worth
    reading, though there is nothing to compare it with.
    """
    if all(s.source is not None for s in chosen):
        return None, ""
    try:
        return models.translator_for(source_lang, lang)[0], ""
    except ModelError as error:
        return None, f"one way only: {error}"


def _head(item: _Annotated) -> Document:
    """The part of a document that models look at."""
    segments = item.doc.segments
    if len(segments) <= MODEL_SEGMENTS:
        return item.doc
    item.signature["models_saw"] = f"the first {MODEL_SEGMENTS} of {len(segments)} sentences"
    return replace(item.doc, segments=segments[:MODEL_SEGMENTS])


def _fail(items: Sequence[_Annotated], stage: str, error: Exception) -> None:
    for item in items:
        item.worth.pop(stage.replace("_", " "), None)
        item.signature[stage] = f"failed: {type(error).__name__}"
        item.failures.append(
            Failure(item.doc.id, f"{stage}: {type(error).__name__}: {error}", stage="annotate")
        )


def _note_failure(item: _Annotated, asked_for: object, error: ModelError) -> None:
    """A model that the user named and that fails is a failure; one that ``auto`` lacks is not."""
    if asked_for != "auto":
        item.failures.append(Failure(item.doc.id, str(error), stage="annotate"))


def _travels(segment: Segment) -> bool:
    """Whether a segment is worth a translation: scored, in the document's language, with words."""
    return segment.scored and "residue" not in segment.flags and len(text.words(segment.text)) >= 1


def _check(item: _Annotated, rules: Sequence[Check], tallies: dict[str, Any]) -> Iterator[Result | Failure]:
    doc = item.doc
    findings: list[Finding] = []
    failures = list(item.failures)
    for rule in rules:
        try:
            findings.extend(rule.run(doc))
            if isinstance(rule, RunCheck):
                tally = rule.collect(doc)
                tallies[rule.code] = (
                    tally if rule.code not in tallies else rule.add(tallies[rule.code], tally)
                )
        except Exception as error:  # noqa: BLE001 - one broken rule must not lose the document
            failures.append(
                Failure(doc.id, f"{rule.code} failed: {type(error).__name__}: {error}", stage="check")
            )
    findings.sort(key=lambda f: (f.span is None, f.span or (0, 0), f.code))
    scores = _scores(doc)
    verdict, reason = decide(doc, item.disclosure, item.unjudged)
    yield Result(
        doc, verdict, reason, scores, tuple(findings), count_terms(doc), dict(item.signature), item.disclosure
    )
    yield from failures


def _check_catalogue(catalogue: Catalogue, rules: Sequence[Check]) -> Iterator[Result | Failure]:
    """A localisation file: one result without text, whose findings name key and line."""
    asked = [rule for rule in rules if isinstance(rule, CatalogueCheck)]
    if isinstance(catalogue.units, shelf.Shelf):
        learn(asked, catalogue)
    said = _Said([], {})
    for part in _in_parts(catalogue, asked):
        said = said.followed_by(part)
    findings, failures = said
    for rule in asked:
        if rule.code not in failures:
            with _failing_alone(rule, catalogue, failures), collector.at_rest():
                findings.extend(rule.judge_catalogue(catalogue))
    findings.sort(key=lambda f: (f.origin.line or 0, f.origin.unit or "", f.code))
    doc = Document(
        catalogue.uri,
        "",
        Origin(catalogue.uri),
        lang=catalogue.target_lang,
        source_lang=catalogue.source_lang,
        metadata={"format": catalogue.format, "units": len(catalogue.units)},
    )
    reason = "A localisation file: its messages were checked one by one"
    yield Result(doc, "no-verdict", reason, Scores(), tuple(findings), signature=signature())
    yield from failures.values()


class _Said(NamedTuple):
    """What rules say of some units of a file, and, by their codes, how those failed that did."""

    findings: list[Finding]
    failures: dict[str, Failure]

    def followed_by(self, later: _Said) -> _Said:
        """With what was said of later units by the rules that had not failed before."""
        return _Said(
            self.findings + [f for f in later.findings if f.code not in self.failures],
            self.failures | {code: f for code, f in later.failures.items() if code not in self.failures},
        )


def _in_parts(catalogue: Catalogue, rules: Sequence[CatalogueCheck]) -> Iterator[_Said]:
    """The parts of a file in order, a large one's judged at the same time."""
    parts = 1
    if len(catalogue.units) >= PARALLEL_UNITS and forks.may_fork():
        parts = min(free_cores(), MOST_PARTS)
    return forks.in_parts(partial(_judged, catalogue, rules, parts), parts)


def _judged(catalogue: Catalogue, rules: Sequence[CatalogueCheck], parts: int, part: int) -> _Said:
    """Ask the rules about one part of a file's units."""
    said = _Said([], {})
    for units in shelf.blocks(catalogue.units, part, parts):
        asked = [rule for rule in rules if rule.code not in said.failures]
        said = said.followed_by(_judged_units(units, catalogue, asked))
    return said


def _judged_units(units: Sequence[Unit], catalogue: Catalogue, rules: Sequence[CatalogueCheck]) -> _Said:
    judged = [u for u in units if u.target and not u.flags & {"obsolete", "missing", UNCHANGED}]
    holding: dict[str, Sequence[Unit]] = {"": judged}
    said = _Said([], {})
    for rule in rules:
        if rule.judges_units():
            if rule.signs not in holding:
                holding[rule.signs] = _holding(judged, rule.signs)
            with _failing_alone(rule, catalogue, said.failures), collector.at_rest():
                asked = map(rule.judge, holding[rule.signs], repeat(catalogue))
                said.findings.extend(chain.from_iterable(asked))
    return said


@contextmanager
def _failing_alone(rule: Check, catalogue: Catalogue, failures: dict[str, Failure]) -> Iterator[None]:
    """One broken rule must not lose the file."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - as in _check
        problem = f"{rule.code} failed: {type(error).__name__}: {error}"
        failures[rule.code] = Failure(catalogue.uri, problem, stage="check")


def _holding(units: Iterable[Unit], signs: str) -> list[Unit]:
    """Units with any of the characters in source or target."""
    found = re.compile(f"[{re.escape(signs)}]").search
    return [unit for unit in units if found(unit.target) or found(unit.source)]


def _fluency_place(segment: Segment) -> float | None:
    """Where a sentence stands: by what raters would mark beside its source if that was judged, for raters
    agree with it more (models/adequacy.card.md), else by what surprises in it."""
    notes = segment.notes
    if notes.adequacy is not None and notes.adequacy.fluency is not None:
        return notes.adequacy.fluency
    return None if notes.fluency is None else notes.fluency.percentile


def _scores(doc: Document) -> Scores:
    """Document scores from sentence notes."""
    fluent = [place for s in doc.segments if (place := _fluency_place(s)) is not None]
    rendered = [
        s.notes.adequacy.percentile
        for s in doc.segments
        if s.notes.adequacy is not None and s.notes.adequacy.percentile is not None
    ]
    trips = [(s, s.notes.round_trip) for s in doc.segments if s.notes.round_trip is not None]
    judged = [(s, t) for s, t in trips if t.chrf is not None]
    placed = rendered or [
        t.percentile for s, t in judged if s.source is not None and t.percentile is not None
    ]
    whole = None
    if judged:
        pairs = [
            (t.back.text, s.source) if s.source is not None else (t.forth.text if t.forth else "", s.text)
            for s, t in judged
        ]
        compared_in = doc.source_lang if doc.source is not None else doc.lang
        whole = metrics.compare_documents(
            [a for a, _ in pairs], [b or "" for _, b in pairs], lang=compared_in or "en"
        )
    return Scores(
        mt_probability=doc.style.probability if doc.style is not None else None,
        fluency=sum(fluent) / len(fluent) if fluent else None,
        adequacy=sum(placed) / len(placed) if placed else None,
        round_trip_chrf=whole.chrf if whole else None,
        round_trip_bleu=whole.bleu if whole else None,
        round_trip_ter=whole.ter if whole else None,
    )


def _conclude(
    rules: Sequence[Check], tallies: _Tallies, selection: Selection, unheard: str
) -> Iterator[Failure | Conclusion]:
    findings: list[Finding] = []
    for rule in rules:
        if isinstance(rule, RunCheck) and rule.code in tallies.by_rule:
            try:
                findings.extend(rule.conclude(tallies.by_rule[rule.code]))
            except Exception as error:  # noqa: BLE001 - as in _check
                yield Failure("run", f"{rule.code} failed: {type(error).__name__}: {error}", stage="check")
    kept, left = selection.apply_across(tuple(findings), tallies.stated)
    left = tallies.left_out + left
    left_words = "; ".join(filter(None, (str(left), unheard)))
    said = signature() | ({"left_out": left_words} if left_words else {})
    yield Conclusion(kept, tuple(selection.rule(r.rule()) for r in rules), said, left)
