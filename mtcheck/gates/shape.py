"""What the bare shape of a sentence beside its source shows: copies, loops, lengths, scripts, brackets."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache, lru_cache

from mtcheck import text
from mtcheck.core import Span

DENSE = frozenset({"zh", "ja", "ko"})


@cache
def _units() -> re.Pattern[str]:
    return re.compile(r"[\u3041-\u30ff\u3400-\u9fff\u3005]|[^\W_\u3041-\u30ff\u3400-\u9fff\u3005]+")


@lru_cache(maxsize=2048)
def units(sentence: str) -> tuple[tuple[str, Span], ...]:
    """Words and single Chinese or Japanese characters of a sentence, in lower case, with their places."""
    return tuple((m.group().lower(), Span(*m.span())) for m in _units().finditer(sentence))


def copied(source: str, target: str) -> float:
    """Share of the words that source and target have in common, 0 to 1.

    Numbers do not count, and words of one alphabet do not count where the target has none of another.
    """
    a = Counter(u for u, _ in units(source) if not u.isdigit())
    b = Counter(u for u, _ in units(target) if not u.isdigit())
    total = max(a.total(), b.total())
    return (a & b).total() / total if total else 0.0


def loop(target: str) -> Span | None:
    """The longest stretch that repeats what stands right before it, or None.

    At least three words (six characters without spaces), or one or two words three times over.
    """
    found = units(target)
    keys = [u for u, _ in found]
    for size in range(len(keys) // 2, 0, -1):
        run = 0
        for i in range(size, len(keys)):
            run = run + 1 if keys[i] == keys[i - size] else 0
            if run >= size * _times(keys[i - size + 1 : i + 1]):
                return Span(found[i - run + 1][1].start, found[i][1].end)
    return None


def _times(block: list[str]) -> int:
    """How often a block must follow itself to be a loop: once if it is long, else three times."""
    weight = sum(1 if len(unit) > 1 else 0.5 for unit in block)
    if all(unit.isdigit() for unit in block):
        return 6
    return 1 if weight >= 3 else 2 if weight >= 2 else 3


def weighted(sentence: str) -> float:
    """Length in Latin letters: a Chinese character counts as 2.5, kana as 1.6."""
    total = 0.0
    for c in sentence:
        if "\u3400" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7a3":
            total += 2.5
        elif "\u3041" <= c <= "\u30ff":
            total += 1.6
        else:
            total += 0.0 if c.isspace() else 1.0
    return total


def closed(sentence: str) -> bool:
    """True if the sentence ends with a mark that ends sentences, quotes and brackets aside."""
    bare = sentence.rstrip(" \t\n\u00a0\"'“”»«’)]」』）】")
    return bool(bare) and bare[-1] in ".!?…:;。！？：；．｡"


def foreign_share(sentence: str, lang: str) -> float:
    """Share of the letters in a script that the language is not written in, 0 to 1."""
    expected, found = text.expected_scripts(lang), text.scripts(sentence)
    total = sum(found.values())
    return 1 - sum(found[s] for s in expected) / total if expected and total else 0.0


def open_bracket(sentence: str) -> Span | None:
    """The first bracket without a partner; a list's "a)" and smileys are none."""
    stack: list[tuple[str, int]] = []
    pairs = {")": "(", "]": "[", "）": "（", "】": "【", "」": "「", "』": "『", "》": "《"}
    for i, c in enumerate(sentence):
        if c in pairs.values():
            stack.append((unicodedata.normalize("NFKC", c), i))
        elif c in pairs:
            if stack and stack[-1][0] == unicodedata.normalize("NFKC", pairs[c]):
                stack.pop()
            elif not re.search(r"(?:^|\s)\w{1,3}$|[:;=8xX-]$", sentence[:i]):
                return Span(i, i + 1)
    if stack and not re.search(r"[:;=8xX-]$", sentence[: stack[0][1]]):
        return Span(stack[0][1], stack[0][1] + 1)
    return None
