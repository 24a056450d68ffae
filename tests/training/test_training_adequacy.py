"""Learning what a model's doubts are worth, on made-up ratings."""

from __future__ import annotations

import datetime
import gzip
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="needs the train extra")

pytest.importorskip("torch", reason="needs the hf extra")

from mtcheck.annotate import adequacy as scores
from mtcheck.annotate.base import Expectation, RatedToken
from mtcheck.annotate.fake import FakeRater
from mtcheck.core import InputError
from mtcheck.training import adequacy
from mtcheck.training.rater import Question, Rated, Translations, read_rated
from mtcheck.training.spoiling import Good

DAY = datetime.date(2026, 11, 25)
GOOD = ["river", "rose", "over", "its", "bank", "after", "a", "long", "night", "of", "rain", "in", "spring"]
BAD = [f"qx{n}" for n in range(8)]


def sentence(rng: random.Random, errors: int) -> str:
    words = rng.sample(GOOD, rng.randint(6, 12))
    for n in range(errors):
        words[n] = rng.choice(BAD)
    rng.shuffle(words)
    return " ".join(words)


def write(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def ratings(folder: Path, pair: str = "xx-en", *, sources: int = 80, docs: int = 4) -> Path:
    """Eight versions of each source, from none to five wrong words at five points each, roughly."""
    folder.mkdir(exist_ok=True)
    rng = random.Random(pair)
    rows = []
    for n in range(sources):
        for system in range(8):
            errors = rng.randint(0, 5)
            penalty = max(0.0, 5.0 * errors + rng.gauss(0, 2))
            rows.append(
                {
                    "src": f"source {n}",
                    "target": sentence(rng, errors),
                    "mqm": penalty,
                    "doc": f"talk.{n % docs}",
                    "system": str(system),
                    "seg": n,
                    "errors": [],
                }
            )
    write(folder / f"made.{pair}.mqm.jsonl.gz", rows)
    documents = [
        {
            "doc": str(n),
            "src_lang": pair.partition("-")[0],
            "tgt_lang": pair.partition("-")[2],
            "source": [f"original {n} {i}" for i in range(5)],
            "human": {"ref": [sentence(rng, 0) for _ in range(5)]},
            "mt": {},
        }
        for n in range(12)
    ]
    write(folder / f"wmt99.{pair}.docs.jsonl.gz", documents)
    return folder


class FakeTeacher:
    """Teaches nothing: what it has for a rater doubts the words that are wrong. It remembers from what
    ratings which targets were judged."""

    model = "made@1"
    translator = "translator@1"

    def __init__(self, rater: FakeRater | None = None) -> None:
        self.rater = rater or FakeRater(dict.fromkeys(GOOD, 1.0) | dict.fromkeys(BAD, 15.0))
        self.asked: list[tuple[frozenset[str], list[str]]] = []

    def rate(self, rated: Sequence[Rated], asked: Sequence[Question]) -> list[tuple[RatedToken, ...]]:
        self.asked.append((frozenset(f"{r.data}/{r.doc}" for r in rated), [target for _, target, _ in asked]))
        return self.rater.rate([one[:2] for one in asked], source_lang="xx", target_lang="en")

    def expect(self, asked: Sequence[Question]) -> list[Expectation | None]:
        return [None] * len(asked)

    def write(self, rated: Sequence[Rated]) -> str:
        return f"rater of {len(rated)}"


def given(folder: Path) -> adequacy.Data:
    rng = random.Random(3)
    good = [Good(f"original {n}", sentence(rng, 0), "xx", "en") for n in range(150)]
    return adequacy.Data(
        list(read_rated(folder)), Translations([], good, []), sorted(folder.glob("wmt*.docs.jsonl.gz"))
    )


def trained(
    folder: Path, out: Path, *, learn: Sequence[str] = ("xx-en",), teacher: FakeTeacher | None = None
) -> dict[str, Any]:
    adequacy.train(given(folder), out, teacher=teacher or FakeTeacher(), learn=learn, today=DAY)
    entry: dict[str, Any] = json.loads(out.read_text("utf-8"))["models"]["made@1"]
    return entry


def test_it_learns_that_doubts_are_errors(tmp_path: Path) -> None:
    entry = trained(ratings(tmp_path / "data"), tmp_path / "adequacy.json")
    figures = entry["figures"]["made.xx-en"]
    for name, least in (("kendall", 0.45), ("kendall within one source", 0.45), ("worst tenth", 0.105)):
        whole, low, high = figures[name]
        assert low <= whole <= high
        assert whole > least
    assert figures["left out"] == "each document in turn"
    assert entry["segments"] == 640
    assert entry["rater"] == "rater of 640"
    clean, spoilt = (predicted(entry, sentence(random.Random(1), errors)) for errors in (0, 4))
    assert clean < 3 < 8 < spoilt


def predicted(entry: dict[str, Any], target: str) -> float:
    said = FakeTeacher().rate([], [("source", target, ("xx", "en"))])
    seen = adequacy.see([("source", target, ("xx", "en"))], said, FakeTeacher())
    return float(adequacy.predict(seen, entry)[0])


def test_no_document_is_judged_by_what_learnt_from_it(tmp_path: Path) -> None:
    teacher = FakeTeacher()
    folder = ratings(ratings(tmp_path / "data"), "yy-en", sources=30)
    trained(folder, tmp_path / "adequacy.json", teacher=teacher)
    docs = {r.target: f"{r.data}/{r.doc}" for r in read_rated(folder)}
    everything = {d for d in docs.values() if d.startswith("made.xx-en")}
    judged = [(learnt, {docs[t] for t in targets if t in docs}) for learnt, targets in teacher.asked[:5]]
    assert all(not learnt & seen for learnt, seen in judged)
    assert {frozenset(seen) for _, seen in judged} >= {frozenset({doc}) for doc in everything}
    assert all(learnt <= everything for learnt, _ in teacher.asked), (
        "only pairs that were named are learnt from"
    )


def test_faults_are_told_from_good_translations(tmp_path: Path) -> None:
    class Strict(FakeRater):
        """Doubts what good sentences never say twice or in another place: here, the length."""

        def _rated(self, target: str, token: Any) -> RatedToken:
            found = super()._rated(target, token)
            return found._replace(other=0.9) if len(target.split()) not in range(6, 13) else found

    entry = trained(
        ratings(tmp_path / "data"), tmp_path / "a.json", teacher=FakeTeacher(Strict(dict.fromkeys(GOOD, 1.0)))
    )
    faults = entry["faults"]
    assert faults["features"] == list(scores.FAULT_NAMES)
    assert faults["translations"] > 100
    assert 0 < faults["limit"] < 1
    assert faults["prior"] == adequacy.PRIOR


def test_what_a_translator_expected_is_learnt_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A translator that expected each good sentence to the letter, and a rater that sees nothing wrong."""

    class Hearing(FakeTeacher):
        def expect(self, asked: Sequence[Question]) -> list[Expectation | None]:
            good = {pair.target for pair in given(tmp_path / "data").good.weighed}
            return [
                Expectation(*((0.1, 0.0, -0.3, 0.0) if target in good else (8.0, 5.0, 0.4, 1.0)))
                for _, target, _ in asked
            ]

    folder, blind = ratings(tmp_path / "data"), FakeRater(dict.fromkeys(GOOD, 1.0))
    few = trained(folder, tmp_path / "few.json", teacher=Hearing(blind))
    assert scores.WITH_TRANSLATOR not in few, "too few good translations"
    monkeypatch.setattr(adequacy, "MIN_HEARD", 100)
    entry = trained(folder, tmp_path / "a.json", teacher=Hearing(blind))
    assert entry["faults"] == few["faults"], "without a translator nothing changes"
    heard = entry[scores.WITH_TRANSLATOR]
    assert heard["features"] == [*scores.FAULT_NAMES, *scores.EXPECTED_NAMES]
    assert heard["translator"] == "translator@1"
    asked = [("source 1", "river rose over its bank", ("xx", "en"))]
    (row,) = adequacy.see(asked, Hearing(blind).rate([], asked), Hearing(blind)).faults
    plain = row[: len(scores.FAULT_NAMES)]
    assert scores.regression_of_faults(row, entry) == (row, heard)
    assert scores.regression_of_faults(plain, entry) == (plain, entry["faults"])
    assert scores.regression_of_faults(row, few) == (plain, few["faults"])
    assert scores.chance(row, heard) > 0.5 > scores.chance(plain, entry["faults"])


def test_noise_is_not_learnt(tmp_path: Path) -> None:
    folder = ratings(tmp_path / "data")
    path = folder / "made.xx-en.mqm.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    penalties = [row["mqm"] for row in rows]
    random.Random(0).shuffle(penalties)
    write(path, [row | {"mqm": p} for row, p in zip(rows, penalties, strict=True)])
    figures = trained(folder, tmp_path / "adequacy.json")["figures"]["made.xx-en"]
    assert abs(figures["kendall"][0]) < 0.1


def test_human_translations_give_the_place(tmp_path: Path) -> None:
    entry = trained(ratings(tmp_path / "data"), tmp_path / "adequacy.json")
    place = entry["human"]["xx-en"]
    assert place["sentences"] == 60
    assert place["data"] == ["wmt99.xx-en"]
    assert place["quantiles"] == sorted(place["quantiles"])
    assert len(place["quantiles"]) == adequacy.STEPS + 1
    assert place["quantiles"][-1] < predicted(entry, sentence(random.Random(2), 4))


def test_same_data_same_bytes_and_other_models_stay(tmp_path: Path) -> None:
    folder = ratings(tmp_path / "data")
    out, again = tmp_path / "one.json", tmp_path / "two.json"
    again.write_text(json.dumps({"models": {"other@1": {"kept": True}}}), encoding="utf-8")
    trained(folder, out)
    trained(folder, again)
    both = json.loads(again.read_text("utf-8"))["models"]
    assert both.pop("other@1") == {"kept": True}
    assert {"models": both} == json.loads(out.read_text("utf-8"))
    before = out.read_bytes()
    trained(folder, out)
    assert out.read_bytes() == before


def test_a_pair_that_is_not_learnt_from_tests_the_others(tmp_path: Path) -> None:
    folder = ratings(ratings(tmp_path / "data"), "yy-en", sources=30)
    alone = trained(ratings(tmp_path / "alone"), tmp_path / "alone.json")
    entry = trained(folder, tmp_path / "adequacy.json")
    assert entry["weights"] == alone["weights"]
    assert entry["figures"]["made.yy-en"]["left out"] == "the whole set"
    assert entry["figures"]["made.yy-en"]["kendall"][0] > 0.45
    assert entry["pairs"] == ["xx-en"]


def test_what_the_rater_cannot_read_is_taken_for_the_average(tmp_path: Path) -> None:
    class Shy(FakeTeacher):
        def rate(self, rated: Sequence[Rated], asked: Sequence[Question]) -> list[tuple[RatedToken, ...]]:
            found = super().rate(rated, asked)
            return [() if "qx0" in t else said for (_, t, _), said in zip(asked, found, strict=True)]

    entry = trained(ratings(tmp_path / "data"), tmp_path / "adequacy.json", teacher=Shy())
    assert entry["segments"] == 640
    assert np.isfinite(entry["weights"]).all()


def test_too_little_is_said(tmp_path: Path) -> None:
    folder = ratings(tmp_path / "data", sources=20)
    with pytest.raises(InputError, match="xx-en: 160 rated segments, at least 500"):
        trained(folder, tmp_path / "adequacy.json")
    with pytest.raises(InputError, match="de-en: 0 rated segments"):
        trained(folder, tmp_path / "adequacy.json", learn=["de-en"])


def test_a_bad_row_is_named(tmp_path: Path) -> None:
    folder = ratings(tmp_path / "data")
    row = {"doc": "d", "system": "s", "seg": 1, "src": "a", "target": "b", "errors": []}
    write(folder / "made.yy-en.mqm.jsonl.gz", [row])
    with pytest.raises(InputError) as caught:
        trained(folder, tmp_path / "adequacy.json")
    assert caught.value.place == "line 1"
    assert "mqm" in caught.value.problem


def test_the_worst_tenth_is_what_an_editor_reads() -> None:
    penalties = np.array([9.0] * 2 + [1.0] * 18)
    assert adequacy.worst_tenth(np.arange(20, 0, -1.0), penalties) == pytest.approx(0.5)
    assert adequacy.worst_tenth(np.arange(20.0), penalties) == pytest.approx(2 / 36)
