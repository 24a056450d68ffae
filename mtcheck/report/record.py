"""Results as plain data: the one intermediate form of the JSON reporters.

The record of a document is a contract: others measure by it. Fields may be added, none renamed.
Offsets are half-open code points of ``text``.
"""

from __future__ import annotations

from typing import Any

from mtcheck.core import Document, Failure, Fault, Finding, Notice, Result, Rule, Scores, Segment, Translation


def result_record(result: Result, *, tokens: bool = False) -> dict[str, Any]:
    """One document.

    Args:
        tokens: add each token's surprisal.
    """
    doc = result.document
    return {
        "id": doc.id,
        "lang": doc.lang,
        "source_lang": doc.source_lang,
        "source_lang_from": doc.source_lang_from,
        "verdict": result.verdict,
        "reason": result.reason,
        "disclosure": disclosure_record(result.disclosure),
        "scores": scores_record(result.scores),
        "terms": None
        if result.terms is None
        else {"matched": result.terms.matched, "used": result.terms.used},
        "style": style_record(doc),
        "findings": [finding_record(f) for f in result.findings],
        "segments": [segment_record(s, tokens=tokens) for s in doc.segments],
        "uri": doc.origin.uri,
        "unit": doc.origin.unit,
        "metadata": dict(doc.metadata),
        "signature": dict(result.signature),
    }


def disclosure_record(notice: Notice | None) -> dict[str, Any] | None:
    """The notice that proves the verdict."""
    if notice is None:
        return None
    return {
        "service": notice.service,
        "notice_lang": notice.notice_lang,
        "source_lang": notice.source_lang,
        "span": None if notice.span is None else list(notice.span),
        "text": notice.text,
    }


def style_record(doc: Document) -> dict[str, Any] | None:
    """What the wording says; None where it was not judged."""
    style = doc.style
    if style is None:
        return None
    return {
        "probability": _rounded(style.probability, 4),
        "suspected_from": style.suspect,
        "human_share": _rounded(style.human_share, 4),
        "human_texts": style.human_texts,
        "model": style.model,
        "marks": [
            {"span": list(m.span), "text": doc.text[slice(*m.span)], "weight": _rounded(m.weight, 4)}
            for m in style.marks
        ],
    }


def scores_record(scores: Scores) -> dict[str, Any]:
    """Document scores, rounded to what they are worth."""
    return {
        "mt_probability": _rounded(scores.mt_probability, 4),
        "fluency": _rounded(scores.fluency),
        "adequacy": _rounded(scores.adequacy),
        "round_trip_chrf": _rounded(scores.round_trip_chrf),
        "round_trip_bleu": _rounded(scores.round_trip_bleu),
        "round_trip_ter": _rounded(scores.round_trip_ter),
    }


def finding_record(finding: Finding) -> dict[str, Any]:
    """One finding."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": str(finding.severity),
        "message": finding.message,
        "document": finding.doc,
        "place": {"uri": finding.origin.uri, "unit": finding.origin.unit, "line": finding.origin.line},
        "segment": finding.segment,
        "span": None if finding.span is None else list(finding.span),
        "found": finding.found,
        "expected": finding.expected,
        "score": _rounded(finding.score),
        "fingerprint": finding.fingerprint,
        "related": [
            {
                "document": p.doc,
                "place": {"uri": p.origin.uri, "unit": p.origin.unit, "line": p.origin.line},
                "span": list(p.span),
                "text": p.text,
            }
            for p in finding.related
        ],
    }


def segment_record(segment: Segment, *, tokens: bool = False) -> dict[str, Any]:
    """One sentence with what the models said."""
    out: dict[str, Any] = {
        "text": segment.text,
        "span": list(segment.span),
        "kind": segment.kind,
        "line": segment.line,
        "lang": segment.lang,
        "flags": sorted(segment.flags),
        "source": segment.source,
        "fluency": None,
        "adequacy": None,
        "round_trip": None,
    }
    fluency, trip, adequacy = segment.notes.fluency, segment.notes.round_trip, segment.notes.adequacy
    if adequacy is not None:
        out["adequacy"] = {
            "percentile": _rounded(adequacy.percentile),
            "penalty": _rounded(adequacy.penalty),
            "doubtful": [list(s) for s in adequacy.doubtful],
            "fault": None if adequacy.fault is None else _fault(adequacy.fault),
            "fluency": _rounded(adequacy.fluency),
        }
    if fluency is not None:
        out["fluency"] = {
            "percentile": _rounded(fluency.percentile),
            "mean_surprisal_bits": _rounded(fluency.mean_surprisal),
            "spikes": [list(s) for s in fluency.spikes],
        }
        if tokens:
            out["fluency"]["tokens"] = [
                [t.span.start, t.span.end, round(t.surprisal, 2)] for t in fluency.tokens
            ]
    if trip is not None:
        out["round_trip"] = {
            "back_translation": _translation_record(trip.back),
            "forth_translation": None if trip.forth is None else _translation_record(trip.forth),
            "chrf": _rounded(trip.chrf),
            "bleu": _rounded(trip.bleu),
            "ter": _rounded(trip.ter),
            "percentile": _rounded(trip.percentile),
        }
    return out


def _fault(fault: Fault) -> dict[str, Any]:
    return {"kind": fault.kind, "span": list(fault.span), "chance": round(fault.chance, 3)}


def _translation_record(translation: Translation) -> dict[str, Any]:
    return {"text": translation.text, "verdict": translation.verdict, "model": translation.model}


def failure_record(failure: Failure) -> dict[str, Any]:
    """Something that could not be done."""
    return {
        "uri": failure.uri,
        "unit": failure.unit,
        "stage": failure.stage,
        "place": failure.place,
        "problem": failure.problem,
        "mend": failure.mend,
    }


def rule_record(rule: Rule) -> dict[str, Any]:
    """One rule."""
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": str(rule.severity),
        "summary": rule.summary,
        "needs": sorted(rule.needs),
    }


def _rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)
