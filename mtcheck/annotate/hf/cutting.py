"""A tokenizer cut to some of its tokens.

A text whose tokens are all kept is cut as before, if the merges that build them are kept with them
(``training.vocabulary``); any other falls into smaller kept pieces, at worst into bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def merge_ranks(tokenizer: dict[str, Any]) -> dict[tuple[str, str], int]:
    """Rank of every merge of a parsed ``tokenizer.json``, 0 for the first applied."""
    return {(left, right): rank for rank, (left, right) in enumerate(tokenizer["model"]["merges"])}


def cut_tokenizer(tokenizer: dict[str, Any], kept: Sequence[int]) -> dict[str, Any]:
    """A parsed ``tokenizer.json`` of the tokens ``kept`` alone, the n-th of which gets the id n.

    Raises:
        ValueError: a token that the tokenizer puts around a text is not among them.
    """
    numbers = {old: new for new, old in enumerate(kept)}
    model = tokenizer["model"]
    vocabulary = {piece: numbers[old] for piece, old in model["vocab"].items() if old in numbers}
    merges = [
        [left, right]
        for left, right in model["merges"]
        if left in vocabulary and right in vocabulary and left + right in vocabulary
    ]
    added = [{**a, "id": numbers[a["id"]]} for a in tokenizer["added_tokens"] if a["id"] in numbers]
    return {
        **tokenizer,
        "added_tokens": sorted(added, key=lambda a: int(a["id"])),
        "post_processor": _renumbered(tokenizer["post_processor"], numbers),
        "model": {**model, "vocab": vocabulary, "merges": merges},
    }


def _renumbered(processor: Any, numbers: dict[int, int]) -> Any:
    if not processor or "special_tokens" not in processor:
        return processor
    special = processor["special_tokens"]
    try:
        renumbered = {
            name: {**entry, "ids": [numbers[i] for i in entry["ids"]]} for name, entry in special.items()
        }
    except KeyError as missing:
        raise ValueError(f"token {missing} stands around every text and must be kept") from missing
    return {**processor, "special_tokens": renumbered}
