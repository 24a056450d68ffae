"""How a causal model takes a target that it reads after its source.

The prompt is the question that the few-shot translator puts, without examples: the name of the source
language with the source, the name of the target language, and then the target itself, each token of
which is weighed against the token that the model would have written there. Only the tokens of the
target pass the softmax, and of the vocabulary the most frequent rows in the target's scripts alone
(a token outside them is added for itself), which is most of the time saved.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from mtcheck import text
from mtcheck.annotate.base import Progress, WeighedToken
from mtcheck.annotate.hf.batches import runs
from mtcheck.annotate.hf.loading import LoadedModel
from mtcheck.annotate.hf.rows import allowed_rows, prompt_limit

ROWS = 50_000
"""Rows of the vocabulary that take part, those with the lowest ids: of a vocabulary made by merging
pairs these are the most frequent."""
BATCH_TOKENS = 2048


class SourceReader:
    """Weighs targets after their sources.

    Args:
        loaded: a causal model.
    """

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded
        self._heads: dict[str, tuple[Any, Any]] = {}

    def given(
        self,
        pairs: Sequence[tuple[str, str]],
        *,
        source_lang: str,
        target_lang: str,
        progress: Progress,
    ) -> list[tuple[WeighedToken, ...]]:
        """See ``SourceLanguageModel``."""
        asked = [self._ask(source, target, source_lang, target_lang) for source, target in pairs]
        out: list[tuple[WeighedToken, ...]] = [()] * len(pairs)
        fitting = [i for i, (prompt, ids, _) in enumerate(asked) if ids and self._fits(prompt, ids)]
        progress(len(pairs) - len(fitting))

        def length(i: int) -> int:
            return len(asked[i][0]) + len(asked[i][1])

        fitting.sort(key=length)
        for batch in runs(fitting, length, most=BATCH_TOKENS):
            rows = [asked[i] for i in batch]
            for i, weights in zip(batch, self._weigh(rows, target_lang), strict=True):
                spans = asked[i][2]
                out[i] = tuple(WeighedToken(a, b, *w) for (a, b), w in zip(spans, weights, strict=True))
            progress(len(batch))
        return out

    def _ask(self, source: str, target: str, source_lang: str, target_lang: str) -> _Asked:
        """Tokens of the prompt and of the target, and where in the target the latter lie."""
        left, right = (text.language_name(text.primary(lang)) for lang in (source_lang, target_lang))
        tokenizer = self._loaded.tokenizer
        start = [tokenizer.bos_token_id] if tokenizer.bos_token_id is not None else []
        question = f"{left}: {' '.join(source.split())}\n{right}:"
        prompt = start + list(tokenizer(question, add_special_tokens=False)["input_ids"])
        line = " " + "".join(" " if c.isspace() else c for c in target)
        if line.isspace():
            return prompt, [], []
        encoded = tokenizer(line, add_special_tokens=False, return_offsets_mapping=True)
        spans = [(max(0, int(a) - 1), max(0, int(b) - 1)) for a, b in encoded["offset_mapping"]]
        return prompt, list(encoded["input_ids"]), spans

    def _fits(self, prompt: list[int], ids: list[int]) -> bool:
        return len(prompt) + len(ids) <= prompt_limit(self._loaded)

    def _weigh(self, rows: list[_Asked], lang: str) -> list[list[tuple[float, float]]]:
        """Bits of surprisal, and bits by which the likeliest token beats it, of each target token."""
        import torch

        width = max(len(prompt) + len(ids) for prompt, ids, _ in rows)
        tokens = torch.zeros((len(rows), width), dtype=torch.long)
        mask = torch.zeros((len(rows), width), dtype=torch.long)
        for n, (prompt, ids, _) in enumerate(rows):
            tokens[n, : len(prompt) + len(ids)] = torch.tensor(prompt + ids)
            mask[n, : len(prompt) + len(ids)] = 1
        with torch.inference_mode():
            hidden = self._loaded.model.base_model(
                input_ids=tokens, attention_mask=mask, use_cache=False
            ).last_hidden_state
            return [
                self._weights(
                    hidden[n, len(prompt) - 1 : len(prompt) + len(ids) - 1], torch.tensor(ids), lang
                )
                for n, (prompt, ids, _) in enumerate(rows)
            ]

    def _weights(self, hidden: Any, ids: Any, lang: str) -> list[tuple[float, float]]:
        import torch

        kept, head = self._head(lang)
        logits = hidden @ head.T
        own = (hidden * self._loaded.model.get_output_embeddings().weight[ids]).sum(-1)
        total = torch.logsumexp(logits, -1)
        if kept is not None:
            total = torch.where(torch.isin(ids, kept), total, torch.logaddexp(total, own))
        best = torch.maximum(logits.max(-1).values, own)
        bits = torch.stack([total - own, best - own], -1).clamp(min=0) / math.log(2)
        return [(float(a), float(b)) for a, b in bits.tolist()]

    def _head(self, lang: str) -> tuple[Any, Any]:
        primary = text.primary(lang)
        if primary not in self._heads:
            rows = allowed_rows(self._loaded, primary)
            weight = self._loaded.model.get_output_embeddings().weight
            kept = None if rows is None else rows[:ROWS]
            self._heads[primary] = (kept, weight if kept is None else weight[kept])
        return self._heads[primary]


_Asked = tuple[list[int], list[int], list[tuple[int, int]]]
"""Tokens of the prompt, tokens of the target, and the code points of the target that each of these is."""
