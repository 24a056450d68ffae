"""Hugging Face models: the only place where torch and transformers are imported.

``open_translator`` and ``open_language_model`` are the two doors; they look at the model's own
configuration, not at its name, to tell how it wants to be spoken to.
"""

from mtcheck.annotate.hf.loading import Checkpoint, LoadedModel, load, require
from mtcheck.annotate.hf.opening import (
    is_estimator,
    open_language_model,
    open_quality_estimator,
    open_translator,
    require_causal,
    require_estimator,
)

__all__ = [
    "Checkpoint",
    "LoadedModel",
    "is_estimator",
    "load",
    "open_language_model",
    "open_quality_estimator",
    "open_translator",
    "require",
    "require_causal",
    "require_estimator",
]
