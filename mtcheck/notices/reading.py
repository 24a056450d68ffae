"""A sentence as one language reads it: where its word classes and the services' names stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from mtcheck.notices import tables

__all__ = ["MANY", "SENTENCE_STOP", "STOP", "WORD", "Hit", "Reading", "find_services"]


class Hit(NamedTuple):
    """Where a word class or service was found; ``name`` is the service's table name."""

    start: int
    end: int
    name: str = ""
    common: bool = False


WORD = re.compile(
    r"[^\W\d_](?:[\w'\u0591-\u05c7\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e\u1000-\u109f\u1780-\u17d3]|(?<=\w)[·])*"
)
STOP = re.compile(r"[.,;:!?。，；：！？、،؛]")
SENTENCE_STOP = re.compile(r"[.;!?]\s|[。；！？।]")
_URL = re.compile(r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|md|html|ru|cn|ai)\b\S*")
MANY = 8
"""More hits of one class than this in a sentence are not looked at: no notice has them, and time
would grow with the square of their number."""


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
        if other.start < one.end or len(gap) > 24 or STOP.search(gap):
            return False
        words = 2 if tables.option(self.lang, "post") else 1
        return len(gap) <= 4 if self.joined else len(WORD.findall(gap)) <= words

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
        words = WORD.finditer(self.text, start, end)
        return sum(1 for m in words if len(m.group()) > 2 and not any(mask[m.start() : m.end()]))


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
    for hit in found[:MANY]:
        if not any(k.start < hit.end and hit.start < k.end for k in kept):
            kept.append(hit)
    return sorted(kept)
