"""Back-translation and what it is compared with.

With a source, a segment is translated target → source and compared with the source. Without one it
makes a round trip, text → source language → text, and is compared with itself. Text that came out
of an engine changes little on such a trip (Nguyen-Son et al. 2021), text that reads badly or means
nothing changes much; how much human text changes depends on the engine above all, so each number
comes with its place among human sentences that the same engine carried (``reference``).
"""

from __future__ import annotations

from collections.abc import Sequence

from mtcheck import text
from mtcheck.annotate import metrics
from mtcheck.annotate.base import Progress, Translator, silent
from mtcheck.annotate.reference import percentile_below, round_trip_reference
from mtcheck.core import RoundTrip, Segment, Translation


def round_trips(
    segments: Sequence[Segment],
    back: Translator,
    forth: Translator | None,
    *,
    lang: str,
    source_lang: str,
    progress: Progress = silent,
) -> list[RoundTrip]:
    """One round trip a segment, in order; equal texts are translated once.

    Args:
        segments: segments in language ``lang``; those with a ``source`` are compared with it.
        back: translates ``lang`` → ``source_lang``.
        forth: translates ``source_lang`` → ``lang``; None if no segment needs it.
    """
    first = _translate(back, [s.text for s in segments], lang, source_lang, progress)
    waiting = [i for i, s in enumerate(segments) if s.source is None and first[i].verdict == "ok"]
    for _ in range(len(segments) - len(waiting)):
        progress(1)
    second: dict[int, Translation] = {}
    if waiting and forth is not None:
        found = _translate(forth, [first[i].text for i in waiting], source_lang, lang, progress)
        second = dict(zip(waiting, found, strict=True))
    return [
        _against_source(s, first[i], lang, source_lang)
        if s.source is not None
        else _against_itself(s, first[i], second.get(i), lang, source_lang)
        for i, s in enumerate(segments)
    ]


def _translate(
    translator: Translator, texts: Sequence[str], source_lang: str, target_lang: str, progress: Progress
) -> list[Translation]:
    unique = list(dict.fromkeys(texts))
    found = translator.translate(unique, source_lang=source_lang, target_lang=target_lang, progress=progress)
    for _ in range(len(texts) - len(unique)):
        progress(1)
    known = dict(zip(unique, found, strict=True))
    return [known[value] for value in texts]


def _against_source(segment: Segment, back: Translation, lang: str, source_lang: str) -> RoundTrip:
    if back.verdict != "ok":
        return RoundTrip(back)
    score = metrics.compare(back.text, segment.source or "", lang=source_lang)
    place = _percentile(score.chrf, back.model, lang, source_lang, "source")
    return RoundTrip(back, None, score.chrf, score.bleu, score.ter, place)


def _against_itself(
    segment: Segment, back: Translation, forth: Translation | None, lang: str, source_lang: str
) -> RoundTrip:
    if forth is None or forth.verdict != "ok":
        return RoundTrip(back, forth)
    score = metrics.compare(forth.text, segment.text, lang=lang)
    enough = len(text.words(segment.text)) >= 3
    place = _percentile(score.chrf, back.model, lang, source_lang, "round-trip") if enough else None
    return RoundTrip(back, forth, score.chrf, score.bleu, score.ter, place)


def _percentile(chrf: float, model: str, lang: str, source_lang: str, mode: str) -> float | None:
    reference = round_trip_reference(model, lang, source_lang, mode)
    return None if reference is None else percentile_below(chrf, reference["quantiles"])
