"""Which of two engines is better, by what others say."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from mtcheck.training.rankings import LEAST, read_rankings
from mtcheck.training.watch import Watch

HUMAN = "The town council has closed the old bridge until next spring."


def documents(folder: Path, engines: dict[str, str]) -> Path:
    rows = [
        {
            "doc": str(n),
            "src_lang": "ru",
            "tgt_lang": "en",
            "source": [f"Городской совет закрыл старый мост до весны, {n}."],
            "human": {"a": [HUMAN]},
            "mt": {name: [value] for name, value in engines.items()},
        }
        for n in range(3)
    ]
    with gzip.open(folder / "wmt99.ru-en.docs.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return folder


def test_what_people_and_engines_agree_on_is_better(tmp_path: Path) -> None:
    engines = {
        "a": "The town council closed the old bridge until next spring.",
        "b": "The city council has closed the old bridge until spring.",
        "c": "Urban advice shut an aged viaduct before May.",
        "d": "Municipal Soviet sealed elderly overpass to vernal.",
    }
    heard: list[int] = []
    watch = Watch(say=lambda _: None, plan=lambda *_: None, advance=lambda _, n: heard.append(n))
    apart = "Городской совет закрыл старый мост до весны, 1."
    found = read_rankings([documents(tmp_path, engines)], lambda source: source == [apart], watch)
    assert len(heard) == 2, "a document that is left out is not read"
    assert {r.source[-2] for r in found} == {"0", "2"}
    for one in found:
        assert one.better in (engines["a"], engines["b"])
        assert one.worse in (engines["c"], engines["d"])
        assert one.points >= LEAST
        assert one.langs == ("ru", "en")


def test_engines_that_say_the_same_teach_nothing(tmp_path: Path) -> None:
    watch = Watch(say=lambda _: None, plan=lambda *_: None, advance=lambda *_: None)
    alike = {name: f"{HUMAN[:-1]} {name}." for name in "abcd"}
    assert read_rankings([documents(tmp_path, alike)], lambda _: False, watch) == []
