"""Translation by the embedded model with its adapter.

Greedy. A translation that is no evidence (``guards``), that the model itself finds unlikely, that lost or
changed a name or number (``gates``) or left words of the source in their script is looked for again: with
lost names spelled in the target's letters and without those of the source, then, for the worst, among the
best two of a beam without repeated runs. The one with fewest faults is taken, of equals the likelier, and
the names that it misspells in another alphabet are spelled as they should be. What stays below the floor of
its language (``adapter.json``, calibrated on held-out sentences) is ``unsure``: no verdict is better than a
guess.

Texts of like length go in batches, as many batches at once as there are idle cores, each on one
thread; for a text by itself the beam begins with the second look where a core is idle. With 8 bits a
difference in the seventh digit between batches of other sizes changes 20 to 45 of 100 translations, by a
word as a rule; so the batches depend on the texts that are asked together and on nothing else, not on the
machine or its load. It needs neither torch nor transformers to run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

from mtcheck import text
from mtcheck.annotate import guards
from mtcheck.annotate import threads as thread_counts
from mtcheck.annotate.base import Progress, silent
from mtcheck.annotate.hf.adapter import Adapter, question
from mtcheck.annotate.hf.loading import Checkpoint
from mtcheck.annotate.hf.spelling import Langs, corrected, foreign_words, is_foreign, names_of, spell
from mtcheck.core import ModelError, Translation
from mtcheck.gates import numbers, renderings

BATCH_TOKENS = 512
"""Tokens of the questions of a batch, each row of a beam counting. CTranslate2 computes the vocabulary's
scores for every one of them: of 1,024 tokens half a gigabyte a thread."""
AT_ONCE = 256
"""Texts between two reports of progress."""
BEAMS = 2
MOST_BEAMS = 16
BEAM_FAULTS = 2
"""Rows of a beam, texts of those asked together, the worst first, that one is tried for, and the faults that
make them bad enough: a name or number changed, not only lost. It gains 0.2 to 0.3 points of chrF; four rows
gain as much again, and take half as long again."""
COPIED = 0.25
"""Nats that each copied word costs a candidate: a brand may stay in its script where the model is sure of it,
a town may not."""
NO_REPEAT = 5
"""Longest run of tokens, less one, that may stand twice in a beam's translation."""
_BEAM = {"beam_size": BEAMS, "num_hypotheses": BEAMS, "no_repeat_ngram_size": NO_REPEAT}
MAX_QUESTION = 240
"""Tokens; with an answer of like length still within the window of 512 that every layer sees."""
START = "<bos>"
END = "<eos>"


class Generator(Protocol):
    """What is asked of ``ctranslate2.Generator``."""

    def generate_batch(self, start_tokens: list[list[str]], **options: Any) -> list[Any]:
        """Continuations of each list of tokens."""


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
        self._unwanted: dict[str, list[list[str]]] = {}

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
        asked = [self._ask(value, source_lang, target_lang) for value in texts]
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

    def _ask(self, value: str, source_lang: str, target_lang: str) -> list[str]:
        line = question(value, source_lang, target_lang)
        return [START, *self._tokenizer.encode(line, add_special_tokens=False).tokens]

    def _batch(
        self, texts: Sequence[str], asked: list[list[str]], source_lang: str, target_lang: str
    ) -> list[Candidate]:
        """The best candidate of each text, by what the module says."""
        several = len(texts) > 1  # one text tells nothing of the capital that it begins with
        names = renderings.names_within(texts, source_lang) if several else None
        langs = Langs(source_lang, target_lang, names)
        best: dict[int, Candidate] = {}

        def look(questions: Mapping[int, list[str]], **options: Any) -> dict[int, list[Candidate]]:
            """Candidates for some of the texts."""
            found = self._generate(list(questions.values()), **options) if questions else []
            return {
                n: [self._judge(texts[n], result, langs) for result in results]
                for n, results in zip(questions, found, strict=True)
            }

        def keep(found: Mapping[int, list[Candidate]]) -> None:
            """The better ones."""
            for n, new in found.items():
                best[n] = max([best[n], *new] if n in best else new, key=lambda c: c.rank)

        keep(look(dict(enumerate(asked)), beam_size=1))
        again = dict(enumerate(asked))
        for n, found in best.items():
            if (spelled := spell(texts[n], found.text, langs)) != texts[n]:
                again[n] = self._ask(spelled, source_lang, target_lang)
        unwanted = self._suppressed(target_lang)
        second = {n for n, found in best.items() if again[n] is not asked[n] or (unwanted and found.copied)}
        with ThreadPoolExecutor(1) as other:
            ahead = None
            if not several and second and best[0].is_bad and self._at_once > 1:
                ahead = other.submit(look, again, **_BEAM)  # a second core has nothing else to do
            keep(look({n: again[n] for n in second}, beam_size=1, suppress_sequences=unwanted))
            bad = sorted((n for n in best if best[n].is_bad), key=lambda n: best[n].rank)[:MOST_BEAMS]
            keep(ahead.result() if ahead and bad else look({n: again[n] for n in bad}, **_BEAM))
        said = [best[n] for n in range(len(texts))]
        told = [one.text for one in said if one.verdict == "ok"]
        return [
            replace(one, text=corrected(value, one.text, langs, told))
            for value, one in zip(texts, said, strict=True)
        ]

    def _suppressed(self, lang: str) -> list[list[str]]:
        """Tokens in the letters of scripts that a language is not written in; none for one of no table."""
        if lang not in self._unwanted:
            scripts = text.expected_scripts(lang)
            pieces = self._tokenizer.get_vocab() if scripts else ()
            self._unwanted[lang] = [[p] for p in pieces if p[0] != "<" and is_foreign(p, scripts)]
        return self._unwanted[lang]

    def _generate(self, asked: list[list[str]], *, beam_size: int, **options: Any) -> list[list[_Result]]:
        found = self._generator.generate_batch(
            asked,
            max_batch_size=BATCH_TOKENS // beam_size,
            batch_type="tokens",
            beam_size=beam_size,
            max_length=max(map(_limit, asked)),
            end_token=END,
            return_end_token=True,
            return_scores=True,
            include_prompt_in_result=False,
            **options,
        )
        return [
            [
                self._result(tokens, score, _limit(question))
                for tokens, score in zip(one.sequences_ids, one.scores, strict=True)
            ]
            for question, one in zip(asked, found, strict=True)
        ]

    def _result(self, ids: list[int], score: float, limit: int) -> _Result:
        """An answer within its own limit, whatever its neighbours were allowed."""
        finished = len(ids) <= limit and ids[-1:] == [self._end]
        decoded = self._tokenizer.decode(ids[:limit], skip_special_tokens=True)
        return _Result(" ".join(decoded.split()), score, finished)

    @cached_property
    def _end(self) -> int:
        return int(self._tokenizer.token_to_id(END))

    def _judge(self, value: str, result: _Result, langs: Langs) -> Candidate:
        verdict = guards.judge(
            value,
            result.text,
            finished=result.finished,
            source_lang=langs.source,
            target_lang=langs.target,
        )
        floor = self._adapter.facts.floors.get(text.primary(langs.target))
        if verdict == "ok" and floor is not None and result.score < floor:
            verdict = "unsure"
        mixed, copied = foreign_words(result.text, langs.target)
        lost = faults(value, result.text, langs)
        return Candidate(result.text, result.score, verdict, lost + mixed, copied + mixed)

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
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(self._made.path / "tokenizer.json"))


@dataclass(frozen=True, slots=True)
class _Result:
    text: str
    score: float
    finished: bool


def _limit(question: Sequence[str]) -> int:
    """Most tokens of an answer: languages differ in length, by a factor of 2 at most."""
    return 2 * len(question) + 16


def faults(source: str, target: str, langs: Langs) -> int:
    """How many names and numbers of either side have no counterpart on the other."""
    called = names_of(source, target, langs)
    counted = numbers.compare_numbers(source, target, source_lang=langs.source, target_lang=langs.target)
    return sum(map(len, (called.lost, called.added, counted.lost, counted.added)))
