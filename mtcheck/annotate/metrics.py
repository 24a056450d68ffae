"""chrF, BLEU and TER by sacrebleu, with the signatures that say how they were counted.

Sentence BLEU uses effective order; Chinese is tokenised by sacrebleu's ``zh``, Japanese and Korean
by character (their own tokenisers need MeCab), all else by ``13a``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from mtcheck import text


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


def likeness(hypothesis: str, reference: str) -> float:
    """chrF alone of two sentences, 0 to 100: for many pairs, as all three take ten times as long."""
    return float(_metrics("13a", True)[0].sentence_score(hypothesis, [reference]).score)


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
