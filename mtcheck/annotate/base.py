"""The two seams where models come in, and the progress they report.

``Translator`` and ``LanguageModel`` are the only places where a model answers; everything after
them is arithmetic on what they said. Tests and users' own tests put ``annotate.fake`` here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from mtcheck.core import Translation

Progress = Callable[[int], None]
"""Called with the number of texts just finished."""


def silent(_: int) -> None:
    """The progress that nobody watches."""


class ScoredToken(NamedTuple):
    """A token's half-open code points in the text that was scored, and its surprisal in bits."""

    start: int
    end: int
    surprisal: float


KINDS = ("name", "number", "negation", "other")
"""Of things that may be wrong in a translation, as ``RatedToken`` names them."""


class RatedToken(NamedTuple):
    """What is wrong at a token of a target beside its source.

    ``start`` and ``end`` are half-open code points in the target; the last token of a target is empty, at
    its end, and answers for what is missing. ``name``, ``number``, ``negation`` and ``other`` are
    probabilities that such a thing is wrong there. ``worth`` is, on average over the tokens, the log-odds
    by which one translation beats another of the same source. ``accuracy`` and ``fluency`` are the
    penalties that raters would put on it (MQM: 1 for a minor error, major ones of several tokens shared out
    among them).
    """

    start: int
    end: int
    name: float
    number: float
    negation: float
    other: float
    worth: float
    accuracy: float
    fluency: float


@runtime_checkable
class Translator(Protocol):
    """A machine translation model.

    Attributes:
        signature: model id and revision, as reports print it.
        weak: True if its output is too poor to be evidence by itself.
    """

    signature: str
    weak: bool

    def supports(self, source_lang: str, target_lang: str) -> bool:
        """Whether it can translate this pair of BCP 47 languages."""

    def translate(
        self, texts: Sequence[str], *, source_lang: str, target_lang: str, progress: Progress = silent
    ) -> list[Translation]:
        """One translation a text, in order; a text that fails has a verdict other than ``ok``.

        Raises:
            ModelError: the pair is not supported.
        """


class Expectation(NamedTuple):
    """How unlike a target is to what a translator expected beside its source, in nats.

    ``first`` and ``second`` are the largest amounts by which, at a token of the target, another one was
    likelier; ``excess`` is how much less likely its tokens are than what the translator says there usually is
    (surprisal less entropy, on average); ``end`` is the amount by which going on was likelier at its end.
    """

    first: float
    second: float
    excess: float
    end: float


@runtime_checkable
class ExpectingTranslator(Protocol):
    """A translator that can also be asked what it makes of somebody else's translation.

    Attributes:
        signature: as a ``Translator``'s.
    """

    signature: str

    def supports(self, source_lang: str, target_lang: str) -> bool:
        """See ``Translator``."""

    def expectations(
        self,
        pairs: Sequence[tuple[str, str]],
        *,
        source_lang: str,
        target_lang: str,
        progress: Progress = silent,
    ) -> list[Expectation | None]:
        """Of each (source, target), in order; None if the pair is too long or one side is empty.

        What is said of a pair depends on it alone, not on its neighbours or the number of threads.

        Raises:
            ModelError: the pair of languages is not supported.
        """


@runtime_checkable
class LanguageModel(Protocol):
    """A causal language model.

    Attributes:
        signature: model id and revision, as reports print it.
    """

    signature: str

    def surprisal(
        self, texts: Sequence[str], *, progress: Progress = silent
    ) -> list[tuple[ScoredToken, ...]]:
        """Surprisal of each token of each text given what stands before it in that text.

        Every character that is not white space belongs to exactly one token, tokens are in order.
        """


@runtime_checkable
class TranslationRater(Protocol):
    """A language model that was also taught to find what is wrong in a translation.

    Attributes:
        signature: as a ``LanguageModel``'s.
        rater: signature of what it was taught; empty if nothing was made for this model.
    """

    signature: str

    @property
    def rater(self) -> str:
        """See above."""

    def rate(
        self,
        pairs: Sequence[tuple[str, str]],
        *,
        source_lang: str,
        target_lang: str,
        progress: Progress = silent,
    ) -> list[tuple[RatedToken, ...]]:
        """Tokens of the target of each (source, target), in order, its end last; none if the pair is too
        long or the target empty.

        What is said of a pair depends on it alone, not on its neighbours.

        Raises:
            ValueError: there is no rater.
        """


@runtime_checkable
class TextClassifier(Protocol):
    """A language model that was also taught to tell machine translation.

    Attributes:
        signature: as a ``LanguageModel``'s.
        classifier: signature of what it was taught; empty if nothing was made for this model.
    """

    signature: str

    @property
    def classifier(self) -> str:
        """See above."""

    def classify(self, texts: Sequence[str], *, progress: Progress = silent) -> list[float]:
        """Log-odds, in nats and not calibrated, that each text was machine-translated; they depend on the
        text alone, not on its neighbours.

        Raises:
            ValueError: there is no classifier, or nothing to read in a text.
        """


@runtime_checkable
class QualityEstimator(Protocol):
    """A metric without a reference that was trained on raters' penalties.

    Attributes:
        signature: model id and revision, as reports print it.
    """

    signature: str

    def penalties(self, pairs: Sequence[tuple[str, str]], *, progress: Progress = silent) -> list[float]:
        """MQM penalty of each (source, target), 0 (nothing wrong) to 25, in order; what is said of a pair
        depends on it alone."""
