"""What the surroundings of a sentence add to it: a warning after a bare label, a service, a source.

"Machine translation." alone may be a heading, a button or a topic. Followed by "The English text
prevails", or alone on the first or last line of a text about something else, it is a notice.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mtcheck.notices import tables
from mtcheck.notices.fold import fold, skeleton
from mtcheck.notices.reading import WORD, Reading, find_services

__all__ = ["label_stands", "named_beside"]

_REACH = 240
"""Code points before and after a notice that are looked at."""
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？।])|\n")
_PROSE = re.compile(r"[.!?…。！？।۔؟։။]|[\u0e00-\u0eff\u1780-\u17ff]{20}")
_HEADING = re.compile(r"[ \t]*(?:#|[-*+•]\s|\|)")


def _paragraph(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after a stretch in its own paragraph, ``_REACH`` at most."""
    before = text[max(0, start - _REACH) : start].rsplit("\n\n", 1)[-1]
    after = text[end : end + _REACH].split("\n\n", 1)[0]
    return before, after


def label_stands(text: str, start: int, end: int, lang: str) -> bool:
    """True if a bare "machine translation" is a notice by what stands around it.

    Args:
        text: the whole text.
        start, end: place of the label in it.
        lang: language of the label.
    """
    before, after = _paragraph(text, start, end)
    if re.search(r"\w", before) and not _warning(before, lang):
        return False
    if re.search(r"\w", before) and not re.search(r"\w", after):
        return True
    if _warns(after, lang):
        return True
    return not re.search(r"\w", after) and _at_the_edge(text, start, end, lang)


def _warning(before: str, lang: str) -> bool:
    """True for "Attention!"."""
    words = before.strip()
    reading = Reading(fold(words)[0], lang)
    return (
        len(words) <= 30
        and words.endswith("!")
        and not reading.unknown(0, len(reading.text), reading.covered())
    )


def _warns(after: str, lang: str) -> bool:
    """True if the sentence after a label speaks of mistakes, or of the original."""
    following = next((s for s in _SENTENCE.split(after) if re.search(r"\w", s)), "")
    if not following or len(following) > 200:
        return False
    reading = Reading(fold(following)[0], lang)
    return bool(reading.find("caution") or reading.find("orig") or reading.find("prevails"))


def _at_the_edge(text: str, start: int, end: int, lang: str) -> bool:
    """True for a line of its own at the beginning or end of prose that is about something else."""
    head, tail = text[:start], text[end:]
    line = head.rsplit("\n", 1)[-1]
    first, last = not re.search(r"\w", head), not re.search(r"\w", tail)
    if first == last or _HEADING.match(line + text[start:end]):
        return False
    rest = (tail if first else head).strip(" \n\r\t*_>-—–")
    beside = rest.split("\n\n", 1)[0] if first else rest.rsplit("\n\n", 1)[-1]
    if len(beside) < 30 or not _PROSE.search(beside[-3:] if last else beside):
        return False
    rough = skeleton(rest[:20_000])
    return not any(word in rough for word, langs in tables.triggers() if lang in langs)


def named_beside(text: str, start: int, end: int, lang: str) -> tuple[str | None, str | None]:
    """The service and the source language that the sentences beside a notice name.

    Only those that speak of translating or of the original are asked; the one after comes first.
    """
    return _named(*_paragraph(text, start, end), lang)


@lru_cache(maxsize=1024)
def _named(before: str, after: str, lang: str) -> tuple[str | None, str | None]:
    service = source = None
    sentences = [
        next((s for s in _SENTENCE.split(after) if re.search(r"\w", s)), ""),
        next((s for s in reversed(_SENTENCE.split(before)) if re.search(r"\w", s)), ""),
    ]
    for sentence in (s for s in sentences if s):
        reading = Reading(fold(sentence)[0], lang)
        short = len(WORD.findall(sentence)) < 6
        told = any(reading.find(name) for name in ("noun", "done", "orig", "mt", "from"))
        if not (told or short) or reading.find("neg"):
            continue
        names = [
            s.name for s in find_services(reading.text) if not s.common or len(WORD.findall(sentence)) < 9
        ]
        service = service or (names[0] if names else None)
        source = source or _source(reading)
    return service, source


def _source(reading: Reading) -> str | None:
    hits = [*reading.find("from"), *reading.find("orig")]
    codes = (tables.language_named(reading.text[h.start : h.end], reading.lang) for h in hits)
    return next((code for code in codes if code), None)
