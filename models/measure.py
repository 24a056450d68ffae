"""Measure what human text looks like to a model, and write it down.

    python models/measure.py fluency    --data DIR [--languages en,ru] [--sentences 600]
    python models/measure.py round-trip --data DIR [--pairs en-ru,ru-en] [--sentences 120]
    python models/measure.py source     --data DIR [--pairs en-ru] [--sentences 120]
    python models/measure.py language   --data DIR
    python models/measure.py other-year --data DIR
    python models/measure.py few-shot   --data DIR --data DIR
    python models/measure.py cards

DIR holds the evaluation data (WMT documents, Microsoft documentation). Only text that people wrote
in its own language is used for ``fluency`` and ``round-trip`` (sources of WMT, pages labelled HT),
and human translations with their sources for ``source``. Nothing of the text is kept: the files
written here hold quantiles, counts, the model's signature and the date. Same data, same figures.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import json
import random
import sys
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from mtcheck import text
from mtcheck.annotate import fluency, metrics
from mtcheck.annotate.models import Models
from mtcheck.annotate.round_trip import round_trips
from mtcheck.core import Document, Origin, Segment, Span
from mtcheck.segment import segment
from mtcheck.training import corpus, fitting

HERE = Path(__file__).parent
STEPS = 100
MIN_SENTENCES = 60
"""Fewer human sentences than this make no distribution."""


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Objects of a gzipped JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def human_documents(data: Path, lang: str) -> list[list[str]]:
    """Documents written by people in a language, as lists of segments, shuffled by a fixed seed."""
    out: dict[str, list[str]] = {}
    for path in sorted(data.glob(f"wmt*.{lang}-*.docs.jsonl.gz")):
        for row in rows(path):
            out.setdefault("\n".join(row["source"]), row["source"])
    if not out and (data / f"msdocs.{lang}.jsonl.gz").exists():
        for row in rows(data / f"msdocs.{lang}.jsonl.gz"):
            if row["label"] != "mt":
                out.setdefault("\n".join(row["segments"]), row["segments"])
    found = list(out.values())
    random.Random(0).shuffle(found)
    return found


def document(lines: list[str], lang: str, name: str) -> Document:
    """A document of one paragraph a segment, cut into sentences as the pipeline does."""
    return segment(Document(name, "\n".join(lines), Origin(name), lang=lang))


def quantiles(values: list[float]) -> list[float]:
    """``STEPS + 1`` quantiles from minimum to maximum."""
    ordered = sorted(values)
    out = []
    for step in range(STEPS + 1):
        at = step * (len(ordered) - 1) / STEPS
        low = int(at)
        high = min(low + 1, len(ordered) - 1)
        out.append(round(ordered[low] + (at - low) * (ordered[high] - ordered[low]), 3))
    return out


def measure_fluency(data: Path, languages: list[str], sentences: int, threads: int) -> None:
    """Mean surprisal of human sentences by length class, and the limit for spikes, by language."""
    model = Models(threads=threads).fluency_model()
    target = HERE / "fluency.json"
    known = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {"models": {}}
    entry = known["models"].setdefault(model.signature, {"languages": {}})
    for lang in languages:
        documents = _take(lang, human_documents(data, lang), 2 * sentences)
        later, words = _surprisals(model, _take_sentences(documents, sentences))
        first, _ = _surprisals(model, _alone(documents, sentences // 2))
        if len(later) < MIN_SENTENCES:
            print(f"{lang}: only {len(later)} sentences, left out", file=sys.stderr)
            continue
        entry["languages"][lang] = {
            "sentences": len(later) + len(first),
            "date": datetime.date.today().isoformat(),
            "data": _source_of(data, lang),
            "words": quantiles(words),
            "later": _by_length(later),
            "first": _by_length(first),
        }
        print(f"{lang}: {len(later)}+{len(first)} sentences, median {_median(later):.2f} bits", flush=True)
        target.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")


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


def _take_sentences(documents: list[Document], sentences: int) -> list[Document]:
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


def _surprisals(model: Any, documents: list[Document]) -> tuple[list[tuple[int, float]], list[float]]:
    """(tokens, mean bits) of each sentence but a text's first where it has more, and bits of each word."""
    running = [fluency.running_text(d) for d in documents]
    means: list[tuple[int, float]] = []
    words: list[float] = []
    for doc, (_, places), tokens in zip(
        documents, running, model.surprisal([r[0] for r in running]), strict=True
    ):
        for number, (index, place) in enumerate(places):
            if number == 0 and len(places) > 1:
                continue
            own = [t for t in tokens if t.end > place.start and t.start < place.end]
            spoken = fluency.fluency_of(doc.segments[index], own, place, model="", lang=None, first=False)
            if spoken is None or len(spoken.tokens) < 5:
                continue
            means.append((len(spoken.tokens), spoken.mean_surprisal))
            words += [
                bits
                for bits, span in fluency.word_surprisals(doc.segments[index], spoken.tokens)
                if not fluency._is_name(doc.segments[index], span)
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


def _median(values: list[tuple[int, float]]) -> float:
    return sorted(v for _, v in values)[len(values) // 2]


def measure_trips(data: Path, pairs: list[tuple[str, str]], sentences: int, mode: str, threads: int) -> None:
    """chrF of good human sentences there and back (or back against their true source), by pair."""
    models = Models(threads=threads)
    target = HERE / "round_trip.json"
    known = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {"baselines": []}
    for lang, source_lang in pairs:
        segments = _sentences(data, lang, source_lang, mode)[:sentences]
        if len(segments) < MIN_SENTENCES:
            print(f"{lang}-{source_lang}: only {len(segments)} sentences, left out", file=sys.stderr)
            continue
        back, _ = models.translator_for(lang, source_lang)
        forth = models.translator_for(source_lang, lang)[0] if mode == "round-trip" else None
        trips = round_trips(segments, back, forth, lang=lang, source_lang=source_lang)
        scores = [t.chrf for t in trips if t.chrf is not None]
        row = {
            "model": back.signature,
            "lang": lang,
            "source_lang": source_lang,
            "mode": mode,
            "sentences": len(scores),
            "no_verdict": len(trips) - len(scores),
            "mean": round(sum(scores) / len(scores), 2),
            "interval": _interval(scores),
            "date": datetime.date.today().isoformat(),
            "data": _source_of(data, lang),
            "chrf": metrics.signatures(lang)["chrf"],
            "quantiles": quantiles(scores),
        }
        known["baselines"] = [
            b
            for b in known["baselines"]
            if any(b[k] != row[k] for k in ("model", "lang", "source_lang", "mode"))
        ]
        known["baselines"].append(row)
        known["baselines"].sort(key=lambda b: (b["model"], b["mode"], b["lang"], b["source_lang"]))
        target.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
        print({k: v for k, v in row.items() if k != "quantiles"}, flush=True)


def _sentences(data: Path, lang: str, source_lang: str, mode: str) -> list[Segment]:
    """Human sentences of 4 to 40 words: originals for round trips, translations with sources otherwise."""
    found: list[Segment] = []
    if mode == "round-trip":
        for i, lines in enumerate(human_documents(data, lang)):
            found += document(lines, lang, str(i)).segments
    else:
        for path in sorted(data.glob(f"wmt*.{source_lang}-{lang}.docs.jsonl.gz")):
            for row in rows(path):
                best = row["human"][sorted(row["human"])[0]]
                found += [
                    Segment(t, Span(0, len(t)), source=s) for s, t in zip(row["source"], best, strict=True)
                ]
    dense = lang in {"zh", "ja"}
    kept = [s for s in found if 4 <= (len(s.text) / 2 if dense else len(text.words(s.text))) <= 40]
    random.Random(2).shuffle(kept)
    return kept


def _interval(values: list[float]) -> list[float]:
    """95 % bootstrap interval of the mean, 1,000 resamples, fixed seed."""
    rng = random.Random(3)
    means = sorted(sum(rng.choices(values, k=len(values))) / len(values) for _ in range(1000))
    return [round(means[25], 2), round(means[974], 2)]


def _source_of(data: Path, lang: str) -> str:
    wmt = sorted(p.name.split(".docs")[0] for p in data.glob(f"wmt*.{lang}-*.docs.jsonl.gz"))
    return "WMT sources " + ", ".join(wmt) if wmt else f"Microsoft documentation, human pages ({lang})"


def measure_language(data: Path) -> None:
    """How often the language guess is right, wrong and unknown on human sentences, by letters."""
    counts: dict[str, dict[str, list[int]]] = {}
    for path in sorted(data.glob("wmt*.docs.jsonl.gz")):
        for row in rows(path):
            for value in row["source"][:3]:
                letters = sum(c.isalpha() for c in value)
                size = (
                    "<20" if letters < 20 else "20-39" if letters < 40 else "40-79" if letters < 80 else "80+"
                )
                cell = counts.setdefault(row["src_lang"], {}).setdefault(size, [0, 0, 0])
                guess = text.detect_language(value)
                cell[2 if guess is None else int(guess != row["src_lang"])] += 1
    for lang, sizes in sorted(counts.items()):
        for size in ("<20", "20-39", "40-79", "80+"):
            if size in sizes:
                right, wrong, unknown = sizes[size]
                print(f"{lang} {size:>6} letters: right {right}, wrong {wrong}, unknown {unknown}")


def measure_other_year(data: Path) -> None:
    """How much of its certainty the first tier of detection loses on another year's texts.

    Each year of a pair of languages is learnt alone; printed are the calibrated slope on unseen parts of
    it, the slope on the other year, and their ratio (``mtcheck.training.fitting.OTHER_YEAR``).
    """
    texts = [t for t in corpus.read([data]) if t.lang == "en"]
    for one, other in OTHER_YEARS:
        own = [t for t in texts if t.data == one or _in_quarter(t, 0)]
        both = own + [t for t in texts if t.data == other or _in_quarter(t, 1)]
        sample, whole = (
            fitting.sample_of(part, np.zeros((0, 0)), np.zeros(len(part), bool)) for part in (own, both)
        )
        unseen = fitting.unseen_scores(sample, lambda _: None)
        here = fitting.calibrate(sample, unseen, unseen.part >= 0, states=False)
        rows = np.arange(len(both)) < len(own)
        scores = fitting.fit_style(whole, rows).scores(whole)
        elsewhere = fitting.Unseen(scores, scores, np.where(rows, -1, 0))
        there = fitting.calibrate(whole, elsewhere, ~rows, states=False)
        ratio = there.style / here.style
        print(
            f"{one} → {other}: slope {here.style:.2f} on its own parts, {there.style:.2f} there, ratio {ratio:.2f}"
        )


OTHER_YEARS = [
    (f"wmt{a}.{pair}", f"wmt{b}.{pair}") for pair in ("ru-en", "ja-en") for a, b in ((21, 22), (22, 21))
]


def _in_quarter(text: corpus.Text, quarter: int) -> bool:
    """Whether an original falls to this side, so that both sides have some, and none has the other's."""
    return text.kind == "original" and corpus.digest("quarter", text.group) % 4 == quarter


def measure_few_shot(folders: list[Path], threads: int) -> None:
    """What the embedded model does by few-shot prompt on the sentences of ``translator.card.md``."""
    from mtcheck.annotate import registry
    from mtcheck.annotate.hf import adapter, embedded, load, open_translator
    from mtcheck.training import held_out, pairs

    folder = HERE / adapter.FOLDER
    model = open_translator(load(embedded.checkpoint(registry.cache_folder()), threads=threads))
    directions = sorted(adapter.Adapter(folder).facts.directions)
    _, held = pairs.split(pairs.read(folders, sorted({lang for d in directions for lang in d})))
    told = {}
    for direction in directions:
        told["-".join(direction)] = held_out.compare(model, held, direction)
        print(direction, told["-".join(direction)], flush=True)
    held_out.describe(folder, {"few_shot": told})


def fluency_figures() -> str:
    """The table of ``fluency.card.md``, from ``fluency.json``."""
    out = [
        "| model | language | sentences | median bits a token (12 to 19 tokens, later sentences) | date | data |",
        "|---|---|---|---|---|---|",
    ]
    for model, entry in sorted(json.loads((HERE / "fluency.json").read_text("utf-8"))["models"].items()):
        for lang, row in sorted(entry["languages"].items()):
            middle = row["later"]["1"][STEPS // 2]
            out.append(
                f"| {model} | {lang} | {row['sentences']} | {middle:.2f} | {row['date']} | {row['data']} |"
            )
    return "\n".join(out)


def round_trip_figures() -> str:
    """The table of ``round_trip.card.md``, from ``round_trip.json``."""
    out = [
        "| model | text | by way of | against | sentences | no verdict | mean chrF (95 % interval) | 5th percentile | date |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in json.loads((HERE / "round_trip.json").read_text("utf-8"))["baselines"]:
        against = "itself" if row["mode"] == "round-trip" else "its source"
        low, high = row["interval"]
        out.append(
            f"| {row['model']} | {row['lang']} | {row['source_lang']} | {against} | {row['sentences']} | {row['no_verdict']} "
            f"| {row['mean']:.1f} ({low:.1f} to {high:.1f}) | {row['quantiles'][5 * STEPS // 100]:.1f} | {row['date']} |"
        )
    return "\n".join(out)


TIERS = {"style": "n-grams", "states": "n-grams and hidden states"}


def detection_figures() -> str:
    """The tables of ``detection.card.md``, from ``detection/*.json``."""
    found = [json.loads(path.read_text("utf-8")) for path in sorted((HERE / "detection").glob("*.json"))]
    tables = [_detection_languages(found), _detection_sets(found), _detection_reliability(found)]
    return "\n\n".join("\n".join(table) for table in tables)


def _detection_languages(found: list[dict[str, Any]]) -> list[str]:
    out = [
        "| language | tier | human texts | suspected from | suspected: originals | originals of other registers "
        "| human translations | human translations of other registers | machine translations "
        "| calibration error (one in ten; one in two) | date |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in found:
        for name, tier in row["tiers"].items():
            figures = tier["figures"]
            shares = (_share(figures["suspected"].get(kind)) for kind in KINDS)
            errors = f"{figures['calibration_error']:.3f}; {figures['calibration_error_even']:.3f}"
            out.append(
                f"| {row['language']} | {TIERS[name]} | {tier['human_texts']:,} | {tier['suspect']:.2f} "
                f"| {' | '.join(shares)} | {errors} | {row['date']} |"
            )
    return out


KINDS = ("original", "original, other registers", "human", "human, other registers", "mt")


def _share(said: dict[str, Any] | None) -> str:
    """Such as ``3.9 % (2.9 to 4.8; 1,765)``."""
    if said is None:
        return "-"
    share, low, high = (100 * x for x in said["share"])
    return f"{share:.1f} % ({low:.1f} to {high:.1f}; {said['texts']:,})"


def _detection_sets(found: list[dict[str, Any]]) -> list[str]:
    out = [
        "| language | set | human | machine | area, n-grams | area, with hidden states "
        "| found at 5 % false alarms, n-grams | with hidden states | human suspected |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in found:
        sets = {name: tier["figures"]["sets"] for name, tier in row["tiers"].items()}
        for name, own in sets["style"].items():
            other = sets.get("states", {}).get(name, {})
            areas = (_area(own.get("auc")), _area(other.get("auc")))
            at = (f"{r['found_at_5']:.2f}" if "found_at_5" in r else "-" for r in (own, other))
            flagged = (other or own).get("human_suspected")
            human = f"{100 * flagged[0]:.1f} %" if flagged else "-"
            cells = [row["language"], name, str(own["human"]), str(own["mt"]), *areas, *at, human]
            out.append("| " + " | ".join(cells) + " |")
    return out


def _area(said: list[float] | None) -> str:
    return "-" if said is None else f"{said[0]:.3f} ({said[1]:.3f} to {said[2]:.3f})"


def _detection_reliability(found: list[dict[str, Any]]) -> list[str]:
    out = ["| language | tier | said → was so (share of texts), by tenths of probability |", "|---|---|---|"]
    for row in found:
        for name, tier in row["tiers"].items():
            bins = (f"{a:.2f} → {b:.2f} ({100 * c:.1f} %)" for a, b, c in tier["figures"]["reliability"])
            out.append(f"| {row['language']} | {TIERS[name]} | {', '.join(bins)} |")
    return out


def adequacy_figures() -> str:
    """The tables of ``adequacy.card.md``, from ``adequacy.json``."""
    models = json.loads((HERE / "adequacy.json").read_text("utf-8"))["models"]
    out = [
        "| model | set | segments | left out | Kendall's tau | within one source | worst tenth holds | date |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for model, entry in sorted(models.items()):
        for name, row in sorted(entry["figures"].items()):
            figures = (row["kendall"], row["kendall within one source"], row["worst tenth"])
            said = " | ".join(f"{a:.3f} ({low:.3f} to {high:.3f})" for a, low, high in figures)
            out.append(
                f"| {model} | {name} | {row['segments']} | {row['left out']} | {said} | {entry['date']} |"
            )
    out += [
        "",
        "| model | pair | human translations | expected penalty: median | 95 in 100 stay below | data |",
        "|---|---|---|---|---|---|",
    ]
    for model, entry in sorted(models.items()):
        for pair, row in sorted(entry["human"].items()):
            middle, high = row["quantiles"][50], row["quantiles"][95]
            data = ", ".join(row["data"])
            out.append(f"| {model} | {pair} | {row['sentences']} | {middle:.2f} | {high:.2f} | {data} |")
    return "\n".join(out)


def translator_figures() -> str:
    """The tables of ``translator.card.md``, from ``translator/adapter.json``."""
    told = json.loads((HERE / "translator" / "adapter.json").read_text("utf-8"))
    out = [
        "| direction | held-out sentences | chrF | BLEU | few-shot before: chrF | BLEU | no verdict |",
        "|---|---|---|---|---|---|---|",
    ]
    for direction, row in told["figures"].items():
        before = told["few_shot"].get(direction)
        said = [_with_interval(r[m]) if r else "" for r in (row, before) for m in ("chrF", "BLEU")]
        refused = ", ".join(f"{count} {verdict}" for verdict, count in row["no_verdict"].items()) or "0"
        out.append(f"| {direction} | {row['sentences']} | {' | '.join(said)} | {refused} |")
    out += ["", "Signatures: " + ", ".join(f"`{s}`" for s in row["signatures"]) + ".", ""]
    out += [
        "| step | " + " | ".join(told["losses"][0]["held_out"]) + " |",
        "|---|" + "---|" * len(told["losses"][0]["held_out"]),
    ]
    for line in told["losses"]:
        values = " | ".join(f"{value:.3f}" for value in line["held_out"].values())
        out.append(f"| {line['step']} | {values} |")
    floors = ", ".join(f"{lang} {value}" for lang, value in sorted(told["floors"].items())) or "none"
    out += ["", f"Floors of mean log-likelihood (nats a token): {floors}. Trained {told['date']}."]
    return "\n".join(out)


def _with_interval(values: list[float]) -> str:
    middle, low, high = values
    return f"{middle} ({low} to {high})"


CARDS = {
    "translator.card.md": translator_figures,
    "adequacy.card.md": adequacy_figures,
    "fluency.card.md": fluency_figures,
    "round_trip.card.md": round_trip_figures,
    "detection.card.md": detection_figures,
}


def with_figures(card: str, figures: str) -> str:
    """A card with its table between the two markers."""
    head, _, rest = card.partition("<!-- figures -->\n")
    _, _, tail = rest.partition("<!-- /figures -->")
    return f"{head}<!-- figures -->\n{figures}\n<!-- /figures -->{tail}"


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = ["fluency", "round-trip", "source", "language", "other-year", "few-shot", "cards"]
    parser.add_argument("what", choices=commands)
    parser.add_argument("--data", type=Path, action="append")
    parser.add_argument("--languages", default="en,ru,de,uk,cs,zh,ja,is,fr,es,pt")
    parser.add_argument(
        "--pairs", default="en-ru,ru-en,en-de,de-en,en-uk,uk-en,en-zh,zh-en,en-cs,cs-en,en-ja,ja-en"
    )
    parser.add_argument("--sentences", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    if asked.what == "cards":
        for name, figures in CARDS.items():
            path = HERE / name
            path.write_text(with_figures(path.read_text("utf-8"), figures()), encoding="utf-8")
        return
    if asked.data is None:
        parser.error("--data is needed")
    data = asked.data[0]
    pairs = [(a, b) for a, b in (p.split("-") for p in asked.pairs.split(","))]
    if asked.what == "fluency":
        measure_fluency(data, asked.languages.split(","), asked.sentences or 600, asked.threads)
    elif asked.what == "language":
        measure_language(data)
    elif asked.what == "other-year":
        measure_other_year(data)
    elif asked.what == "few-shot":
        measure_few_shot(asked.data, asked.threads)
    else:
        measure_trips(data, pairs, asked.sentences or 120, asked.what, asked.threads)


if __name__ == "__main__":
    main()
