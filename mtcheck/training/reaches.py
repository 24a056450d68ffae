"""How far the inputs of a translator's products reach, measured on pairs that it learnt from.

Products of whole numbers need it (``annotate.hf.products``). It belongs to the changed model, and so to the
adapter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from mtcheck.annotate.hf import adapted
from mtcheck.annotate.hf import adapter as adapters
from mtcheck.annotate.hf.adapter import Adapter
from mtcheck.annotate.hf.beam import states_of
from mtcheck.annotate.hf.gemma import Gemma
from mtcheck.training.examples import Example
from mtcheck.training.held_out import describe


def add(out: Path, base: Path, examples: Iterable[Example]) -> None:
    """Measure reaches while an adapter's model reads examples, and write them among its tensors.

    Args:
        out: folder of the adapter.
        base: folder of the embedded model, converted.
    """
    adapter = Adapter(out)
    texts = [[*one.question, *one.answer] for one in examples]
    with TemporaryDirectory() as scratch, torch.inference_mode():
        adapted.merge(base, adapter, Path(scratch) / "merged")
        found = measured(Gemma(Path(scratch) / "merged"), texts)
    others = {k: held for k, held in adapter.tensors.items() if not k.startswith(adapters.REACH)}
    own = {f"{adapters.REACH}{name}": reach for name, reach in found.items()}
    describe(out, {"sha256": adapters.write_tensors(out / adapters.TENSORS, {**others, **own})})


def measured(model: Gemma, texts: Iterable[Sequence[int]]) -> dict[str, torch.Tensor]:
    """How far inputs reach while a model reads texts: at all tokens but their firsts, which are alike and
    reach several times as far as any other.

    Args:
        model: in 32 bits, without reaches.
        texts: tokens.
    """
    found: dict[str, torch.Tensor] = {}
    for text in texts:
        read = partial(states_of, model, [text], lambda *_: None)
        for name, reach in model.reaches(read, slice(1, len(text))).items():
            found[name] = torch.maximum(reach, found.get(name, reach))
    return found
