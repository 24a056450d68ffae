"""Models that remember: the seams of ``base`` around a real model, with ``answers`` between.

A question that was asked before is answered from disk, with the very numbers of the first time. The
model itself is opened at the first question that was not; a run on unchanged text opens none. The key
of an answer holds all that shapes it: the model's name, revision and files, the releases of torch and
transformers, the code and tables that put the question (by content, so that nobody has to remember to
count a version up), the direction or the layers, and the text. Neighbours in a batch are not in it,
since answers do not depend on them.

Models that the caller hands over as objects are not wrapped: a signature of their own making says
nothing of what stands behind it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import metadata
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from mtcheck.annotate import registry
from mtcheck.annotate.answers import Answers
from mtcheck.annotate.base import (
    Expectation,
    ExpectingTranslator,
    LanguageModel,
    Progress,
    QualityEstimator,
    RatedToken,
    ScoredToken,
    TextClassifier,
    TranslationRater,
    Translator,
    silent,
)
from mtcheck.annotate.budget import Effort
from mtcheck.annotate.hf import classifier as classifiers
from mtcheck.annotate.hf import rater as raters
from mtcheck.core import Translation

FORMAT = 1
"""Grows whenever values are written in another shape."""
BATCH = 256
"""Texts that the model is asked at a time; what it said is kept before it is asked on, so that a run
that is stopped does not begin anew."""

ASKING = ("annotate/hf/*.py",)
"""Files of the package that shape what a language model says."""
TRANSLATING = (
    *ASKING,
    "annotate/guards.py",
    "gates/*.py",
    "names/*.py",
    "text.py",
    "data/fewshot.toml",
    "data/gates.toml",
    "data/languages.toml",
    "data/model_languages.toml",
    "data/thresholds.toml",
)
"""Those that shape a translation and its verdict."""

_PACKAGE = Path(__file__).parents[1]
_Model = TypeVar("_Model")
_Said = TypeVar("_Said")


class CausalModel(LanguageModel, TextClassifier, TranslationRater, Protocol):
    """What a causal model of ``hf`` can be asked."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a model is called and what tells its files from others of that name.

    Attributes:
        signature: as reports print it.
        content: changes with the files.
    """

    signature: str
    content: str


def kept_answers() -> Answers:
    """The store in mtcheck's cache folder."""
    return Answers(registry.cache_folder() / "answers")


def made_by(patterns: Iterable[str], *, package: Path = _PACKAGE) -> str:
    """SHA-256, in hexadecimal, over the files of the package that match."""
    digest = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(package.glob(pattern)):
            digest.update(f"{path.relative_to(package).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@cache
def _stack(patterns: tuple[str, ...]) -> list[str]:
    """What computes an answer, beside the model."""
    return [
        made_by(patterns),
        *(_release(name) for name in ("torch", "transformers", "tokenizers")),
    ]


def _release(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


class _Remembering(Generic[_Model]):
    """What the wrappers share: the key, the store, and a model that is opened late.

    Args:
        identity: the model's.
        answers: the store.
        open: opens the model; called at most once.
        effort: told what the model is spared.
    """

    shaped_by: tuple[str, ...] = ASKING

    def __init__(
        self, identity: Identity, answers: Answers, open: Callable[[], _Model], *, effort: Effort
    ) -> None:
        self.signature = identity.signature
        self._identity, self._answers, self._open, self._effort = identity, answers, open, effort

    @cached_property
    def _model(self) -> _Model:
        return self._open()

    def _key(self, kind: str, *question: object) -> str:
        identity = [self._identity.signature, self._identity.content]
        parts = [FORMAT, kind, identity, _stack(self.shaped_by), question]
        return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()

    def _recall(
        self,
        kind: str,
        how: Sequence[object],
        texts: Sequence[str],
        ask: Callable[[Sequence[str]], Sequence[_Said]],
        shape: _Shape[_Said],
        progress: Progress,
    ) -> list[_Said]:
        """What is kept of each text, else what ``ask`` says; equal texts are asked about once.

        Args:
            how: all of the question but the text.
            ask: asks the model, reporting its own progress.
        """
        keys = {value: self._key(kind, *how, value) for value in texts}
        said: dict[str, _Said] = {}
        for value, key in keys.items():
            if (kept := self._answers.get(kind, key, shape.read)) is not None:
                said[value] = kept
        if known := len(texts) - len(keys) + len(said):
            progress(known)
        self._effort.recalled += sum(map(len, said))
        new = sorted((value for value in keys if value not in said), key=len)
        for at in range(0, len(new), BATCH):
            batch = new[at : at + BATCH]
            for value, answer in zip(batch, ask(batch), strict=True):
                said[value] = answer
                self._answers.put(kind, keys[value], shape.written(answer))
            self._effort.asked += sum(map(len, batch))
        return [said[value] for value in texts]


@dataclass(frozen=True, slots=True)
class _Shape(Generic[_Said]):
    """How a kind of answer is written as JSON and read again; ``read`` raises on any other shape."""

    written: Callable[[_Said], object]
    read: Callable[[Any], _Said]


class RememberingTranslator(_Remembering[Translator]):
    """A ``Translator`` that remembers.

    Args:
        weak: as the model will say.
        pair: the only pair that the model is taken to serve, or None.
    """

    shaped_by = TRANSLATING

    def __init__(
        self,
        identity: Identity,
        answers: Answers,
        open: Callable[[], Translator],
        *,
        effort: Effort,
        weak: bool,
        pair: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(identity, answers, open, effort=effort)
        self.weak = weak
        self._pair = pair

    def supports(self, source_lang: str, target_lang: str) -> bool:
        """As the model says, whose tokenizer may have to be looked at."""
        key = self._key("pair", self._pair, source_lang, target_lang)
        known = self._answers.get("pair", key, _read_flag)
        if known is None:
            known = self._model.supports(source_lang, target_lang)
            self._answers.put("pair", key, known)
        return known

    def translate(
        self, texts: Sequence[str], *, source_lang: str, target_lang: str, progress: Progress = silent
    ) -> list[Translation]:
        """See ``Translator``."""

        def ask(batch: Sequence[str]) -> list[Translation]:
            return self._model.translate(
                batch, source_lang=source_lang, target_lang=target_lang, progress=progress
            )

        shape = _Shape(_write_translation, self._read_translation)
        return self._recall("translation", (source_lang, target_lang), texts, ask, shape, progress)

    def expectations(
        self,
        pairs: Sequence[tuple[str, str]],
        *,
        source_lang: str,
        target_lang: str,
        progress: Progress = silent,
    ) -> list[Expectation | None]:
        """See ``ExpectingTranslator``; None of every pair where the model is none."""

        def ask(batch: Sequence[str]) -> list[_Expected]:
            model = self._model
            if not isinstance(model, ExpectingTranslator):
                return [()] * len(batch)
            found = model.expectations(
                [_pair(line) for line in batch],
                source_lang=source_lang,
                target_lang=target_lang,
                progress=progress,
            )
            return [() if one is None else (one,) for one in found]

        lines = [_line(pair) for pair in pairs]
        found = self._recall("expected", (source_lang, target_lang), lines, ask, _EXPECTED, progress)
        return [next(iter(one), None) for one in found]

    def _read_translation(self, value: Any) -> Translation:
        text, verdict = value
        if not isinstance(text, str) or not isinstance(verdict, str):
            raise TypeError("not a translation")
        return Translation(text, verdict, self.signature)


class RememberingLanguageModel(_Remembering[CausalModel]):
    """A ``LanguageModel`` that remembers, its ``TextClassifier`` and ``TranslationRater`` too."""

    def surprisal(
        self, texts: Sequence[str], *, progress: Progress = silent
    ) -> list[tuple[ScoredToken, ...]]:
        """See ``LanguageModel``."""

        def ask(batch: Sequence[str]) -> list[tuple[ScoredToken, ...]]:
            return self._model.surprisal(batch, progress=progress)

        return self._recall("surprisal", (), texts, ask, _TOKENS, progress)

    @property
    def classifier(self) -> str:
        """See ``TextClassifier``."""
        return classifiers.signature_for(self.signature)

    def classify(self, texts: Sequence[str], *, progress: Progress = silent) -> list[float]:
        """See ``TextClassifier``."""

        def ask(batch: Sequence[str]) -> list[tuple[float]]:
            return [(value,) for value in self._model.classify(batch, progress=progress)]

        found = self._recall("classified", (self.classifier,), texts, ask, _NUMBER, progress)
        return [value for (value,) in found]

    @property
    def rater(self) -> str:
        """See ``TranslationRater``."""
        return raters.signature_for(self.signature)

    def rate(
        self,
        pairs: Sequence[tuple[str, str]],
        *,
        source_lang: str,
        target_lang: str,
        progress: Progress = silent,
    ) -> list[tuple[RatedToken, ...]]:
        """See ``TranslationRater``."""

        def ask(batch: Sequence[str]) -> list[tuple[RatedToken, ...]]:
            return self._model.rate(
                [_pair(line) for line in batch],
                source_lang=source_lang,
                target_lang=target_lang,
                progress=progress,
            )

        lines = [_line(pair) for pair in pairs]
        return self._recall("rated", (self.rater, source_lang, target_lang), lines, ask, _RATED, progress)


class RememberingEstimator(_Remembering[QualityEstimator]):
    """A ``QualityEstimator`` that remembers."""

    def penalties(self, pairs: Sequence[tuple[str, str]], *, progress: Progress = silent) -> list[float]:
        """See ``QualityEstimator``."""

        def ask(batch: Sequence[str]) -> list[tuple[float]]:
            found = self._model.penalties([_pair(line) for line in batch], progress=progress)
            return [(value,) for value in found]

        lines = [_line(pair) for pair in pairs]
        return [value for (value,) in self._recall("penalty", (), lines, ask, _NUMBER, progress)]


def _read_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither yes nor no")
    return value


def _write_translation(said: Translation) -> list[str]:
    return [said.text, said.verdict]


def _write_tokens(said: tuple[ScoredToken, ...]) -> list[list[float]]:
    """Column by column, which packs best."""
    return [[t.start for t in said], [t.end for t in said], [t.surprisal for t in said]]


def _read_tokens(value: Any) -> tuple[ScoredToken, ...]:
    starts, ends, bits = value
    return tuple(ScoredToken(int(a), int(b), float(c)) for a, b, c in zip(starts, ends, bits, strict=True))


def _line(pair: tuple[str, str]) -> str:
    return json.dumps(pair, ensure_ascii=False)


def _pair(line: str) -> tuple[str, str]:
    source, target = json.loads(line)
    return source, target


def _write_rated(said: tuple[RatedToken, ...]) -> list[list[float]]:
    return [[t[n] for t in said] for n in range(len(RatedToken._fields))]


def _read_rated(value: Any) -> tuple[RatedToken, ...]:
    columns = zip(*value, strict=True)
    return tuple(RatedToken(int(a), int(b), *map(float, said)) for a, b, *said in columns)


_Expected = tuple[Expectation, ...]
"""What a translator expected of a pair, nothing where it cannot say."""


def _read_expected(value: Any) -> _Expected:
    return tuple(Expectation(*map(float, said)) for said in value)


_EXPECTED: _Shape[_Expected] = _Shape(lambda said: [list(one) for one in said], _read_expected)
_TOKENS = _Shape(_write_tokens, _read_tokens)
_NUMBER: _Shape[tuple[float]] = _Shape(list, lambda value: (float(value[0]),))
_RATED = _Shape(_write_rated, _read_rated)
