"""Which rows of a vocabulary a language needs, and how much a prompt may hold."""

from __future__ import annotations

from typing import Any

from mtcheck import text
from mtcheck.annotate.hf.loading import LoadedModel

PROMPT_SPARE = 32
"""Tokens kept free of the sliding window (or the longest input): prompt, question and answer stay within
it, since a model that no longer sees its examples stops translating."""


def prompt_limit(loaded: LoadedModel) -> int:
    """Most tokens of prompt, question and answer together."""
    config = loaded.model.config
    window = (
        getattr(config, "sliding_window", None) or getattr(config, "max_position_embeddings", None) or 1024
    )
    return int(window) - PROMPT_SPARE


def allowed_rows(loaded: LoadedModel, lang: str) -> Any:
    """Indices of the vocabulary, ascending, that may appear in a language's output; None for all.

    A token may appear if all its letters are of the language's scripts, or it has none, or it is at
    most two Latin letters long (foreign names can still be spelled). Byte pieces are left out.
    """
    import torch

    scripts = text.expected_scripts(lang)
    if not scripts:
        return None
    tokenizer = loaded.tokenizer
    size = min(int(loaded.model.get_output_embeddings().weight.shape[0]), len(tokenizer))
    pieces = [piece or "" for piece in tokenizer.convert_ids_to_tokens(list(range(size)))]
    fitting = {c for c in set().union(*pieces) if not c.isalpha() or text.script_of(c) in scripts}
    unwanted = set(tokenizer.all_special_ids) - {tokenizer.eos_token_id}
    keep = [
        index
        for index, piece in enumerate(pieces)
        if index == tokenizer.eos_token_id or (index not in unwanted and _may_appear(piece, fitting))
    ]
    return torch.tensor(keep) if len(keep) >= 256 else None


def _may_appear(piece: str, fitting: set[str]) -> bool:
    if len(piece) > 2 and piece[0] == "<" and piece[-1] == ">":
        return False
    return fitting.issuperset(piece) or (piece.isascii() and sum(c.isalpha() for c in piece) <= 2)
