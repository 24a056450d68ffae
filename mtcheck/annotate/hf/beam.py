"""Beam search whose rows share their past, for texts that come and go.

Keys and values of a text's question are computed once for all its rows, and those of its answer are written
where they stay: no row is copied when another goes on in its place, a mask says which of the past is whose.
A text that has its answers makes room for the next one, so that products are of many rows to the end.

What tells likelihoods, and attention, are products of 16 bits that add up in another order for another number
of rows, so that an answer may differ in a word by what is searched with it: ``generating`` sees to it that
nothing else matters. Up to sixteen texts are answered the same on any number of threads bit for bit (one, two
and four): questions are read on one, and so is everything where products are of 32 bits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from itertools import accumulate
from threading import Lock
from types import MappingProxyType
from typing import Any, NamedTuple

from mtcheck.annotate.hf.favoured import NOTHING, Favoured, State
from mtcheck.annotate.hf.gemma import ROWS_STEP, Gemma, Head

BEAMS, FEW_BEAMS = 3, 4
"""Rows of a text, and of one of a few: there a row more takes no time, as each step reads all weights."""
FAVOUR = 1.0
"""Nats that a favoured word counts. With a lexicon made without them, 240 held-out sentences come out at
45.7 chrF into Russian and 52.1 into English, at 45.2 and 51.5 without; half as much was as good, twice as
much 0.8 worse into Russian (120 sentences, 2026-11-30)."""
NO_REPEAT = 5
"""Longest run of tokens, less one, that may stand twice in an answer."""
STEP = 32
"""Keys are read by so many at a time."""
READ_TOKENS = 512
"""Tokens of texts that are read at once."""
ROOM = 256
"""Places that a text's past has at first; few need more."""
SLOTS, PLACES = 32, 6656
"""Texts that are searched at once at most, as more would not be worth their memory, and places of their past,
of which a text takes about two for every token of its question."""
WAITING = 8
"""Slots that wait for each other to be free, as questions are read in half the time together; multiples of
so many are at work, for the same reason as of ``gemma.ROWS_STEP``."""


class Asked(NamedTuple):
    """A question, all but the last in tokens.

    Attributes:
        question: what is to be answered.
        unwanted: what the answer must do without.
        begun: what the answer begins with.
        limit: most tokens of the answer, more than it begins with.
        favoured: what the answer should have.
    """

    question: Sequence[int]
    unwanted: Sequence[int]
    begun: Sequence[int]
    limit: int
    favoured: Favoured = NOTHING


class Found(NamedTuple):
    """An answer: its tokens, the end that it was given among them, their mean log-probability in nats,
    False where it was stopped at its limit, and the nats a token that were given for favoured words."""

    ids: list[int]
    score: float
    finished: bool
    favour: float = 0.0


Then = Callable[[int, list[Found]], Asked | None]
"""Takes the number of what was asked and the answers that a beam came to, the likeliest first, and gives what
is asked after them, if anything."""


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
    """Answers of a model by beam search.

    Args:
        end: the token that ends an answer.
        rows: tokens that answers in a language may have beside those of the questions, ascending; all for a
            language that is not there.
    """

    def __init__(
        self, model: Gemma, end: int, rows: Mapping[str, Sequence[int]] = MappingProxyType({})
    ) -> None:
        self._model, self._end, self._rows = model, end, rows
        self._heads: dict[str, Head] = {}
        self._laying_out = Lock()

    def search(self, asked: Sequence[Asked], then: Then, *, lang: str, few: bool) -> None:
        """Answer questions, and what is asked after them before the rest.

        Args:
            lang: of the answers.
            few: whether to use more rows.
        """
        import torch

        waiting = deque(enumerate(asked))
        count = torch.get_num_threads() if self._model.is_rounded else 1
        with torch.inference_mode(), threads(count):
            past = _Past(self._model, min(SLOTS, len(asked)), few=few)
            asks = (token for one in asked for token in one.question)
            search = _Search(past, self.head(lang).beside(asks), self._end)
            while waiting or search.texts:
                if waiting and (free := search.free(waiting)):
                    search.add([waiting.popleft() for _ in range(min(free, len(waiting)))])
                after = [(n, then(n, found)) for n, found in search.step()]
                waiting.extendleft((n, one) for n, one in after if one)

    def head(self, lang: str) -> Head:
        """What tells how likely tokens of a language are; one for all lanes, as it takes room."""
        with self._laying_out:
            if lang not in self._heads:
                self._heads[lang] = self._model.head(self._rows.get(lang))
            return self._heads[lang]


def _slots(texts: int) -> int:
    """Slots that are at work for so many texts: one, two, four or a multiple of ``WAITING``."""
    return next((n for n in (1, 2, 4) if texts <= n), -(-texts // WAITING) * WAITING)


def _whole(places: int) -> int:
    """Places up to the next multiple of ``STEP``."""
    return -(-places // STEP) * STEP


Keep = Callable[[int, int, Any, Any], None]
"""Of a layer and the number of a text, its keys and values (tokens × size)."""


def states_of(model: Gemma, texts: Sequence[Sequence[int]], keep: Keep) -> list[Any]:
    """States at the tokens of each text (tokens × width of the model). On one thread, as many rows add up in
    another order on several."""
    out: list[Any] = []
    with threads(1):
        while len(out) < len(texts):
            tokens = list(accumulate(map(len, texts[len(out) :])))
            count = max(1, sum(total <= READ_TOKENS for total in tokens))
            out += _read(model, texts[len(out) : len(out) + count], len(out), keep)
    return out


def _read(model: Gemma, texts: Sequence[Sequence[int]], first: int, keep: Keep) -> Sequence[Any]:
    """The same of some texts at once, from a number on: products are of all their tokens, attention of each
    text's."""
    import torch

    lengths = [len(one) for one in texts]
    ends = list(accumulate(lengths))
    spans = [slice(end - length, end) for end, length in zip(ends, lengths, strict=True)]

    def attend(layer: int, query: Any, key: Any, value: Any) -> Any:
        query, seen = query.transpose(0, 1), []
        for n, own in enumerate(spans):
            keep(layer, first + n, key[own], value[own])
            past = (x[own].expand(model.shape.heads, -1, -1) for x in (key, value))
            asked = query[:, own]
            seen.append(
                torch.nn.functional.scaled_dot_product_attention(
                    asked[None], *(x[None] for x in past), is_causal=True, scale=1.0
                )[0]
            )
        seen.append(torch.zeros_like(query[:, ends[-1] :]))
        return torch.cat(seen, 1).transpose(0, 1).flatten(1)

    spare = -ends[-1] % ROWS_STEP
    tokens = torch.tensor([token for one in texts for token in one] + [0] * spare)
    places = torch.cat([torch.arange(length) for length in (*lengths, spare)])
    states: Sequence[Any] = model.run(tokens, places, attend)[: ends[-1]].split(lengths)
    return states


class _Past:
    """Keys and values (slots × places × size, of each layer) of texts: of what was read at the first places,
    and of what every row of their beams said at each step at the same places of all."""

    def __init__(self, model: Gemma, slots: int, *, few: bool) -> None:
        import torch

        self.slots, self.beams = slots, FEW_BEAMS if few else BEAMS
        self._model, self._end = model, 0
        size = model.shape.layers, _slots(slots), ROOM, model.shape.size
        self._keys, self._values = (torch.empty(size, dtype=model.type) for _ in range(2))
        self._mask = torch.full((size[1], self.beams, ROOM), -torch.inf, dtype=model.type)
        """0 where a row's own past is."""
        self._ready = [0] * size[1]
        """How many places of each slot: memory that nothing was written to takes no room, and may hold
        anything."""

    def read(self, texts: Sequence[Sequence[int]], first: int) -> list[Any]:
        """States at the tokens of each text (tokens × width of the model), which take slots from one on."""
        longest = max(_whole(len(one)) for one in texts)
        self._fit(_slots(first + len(texts)), longest)
        self._end = max(self._end, *map(len, texts))

        def keep(layer: int, n: int, key: Any, value: Any) -> None:
            self._keys[layer][first + n, : len(key)] = key
            self._values[layer][first + n, : len(key)] = value

        states = states_of(self._model, texts, keep)
        self._mask[first : first + len(texts)] = -float("inf")
        for n, one in enumerate(texts):
            self._mask[first + n, :, : len(one)] = 0
        return states

    def say(self, tokens: Any, places: Any) -> Any:
        """States after a token of each row (slots · beams × width of the model), which are kept; of more
        slots than there are texts the last mean nothing."""
        import torch

        shape, slots = self._model.shape, _slots(len(tokens))
        if _whole(self._end + self.beams) > _whole(self._end):
            self._pack(len(tokens))
        first, until, whole = self._end, self._end + self.beams, _whole(self._end + self.beams)
        self._fit(slots, whole)
        for row in range(self.beams):
            self._mask[:slots, row, first + row] = 0
        mask = self._mask[:slots, :, :whole].repeat_interleave(shape.heads, 1)[:, None]

        def attend(layer: int, query: Any, key: Any, value: Any) -> Any:
            keys, values = self._keys[layer][:slots], self._values[layer][:slots]
            keys[:, first:until] = key.reshape(slots, self.beams, -1)
            values[:, first:until] = value.reshape(slots, self.beams, -1)
            seen = torch.nn.functional.scaled_dot_product_attention(
                query.reshape(slots, 1, self.beams * shape.heads, shape.size),
                keys[:, None, :whole],
                values[:, None, :whole],
                attn_mask=mask,
                scale=1.0,
            )
            return seen.reshape(slots * self.beams, -1)

        self._end = until
        spare = slots - len(tokens)
        tokens = torch.nn.functional.pad(tokens, (0, 0, 0, spare))
        places = torch.nn.functional.pad(places, (0, spare))
        places = places.repeat_interleave(self.beams)
        return self._model.run(tokens.reshape(-1), places, attend)

    def _fit(self, slots: int, places: int) -> None:
        """Make so many places of the first slots ready."""
        import torch

        room = self._mask.shape[2]
        if places > room:
            more = max(room, places - room)
            self._mask = torch.nn.functional.pad(self._mask, (0, more), value=-torch.inf)
            self._keys, self._values = (self._wider(held, room + more) for held in (self._keys, self._values))
        for slot, ready in enumerate(self._ready[:slots]):
            if ready < places:
                for held in (self._keys, self._values):
                    held[:, slot, ready:places] = 0
                self._ready[slot] = places

    def _wider(self, held: Any, room: int) -> Any:
        """The same with more places for each slot."""
        wider = held.new_empty((*held.shape[:2], room, held.shape[3]))
        for slot, ready in enumerate(self._ready):
            wider[:, slot, :ready] = held[:, slot, :ready]
        return wider

    def _pack(self, texts: int) -> None:
        """Move the places of each text that are some row's past together, and forget the others."""
        import torch

        alive = (self._mask[:texts, :, : self._end] == 0).any(1)
        first = int(alive.long().cumprod(1).sum(1).min())
        alive = alive[:, first:]
        most = int(alive.sum(1).max())
        if first + most + self.beams > self._end:
            return
        at = alive.byte().argsort(descending=True, stable=True)[:, :most]
        own, rest = torch.arange(texts)[:, None], slice(first, first + most)
        for one in (*self._keys, *self._values):
            one[:texts, rest] = one[own, at + first]
        mask = self._mask[:texts, :, first : self._end].gather(2, at[:, None].expand(-1, self.beams, -1))
        self._mask[:texts, :, rest.stop : self._end] = -torch.inf
        self._mask[:texts, :, rest] = mask
        self._end = rest.stop

    def keep(self, slots: Sequence[int]) -> None:
        """Let the texts of some slots, in their order, be the first ones."""
        for n, old in enumerate(slots):
            if n != old:
                for one in (*self._keys, *self._values):
                    one[n, : self._end] = one[old, : self._end]
                self._mask[n] = self._mask[old]

    def follow(self, parents: Any) -> None:
        """Let each row (texts × beams) have the past of its parent."""
        past = self._mask[: len(parents), :, : self._end]
        past.copy_(past.gather(1, parents[:, :, None].expand(-1, -1, past.shape[2])))


class _Choice(NamedTuple):
    """What a row may say next: its score with it in nats, the row before, the token."""

    score: float
    parent: int
    token: int


@dataclass(slots=True)
class _Text:
    """A text at work.

    Attributes:
        number: of what was asked.
        asked: what was asked.
        lead: log-probability, in nats, of what its answer begins with, and what is given for favoured words
            there.
        states: of each row, what of it was favoured.
        said: how many tokens, less one, were said after that.
        found: the answers so far.
    """

    number: int
    asked: Asked
    lead: float
    states: list[State]
    said: int = 0
    found: list[Found] = field(default_factory=list)

    def favour(self, row: int, token: int) -> float:
        """Nats that a row gets for its favoured words if it goes on with a token."""
        return FAVOUR * self.asked.favoured.follow(self.states[row], token).given

    def given(self, row: int, tokens: Sequence[int]) -> list[float]:
        """Nats that a row gets for each of some tokens."""
        favoured, state = self.asked.favoured, self.states[row]
        already = FAVOUR * state.given
        return [
            self.favour(row, token) - already if state.word or token in favoured.first else 0.0
            for token in tokens
        ]

    def follow(self, choices: Iterable[tuple[int, int]]) -> None:
        """Let rows go on, each from a row with a token."""
        self.states = [self.asked.favoured.follow(self.states[row], token) for row, token in choices]


class _Search:
    """A search for answers to questions, step by step.

    ``texts`` has those at work, in the order of their slots.
    """

    def __init__(self, past: _Past, head: Head, end: int) -> None:
        import torch

        self._past, self._beams, self._head, self._end = past, past.beams, head, end
        self.texts: list[_Text] = []
        self._said = torch.empty((0, self._beams, 1), dtype=torch.long)
        """What every row said last, after as many -1 as the longest one said more."""
        self._scores = torch.empty((0, self._beams))
        self._places = torch.empty(0, dtype=torch.long)

    def free(self, waiting: Iterable[tuple[int, Asked]]) -> int:
        """How many of what waits are to be added now: none until it is worth reading them."""
        asked = [text.asked for text in self.texts] + [one for _, one in waiting]
        longest = max(len(one.question) for one in asked)
        slots = max(1, min(self._past.slots, PLACES // (2 * longest)))
        free = slots - len(self.texts)
        return free if free >= min(WAITING, slots) or not self.texts else 0

    def add(self, asked: Sequence[tuple[int, Asked]]) -> None:
        """Begin with some more, by their numbers."""
        import torch

        given = [[*one.question, *one.begun] for _, one in asked]
        states = self._past.read(given, len(self.texts))
        for (number, one), own in zip(asked, states, strict=True):
            begun = reduce(one.favoured.follow, one.begun, State())
            lead = self._lead(own, one.begun) + FAVOUR * begun.given
            self.texts.append(_Text(number, one, lead, [begun]))
        added = self.texts[-len(asked) :]
        last = torch.stack([own[-1] for own in states])
        last = torch.nn.functional.pad(last, (0, 0, 0, _slots(len(last)) - len(last)))
        told = self._head.likeliest(
            last.repeat_interleave(self._beams, 0),  # as many as at a step
            self._beams,
            self._unwanted_by(added),
            self._favour(added),
        )
        scores, tokens = (x[:: self._beams][: len(asked)] for x in told)
        scores = scores + _given(added, tokens)
        empty = torch.tensor([not one.begun for _, one in asked])[:, None]  # to say nothing is no answer
        scores, best = scores.masked_fill((tokens == self._end) & empty, -torch.inf).topk(self._beams, -1)
        said = torch.full((len(asked), self._beams, self._said.shape[2]), -1)
        said[:, :, -1] = tokens.gather(1, best)
        for text, own in zip(added, said[:, :, -1].tolist(), strict=True):
            text.follow([(0, token) for token in own])
        self._said = torch.cat([self._said, said])
        self._scores = torch.cat([self._scores, scores])
        self._places = torch.cat([self._places, torch.tensor(list(map(len, given)))])
        self._unwanted, self._favoured = self._unwanted_by(self.texts), self._favour(self.texts)

    def _favour(self, texts: Sequence[_Text]) -> Any:
        """Nats for every token that may be said and begins a favoured word of each text (slots × size of the
        head), None if there are no such words."""
        import torch

        if not any(text.asked.favoured for text in texts):
            return None
        out = torch.zeros((_slots(len(texts)), self._head.size))
        for row, text in zip(out, texts, strict=False):
            shares = text.asked.favoured.first
            at = self._head.places(torch.tensor(list(shares), dtype=torch.long))
            sayable = at >= 0
            row[at[sayable]] = FAVOUR * torch.tensor(list(shares.values()))[sayable]
        return out

    def _unwanted_by(self, texts: Sequence[_Text]) -> tuple[Any, Any] | None:
        """Rows of texts, and where what is no choice there stands in the head."""
        import torch

        counts = torch.tensor([len(text.asked.unwanted) for text in texts], dtype=torch.long)
        tokens = torch.tensor([token for text in texts for token in text.asked.unwanted], dtype=torch.long)
        first = torch.arange(len(texts)).repeat_interleave(counts) * self._beams
        at = self._head.places(tokens)
        first, at = first[at >= 0], at[at >= 0]
        rows = first.repeat(self._beams) + torch.arange(self._beams).repeat_interleave(len(at))
        return (rows, at.repeat(self._beams)) if len(at) else None

    def _lead(self, states: Any, begun: Sequence[int]) -> float:
        """Log-probability, in nats, of what an answer begins with."""
        import torch

        if not begun:
            return 0.0
        before = states[-len(begun) - 1 : -1]
        return float(self._head.likelihoods(before, torch.tensor(list(begun))).sum())

    def step(self) -> list[tuple[int, list[Found]]]:
        """Say one more token in every row.

        Returns:
            what is answered thereby, by its number.
        """
        texts = len(self.texts)
        states = self._past.say(self._said[:, :, -1], self._places)
        told = self._head.likeliest(states, 2 * self._beams, self._unwanted, self._favoured)
        scores, tokens = (x[: texts * self._beams] for x in told)
        scores = scores + _given(self.texts, tokens)
        scores = self._without_repeats(scores, tokens)
        best, at = (self._scores.view(-1, 1) + scores).view(texts, -1).topk(2 * self._beams, -1)
        self._places += 1
        parents = at // scores.shape[1]
        tokens = tokens.view(texts, -1).gather(1, at)
        rows = zip(best.tolist(), parents.tolist(), tokens.tolist(), strict=True)
        return self._choose([[_Choice(*choice) for choice in zip(*row, strict=True)] for row in rows])

    def _without_repeats(self, scores: Any, tokens: Any) -> Any:
        """Scores of tokens, none for those that would end a run of ``NO_REPEAT`` that was said before."""
        import torch

        said, before = self._said.flatten(0, 1), NO_REPEAT - 1
        if said.shape[1] <= before:
            return scores
        again = (said.unfold(1, before, 1)[:, :-1] == said[:, None, -before:]).all(-1)
        again &= said[:, -before, None] >= 0
        if not again.any():
            return scores
        ended = torch.where(again, said[:, before:], -1)
        return scores.masked_fill((tokens[:, :, None] == ended[:, None]).any(-1), -torch.inf)

    def _choose(self, choices: Sequence[Sequence[_Choice]]) -> list[tuple[int, list[Found]]]:
        """Take what ends for answers, and the best of the rest into the next step."""
        going = [[choice for choice in row if choice.token != self._end][: self._beams] for row in choices]
        done = {n for n, row in enumerate(choices) if self._take(n, row, going[n][0])}
        out = [
            (self.texts[n].number, sorted(self.texts[n].found, key=lambda f: -f.score)) for n in sorted(done)
        ]
        self._go_on(going)
        if done:
            self._leave(done)
        return out

    def _take(self, n: int, choices: Sequence[_Choice], best: _Choice) -> bool:
        """Keep the answers of a slot that end here, or at its limit one that does not; whether it is done."""
        text = self.texts[n]
        text.said += 1
        begun = text.asked.begun
        length = len(begun) + text.said + 1
        at_limit = length >= text.asked.limit
        ended = [choice for choice in choices[: self._beams] if choice.token == self._end]
        for choice in ended or ([best] if at_limit and not text.found else []):
            ids = [*begun, *self._said[n, choice.parent, -text.said :].tolist(), choice.token]
            favour = text.favour(choice.parent, choice.token)
            score = (text.lead + choice.score - favour) / length
            text.found.append(Found(ids, score, choice.token == self._end, favour / length))
        return at_limit or len(text.found) >= self._beams

    def _go_on(self, chosen: Sequence[Sequence[_Choice]]) -> None:
        """Let rows have their parents' past and say what was chosen."""
        import torch

        for text, own in zip(self.texts, chosen, strict=True):
            text.follow([(choice.parent, choice.token) for choice in own])
        score, parents, said = torch.tensor(chosen, dtype=torch.float64).unbind(-1)
        self._past.follow(parents.long())
        own = parents.long()[:, :, None].expand(-1, -1, self._said.shape[2])
        self._said = torch.cat([self._said.gather(1, own), said.long()[:, :, None]], 2)
        self._scores = score.float()

    def _leave(self, done: set[int]) -> None:
        """Let the last slots take the places of those that are done."""
        import torch

        count = len(self.texts) - len(done)
        last = [n for n in range(count, len(self.texts)) if n not in done]
        kept = [last.pop() if n in done else n for n in range(count)]
        self._past.keep(kept)
        self.texts = [self.texts[n] for n in kept]
        longest = max((text.said + 1 for text in self.texts), default=1)
        at = torch.tensor(kept, dtype=torch.long)
        self._said, self._scores = self._said[at, :, -longest:], self._scores[at]
        self._places = self._places[at]
        self._unwanted, self._favoured = self._unwanted_by(self.texts), self._favour(self.texts)


def _given(texts: Sequence[_Text], tokens: Any) -> Any:
    """Nats that every row of texts would get for each of some tokens (rows × tokens)."""
    import torch

    if not any(text.asked.favoured for text in texts):
        return torch.zeros(tokens.shape)
    own = tokens.view(len(texts), -1, tokens.shape[1]).tolist()
    return torch.tensor(
        [
            text.given(row, some)
            for text, rows in zip(texts, own, strict=True)
            for row, some in enumerate(rows)
        ]
    )
