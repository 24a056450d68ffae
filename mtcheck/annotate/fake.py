"""A translator and a language model without a model, for your own tests.

Both are deterministic and quick, both answer in the shapes that the real ones do. What they say
means nothing; what they let you test is everything around them.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Callable, Mapping, Sequence

from mtcheck.annotate.base import KINDS, Expectation, Progress, RatedToken, ScoredToken, silent
from mtcheck.annotate.guards import judge
from mtcheck.core import Translation


class FakeTranslator:
    """Answers from a table, or by a function, or with the text itself marked as translated.

    Args:
        answers: text to translation, for either direction.
        otherwise: called as ``otherwise(text, source_lang, target_lang)`` for other texts.
        guarded: judge the output as real translators' output is judged.
    """

    signature = "fake-translator@1"
    weak = False

    def __init__(
        self,
        answers: Mapping[str, str] | None = None,
        *,
        otherwise: Callable[[str, str, str], str] | None = None,
        guarded: bool = False,
    ) -> None:
        self.answers = dict(answers or {})
        self.otherwise = otherwise or (lambda text, _, target: f"[{target}] {text}")
        self.guarded = guarded
        self.calls: list[tuple[tuple[str, ...], str, str]] = []

    def supports(self, source_lang: str, target_lang: str) -> bool:
        """Every pair of two different languages."""
        return source_lang != target_lang

    def translate(
        self, texts: Sequence[str], *, source_lang: str, target_lang: str, progress: Progress = silent
    ) -> list[Translation]:
        """One answer a text; ``calls`` remembers what was asked."""
        self.calls.append((tuple(texts), source_lang, target_lang))
        out = []
        for text in texts:
            answer = self.answers.get(text)
            if answer is None:
                answer = self.otherwise(text, source_lang, target_lang)
            verdict = (
                judge(text, answer, source_lang=source_lang, target_lang=target_lang)
                if self.guarded
                else ("ok" if answer.strip() else "empty")
            )
            out.append(Translation(answer, verdict, self.signature))
            progress(1)
        return out


class FakeExpectingTranslator(FakeTranslator):
    """A ``FakeTranslator`` that also says what it expected of a translation.

    Args:
        said: what it says of a (source, target).
        signature: of the translator that it stands in for.
    """

    def __init__(self, said: Callable[[str, str], Expectation | None], *, signature: str = "") -> None:
        super().__init__()
        self.said = said
        self.signature = signature or type(self).signature
        self.heard: list[tuple[tuple[tuple[str, str], ...], str, str]] = []

    def expectations(
        self,
        pairs: Sequence[tuple[str, str]],
        *,
        source_lang: str,
        target_lang: str,
        progress: Progress = silent,
    ) -> list[Expectation | None]:
        """``heard`` remembers what was asked."""
        self.heard.append((tuple(pairs), source_lang, target_lang))
        progress(len(pairs))
        return [self.said(*pair) for pair in pairs]


class FakeLanguageModel:
    """Gives each word a surprisal from a table, or a number drawn from the word itself.

    Args:
        surprisals: word to bits.
    """

    signature = "fake-language-model@1"

    def __init__(self, surprisals: Mapping[str, float] | None = None) -> None:
        self.surprisals = dict(surprisals or {})

    def surprisal(
        self, texts: Sequence[str], *, progress: Progress = silent
    ) -> list[tuple[ScoredToken, ...]]:
        """One token a word."""
        out = []
        for text in texts:
            tokens = [
                ScoredToken(
                    m.start(), m.end(), self.surprisals.get(m[0], 2.0 + zlib.crc32(m[0].encode()) % 80 / 10)
                )
                for m in re.finditer(r"\S+", text)
            ]
            out.append(tuple(tokens))
            progress(1)
        return out


class FakeRater(FakeLanguageModel):
    """A ``FakeLanguageModel`` that also finds what is wrong in a translation: every word of more than 4
    bits, the more the worse, of a kind that a table names.

    Args:
        surprisals: word to bits.
        kinds: word to ``name``, ``number`` or ``negation``; others are ``other``.
        signature: of the model that it stands in for, whose trained parts are then used.
    """

    rater = "fake-rater"

    def __init__(
        self,
        surprisals: Mapping[str, float] | None = None,
        *,
        kinds: Mapping[str, str] | None = None,
        signature: str = "",
    ) -> None:
        super().__init__(surprisals)
        self.signature = signature or type(self).signature
        self.kinds = dict(kinds or {})
        self.pairs: list[tuple[str, str]] = []

    def rate(
        self,
        pairs: Sequence[tuple[str, str]],
        *,
        source_lang: str,
        target_lang: str,
        progress: Progress = silent,
    ) -> list[tuple[RatedToken, ...]]:
        """One token a word, and the end; ``pairs`` remembers what was asked."""
        self.pairs += pairs
        found = self.surprisal([target for _, target in pairs], progress=progress)
        return [
            (*(self._rated(target, token) for token in tokens), _end(len(target))) if tokens else ()
            for (_, target), tokens in zip(pairs, found, strict=True)
        ]

    def _rated(self, target: str, token: ScoredToken) -> RatedToken:
        doubt = max(0.0, token.surprisal - 4)
        kind = self.kinds.get(target[token.start : token.end], "other")
        said = dict.fromkeys(KINDS, 1e-4) | {kind: 1e-4 + 0.999 * (1 - math.exp(-doubt))}
        return RatedToken(token.start, token.end, **said, worth=-doubt, accuracy=doubt / 10, fluency=0.0)


def _end(length: int) -> RatedToken:
    return RatedToken(length, length, 1e-4, 1e-4, 1e-4, 1e-4, 0.0, 0.0, 0.0)
