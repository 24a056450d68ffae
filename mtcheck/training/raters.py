"""Who rated which translation, and how much of a rating is who gave it.

MQM ratings name the rater of each error, and nobody where none was marked. Each rater was given some
consecutive segments of one translation of a document (Freitag et al. 2021, https://aclanthology.org/2021.tacl-1.87/),
so that a segment between two with errors by one rater was rated by that one too. Between two raters' it is
cut where most other translations of the document may change hands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics import CHRF

from mtcheck.core import InputError
from mtcheck.training.rows import rows

Array = NDArray[np.float64]


class Piece(NamedTuple):
    """A segment of one translation of a document.

    Attributes:
        segment: its number in the document.
        raters: who marked an error in it; several names joined by "+", empty if none was marked.
        penalty: MQM, 0 or more.
    """

    doc: str
    system: str
    segment: int
    raters: str
    penalty: float
    source: str
    target: str


def read(path: Path) -> list[Piece]:
    """The rated segments of a ``NAME.SOURCE-TARGET.mqm.jsonl.gz``, in order.

    Raises:
        InputError: a row that cannot be read.
    """
    return pieces(path, rows(path))


def pieces(path: Path, found: Iterable[tuple[int, dict[str, Any]]]) -> list[Piece]:
    """The same, of the rows of a file with their line numbers."""
    out = []
    for line, row in found:
        with row_of(path, line):
            raters = "+".join(sorted({str(error["rater"]) for error in row["errors"]}))
            place = (str(row["doc"]), str(row["system"]), int(row["seg"]))
            out.append(Piece(*place, raters, float(row["mqm"]), str(row["src"]), str(row["target"])))
    return out


@contextmanager
def row_of(path: Path, line: int) -> Iterator[None]:
    """Where something of the row of a rated segment is read.

    Raises:
        InputError: it is not as it should be.
    """
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            str(path),
            f"not a rated segment: {error!r}",
            place=f"line {line}",
            mend='give it "doc", "system", "seg", "src", "target", "mqm" and "errors", each by a "rater"',
        ) from error


class _Gap(NamedTuple):
    """Pieces of one translation in a row in which nothing was marked, by their places among all.

    ``before`` and ``after`` rated the pieces beside them, empty at an end of the translation; ``then`` is the
    place of the one after them.
    """

    members: list[int]
    before: str
    after: str
    then: int

    @property
    def starts(self) -> list[int]:
        """Where the second of two raters may begin; empty if there are not two."""
        return [*self.members, self.then] if self.before and self.after and self.before != self.after else []


def assigned(pieces: Sequence[Piece]) -> list[str]:
    """Who rated each piece, marked or not; empty where nothing of that translation was marked."""
    gaps = list(_gaps(pieces))
    votes: dict[tuple[str, int], float] = defaultdict(float)
    for gap in gaps:
        for n in gap.starts:
            votes[pieces[n].doc, pieces[n].segment] += 1 / len(gap.starts)
    out = [piece.raters for piece in pieces]
    for gap in gaps:
        likely = [votes[pieces[n].doc, pieces[n].segment] for n in gap.starts]
        cut = likely.index(max(likely)) if likely else len(gap.members) if gap.before else 0
        for k, n in enumerate(gap.members):
            out[n] = gap.before if k < cut else gap.after
    return out


def _gaps(pieces: Sequence[Piece]) -> Iterator[_Gap]:
    runs: dict[tuple[str, str], list[int]] = defaultdict(list)
    for n, piece in enumerate(pieces):
        runs[piece.doc, piece.system].append(n)
    for run in runs.values():
        members: list[int] = []
        before = ""
        for n in sorted(run, key=lambda n: pieces[n].segment):
            if pieces[n].raters:
                yield _Gap(members, before, pieces[n].raters, n)
                members, before = [], pieces[n].raters
            else:
                members.append(n)
        yield _Gap(members, before, "", -1)


@dataclass(frozen=True, slots=True)
class Severity:
    """How much of the ratings of a set is who gave them.

    Attributes:
        who: rated each piece, as ``assigned`` tells.
        raters: how many there are.
        pairs: pairs of translations of one source whose penalties differ.
        by_one: those of them that one rater rated.
        elsewhere: what each piece's rater gives on other documents, as the mean logarithm of one more than
            the penalty; that of all raters for one who rated no other.
    """

    who: list[str]
    raters: int
    pairs: int
    by_one: int
    elsewhere: Array


def severity(pieces: Sequence[Piece]) -> Severity:
    """See ``Severity``.

    Raises:
        ValueError: there are fewer than two documents.
    """
    docs = np.array([piece.doc for piece in pieces])
    if len(set(docs.tolist())) < 2:
        raise ValueError("ratings of one document only: what a rater gives elsewhere is not known")
    who = np.array(assigned(pieces))
    logs = np.log1p([piece.penalty for piece in pieces])
    elsewhere = np.zeros(len(pieces))
    for doc in sorted(set(docs.tolist())):
        for rater in sorted(set(who[docs == doc].tolist())):
            others = (who == rater) & (docs != doc)
            elsewhere[(docs == doc) & (who == rater)] = logs[others if others.any() else docs != doc].mean()
    pairs = [
        (a, b)
        for members in _by_source(pieces)
        for k, a in enumerate(members)
        for b in members[:k]
        if pieces[a].penalty != pieces[b].penalty
    ]
    return Severity(
        who.tolist(),
        len(set(who.tolist()) - {""}),
        len(pairs),
        sum(who[a] == who[b] for a, b in pairs),
        elsewhere,
    )


def _by_source(pieces: Sequence[Piece]) -> list[list[int]]:
    """The places of the translations of each source."""
    found: dict[str, list[int]] = defaultdict(list)
    for n, piece in enumerate(pieces):
        found[piece.source].append(n)
    return list(found.values())


def consensus(pieces: Sequence[Piece]) -> tuple[Array, str]:
    """chrF (Popović 2015) of each piece with the other translations of its source on average, 0 without any;
    and its signature."""
    chrf = CHRF()
    out = np.zeros(len(pieces))
    for members in _by_source(pieces):
        for n in members:
            scores = [
                chrf.sentence_score(pieces[n].target, [pieces[other].target]).score
                for other in members
                if other != n
            ]
            out[n] = np.mean(scores) if scores else 0.0
    return out, str(chrf.get_signature().format())
