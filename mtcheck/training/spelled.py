"""Sources whose names are in the letters of the target, so that a translator learns to copy them.

See ``annotate.hf.spelling``, which asks so.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from mtcheck.annotate.hf.spelling import (
    Langs,
    has_meaning,
    names_of,
    out_of_latin,
    respelled,
    stem_length,
    with_names,
)
from mtcheck.gates import renderings
from mtcheck.training.pairs import Pair


def some_spelled(pairs: Iterable[Pair], share: float, seed: int) -> Iterator[Pair]:
    """The pairs; some of those into another script with the names of the source as the target spells them.

    None into Latin letters, where a name is spelled with the ending of its case: a translator that has
    learnt to copy copies that too (Astanu).
    """
    rng = random.Random(seed)
    for pair in pairs:
        yield spelled(pair) if out_of_latin(*pair.direction) and rng.random() < share else pair


def spelled(pair: Pair) -> Pair:
    """A pair with every name of its source, that the target renders by sound, in the target's letters: as it
    is spelled, which must be the target's form but for the ending, so that the translator learns to decline
    it."""
    langs = Langs(pair.source_lang, pair.target_lang)
    called = names_of(pair.source, pair.target, langs)
    theirs = {n.text for n in called.kept_there}
    written = {name.span: _written(name.text, theirs, pair, langs) for name in called.kept_names}
    return replace(pair, source=with_names(pair.source, {k: v for k, v in written.items() if v is not None}))


def _written(name: str, theirs: Collection[str], pair: Pair, langs: Langs) -> str | None:
    """The name in the target's letters; None for one that is not told, or stands as it is."""
    if name in pair.target or has_meaning(name, langs):
        return None
    alike = {other for other in theirs if renderings.sounds_like(name, other)}
    if len(alike) != 1:
        return None
    (there,) = alike
    written = respelled(name, langs)
    stem = stem_length(written)
    return written if written[:stem].lower() == there[:stem].lower() else None
