"""The figures that the README takes from shipped models, against what the models record of themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MODELS = ROOT / "models"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def record(name: str) -> Any:
    """A JSON file of the models folder."""
    return json.loads((MODELS / name).read_text(encoding="utf-8"))


def row(begins: str) -> str:
    """The one row of the README's tables that begins so."""
    (found,) = [line for line in README.splitlines() if line.startswith(f"| {begins}")]
    return found


def areas(lang: str, tier: str = "classifier") -> dict[str, float]:
    """Areas under the curve of a language's WMT sets."""
    sets = record(f"detection/{lang}.json")["tiers"][tier]["figures"]["sets"]
    return {name: one["auc"][0] for name, one in sets.items() if "auc" in one and name.startswith("wmt")}


def with_interval(three: Sequence[float], digits: int = 1) -> str:
    """Such as "51.6 (48.7 to 54.2"."""
    return "{:.{d}f} ({:.{d}f} to {:.{d}f}".format(*three, d=digits)


def share(three: Sequence[float]) -> str:
    """Such as "2.2 % (1.6 to 2.9", of shares."""
    value, low, high = (100 * x for x in three)
    return f"{value:.1f} % ({low:.1f} to {high:.1f}"


def test_english_areas() -> None:
    both, grams = areas("en"), areas("en", "style")
    told = row("machine translation told from human translation by style, English")
    assert f"{min(both.values()):.2f} to {max(both.values()):.2f}" in told
    assert f"from Russian {both['wmt21.ru-en']:.2f} and {both['wmt22.ru-en']:.2f}" in told
    assert f"n-grams alone {min(grams.values()):.2f} to {max(grams.values()):.2f}" in told
    assert record("detection/en.json")["date"] in told


def test_areas_of_other_languages() -> None:
    russian = areas("ru")
    others = [f"{area:.2f}" for lang in ("de", "uk", "cs", "zh", "ja") for area in areas(lang).values()]
    told = row("the same, Russian, two sets; German; Ukrainian; Czech; Chinese; Japanese")
    wanted = "; ".join([f"{russian['wmt21.en-ru']:.2f} and {russian['wmt22.en-ru']:.2f}", *others])
    assert f"| {wanted} |" in told
    assert record("detection/ru.json")["date"] in told


def test_english_texts_that_are_suspected() -> None:
    tier = record("detection/en.json")["tiers"]["classifier"]
    kinds = tier["figures"]["suspected"]
    told = row("English suspected")
    assert f"{100 * kinds['original']['share'][0]:.1f} % and, in 17 other registers, " in told
    assert share(kinds["human"]["share"]) in told
    assert "; {:.0f} % ({:.0f} to {:.0f}) |".format(*(100 * x for x in kinds["mt"]["share"])) in told
    assert f"a limit of {tier['suspect']:.2f}" in told
    order = ("original", "original, other registers", "human", "mt")
    numbers = [f"{kinds[kind]['texts']:,}" for kind in order]
    assert f"{numbers[0]}, {numbers[1]}, {numbers[2]} and {numbers[3]} texts" in told


def test_adequacy_against_raters() -> None:
    (model,) = record("adequacy.json")["models"].values()
    chinese, german = (model["figures"][f"ted.{pair}"] for pair in ("zh-en", "en-de"))
    names = ("kendall", "kendall within one source", "worst tenth")
    told = row("adequacy beside a source against raters")
    assert f"Chinese-English {', '.join(with_interval(chinese[n], 2) + ')' for n in names)}" in told
    assert f"English-German {', '.join(f'{german[n][0]:.2f}' for n in names)}" in told
    raters = [record("adequacy.json")["raters"][f"ted.{pair}"] for pair in ("zh-en", "en-de")]
    assert [one["raters"] for one in raters] == [9, 4]
    assert "each rated by one of nine and of four people" in told
    within = [one["rater elsewhere"]["kendall within one source"][0] for one in raters]
    assert f"of one source with {within[0]:.2f} and {within[1]:.2f}," in told


def test_spoilt_translations_that_are_found() -> None:
    (model,) = record("adequacy.json")["models"].values()
    found = model["found"]
    at = {kind: f"{one['found'][0]:.2f}" for kind, one in found["kinds"].items()}
    told = row("translations spoilt in one place")
    assert all(found["kinds"][kind]["found"][0] >= 0.995 for kind in ("copy", "loop", "language"))
    assert (
        f"copy, loop, other language 1.00; another sentence {at['swapped']}, cut off {at['truncated']}, "
        f"number {at['number']}, negation {at['negation']}, name {at['name']}"
    ) in told
    assert f"{found['good']:,} good ones" in told
    assert found["date"] in told


def test_the_embedded_translator() -> None:
    facts = record("translator/adapter.json")
    now, before = ({k: v["chrF"] for k, v in facts[name].items()} for name in ("figures", "few_shot"))
    told = row("the embedded translator on held-out WMT sentences")
    assert (
        f"chrF {with_interval(now['ru-en'])}; before {before['ru-en'][0]}), "
        f"{with_interval(now['en-ru'])}; {before['en-ru'][0]}); "
        f"{now['uk-en'][0]} ({before['uk-en'][0]}), {now['en-de'][0]} ({before['en-de'][0]})"
    ) in told
    assert facts["date"] in told


def test_human_english_by_way_of_russian() -> None:
    translator = record("translator/adapter.json")["sha256"][:12]
    (own,) = [
        one
        for one in record("round_trip.json")["baselines"]
        if translator in one["model"]
        and (one["lang"], one["source_lang"], one["mode"]) == ("en", "ru", "round-trip")
    ]
    told = row("human English by way of Russian and back")
    assert f"chrF {with_interval([own['mean'], *own['interval']])})" in told
    assert f"{own['sentences']} sentences" in told
    assert own["date"] in told
