"""A classifier of machine translation that reads the hidden states of the embedded model.

Low-rank changes of the model's projections (``changes``) make its states tell what engines do; a linear
head reads them, averaged over the tokens of a window, after some layers. ``models/detection/classifier``
holds it; ``training.classifier`` makes it.

Each text goes alone, so that what is said of it cannot depend on its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from mtcheck import resources
from mtcheck.annotate.base import Progress
from mtcheck.annotate.hf.changes import Head, Learnt, changed
from mtcheck.annotate.hf.halved import halved_factors
from mtcheck.annotate.hf.loading import LoadedModel

FOLDER = "detection/classifier"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text is read.

    Attributes:
        layers: after which layers, from 1, ascending.
        window: tokens that are read at once, with the one that begins a text.
        windows: at most so many of a text, evenly spread over it.
    """

    layers: tuple[int, ...]
    window: int
    windows: int

    @classmethod
    def of(cls, row: Any) -> Reading:
        """As a classifier's description states it."""
        return cls(tuple(map(int, row["layers"])), int(row["window"]), int(row["windows"]))

    def cut(self, ids: Sequence[int], start: int) -> list[list[int]]:
        """The windows of a text's tokens, each after the token ``start``.

        Windows overlap or leave gaps where their number times their length is not that of the text; all
        are of one length.
        """
        size = self.window - 1
        count = min(self.windows, max(1, round(len(ids) / size)))
        last = max(0, len(ids) - size)
        starts = [round(n * last / (count - 1)) for n in range(count)] if count > 1 else [0]
        return [[start, *ids[at : at + size]] for at in starts]


class Classifier(Learnt):
    """A classifier on disk.

    Attributes:
        reading: how it reads a text.
    """

    name = "classifier"

    def _take(self, row: Any) -> None:
        super()._take(row)
        self.reading = Reading.of(row)


@cache
def shipped() -> Classifier | None:
    """The classifier that comes with mtcheck, None if this copy has none."""
    try:
        return Classifier(resources.model_file(FOLDER))
    except FileNotFoundError:
        return None


def for_model(signature: str) -> Classifier | None:
    """The shipped classifier if it was made for a model."""
    found = shipped()
    return found if found is not None and found.model == signature else None


def signature_for(model: str) -> str:
    """Signature of the classifier that was made for a model, empty if there is none."""
    found = for_model(model)
    return found.signature if found is not None else ""


def log_odds(
    loaded: LoadedModel, classifier: Classifier, texts: Sequence[str], progress: Progress
) -> list[float]:
    """Log-odds, in nats, that each text was machine-translated, before any calibration.

    Raises:
        ValueError: a text without tokens.
    """
    import torch

    reading = classifier.reading
    head = Head.of(classifier.tensors, reading.layers)
    out = []
    body = loaded.model.base_model
    with (
        torch.inference_mode(),
        halved_factors(),
        changed(body, classifier.tensors, reading.layers) as reader,
    ):
        for value in texts:
            ids = loaded.tokenizer(value, add_special_tokens=False)["input_ids"]
            if not ids:
                raise ValueError("a text without tokens cannot be classified")
            rows = torch.tensor(reading.cut(ids, loaded.tokenizer.bos_token_id or 0))
            averaged = [states[:, 1:].float().mean(1) for states in reader.states(input_ids=rows)]
            out.append(float(head.read(averaged).mean()))
            progress(1)
    return out
