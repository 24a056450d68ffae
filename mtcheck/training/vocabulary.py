"""Which tokens of a vocabulary a translator keeps.

A text whose tokens are all kept must be cut as before: the merges that build a kept token are kept as
well, with what they are made of. Byte-pair encoding never undoes a merge, and a merge inside a token
does not depend on what stands around the token, so those merges alone give the same tokens (Sennrich
et al. 2016, https://aclanthology.org/P16-1162/, section 3.2).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import Any

from mtcheck import text
from mtcheck.annotate.hf.cutting import merge_ranks

MIN_SEEN = 3
"""A token seen less often would be learnt badly; its text is cut into smaller ones."""
Merges = Mapping[tuple[str, str], int]


def kept_tokens(
    tokenizer: dict[str, Any], seen: Mapping[int, int], languages: Collection[str], special: Collection[int]
) -> list[int]:
    """Ids to keep, ascending: special and byte tokens, single characters of the languages' scripts,
    tokens seen ``MIN_SEEN`` times, and what they are made of.

    Args:
        tokenizer: a parsed ``tokenizer.json`` of byte-pair encoding with byte fallback.
        seen: how often each id occurs in the training texts.
        languages: BCP 47 codes.
        special: ids of the tokens that begin, end and pad a text.
    """
    vocabulary: dict[str, int] = tokenizer["model"]["vocab"]
    merges = merge_ranks(tokenizer)
    scripts = frozenset().union(*(text.expected_scripts(lang) for lang in languages))
    out = set(special)
    for piece, number in vocabulary.items():
        if _is_byte(piece) or (len(piece) == 1 and _fits(piece, scripts)):
            out.add(number)
        elif seen.get(number, 0) >= MIN_SEEN:
            out.update(vocabulary[part] for part in parts(piece, merges) if part in vocabulary)
    return sorted(out)


def parts(piece: str, merges: Merges) -> Iterable[str]:
    """A token and every token that its merges pass through, down to characters."""
    pieces, out = list(piece), {piece, *piece}
    while len(pieces) > 1:
        best = min(pairwise(pieces), key=lambda pair: merges.get(pair, len(merges)))
        if best not in merges:
            return {piece}  # an added token, or one that is only reached through bytes
        pieces = _merge(pieces, best)
        out.add(best[0] + best[1])
    return out


def _merge(pieces: list[str], pair: tuple[str, str]) -> list[str]:
    out: list[str] = []
    for piece in pieces:
        if out and out[-1] == pair[0] and piece == pair[1]:
            out[-1] = pair[0] + pair[1]
        else:
            out.append(piece)
    return out


def _is_byte(piece: str) -> bool:
    return len(piece) == 6 and piece.startswith("<0x")


def _fits(character: str, scripts: Collection[str]) -> bool:
    return not character.isalpha() or text.script_of(character) in scripts
