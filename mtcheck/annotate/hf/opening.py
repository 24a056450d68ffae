"""Open a checkpoint as a translator or as a language model."""

from __future__ import annotations

from mtcheck.annotate.base import QualityEstimator, Translator
from mtcheck.annotate.hf.causal import CausalLanguageModel, FewShotTranslator
from mtcheck.annotate.hf.loading import Checkpoint, LoadedModel, read_config
from mtcheck.annotate.hf.metricx import MetricX, require_head, require_tokenizer
from mtcheck.annotate.hf.seq2seq import Seq2SeqTranslator
from mtcheck.core import ModelError


def open_translator(
    loaded: LoadedModel, *, pair: tuple[str, str] | None = None, weak: bool | None = None
) -> Translator:
    """A translator over a loaded model: encoder-decoder by its language codes, causal by prompt.

    Args:
        pair: the only pair of a bilingual model, when known.
        weak: overrides the default (causal models are weak, encoder-decoders are not).
    """
    if loaded.is_seq2seq:
        return Seq2SeqTranslator(loaded, pair=pair)
    return FewShotTranslator(loaded, weak=True if weak is None else weak)


def open_language_model(loaded: LoadedModel) -> CausalLanguageModel:
    """A language model over a loaded causal model.

    Raises:
        ModelError: an encoder-decoder has no surprisal of running text.
    """
    if loaded.is_seq2seq:
        raise _not_causal(loaded.checkpoint)
    return CausalLanguageModel(loaded)


def require_causal(checkpoint: Checkpoint) -> None:
    """What ``open_language_model`` refuses, told by the configuration alone.

    Raises:
        ModelError: it is an encoder-decoder, or has no configuration.
    """
    if checkpoint.is_seq2seq:
        raise _not_causal(checkpoint)


def open_quality_estimator(loaded: LoadedModel) -> QualityEstimator:
    """A quality estimator over a loaded MetricX model.

    Raises:
        ModelError: it is none.
    """
    return MetricX(loaded)


def require_estimator(checkpoint: Checkpoint) -> None:
    """What ``open_quality_estimator`` refuses, told by the folder alone.

    Raises:
        ModelError: it is no mT5, or has no tokenizer, head or configuration.
    """
    found = str(read_config(checkpoint.path).get("model_type", ""))
    if found != "mt5":
        raise ModelError(f"{checkpoint.name}: a MetricX model is of type mt5, this is {found or 'unknown'}")
    require_tokenizer(checkpoint)
    require_head(checkpoint)


def is_estimator(checkpoint: Checkpoint) -> bool:
    """Whether ``open_quality_estimator`` would take it."""
    try:
        require_estimator(checkpoint)
    except ModelError:
        return False
    return True


def _not_causal(checkpoint: Checkpoint) -> ModelError:
    return ModelError(f"{checkpoint.name}: fluency needs a causal model, this is an encoder and decoder")
