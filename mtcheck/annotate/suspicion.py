"""Where cheap evidence points: which texts and sentences are worth a model's time.

A text is suspected where a notice says so or its wording makes machine translation likelier than of an
average text (``Style.probability``, for which one text in ten is). A sentence is where a gate is alarmed
by it beside its source, or where a model that was asked before, at less cost, set it low.
"""

from __future__ import annotations

from mtcheck import gates, resources
from mtcheck.core import Document, Segment


def of_text(doc: Document, *, disclosed: bool) -> bool:
    """Whether a text is suspected, before any model has seen it.

    Args:
        disclosed: whether a notice was found.
    """
    if disclosed:
        return True
    likely = doc.style is not None and doc.style.probability > _limit("style_probability")
    return likely or any(_alarms(s, doc) for s in doc.segments)


def of_sentence(segment: Segment, doc: Document) -> int:
    """How suspicious a sentence is, by what is known so far: 0 for no sign, more for worse.

    Certain gates weigh 4, others 2, a percentile of fluency or adequacy below the limit 1 each.
    """
    notes, limit = segment.notes, _limit("percentile")
    low = sum(
        said is not None and said.percentile is not None and said.percentile < limit
        for said in (notes.fluency, notes.adequacy)
    )
    return low + _alarms(segment, doc)


def _alarms(segment: Segment, doc: Document) -> int:
    if segment.source is None or doc.lang is None or doc.source_lang is None or not segment.scored:
        return 0
    found = gates.judge(segment.source, segment.text, source_lang=doc.source_lang, target_lang=doc.lang)
    return max((4 if alarm.certain else 2 for alarm in found), default=0)


def _limit(name: str) -> float:
    return float(resources.data("thresholds")["suspicion"][name])
