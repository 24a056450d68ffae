"""What a translator makes of held-out pairs: figures by direction, and the floors of likelihood.

A floor is the mean log-likelihood of a token below which most translations into a language have next to
nothing in common with the human one. What is below it is no evidence, and the translator says so.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtcheck.annotate import metrics
from mtcheck.annotate.base import Translator
from mtcheck.annotate.hf import adapted
from mtcheck.annotate.hf import adapter as adapters
from mtcheck.annotate.hf.adapter import Adapter
from mtcheck.annotate.hf.tuned import Candidate, TunedTranslator
from mtcheck.training.pairs import Pair, read, split
from mtcheck.training.watch import Watch

SENTENCES = 120
"""Held-out pairs of a direction that are translated."""
SENSELESS = 20.0
"""chrF against the human translation below which a sentence has next to nothing in common with it."""
MOST_DROPPED = 0.1
"""Largest share of translations that a floor may take away."""
DRAWS = 500


@dataclass(frozen=True, slots=True)
class Judged:
    """A translation, its likelihood where known, and its chrF against the human one (0 to 100)."""

    pair: Pair
    text: str
    verdict: str
    likelihood: float
    chrf: float


def held_out(folders: Sequence[Path], adapter: Adapter) -> dict[tuple[str, str], list[Pair]]:
    """Pairs that were kept from an adapter, some of each of its directions, by a fixed seed."""
    directions = sorted(adapter.facts.directions)
    _, held = split(read(folders, sorted({lang for d in directions for lang in d})))
    out = {}
    for direction in directions:
        own = [p for p in held if p.direction == direction]
        random.Random(1).shuffle(own)
        out[direction] = own[:SENTENCES]
    return out


def judged(pairs: Sequence[Pair], candidates: Sequence[Candidate]) -> list[Judged]:
    """Each candidate with what it is worth."""
    return [
        Judged(
            pair,
            c.text,
            c.verdict,
            c.likelihood,
            metrics.compare(c.text, pair.target, lang=pair.target_lang).chrf,
        )
        for pair, c in zip(pairs, candidates, strict=True)
    ]


def floor(said: Sequence[Judged]) -> float | None:
    """The highest likelihood such that at least half of what is below it is senseless.

    Returns:
        nats a token; None if no such line takes away at most ``MOST_DROPPED`` of the translations.
    """
    usable = sorted((j.likelihood, j.chrf) for j in said if j.verdict == "ok")
    found, bad = None, 0
    for below, (likelihood, chrf) in enumerate(usable):
        if below and bad * 2 >= below:
            found = likelihood
        if below + 1 > MOST_DROPPED * len(usable):
            break
        bad += chrf < SENSELESS
    return None if found is None else round(found, 3)


def figures(pairs: Sequence[Pair], texts: Sequence[str], verdicts: Sequence[str]) -> dict[str, Any]:
    """chrF and BLEU over all sentences, with 95 % bootstrap intervals, and the verdicts other than ok."""
    from sacrebleu.metrics import BLEU, CHRF

    out: dict[str, Any] = {"sentences": len(pairs)}
    references = [[p.target for p in pairs]]
    for metric in (CHRF(), BLEU()):
        score = metric.corpus_score(list(texts), references, n_bootstrap=DRAWS)
        low, high = score._mean - score._ci, score._mean + score._ci
        name = str(metric.get_signature().format())
        out["BLEU" if isinstance(metric, BLEU) else "chrF"] = [
            round(float(x), 1) for x in (score.score, low, high)
        ]
        out.setdefault("signatures", []).append(name)
    refused = Counter(v for v in verdicts if v != "ok")
    return {**out, "no_verdict": dict(sorted(refused.items()))}


def add(folders: Sequence[Path], out: Path, cache: Path, *, watch: Watch) -> None:
    """Translate held-out pairs by an adapter, and write floors and figures into its description.

    Twice: without floors to find them, and with them, as a user will.
    """
    describe(out, {"floors": {}})
    samples = held_out(folders, Adapter(out))
    watch.plan("Sentences", 2 * sum(map(len, samples.values())))
    by_language: dict[str, list[Judged]] = defaultdict(list)
    for (_, target_lang), said in _translated(samples, out, cache, watch):
        by_language[target_lang] += said
    floors = {lang: floor(said) for lang, said in by_language.items()}
    describe(out, {"floors": {k: v for k, v in floors.items() if v is not None}})
    told: dict[str, Any] = {}
    for direction, said in _translated(samples, out, cache, watch):
        row = figures([j.pair for j in said], [j.text for j in said], [j.verdict for j in said])
        told["-".join(direction)] = row
        watch.say(f"{'-'.join(direction)}: chrF {row['chrF']}, BLEU {row['BLEU']}")
    describe(out, {"figures": told})


def _translated(
    samples: Mapping[tuple[str, str], Sequence[Pair]], out: Path, cache: Path, watch: Watch
) -> Iterator[tuple[tuple[str, str], list[Judged]]]:
    """Every direction, with what the adapter in a folder makes of its pairs."""
    adapter = Adapter(out)
    translator = TunedTranslator(adapted.checkpoint(cache, adapter, say=watch.say), adapter)
    for (source_lang, target_lang), pairs in samples.items():
        found = translator.candidates(
            [p.source for p in pairs],
            source_lang=source_lang,
            target_lang=target_lang,
            progress=lambda n: watch.advance("Sentences", n),
        )
        said = judged(pairs, [c or Candidate("", 0.0, "too-long", 0) for c in found])
        yield (source_lang, target_lang), said


def describe(out: Path, more: Mapping[str, Any]) -> None:
    """Add to ``adapter.json``."""
    told = json.loads((out / adapters.FACTS).read_text(encoding="utf-8"))
    adapters.write_facts(out, {**told, **more})


def compare(translator: Translator, pairs: Sequence[Pair]) -> dict[str, Any]:
    """``figures`` of any translator on pairs of one direction."""
    source_lang, target_lang = pairs[0].direction
    found = translator.translate([p.source for p in pairs], source_lang=source_lang, target_lang=target_lang)
    return figures(pairs, [t.text for t in found], [t.verdict for t in found])
