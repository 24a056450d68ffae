"""Talks with the embedded model: questions and what is asked after their answers, as tokens and back.

Texts are answered in lanes, which depend on the texts alone, not on the machine or its load: products of 16
bits of other rows differ in the seventh digit, which changes 2 to 5 of 60 translations, by a word as a rule.
A lane is answered on one thread, which is faster than all on all, and the only one of a few texts on all idle
cores; their number changes nothing (``beam``).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, CancelledError, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from threading import Event, Lock
from typing import Any, Protocol, TypeVar

from mtcheck import text
from mtcheck.annotate.base import Progress, silent
from mtcheck.annotate.hf.beam import Asked, Found, Then, threads
from mtcheck.annotate.hf.favoured import NOTHING, SPACE, Favoured, Pieces
from mtcheck.annotate.hf.spelling import is_foreign

LANE, FEW = 128, 16
"""Texts of a lane at most, as more would leave cores without one, and texts that are one lane for all cores:
on two cores fifteen took 5.4 s so, 6.8 s as two lanes (2026-11-30)."""
START = "<bos>"
END = "<eos>"
WINDOW = 512
"""Tokens of a question and its answer; of more, not all layers would see all."""


@contextmanager
def workers(count: int) -> Iterator[ThreadPoolExecutor]:
    """So many threads side by side, each the only one of torch for what it does; what waits when they are
    left is not begun."""
    with threads(1):  # part of it is one setting for all
        pool = ThreadPoolExecutor(count)
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)


class Decoder(Protocol):
    """What answers, token by token."""

    def search(self, asked: Sequence[Asked], then: Then, *, lang: str, few: bool) -> None:
        """See ``beam.Searcher``."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question, all in tokens.

    Attributes:
        question: what is to be answered.
        unwanted: what the answer must do without.
        begun: what the answer begins with.
        favoured: what the answer should have.
    """

    question: Sequence[int]
    unwanted: Sequence[int] = ()
    begun: Sequence[int] = ()
    favoured: Favoured = NOTHING


@dataclass(frozen=True, slots=True)
class Answer:
    """What a decoder says to a question.

    Attributes:
        text: the answer.
        score: mean log-probability of its tokens, in nats.
        finished: False if it was stopped at its limit.
        favour: nats a token that were given for favoured words.
    """

    text: str
    score: float
    finished: bool
    favour: float = 0.0


_Out = TypeVar("_Out")
Talk = Generator[Ask, list[Answer], _Out]
"""Asks, takes the answers, the likeliest first, asks again as long as it likes, and comes to something."""


class Asking:
    """Questions to a decoder.

    Args:
        tokenizer: of ``tokenizers``.
        at_once: lanes that are answered at the same time.
    """

    def __init__(self, decoder: Decoder, tokenizer: Any, at_once: int) -> None:
        self._decoder, self._tokenizer, self._at_once = decoder, tokenizer, at_once
        self._start = int(tokenizer.token_to_id(START))
        self._foreign: dict[str, list[tuple[int, str]]] = {}

    def tokens(self, question: str) -> list[int]:
        """A question as tokens."""
        return [self._start, *self._tokenizer.encode(question, add_special_tokens=False).ids]

    def start(self, begun: str) -> list[int]:
        """The beginning of an answer, or all of it, as tokens."""
        words = begun.rstrip()  # a token begins with its space
        return list(self._tokenizer.encode(f" {words}", add_special_tokens=False).ids) if words else []

    def hold(self, talks: Sequence[Talk[_Out]], lang: str, progress: Progress = silent) -> list[_Out]:
        """What each talk comes to, in their order.

        Args:
            lang: of the answers.
            progress: told of each that is done.
        """
        firsts = [next(talk) for talk in talks]
        out: dict[int, _Out] = {}
        telling, stopped = Lock(), Event()

        def answer(lane: Sequence[int]) -> None:
            def then(n: int, found: list[Found]) -> Asked | None:
                if stopped.is_set():
                    raise CancelledError
                try:
                    return _asked(talks[lane[n]].send([self._answer(one) for one in found]))
                except StopIteration as stop:
                    out[lane[n]] = stop.value
                with telling:
                    progress(1)
                return None

            with threads(self._at_once if alone else 1):
                self._decoder.search([_asked(firsts[n]) for n in lane], then, lang=lang, few=alone)

        lanes = _lanes([len(first.question) for first in firsts])
        alone = len(lanes) == 1
        if alone:  # here: other threads than this one's would wait for each other longer
            answer(lanes[0])
        else:
            with workers(self._at_once) as pool:
                try:  # where one fails, or the user breaks off, the others soon stop
                    answered = [pool.submit(answer, lane) for lane in lanes]
                    for one in wait(answered, return_when=FIRST_EXCEPTION).done:
                        one.result()
                finally:
                    stopped.set()
        return [out[n] for n in range(len(talks))]

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

    def favoured(self, words: Sequence[Sequence[str]]) -> Favoured:
        """Words that an answer should have, by beginnings of what renders each."""
        return Favoured(words, self._pieces)

    @cached_property
    def _pieces(self) -> Pieces:
        return Pieces(self._tokenizer.get_vocab())

    def _answer(self, found: Found) -> Answer:
        decoded = self._tokenizer.decode(found.ids, skip_special_tokens=True)
        return Answer(" ".join(decoded.split()), found.score, found.finished, found.favour)


def _asked(ask: Ask) -> Asked:
    """A question with most tokens of its answer. Of 1,864 held-out human translations of all directions none
    has more than 1.4 times its question's and 16 (2026-11-30); what goes on is a loop."""
    length = len(ask.question)
    limit = min(3 * length // 2 + 16, WINDOW - length)
    return Asked(ask.question, ask.unwanted, ask.begun, max(limit, len(ask.begun) + 1), ask.favoured)


def _lanes(lengths: Sequence[int]) -> list[list[int]]:
    """Numbers of texts, the longest first, dealt to two lanes at least if they are not few."""
    order = sorted(range(len(lengths)), key=lambda n: -lengths[n])
    count = 1 if len(order) <= FEW else max(2, -(-len(order) // LANE))
    return [order[n::count] for n in range(count)]
