"""Measure what human text looks like to a model, and write it down.

    python models/measure.py fluency    --data DIR [--languages en,ru] [--sentences 600]
    python models/measure.py round-trip --data DIR [--pairs en-ru,ru-en] [--sentences 120]
    python models/measure.py source     --data DIR [--pairs en-ru] [--sentences 120]
    python models/measure.py language   --data DIR
    python models/measure.py other-year --data DIR [--data DIR]
    python models/measure.py few-shot   --data DIR --data DIR
    python models/measure.py raters     --data DIR
    python models/measure.py cards

DIR holds the evaluation data (WMT documents, Microsoft documentation). Only text that people wrote
in its own language is used for ``fluency`` and ``round-trip`` (sources of WMT, pages labelled HT),
and human translations with their sources for ``source``; ``raters`` needs rated segments alone.
Nothing of the text is kept: the files written here hold quantiles, counts, figures, the model's
signature and the date. Same data, same figures.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtcheck import text
from mtcheck.annotate import reference
from mtcheck.annotate.models import Models
from mtcheck.training import calibration, corpus, fitting, raters
from mtcheck.training.adequacy import agreement
from mtcheck.training.figures import area
from mtcheck.training.rows import objects
from mtcheck.training.watch import Watch

HERE = Path(__file__).parent
WATCH = Watch(say=lambda line: print(line, file=sys.stderr), plan=lambda *_: None, advance=lambda *_: None)


def measure_fluency(data: Path, languages: list[str], sentences: int, threads: int) -> None:
    """Mean surprisal of human sentences by length class, and the limit for spikes, by language."""
    model = Models(threads=threads).fluency_model()
    how = calibration.Measuring(calibration.HumanText(data), sentences, WATCH, datetime.date.today())
    for lang in languages:
        entry = calibration.surprisal(model, lang, how)
        if entry is not None:
            reference.record_fluency(HERE, model.signature, lang, entry)
            print(f"{lang}: {entry['sentences']} sentences", flush=True)


def measure_trips(data: Path, pairs: list[tuple[str, str]], sentences: int, mode: str, threads: int) -> None:
    """chrF of good human sentences there and back (or back against their true source), by pair."""
    models = Models(threads=threads)
    how = calibration.Measuring(calibration.HumanText(data), sentences, WATCH, datetime.date.today())
    for lang, source_lang in pairs:
        back, _ = models.translator_for(lang, source_lang)
        forth = models.translator_for(source_lang, lang)[0] if mode == "round-trip" else None
        row = calibration.trips(back, forth, (lang, source_lang), how)
        if row is not None:
            reference.record_trips(HERE, row)
            print({k: v for k, v in row.items() if k != "quantiles"}, flush=True)


def measure_language(data: Path) -> None:
    """How often the language guess is right, wrong and unknown on human sentences, by letters."""
    counts: dict[str, dict[str, list[int]]] = {}
    for path in sorted(data.glob("wmt*.docs.jsonl.gz")):
        for row in objects(path):
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


def measure_other_year(folders: list[Path]) -> None:
    """How much of its certainty the first tier of detection loses on another year's texts.

    Each year of a pair of languages is learnt alone; printed are the calibrated slope on unseen parts of
    it, the slope on the other year, their ratio (``mtcheck.training.fitting.OTHER_YEAR``), and the area
    under the curve on both. A pair whose years are not both in the folders is passed over.
    """
    everything = corpus.read(folders)
    present = {t.data for t in everything}
    for one, other in OTHER_YEARS:
        if not {one, other} <= present:
            continue
        lang = one.rpartition("-")[2]
        texts = [t for t in everything if t.lang == lang]
        own = [t for t in texts if t.data == one or _in_quarter(t, 0)]
        both = own + [t for t in texts if t.data == other or _in_quarter(t, 1)]
        sample, whole = (fitting.sample_of(part, np.full(len(part), np.nan)) for part in (own, both))
        unseen = fitting.unseen_scores(sample, lambda _: None)
        here = fitting.calibrate(sample, unseen, unseen.part >= 0, classifier=False)
        rows = np.arange(len(both)) < len(own)
        scores = fitting.fit_style(whole, rows).scores(whole)
        elsewhere = fitting.Unseen(scores, np.where(rows, -1, 0))
        there = fitting.calibrate(whole, elsewhere, ~rows, classifier=False)
        ratio = there.style / here.style
        areas = [_area_of(sample, unseen.style, one), _area_of(whole, scores, other)]
        print(
            f"{one} → {other}: slope {here.style:.2f} on its own parts, {there.style:.2f} there, ratio {ratio:.2f};"
            f" area {areas[0]:.3f} on its own parts, {areas[1]:.3f} there"
        )


def _area_of(sample: fitting.Sample, scores: NDArray[np.float64], data: str) -> float:
    """Area under the curve of a set's texts that have a score."""
    chosen = np.array([t.data == data for t in sample.texts]) & ~np.isnan(scores)
    found = area(sample.machine[chosen], scores[chosen])
    return np.nan if found is None else found


OTHER_YEARS = [
    (f"wmt{a}.{pair}", f"wmt{b}.{pair}")
    for pair in ("ru-en", "ja-en", "en-ru")
    for a, b in ((21, 22), (22, 21))
]


def _in_quarter(text: corpus.Text, quarter: int) -> bool:
    """Whether an original falls to this side, so that both sides have some, and none has the other's."""
    return text.kind == "original" and corpus.digest("quarter", text.group) % 4 == quarter


def measure_few_shot(folders: list[Path], threads: int) -> None:
    """What the embedded model does by few-shot prompt on the sentences of ``translator.card.md``."""
    from mtcheck.annotate import registry
    from mtcheck.annotate.hf import adapter, embedded, load, open_translator
    from mtcheck.training import held_out

    folder = HERE / adapter.FOLDER
    model = open_translator(load(embedded.checkpoint(registry.cache_folder()), threads=threads))
    told = {}
    for direction, pairs in held_out.held_out(folders, adapter.Adapter(folder)).items():
        told["-".join(direction)] = held_out.compare(model, pairs)
        print(direction, told["-".join(direction)], flush=True)
    held_out.describe(folder, {"few_shot": told})


def measure_raters(data: Path) -> None:
    """How much of the ratings of each set is who gave them, and what agreement with other translations, which
    no score without a reference has, would tell of them; into ``adequacy.json``."""
    path = HERE / "adequacy.json"
    known = json.loads(path.read_text("utf-8"))
    known["raters"] = {}
    for rated in sorted(data.glob("*.mqm.jsonl.gz")):
        pieces = raters.read(rated)
        try:
            said = raters.severity(pieces)
        except ValueError as error:
            raise SystemExit(f"{rated}: {error}") from error
        penalties = np.array([piece.penalty for piece in pieces])
        sources = np.array([piece.source for piece in pieces])
        by_one = np.array([f"{p.source}\0{who}" for p, who in zip(pieces, said.who, strict=True)])
        alike, signature = raters.consensus(pieces)
        name = rated.name.removesuffix(".mqm.jsonl.gz")
        known["raters"][name] = {
            "segments": len(pieces),
            "raters": said.raters,
            "pairs": said.pairs,
            "pairs by one rater": said.by_one,
            "rater elsewhere": _in_order(agreement(said.elsewhere, penalties, sources)),
            "other translations": _in_order(agreement(-alike, penalties, sources)),
            "other translations, by one rater": _in_order(agreement(-alike, penalties, by_one)),
            "chrF": signature,
            "date": datetime.date.today().isoformat(),
        }
        print(name, known["raters"][name], flush=True)
    path.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _in_order(figures: dict[str, list[float]]) -> dict[str, list[float]]:
    return {name: values for name, values in figures.items() if name.startswith("kendall")}


def fluency_figures() -> str:
    """The table of ``fluency.card.md``, from ``fluency.json``."""
    out = [
        "| model | language | sentences | median bits a token (12 to 19 tokens, later sentences) | date | data |",
        "|---|---|---|---|---|---|",
    ]
    for model, entry in sorted(json.loads((HERE / "fluency.json").read_text("utf-8"))["models"].items()):
        for lang, row in sorted(entry["languages"].items()):
            middle = row["later"]["1"][calibration.STEPS // 2]
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
            f"| {row['mean']:.1f} ({low:.1f} to {high:.1f}) | {row['quantiles'][5 * calibration.STEPS // 100]:.1f} | {row['date']} |"
        )
    return "\n".join(out)


TIERS = {"style": "n-grams", "classifier": "n-grams and classifier"}


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
        "| language | set | human | machine | area, n-grams | area, with classifier "
        "| found at 5 % false alarms, n-grams | with classifier | human suspected |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in found:
        sets = {name: tier["figures"]["sets"] for name, tier in row["tiers"].items()}
        for name, own in sets["style"].items():
            other = sets.get("classifier", {}).get(name, {})
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
    known = json.loads((HERE / "adequacy.json").read_text("utf-8"))
    models = known["models"]
    out = [
        "| score | set | segments | left out | Kendall's tau | within one source | worst tenth holds | date |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for _, entry in sorted(models.items()):
        for name, row in sorted(entry["figures"].items()):
            for score, part in (("adequacy", row), ("fluency", row["fluency"])):
                figures = (part["kendall"], part["kendall within one source"], part["worst tenth"])
                said = " | ".join(_of_pairs(values) for values in figures)
                out.append(
                    f"| {score} | {name} | {row['segments']} | {row['left out']} | {said} | {entry['date']} |"
                )
    out += ["", *_raters(known["raters"])]
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
    for _, entry in sorted(models.items()):
        out += ["", *_faults_found(entry["found"])]
    return "\n".join(out)


def _raters(sets: dict[str, Any]) -> list[str]:
    within = "kendall within one source"
    return [
        "| set | raters | pairs of one source that differ | by one rater | tau of the rater's mean on other "
        "documents | within one source | tau of chrF with all other translations, within one source | by one "
        "rater | date |",
        "|---|---|---|---|---|---|---|---|---|",
        *(
            f"| {name} | {row['raters']} | {row['pairs']} | {row['pairs by one rater']} | "
            f"{_of_pairs(row['rater elsewhere']['kendall'])} | {_of_pairs(row['rater elsewhere'][within])} | "
            f"{_of_pairs(row['other translations'][within])} | "
            f"{_of_pairs(row['other translations, by one rater'][within])} | {row['date']} |"
            for name, row in sorted(sets.items())
        ),
    ]


def _faults_found(found: dict[str, Any]) -> list[str]:
    named = found["good named"]
    return [
        "| spoilt by | pairs | penalty above 99 in 100 good ones | named by a rule |",
        "|---|---|---|---|",
        *(
            f"| {kind} | {row['pairs']} | {_of_pairs(row['found'])} | {_of_pairs(row['named'])} |"
            for kind, row in found["kinds"].items()
        ),
        f"| nothing | {found['good']} | 0.010 (penalty {found['limit']:.2f}) | {_of_pairs(named)} |",
        "",
        f"Measured {found['date']}.",
    ]


def _of_pairs(values: list[float]) -> str:
    middle, low, high = values
    return f"{middle:.3f} ({low:.3f} to {high:.3f})"


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
    langs = sorted({lang for line in told["losses"] for lang in line["held_out"]})
    out += [f"| round | step | {' | '.join(langs)} |", "|---|---|" + "---|" * len(langs)]
    for line in told["losses"]:
        values = [f"{line['held_out'][lang]:.3f}" if lang in line["held_out"] else "" for lang in langs]
        step = f"{line['step']}, {line['kept']:.0%} of the way" if "kept" in line else line["step"]
        out.append(f"| {line['round']} | {step} | {' | '.join(values)} |")
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
    commands = ["fluency", "round-trip", "source", "language", "other-year", "few-shot", "raters", "cards"]
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
    elif asked.what == "raters":
        measure_raters(data)
    elif asked.what == "other-year":
        measure_other_year(asked.data)
    elif asked.what == "few-shot":
        measure_few_shot(asked.data, asked.threads)
    else:
        measure_trips(data, pairs, asked.sentences or 120, asked.what, asked.threads)


if __name__ == "__main__":
    main()
