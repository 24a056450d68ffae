"""Where a model's numbers stand among those of human text: what makes a percentile of a raw score.

Surprisal, chrF of a trip there and back, and an estimator's penalty mean nothing by themselves; each
function here measures one of them on text that people wrote or translated. What they give is written
into the project's ``models/*.json`` for the models that come with it (``models/measure.py``) and into
the user's own tables for any other (``mtcheck models calibrate``; ``annotate.reference``).

Read are JSONL rows (``.jsonl`` or ``.jsonl.gz``): ``{"src_lang", "tgt_lang", "source": [...], "human":
{who: [...]}}``, and pages ``{"label": "human", "lang", "segments": [...]}`` for languages without any of
the first. Nothing of the text is kept. Same data, same figures.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

from mtcheck import text
from mtcheck.annotate import fluency, metrics, reference, registry
from mtcheck.annotate.base import LanguageModel, QualityEstimator, Translator
from mtcheck.annotate.hf import Checkpoint, is_estimator
from mtcheck.annotate.models import Models
from mtcheck.annotate.round_trip import round_trips
from mtcheck.core import Document, InputError, ModelError, Origin, Segment, Span
from mtcheck.segment import segment
from mtcheck.training.rows import files, name_of, objects
from mtcheck.training.watch import Watch

STEPS = 100
MIN_SENTENCES = 60
"""Fewer human sentences than this make no distribution."""
MIN_TOKENS = 5
WORDS = (4, 40)
"""Shortest and longest sentence that is carried there and back."""


@dataclass(frozen=True)
class HumanText:
    """What people wrote and translated, in a folder.

    Args:
        folder: where the rows lie.

    Raises:
        InputError: a row cannot be read, or there is none.
    """

    folder: Path

    @cached_property
    def _rows(self) -> list[tuple[str, dict[str, Any]]]:
        found = []
        for path in files(self.folder):
            found += [(name_of(path), row) for row in objects(path) if "segments" in row or "human" in row]
        if not found:
            raise InputError(
                str(self.folder), "no human text here", mend="see `mtcheck models calibrate --help`"
            )
        return found

    @property
    def languages(self) -> list[str]:
        """Languages that somebody wrote in."""
        return sorted({row["src_lang"] if "human" in row else row["lang"] for _, row in self._rows})

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """(source, target) languages that somebody translated."""
        return sorted({(row["src_lang"], row["tgt_lang"]) for _, row in self._rows if "human" in row})

    @property
    def all_languages(self) -> set[str]:
        """Languages that somebody wrote in or translated into."""
        return {*self.languages, *(lang for pair in self.pairs for lang in pair)}

    def documents(self, lang: str) -> list[list[str]]:
        """Texts that people wrote in a language, as lists of lines, shuffled by a fixed seed."""
        found: dict[str, list[str]] = {}
        for _, lines in self._written(lang):
            found.setdefault("\n".join(lines), lines)
        out = list(found.values())
        random.Random(0).shuffle(out)
        return out

    def source(self, lang: str) -> str:
        """What the documents of a language are, in words."""
        return ", ".join(sorted({name for name, _ in self._written(lang)}))

    def _written(self, lang: str) -> Iterator[tuple[str, list[str]]]:
        own = [(n, row["source"]) for n, row in self._rows if "human" in row and row["src_lang"] == lang]
        if own:
            yield from own
            return
        for name, row in self._rows:
            if "segments" in row and row["lang"] == lang and row["label"] != "mt":
                yield name, row["segments"]

    def translations(self, source_lang: str, target_lang: str) -> list[tuple[str, str]]:
        """Sources with their first human translation."""
        found: list[tuple[str, str]] = []
        for _, row in self._rows:
            if "human" in row and (row["src_lang"], row["tgt_lang"]) == (source_lang, target_lang):
                best = row["human"][min(row["human"])]
                found += zip(row["source"], best, strict=True)
        return found


def quantiles(values: Sequence[float]) -> list[float]:
    """``STEPS + 1`` quantiles from minimum to maximum."""
    ordered = sorted(values)
    out = []
    for step in range(STEPS + 1):
        at = step * (len(ordered) - 1) / STEPS
        low = int(at)
        high = min(low + 1, len(ordered) - 1)
        out.append(round(ordered[low] + (at - low) * (ordered[high] - ordered[low]), 3))
    return out


@dataclass(frozen=True, slots=True)
class Measuring:
    """How something is measured.

    Attributes:
        human: on what.
        sentences: at most so many of each language or pair.
        watch: told how it gets on.
        today: the date that is written beside the figures.
    """

    human: HumanText
    sentences: int
    watch: Watch
    today: datetime.date


def surprisal(model: LanguageModel, lang: str, how: Measuring) -> dict[str, Any] | None:
    """Mean surprisal of human sentences by length class, and of words, in a language.

    Returns:
        what ``reference.fluency_reference`` gives; None for too few sentences.
    """
    documents = _take(lang, how.human.documents(lang), 2 * how.sentences)
    alone = _alone(documents, how.sentences // 2)
    later, words = _surprisals(model, _first(documents, how.sentences), how.watch)
    first, _ = _surprisals(model, alone, how.watch)
    if len(later) < MIN_SENTENCES:
        how.watch.say(f"{lang}: only {len(later)} sentences, left out")
        return None
    return {
        "sentences": len(later) + len(first),
        "date": how.today.isoformat(),
        "data": how.human.source(lang),
        "words": quantiles(words),
        "later": _by_length(later),
        "first": _by_length(first),
    }


def document(lines: list[str], lang: str, name: str) -> Document:
    """A document of one paragraph a line, cut into sentences as the pipeline does."""
    return segment(Document(name, "\n".join(lines), Origin(name), lang=lang))


def _take(lang: str, texts: list[list[str]], sentences: int) -> list[Document]:
    """Documents until there are ``sentences`` of them."""
    out: list[Document] = []
    count = 0
    for i, lines in enumerate(texts):
        if count >= sentences:
            break
        out.append(document(lines, lang, f"{lang}/{i}"))
        count += len(out[-1].segments)
    return out


def _first(documents: list[Document], sentences: int) -> list[Document]:
    """The first documents that hold ``sentences`` sentences."""
    ends = list(accumulate(len(d.segments) for d in documents))
    return documents[: 1 + sum(end < sentences for end in ends)]


def _alone(documents: list[Document], sentences: int) -> list[Document]:
    """Sentences as documents of their own, which nothing stands before."""
    pool = [s.text for d in documents for s in d.segments]
    random.Random(1).shuffle(pool)
    return [
        document([value], documents[0].lang or "", f"alone/{i}") for i, value in enumerate(pool[:sentences])
    ]


def _surprisals(
    model: LanguageModel, documents: list[Document], watch: Watch
) -> tuple[list[tuple[int, float]], list[float]]:
    """(tokens, mean bits) of each sentence but a text's first where it has more, and bits of each word."""
    running = [fluency.running_text(d) for d in documents]
    watch.plan("Texts", len(documents))
    said = model.surprisal([r[0] for r in running], progress=lambda n: watch.advance("Texts", n))
    means: list[tuple[int, float]] = []
    words: list[float] = []
    for doc, (_, places), tokens in zip(documents, running, said, strict=True):
        for number, (index, place) in enumerate(places):
            if number == 0 and len(places) > 1:
                continue
            own = [t for t in tokens if t.end > place.start and t.start < place.end]
            spoken = fluency.fluency_of(doc.segments[index], own, place, model="", lang=None, first=False)
            if spoken is None or len(spoken.tokens) < MIN_TOKENS:
                continue
            means.append((len(spoken.tokens), spoken.mean_surprisal))
            words += [
                bits
                for bits, span in fluency.word_surprisals(doc.segments[index], spoken.tokens)
                if not fluency.is_name(doc.segments[index], span)
            ]
    return means, words


def _by_length(values: list[tuple[int, float]]) -> dict[str, list[float]]:
    """Quantiles by length class; each class takes the nearest lengths until it has enough."""
    out = {}
    for number, low in enumerate(fluency.LENGTHS):
        high = fluency.LENGTHS[number + 1] if number + 1 < len(fluency.LENGTHS) else 10**9
        own = [mean for length, mean in values if low <= length < high]
        if len(own) < MIN_SENTENCES:
            middle = (low + min(high, 60)) / 2
            nearest = sorted(values, key=lambda v: abs(v[0] - middle))
            own = [mean for _, mean in nearest[:MIN_SENTENCES]]
        out[str(number)] = quantiles(own)
    return out


def trips(
    back: Translator,
    forth: Translator | None,
    pair: tuple[str, str],
    how: Measuring,
) -> dict[str, Any] | None:
    """chrF of good human sentences there and back, or back against their true source.

    Args:
        pair: language of the sentences, and the language they are carried into.
        forth: the way back to the first; None to compare with the source.

    Returns:
        what ``reference.round_trip_reference`` gives; None for too few sentences.
    """
    lang, source_lang = pair
    mode = "source" if forth is None else "round-trip"
    segments = _carried(how.human, lang, source_lang, mode)[: how.sentences]
    if len(segments) < MIN_SENTENCES:
        how.watch.say(f"{lang} by way of {source_lang}: only {len(segments)} sentences, left out")
        return None
    how.watch.plan("Sentences", (2 if forth else 1) * len(segments))
    found = round_trips(
        segments,
        back,
        forth,
        lang=lang,
        source_lang=source_lang,
        progress=lambda n: how.watch.advance("Sentences", n),
    )
    scores = [t.chrf for t in found if t.chrf is not None]
    if len(scores) < MIN_SENTENCES:
        how.watch.say(
            f"{lang} by way of {source_lang}: only {len(scores)} translations with a verdict, left out"
        )
        return None
    return {
        "model": back.signature,
        "lang": lang,
        "source_lang": source_lang,
        "mode": mode,
        "sentences": len(scores),
        "no_verdict": len(found) - len(scores),
        "mean": round(sum(scores) / len(scores), 2),
        "interval": _interval(scores),
        "date": how.today.isoformat(),
        "data": how.human.source(lang if mode == "round-trip" else source_lang),
        "chrf": metrics.signatures(lang)["chrf"],
        "quantiles": quantiles(scores),
    }


def _carried(human: HumanText, lang: str, source_lang: str, mode: str) -> list[Segment]:
    """Human sentences of fitting length: originals for round trips, translations with sources otherwise."""
    if mode == "round-trip":
        found = [
            s for i, lines in enumerate(human.documents(lang)) for s in document(lines, lang, str(i)).segments
        ]
    else:
        found = [Segment(t, Span(0, len(t)), source=s) for s, t in human.translations(source_lang, lang)]
    share = 2 if lang in {"zh", "ja"} else None
    low, high = WORDS
    kept = [s for s in found if low <= (len(s.text) / share if share else len(text.words(s.text))) <= high]
    random.Random(2).shuffle(kept)
    return kept


def _interval(values: list[float]) -> list[float]:
    """95 % bootstrap interval of the mean, 1,000 resamples, fixed seed."""
    rng = random.Random(3)
    means = sorted(sum(rng.choices(values, k=len(values))) / len(values) for _ in range(1000))
    return [round(means[25], 2), round(means[974], 2)]


def penalties(model: QualityEstimator, pair: tuple[str, str], how: Measuring) -> dict[str, Any] | None:
    """Penalties of human translations of a language pair.

    Returns:
        what ``reference.estimator_reference`` gives; None for too few translations.
    """
    found = how.human.translations(*pair)
    random.Random(4).shuffle(found)
    asked = found[: how.sentences]
    if len(asked) < MIN_SENTENCES:
        how.watch.say(f"{'-'.join(pair)}: only {len(asked)} translations, left out")
        return None
    how.watch.plan("Pairs", len(asked))
    said = model.penalties(asked, progress=lambda n: how.watch.advance("Pairs", n))
    return {
        "sentences": len(said),
        "data": how.human.source(pair[0]),
        "date": how.today.isoformat(),
        "quantiles": quantiles(said),
    }


def calibrate(model: str, languages: Set[str], how: Measuring) -> Iterator[str]:
    """Measure everything that a model gives a score of, and write it into the user's tables.

    Args:
        model: ``embedded``, a folder, or a Hub id.
        languages: only these, and pairs of these.

    Yields:
        what was written, in words, one thing at a time.

    Raises:
        ModelError: there is no such model.
    """
    kinds: list[Callable[[Models, Set[str], Measuring], Iterator[str]]] = [_all_surprisal, _all_trips]
    if model != "embedded":
        choice = registry.named(model)
        checkpoint = Checkpoint(choice.path or Path(), choice.name, choice.revision)
        if is_estimator(checkpoint):
            kinds = [_all_penalties]
        elif checkpoint.is_seq2seq:
            kinds = [_all_trips]
    models = Models(translator=model, language_model=model, quality_model=model, say=how.watch.say)
    for measure in kinds:
        yield from measure(models, languages, how)


def _all_surprisal(models: Models, languages: Set[str], how: Measuring) -> Iterator[str]:
    model = models.fluency_model()
    for lang in [known for known in how.human.languages if known in languages]:
        if (entry := surprisal(model, lang, how)) is not None:
            reference.record_fluency(reference.own_folder(), model.signature, lang, entry)
            yield f"fluency, {text.language_name(lang)}: {entry['sentences']} sentences"


def _all_trips(models: Models, languages: Set[str], how: Measuring) -> Iterator[str]:
    for source_lang, lang in [p for p in how.human.pairs if languages >= set(p)]:
        back, forth = _translator(models, lang, source_lang), _translator(models, source_lang, lang)
        ways: list[tuple[Translator | None, Translator | None, tuple[str, str]]]
        ways = [(back, None, (lang, source_lang))]  # against the source
        if back is not None and forth is not None:
            ways += [(back, forth, (lang, source_lang)), (forth, back, (source_lang, lang))]
        for first, second, pair in ways:
            row = first and trips(first, second, pair, how)
            if row:
                reference.record_trips(reference.own_folder(), row)
                near, far = map(text.language_name, pair)
                against = "its source" if second is None else "itself"
                yield f"{near} by way of {far}, against {against}: {row['sentences']} sentences"


def _translator(models: Models, source_lang: str, target_lang: str) -> Translator | None:
    """The model as a translator of a direction, None if it does not serve it."""
    try:
        return models.translator_for(source_lang, target_lang)[0]
    except ModelError:
        return None


def _all_penalties(models: Models, languages: Set[str], how: Measuring) -> Iterator[str]:
    model = models.estimator()
    for pair in [p for p in how.human.pairs if languages >= set(p)]:
        if model is not None and (entry := penalties(model, pair, how)) is not None:
            reference.record_penalties(reference.own_folder(), model.signature, pair, entry)
            yield f"adequacy, {'-'.join(pair)}: {entry['sentences']} translations"
