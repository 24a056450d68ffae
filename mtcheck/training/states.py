"""Hidden states of labelled texts, asked for once and kept.

An hour of passes must survive a break, and a new set must not cost the old ones again: every text
has a file of its own, named by what was asked, written whole or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mtcheck.annotate.base import HiddenStates

BATCH = 16


def collect(
    texts: Sequence[str],
    model: HiddenStates,
    *,
    layers: Sequence[int],
    tokens: int,
    cache: Path,
    progress: Callable[[int], None],
) -> Any:
    """Averaged hidden states.

    Args:
        texts: folded texts.
        layers, tokens: as ``HiddenStates.states`` takes them.
        cache: folder for what was computed.

    Returns:
        an array of float32, a row a text.
    """
    import numpy as np

    paths = [cache / _name(model.signature, layers, tokens, value) for value in texts]
    missing = [n for n, path in enumerate(paths) if not path.exists()]
    progress(len(texts) - len(missing))
    for at in range(0, len(missing), BATCH):
        batch = missing[at : at + BATCH]
        rows = model.states([texts[n] for n in batch], layers=layers, tokens=tokens)
        for n, row in zip(batch, rows, strict=True):
            paths[n].parent.mkdir(parents=True, exist_ok=True)
            partial = paths[n].with_suffix(".partial.npy")
            np.save(partial, np.asarray(row, dtype=np.float32))
            partial.replace(paths[n])
        progress(len(batch))
    return np.stack([np.load(path, allow_pickle=False) for path in paths])


def _name(signature: str, layers: Sequence[int], tokens: int, value: str) -> str:
    key = "\0".join([signature, ",".join(map(str, layers)), str(tokens), value])
    name = hashlib.sha256(key.encode()).hexdigest()
    return f"{name[:2]}/{name[2:32]}.npy"
