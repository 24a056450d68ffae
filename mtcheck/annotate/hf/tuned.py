"""Translation by the embedded model with its adapter.

By a beam that favours words by which a lexicon renders the source's (``favoured``). A text whose translation
lost or changed a name or number (``gates``) or left words of the source in their script is asked for again,
with lost names spelled in the target's letters and without those of the source, and one that has a wrong
name from where it stands with the right one. The one with fewest faults is taken, of equals the one that is
likely, like the others and explained by the lexicon, and the names that it misspells in another alphabet are
spelled as they should be. What stays below the floor of its language (``adapter.json``, calibrated on
held-out sentences) is ``unsure``: no verdict is better than a guess.

Many texts are translated in lanes (``generating``), as many at once as there are idle cores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mtcheck import text
from mtcheck.annotate import guards, metrics
from mtcheck.annotate import threads as thread_counts
from mtcheck.annotate.base import Expectation, Progress, silent
from mtcheck.annotate.hf.adapted import reaches, rows
from mtcheck.annotate.hf.adapter import Adapter, question
from mtcheck.annotate.hf.generating import END, WINDOW, Answer, Ask, Asking, Decoder, Talk, workers
from mtcheck.annotate.hf.loading import Checkpoint
from mtcheck.annotate.hf.spelling import (
    Langs,
    before_foreign_words,
    begun,
    corrected,
    favoured_words,
    foreign_words,
    misspelt,
    names_of,
    spell,
    without_foreign_words,
)
from mtcheck.core import ModelError, Translation
from mtcheck.gates import lexicon, numbers, renderings

if TYPE_CHECKING:
    from mtcheck.annotate.hf.beam import Searcher
    from mtcheck.annotate.hf.gemma import Gemma

BESIDE = 256
"""Texts that tell what is a name in each other, and how it is spelled."""
LIKENESS = 0.01
"""Nats that a point of chrF between a candidate and the others counts."""
COPIED = 0.25
"""Nats that each copied word costs a candidate: a brand may stay in its script where the model is sure of it,
a town may not."""
EXPLAINED = 0.1
"""Nats that each nat counts by which the words of a text and a candidate explain each other (``lexicon``)."""
DOUBTFUL = 0.75
"""Nats less than the likeliest that a candidate may be and still be taken for its names: one that makes no
sense may have them all."""
HEARD = 8
"""Pairs that are read together where that changes nothing."""
MAX_QUESTION = 240
"""Tokens; with an answer of like length still within the window of 512 that every layer sees."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One translation of a text.

    Attributes:
        text: the translation.
        likelihood: mean log-probability of its tokens, in nats.
        verdict: as ``guards.judge``, or ``unsure``.
        faults: names and numbers without a counterpart on the other side, names that are misspelt, and words
            of two scripts.
        copied: words left in the source's script, in whole or in part.
        explained: nats a word by which its words and the text's explain each other, those copied left out;
            0 where there is no lexicon.
        favour: nats a token that were given for favoured words in it.
    """

    text: str
    likelihood: float
    verdict: str
    faults: int
    copied: int = 0
    explained: float = 0.0
    favour: float = 0.0

    @property
    def rank(self) -> tuple[int, int, float]:
        """The higher the better; one that the model is not sure of beats one that is no evidence."""
        standing = {"ok": 2, "unsure": 1}.get(self.verdict, 0)
        worth = self.likelihood + self.favour - COPIED * self.copied + EXPLAINED * self.explained
        return standing, -self.faults, worth


class TunedTranslator:
    """Translation of the directions that the adapter was trained for.

    Args:
        made: the folder that ``adapted.checkpoint`` made.
        adapter: what it was made with.
        threads: lanes that are translated at once, or threads for a few texts; None for the idle cores.
    """

    weak = True

    def __init__(self, made: Checkpoint, adapter: Adapter, *, threads: int | None = None) -> None:
        self._made, self._adapter, self._threads = made, adapter, threads
        self.signature = made.signature

    def supports(self, source_lang: str, target_lang: str) -> bool:
        """Whether the adapter was trained for the direction."""
        return self._adapter.serves(source_lang, target_lang)

    def _require(self, source_lang: str, target_lang: str) -> None:
        if not self.supports(source_lang, target_lang):
            raise ModelError(
                f"{self.signature} was not trained to translate {source_lang} into {target_lang}"
            )

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
        self._require(source_lang, target_lang)
        asked = [self._asking.tokens(question(value, source_lang, target_lang)) for value in texts]
        fitting = [i for i, tokens in enumerate(asked) if len(tokens) <= MAX_QUESTION]
        progress(len(texts) - len(fitting))
        groups = [fitting[at : at + BESIDE] for at in range(0, len(fitting), BESIDE)]
        langs = [_langs([texts[i] for i in group], source_lang, target_lang) for group in groups]
        beside = list(zip(groups, langs, strict=True))
        talks = [self._talk(texts[i], asked[i], own) for group, own in beside for i in group]
        said = self._asking.hold(talks, text.primary(target_lang), progress) if talks else []
        found = dict(zip(fitting, said, strict=True))
        for group, own in beside:
            told = [found[i].text for i in group if found[i].verdict == "ok"]
            for i in group:
                found[i] = replace(found[i], text=corrected(texts[i], found[i].text, own, told))
        return [found.get(i) for i in range(len(texts))]

    def expectations(
        self,
        pairs: Sequence[tuple[str, str]],
        *,
        source_lang: str,
        target_lang: str,
        progress: Progress = silent,
    ) -> list[Expectation | None]:
        """See ``ExpectingTranslator``."""
        self._require(source_lang, target_lang)
        from mtcheck.annotate.hf.beam import threads
        from mtcheck.annotate.hf.expecting import expectations

        head, model = self._searcher.head(text.primary(target_lang)), self._model

        def hear(some: Sequence[tuple[str, str]]) -> list[Expectation | None]:
            told = [self._told(*pair, source_lang, target_lang) for pair in some]
            with threads(1):
                found = iter(expectations(model, head, [one for one in told if one[1]]))
            return [next(found) if answer else None for _, answer in told]

        out = []
        with workers(self._at_once) as pool:
            parts = [pairs[n : n + HEARD] for n in range(0, len(pairs), HEARD)]
            for one in [pool.submit(hear, some) for some in parts]:
                out += one.result()
                progress(len(one.result()))
        return out

    def _told(
        self, source: str, target: str, source_lang: str, target_lang: str
    ) -> tuple[list[int], list[int]]:
        """The question for a source and a target as its answer, in tokens; no answer to what is empty or too
        long."""
        asked = self._asking.tokens(question(source, source_lang, target_lang))
        answer = self._asking.start(" ".join(target.split()))
        too_long = len(asked) > MAX_QUESTION or len(asked) + len(answer) >= WINDOW
        return asked, [*answer, self._end] if source.strip() and answer and not too_long else []

    def _talk(self, value: str, asked: Sequence[int], langs: Langs) -> Talk[Candidate]:
        """The best candidate of a text, by what the module says."""
        floor = self._adapter.facts.floors.get(text.primary(langs.target))

        def judged(answers: Sequence[Answer]) -> list[Candidate]:
            return [judge(value, one, langs, floor) for one in answers]

        favoured = self._asking.favoured(favoured_words(value, langs))
        found = judged((yield Ask(asked, favoured=favoured)))
        best = _best(found)
        spelled = self._spelled(value, best.text, langs)
        if spelled != asked or best.copied:
            unwanted = self._asking.copies(value, langs.target)
            kept = before_foreign_words(best.text, langs) if spelled == asked else ""
            found += judged((yield Ask(spelled, unwanted, self._asking.start(kept), favoured)))
            best = _best(found)
        if start := begun(value, best.text, langs):
            found += judged((yield Ask(asked, begun=self._asking.start(start), favoured=favoured)))
        return agreed(found)

    def _spelled(self, value: str, target: str, langs: Langs) -> list[int]:
        """The question for a text with those names spelled that a target has lost."""
        return self._asking.tokens(question(spell(value, target, langs), langs.source, langs.target))

    @cached_property
    def _at_once(self) -> int:
        """Lanes that are translated at once."""
        return self._threads or thread_counts.free_cores()

    @cached_property
    def _model(self) -> Gemma:
        thread_counts.quieten()
        from mtcheck.annotate.hf import gemma

        return gemma.Gemma(self._made.path, reaches(self._made.path))

    @cached_property
    def _searcher(self) -> Searcher:
        from mtcheck.annotate.hf import beam

        return beam.Searcher(self._model, self._end, rows(self._made.path))

    @cached_property
    def _decoder(self) -> Decoder:
        return self._searcher

    @cached_property
    def _end(self) -> int:
        return int(self._tokenizer.token_to_id(END))

    @cached_property
    def _asking(self) -> Asking:
        return Asking(self._decoder, self._tokenizer, self._at_once)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(self._made.path / "tokenizer.json"))


def _langs(texts: Sequence[str], source_lang: str, target_lang: str) -> Langs:
    """The languages, and what are names in texts that stand side by side."""
    several = len(texts) > 1  # one text tells nothing of the capital that it begins with
    return Langs(source_lang, target_lang, renderings.names_within(texts, source_lang) if several else None)


def judge(value: str, answer: Answer, langs: Langs, floor: float | None) -> Candidate:
    """What an answer is worth as a translation of a text.

    Args:
        floor: mean log-likelihood, in nats, below which a translation is no evidence; None for none.
    """
    verdict = guards.judge(
        value, answer.text, finished=answer.finished, source_lang=langs.source, target_lang=langs.target
    )
    if verdict == "ok" and floor is not None and answer.score < floor:
        verdict = "unsure"
    mixed, copied = foreign_words(answer.text, langs)
    lost = faults(value, answer.text, langs) + misspelt(value, answer.text, langs)
    own = without_foreign_words(answer.text, langs) if mixed or copied else answer.text
    explained = _explained(value, own, langs)
    return Candidate(
        answer.text, answer.score, verdict, lost + mixed, copied + mixed, explained, answer.favour
    )


def _explained(source: str, target: str, langs: Langs) -> float:
    """Nats a word by which the words of both explain each other, of either side added up."""
    table = lexicon.lexicon(langs.source, langs.target)
    if table is None:
        return 0.0
    return sum(sum(side) / len(side) for side in lexicon.explained(source, target, table).known if side)


def _best(found: Sequence[Candidate]) -> Candidate:
    return max(_likely(found), key=lambda c: c.rank)


def _likely(found: Sequence[Candidate]) -> list[Candidate]:
    """Those of the highest standing that are not much less likely than another one of them."""
    standing = max(one.rank[0] for one in found)
    equal = [one for one in found if one.rank[0] == standing]
    most = max(one.likelihood for one in equal)
    return [one for one in equal if one.likelihood >= most - DOUBTFUL]


def agreed(found: Sequence[Candidate]) -> Candidate:
    """The best of a text's candidates: of those with fewest faults the one that is likely and like the others
    (minimum Bayes risk by chrF: Eikema and Aziz 2020, https://aclanthology.org/2020.coling-main.398/)."""
    said = {one.text: one for one in sorted(found, key=lambda c: c.rank)}
    likely = _likely(list(said.values()))
    fewest = min(one.faults for one in likely)
    equal = [one for one in likely if one.faults == fewest]
    if len(equal) == 1:
        return equal[0]
    alike = dict(zip(said, metrics.likenesses(list(said)), strict=True))
    return max(equal, key=lambda one: one.rank[2] + LIKENESS * alike[one.text])


def faults(source: str, target: str, langs: Langs) -> int:
    """How many names and numbers of either side have no counterpart on the other."""
    called = names_of(source, target, langs)
    counted = numbers.compare_numbers(source, target, source_lang=langs.source, target_lang=langs.target)
    return sum(map(len, (called.lost, called.added, counted.lost, counted.added)))
