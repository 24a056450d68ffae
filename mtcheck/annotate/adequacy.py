"""From what a rater sees in a translation to what people would say of it.

The rater (``annotate.hf.rater``) reads source and target and says token by token what is wrong and what
raters would mark. How bad the whole is, a ridge regression says that learnt from professional raters (MQM);
how likely it is that one thing was changed, and what, a multinomial one that also hears the gates and learnt
from good translations, spoilt; where a translator serves the pair, another one also knows what that expected
instead. All are ``models/adequacy.json`` (``mtcheck models train adequacy``). The penalty that they expect
together is set against human translations of the same language pair. What the gates know for certain (a
copy, a loop, another language) needs no model and gets the penalty that raters give to what is no
translation at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from mtcheck import gates, resources, text
from mtcheck.annotate.base import (
    KINDS,
    Expectation,
    ExpectingTranslator,
    Progress,
    QualityEstimator,
    RatedToken,
    TranslationRater,
)
from mtcheck.annotate.reference import adequacy_regression, estimator_reference, percentile_below
from mtcheck.core import CRITICAL_ERROR, NO_TRANSLATION, Adequacy, Fault, Segment, Span
from mtcheck.gates.meaning import length_of, unlike_length
from mtcheck.gates.numbers import Number, NumberChange
from mtcheck.gates.renderings import Name, NameChange

FURTHEST = 10.0
"""Log-odds beyond which a probability says no more."""

NAMES = ("length", "accuracy", "fluency", "worth")
"""What ``features`` gives; length and sums of penalties as logarithms of one more."""

MATCHED = ("name", "number")
"""Kinds whose words the gates lay beside the source's."""

FAULT_NAMES = (
    *(f"{kind}: surest token" for kind in KINDS),
    *(f"{kind}: surest token without counterpart" for kind in MATCHED),
    *(f"{kind}: surest token of one that is added" for kind in MATCHED),
    "names lost",
    "names added",
    "names lost and added",
    "any: surest token",
    "any: all tokens",
    "worth",
    "accuracy",
    "length unlike the pair's",
    *(f"{kind}: gate" for kind in gates.DOUBTFUL),
)
"""What ``fault_features`` gives: log-odds, counts up to two, logarithms (all tokens, accuracy), and strengths
of gates."""

EXPECTED_NAMES = ("expected: first", "expected: second", "expected: excess", "expected: end")
"""What it gives more where a translator was asked; all but the excess as logarithms of one more."""

WITH_TRANSLATOR = "faults with translator"
"""The regression of faults that knows these, in ``adequacy.json``; ``faults`` is the one without."""

FAULT_KINDS = ("name", "number", "negation", "truncated", "swapped", "other")
"""What the regression of faults tells apart."""


def features(tokens: Sequence[RatedToken]) -> list[float]:
    """What the regression of penalties sees of a pair, in the order of ``NAMES``.

    Args:
        tokens: of the target, its end last.
    """
    return [
        math.log1p(len(tokens)),
        math.log1p(sum(t.accuracy for t in tokens)),
        math.log1p(fluency_penalty(tokens)),
        _worth(tokens),
    ]


def fluency_penalty(tokens: Sequence[RatedToken]) -> float:
    """What raters would put on a target for fluency and style, in all."""
    return sum(t.fluency for t in tokens)


def fault_features(
    source: str,
    target: str,
    tokens: Sequence[RatedToken],
    *,
    source_lang: str,
    target_lang: str,
    expected: Expectation | None = None,
) -> list[float]:
    """What the regression of faults sees of a pair, in the order of ``FAULT_NAMES`` and ``EXPECTED_NAMES``.

    Args:
        tokens: of the target, its end last.
        expected: what a translator says; None without.
    """
    seen = gates.evidence(source, target, source_lang=source_lang, target_lang=target_lang)
    places: dict[str, NameChange | NumberChange] = {"name": seen.names, "number": seen.numbers}
    lost, added = (min(2, len(side)) for side in (seen.names.lost, seen.names.added))
    return [
        *(_surest(tokens, kind) for kind in KINDS),
        *(_surest([t for t in tokens if not _is_on(t, places[kind].kept_there)], kind) for kind in MATCHED),
        *(_surest([t for t in tokens if _is_on(t, places[kind].added)], kind) for kind in MATCHED),
        float(lost),
        float(added),
        float(bool(lost and added)),
        _log_odds(max(map(_any, tokens))),
        math.log(max(1e-4, _mass(tokens))),
        _worth(tokens),
        math.log1p(sum(t.accuracy for t in tokens)),
        _unlike(source, target, source_lang, target_lang),
        *(max(-FURTHEST, min(FURTHEST, seen.strengths[kind])) for kind in gates.DOUBTFUL),
        *([] if expected is None else _unexpected(expected)),
    ]


def _unexpected(said: Expectation) -> list[float]:
    return [math.log1p(said.first), math.log1p(said.second), said.excess, math.log1p(said.end)]


def regression_of_faults(
    seen: Sequence[float], trained: dict[str, Any]
) -> tuple[Sequence[float], dict[str, Any]]:
    """What of that ``fault_features`` gives is known to a regression of faults, and that regression."""
    if len(seen) > len(FAULT_NAMES) and WITH_TRANSLATOR in trained:
        return seen, trained[WITH_TRANSLATOR]
    return seen[: len(FAULT_NAMES)], trained["faults"]


def _surest(tokens: Sequence[RatedToken], kind: str) -> float:
    """Log-odds of the token that is most likely wrong in a way."""
    return _log_odds(max((getattr(t, kind) for t in tokens), default=0.0))


def _is_on(token: RatedToken, words: Sequence[Name] | Sequence[Number]) -> bool:
    return any(token.start < word.span.end and word.span.start < token.end for word in words)


def _any(token: RatedToken) -> float:
    return token.name + token.number + token.negation + token.other


def _mass(tokens: Sequence[RatedToken]) -> float:
    """Minus the logarithm of the probability that no token is wrong."""
    return -sum(math.log(max(1e-6, 1 - _any(t))) for t in tokens)


def _worth(tokens: Sequence[RatedToken]) -> float:
    return sum(t.worth for t in tokens) / len(tokens)


def _log_odds(probability: float) -> float:
    inside = min(1 - 1e-9, max(1e-9, probability))
    return max(-FURTHEST, min(FURTHEST, math.log(inside / (1 - inside))))


def _unlike(source: str, target: str, source_lang: str, target_lang: str) -> float:
    """How far the length is from what the pair's usually is, in standard deviations, 0 if unknown."""
    usual = length_of(source_lang, target_lang)
    return 0.0 if usual is None else max(-4.0, min(4.0, unlike_length(source, target, usual)))


def _standard(seen: Sequence[float], trained: dict[str, Any]) -> list[float]:
    return [
        (x - mean) / scale for x, mean, scale in zip(seen, trained["mean"], trained["scale"], strict=True)
    ]


def _product(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(w * x for w, x in zip(weights, values, strict=True))


def weigh(seen: Sequence[float], trained: dict[str, Any]) -> float:
    """What the regression of penalties makes of its features."""
    return float(trained["intercept"] + _product(trained["weights"], _standard(seen, trained)))


def penalty(seen: Sequence[float], trained: dict[str, Any]) -> float:
    """Predicted MQM penalty, 0 to ``NO_TRANSLATION``; the regression predicts the logarithm of one more."""
    return min(NO_TRANSLATION, max(0.0, math.expm1(weigh(seen, trained))))


def chances(seen: Sequence[float], trained: dict[str, Any]) -> dict[str, float]:
    """Probability of each of ``FAULT_KINDS``, of which ``trained["prior"]`` have one in all."""
    standard = _standard(seen, trained)
    odds = {
        kind: math.exp(max(-30.0, min(30.0, own["intercept"] + _product(own["weights"], standard))))
        for kind, own in trained["kinds"].items()
    }
    return {kind: value / (1 + sum(odds.values())) for kind, value in odds.items()}


def chance(seen: Sequence[float], trained: dict[str, Any]) -> float:
    """Probability of any fault."""
    return sum(chances(seen, trained).values())


def expected(rated: Sequence[float], likely: float, trained: dict[str, Any]) -> float:
    """The penalty that both regressions expect together: a fault is a critical error.

    Args:
        rated: what ``features`` gives.
        likely: what ``chance`` gives.
    """
    return min(NO_TRANSLATION, penalty(rated, trained) + CRITICAL_ERROR * likely)


def human(trained: dict[str, Any], source_lang: str, target_lang: str) -> dict[str, Any] | None:
    """Predicted penalties of human translations of a language pair, None if they were not measured."""
    found: dict[str, Any] | None = trained["human"].get(
        f"{text.primary(source_lang)}-{text.primary(target_lang)}"
    )
    return found


def partner(model: str) -> str:
    """Signature of the translator whose expectations the regression for a language model knows, empty if it
    knows none."""
    trained = adequacy_regression(model) or {}
    return str(trained.get(WITH_TRANSLATOR, {}).get("translator", ""))


def standing(model: str, *, source_lang: str, target_lang: str, translator: str = "") -> str:
    """What the numbers of a pair stand on, in plain words.

    Args:
        translator: who says what it expected, empty for none.
    """
    trained = adequacy_regression(model)
    if trained is None:
        return "not done: nothing was trained for this language model"
    place = human(trained, source_lang, target_lang)
    learnt = f"penalty learnt from {trained['segments']} rated segments, {trained['date']}"
    if translator:
        learnt += f"; faults also by what {translator} expected"
    if place is None:
        return f"{learnt}; raw: no human translations of this pair were measured"
    return f"{learnt}; percentile against {place['sentences']} human translations, {place['date']}"


def adequacy_of(
    segment: Segment,
    tokens: Sequence[RatedToken],
    *,
    model: str,
    source_lang: str,
    target_lang: str,
    expected_by: Expectation | None = None,
) -> Adequacy | None:
    """Adequacy of a segment with a source, None if nothing can be said.

    Args:
        tokens: the target's, as ``TranslationRater`` gives them.
        model: its signature.
        expected_by: what its ``partner`` says; None without.
    """
    if segment.source is None:
        return None
    langs: dict[str, Any] = {"source_lang": source_lang, "target_lang": target_lang}
    trained = adequacy_regression(model)
    if trained is None:
        return None
    place = human(trained, source_lang, target_lang)
    alarms = gates.judge(segment.source, segment.text, **langs)
    none = Adequacy(NO_TRANSLATION, None if place is None else 0.0)
    if any(alarm.kind not in gates.DOUBTFUL for alarm in alarms):
        return none
    if not tokens:
        return none if any(alarm.certain for alarm in alarms) else None
    seen, regression = regression_of_faults(
        fault_features(segment.source, segment.text, tokens, expected=expected_by, **langs), trained
    )
    by_kind = chances(seen, regression)
    likely = sum(by_kind.values())
    if likely >= regression["limit"] and any(alarm.certain for alarm in alarms):
        return none
    worth = expected(features(tokens), likely, trained)
    doubtful = doubtful_words(segment, tokens)
    if place is None:  # how often good translations of such a pair look wrong is not known
        return Adequacy(worth, None, doubtful)
    percentile = 100.0 - percentile_below(worth, place["quantiles"])
    fluency = 100.0 - percentile_below(fluency_penalty(tokens), place["fluency quantiles"])
    fault = fault_of(segment, tokens, by_kind) if likely >= regression["limit"] else None
    return Adequacy(worth, percentile, doubtful, fault, fluency)


def fault_of(segment: Segment, tokens: Sequence[RatedToken], by_kind: dict[str, float]) -> Fault:
    """Of what kind the fault of a segment is, if it has one, and where: at the surest token of that kind, at
    the end of what stops early, or everywhere in what translates something else.

    Args:
        by_kind: what ``chances`` gives.
    """
    kind = max(by_kind, key=by_kind.__getitem__)
    likely = sum(by_kind.values())
    if kind == "swapped":
        return Fault(kind, segment.span, likely)
    if kind == "truncated":
        return Fault(kind, Span(segment.span.end, segment.span.end), likely)
    token = max(tokens, key=lambda t: float(getattr(t, kind)))
    start, end = token.start, token.end
    if start < end:  # the whole word or number that it is a piece of
        while start > 0 and segment.text[start - 1].isalnum() and segment.text[start].isalnum():
            start -= 1
        while end < len(segment.text) and segment.text[end].isalnum() and segment.text[end - 1].isalnum():
            end += 1
    return Fault(kind, Span(segment.span.start + start, segment.span.start + end), likely)


def by_language_model(
    segments: Sequence[Segment],
    model: TranslationRater,
    *,
    source_lang: str,
    target_lang: str,
    progress: Progress,
    translator: ExpectingTranslator | None = None,
    between: Callable[[], None] = lambda: None,
) -> list[Adequacy | None]:
    """Adequacy of segments that have a source, by the regressions over what a rater sees.

    Args:
        progress: told of each segment by each model.
        translator: the model's ``partner``, if it is at hand and serves the pair.
        between: called when the model was asked and before the translator is.
    """
    pairs = [(s.source or "", s.text) for s in segments]
    found = model.rate(pairs, source_lang=source_lang, target_lang=target_lang, progress=progress)
    heard: list[Expectation | None] = [None] * len(pairs)
    if translator is not None:
        between()
        heard = translator.expectations(
            pairs, source_lang=source_lang, target_lang=target_lang, progress=progress
        )
    return [
        adequacy_of(
            segment,
            tokens,
            model=model.signature,
            source_lang=source_lang,
            target_lang=target_lang,
            expected_by=one,
        )
        for segment, tokens, one in zip(segments, found, heard, strict=True)
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
        worth = NO_TRANSLATION if _is_none(segment, **langs) else value
        standing = None if place is None else 100.0 - percentile_below(worth, place["quantiles"])
        out.append(Adequacy(worth, standing))
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


def doubtful_words(segment: Segment, tokens: Sequence[RatedToken]) -> tuple[Span, ...]:
    """The words on which raters would put the highest penalties, at most three."""
    limit = float(resources.data("thresholds")["adequacy"]["doubtful_penalty"])
    found: dict[Span, float] = {}
    for match in text.WORD.finditer(segment.text):
        span = Span(*match.span())
        touching = [t for t in tokens if t.start < span.end and span.start < t.end]
        expected = sum(t.accuracy + t.fluency for t in touching)
        if expected >= limit:
            found[Span(segment.span.start + span.start, segment.span.start + span.end)] = expected
    return tuple(sorted(sorted(found, key=found.__getitem__, reverse=True)[:3]))
