"""Measure what the adequacy score finds of spoilt translations.

    python models/faults.py --data DIR [--good 3000] [--spoilt 250]

DIR holds the WMT documents of the evaluation data. One in eight of them, by its text, was learnt from by no
part of the score but the lexicons; human translations of these are spoilt (``corruptions.py``, whose names
and words are not those that the rater was taught with) and both are scored as users score them. Printed and
written into ``adequacy.json``: the share of spoilt ones whose expected penalty is above that of 99 in 100
good ones, kind by kind, and how many are named by a rule. Same data, same figures.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import corruptions
import gates
import numpy as np
from corruptions import Pair

from mtcheck.annotate import adequacy
from mtcheck.annotate.base import TranslationRater
from mtcheck.annotate.models import Models
from mtcheck.core import NO_TRANSLATION, Adequacy, Segment, Span
from mtcheck.training.rater import read_good

HERE = Path(__file__).parent
FALSE_ALARMS = 0.01
DRAWS = 500


def pairs_of(data: Path) -> list[Pair]:
    """Human translations of the documents that nothing was learnt from, shuffled."""
    measured = {good.source for good in read_good([data]).measured}
    found = [p for p in gates.wmt(data, 1) if p.human and p.source in measured and p.quarter == 3]
    random.Random(5).shuffle(found)
    return found


def said_of(pairs: Sequence[tuple[Pair, str]], model: TranslationRater, models: Models) -> list[Adequacy]:
    """What the score makes of targets beside the sources of pairs; nothing said counts as nothing wrong."""
    out = [Adequacy(0.0)] * len(pairs)
    for langs in sorted({(p.source_lang, p.target_lang) for p, _ in pairs}):
        own = [n for n, (p, _) in enumerate(pairs) if (p.source_lang, p.target_lang) == langs]
        segments = [Segment(pairs[n][1], Span(0, len(pairs[n][1])), source=pairs[n][0].source) for n in own]
        found = adequacy.by_language_model(
            segments,
            model,
            source_lang=langs[0],
            target_lang=langs[1],
            progress=lambda _: None,
            translator=models.expecting(adequacy.partner(model.signature), *langs),
        )
        for n, one in zip(own, found, strict=True):
            out[n] = one or out[n]
    return out


def share(hits: Sequence[bool]) -> list[float]:
    """The share, with a 95 % bootstrap interval over pairs."""
    values = np.array(hits, dtype=float)
    rng = np.random.default_rng(0)
    drawn = values[rng.integers(0, len(values), (DRAWS, len(values)))].mean(1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return [round(float(x), 3) for x in (values.mean(), low, high)]


def main() -> None:
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--good", type=int, default=3000)
    parser.add_argument("--spoilt", type=int, default=250)
    given = parser.parse_args()
    models = Models()
    model = models.fluency_model()
    if not isinstance(model, TranslationRater):
        raise SystemExit("the language model rates no translations")
    pairs = pairs_of(given.data)
    spoilt = {kind: gates.spoil(pairs, kind, random.Random(2), given.spoilt) for kind in corruptions.KINDS}
    good = said_of([(p, p.target) for p in pairs[: given.good]], model, models)
    limit = float(np.quantile([one.penalty for one in good], 1 - FALSE_ALARMS))
    found: dict[str, Any] = {
        "good": len(good),
        "limit": round(limit, 3),
        "good named": share([_named(one) for one in good]),
        "date": datetime.date.today().isoformat(),
        "kinds": {},
    }
    for kind, some in spoilt.items():
        bad = said_of(some, model, models)
        found["kinds"][kind] = {
            "pairs": len(bad),
            "found": share([one.penalty > limit for one in bad]),
            "named": share([_named(one) for one in bad]),
        }
        print(kind, found["kinds"][kind], flush=True)
    print({name: value for name, value in found.items() if name != "kinds"})
    path = HERE / "adequacy.json"
    known = json.loads(path.read_text(encoding="utf-8"))
    known["models"][model.signature]["found"] = found
    path.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _named(said: Adequacy) -> bool:
    """Whether a rule on adequacy reports one thing that is wrong, or that it is no translation at all."""
    return said.fault is not None or said.penalty >= NO_TRANSLATION


if __name__ == "__main__":
    main()
