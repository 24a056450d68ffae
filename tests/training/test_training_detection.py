"""Training from made-up labelled texts: what comes out judges, is calibrated, and is always the same."""

from __future__ import annotations

import datetime
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from mtcheck.cli import app
from mtcheck.style import detector as detectors
from mtcheck.style import grams
from mtcheck.training import corpus, detection, figures, fitting
from mtcheck.training.watch import Watch

DAY = datetime.date(2026, 1, 2)
WATCH = Watch(say=lambda _: None, plan=lambda *_: None, advance=lambda *_: None)
TOPICS = [
    "river",
    "bridge",
    "council",
    "school",
    "doctor",
    "garden",
    "winter",
    "market",
    "train",
    "letter",
    "museum",
    "farmer",
]
HUMAN = ["though", "anyway", "got", "kind of", "a lot", "turned out", "kept", "pretty much"]
ENGINE = [
    "within the framework of",
    "carried out",
    "in connection with",
    "the given",
    "is carried out",
    "also noted",
]


def prose(rng: random.Random, own: Sequence[str], other: Sequence[str], share: float) -> str:
    """About 110 words whose turns are mostly ``own``."""
    out = []
    for _ in range(12):
        turn = rng.choice(own if rng.random() < share else other)
        a, b, c = rng.sample(TOPICS, 3)
        out.append(f"The {a} and the {b} {turn} the {c} that day.")
    return " ".join(out)


def feed(folder: Path, *, lang: str = "en", size: int = 260, share: float = 0.62) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(lang)
    rows = []
    for n in range(size):
        rows.append(
            {"id": f"h{n}", "text": prose(rng, HUMAN, ENGINE, share), "lang": lang, "label": "human"}
            | ({"kind": "original"} if n % 2 else {})
        )
        rows.append(
            {
                "id": f"m{n}",
                "text": prose(rng, ENGINE, HUMAN, share),
                "lang": lang,
                "label": "mt",
                "system": f"s{n % 7}",
            }
        )
    (folder / f"{lang}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return folder


class Counting:
    """A teacher whose classifiers count the engine's turns in a text."""

    model = "counting@1"

    def __init__(self) -> None:
        self.asked: list[corpus.Text] = []

    def teach(
        self, texts: Sequence[corpus.Text], wanted: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], str]:
        self.asked += [t for t, yes in zip(texts, wanted, strict=True) if yes]
        said = np.array([float(sum(t.text.count(e) for e in ENGINE) - 6) for t in texts])
        return np.where(wanted, said, np.nan), "classifier test"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], Counting]:
    folder = tmp_path_factory.mktemp("trained")
    teacher = Counting()
    (path,) = detection.train(
        [feed(folder / "data")], folder / "out", teacher=teacher, watch=WATCH, today=DAY
    )
    return path, json.loads(path.read_text(encoding="utf-8")), teacher


def test_it_tells_the_two_apart(trained: tuple[Path, dict[str, Any], Counting]) -> None:
    path, _, _ = trained
    detector = detectors.load(path)
    rng = random.Random(99)
    human = [detector.judge(prose(rng, HUMAN, ENGINE, 1.0)) for _ in range(40)]
    engine = [detector.judge(prose(rng, ENGINE, HUMAN, 1.0)) for _ in range(40)]
    assert np.mean([s is not None and s.probability >= s.suspect for s in engine]) >= 0.8
    assert not any(s is None or s.probability >= s.suspect for s in human)


def test_the_detector_scores_as_training_did(trained: tuple[Path, dict[str, Any], Counting]) -> None:
    """Two implementations of one formula: matrices in training, dictionaries where it is used."""
    path, _, _ = trained
    texts = corpus.read([path.parents[1] / "data"])[:30]
    everything = corpus.read([path.parents[1] / "data"])
    sample = fitting.sample_of(everything, np.full(len(everything), np.nan))
    scores = fitting.fit_style(sample, np.ones(len(everything), dtype=bool)).scores(sample)
    detector = detectors.load(path)
    for text, score in zip(texts, scores, strict=False):
        assert detector.style_score(grams.fold(text.text)) == pytest.approx(score, abs=0.02)


def test_calibration_holds_on_other_texts(trained: tuple[Path, dict[str, Any], Counting]) -> None:
    """The claim of the file, looked at from outside: of texts said to be x % likely, x % are."""
    path, raw, _ = trained
    assert raw["tiers"]["style"]["figures"]["calibration_error"] <= 0.05
    detector = detectors.load(path)
    rng = random.Random(7)
    said, true = [], []
    for n in range(600):
        machine = n % 10 == 0
        value = prose(rng, ENGINE, HUMAN, 0.62) if machine else prose(rng, HUMAN, ENGINE, 0.62)
        judged = detector.judge(value)
        assert judged is not None
        said.append(judged.probability)
        true.append(machine)
    error, _ = figures.reliability(np.array(true), np.array(said), np.ones(len(said)))
    assert error <= 0.08


def test_limits_keep_human_text_safe(trained: tuple[Path, dict[str, Any], Counting]) -> None:
    for tier in trained[1]["tiers"].values():
        suspected = tier["figures"]["suspected"]
        assert suspected["original"]["share"][0] <= 0.01
        assert suspected["human"]["share"][0] <= 0.05


def test_a_classifier_helps(trained: tuple[Path, dict[str, Any], Counting]) -> None:
    _, raw, _ = trained
    style, both = (raw["tiers"][n]["figures"]["sets"]["en"]["auc"][0] for n in ("style", "classifier"))
    assert both >= style - 0.01
    assert raw["tiers"]["classifier"]["classifier"] > 0
    assert raw["partner"] == {"model": "counting@1", "classifier": "classifier test"}


def test_same_data_same_bytes(trained: tuple[Path, dict[str, Any], Counting], tmp_path: Path) -> None:
    path, _, _ = trained
    data = path.parents[1] / "data"
    (again,) = detection.train([data], tmp_path, teacher=Counting(), watch=WATCH, today=DAY)
    assert again.read_bytes() == path.read_bytes()


def test_the_classifier_is_asked_of_a_sample(trained: tuple[Path, dict[str, Any], Counting]) -> None:
    """Every human text beside engines', and of engines two a source; the second tier rests on those."""
    _, raw, teacher = trained
    assert {t.rank for t in teacher.asked if t.machine} <= {0, 1}
    assert raw["tiers"]["classifier"]["human_texts"] <= sum(not t.machine for t in teacher.asked)


def test_a_new_language_by_data_alone(tmp_path: Path) -> None:
    runner = CliRunner()
    data = feed(tmp_path / "data", lang="eo")
    done = runner.invoke(
        app,
        ["models", "train", "detection", "--data", str(data), "--out", str(tmp_path / "out"), "--no-models"],
    )
    assert done.exit_code == 0, done.output
    detector = detectors.load(tmp_path / "out" / "eo.json")
    said = detector.judge(prose(random.Random(1), ENGINE, HUMAN, 0.95))
    assert said is not None
    assert said.probability > 0.5


def test_too_few_texts_make_no_detector(tmp_path: Path) -> None:
    heard: list[str] = []
    watch = Watch(say=heard.append, plan=lambda *_: None, advance=lambda *_: None)
    data = feed(tmp_path / "data", size=150)
    assert detection.train([data], tmp_path / "out", teacher=None, watch=watch) == []
    assert "no detector below 200" in heard[0]


def labelled(n: int, data: str, *, kind: str = "", system: str = "") -> corpus.Text:
    return corpus.Text("de", str(n), kind or ("mt" if n % 3 else "human"), data, f"g{n // 3}", system)


def test_one_set_is_divided_by_document_and_engine() -> None:
    texts = [labelled(n, "one", system=f"e{n % 5}" if n % 3 else "") for n in range(300)]
    seen = 0
    for learnt, looked_at in fitting.parts(texts):
        known = [t for t, yes in zip(texts, learnt, strict=True) if yes]
        asked = [t for t, yes in zip(texts, looked_at, strict=True) if yes]
        assert not {t.group for t in asked} & {t.group for t in known}
        assert not {t.system for t in asked if t.system} & {t.system for t in known if t.system}
        seen += len(asked)
    assert seen >= 100


def test_an_engine_is_in_one_part_in_all_years_and_parts_have_as_many() -> None:
    names = ["Lan-Bridge", "Online-A", "Online-B", "Online-G", "Online-W", "PROMT"]
    texts = [
        labelled(n, f"wmt{21 + n // 600}", system=names[n // 3 % 6] if n % 3 else "") for n in range(1200)
    ]
    asked = [
        {(t.system, t.data) for t, yes in zip(texts, looked_at, strict=True) if yes and t.system}
        for _, looked_at in fitting.parts(texts)
    ]
    for found in asked:
        assert {data for _, data in found} == {"wmt21", "wmt22"}
        assert len({system for system, _ in found}) == 2
    assert sorted(system for found in asked for system in {s for s, _ in found}) == names


def test_many_sets_in_few_parts_leave_another_year_to_learn_from() -> None:
    names = [f"wmt21.{a}-en" for a in ("is", "ja", "ru")]
    names += [f"wmt22.{a}-en" for a in ("cs", "de", "ja", "ru", "uk", "zh")]
    texts = [labelled(n, names[n // 50]) for n in range(50 * len(names))]
    parts = fitting.parts(texts, most=3)
    looked = [{t.data for t, yes in zip(texts, part, strict=True) if yes} for _, part in parts]
    assert sorted(name for names in looked for name in names) == names
    for pair in ("ja-en", "ru-en"):
        assert not any({f"wmt21.{pair}", f"wmt22.{pair}"} <= part for part in looked)


def test_of_many_sets_each_is_left_out_whole() -> None:
    texts = [labelled(n, f"set{n // 50}") for n in range(200)]
    texts += [labelled(n, "de.original", kind="original") for n in range(200, 260)]
    parts = fitting.parts(texts)
    assert len(parts) == 4
    for learnt, looked_at in parts:
        assert (learnt ^ looked_at).all()
        assert len({t.data for t, yes in zip(texts, looked_at, strict=True) if yes} - {"de.original"}) == 1


def test_other_registers_set_limits_and_teach_nothing(tmp_path: Path) -> None:
    """Human texts full of engine turns raise the limit until they are safe; the weights stay."""
    data = feed(tmp_path / "data")
    options: dict[str, Any] = {"teacher": None, "watch": WATCH, "today": DAY}
    (before,) = detection.train([data], tmp_path / "a", **options)
    rng = random.Random(5)
    rows = [
        {
            "id": f"r{n}",
            "text": prose(rng, ENGINE, HUMAN, 1.0),
            "lang": "en",
            "label": "human",
            "register": "law",
        }
        for n in range(120)
    ]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "law.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (after,) = detection.train([data, tmp_path / "other"], tmp_path / "b", **options)
    one, two = json.loads(before.read_text()), json.loads(after.read_text())
    assert (two["grams"], two["weights"]) == (one["grams"], one["weights"])
    assert two["tiers"]["style"]["suspect"] > one["tiers"]["style"]["suspect"]
    other = two["tiers"]["style"]["figures"]["suspected"]["human, other registers"]
    assert other["texts"] == 120
    assert other["share"][0] <= 0.05
