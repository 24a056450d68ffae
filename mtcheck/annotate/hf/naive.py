"""The loop that anybody would write first, to measure ours against: one sentence at a time.

Nothing else calls this. It is what the documentation of transformers shows: ``model(**tokens, labels=…)``
for surprisal, ``model.generate`` for a translation, the few-shot prompt read anew for every sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mtcheck import text
from mtcheck.annotate.hf.causal import Prompt
from mtcheck.annotate.hf.loading import LoadedModel


def surprisal(loaded: LoadedModel, sentences: Sequence[str]) -> list[float]:
    """Mean bits a token of each sentence by itself."""
    import torch

    out = []
    with torch.inference_mode():
        for value in sentences:
            tokens = loaded.tokenizer(value, return_tensors="pt")
            loss = loaded.model(**_asked(tokens), labels=tokens["input_ids"]).loss
            out.append(float(loss) / float(torch.log(torch.tensor(2.0))))
    return out


def translate(
    loaded: LoadedModel, sentences: Sequence[str], *, source_lang: str, target_lang: str
) -> list[str]:
    """A greedy translation of each sentence, of at most twice its length."""
    if loaded.is_seq2seq:
        return [_generated(loaded, loaded.tokenizer(value, return_tensors="pt")) for value in sentences]
    import torch

    prompt = Prompt.of(loaded, text.primary(source_lang), text.primary(target_lang))
    out = []
    for value in sentences:
        ids = torch.tensor([prompt.ids + prompt.question(loaded, value)])
        tokens = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        limit = 2 * (ids.shape[1] - len(prompt.ids)) + 16
        out.append(_generated(loaded, tokens, limit=limit, start=ids.shape[1], stop="\n"))
    return out


def _generated(loaded: LoadedModel, tokens: Any, *, limit: int = 0, start: int = 0, stop: str = "") -> str:
    import torch

    options: dict[str, Any] = {"max_new_tokens": limit or 2 * int(tokens["input_ids"].shape[1]) + 16}
    if stop:
        options |= {"stop_strings": [stop], "tokenizer": loaded.tokenizer}
    with torch.inference_mode():
        made = loaded.model.generate(**_asked(tokens), do_sample=False, num_beams=1, **options)
    return str(loaded.tokenizer.decode(made[0, start:], skip_special_tokens=True)).strip()


def _asked(tokens: Any) -> dict[str, Any]:
    return {name: tokens[name] for name in ("input_ids", "attention_mask")}
