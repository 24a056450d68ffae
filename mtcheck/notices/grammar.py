"""Decides whether a stretch of text is a machine-translation notice.

A notice is put together from word classes (``mtcheck/data/notices.toml``), not from whole phrases:

1. evidence: "translated" next to "automatically", "translated" with a service or a machine behind
   "by", "translation" + "made" + "by" + service, or "machine translation";
2. standing: the evidence speaks of this text ("this page …"), or it is the whole sentence;
3. nothing against it: no negation, future, condition, question, quotation marks around it alone.

Rejected: one long expression a language. It finds the phrases its author has seen.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from mtcheck.notices import tables
from mtcheck.notices.evidence import Evidence, find_evidence
from mtcheck.notices.reading import MANY, STOP, WORD, Hit, Reading
from mtcheck.notices.standing import find_frames, is_label, stands

__all__ = ["Verdict", "judge"]

_IDENTIFIER = re.compile(r"[-_][^\W_]|\.[a-z]+\b")
_QUOTES = {'"': '"', "“": "”", "«": "»", "'": "'", "„": "“”", "「": "」", "『": "』", "‘": "'", "‹": "›"}
_COUNT = re.compile(r"\s*[:=(]?\s*\d+(?:[.,]\d+)?\s*(?:%|$|[,;)])")
"""A number behind the words: they head a column of a table."""
_AND = re.compile(r"\s*(?:and|und|och|[^\W\d_]{1,2})\b")
"""A short word that goes on with a second statement; "and" has one or two letters in most languages."""
_CODE = re.compile(r"^\s*msg(?:id|str)\b|[{}=;]|\"\s*:|\"\s*,\s*$|\\n|</|/>|\$\{")


class Verdict(NamedTuple):
    """A notice found in a folded stretch.

    Attributes:
        start, end: place in the stretch.
        service, lang, source_lang, rule: as in ``Notice``.
        unknown: how many characters no word class knows: the fewer, the surer is the language.
        of_itself: True if the stretch says "this text"; a bare "translated by X" may be an item of
            a list of features.
        label: True for a bare "machine translation": only its surroundings can make it a notice.
    """

    start: int
    end: int
    service: str
    lang: str
    source_lang: str | None
    rule: str
    unknown: int
    of_itself: bool
    label: bool = False


@lru_cache(maxsize=2048)
def judge(text: str, lang: str) -> Verdict | None:
    """The notice in a folded sentence, as one language reads it, or None."""
    reading = Reading(text, lang)
    if (
        not 0
        < sum(len(reading.find(name)) for name in ("done", "did", "auto", "mt", "noun", "made"))
        <= 3 * MANY
    ):
        return None
    evidence = list(islice(find_evidence(reading), 3 * MANY))
    if not evidence or text.rstrip().endswith(("?", "？", "؟")):
        return None
    mask = reading.covered()
    for found in evidence:
        if _quoted(text, found) or _denied(reading, found):
            continue
        for start, end in find_frames(text, found):
            if stands(reading, found, start, end, mask):
                rest = len(text) - sum(mask)
                of_itself = bool(reading.find("self"))
                place = (start, end) if start else (0, len(text))
                service = found.service if found.service != "generic" else _service(reading, found)
                return Verdict(
                    *place, service, lang, _source_language(reading, found), found.rule, rest, of_itself
                )
    return _label(reading, evidence, mask)


def _label(reading: Reading, evidence: list[Evidence], mask: bytearray) -> Verdict | None:
    """A sentence that is nothing but "machine translation"."""
    for found in evidence:
        if found.noun and is_label(reading, found, mask) and not _denied(reading, found):
            service = found.service if found.service != "generic" else _service(reading, found)
            return Verdict(0, len(reading.text), service, reading.lang, None, "label", 0, False, True)
    return None


def _quoted(text: str, found: Evidence) -> bool:
    """True if the words stand in quotation marks or code inside a longer sentence: talked about."""
    for opening, closing in _QUOTES.items():
        left = text.rfind(opening, 0, found.start + 1)
        if left < 0 or left > found.start:
            continue
        if opening == "'" and left and text[left - 1].isalpha():
            continue
        if any(c in text[left + 1 : found.start] for c in closing):
            continue
        right = min((i for c in closing if (i := text.find(c, found.end)) >= 0), default=len(text))
        outside = sum(c.isalpha() for c in text[:left] + text[right:])
        inside = sum(c.isalpha() for c in text[left:right])
        label = re.fullmatch(r"\s*[\w-]{1,24}\s*:\s*", text[:left])
        if outside > 3 and not label and outside * 4 > inside:
            return True
    return bool(_CODE.search(text[: found.start])) and bool(re.search(r"[\"'=]", text[: found.start]))


def _denied(reading: Reading, found: Evidence) -> bool:
    """True for a negation beside the evidence, or a future, condition or possibility before it."""
    for hit in reading.find("neg"):
        if hit.start < found.end and hit.end > found.start - 60:
            inside_caution = any(c.start <= hit.start < c.end for c in reading.find("caution"))
            gap = reading.text[hit.end : found.start]
            first = not reading.text[: hit.start].strip()
            far = (len(WORD.findall(gap)) > 4 and not first) or bool(re.search(r"[.;:,،，、—]", gap))
            if not far and not inside_caution:
                return True
        behind = tables.option(reading.lang, "negafter") and 0 <= hit.start - found.end <= 14
        if behind and not STOP.search(reading.text[found.end : hit.start]):
            return True
    if "by" not in found.rule and any(0 <= hit.start - found.end <= 1 for hit in reading.find("other")):
        return True
    if _COUNT.match(reading.text, found.end) or _attribute(reading, found):
        return True
    if "by" not in found.rule and _identifier(reading.text, found):
        return True
    if found.noun and reading.find("plea"):
        return False
    return any(hit.start < found.end and not _within(reading, hit) for hit in reading.find("block"))


def _within(reading: Reading, block: Hit) -> bool:
    """True if a word that blocks is part of a longer one that does not: "note that"."""
    longer = [h for n in ("from", "agent", "self") for h in reading.find(n)]
    longer += [h for h in reading.find("fill") if h.end - h.start > block.end - block.start]
    return any(h.start <= block.start and block.end <= h.end for h in longer)


def _attribute(reading: Reading, found: Evidence) -> bool:
    """True for "texts, translated by machine, need …" and 机器翻译的文本…: of others, in passing."""
    if found.noun and any(a.start + 4 < found.start < a.end for a in _agents_alone(reading)):
        return True
    if found.noun and any(0 <= hit.start - found.end <= 1 for hit in reading.find("attrib")):
        return not any(hit.end <= found.start for hit in reading.find("self"))
    if _things_that_may(reading, found):
        return True
    before, after = reading.text[: found.start].rstrip(), reading.text[found.end :].lstrip()
    return before.endswith(",") and after.startswith(",") and not reading.find("self")


def _agents_alone(reading: Reading) -> list[Hit]:
    """What translates, where nothing was made by it: "a system of machine translation"."""
    return [] if reading.find("done") or reading.find("made") else reading.find("agent")


def _things_that_may(reading: Reading, found: Evidence) -> bool:
    """True for "reviews translated by Google may …": of all such things, not of this one."""
    return (
        not reading.find("self")
        and any(0 <= found.start - hit.end <= 1 and not hit.start for hit in reading.find("thing"))
        and any(0 <= hit.start - found.end <= 1 for hit in reading.find("caution"))
        and not _AND.match(reading.text, found.end)
    )


def _identifier(text: str, found: Evidence) -> bool:
    """True for ``auto-translated-disclaimer`` and ``ui.machine_translated``: names, not words."""
    return bool(_IDENTIFIER.match(text, found.end)) or text[: found.start].endswith(("_", ".", "/"))


def _service(reading: Reading, found: Evidence) -> str:
    """The service that a sentence names beside the evidence, ``generic`` without one."""
    for hit in reading.services:
        if not hit.common or found.start - 30 <= hit.start <= found.end + 40:
            return hit.name
    return "generic"


def _source_language(reading: Reading, found: Evidence) -> str | None:
    """The language that a sentence names as its source, BCP 47, or None."""
    for hit in sorted(reading.find("from"), key=lambda h: abs(h.start - found.end)):
        code = tables.language_named(reading.text[hit.start : hit.end], reading.lang)
        if code not in {None, reading.lang}:
            return code
    return None
