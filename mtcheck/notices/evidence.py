"""What says "translated by a machine" in a sentence, whoever it speaks of.

"Translated" next to "automatically"; "translated" with a service or a machine behind "by"; an agent
that "has translated"; "translation" + "made" + "by" + service; "machine translation" alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mtcheck.notices import tables
from mtcheck.notices.fold import skeleton
from mtcheck.notices.reading import MANY, SENTENCE_STOP, STOP, WORD, Hit, Reading

__all__ = ["Evidence", "find_evidence", "goes_on"]


class Evidence(NamedTuple):
    """What says "translated by a machine", and where."""

    start: int
    end: int
    rule: str
    service: str = "generic"
    noun: bool = False


def find_evidence(reading: Reading) -> Iterator[Evidence]:
    """Everything in a sentence that says so, the surest kinds first."""
    done = reading.find("done")[:MANY]
    for hit in reading.find("auto")[:MANY]:
        yield Evidence(hit.start, hit.end, "auto")
    machine = reading.find("machine")[:MANY] if done else []
    for hit in done:
        for manner in machine:
            if manner.start < hit.end and hit.start < manner.end and not reading.joined:
                continue
            if (
                manner.start >= hit.end
                and reading.text[hit.end : manner.start].strip()
                and tables.option(reading.lang, "final")
            ):
                continue
            if tables.option(reading.lang, "object") and _takes_object(reading, hit):
                continue
            if _near(reading, hit, manner, words=3, letters=8):
                yield Evidence(*_hull(hit, manner), "done-machine")
    for hit in done:
        for agent in _agents(reading):
            if _by(reading, hit, agent):
                yield Evidence(*_hull(hit, agent), "done-by", agent.name or "generic")
    for hit in reading.find("did")[:MANY]:
        for agent in _agents(reading):
            whole = agent.start >= hit.end and not WORD.search(reading.text, agent.end)
            if (
                (whole or not agent.common)
                and _apart(hit, agent)
                and _near(reading, hit, agent, words=1, letters=4)
            ):
                yield Evidence(*_hull(hit, agent), "did-by", agent.name or "generic")
    yield from _made(reading)
    for hit in reading.find("mt")[:MANY] if reading.find("made") else []:
        for made in reading.find("made")[:MANY]:
            if _by(reading, made, hit, words=1):
                yield Evidence(*_hull(made, hit), "made-by")
    for hit in reading.find("mt")[:MANY]:
        yield Evidence(hit.start, hit.end, "mt", noun=True)
    yield from _service_noun(reading)


def _service_noun(reading: Reading) -> Iterator[Evidence]:
    """ "A DeepL translation", "traduction DeepL"."""
    for noun in reading.find("noun")[:MANY]:
        for agent in reading.services:
            low, high = min(noun.end, agent.end), max(noun.start, agent.start)
            if low > high or reading.text[low:high] == " ":
                yield Evidence(*_hull(noun, agent), "mt", agent.name, noun=True)


def _made(reading: Reading) -> Iterator[Evidence]:
    """ "Translation" + "was made" + "by" + service, and the credit line "Translation: service"."""
    nouns = reading.find("noun")[:MANY]
    for verb in reading.find("made")[:MANY]:
        for agent in (a for a in _agents(reading) if not a.name and _translates(reading, a)):
            if _apart(verb, agent) and _by(reading, verb, agent):
                yield Evidence(*_hull(verb, agent), "made-by")
    if not nouns:
        return
    for noun in nouns:
        for agent in _agents(reading):
            if agent.start < noun.end and noun.start < agent.end:
                continue
            start, end = _hull(noun, agent)
            made = any(start <= m.start and m.end <= len(reading.text) for m in reading.find("made"))
            between = reading.text[noun.end : agent.start]
            if made and _by(reading, noun, agent, words=5):
                last = max([end, *(m.end for m in reading.find("made") if m.start <= end + 3)])
                yield Evidence(start, last, "made-by", agent.name or "generic")
            elif agent.name and noun.end <= agent.start:
                credit = any(noun.end <= b.start and b.end <= agent.start for b in reading.find("nounby"))
                if reading.joined and STOP.search(between.strip(" :：")):
                    continue
                if (credit or re.fullmatch(r"\s*[:\-]\s*", between)) and len(between) <= 25:
                    yield Evidence(start, end, "credit", agent.name)
    for manner in reading.find("machine")[:MANY]:
        for noun in nouns:
            for made_hit in reading.find("made")[:MANY]:
                if noun.end <= made_hit.start and _near(reading, made_hit, manner, words=1, letters=4):
                    yield Evidence(*_hull(noun, made_hit), "made-machine")


def _agents(reading: Reading) -> list[Hit]:
    named = reading.services
    plain = [a for a in reading.find("agent") if not any(s.start < a.end and a.start < s.end for s in named)]
    return (named + plain)[:MANY]


def _takes_object(reading: Reading, verb: Hit) -> bool:
    """True for "translates pages", not for "translated this page"."""
    thing = next((h for h in reading.find("thing") if h.start == verb.end), None)
    return thing is not None and not any(h.start == thing.end for h in reading.find("this"))


def _translates(reading: Reading, agent: Hit) -> bool:
    """True for an agent whose own words say translation: "an automatic translator"."""
    words = skeleton(reading.text[agent.start : agent.end])
    return any(word in words for word, langs in tables.triggers() if reading.lang in langs)


def _by(reading: Reading, verb: Hit, agent: Hit, *, words: int = 4) -> bool:
    """True if an agent is what the verb's action was done by."""
    if agent.start < verb.start < agent.end < verb.end:
        agent = agent._replace(end=verb.start)
    if agent.start < verb.end and verb.start < agent.end:
        return agent.end == verb.end and any(
            agent.start - 2 <= b.end <= agent.start for b in reading.find("nounby")
        )
    if not _near(reading, verb, agent, words=words, letters=14):
        return False
    if agent.common and goes_on(reading, agent.end):
        return False
    if tables.option(reading.lang, "caseby"):
        return True
    adjoin = tables.option(reading.lang, "adjoin")
    if adjoin and not reading.joined and not reading.text[verb.end : agent.start].strip():
        return True
    if adjoin and agent.end <= verb.start:
        gap = reading.text[agent.end : verb.start].strip()
        if not gap:
            return True
        if len(gap) == 1 and agent.common and any(n[:2] == verb[:2] for n in reading.find("noun")):
            return False  # "Googleで翻訳", "구글로 번역": a button
    if tables.option(reading.lang, "prefixed") and reading.text[agent.start] in "بב":
        return True  # the preposition is the first letter of the agent
    low, high = min(verb.start, agent.start), max(verb.end, agent.end)
    return any(
        low - 14 <= b.start
        and b.end <= high + 16
        and (0 <= agent.start - b.end <= 45 or 0 <= b.start - agent.end <= 8)
        for b in reading.find("by")
        if b.end - b.start > 0
    ) or any(b.start <= agent.start < b.end <= agent.end + 1 for b in reading.find("by"))


def _near(reading: Reading, one: Hit, other: Hit, *, words: int, letters: int) -> bool:
    """True if little that is unknown stands between two hits."""
    left, right = (one, other) if one.start <= other.start else (other, one)
    gap = reading.text[left.end : right.start]
    if len(gap) > 110 or SENTENCE_STOP.search(gap):
        return False
    if reading.joined and STOP.search(gap):
        return False
    if reading.joined:
        known = _known_between(reading, left.end, right.start)
        return sum(c.isalpha() for c in gap) - known <= letters
    return len(WORD.findall(gap)) - _known_words(reading, left.end, right.start) <= words


def _known_between(reading: Reading, start: int, end: int) -> int:
    mask = bytearray(max(0, end - start))
    for name in ("fill", "from", "by", "agent", "orig", "thing", "caution"):
        for hit in reading.find(name):
            if start <= hit.start and hit.end <= end:
                mask[hit.start - start : hit.end - start] = b"\1" * (hit.end - hit.start)
    for hit in reading.services:
        if start <= hit.start and hit.end <= end:
            mask[hit.start - start : hit.end - start] = b"\1" * (hit.end - hit.start)
    return sum(mask)


def _known_words(reading: Reading, start: int, end: int) -> int:
    spans = {
        m.start()
        for name in (
            "fill",
            "from",
            "by",
            "agent",
            "orig",
            "into",
            "made",
            "self",
            "thing",
            "this",
            "machine",
            "caution",
        )
        for hit in reading.find(name)
        if start <= hit.start and hit.end <= end
        for m in WORD.finditer(reading.text, hit.start, hit.end)
    }
    return len(spans)


def _apart(one: Hit, other: Hit) -> bool:
    return one.end <= other.start or other.end <= one.start


def _hull(one: Hit, other: Hit) -> tuple[int, int]:
    return min(one.start, other.start), max(one.end, other.end)


def goes_on(reading: Reading, end: int) -> bool:
    """True if an unknown word follows without punctuation: "Google engineers", "Claude Bernard"."""
    if reading.joined:
        return False
    match = re.compile(r"[ \u00a0]+(?=[^\W\d_])").match(reading.text, end)
    if not match:
        return False
    at = match.end()
    names = (
        "fill",
        "from",
        "into",
        "by",
        "caution",
        "done",
        "made",
        "orig",
        "machine",
        "self",
        "agent",
        "nounby",
    )
    return not any(h.start <= at < h.end for n in names for h in reading.find(n))
