"""Answers of the embedded model to questions: in batches of like length, within limits, and as text again.

The batches depend on the questions that are asked together and on nothing else, not on the machine or its
load: products of 16 bits of other rows differ in the seventh digit, which changes 4 or 5 of 60 translations,
by a word as a rule. Each is answered on one thread, which is faster than all on all, and a question by itself
on all idle cores; their number changes nothing (``beam``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from mtcheck import text
from mtcheck.annotate.hf.beam import Found, threads
from mtcheck.annotate.hf.spelling import is_foreign

BATCH, BATCH_TOKENS = 28, 1280
"""Questions of a batch, and tokens of them, at most: attention keeps 0.2 GB of so many, a thread."""
_FEW = 4
"""Questions of a batch that are not worth another one: a step of fewer takes as long."""
START = "<bos>"
END = "<eos>"
SPACE = "\u2581"
"""How a token writes the space before a word."""
WINDOW = 512
"""Tokens of a question and its answer; of more, not all layers would see all."""


class Decoder(Protocol):
    """What answers, token by token."""

    def search(
        self,
        questions: Sequence[Sequence[int]],
        limits: Sequence[int],
        *,
        end: int,
        unwanted: Sequence[Sequence[int]],
    ) -> list[list[Found]]:
        """See ``beam.Searcher``."""

    def likelihood(self, question: Sequence[int], answer: Sequence[int]) -> float:
        """See ``beam.Searcher``."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a decoder says to a question.

    Attributes:
        text: the answer.
        score: mean log-probability of its tokens, in nats.
        finished: False if it was stopped at its limit.
    """

    text: str
    score: float
    finished: bool


class Asking:
    """Questions to a decoder.

    Args:
        tokenizer: of ``tokenizers``.
        at_once: batches that are answered at the same time.
    """

    def __init__(self, decoder: Decoder, tokenizer: Any, at_once: int) -> None:
        self._decoder, self._tokenizer, self._at_once = decoder, tokenizer, at_once
        self._start, self._end = (int(tokenizer.token_to_id(token)) for token in (START, END))
        self._foreign: dict[str, list[tuple[int, str]]] = {}

    def tokens(self, question: str) -> list[int]:
        """A question as tokens."""
        return [self._start, *self._tokenizer.encode(question, add_special_tokens=False).ids]

    def answers(
        self, asked: Sequence[list[int]], *, unwanted: Sequence[Sequence[int]] = ()
    ) -> list[list[Answer]]:
        """What is said to each question, in their order; the likeliest first.

        Args:
            unwanted: tokens that each answer should do without.
        """
        found = self._search(asked, list(map(_limit, asked)), unwanted or [()] * len(asked))
        return [[self._answer(one) for one in said] for said in found]

    def continued(self, asked: Sequence[list[int]], begun: Sequence[str]) -> list[Answer]:
        """Answers that begin as they are told to, and how likely they are as a whole."""
        starts = [self._tokenizer.encode(f" {start}", add_special_tokens=False).ids for start in begun]
        given = [question + start for question, start in zip(asked, starts, strict=True)]
        limits = [max(1, _limit(q) - len(start)) for q, start in zip(asked, starts, strict=True)]
        found = self._search(given, limits, [()] * len(asked))
        out = []
        for question, start, (best, *_) in zip(asked, starts, found, strict=True):
            ids = [*start, *best.ids]
            out.append(self._answer(Found(ids, self._decoder.likelihood(question, ids), best.finished)))
        return out

    def copies(self, value: str, lang: str) -> list[int]:
        """Tokens that would copy a word of a text in letters of scripts that a language is not written in;
        none for a language of no table."""
        if lang not in self._foreign:
            scripts = text.expected_scripts(lang)
            pieces = self._tokenizer.get_vocab() if scripts else {}
            foreign = [p for p in pieces if p[0] != "<" and is_foreign(p, scripts)]
            self._foreign[lang] = [(pieces[p], p.strip(SPACE).casefold()) for p in foreign]
        held = value.casefold()
        return [token for token, bare in self._foreign[lang] if bare in held]

    def _search(
        self,
        asked: Sequence[list[int]],
        limits: Sequence[int],
        unwanted: Sequence[Sequence[int]],
    ) -> list[list[Found]]:
        """Answers in the order of what was asked; the longest first, so that no core is left with them."""
        order = sorted(range(len(asked)), key=lambda n: -len(asked[n]))
        each = self._at_once if len(order) == 1 else 1

        def search(batch: Sequence[int]) -> list[list[Found]]:
            with threads(each):
                return self._decoder.search(
                    [asked[n] for n in batch],
                    [limits[n] for n in batch],
                    end=self._end,
                    unwanted=[unwanted[n] for n in batch],
                )

        batches = list(_batches(order, asked))
        if len(order) == 1:  # here: other threads than this one's would wait for each other longer
            said = [search(order)]
        else:
            with threads(1), ThreadPoolExecutor(self._at_once) as pool:  # part of it is one setting for all
                said = list(pool.map(search, batches))
        found = {n: one for b, out in zip(batches, said, strict=True) for n, one in zip(b, out, strict=True)}
        return [found[n] for n in range(len(asked))]

    def _answer(self, found: Found) -> Answer:
        decoded = self._tokenizer.decode(found.ids, skip_special_tokens=True)
        return Answer(" ".join(decoded.split()), found.score, found.finished)


def _batches(order: Sequence[int], asked: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Questions, the longest first, in batches: two at least, so that a second core has one too."""
    size = max(_FEW, -(-len(order) // 2))
    at = 0
    while at < len(order):
        count = min(size, BATCH, BATCH_TOKENS // len(asked[order[at]]))
        yield list(order[at : at + count])
        at += count


def _limit(question: Sequence[int]) -> int:
    """Most tokens of an answer. Of 1,864 held-out human translations of all directions none has more than 1.4
    times its question's and 16 (2026-11-30); what goes on is a loop."""
    return min(3 * len(question) // 2 + 16, WINDOW - len(question))
