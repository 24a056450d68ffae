"""Translation by the embedded model with its adapter.

By a beam. A text whose translation lost or changed a name or number (``gates``) or left words of the source
in their script is asked for again, with lost names spelled in the target's letters and without those of the
source, and one that has a wrong name from where it stands with the right one. The one with fewest faults is
taken, of equals the one that is likely and like the others, and the names that it misspells in another
alphabet are spelled as they should be. What stays below the floor of its language (``adapter.json``,
calibrated on held-out sentences) is ``unsure``: no verdict is better than a guess.

As many batches are answered at once as there are idle cores, each on one thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mtcheck import text
from mtcheck.annotate import guards, metrics
from mtcheck.annotate import threads as thread_counts
from mtcheck.annotate.base import Progress, silent
from mtcheck.annotate.hf.adapter import Adapter, question
from mtcheck.annotate.hf.generating import Answer, Asking, Decoder
from mtcheck.annotate.hf.loading import Checkpoint
from mtcheck.annotate.hf.spelling import Langs, begun, corrected, foreign_words, names_of, spell
from mtcheck.core import ModelError, Translation
from mtcheck.gates import numbers, renderings

AT_ONCE = 256
"""Texts between two reports of progress."""
LIKENESS = 0.01
"""Nats that a point of chrF between a candidate and the others counts."""
COPIED = 0.25
"""Nats that each copied word costs a candidate: a brand may stay in its script where the model is sure of it,
a town may not."""
MAX_QUESTION = 240
"""Tokens; with an answer of like length still within the window of 512 that every layer sees."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One translation of a text.

    Attributes:
        text: the translation.
        likelihood: mean log-probability of its tokens, in nats.
        verdict: as ``guards.judge``, or ``unsure``.
        faults: names and numbers without a counterpart on the other side, and words of two scripts.
        copied: words left in the source's script, in whole or in part.
    """

    text: str
    likelihood: float
    verdict: str
    faults: int
    copied: int = 0

    @property
    def rank(self) -> tuple[int, int, float]:
        """The higher the better; one that the model is not sure of beats one that is no evidence."""
        standing = {"ok": 2, "unsure": 1}.get(self.verdict, 0)
        return standing, -self.faults, self.likelihood - COPIED * self.copied


class TunedTranslator:
    """Translation of the directions that the adapter was trained for.

    Args:
        made: the folder that ``adapted.checkpoint`` made.
        adapter: what it was made with.
        threads: texts that are translated at once; None for the cores that are idle.
    """

    weak = True

    def __init__(self, made: Checkpoint, adapter: Adapter, *, threads: int | None = None) -> None:
        self._made, self._adapter, self._threads = made, adapter, threads
        self.signature = made.signature

    def supports(self, source_lang: str, target_lang: str) -> bool:
        """Whether the adapter was trained for the direction."""
        return self._adapter.serves(source_lang, target_lang)

    def translate(
        self, texts: Sequence[str], *, source_lang: str, target_lang: str, progress: Progress = silent
    ) -> list[Translation]:
        """See ``Translator``; a text whose question would be too long is ``too-long``."""
        found = self.candidates(texts, source_lang=source_lang, target_lang=target_lang, progress=progress)
        return [
            Translation("", "too-long", self.signature)
            if best is None
            else Translation(best.text, best.verdict, self.signature)
            for best in found
        ]

    def candidates(
        self, texts: Sequence[str], *, source_lang: str, target_lang: str, progress: Progress = silent
    ) -> list[Candidate | None]:
        """The best candidate of each text, in order; None for one whose question would be too long.

        Raises:
            ModelError: the adapter was not trained for the direction.
        """
        if not self.supports(source_lang, target_lang):
            raise ModelError(
                f"{self.signature} was not trained to translate {source_lang} into {target_lang}"
            )
        asked = [self._asking.tokens(question(value, source_lang, target_lang)) for value in texts]
        out: list[Candidate | None] = [None] * len(texts)
        fitting = [i for i, tokens in enumerate(asked) if len(tokens) <= MAX_QUESTION]
        progress(len(texts) - len(fitting))
        for at in range(0, len(fitting), AT_ONCE):
            batch = fitting[at : at + AT_ONCE]
            found = self._batch(
                [texts[i] for i in batch], [asked[i] for i in batch], source_lang, target_lang
            )
            for i, best in zip(batch, found, strict=True):
                out[i] = best
            progress(len(batch))
        return out

    def _batch(
        self, texts: Sequence[str], asked: list[list[int]], source_lang: str, target_lang: str
    ) -> list[Candidate]:
        """The best candidate of each text, by what the module says."""
        several = len(texts) > 1  # one text tells nothing of the capital that it begins with
        names = renderings.names_within(texts, source_lang) if several else None
        langs = Langs(source_lang, target_lang, names)
        floor = self._adapter.facts.floors.get(text.primary(target_lang))
        found = _Found(texts, langs, floor)
        found.add(dict(enumerate(self._asking.answers(asked))))
        self._look_again(found, asked, texts, langs)
        self._go_on(found, asked, texts, langs)
        chosen = found.chosen()
        told = [one.text for one in chosen if one.verdict == "ok"]
        return [
            replace(one, text=corrected(value, one.text, langs, told))
            for value, one in zip(texts, chosen, strict=True)
        ]

    def _look_again(
        self, found: _Found, asked: Sequence[list[int]], texts: Sequence[str], langs: Langs
    ) -> None:
        """Ask with lost names spelled and without copied words."""
        again = {}
        for n, one in found.best().items():
            spelled = self._spelled(texts[n], one.text, langs)
            if spelled != asked[n] or one.copied:
                again[n] = spelled
        unwanted = [self._asking.copies(texts[n], langs.target) for n in again]
        said = self._asking.answers(list(again.values()), unwanted=unwanted)
        found.add(dict(zip(again, said, strict=True)))

    def _spelled(self, value: str, target: str, langs: Langs) -> list[int]:
        """The question for a text with those names spelled that a target has lost."""
        return self._asking.tokens(question(spell(value, target, langs), langs.source, langs.target))

    def _go_on(self, found: _Found, asked: Sequence[list[int]], texts: Sequence[str], langs: Langs) -> None:
        """Go on with the right name from where a wrong one stands."""
        starts = {n: start for n, one in found.best().items() if (start := begun(texts[n], one.text, langs))}
        said = self._asking.continued([asked[n] for n in starts], list(starts.values()))
        found.add({n: [one] for n, one in zip(starts, said, strict=True)})

    @cached_property
    def _at_once(self) -> int:
        """Batches that are translated at once."""
        return self._threads or thread_counts.free_cores()

    @cached_property
    def _decoder(self) -> Decoder:
        thread_counts.quieten()
        from mtcheck.annotate.hf import beam, gemma

        return beam.Searcher(gemma.Gemma(self._made.path))

    @cached_property
    def _asking(self) -> Asking:
        return Asking(self._decoder, self._tokenizer, self._at_once)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(self._made.path / "tokenizer.json"))


class _Found:
    """Candidates for texts that are asked together.

    Args:
        texts: what is to be translated.
        langs: between what.
        floor: mean log-likelihood, in nats, below which a translation is no evidence; None for none.
    """

    def __init__(self, texts: Sequence[str], langs: Langs, floor: float | None) -> None:
        self._texts, self._langs, self._floor = texts, langs, floor
        self._found: dict[int, list[Candidate]] = {n: [] for n in range(len(texts))}

    def add(self, said: Mapping[int, Sequence[Answer]]) -> None:
        """Take answers for candidates."""
        for n, answers in said.items():
            self._found[n] += [judge(self._texts[n], one, self._langs, self._floor) for one in answers]

    def best(self) -> dict[int, Candidate]:
        """The one with the highest rank of each text."""
        return {n: max(found, key=lambda c: c.rank) for n, found in self._found.items()}

    def chosen(self) -> list[Candidate]:
        """The one of each text that is also most like the others."""
        return [agreed(found) for found in self._found.values()]


def judge(value: str, answer: Answer, langs: Langs, floor: float | None) -> Candidate:
    """What an answer is worth as a translation of a text.

    Args:
        floor: as for ``_Found``.
    """
    verdict = guards.judge(
        value, answer.text, finished=answer.finished, source_lang=langs.source, target_lang=langs.target
    )
    if verdict == "ok" and floor is not None and answer.score < floor:
        verdict = "unsure"
    mixed, copied = foreign_words(answer.text, langs)
    lost = faults(value, answer.text, langs)
    return Candidate(answer.text, answer.score, verdict, lost + mixed, copied + mixed)


def agreed(found: Sequence[Candidate]) -> Candidate:
    """The best of a text's candidates: of those with fewest faults the one that is likely and like the others
    (minimum Bayes risk by chrF: Eikema and Aziz 2020, https://aclanthology.org/2020.coling-main.398/)."""
    said = {one.text: one for one in sorted(found, key=lambda c: c.rank)}
    least = max(one.rank[:2] for one in found)

    def worth(one: Candidate) -> float:
        alike = [metrics.likeness(other, one.text) for other in said if other != one.text]
        return one.rank[2] + LIKENESS * sum(alike) / max(1, len(alike))

    equal = [one for one in said.values() if one.rank[:2] == least]
    return max(equal, key=worth) if len(equal) > 1 else equal[0]


def faults(source: str, target: str, langs: Langs) -> int:
    """How many names and numbers of either side have no counterpart on the other."""
    called = names_of(source, target, langs)
    counted = numbers.compare_numbers(source, target, source_lang=langs.source, target_lang=langs.target)
    return sum(map(len, (called.lost, called.added, counted.lost, counted.added)))
