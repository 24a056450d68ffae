"""The trained detector of one language, and what it says of a text.

Two tiers. The first is linear in n-grams (``style.grams``): milliseconds, no model. The second adds
what a tuned language model says (``annotate.hf.classifier``); the caller brings it, for this module runs
no model. Both tiers are calibrated by themselves, on texts that their training did not see.

The probability that comes out supposes that one text in ten was machine-translated (``prior`` of the
file). A detector that supposed one in two would call most texts it doubts machine-translated, and on
a feed of human texts nearly every one of these calls would be false.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mtcheck import resources, text
from mtcheck.core import Mark, Span, Style
from mtcheck.style import grams
from mtcheck.style.index import GramIndex

FORMAT = 2
MARKS = 5
MARK_WORDS = 4
"""Most words of one mark."""


@dataclass(frozen=True, slots=True)
class Tier:
    """How a tier's scores become log-odds.

    Attributes:
        style, classifier, bias: weights of both scores (``classifier`` is 0 in the first tier) and the
            constant; what comes out are log-odds where half of the texts are machine-translated.
        human: log-odds of human texts at 0, 1 … 100 per cent of them.
        human_texts: how many these were.
        suspect: the probability from which a text may be called machine-translated.
    """

    style: float
    classifier: float
    bias: float
    human: tuple[float, ...]
    human_texts: int
    suspect: float


@dataclass(frozen=True, slots=True)
class Partner:
    """Whose word the second tier adds.

    Attributes:
        model: signature of the language model.
        classifier: signature of what it was taught.
    """

    model: str
    classifier: str


@dataclass(frozen=True)
class Detector:
    """Everything that is known about one language.

    Attributes:
        min_words: texts below are not judged.
        prior: share of texts that are supposed to be machine-translated.
        index, idf, weights, bias: the first tier; a number a gram.
        families: where the grams of each family stand.
        tiers: ``style`` for the first tier alone, ``classifier`` for both.
        partner: None if there is no second tier.
    """

    lang: str
    signature: str
    min_words: int
    prior: float
    index: GramIndex
    idf: Any
    weights: Any
    families: tuple[slice, ...]
    bias: float
    tiers: dict[str, Tier]
    partner: Partner | None

    def style_score(self, folded: str) -> float:
        """The first tier's score of a folded text: linear in its TF-IDF values."""
        return self._sum(*self.values(folded))

    def _sum(self, present: Any, values: Any) -> float:
        return self.bias + float((self.weights[present] * values).sum())

    def values(self, folded: str) -> tuple[Any, Any]:
        """Sublinear TF-IDF of the grams it knows, each family of length 1.

        Sums instead of products of matrices: linear algebra starts threads, which cost more than they
        bring on a few thousand numbers.

        Returns:
            indices of the grams that are there, and their values.
        """
        import numpy as np

        counts = self.index.counts(folded)
        present = counts.nonzero()[0]
        values = (1.0 + np.log(counts[present])) * self.idf[present]
        for family in self.families:
            own = slice(*present.searchsorted([family.start, family.stop]))
            values[own] /= np.sqrt((values[own] ** 2).sum()) or 1.0
        return present, values

    def judge(self, value: str, classified: float | None = None) -> Style | None:
        """What the wording of a text says, None if it is too short to tell.

        Args:
            value: running text, without notices and code.
            classified: what ``partner`` says, log-odds; None for the first tier alone.
        """
        if not self.is_long_enough(value):
            return None
        folded = grams.fold(value)
        known = self.values(folded)
        style = self._sum(*known)
        tier = self.tiers["style" if classified is None else "classifier"]
        log_odds = tier.style * style + tier.bias
        if classified is not None:
            log_odds += tier.classifier * classified
        probability = 1 / (1 + math.exp(-log_odds - math.log(self.prior / (1 - self.prior))))
        marks = self._marks(value, folded, tier.style, known) if probability >= tier.suspect else ()
        model = self.partner.model if classified is not None and self.partner is not None else None
        return Style(
            probability,
            tier.suspect,
            _share_above(log_odds, tier.human),
            tier.human_texts,
            model,
            marks,
            self.signature,
        )

    def is_long_enough(self, value: str) -> bool:
        """Whether a text has the words that a judgement needs; two characters count as a word where
        a language sets no spaces."""
        return count_words(value, self.lang) >= self.min_words

    def _marks(self, value: str, folded: str, slope: float, known: tuple[Any, Any]) -> tuple[Mark, ...]:
        """The words of ``value`` that weigh most."""
        spans = _word_spans(value)
        places = [n for n, word in enumerate(grams.words(folded)) if word[0].isalpha()]
        if len(spans) < len(places) or not places:
            return ()
        by_token = self._word_weights(folded, slope, known)
        weights = [by_token[n] for n in places]
        runs = sorted(
            ((sum(weights[i : i + MARK_WORDS]), i) for i in range(max(1, len(places) - MARK_WORDS + 1))),
            reverse=True,
        )
        chosen: list[tuple[float, int]] = []
        for weight, i in runs:
            if weight > 0 and all(abs(i - j) >= MARK_WORDS for _, j in chosen) and len(chosen) < MARKS:
                chosen.append((weight, i))
        return tuple(
            Mark(Span(spans[i][0], spans[min(i + MARK_WORDS, len(places)) - 1][1]), round(weight, 4))
            for weight, i in sorted(chosen, key=lambda c: c[1])
        )

    def _word_weights(self, folded: str, slope: float, known: tuple[Any, Any]) -> list[float]:
        """What each word adds to the log-odds by grams of words and shapes: every gram's part shared among
        its occurrences, and each occurrence's among its words."""
        import numpy as np

        present, values = known
        parts = np.zeros(len(self.weights))
        parts[present] = slope * self.weights[present] * values
        everywhere = list(self.index.found(folded, "ws"))
        often = np.maximum(1, sum(np.bincount(f.grams, minlength=len(parts)) for f in everywhere))
        out = np.zeros(len(grams.words(folded)))
        for found in everywhere:
            share = parts[found.grams] / often[found.grams] / found.length
            for n in range(found.length):
                np.add.at(out, found.starts + n, share)
        return [float(x) for x in out]


def judge(value: str, lang: str | None, classified: float | None = None) -> Style | None:
    """What the wording of a text says; None in a language without a detector, or below its length.

    Args:
        lang: BCP 47 language of the text.
        classified: as ``Detector.judge`` takes it.
    """
    detector = detector_for(lang)
    return detector.judge(value, classified) if detector is not None else None


@cache
def detector_for(lang: str | None) -> Detector | None:
    """The detector of a language, None if there is none."""
    if lang is None:
        return None
    try:
        return load(resources.model_file(f"detection/{text.primary(lang)}.json"))
    except FileNotFoundError:
        return None


def load(path: Path) -> Detector:
    """Read a detector.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is of another format.
    """
    raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if raw.get("format") != FORMAT:
        raise ValueError(f"{path}: not a detector of format {FORMAT}; train it again")
    import numpy as np

    names = raw["grams"]
    return Detector(
        lang=raw["language"],
        signature=raw["signature"],
        min_words=int(raw["min_words"]),
        prior=float(raw["prior"]),
        index=GramIndex(names, raw["frequent"]),
        idf=np.array(raw["idf"], dtype=float),
        weights=np.array(raw["weights"], dtype=float),
        families=_families(names),
        bias=float(raw["bias"]),
        tiers={name: _tier(tier) for name, tier in raw["tiers"].items()},
        partner=_partner(raw.get("partner")),
    )


def _families(names: Sequence[str]) -> tuple[slice, ...]:
    """Where each family's grams stand; they are written in order of their first letter."""
    firsts = [name[0] for name in names]
    if sorted(firsts) != firsts:
        raise ValueError("the grams are not in order of their families; train the detector again")
    bounds = [(bisect_left(firsts, f), bisect_right(firsts, f)) for f in sorted(grams.FAMILIES)]
    return tuple(slice(a, b) for a, b in bounds if a < b)


def _tier(raw: dict[str, Any]) -> Tier:
    return Tier(
        float(raw["style"]),
        float(raw["classifier"]),
        float(raw["bias"]),
        tuple(raw["human"]),
        int(raw["human_texts"]),
        float(raw["suspect"]),
    )


def _partner(raw: dict[str, Any] | None) -> Partner | None:
    return None if raw is None else Partner(str(raw["model"]), str(raw["classifier"]))


def count_words(value: str, lang: str) -> float:
    """Words between spaces; half of the characters where a language sets no spaces."""
    if text.primary(lang) in {"zh", "ja"}:
        return len(value) / 2
    return len(value.split())


def _word_spans(value: str) -> list[tuple[int, int]]:
    """Half-open spans of the words (of letters) in a text, in order."""
    same = value.translate(grams.SAME_LENGTH)
    return [(a, b) for a, b in grams.tokens(same) if same[a].isalpha()]


def _share_above(log_odds: float, human: Sequence[float]) -> float:
    """Share of human texts that score at least as high, from their percentiles."""
    below = bisect_left(human, log_odds)
    return max(0.0, (len(human) - below) / len(human))
