"""From how a model takes a target after its source to what raters would say of it.

The model reads source and target; wherever it would rather have written something else, the target
may be wrong. How much rather, how often, and how long the sentence is, are put together by a ridge
regression that learnt from professional raters (MQM; ``models/adequacy.json``, made by ``mtcheck
models train adequacy``), and the penalty that it predicts is set against human translations of the
same language pair. What the gates know for certain (a copy, a loop, another language) needs no model
and gets the penalty that raters give to what is no translation at all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from mtcheck import gates, resources, text
from mtcheck.annotate.base import Progress, QualityEstimator, SourceLanguageModel, WeighedToken
from mtcheck.annotate.reference import adequacy_regression, estimator_reference, percentile_below
from mtcheck.core import NO_TRANSLATION, Adequacy, Segment, Span
from mtcheck.gates.meaning import length_of, unlike_length

GAPS = (3.0, 6.0, 9.0)
"""Bits by which the model's own choice is likelier, from which a token counts as doubtful."""

NAMES = (
    "length",
    "source length",
    "length unlike the pair's",
    "surprisal a token",
    "surprisal in all",
    *(f"tokens from {gap:g} bits" for gap in GAPS),
    "gap in all",
    "gap a token",
    "largest three gaps",
)
"""What ``features`` gives; lengths, counts and sums as logarithms of one more."""


def features(
    source: str, target: str, tokens: Sequence[WeighedToken], *, source_lang: str, target_lang: str
) -> list[float]:
    """What the regression sees of a pair, in the order of ``NAMES``.

    Args:
        tokens: of the target, at least one.
    """
    bits, gaps = [t.surprisal for t in tokens], [t.gap for t in tokens]
    largest = sorted(gaps, reverse=True)[:3]
    return [
        math.log1p(len(tokens)),
        math.log1p(len(source)),
        _unlike(source, target, source_lang, target_lang),
        sum(bits) / len(bits),
        math.log1p(sum(bits)),
        *(math.log1p(sum(g >= gap for g in gaps)) for gap in GAPS),
        math.log1p(sum(gaps)),
        sum(gaps) / len(gaps),
        sum(largest) / len(largest),
    ]


def _unlike(source: str, target: str, source_lang: str, target_lang: str) -> float:
    """How far the length is from what the pair's usually is, in standard deviations, 0 if unknown."""
    usual = length_of(source_lang, target_lang)
    return 0.0 if usual is None else min(4.0, abs(unlike_length(source, target, usual)))


def penalty(seen: Sequence[float], trained: dict[str, Any]) -> float:
    """Predicted MQM penalty, 0 to ``NO_TRANSLATION``; the regression predicts the logarithm of one more."""
    columns = zip(seen, trained["mean"], trained["scale"], trained["weights"], strict=True)
    value = trained["intercept"] + sum(w * (x - mean) / scale for x, mean, scale, w in columns)
    return min(NO_TRANSLATION, max(0.0, math.expm1(value)))


def human(trained: dict[str, Any], source_lang: str, target_lang: str) -> dict[str, Any] | None:
    """Predicted penalties of human translations of a language pair, None if they were not measured."""
    found: dict[str, Any] | None = trained["human"].get(
        f"{text.primary(source_lang)}-{text.primary(target_lang)}"
    )
    return found


def standing(model: str, *, source_lang: str, target_lang: str) -> str:
    """What the numbers of a pair stand on, in plain words."""
    trained = adequacy_regression(model)
    if trained is None:
        return "not done: nothing was trained for this language model"
    place = human(trained, source_lang, target_lang)
    learnt = f"penalty learnt from {trained['segments']} rated segments, {trained['date']}"
    if place is None:
        return f"{learnt}; raw: no human translations of this pair were measured"
    return f"{learnt}; percentile against {place['sentences']} human translations, {place['date']}"


def adequacy_of(
    segment: Segment, tokens: Sequence[WeighedToken], *, model: str, source_lang: str, target_lang: str
) -> Adequacy | None:
    """Adequacy of a segment with a source, None if nothing can be said.

    Args:
        tokens: the target's after the source, as ``SourceLanguageModel`` gives them.
        model: its signature.
    """
    if segment.source is None:
        return None
    langs = {"source_lang": source_lang, "target_lang": target_lang}
    trained = adequacy_regression(model)
    if trained is None:
        return None
    place = human(trained, source_lang, target_lang)
    if _is_none(segment, **langs):
        return Adequacy(NO_TRANSLATION, None if place is None else 0.0)
    if not tokens:
        return None
    expected = penalty(features(segment.source, segment.text, tokens, **langs), trained)
    percentile = None if place is None else 100.0 - percentile_below(expected, place["quantiles"])
    return Adequacy(expected, percentile, doubtful_words(segment, tokens))


def by_language_model(
    segments: Sequence[Segment],
    model: SourceLanguageModel,
    *,
    source_lang: str,
    target_lang: str,
    progress: Progress,
) -> list[Adequacy | None]:
    """Adequacy of segments that have a source, by the regression over a language model's doubts."""
    langs = {"source_lang": source_lang, "target_lang": target_lang}
    pairs = [(s.source or "", s.text) for s in segments]
    found = model.given(pairs, source_lang=source_lang, target_lang=target_lang, progress=progress)
    return [
        adequacy_of(segment, tokens, model=model.signature, **langs)
        for segment, tokens in zip(segments, found, strict=True)
    ]


def by_estimator(
    segments: Sequence[Segment],
    model: QualityEstimator,
    *,
    source_lang: str,
    target_lang: str,
    progress: Progress,
) -> list[Adequacy | None]:
    """Adequacy of segments that have a source, as an estimator gives it; gates overrule it, since such
    models praise copies of the source (Unbabel/COMET#192)."""
    langs = {"source_lang": source_lang, "target_lang": target_lang}
    found = model.penalties([(s.source or "", s.text) for s in segments], progress=progress)
    place = estimator_reference(model.signature, source_lang, target_lang)
    out: list[Adequacy | None] = []
    for segment, value in zip(segments, found, strict=True):
        expected = NO_TRANSLATION if _is_none(segment, **langs) else value
        standing = None if place is None else 100.0 - percentile_below(expected, place["quantiles"])
        out.append(Adequacy(expected, standing))
    return out


def estimator_standing(model: str, *, source_lang: str, target_lang: str) -> str:
    """What an estimator's numbers of a pair stand on, in plain words."""
    place = estimator_reference(model, source_lang, target_lang)
    if place is None:
        return f"penalty by {model}; raw: `mtcheck models calibrate` places it among human translations"
    return f"penalty by {model}; percentile against {place['sentences']} human translations, {place['date']}"


def _is_none(segment: Segment, *, source_lang: str, target_lang: str) -> bool:
    """Whether gates are certain that this is no translation of its source."""
    alarms = gates.judge(segment.source or "", segment.text, source_lang=source_lang, target_lang=target_lang)
    return any(alarm.certain for alarm in alarms)


def doubtful_words(segment: Segment, tokens: Sequence[WeighedToken]) -> tuple[Span, ...]:
    """The words at which the model would most of all have written something else, at most three."""
    limit = float(resources.data("thresholds")["adequacy"]["doubtful_bits"])
    found: dict[Span, float] = {}
    for match in text.WORD.finditer(segment.text):
        span = Span(*match.span())
        gap = max((t.gap for t in tokens if t.start < span.end and span.start < t.end), default=0.0)
        if gap >= limit:
            found[Span(segment.span.start + span.start, segment.span.start + span.end)] = gap
    return tuple(sorted(sorted(found, key=found.__getitem__, reverse=True)[:3]))
