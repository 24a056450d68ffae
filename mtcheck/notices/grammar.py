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
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice
from typing import NamedTuple

from mtcheck.notices import tables

__all__ = ["Verdict", "judge"]


class Verdict(NamedTuple):
    """A notice found in a folded stretch: place, service, language, source language, rule."""

    start: int
    end: int
    service: str
    lang: str
    source_lang: str | None
    rule: str
    unknown: int
    of_itself: bool


class Hit(NamedTuple):
    """Where a word class or service was found; ``name`` is the service's table name."""

    start: int
    end: int
    name: str = ""
    common: bool = False


class Evidence(NamedTuple):
    """What says "translated by a machine", and where."""

    start: int
    end: int
    rule: str
    service: str = "generic"
    noun: bool = False


_WORD = re.compile(
    r"[^\W\d_](?:[\w'\u0591-\u05c7\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e\u1000-\u109f\u1780-\u17d3]|(?<=\w)[·])*"
)
_STOP = re.compile(r"[.,;:!?。，；：！？、،؛]")
_SENTENCE_STOP = re.compile(r"[.;!?]\s|[。；！？।]")
_IDENTIFIER = re.compile(r"[-_][^\W_]|\.[a-z]+\b")
_URL = re.compile(r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|md|html|ru|cn|ai)\b\S*")
_QUOTES = {'"': '"', "“": "”", "«": "»", "'": "'", "„": "“”", "「": "」", "『": "』", "‘": "'", "‹": "›"}
_BRACKET = re.compile(r"[(\[（【〔［<]([^()\[\]（）【】〔〕［］<>]{4,300})[)\]）】〕］>]")
_AFTER_LABEL = re.compile(r"[:;\-—–:ㅡ~](?=\s)\s*|[:](?=[^\x00-\x7f/])\s*|[※☞→►▶⚠✎🤖🌐ℹ]\s*")
_MANY = 8
"""More hits of one class than this in a sentence are not looked at: no notice has them, and time
would grow with the square of their number."""
_CODE = re.compile(r"[{}=;]|\"\s*:|\"\s*,\s*$|\\n|</|/>|\$\{")


@dataclass
class Reading:
    """A stretch as one language reads it."""

    text: str
    lang: str
    hits: dict[str, list[Hit]] = field(default_factory=dict)

    def find(self, name: str) -> list[Hit]:
        """Hits of a word class."""
        if name not in self.hits:
            pattern = tables.pattern(self.lang, name)
            text = self.masked if name in {"from", "into", "orig", "noun"} else self.text
            found = [Hit(*m.span()) for m in pattern.finditer(text) if m.group()] if pattern else []
            self.hits[name] = (found + self._this_thing()) if name == "self" else found
        return self.hits[name]

    @cached_property
    def masked(self) -> str:
        """The text with the names of languages blotted out, for the classes that speak of any."""
        text = self.text
        for hit in self.find("language"):
            text = text[: hit.start] + tables.LANGUAGE * (hit.end - hit.start) + text[hit.end :]
        return text

    def _this_thing(self) -> list[Hit]:
        """ "This page", "this new page", and in some languages "page this"."""
        pairs = [(this, thing) for this in self.find("this") for thing in self.find("thing")]
        if tables.option(self.lang, "post"):
            pairs = [(thing, this) for this, thing in pairs]
        return [Hit(one.start, other.end) for one, other in pairs if self._adjoin(one, other)]

    def _adjoin(self, one: Hit, other: Hit) -> bool:
        gap = self.text[one.end : other.start]
        if other.start < one.end or len(gap) > 24 or _STOP.search(gap):
            return False
        return len(gap) <= 4 if self.joined else len(_WORD.findall(gap)) <= 1

    @cached_property
    def services(self) -> list[Hit]:
        """The services that the stretch names, in any language."""
        return list(_services(self.text))

    @property
    def joined(self) -> bool:
        """True for a language written without spaces."""
        return tables.option(self.lang, "joined")

    def covered(self) -> bytearray:
        """One byte a character: 1 where a known word stands."""
        mask = bytearray(len(self.text))
        names = (n for n in tables.CLASSES if n not in {"neg", "block"})
        hits = [h for n in names for h in self.find(n)] + self.services
        for start, end in [(h.start, h.end) for h in hits] + [m.span() for m in _URL.finditer(self.text)]:
            mask[start:end] = b"\1" * (end - start)
        return mask

    def unknown(self, start: int, end: int, mask: bytearray) -> int:
        """How many words (letters, where words are not spaced) between two offsets no class knows."""
        if self.joined:
            return sum(1 for i in range(start, end) if not mask[i] and self.text[i].isalpha())
        words = _WORD.finditer(self.text, start, end)
        return sum(1 for m in words if len(m.group()) > 2 and not any(mask[m.start() : m.end()]))


def judge(text: str, lang: str) -> Verdict | None:
    """The notice in a folded sentence, as one language reads it, or None."""
    reading = Reading(text, lang)
    if not 0 < sum(len(reading.find(name)) for name in ("done", "did", "auto", "mt", "noun")) <= 3 * _MANY:
        return None
    evidence = list(islice(_evidence(reading), 3 * _MANY))
    if not evidence or text.rstrip().endswith(("?", "？", "؟")):
        return None
    mask = reading.covered()
    for found in evidence:
        if _quoted(text, found) or _denied(reading, found):
            continue
        for start, end in _frames(text, found):
            if _stands(reading, found, start, end, mask):
                rest = len(text) - sum(mask)
                of_itself = bool(reading.find("self"))
                place = (start, end) if start else (0, len(text))
                service = found.service if found.service != "generic" else _service(reading, found)
                return Verdict(
                    *place, service, lang, source_language(reading, found), found.rule, rest, of_itself
                )
    return None


@lru_cache(maxsize=64)
def _services(text: str) -> tuple[Hit, ...]:
    return tuple(find_services(text))


def find_services(text: str) -> list[Hit]:
    """All names of services in a folded text; a longer name hides those inside it."""
    found: list[Hit] = []
    for service in tables.services():
        if any(key in text for key in service.keys):
            matches = tables.service_pattern(service).finditer(text)
            found += [Hit(m.start(), m.end(), service.id, service.common) for m in matches]
    found.sort(key=lambda h: (h.start - h.end, h.common))
    kept: list[Hit] = []
    for hit in found[:_MANY]:
        if not any(k.start < hit.end and hit.start < k.end for k in kept):
            kept.append(hit)
    return sorted(kept)


# ---- evidence ------------------------------------------------------------------------------


def _evidence(reading: Reading) -> Iterator[Evidence]:
    done = reading.find("done")[:_MANY]
    for hit in reading.find("auto")[:_MANY]:
        yield Evidence(hit.start, hit.end, "auto")
    machine = reading.find("machine")[:_MANY] if done else []
    for hit in done:
        for manner in machine:
            if manner.start < hit.end and hit.start < manner.end and not reading.joined:
                continue
            if _near(reading, hit, manner, words=3, letters=8):
                yield Evidence(*_hull(hit, manner), "done-machine")
    for hit in done:
        for agent in _agents(reading):
            if _by(reading, hit, agent):
                yield Evidence(*_hull(hit, agent), "done-by", agent.name or "generic")
    for hit in reading.find("did")[:_MANY]:
        for agent in _agents(reading):
            if not agent.common and _apart(hit, agent) and _near(reading, hit, agent, words=1, letters=4):
                yield Evidence(*_hull(hit, agent), "did-by", agent.name or "generic")
    yield from _made(reading)
    for hit in reading.find("mt")[:_MANY] if reading.find("made") else []:
        for made in reading.find("made")[:_MANY]:
            if _by(reading, made, hit, words=1):
                yield Evidence(*_hull(made, hit), "made-by")
    for hit in reading.find("mt")[:_MANY]:
        yield Evidence(hit.start, hit.end, "mt", noun=True)


def _made(reading: Reading) -> Iterator[Evidence]:
    """ "Translation" + "was made" + "by" + service, and the credit line "Translation: service"."""
    nouns = reading.find("noun")[:_MANY]
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
                if reading.joined and _STOP.search(between.strip(" :：")):
                    continue
                if (credit or re.fullmatch(r"\s*[:\-]\s*", between)) and len(between) <= 25:
                    yield Evidence(start, end, "credit", agent.name)
    for manner in reading.find("machine")[:_MANY]:
        for noun in nouns:
            for made_hit in reading.find("made")[:_MANY]:
                if noun.end <= made_hit.start and _near(reading, made_hit, manner, words=1, letters=4):
                    yield Evidence(*_hull(noun, made_hit), "made-machine")


def _agents(reading: Reading) -> list[Hit]:
    named = reading.services
    plain = [a for a in reading.find("agent") if not any(s.start < a.end and a.start < s.end for s in named)]
    return (named + plain)[:_MANY]


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
    if agent.common and _goes_on(reading, agent.end):
        return False
    if tables.option(reading.lang, "caseby"):
        return True
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
    if len(gap) > 110 or _SENTENCE_STOP.search(gap):
        return False
    if reading.joined and _STOP.search(gap):
        return False
    if reading.joined:
        known = _known_between(reading, left.end, right.start)
        return sum(c.isalpha() for c in gap) - known <= letters
    return len(_WORD.findall(gap)) - _known_words(reading, left.end, right.start) <= words


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
        for m in _WORD.finditer(reading.text, hit.start, hit.end)
    }
    return len(spans)


def _apart(one: Hit, other: Hit) -> bool:
    return one.end <= other.start or other.end <= one.start


def _hull(one: Hit, other: Hit) -> tuple[int, int]:
    return min(one.start, other.start), max(one.end, other.end)


def _goes_on(reading: Reading, end: int) -> bool:
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


# ---- against it ----------------------------------------------------------------------------


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
            far = (len(_WORD.findall(gap)) > 4 and not first) or bool(re.search(r"[.;:,،，、—]", gap))
            if not far and not inside_caution:
                return True
        behind = tables.option(reading.lang, "negafter") and 0 <= hit.start - found.end <= 14
        if behind and not _STOP.search(reading.text[found.end : hit.start]):
            return True
    if any(0 <= hit.start - found.end <= 1 for hit in reading.find("other")):
        return True
    if "by" not in found.rule and _identifier(reading.text, found):
        return True
    return any(
        hit.start < found.end
        and not any(s.start <= hit.start and hit.end <= s.end for s in reading.find("from"))
        for hit in reading.find("block")
    )


def _identifier(text: str, found: Evidence) -> bool:
    """True for ``auto-translated-disclaimer`` and ``ui.machine_translated``: names, not words."""
    return bool(_IDENTIFIER.match(text, found.end)) or text[: found.start].endswith(("_", ".", "/"))


# ---- standing ------------------------------------------------------------------------------


def _frames(text: str, found: Evidence) -> Iterator[tuple[int, int]]:
    """Stretches that could be the whole notice: a bracket, the sentence, what follows a label."""
    for match in _BRACKET.finditer(text):
        if match.start(1) <= found.start and found.end <= match.end(1):
            head, tail = text[: match.start()].strip(), text[match.end() :].strip()
            if not head or head[-1] in ":：-—–.|" or not tail.strip(".。*_ "):
                yield match.start(1), match.end(1)
    yield 0, len(text)
    for match in _AFTER_LABEL.finditer(text, 0, found.start):
        yield match.end(), len(text)


def _stands(reading: Reading, found: Evidence, start: int, end: int, mask: bytearray) -> bool:
    """True if the evidence speaks of this very text."""
    whole = start == 0 and end == len(reading.text)
    if whole and _speaks_of_itself(reading, found, mask):
        return True
    if found.noun and whole and _of_the_original(reading, found, mask):
        return True
    if any(h.end <= found.start for h in reading.find("habit")):
        return False
    labelled = re.match(r"[^\W\d_]{3,15}:\s", reading.text[start:]) and mask[start]
    foreign = (
        0
        if found.noun or found.rule in {"made-by", "credit"}
        else _languages_alone(reading, start, found.start)
    )
    if reading.unknown(start, found.start, mask) + foreign > int(reading.joined or bool(labelled)):
        return False
    if found.noun:
        return _noun_alone(reading, found, start, end, mask)
    if any(h.start >= found.end for h in reading.find("into")) and found.rule == "done-machine":
        return False
    if not whole and found.rule == "done-machine" and not _label_frame(reading, start):
        return False
    follows = reading.text[found.end : end]
    if _goes_on_unknown(reading, found.end, end, mask):
        return False
    rest = reading.unknown(found.end, end, mask)
    first_stop = re.search(r"[.,;:!(\[。，；：（)\]|\-]", follows)
    near = reading.unknown(found.end, found.end + (first_stop.start() if first_stop else len(follows)), mask)
    return near <= (3 if reading.joined else 1) and rest <= 60


def _talked_about(reading: Reading, found: Evidence, start: int) -> bool:
    """True for "this article is about machine translation"."""
    return any(start <= h.start < found.start or 0 <= h.start - found.end <= 3 for h in reading.find("about"))


def _languages_alone(reading: Reading, start: int, end: int) -> int:
    """How many names of languages stand there for themselves: "French is translated …"."""
    known = [h for name in ("from", "into", "thing", "noun") for h in reading.find(name)]
    return sum(
        start <= h.start < end and not any(k.start <= h.start < k.end for k in known)
        for h in reading.find("language")
    )


def _of_the_original(reading: Reading, found: Evidence, mask: bytearray) -> bool:
    """ "The decision below is a machine translation of the original"."""
    return reading.unknown(0, found.start, mask) <= 2 and any(
        0 <= h.start - found.end <= 1 and "original" in reading.text[h.start : h.end]
        for h in reading.find("orig")
    )


def _label_frame(reading: Reading, start: int) -> bool:
    """True if what stands before a frame is a label ("Note:") or a bracket, no other sentence."""
    head = reading.text[:start].strip()
    return not head or len(_WORD.findall(head)) <= 3 or head[-1] in "([（【※"


def _goes_on_unknown(reading: Reading, start: int, end: int, mask: bytearray) -> bool:
    match = re.compile(r"[ \u00a0]*(?=[^\W\d_])").match(reading.text, start, end)
    if not match:
        return False
    if reading.joined:
        if tables.option(reading.lang, "transitive") and any(h.start == start for h in reading.find("thing")):
            return True
        return reading.unknown(start, min(end, start + 5), mask) > 1
    word = _WORD.match(reading.text, match.end(), end)
    return bool(word) and len(word.group()) > 2 and not any(mask[word.start() : word.end()])  # type: ignore[union-attr]


def _speaks_of_itself(reading: Reading, found: Evidence, mask: bytearray) -> bool:
    for hit in reading.find("self")[:_MANY]:
        inside = hit.start < found.end and found.start < hit.end
        low, high = (hit.end, found.start) if hit.end <= found.start else (found.end, hit.start)
        gap = "" if inside else reading.text[low:high]
        before = hit.end <= found.start
        if (_SENTENCE_STOP if before else _STOP).search(gap) or len(gap) > 120:
            continue
        unknown = 0 if inside else reading.unknown(low, high, mask)
        limit = _reach(reading, found) if before else 2
        if found.noun:
            limit = int(reading.joined)
            if _talked_about(reading, found, low):
                continue
            if not before or _goes_on_unknown(reading, found.end, len(reading.text), mask):
                continue
        if unknown <= limit and not (
            unknown and _goes_on_unknown(reading, found.end, len(reading.text), mask)
        ):
            return True
    return not found.noun and _this_something(reading, found, mask)


def _reach(reading: Reading, found: Evidence) -> int:
    """How many unknown words (letters) may stand between "this text" and the evidence.

    Several if "was", "by" or the like comes right before the evidence, for then the sentence is
    about its subject; else none: "this page lists texts translated by Google".
    """
    names = ("fill", "by") if reading.joined else ("fill",)
    if any(h.end <= found.start <= h.end + 2 for name in names for h in reading.find(name)):
        return 14 if reading.joined else 6
    return int(reading.joined)


def _this_something(reading: Reading, found: Evidence, mask: bytearray) -> bool:
    """ "This <any noun> was …": the word may be one the tables lack, but no data set or program."""
    post = tables.option(reading.lang, "post")
    for hit in reading.find("this"):
        if hit.end > found.start or reading.unknown(0, hit.start, mask) > int(post):
            continue
        gap = reading.text[hit.end : found.start]
        few = reading.unknown(hit.end, found.start, mask) <= (4 if reading.joined else 1)
        noun = _WORD.match(gap.lstrip())
        if (
            not reading.joined
            and not post
            and noun
            and reading.unknown(hit.end, hit.end + noun.end() + 1, mask) == 0
        ):
            continue
        if (
            few
            and not re.search(r"[.;:!?,。；，、]", gap)
            and not any(h.start < found.start for h in reading.find("other"))
        ):
            return not _goes_on_unknown(reading, found.end, len(reading.text), mask)
    return False


def _noun_alone(reading: Reading, found: Evidence, start: int, end: int, mask: bytearray) -> bool:
    """ "Machine translation" with a source, a service, a caution or brackets, and nothing else."""
    if reading.unknown(found.end, end, mask) > (2 if reading.joined else 0):
        return False
    if any(found.end <= h.start for h in reading.find("into")):
        return False
    after = [
        h
        for n in ("from", "orig")
        for h in reading.find(n)
        if found.end <= h.start < end and h.end - h.start > 2
    ]
    service = [s for s in reading.services if found.end <= s.start < end and not _goes_on(reading, s.end)]
    credit = service and any(
        found.end <= b.start <= service[0].start or b.start >= service[0].end
        for n in ("nounby", "by") for b in reading.find(n)
    )  # fmt: skip
    named = service and (credit or re.fullmatch(r"\s*[:(\-]?\s*", reading.text[found.end : service[0].start]))
    this = [
        t
        for t in reading.find("this")
        if start <= t.start < found.start and not _talked_about(reading, found, t.end)
    ]
    caution = [c for c in reading.find("caution") if c.start >= found.end]
    comma = bool(re.match(r"\s*[,;:(\-—،，。、]", reading.text[found.end :])) or reading.joined
    bracketed = start > 0 and not reading.text[: start - 1].strip(" *_>#") and len(reading.text) - end <= 2
    warned = (
        start > 0
        and mask[0]
        and reading.text[:start].rstrip().endswith((":", "!"))
        and len(reading.text) - end <= 1
    )
    return bool(after or named or this or warned or (caution and comma) or bracketed)


# ---- facts ---------------------------------------------------------------------------------


def _service(reading: Reading, found: Evidence) -> str:
    """The service that a sentence names beside the evidence, ``generic`` without one."""
    for hit in reading.services:
        if not hit.common or found.start - 30 <= hit.start <= found.end + 40:
            return hit.name
    return "generic"


def source_language(reading: Reading, found: Evidence) -> str | None:
    """The language that a sentence names as its source, BCP 47, or None."""
    for hit in sorted(reading.find("from"), key=lambda h: abs(h.start - found.end)):
        code = tables.language_named(reading.text[hit.start : hit.end], reading.lang)
        if code is not None:
            return code
    return None
