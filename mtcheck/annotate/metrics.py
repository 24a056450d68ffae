"""chrF, BLEU and TER by sacrebleu, with the signatures that say how they were counted.

Sentence BLEU uses effective order; Chinese is tokenised by sacrebleu's ``zh``, Japanese and Korean
by character (their own tokenisers need MeCab), all else by ``13a``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

from mtcheck import text

CHRF_ORDER, CHRF_BETA = 6, 2
"""Longest runs of letters that chrF counts, and how many times recall weighs in it, as in sacrebleu."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How alike two texts are: chrF and BLEU 0 to 100, TER from 0 (identical) upwards, in percent."""

    chrf: float
    bleu: float
    ter: float


def compare(hypothesis: str, reference: str, *, lang: str) -> Comparison:
    """Sentence scores of a hypothesis against one reference in language ``lang``."""
    chrf, bleu, ter = _metrics(_tokenizer(lang), True)
    return Comparison(
        float(chrf.sentence_score(hypothesis, [reference]).score),
        float(bleu.sentence_score(hypothesis, [reference]).score),
        float(ter.sentence_score(hypothesis, [reference]).score),
    )


def likenesses(sentences: Sequence[str]) -> list[float]:
    """How like the others each sentence is, 0 to 100: the mean chrF of the others with it for reference, as
    sacrebleu counts it; 0 of a single one. Every sentence is taken apart once, not once for every other."""
    grams = [_character_ngrams(sentence) for sentence in sentences]
    totals = [[sum(each.values()) for each in own] for own in grams]
    scores = [0.0] * len(sentences)
    for (first, a), (second, b) in combinations(enumerate(grams), 2):
        common = [_in_common(*orders) for orders in zip(a, b, strict=True)]
        scores[second] += _chrf(common, totals[first], totals[second])
        scores[first] += _chrf(common, totals[second], totals[first])
    return [score / max(1, len(sentences) - 1) for score in scores]


def _character_ngrams(sentence: str) -> list[Counter[str]]:
    """How often each run of 1 to 6 letters occurs, by length, without spaces."""
    bare = "".join(sentence.split())
    return [Counter(bare[at : at + n] for at in range(len(bare) - n + 1)) for n in range(1, CHRF_ORDER + 1)]


def _in_common(some: Counter[str], others: Counter[str]) -> int:
    return sum(min(count, others[run]) for run, count in some.items() if run in others)


def _chrf(common: Sequence[int], hypothesis: Sequence[int], reference: Sequence[int]) -> float:
    """chrF, 0 to 100, from how many runs of each length there are (Popović 2015,
    https://aclanthology.org/W15-3049/)."""
    orders = [(c, h, r) for c, h, r in zip(common, hypothesis, reference, strict=True) if h and r]
    precision = sum(c / h for c, h, _ in orders)
    recall = sum(c / r for c, _, r in orders)
    if not precision + recall:
        return 0.0
    weight = CHRF_BETA**2
    return 100 * (1 + weight) * precision * recall / (weight * precision + recall) / len(orders)


def compare_documents(hypotheses: Sequence[str], references: Sequence[str], *, lang: str) -> Comparison:
    """Corpus scores of aligned sentences; both must be equally long and not empty."""
    chrf, bleu, ter = _metrics(_tokenizer(lang), False)
    ours, theirs = list(hypotheses), [list(references)]
    return Comparison(
        float(chrf.corpus_score(ours, theirs).score),
        float(bleu.corpus_score(ours, theirs).score),
        float(ter.corpus_score(ours, theirs).score),
    )


def signatures(lang: str) -> dict[str, str]:
    """Metric to sacrebleu signature, as the numbers of language ``lang`` were counted."""
    names = ("chrf", "bleu", "ter")
    metrics = _metrics(_tokenizer(lang), True)
    for metric in metrics:  # a signature is complete only after a score
        metric.sentence_score("a b c d", ["a b c d"])
    return {name: metric.get_signature().format() for name, metric in zip(names, metrics, strict=True)}


def _tokenizer(lang: str) -> str:
    return {"zh": "zh", "ja": "char", "ko": "char"}.get(text.primary(lang), "13a")


@cache
def _metrics(tokenizer: str, sentences: bool) -> tuple[Any, Any, Any]:
    from sacrebleu.metrics import BLEU, CHRF, TER

    spaceless = tokenizer in {"zh", "char"}
    return (
        CHRF(),
        BLEU(effective_order=sentences, tokenize=tokenizer),
        TER(normalized=spaceless, asian_support=spaceless),
    )
