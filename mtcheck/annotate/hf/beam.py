"""Beam search whose rows share their past.

Keys and values of a text's question are computed once for all its rows, and those of its answer are written
where they stay: no row is copied when another goes on in its place, a mask says which of the past is whose.
In CTranslate2 44 of 100 parts of a beam's time were such copies; here a beam of four for every text takes
about the time that one row took there (2026-11-30: 14 sentences a second for 9 in the same hour).

Products of 16 bits add up in another order for another number of rows, so that an answer may differ in a
word by what is searched with it: ``generating`` sees to it that nothing else matters. On any number of
threads it is the same bit for bit (one, two and four, alone and sixteen together), as questions are read on
one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from mtcheck.annotate.hf.gemma import Gemma
from mtcheck.annotate.hf.halved import even

BEAMS = 4
"""Rows of a text."""
NO_REPEAT = 5
"""Longest run of tokens, less one, that may stand twice in an answer."""
STEP = 32
"""Questions end at its multiples, as keys are read by so many at a time."""
READ_TOKENS = 1024
"""Tokens of questions that are read at once."""


class Found(NamedTuple):
    """An answer: its tokens, the end that it was given among them, their mean log-probability in nats, and
    False where it was stopped at its limit."""

    ids: list[int]
    score: float
    finished: bool


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Within, torch has so many threads for what this thread asks of it."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class Searcher:
    """Answers of a model by beam search."""

    def __init__(self, model: Gemma) -> None:
        self._model = model

    def search(
        self,
        questions: Sequence[Sequence[int]],
        limits: Sequence[int],
        *,
        end: int,
        unwanted: Sequence[Sequence[int]] = (),
    ) -> list[list[Found]]:
        """The answers of each question that a beam comes to, the likeliest first.

        Args:
            questions: tokens.
            limits: most tokens of each answer.
            end: the token that ends an answer.
            unwanted: tokens that each answer must do without.
        """
        import torch

        with torch.inference_mode():
            found = _Search(self._model, questions, limits, end, unwanted or [()] * len(questions))
            while found.slots:
                found.step()
        return [sorted(one, key=lambda f: -f.score) for one in found.found]

    def likelihood(self, question: Sequence[int], answer: Sequence[int]) -> float:
        """Mean log-probability, in nats, of the tokens of an answer after a question."""
        import torch

        with torch.inference_mode():
            whole = [*question, *answer]
            states = _Past(self._model, 1, len(whole), 0).read([whole])[0, -len(answer) - 1 : -1]
            return float(self._model.likelihoods(states, torch.tensor(list(answer))).mean())


class _Choice(NamedTuple):
    """What a row may say next: its score with it in nats, the row before, the token."""

    score: float
    parent: int
    token: int


def _whole(places: int) -> int:
    """Places up to the next multiple of ``STEP``."""
    return -(-places // STEP) * STEP


class _Past:
    """Keys and values (layers × texts × places × size): of questions, which end at ``width``, then of what
    every row of their beams said at each step.

    Args:
        steps: most that there will be.
    """

    def __init__(self, model: Gemma, texts: int, longest: int, steps: int) -> None:
        import torch

        self._model, self.width = model, _whole(longest)
        room = _whole(self.width + BEAMS * steps)
        size = model.shape.layers, texts, room, model.shape.size
        self.keys, self.values = (torch.empty(size, dtype=model.type) for _ in range(2))
        self.mask = torch.full((texts, BEAMS, room), -torch.inf, dtype=model.type)
        """0 where a row's own past is."""

    def read(self, questions: Sequence[Sequence[int]]) -> Any:
        """States at the places of each question (texts × ``width`` × width of the model), it at the end."""
        import torch

        self._clear(len(questions), 0, self.width)
        states = torch.zeros((len(questions), self.width, self._model.width))
        with threads(1):  # many rows add up in another order on several
            for width, group in even(range(len(questions)), lambda n: len(questions[n]), most=READ_TOKENS):
                states[group, -width:] = self._read([questions[n] for n in group], group, width)
        for n, one in enumerate(questions):
            self.mask[n, :, self.width - len(one) : self.width] = 0
        return states

    def _read(self, questions: Sequence[Sequence[int]], at: Sequence[int], width: int) -> Any:
        """The same of some, each within a width of its own: another one would add up in another order."""
        import torch

        texts, shape = len(questions), self._model.shape
        ids = torch.zeros((texts, width), dtype=torch.long)
        places, allowed = ids.clone(), torch.zeros((texts, width, width), dtype=torch.bool)
        for n, one in enumerate(questions):
            first = width - len(one)
            ids[n, first:] = torch.tensor(one)
            places[n, first:] = torch.arange(len(one))
            allowed[n, first:, first:] = True
        allowed = allowed.tril() | torch.eye(width, dtype=torch.bool)  # padding sees itself, or nothing would
        mask = torch.zeros(allowed.shape, dtype=self._model.type).masked_fill_(~allowed, -torch.inf)[:, None]

        def attend(layer: int, query: Any, key: Any, value: Any) -> Any:
            own = [x.reshape(texts, width, shape.size) for x in (key, value)]
            for held, new in zip((self.keys, self.values), own, strict=True):
                held[layer, list(at), self.width - width : self.width] = new
            asked = query.reshape(texts, width, shape.heads, shape.size).transpose(1, 2)
            seen = torch.nn.functional.scaled_dot_product_attention(
                asked, *(x[:, None].expand(-1, shape.heads, -1, -1) for x in own), attn_mask=mask, scale=1.0
            )
            return seen.transpose(1, 2).reshape(texts * width, -1)

        return self._model.run(ids.view(-1), places.view(-1), attend).view(texts, width, -1)

    def say(self, tokens: Any, places: Any, step: int) -> Any:
        """States after a token of each row (texts · beams × width of the model), which are kept."""
        import torch

        texts, shape = len(tokens), self._model.shape
        first = self.width + step * BEAMS
        until = first + BEAMS
        for row in range(BEAMS):
            self.mask[:texts, row, first + row] = 0
        whole = _whole(until)
        if first % STEP == 0:
            self._clear(texts, first, whole)
        mask = self.mask[:texts, :, :whole].repeat_interleave(shape.heads, 1)[:, None]

        def attend(layer: int, query: Any, key: Any, value: Any) -> Any:
            for held, new in ((self.keys, key), (self.values, value)):
                held[layer, :texts, first:until] = new.reshape(texts, BEAMS, -1)
            seen = torch.nn.functional.scaled_dot_product_attention(
                query.reshape(texts, 1, BEAMS * shape.heads, shape.size),
                self.keys[layer, :texts, None, :whole],
                self.values[layer, :texts, None, :whole],
                attn_mask=mask,
                scale=1.0,
            )
            return seen.reshape(texts * BEAMS, -1)

        return self._model.run(tokens.reshape(-1), places.repeat_interleave(BEAMS), attend)

    def _clear(self, texts: int, first: int, until: int) -> None:
        """Make places ready just before they are seen; memory that nothing was written to takes no room."""
        self.keys[:, :texts, first:until] = 0
        self.values[:, :texts, first:until] = 0

    def keep(self, texts: Sequence[int], steps: int) -> None:
        """Let the texts at some places, in their order, be the first ones.

        Args:
            steps: how many there were.
        """
        used = self.width + steps * BEAMS
        for n, old in enumerate(texts):
            if n != old:
                for held in (self.keys, self.values):
                    held[:, n, :used] = held[:, old, :used]
                self.mask[n] = self.mask[old]

    def follow(self, parents: Any, steps: int) -> None:
        """Let each row (texts × beams) have the past of its parent.

        Args:
            steps: how many there were.
        """
        said = self.mask[: len(parents), :, self.width : self.width + steps * BEAMS]
        said.copy_(said.gather(1, parents[:, :, None].expand(-1, -1, said.shape[2])))


class _Search:
    """A search for answers to questions, step by step.

    ``slots`` says which question each place of the past is at work for; one that has its answers leaves it.
    """

    def __init__(
        self,
        model: Gemma,
        questions: Sequence[Sequence[int]],
        limits: Sequence[int],
        end: int,
        unwanted: Sequence[Sequence[int]],
    ) -> None:
        import torch

        self._model, self._limits, self._end, self._unwanted = model, limits, end, unwanted
        self.found: list[list[Found]] = [[] for _ in questions]
        self.slots = list(range(len(questions)))
        self._past = _Past(model, len(questions), max(map(len, questions)), max(limits))
        self._places = torch.tensor(list(map(len, questions)))
        self._forbid()
        states = self._past.read(questions)[:, -1].repeat_interleave(BEAMS, 0)  # as many as at every step
        scores, tokens = (x[::BEAMS] for x in model.likeliest(states, BEAMS, self._forbidden))
        scores = scores.masked_fill(tokens == end, -torch.inf)  # to say nothing is no answer
        self._scores, best = scores.topk(BEAMS, -1)
        self._said = tokens.gather(1, best)[:, :, None]
        self._step = 0

    def _forbid(self) -> None:
        """Find the rows and tokens that are no choice there."""
        import torch

        counts = torch.tensor([len(self._unwanted[text]) for text in self.slots], dtype=torch.long)
        unwanted = [token for text in self.slots for token in self._unwanted[text]]
        tokens = torch.tensor(unwanted, dtype=torch.long)
        first = torch.arange(len(self.slots)).repeat_interleave(counts) * BEAMS
        rows = first.repeat(BEAMS) + torch.arange(BEAMS).repeat_interleave(len(tokens))
        self._forbidden = (rows, tokens.repeat(BEAMS)) if len(tokens) else None

    def step(self) -> None:
        """Say one more token in every row."""
        texts = len(self.slots)
        states = self._past.say(self._said[:, :, -1], self._places + self._step, self._step)
        scores, tokens = self._model.likeliest(states, 2 * BEAMS, self._forbidden)
        scores = self._without_repeats(scores, tokens)
        best, at = (self._scores.view(-1, 1) + scores).view(texts, -1).topk(2 * BEAMS, -1)
        self._step += 1
        parents = at // scores.shape[1]
        tokens = tokens.view(texts, -1).gather(1, at)
        rows = zip(best.tolist(), parents.tolist(), tokens.tolist(), strict=True)
        self._choose([[_Choice(*choice) for choice in zip(*row, strict=True)] for row in rows])

    def _without_repeats(self, scores: Any, tokens: Any) -> Any:
        """Scores of tokens, none for those that would end a run of ``NO_REPEAT`` that was said before."""
        import torch

        said, before = self._said.flatten(0, 1), NO_REPEAT - 1
        if said.shape[1] <= before:
            return scores
        again = (said.unfold(1, before, 1)[:, :-1] == said[:, None, -before:]).all(-1)
        if not again.any():
            return scores
        ended = torch.where(again, said[:, before:], -1)
        return scores.masked_fill((tokens[:, :, None] == ended[:, None]).any(-1), -torch.inf)

    def _choose(self, choices: Sequence[Sequence[_Choice]]) -> None:
        """Take what ends for answers, and the best of the rest into the next step."""
        going = [[choice for choice in row if choice.token != self._end][:BEAMS] for row in choices]
        kept = [n for n in range(len(self.slots)) if not self._take(n, choices[n], going[n][0])]
        if len(kept) < len(self.slots):
            self._leave(kept)
        if kept:
            self._go_on([going[n] for n in kept])

    def _take(self, n: int, choices: Sequence[_Choice], best: _Choice) -> bool:
        """Keep the answers of a slot that end here, or at its limit one that does not; whether it is done."""
        text, length = self.slots[n], self._step + 1
        at_limit = length >= self._limits[text]
        ended = [choice for choice in choices[:BEAMS] if choice.token == self._end]
        for choice in ended or ([best] if at_limit and not self.found[text] else []):
            ids = [*self._said[n, choice.parent].tolist(), choice.token]
            self.found[text].append(Found(ids, choice.score / length, choice.token == self._end))
        return at_limit or len(self.found[text]) >= BEAMS

    def _leave(self, kept: Sequence[int]) -> None:
        """Let only some slots go on, in their order."""
        import torch

        at = torch.tensor(kept, dtype=torch.long)
        self._past.keep(kept, self._step)
        self._said, self._places = self._said[at], self._places[at]
        self.slots = [self.slots[n] for n in kept]
        self._forbid()

    def _go_on(self, chosen: Sequence[Sequence[_Choice]]) -> None:
        """Let rows have their parents' past and say what was chosen."""
        import torch

        score, parents, said = torch.tensor(chosen, dtype=torch.float64).unbind(-1)
        self._past.follow(parents.long(), self._step)
        own = parents.long()[:, :, None].expand(-1, -1, self._said.shape[2])
        self._said = torch.cat([self._said.gather(1, own), said.long()[:, :, None]], 2)
        self._scores = score.float()
