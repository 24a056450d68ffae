"""Whether the evidence of a sentence speaks of the text that the sentence stands in.

It does if it says "this page …", or if it is the whole sentence, bracket or line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtcheck.notices import tables
from mtcheck.notices.evidence import Evidence, goes_on
from mtcheck.notices.reading import MANY, SENTENCE_STOP, STOP, WORD, Reading

__all__ = ["find_frames", "is_label", "stands"]

_BRACKET = re.compile(r"[(\[（【〔［<]([^()\[\]（）【】〔〕［］<>]{4,300})[)\]）】〕］>]")
_AFTER_LABEL = re.compile(r"[:;\-—–:ㅡ~](?=\s)\s*|[:](?=[^\x00-\x7f/])\s*|[※☞→►▶⚠✎🤖🌐ℹ]\s*")


def find_frames(text: str, found: Evidence) -> Iterator[tuple[int, int]]:
    """Stretches that could be the whole notice: a bracket, the sentence, what follows a label."""
    for match in _BRACKET.finditer(text):
        if match.start(1) <= found.start and found.end <= match.end(1):
            head, tail = text[: match.start()].strip(), text[match.end() :].strip()
            if not head or head[-1] in ":：-—–.|" or not tail.strip(".。*_ "):
                yield match.start(1), match.end(1)
    yield 0, len(text)
    for match in _AFTER_LABEL.finditer(text, 0, found.start):
        yield match.end(), len(text)


def stands(reading: Reading, found: Evidence, start: int, end: int, mask: bytearray) -> bool:
    """True if the evidence speaks of this very text."""
    whole = start == 0 and end == len(reading.text)
    if whole and _speaks_of_itself(reading, found, mask):
        return True
    if found.noun and whole and _of_the_original(reading, found, mask):
        return True
    if any(h.end <= found.start for h in reading.find("habit")):
        return False
    code = re.match(r"[a-z]{1,3}\s*[:=–-]", reading.text) if start else None
    if start and (code or _only_languages(reading, start)):
        return False
    labelled = re.match(r"[^\W\d_]{3,15}:\s", reading.text[start:]) and mask[start]
    foreign = (
        0
        if found.noun or found.rule in {"made-by", "credit"}
        else _languages_alone(reading, start, found.start)
    )
    strangers = reading.unknown(start, found.start, mask) + foreign
    if whole and _thing_of_something(reading, found, strangers, mask):
        return True
    if strangers > int(reading.joined or bool(labelled) or bool(reading.find("plea"))):
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


def _thing_of_something(reading: Reading, found: Evidence, strangers: int, mask: bytearray) -> bool:
    """ "The description of the product was translated automatically": one thing, one unknown word more."""
    if found.rule != "done-machine" or not 0 < strangers <= (4 if reading.joined else 1):
        return False
    thing = [h for h in reading.find("thing") if h.end <= found.start]
    this = [h for n in ("this", "by") for h in reading.find(n) if h.end <= found.start]
    after = reading.unknown(found.end, len(reading.text), mask)
    stop = STOP.search(reading.text, 0, found.start)
    return len(thing) == 1 and not this and not after and not stop and not reading.find("into")


def _only_languages(reading: Reading, start: int) -> bool:
    """True if nothing but the name of a language stands before a bracket: an item of a menu."""
    head = reading.text[: start - 1].strip(" *_>#-")
    names = [h for h in reading.find("language") if h.start < start]
    return bool(head) and bool(names) and len(WORD.findall(head)) == len(names)


def _talked_about(reading: Reading, found: Evidence, start: int) -> bool:
    """True for "this article is about machine translation"; "di questa pagina" is no topic."""
    this = [h.start for n in ("this", "self") for h in reading.find(n)]
    return any(
        start <= h.start < found.start
        or (0 <= h.start - found.end <= 3 and not any(0 <= at - h.end <= 1 for at in this))
        for h in reading.find("about")
    )


def _languages_alone(reading: Reading, start: int, end: int) -> int:
    """How many names of languages stand there for themselves: "French is translated …".

    One right before the participle is what was made: "English translated by …".
    """
    known = [h for name in ("from", "into", "thing", "noun") for h in reading.find(name)]
    return sum(
        start <= h.start < end
        and bool(reading.text[h.end : end].strip())
        and not any(k.start <= h.start < k.end for k in known)
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
    return not head or len(WORD.findall(head)) <= 3 or head[-1] in "([（【※"


def _goes_on_unknown(reading: Reading, start: int, end: int, mask: bytearray) -> bool:
    match = re.compile(r"[ \u00a0]*(?=[^\W\d_])").match(reading.text, start, end)
    if not match:
        return False
    if reading.joined:
        if tables.option(reading.lang, "transitive") and any(h.start == start for h in reading.find("thing")):
            return True
        return reading.unknown(start, min(end, start + 5), mask) > 1
    word = WORD.match(reading.text, match.end(), end)
    return bool(word) and len(word.group()) > 2 and not any(mask[word.start() : word.end()])  # type: ignore[union-attr]


def _speaks_of_itself(reading: Reading, found: Evidence, mask: bytearray) -> bool:
    for hit in reading.find("self")[:MANY]:
        inside = hit.start < found.end and found.start < hit.end
        low, high = (hit.end, found.start) if hit.end <= found.start else (found.end, hit.start)
        gap = "" if inside else reading.text[low:high]
        before = hit.end <= found.start
        if (SENTENCE_STOP if before else STOP).search(gap) or len(gap) > 120:
            continue
        unknown = 0 if inside else reading.unknown(low, high, mask)
        limit = _reach(reading, found) if before else 2
        if found.noun:
            limit = int(reading.joined)
            if _talked_about(reading, found, low):
                continue
            used = any(found.end <= m.start < hit.start for m in reading.find("made"))
            if (not before and not used) or _goes_on_unknown(reading, found.end, len(reading.text), mask):
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
        strangers = 0 if reading.find("plea") else reading.unknown(0, hit.start, mask)
        if hit.end > found.start or strangers > int(post):
            continue
        if not post and any(h.end <= hit.start for h in reading.find("thing")):
            continue  # "articles in this category"
        gap = reading.text[hit.end : found.start]
        few = reading.unknown(hit.end, found.start, mask) <= (4 if reading.joined else 1)
        noun = WORD.match(gap.lstrip())
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
    if _this_of_another(reading, found, start, end, mask):
        return True
    if reading.unknown(found.end, end, mask) > (2 if reading.joined else 0):
        return _noun_and_clause(reading, found, start, end, mask)
    if any(found.end <= h.start for h in reading.find("into")):
        return False
    after = [
        h
        for n in ("from", "orig")
        for h in reading.find(n)
        if (found.end <= h.start < end or (n == "from" and start <= h.start and h.end <= found.start))
        and h.end - h.start > 2
    ]
    made = any(found.start < m.start and m.end <= found.end for m in reading.find("made"))
    head = reading.text[: start - 1].strip(" *_>#") if start else ""
    titled = any(h.start == 0 and h.end >= len(head) for h in reading.find("thing"))
    bracketed = start > 0 and (((not head or titled) and len(reading.text) - end <= 2) or start == 1)
    return bool(
        after
        or _serviced(reading, found, end)
        or _this_before(reading, found, start)
        or _warned(reading, found, start, end)
        or _cautioned(reading, found)
        or bracketed
        or (made and not reading.joined)
    )


def _this_of_another(reading: Reading, found: Evidence, start: int, end: int, mask: bytearray) -> bool:
    """ "This is a machine translation of the French decision", "… of an article from Le Monde"."""
    if not _this_before(reading, found, start) or _goes_on_unknown(reading, found.end, end, mask):
        return False
    stop = STOP.search(reading.text, found.end, end)
    last = stop.start() if stop else end
    named = [h for n in ("orig", "from", "language") for h in reading.find(n) if found.end <= h.start < last]
    return bool(named) and reading.unknown(found.end, last, mask) <= (8 if reading.joined else 3)


def _noun_and_clause(reading: Reading, found: Evidence, start: int, end: int, mask: bytearray) -> bool:
    """The same before a clause of its own: "…; the original French text prevails"."""
    stop = re.search(r"\s[-—–]\s|[,;:.!(。，；、：،؛—–]", reading.text[found.end : end])
    told = _this_before(reading, found, start)
    behind = [h.start for h in reading.find("caution") if h.start >= found.end and told]
    places = behind[:1] if stop is None else [found.end + stop.start(), *behind]
    if not places:
        return False
    comma = min(places)
    if reading.unknown(found.end, comma, mask) > 2 * int(reading.joined):
        return False
    words = WORD.findall(reading.text[comma:end])
    if len(words) > 30:
        return False
    warning = [
        h for n in ("caution", "prevails", "plea", "orig") for h in reading.find(n) if h.start >= comma
    ]
    origin = [h for n in ("from", "orig") for h in reading.find(n) if found.end <= h.start < comma]
    few = reading.unknown(comma, end, mask) <= 2
    return bool(warning or (origin and few) or _this_before(reading, found, start))


def _serviced(reading: Reading, found: Evidence, end: int) -> bool:
    """True for "machine translation by DeepL", "machine translation: DeepL"."""
    service = [s for s in reading.services if found.end <= s.start < end and not goes_on(reading, s.end)]
    if not service:
        return False
    credit = any(
        found.end <= b.start <= service[0].start or b.start >= service[0].end
        for n in ("nounby", "by")
        for b in reading.find(n)
    )
    return credit or bool(re.fullmatch(r"\s*[:(\-]?\s*", reading.text[found.end : service[0].start]))


def _this_before(reading: Reading, found: Evidence, start: int) -> bool:
    """True for "this is a machine translation", and where "this" comes last, for that too."""
    this = reading.find("this")
    return any(
        start <= t.start < found.start and not _talked_about(reading, found, t.end) for t in this
    ) or any(0 <= t.start - found.end <= 5 and not WORD.search(reading.text, t.end) for t in this)


def _cautioned(reading: Reading, found: Evidence) -> bool:
    """True if a caution or the original follows behind a comma, or an apology stands anywhere."""
    if reading.find("plea"):
        return True
    comma = bool(re.match(r"\s*[,;:(\-—–،，。、]", reading.text[found.end :])) or reading.joined
    return comma and any(c.start >= found.end for n in ("caution", "prevails") for c in reading.find(n))


def _warned(reading: Reading, found: Evidence, start: int, end: int) -> bool:
    """True for "Note: machine translation"."""
    label = [h for h in reading.find("fill") if h.start == 0 and h.end > 2]
    last = len(reading.text) - end <= 1 and not WORD.search(reading.text, found.end, end)
    return start > 0 and bool(label) and last and reading.text[:start].rstrip().endswith((":", "!"))


def is_label(reading: Reading, found: Evidence, mask: bytearray) -> bool:
    """True if a sentence holds a bare "machine translation" and no other word that matters."""
    text = reading.text
    if reading.unknown(0, len(text), mask) or any(reading.find(n) for n in ("into", "about", "block")):
        return False
    others = [m for m in WORD.finditer(text) if m.end() <= found.start or found.end <= m.start()]
    return len(others) <= 2 and not any(m.group()[0].isdigit() for m in others)
