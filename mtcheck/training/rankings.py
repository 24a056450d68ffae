"""Which of two engines' translations of one source is the better one, where nobody was asked.

What several engines and people agree on is more often right than what one of them says by itself. A
translation is worth its chrF (Popović 2015) against the nearest human one and, twice, against other
engines' on average: consensus, as in minimum Bayes risk decoding (Kumar and Byrne 2004). On TED talks that
people rated, pairs of one source are ordered by it as raters order them with Kendall's tau 0.12
(Chinese-English, 2026-11-29), so that it is weak evidence; there is plenty of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sacrebleu.metrics import CHRF

from mtcheck.training.corpus import digest
from mtcheck.training.rows import documents, files
from mtcheck.training.watch import Watch

ENGINES, OTHERS = 6, 2
"""Engines of one source that are compared, and how many others each is set against."""
PAIRS = 2
"""The best with the worst, the second best with the second worst."""
LEAST = 15.0
"""Points of worth, of 300, that a pair must differ by."""
LENGTHS = range(30, 400)


class Ranked(NamedTuple):
    """Two translations of a source, the better one first, and by how many points of 300."""

    source: str
    better: str
    worse: str
    langs: tuple[str, str]
    points: float


def read_rankings(
    folders: Iterable[Path], is_apart: Callable[[Sequence[str]], bool], watch: Watch
) -> list[Ranked]:
    """Pairs of the WMT documents of some folders, but for documents that are left out.

    Args:
        is_apart: tells by a document's source whether it is.
    """
    compared = [
        row
        for folder in folders
        for path in files(folder)
        for row in documents(path)
        if not is_apart(row["source"])
    ]
    watch.plan("rankings", len(compared))
    out: list[Ranked] = []
    for row in compared:
        out += _of_document(row)
        watch.advance("rankings", 1)
    return out


def _of_document(row: dict[str, Any]) -> Iterator[Ranked]:
    for n, source in enumerate(row["source"]):
        human = [lines[n] for lines in row["human"].values() if lines[n]]
        said = sorted({lines[n] for lines in row["mt"].values() if lines[n]}, key=lambda t: digest(source, t))
        engines = said[:ENGINES]
        if len(source) not in LENGTHS or not human or len(engines) < 2 * PAIRS:
            continue
        ordered = sorted(zip(_worth(engines, human), engines, strict=True), reverse=True)
        for (more, better), (less, worse) in zip(ordered[:PAIRS], ordered[::-1], strict=False):
            if more - less >= LEAST:
                yield Ranked(source, better, worse, (row["src_lang"], row["tgt_lang"]), more - less)


def _worth(engines: Sequence[str], human: Sequence[str]) -> list[float]:
    chrf = CHRF()

    def like(one: str, other: str) -> float:
        return float(chrf.sentence_score(one, [other]).score)

    out = []
    for n, one in enumerate(engines):
        others = [engines[(n + k) % len(engines)] for k in range(1, OTHERS + 1)]
        consensus = sum(like(one, other) for other in others) / len(others)
        out.append(max(like(one, person) for person in human) + 2 * consensus)
    return out
