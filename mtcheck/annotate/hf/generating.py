"""Answers of a generator of CTranslate2: in batches of like length, within limits, and as text again.

The batches depend on the questions that are asked together and on nothing else, not on the machine or its
load: with 8 bits a difference in the seventh digit between batches of other sizes changes 20 to 45 of 100
translations, by a word as a rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from mtcheck import text
from mtcheck.annotate.hf.batches import runs
from mtcheck.annotate.hf.spelling import is_foreign

BATCH_TOKENS = 512
"""Tokens of the questions of a batch, each row of a beam counting. CTranslate2 computes the vocabulary's
scores for every one of them: of 1,024 tokens half a gigabyte a thread."""
START = "<bos>"
END = "<eos>"
SPACE = "\u2581"
"""How a token writes the space before a word."""


class Generator(Protocol):
    """What is asked of ``ctranslate2.Generator``."""

    def generate_batch(self, start_tokens: list[list[str]], **options: Any) -> list[Any]:
        """Continuations of each list of tokens."""

    def score_batch(self, tokens: list[list[str]], **options: Any) -> list[Any]:
        """How likely every token of each list is after those before it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a generator says to a question.

    Attributes:
        text: the answer.
        score: mean log-probability of its tokens, in nats.
        finished: False if it was stopped at its limit.
    """

    text: str
    score: float
    finished: bool


class Asking:
    """Questions to a generator.

    Args:
        generator: of CTranslate2.
        tokenizer: of ``tokenizers``.
        at_once: batches that are answered at the same time.
    """

    def __init__(self, generator: Generator, tokenizer: Any, at_once: int) -> None:
        self._generator, self._tokenizer, self._at_once = generator, tokenizer, at_once
        self._end = int(tokenizer.token_to_id(END))
        self._foreign: dict[str, list[tuple[str, str]]] = {}

    def tokens(self, question: str) -> list[str]:
        """A question as tokens."""
        return [START, *self._tokenizer.encode(question, add_special_tokens=False).tokens]

    def answers(
        self,
        asked: Sequence[list[str]],
        *,
        beam_size: int = 1,
        unwanted: Sequence[Sequence[str]] = (),
        **options: Any,
    ) -> list[list[Answer]]:
        """What is said to each question, in their order; the likeliest first.

        Args:
            unwanted: tokens for each question that its answer, and those of its batch, should do without.
            options: of ``generate_batch``.
        """
        limits = list(map(_limit, asked))
        found = self._search(asked, limits, unwanted, beam_size=beam_size, **options)
        return [
            [
                self._answer(ids, score, limit)
                for ids, score in zip(one.sequences_ids, one.scores, strict=True)
            ]
            for limit, one in zip(limits, found, strict=True)
        ]

    def continued(self, asked: Sequence[list[str]], begun: Sequence[str]) -> list[Answer]:
        """Answers that begin as they are told to, and how likely they are as a whole."""
        starts = [self._tokenizer.encode(f" {start}", add_special_tokens=False) for start in begun]
        given = [question + start.tokens for question, start in zip(asked, starts, strict=True)]
        limits = list(map(_limit, asked))
        said = self._search(given, limits, beam_size=1)
        whole = [[*start.ids, *one.sequences_ids[0]] for start, one in zip(starts, said, strict=True)]
        rows = [
            q + [self._tokenizer.id_to_token(i) for i in ids] for q, ids in zip(asked, whole, strict=True)
        ]
        scored = [self._generator.score_batch([row])[0].log_probs for row in rows]  # of several, 4.8.5 fails
        return [
            self._answer(ids, sum(each[-len(ids) :]) / len(ids), limit)
            for ids, each, limit in zip(whole, scored, limits, strict=True)
        ]

    def copies(self, value: str, lang: str) -> list[str]:
        """Tokens that would copy a word of a text in letters of scripts that a language is not written in;
        none for a language of no table. All 34,000 that there are for Russian would take as long as six
        words."""
        if lang not in self._foreign:
            scripts = text.expected_scripts(lang)
            pieces = self._tokenizer.get_vocab() if scripts else ()
            foreign = [p for p in pieces if p[0] != "<" and is_foreign(p, scripts)]
            self._foreign[lang] = [(p, p.strip(SPACE).casefold()) for p in foreign]
        held = value.casefold()
        return [piece for piece, bare in self._foreign[lang] if bare in held]

    def _search(
        self,
        given: Sequence[list[str]],
        limits: Sequence[int],
        unwanted: Sequence[Sequence[str]] = (),
        *,
        beam_size: int,
        **options: Any,
    ) -> list[Any]:
        """Results in the order of what was given; the longest first, so that no core is left with them."""
        order = sorted(range(len(given)), key=lambda n: len(given[n]))
        batches = list(runs(order, lambda n: len(given[n]), most=BATCH_TOKENS // beam_size))[::-1]

        def ask(batch: Sequence[int]) -> list[Any]:
            without = sorted({token for n in batch for token in unwanted[n]}) if unwanted else []
            leaving = {"suppress_sequences": [[token] for token in without]} if unwanted else {}
            return self._generator.generate_batch(
                [given[n] for n in batch],
                beam_size=beam_size,
                max_length=max(limits[n] for n in batch),
                end_token=END,
                return_end_token=True,
                return_scores=True,
                include_prompt_in_result=False,
                **leaving,
                **options,
            )

        with ThreadPoolExecutor(self._at_once) as pool:
            said = list(pool.map(ask, batches))
        found = {
            n: one
            for batch, out in zip(batches, said, strict=True)
            for n, one in zip(batch, out, strict=True)
        }
        return [found[n] for n in range(len(given))]

    def _answer(self, ids: list[int], score: float, limit: int) -> Answer:
        """An answer within its own limit, whatever its neighbours were allowed."""
        finished = len(ids) <= limit and ids[-1:] == [self._end]
        decoded = self._tokenizer.decode(ids[:limit], skip_special_tokens=True)
        return Answer(" ".join(decoded.split()), score, finished)


def _limit(question: Sequence[str]) -> int:
    """Most tokens of an answer. Of 1,864 held-out human translations of all directions none has more than 1.4
    times its question's and 16 (2026-11-30); what goes on is a loop."""
    return 3 * len(question) // 2 + 16
