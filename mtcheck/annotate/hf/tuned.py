"""Translation by the embedded model with its adapter.

Greedy. A translation that is no evidence (``guards``), that the model itself finds unlikely, that lost or
changed a name or number (``gates``) or left words of the source in their script is looked for again, with
lost names spelled in the target's letters and without those of the source; then the worst among the rows of
a beam without repeated runs, and from where a wrong name stands with the right one. The one with fewest
faults is taken, of equals the one that is likely and like the others, and the names that it misspells in
another alphabet are spelled as they should be. What stays below the floor of its language (``adapter.json``,
calibrated on held-out sentences) is ``unsure``: no verdict is better than a guess.

As many batches are answered at once as there are idle cores, each on one thread; for a text by itself the
beam begins with the second look where a core is idle. It needs neither torch nor transformers to run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mtcheck import text
from mtcheck.annotate import guards, metrics
from mtcheck.annotate import threads as thread_counts
from mtcheck.annotate.base import Progress, silent
from mtcheck.annotate.hf.adapter import Adapter, question
from mtcheck.annotate.hf.generating import Answer, Asking, Generator
from mtcheck.annotate.hf.loading import Checkpoint
from mtcheck.annotate.hf.spelling import Langs, begun, corrected, foreign_words, names_of, spell
from mtcheck.core import ModelError, Translation
from mtcheck.gates import numbers, renderings

AT_ONCE = 256
"""Texts between two reports of progress."""
BEAMS, BEAMS_ALONE = 4, 2
MOST_BEAMS = 8
"""Rows of a beam, of a text by itself too, and texts of those asked together, the worst first, that one is
tried for. Of 100 held-out sentences each way one for the worst quarter gains 0.9 points of chrF into Russian
and 1.0 into English, for half 2.3 and 2.3, for all 4.1 and 3.8 at four times the time (2026-11-30)."""
BEAM_FAULTS = 2
"""Faults that make a text by itself bad enough: a name or number changed, not only lost."""
LIKENESS = 0.01
"""Nats that a point of chrF between a candidate and the others counts."""
COPIED = 0.25
"""Nats that each copied word costs a candidate: a brand may stay in its script where the model is sure of it,
a town may not."""
NO_REPEAT = 5
"""Longest run of tokens, less one, that may stand twice in a beam's translation."""
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
    def is_bad(self) -> bool:
        """Whether a beam should look for another one."""
        return self.verdict != "ok" or self.faults >= BEAM_FAULTS

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
        self, texts: Sequence[str], asked: list[list[str]], source_lang: str, target_lang: str
    ) -> list[Candidate]:
        """The best candidate of each text, by what the module says."""
        several = len(texts) > 1  # one text tells nothing of the capital that it begins with
        names = renderings.names_within(texts, source_lang) if several else None
        langs = Langs(source_lang, target_lang, names)
        floor = self._adapter.facts.floors.get(text.primary(target_lang))
        found = _Found(self._asking, texts, langs, floor)
        found.look(dict(enumerate(asked)))
        self._look_again(found, asked, texts, langs)
        self._go_on(found, asked, texts, langs)
        chosen = found.chosen()
        told = [one.text for one in chosen if one.verdict == "ok"]
        return [
            replace(one, text=corrected(value, one.text, langs, told))
            for value, one in zip(texts, chosen, strict=True)
        ]

    def _look_again(
        self, found: _Found, asked: Sequence[list[str]], texts: Sequence[str], langs: Langs
    ) -> None:
        """Ask with lost names spelled and without copied words, then the worst by a beam."""
        first = found.best()
        again = dict(enumerate(asked))
        for n, one in first.items():
            if (spelled := spell(texts[n], one.text, langs)) != texts[n]:
                again[n] = self._asking.tokens(question(spelled, langs.source, langs.target))
        second = {n: again[n] for n, one in first.items() if again[n] is not asked[n] or one.copied}
        unwanted = [self._asking.copies(texts[n], langs.target) for n in second]
        alone = len(texts) == 1
        rows = BEAMS_ALONE if alone else BEAMS
        beam: dict[str, Any] = {"beam_size": rows, "num_hypotheses": rows, "no_repeat_ngram_size": NO_REPEAT}
        with ThreadPoolExecutor(1) as other:
            ahead = None
            if alone and second and first[0].is_bad and self._at_once > 1:
                ahead = other.submit(self._asking.answers, [again[0]], **beam)  # a second core is idle
            found.look(second, unwanted=unwanted)
            worst = {n: again[n] for n in found.worst()}
            if ahead and worst:
                found.add({0: ahead.result()[0]})
            else:
                found.look(worst, **beam)

    def _go_on(self, found: _Found, asked: Sequence[list[str]], texts: Sequence[str], langs: Langs) -> None:
        """Go on with the right name from where a wrong one stands."""
        starts = {n: start for n, one in found.best().items() if (start := begun(texts[n], one.text, langs))}
        said = self._asking.continued([asked[n] for n in starts], list(starts.values()))
        found.add({n: [one] for n, one in zip(starts, said, strict=True)})

    @cached_property
    def _at_once(self) -> int:
        """Batches that are translated at once."""
        return self._threads or thread_counts.free_cores()

    @cached_property
    def _generator(self) -> Generator:
        thread_counts.quieten()
        try:
            import ctranslate2
        except ImportError as error:
            raise ModelError(
                f"the embedded translator needs CTranslate2 ({error}): pip install 'mtcheck[embedded]'"
            ) from error
        try:
            found: Generator = ctranslate2.Generator(
                str(self._made.path), device="cpu", inter_threads=self._at_once, intra_threads=1
            )
        except RuntimeError as error:
            raise ModelError(f"{self._made.path}: this model cannot be loaded: {error}") from error
        return found

    @cached_property
    def _asking(self) -> Asking:
        return Asking(self._generator, self._tokenizer, self._at_once)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(self._made.path / "tokenizer.json"))


class _Found:
    """Candidates for texts that are asked together.

    Args:
        asking: who is asked.
        texts: what is to be translated.
        langs: between what.
        floor: mean log-likelihood, in nats, below which a translation is no evidence; None for none.
    """

    def __init__(self, asking: Asking, texts: Sequence[str], langs: Langs, floor: float | None) -> None:
        self._asking, self._texts, self._langs, self._floor = asking, texts, langs, floor
        self._found: dict[int, list[Candidate]] = {n: [] for n in range(len(texts))}

    def look(self, questions: Mapping[int, list[str]], **options: Any) -> None:
        """Ask for candidates of some of the texts."""
        said = self._asking.answers(list(questions.values()), **options)
        self.add(dict(zip(questions, said, strict=True)))

    def add(self, said: Mapping[int, Sequence[Answer]]) -> None:
        """Take answers for candidates."""
        for n, answers in said.items():
            self._found[n] += [judge(self._texts[n], one, self._langs, self._floor) for one in answers]

    def best(self) -> dict[int, Candidate]:
        """The one with the highest rank of each text."""
        return {n: max(found, key=lambda c: c.rank) for n, found in self._found.items()}

    def worst(self) -> list[int]:
        """Texts that a beam is tried for: those that need it, or a quarter of them all if that is more."""
        best = self.best()
        order = sorted(best, key=lambda n: best[n].rank)
        needed = sum(one.is_bad for one in best.values())
        return order[: min(MOST_BEAMS, max(needed, len(order) // 4))]

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

    def worth(one: Candidate) -> tuple[int, int, float]:
        alike = [metrics.likeness(other, one.text) for other in said if other != one.text]
        standing, faults, likely = one.rank
        return standing, faults, likely + LIKENESS * sum(alike) / max(1, len(alike))

    return max(said.values(), key=worth)


def faults(source: str, target: str, langs: Langs) -> int:
    """How many names and numbers of either side have no counterpart on the other."""
    called = names_of(source, target, langs)
    counted = numbers.compare_numbers(source, target, source_lang=langs.source, target_lang=langs.target)
    return sum(map(len, (called.lost, called.added, counted.lost, counted.added)))
