"""Make and measure what the gates of adequacy stand on.

    python models/gates.py --data DIR [--parallel FILE]

DIR holds the WMT documents, Microsoft pages and TED talks of the evaluation data, FILE English-Russian
pairs as gzipped JSONL. Written are ``models/gates/en-<language>.txt.gz`` (lexicons) and
``mtcheck/data/adequacy.toml`` (weights, lengths, limits); the figures of models/gates.card.md are printed.
No sentence is kept. Same data, same files.
"""

from __future__ import annotations

import argparse
import gzip
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import corruptions
import numpy as np
from corruptions import Pair

from mtcheck import gates, resources
from mtcheck.gates import lexicon, meaning, shape
from mtcheck.training.corpus import part_of
from mtcheck.training.rows import objects

HERE = Path(__file__).parent
LANGUAGES = ("ru", "uk", "zh", "de", "cs", "ja")


def wmt(data: Path, systems: int = 2) -> Iterator[Pair]:
    for path in sorted(data.glob("wmt2[12].*.docs.jsonl.gz")):
        for number, row in enumerate(objects(path)):
            a, b = row["src_lang"], row["tgt_lang"]
            if "is" in (a, b):
                continue
            quarter = part_of(row["source"], 4)
            outputs = [(True, o) for o in list(row["human"].values())[:1]]
            outputs += [(False, o) for o in list(row["mt"].values())[:systems]]
            for human, out in outputs:
                for source, target in zip(row["source"], out, strict=True):
                    if source and target:
                        yield Pair(source, target, a, b, quarter, f"{path.name}/{number}", human)


def extra(data: Path, parallel: Path | None) -> Iterator[tuple[str, str, str]]:
    """(language, English, other) of data that shares no document with the WMT sets, 3,500 a language."""
    counts: Counter[str] = Counter()
    for row in _extra(data, parallel):
        counts[row[0]] += 1
        if counts[row[0]] <= 3500:
            yield row


def _extra(data: Path, parallel: Path | None) -> Iterator[tuple[str, str, str]]:
    if parallel is not None:
        for row in objects(parallel):
            if "WMT" not in row["source"] and row["made"] == "human":
                yield "ru", row["en"], row["ru"]
    for lang in ("de", "ja", "zh"):
        for row in objects(data / f"msdocs.{lang}.jsonl.gz"):
            if row["label"] != "mt" and row.get("source") and len(row["source"]) == len(row["segments"]):
                yield from ((lang, e, x) for e, x in zip(row["source"], row["segments"], strict=True))
    seen: Counter[str] = Counter()
    for name, lang in (("ted.zh-en", "zh"), ("ted.en-de", "de")):
        for row in objects(data / f"{name}.mqm.jsonl.gz"):
            source, target = row["src"], row["target"]
            seen[source] += 1
            if seen[source] <= 3:
                yield (lang, target, source) if name.endswith("en") else (lang, source, target)
    for row in objects(data / "wmt25.terminology.ende.jsonl.gz"):
        if row.get("en") and row.get("de"):
            yield "de", row["en"], row["de"]


def align(
    pairs: list[tuple[tuple[str, ...], tuple[str, ...]]], rounds: int = 4
) -> dict[tuple[str, str], tuple[float, float]]:
    """(a, b) to (t(b | a), expected count), by IBM model 1 with an empty word."""
    ids_a: dict[str, int] = {"": 0}
    ids_b: dict[str, int] = {}
    ea, eb, group = [], [], []
    groups = 0
    for a, b in pairs:
        ia = np.array([0, *(ids_a.setdefault(w, len(ids_a)) for w in a)], dtype=np.int64)
        ib = np.array([ids_b.setdefault(w, len(ids_b)) for w in b], dtype=np.int64)
        ea.append(np.repeat(ia, len(ib)))
        eb.append(np.tile(ib, len(ia)))
        group.append(np.tile(np.arange(groups, groups + len(ib)), len(ia)))
        groups += len(ib)
    xa, xb, xg = np.concatenate(ea), np.concatenate(eb), np.concatenate(group)
    width = len(ids_b)
    keys, inverse = np.unique(xa * width + xb, return_inverse=True)
    first = keys // width
    t: Any = np.ones(len(keys))
    count: Any = np.ones(len(keys))
    for _ in range(rounds):
        c = t[inverse]
        c /= np.bincount(xg, c, groups)[xg]
        count = np.bincount(inverse, c, len(keys))
        t = count / np.bincount(first, count, len(ids_a))[first]
    words_a, words_b = list(ids_a), list(ids_b)
    kept = np.nonzero((count >= 0.3) & (first > 0))[0]
    return {
        (words_a[keys[k] // width], words_b[keys[k] % width]): (float(t[k]), float(count[k])) for k in kept
    }


def train_lexicon(pairs: list[tuple[str, str]], least: float = 0.9) -> list[str]:
    """Lines of the table of English and another language."""
    split = [(lexicon.tokens(e), lexicon.tokens(x)) for e, x in pairs]
    split = [(e[:60], x[:90]) for e, x in split if e and x]
    there = align(split)
    back = align([(x, e) for e, x in split])
    freq_e = Counter(w for e, _ in split for w in e)
    freq_x = Counter(w for _, x in split for w in x)
    sum_e, sum_x = sum(freq_e.values()), sum(freq_x.values())
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for (e, x), (t, n) in there.items():
        other = back.get((x, e))
        if other is None:
            continue
        both = min(n, other[1])
        if max(n, other[1]) < least or both < 0.3:
            continue
        shrink = both / (both + 0.7)
        ratio = math.sqrt(t / (freq_x[x] / sum_x) * other[0] / (freq_e[e] / sum_e)) * shrink
        if ratio >= 3:
            found[e].append((ratio, x))
    lines = []
    for e in sorted(found):
        best = sorted(found[e], reverse=True)[:14]
        letters = [(chr(ord("a") + min(25, round(math.log(r) / lexicon.STEP))), x) for r, x in best]
        lines.append("\t".join([e, *(letter + x for letter, x in letters)]) + "\n")
    return lines


def english_first(pair: Pair) -> tuple[str, str, str]:
    if pair.source_lang == "en":
        return pair.target_lang, pair.source, pair.target
    return pair.source_lang, pair.target, pair.source


def lexicons(pairs: list[Pair], more: list[tuple[str, str, str]]) -> dict[str, list[str]]:
    by_lang: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for lang, e, x in [*map(english_first, pairs), *more]:
        if lang in LANGUAGES and e and x:
            by_lang[lang].append((e, x))
    return {lang: train_lexicon(found) for lang, found in by_lang.items()}


GATES = ("copied", "loop", "language", "unrelated", "truncated", "number", "name", "negation")


def scores(
    pair: Pair, target: str, table: Any, lengths: tuple[float, float], heads: dict[str, Any] | None
) -> tuple[dict[str, float], tuple[float, ...]]:
    """What each gate gives for a target, before any limit, and the evidence."""
    langs: dict[str, Any] = {"source_lang": pair.source_lang, "target_lang": pair.target_lang}
    seen = meaning.features(pair.source, target, table=table, lengths=lengths, **langs)
    found = {
        "copied": shape.copied(pair.source, target) if len(shape.units(target)) >= 2 else 0.0,
        "loop": float(shape.loop(target) is not None and shape.loop(pair.source) is None),
        "language": gates.foreign(target, pair.target_lang),
        "number": gates.number_strength(gates.numbers.compare_numbers(pair.source, target, **langs)),
        "name": gates.name_strength(
            gates.renderings.compare_names_of(pair.source, target, table=table, **langs)
        ),
        "negation": abs(gates.negation_strength(pair.source, target, **langs)),
    }
    for kind, head in (heads or {}).items():
        found[kind] = head.log_odds(seen)
    return found, seen


def lengths_of(pairs: list[Pair]) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of the logarithm of the length ratio, by pair of languages."""
    by_pair: dict[str, list[float]] = defaultdict(list)
    for p in pairs:
        if len(p.source) > 20:
            by_pair[f"{p.source_lang}-{p.target_lang}"].append(
                math.log((shape.weighted(p.target) + 3) / (shape.weighted(p.source) + 3))
            )
    return {k: (round(float(np.mean(v)), 3), round(float(np.std(v)), 3)) for k, v in sorted(by_pair.items())}


def tables_of(lines: dict[str, list[str]]) -> dict[tuple[str, str], lexicon.Lexicon]:
    """Tables from and to English."""
    out = {}
    for lang, found in lines.items():
        table = lexicon.parse(found)
        out["en", lang] = table
        out[lang, "en"] = lexicon.Lexicon(table.back, table.strengths)
    return out


def spoil(pairs: list[Pair], kind: str, dice: random.Random, most: int) -> list[tuple[Pair, str]]:
    """Pairs and a spoilt target each."""
    out = []
    for pair in pairs:
        spoilt = corruptions.KINDS[kind](pair, dice, pairs)
        if spoilt and spoilt != pair.target:
            out.append((pair, spoilt))
        if len(out) == most:
            break
    return out


def fit(pairs: list[Pair], tables: Any, lengths: Any, dice: random.Random) -> dict[str, meaning.Weights]:
    """The two regressions, with limits that 4 in 1,000 good pairs pass."""
    from sklearn.linear_model import LogisticRegression

    def seen(p: Pair, target: str) -> tuple[float, ...]:
        key = (p.source_lang, p.target_lang)
        return scores(p, target, tables[key], lengths["-".join(key)], None)[1]

    good = [seen(p, p.target) for p in pairs]
    heads = {}
    for kind, spoilt in (("unrelated", "swapped"), ("truncated", "truncated")):
        bad = [seen(p, t) for p, t in spoil(pairs, spoilt, dice, len(pairs))]
        model = LogisticRegression(C=1.0, max_iter=500).fit(good + bad, [0] * len(good) + [1] * len(bad))
        head = meaning.Weights(float(model.intercept_[0]), tuple(map(float, model.coef_[0])), 0.0)
        limit = float(np.quantile([head.log_odds(g) for g in good], 0.996))
        heads[kind] = meaning.Weights(
            round(head.bias, 3), tuple(round(w, 3) for w in head.weights), round(limit, 2)
        )
    return heads


def report(
    pairs: list[Pair], tables: Any, lengths: Any, heads: dict[str, meaning.Weights], dice: random.Random
) -> None:
    """What each gate finds at 1 % false alarms of its own, and at the shipped limits."""
    limits = {**resources.data("gates")["limits"], **{k: h.limit for k, h in heads.items()}}

    def score(p: Pair, target: str) -> dict[str, float]:
        key = (p.source_lang, p.target_lang)
        return scores(p, target, tables[key], lengths["-".join(key)], heads)[0]

    good = [score(p, p.target) for p in pairs]
    one = {g: float(np.quantile([s[g] for s in good], 0.99)) for g in GATES}
    for gate in GATES:
        share = sum(s[gate] >= limits[gate] for s in good) / len(good)
        print(
            f"false alarms {gate}: {100 * share:.2f} % at the shipped limit {limits[gate]}; 1 % at {one[gate]:.2f}"
        )
    certain = sum(any(s[g] >= limits[g] for g in GATES[:5]) for s in good) / len(good)
    print(f"any certain gate: {100 * certain:.2f} %; pairs {len(good)}")
    own = {
        "copy": "copied",
        "loop": "loop",
        "truncated": "truncated",
        "swapped": "unrelated",
        "language": "language",
    }
    for kind in corruptions.KINDS:
        bad = [(p, score(p, t)) for p, t in spoil(pairs, kind, dice, 250)]
        gate = own.get(kind, kind)
        at_one = sum(s[gate] > one[gate] for _, s in bad) / len(bad)
        by_any = sum(
            any(s[g] >= limits[g] for g in (GATES[:5] if kind in own else GATES)) for _, s in bad
        ) / len(bad)
        missed = Counter(f"{p.source_lang}-{p.target_lang}" for p, s in bad if s[gate] < limits[gate])
        print(
            f"{kind}: own gate {at_one:.3f} at 1 %; shipped limits {by_any:.3f} of {len(bad)}; missed {dict(missed.most_common(6))}"
        )


def write_lexicons(lines: dict[str, list[str]]) -> None:
    """The tables, compressed; same lines, same bytes."""
    (HERE / "gates").mkdir(exist_ok=True)
    for lang, found in lines.items():
        packed = gzip.compress("".join(found).encode(), mtime=0)
        (HERE / "gates" / f"en-{lang}.txt.gz").write_bytes(packed)


def write_weights(heads: dict[str, meaning.Weights], lengths: dict[str, tuple[float, float]]) -> None:
    """``mtcheck/data/adequacy.toml``."""
    out = [
        "# From the run `python models/gates.py --data DIR --parallel FILE`: see models/gates.card.md.",
        "",
    ]
    for kind, head in heads.items():
        out += [
            f"[{kind}]",
            f"bias = {head.bias}",
            f"limit = {head.limit}  # log-odds that 4 in 1,000 good pairs pass",
        ]
        out += [f"{name} = {w}" for name, w in zip(meaning.FEATURES, head.weights, strict=True)] + [""]
    out += ["# Mean and standard deviation of log(length of target / length of source).", "[lengths]"]
    out += [f"{pair} = [{mean}, {sd}]" for pair, (mean, sd) in lengths.items()]
    (HERE.parent / "mtcheck" / "data" / "adequacy.toml").write_text("\n".join(out) + "\n", encoding="utf-8")


def main() -> None:
    """Halves of the documents make the table, a quarter the weights, the last quarter the figures; the
    tables that ship are then made of all documents."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--parallel", type=Path)
    given = parser.parse_args()
    more = list(extra(given.data, given.parallel))
    both = list(wmt(given.data, 1))
    human = [p for p in both if p.human]
    random.Random(5).shuffle(human)
    tables = tables_of(lexicons([p for p in both if p.quarter < 2], more))
    lengths = lengths_of([p for p in human if p.quarter < 2])
    heads = fit([p for p in human if p.quarter == 2][:1500], tables, lengths, random.Random(1))
    write_weights(heads, lengths)
    report([p for p in human if p.quarter == 3][:4000], tables, lengths, heads, random.Random(2))
    write_lexicons(lexicons(both, more))


if __name__ == "__main__":
    main()
