"""A causal model as a language model, and as a translator by few-shot prompt.

Surprisal is computed over the running text in overlapping windows, so that a token is judged with
the document before it, and one forward pass serves every sentence. Factors are halved (``halved``). The
softmax is taken a slice at a time: over 262,144 words it would need a gigabyte for a page.

Translation shows the model a few pairs (``mtcheck/data/fewshot.toml``) and lets it continue. The
pairs are read once, their key-value cache shared by the batch. Only rows of the vocabulary in a
script of the target language (and digits, punctuation, short Latin pieces for foreign names) take
part in the choice of the next token: that is most of the speed, and it is why such a model cannot
drift into another script halfway. Greedy: beam search gained nothing here at 7 times the cost.

Rejected: CTranslate2, whose prompts beyond the sliding window come out as nonsense; int8 products,
whose scales depend on the batch, so that a score would depend on its neighbours.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from mtcheck import resources, text
from mtcheck.annotate import guards
from mtcheck.annotate.base import Progress, RatedToken, ScoredToken, silent
from mtcheck.annotate.hf import classifier as classifiers
from mtcheck.annotate.hf import rater as raters
from mtcheck.annotate.hf.halved import even, halved_factors, padded
from mtcheck.annotate.hf.loading import LoadedModel, keep_attention_cache_name
from mtcheck.annotate.hf.rows import allowed_rows, prompt_limit
from mtcheck.core import ModelError, Translation

WINDOW = 384
"""Tokens that one forward pass of the language model sees, the last one of a text up to ``CONTEXT`` more."""
CONTEXT = 128
"""Of those, tokens that were scored by the window before and only give context."""
BATCH_TOKENS = 2048
SOFTMAX_ROWS = VOCABULARY_ROWS = 1024
"""Tokens and words of the vocabulary that one table of scores has."""
BATCH_TEXTS = 32
COMPACT = 0.75
"""The batch is packed anew once at most this share of it still grows."""


class CausalLanguageModel:
    """Surprisal by a Hugging Face causal model."""

    def __init__(self, loaded: LoadedModel) -> None:
        self.loaded = loaded
        self.signature = loaded.checkpoint.signature

    def surprisal(
        self, texts: Sequence[str], *, progress: Progress = silent
    ) -> list[tuple[ScoredToken, ...]]:
        """See ``LanguageModel``."""
        encoded = [self._encode(value) for value in texts]
        ids = [own for own, _ in encoded]
        windows = [_Window(i, *ends) for i, own in enumerate(ids) for ends in _windows(len(own))]
        bits = [[0.0] * len(own) for own in ids]
        left = Counter(w.text for w in windows)
        progress(len(texts) - len(left))
        for some in _gathered(self._states(ids, windows)):
            told = iter(self._bits([states for _, states in some], [w.fresh_of(ids) for w, _ in some]))
            for window, states in some:
                bits[window.text][window.fresh : window.stop] = islice(told, len(states))
                left[window.text] -= 1
                progress(left[window.text] == 0)
        return [
            _merge(value, offsets, b) for value, (_, offsets), b in zip(texts, encoded, bits, strict=True)
        ]

    @property
    def classifier(self) -> str:
        """See ``TextClassifier``."""
        return classifiers.signature_for(self.signature)

    def classify(self, texts: Sequence[str], *, progress: Progress = silent) -> list[float]:
        """See ``TextClassifier``."""
        found = classifiers.for_model(self.signature)
        if found is None:
            raise ValueError(f"no classifier was made for {self.signature}")
        return classifiers.log_odds(self.loaded, found, texts, progress)

    @property
    def rater(self) -> str:
        """See ``TranslationRater``."""
        return raters.signature_for(self.signature)

    def rate(
        self,
        pairs: Sequence[tuple[str, str]],
        *,
        source_lang: str,
        target_lang: str,
        progress: Progress = silent,
    ) -> list[tuple[RatedToken, ...]]:
        """See ``TranslationRater``."""
        found = raters.for_model(self.signature)
        if found is None:
            raise ValueError(f"no rater was made for {self.signature}")
        return raters.rate(self.loaded, found, pairs, (source_lang, target_lang), progress)

    def _encode(self, value: str) -> tuple[list[int], list[tuple[int, int]]]:
        out = self.loaded.tokenizer(value, add_special_tokens=False, return_offsets_mapping=True)
        return list(out["input_ids"]), [(int(a), int(b)) for a, b in out["offset_mapping"]]

    def _states(self, ids: Sequence[list[int]], windows: Iterable[_Window]) -> Iterator[tuple[_Window, Any]]:
        """Each window with the states (tokens × width) that its fresh tokens are told from; a window starts
        after the beginning-of-text token."""
        import torch

        for width, batch in even(windows, lambda w: 1 + w.stop - w.start, most=BATCH_TOKENS):
            rows = [[self._start_token, *ids[w.text][w.start : w.stop]] for w in batch]
            tokens, mask = padded(rows, width, self._start_token)
            with torch.inference_mode(), halved_factors():
                hidden = self.loaded.model.base_model(
                    input_ids=tokens, attention_mask=mask, use_cache=False
                ).last_hidden_state
            for n, window in enumerate(batch):
                yield window, hidden[n, window.fresh - window.start : window.stop - window.start]

    def _bits(self, states: Sequence[Any], targets: Sequence[list[int]]) -> list[float]:
        """Surprisal in bits of one token after the other."""
        import torch

        head = self.loaded.model.get_output_embeddings()
        with torch.inference_mode(), halved_factors():
            hidden, wanted = torch.cat(list(states)), torch.tensor([t for own in targets for t in own])
            nats = [
                _surprisal(hidden[at : at + SOFTMAX_ROWS], wanted[at : at + SOFTMAX_ROWS], head)
                for at in range(0, len(wanted), SOFTMAX_ROWS)
            ]
            bits: list[float] = (torch.cat(nats) / math.log(2)).clamp(min=0).tolist()
            return bits

    @cached_property
    def _start_token(self) -> int:
        tokenizer = self.loaded.tokenizer
        for name in ("bos_token_id", "eos_token_id", "pad_token_id"):
            if (value := getattr(tokenizer, name, None)) is not None:
                return int(value)
        return 0


def _surprisal(hidden: Any, targets: Any, head: Any) -> Any:
    """Nats of every token, the vocabulary taken in parts, whose scores stay in the processor's cache."""
    import torch

    total, own = None, torch.empty(len(targets), dtype=hidden.dtype)
    for at in range(0, len(head.weight), VOCABULARY_ROWS):
        part = slice(at, at + VOCABULARY_ROWS)
        logits = torch.nn.functional.linear(
            hidden, head.weight[part], None if head.bias is None else head.bias[part]
        )
        summed = torch.logsumexp(logits, -1)
        total = summed if total is None else torch.logaddexp(total, summed)
        here = (targets >= at) & (targets < at + VOCABULARY_ROWS)
        own[here] = logits[here, targets[here] - at]
    return total - own


@dataclass(frozen=True, slots=True)
class _Window:
    """Tokens that one pass sees.

    Attributes:
        text: the number of the text that they are of.
        start, stop: the first, and the one after the last.
    """

    text: int
    start: int
    stop: int

    @property
    def fresh(self) -> int:
        """The first that is scored; those before it are known and give context."""
        return self.start + CONTEXT if self.start else 0

    def fresh_of(self, ids: Sequence[list[int]]) -> list[int]:
        """Its tokens that are scored."""
        return ids[self.text][self.fresh : self.stop]


def _gathered(windows: Iterable[tuple[_Window, Any]]) -> Iterator[list[tuple[_Window, Any]]]:
    """Windows with their states, in lists of enough tokens for a table of scores."""
    out: list[tuple[_Window, Any]] = []
    tokens = 0
    for one in windows:
        out.append(one)
        tokens += len(one[1])
        if tokens >= SOFTMAX_ROWS:
            yield out
            out, tokens = [], 0
    if out:
        yield out


def _windows(length: int) -> Iterator[tuple[int, int]]:
    """Windows over ``length`` tokens that overlap by ``CONTEXT``; the last one takes what would be less than
    that for another."""
    start = 0
    while start < length:
        stop = start + WINDOW if length >= start + WINDOW + CONTEXT else length
        yield start, stop
        if stop == length:
            return
        start = stop - CONTEXT


def _merge(value: str, offsets: list[tuple[int, int]], bits: list[float]) -> tuple[ScoredToken, ...]:
    """Tokens without surrounding space; pieces of one character as one token; the surprisal of a piece
    that is only space goes to the token after it, whose word it begins."""
    out: list[ScoredToken] = []
    space = 0.0
    for (start, end), own in zip(offsets, bits, strict=True):
        surprisal = own + space
        while start < end and value[start].isspace():
            start += 1
        while end > start and value[end - 1].isspace():
            end -= 1
        if start == end:
            space = surprisal
            continue
        space = 0.0
        if out and start < out[-1].end:
            last = out.pop()
            start, end, surprisal = last.start, max(end, last.end), surprisal + last.surprisal
        out.append(ScoredToken(start, end, surprisal))
    return tuple(out)


class FewShotTranslator:
    """Translation by prompting a causal model.

    Args:
        loaded: the model.
        weak: True for a model whose output is poor evidence; the report then says so.
    """

    def __init__(self, loaded: LoadedModel, *, weak: bool = True) -> None:
        self.loaded = loaded
        self.weak = weak
        self.signature = loaded.checkpoint.signature
        self._rows: dict[str, Any] = {}

    def supports(self, source_lang: str, target_lang: str) -> bool:
        """Pairs of two languages that the few-shot table has sentences in."""
        table = resources.data("fewshot")["sentences"]
        a, b = text.primary(source_lang), text.primary(target_lang)
        return a != b and a in table and b in table

    def translate(
        self, texts: Sequence[str], *, source_lang: str, target_lang: str, progress: Progress = silent
    ) -> list[Translation]:
        """See ``Translator``; a text whose prompt would be too long is ``too-long``."""
        if not self.supports(source_lang, target_lang):
            raise ModelError(
                f"{self.signature} has no examples to translate {source_lang} into {target_lang}"
            )
        prompt, rows = Prompt.of(self.loaded, source_lang, target_lang), self._allowed(target_lang)
        asked = [prompt.question(self.loaded, value) for value in texts]
        out: list[Translation | None] = [None] * len(texts)
        most = prompt_limit(self.loaded)
        for i, ids in enumerate(asked):
            if len(prompt.ids) + len(ids) + _output_limit(ids) > most:
                out[i] = Translation("", "too-long", self.signature)
                progress(1)
        order = sorted((i for i, known in enumerate(out) if known is None), key=lambda i: len(asked[i]))
        for at in range(0, len(order), BATCH_TEXTS):
            batch = order[at : at + BATCH_TEXTS]
            decoder = _GreedyDecoder(self.loaded, rows, stop=prompt.stop)
            for i, (answer, finished) in zip(
                batch, decoder.run(prompt.ids, [asked[i] for i in batch]), strict=True
            ):
                verdict = guards.judge(
                    texts[i], answer, source_lang=source_lang, target_lang=target_lang, finished=finished
                )
                out[i] = Translation(answer, verdict, self.signature)
                progress(1)
        return [t for t in out if t is not None]

    def _allowed(self, target_lang: str) -> Any:
        lang = text.primary(target_lang)
        if lang not in self._rows:
            self._rows[lang] = allowed_rows(self.loaded, lang)
        return self._rows[lang]


class Prompt:
    """The pairs that a model is shown, as tokens, and how a question follows them."""

    def __init__(self, ids: list[int], template: str, stop: frozenset[int]) -> None:
        self.ids, self.template, self.stop = ids, template, stop

    @classmethod
    def of(cls, loaded: LoadedModel, source_lang: str, target_lang: str) -> Prompt:
        """The prompt for one direction; the pairs are the ``i``-th sentences of both languages."""
        table = resources.data("fewshot")["sentences"]
        a, b = text.primary(source_lang), text.primary(target_lang)
        left, right = text.language_name(a), text.language_name(b)
        shots = "".join(f"{left}: {x}\n{right}: {y}\n\n" for x, y in zip(table[a], table[b], strict=True))
        tokenizer = loaded.tokenizer
        start = [tokenizer.bos_token_id] if tokenizer.bos_token_id is not None else []
        ids = start + tokenizer(shots, add_special_tokens=False)["input_ids"]
        stop = frozenset(int(i) for i in (tokenizer.eos_token_id,) if i is not None)
        return cls(ids, f"{left}: {{}}\n{right}:", stop)

    def question(self, loaded: LoadedModel, value: str) -> list[int]:
        """Tokens of one sentence put as the next pair's first half."""
        line = self.template.format(" ".join(value.split()))
        return list(loaded.tokenizer(line, add_special_tokens=False)["input_ids"])


def _output_limit(question: list[int]) -> int:
    """Most tokens that an answer may take: languages differ in length, by a factor of 2 at most."""
    return 2 * len(question) + 16


class _GreedyDecoder:
    """Greedy continuation of a batch of questions after one shared prompt."""

    def __init__(self, loaded: LoadedModel, rows: Any, *, stop: frozenset[int]) -> None:
        self.loaded, self._rows, self._stop = loaded, rows, stop
        head = loaded.model.get_output_embeddings()
        self._head = head.weight if rows is None else head.weight[rows]
        self._cache_name = keep_attention_cache_name(loaded.model)

    def run(self, prompt: list[int], questions: list[list[int]]) -> list[tuple[str, bool]]:
        """Answer and whether it ended by itself, one a question."""
        import torch

        with torch.inference_mode():
            return self._run(prompt, questions)

    def _run(self, prompt: list[int], questions: list[list[int]]) -> list[tuple[str, bool]]:
        import torch
        from transformers import DynamicCache

        count, width = len(questions), max(len(q) for q in questions)
        cache = DynamicCache(config=self.loaded.model.config)
        self._hidden(cache, input_ids=torch.tensor([prompt]))
        cache.batch_repeat_interleave(count)
        mask = torch.ones((count, len(prompt) + width), dtype=torch.long)
        ids = torch.zeros((count, width), dtype=torch.long)
        for n, question in enumerate(questions):
            mask[n, len(prompt) : len(prompt) + width - len(question)] = 0
            ids[n, width - len(question) :] = torch.tensor(question)
        positions = (mask.cumsum(1) - 1).clamp(min=0)
        hidden = self._hidden(
            cache, input_ids=ids, attention_mask=mask, position_ids=positions[:, len(prompt) :]
        )
        answers = [_Answer(self.loaded.tokenizer, _output_limit(q), self._stop) for q in questions]
        growing, position = answers, positions[:, -1:]
        while True:
            chosen = (self._head @ hidden.T).argmax(0)
            chosen = chosen if self._rows is None else self._rows[chosen]
            for answer, token in zip(growing, chosen.tolist(), strict=True):
                answer.take(token)
            left = [n for n, answer in enumerate(growing) if not answer.done]
            if not left:
                return [(answer.text, answer.finished) for answer in answers]
            if len(left) <= COMPACT * len(growing):
                rows = torch.tensor(left)
                cache.batch_select_indices(rows)
                growing, mask, position, chosen = (
                    [growing[n] for n in left],
                    mask[rows],
                    position[rows],
                    chosen[rows],
                )
            mask = torch.cat([mask, torch.ones((len(growing), 1), dtype=torch.long)], 1)
            position = position + 1
            hidden = self._hidden(
                cache, input_ids=chosen[:, None], attention_mask=mask, position_ids=position
            )

    def _hidden(self, cache: Any, **inputs: Any) -> Any:
        """The last position's hidden state, with the cache grown by the inputs."""
        inputs[self._cache_name] = cache
        return self.loaded.model.base_model(use_cache=True, **inputs).last_hidden_state[:, -1]


class _Answer:
    """One answer as it grows, until a new line, an end token, its limit or a loop."""

    def __init__(self, tokenizer: Any, limit: int, stop: frozenset[int]) -> None:
        self._tokenizer, self._limit, self._stop = tokenizer, limit, stop
        self._ids: list[int] = []
        self.done = self.finished = False

    def take(self, token: int) -> None:
        """Add a token unless the answer has ended."""
        if self.done:
            return
        if token in self._stop or "\n" in self._tokenizer.decode([token]):
            self.done = self.finished = True
            return
        self._ids.append(token)
        if len(self._ids) >= self._limit or self._loops():
            self.done = True

    def _loops(self) -> bool:
        """The last twelve tokens are one piece of up to four tokens over and over, or the last eight
        stood there before: no sentence of the news says the same eight tokens twice."""
        tail, last = self._ids[-12:], self._ids[-8:]
        if len(tail) == 12 and any(tail == tail[:n] * (12 // n) for n in (1, 2, 3, 4)):
            return True
        return any(self._ids[i : i + 8] == last for i in range(len(self._ids) - 8))

    @property
    def text(self) -> str:
        """The answer without surrounding space."""
        return str(self._tokenizer.decode(self._ids, skip_special_tokens=True)).strip()
