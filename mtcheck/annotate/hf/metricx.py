"""MetricX-24: an mT5 model that was trained on raters' penalties, used without a reference.

The published class (``MT5ForRegression`` of google-research/metricx, Apache-2.0; Juraska et al. 2024) is
mT5 with one dummy step of the decoder, of whose logits the one at ``<extra_id_10>`` is the penalty, clipped
to 0 to 25. Its weights have mT5's own names, so mT5 is what is loaded. The input is ``source: … candidate:
…`` without the token that ends it, at most 1,536 tokens long.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from mtcheck.annotate.base import Progress, silent
from mtcheck.annotate.hf.batches import runs
from mtcheck.annotate.hf.halved import padded
from mtcheck.annotate.hf.loading import Checkpoint, LoadedModel, find_weights
from mtcheck.core import NO_TRANSLATION, ModelError

PENALTY_ROW = 250_089
"""The row of the vocabulary that is the penalty, ``<extra_id_10>`` of mT5."""
MOST_TOKENS = 1536
BATCH_TOKENS = 2048
TOKENIZER_FILES = ("spiece.model", "tokenizer.json")


class MetricX:
    """Penalties by a MetricX-24 model; see ``QualityEstimator``.

    Args:
        loaded: mT5 with its tokenizer.

    Raises:
        ModelError: the model has no row for the penalty.
    """

    def __init__(self, loaded: LoadedModel) -> None:
        self.loaded = loaded
        self.signature = loaded.checkpoint.signature
        if loaded.model.get_output_embeddings().weight.shape[0] <= PENALTY_ROW:
            raise ModelError(f"{loaded.checkpoint.name}: not a MetricX model: its vocabulary is too small")

    def penalties(self, pairs: Sequence[tuple[str, str]], *, progress: Progress = silent) -> list[float]:
        """See ``QualityEstimator``."""
        encoded = [self._encode(source, target) for source, target in pairs]
        order = sorted(range(len(pairs)), key=lambda i: len(encoded[i]))
        out = [0.0] * len(pairs)
        for batch in runs(order, lambda i: len(encoded[i]), most=BATCH_TOKENS):
            for i, value in zip(batch, self._estimate([encoded[i] for i in batch]), strict=True):
                out[i] = value
            progress(len(batch))
        return out

    def _encode(self, source: str, target: str) -> list[int]:
        line = f"source: {source} candidate: {target}"
        ids = self.loaded.tokenizer(line, max_length=MOST_TOKENS, truncation=True)["input_ids"]
        return list(ids[:-1])

    def _estimate(self, rows: list[list[int]]) -> list[float]:
        import torch

        ids, mask = padded(rows, max(map(len, rows)))
        start = torch.zeros((len(rows), 1), dtype=torch.long)
        with torch.inference_mode():
            logits = self.loaded.model(
                input_ids=ids, attention_mask=mask, decoder_input_ids=start, use_cache=False
            ).logits
        return [float(x) for x in logits[:, 0, PENALTY_ROW].clamp(0.0, NO_TRANSLATION).tolist()]


def require_tokenizer(checkpoint: Checkpoint) -> None:
    """Refuse a folder without a tokenizer, as MetricX's own repositories are.

    Raises:
        ModelError: says which tokenizer to put there.
    """
    if not any((checkpoint.path / name).is_file() for name in TOKENIZER_FILES):
        raise ModelError(
            f"{checkpoint.path}: no tokenizer here; MetricX uses mT5's: save that of google/mt5-xl "
            "(spiece.model and tokenizer_config.json) into this folder"
        )


def require_head(checkpoint: Checkpoint) -> None:
    """Refuse weights without a head of their own: transformers would put the embeddings in its place,
    whose numbers mean nothing. Not told of a ``.bin``, which would have to be read for it.

    Raises:
        ModelError: there is none.
    """
    weights = find_weights(checkpoint.path)
    names: set[str] | None = None
    if weights.name.endswith(".index.json"):
        names = set(json.loads(weights.read_text(encoding="utf-8"))["weight_map"])
    elif weights.suffix == ".safetensors":
        from safetensors import safe_open

        with safe_open(weights, framework="pt") as file:
            names = set(file.keys())
    if names is not None and "lm_head.weight" not in names:
        raise ModelError(f"{checkpoint.path}: no lm_head.weight here, so this is no MetricX model")
