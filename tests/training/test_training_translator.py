"""The embedded translator's training: pairs, vocabulary, steps, state. Tiny weights, real everything else."""

from __future__ import annotations

import datetime
import gzip
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
sys.path.insert(0, str(Path(__file__).parents[1] / "annotate"))

import tiny  # noqa: E402
from typer.testing import CliRunner  # noqa: E402

from mtcheck import text  # noqa: E402
from mtcheck.annotate.hf import gemma  # noqa: E402
from mtcheck.annotate.hf.adapter import Adapter, changes, reaches, rows  # noqa: E402
from mtcheck.annotate.hf.changes import PROJECTIONS  # noqa: E402
from mtcheck.cli import app  # noqa: E402
from mtcheck.core import InputError, UsageError  # noqa: E402
from mtcheck.training import examples, held_out, lora, pairs, spelled, translator  # noqa: E402
from mtcheck.training.held_out import Judged  # noqa: E402
from mtcheck.training.pairs import Pair  # noqa: E402
from mtcheck.training.watch import Watch  # noqa: E402

SHARES = {("en", "ru"): 0.5, ("ru", "en"): 0.5}
DAY = datetime.date(2026, 1, 2)
NOUNS = ["president", "company", "farmer", "profit", "harvest", "quarter", "talk", "Monday"]
СЛОВА = ["президент", "компания", "фермер", "прибыль", "урожай", "квартал", "разговор", "понедельник"]


def sentences(count: int) -> list[tuple[str, str]]:
    """Sentences that a word list translates."""
    out = []
    for n in range(count):
        picked = [(n // 8**k) % 8 for k in range(3)]
        out.append(
            (
                "The " + " and the ".join(NOUNS[i] for i in picked) + f" number {n}.",
                " и ".join(СЛОВА[i] for i in picked) + f" номер {n}.",
            )
        )
    return out


def feed(folder: Path, count: int = 160) -> Path:
    """Pairs of both shapes, with an engine's output of the first sources."""
    folder.mkdir()
    rows = [
        {"en": a, "ru": b, "made": "human", "source": "WMT21 made for this test"} for a, b in sentences(count)
    ]
    rows += [{**row, "ru": "это " + row["ru"], "made": "mt", "source": "engine"} for row in rows[:40]]
    (folder / "en-ru.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    document = {
        "set": "wmt22.en-ru",
        "doc": "1",
        "src_lang": "en",
        "tgt_lang": "ru",
        "source": ["A document of one sentence.", "And of another one."],
        "human": {"A": ["Документ из одного предложения.", "И из другого."]},
        "mt": {"Online-B": ["Один документ предложения.", ""]},
    }
    with gzip.open(folder / "wmt22.en-ru.docs.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(document))
    (folder / "other.jsonl").write_text('{"text": "no pair", "label": "mt"}', encoding="utf-8")
    return folder


class Heard:
    """A watch that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.steps = 0
        self.watch = Watch(say=self.lines.append, plan=lambda *_: None, advance=self._advance)

    def _advance(self, _: str, count: int) -> None:
        self.steps += count


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers as they are: to compile them takes longer than all steps of a test."""
    monkeypatch.setattr(lora, "can_compile", lambda: False)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny embedded model, converted."""
    return tiny.gemma(tmp_path_factory.mktemp("base") / "gemma")


def run(
    data: Path, base: Path, out: Path, states: Path, heard: Heard, *more: translator.Round, **first: Any
) -> Path:
    """Train to the end."""
    return translator.train(
        [data],
        base,
        out,
        rounds=[translator.Round(SHARES, **{"examples": 300, "rate": 1e-2, **first}), *more],
        seed=0,
        states=states,
        watch=heard.watch,
        made_of={"package": "tiny", "version": "1", "sha256": "5" * 64},
        today=DAY,
    )


def test_both_shapes_are_read_in_both_directions(tmp_path: Path) -> None:
    found = pairs.read([feed(tmp_path / "data", 20)], ["ru"])
    assert len({(p.source, p.target) for p in found}) == len(found) == 2 * (20 + 20 + 2 + 1)
    assert Counter(p.direction for p in found) == {("en", "ru"): 43, ("ru", "en"): 43}
    engine = next(p for p in found if p.target == "Один документ предложения.")
    assert (engine.source, engine.human, engine.data) == ("A document of one sentence.", False, "wmt22.en-ru")


def test_a_folder_without_pairs_and_a_broken_row_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no sentence pairs here"):
        pairs.read([tmp_path], ["ru"])
    data = feed(tmp_path / "data", 4)
    (data / "zz.jsonl").write_text('{"made": "human", "en": "x"}', encoding="utf-8")
    with pytest.raises(InputError, match=r"zz\.jsonl:1"):
        pairs.read([data], ["ru"])


def test_nothing_that_is_set_apart_is_learnt_from(tmp_path: Path) -> None:
    learn, held = pairs.split(pairs.read([feed(tmp_path / "data")], ["ru"]))
    assert len([p for p in held if p.direction == ("en", "ru")]) == 40
    apart = {p.source for p in held} | {p.target for p in held}
    assert not any(p.source in apart or p.target in apart for p in learn)
    assert not any("это " + p.target in {q.target for q in learn} for p in held)


def test_texts_that_share_a_translation_are_one_group(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        "\n".join(
            json.dumps({"en": en, "ru": ru, "made": "human", "source": "x"})
            for en, ru in [
                ("First source.", "Первый перевод."),
                ("First source.", "Второй перевод."),
                ("Another source.", "Второй перевод."),
                ("A third source.", "Третий перевод."),
            ]
        ),
        encoding="utf-8",
    )
    groups = [p.group for p in pairs.read([tmp_path], ["ru"]) if p.source_lang == "en"]
    assert groups == [groups[0]] * 3 + [groups[3]]
    assert groups[3] != groups[0]


def test_order_keeps_the_shares_and_shows_human_translations_first(tmp_path: Path) -> None:
    learn, _ = pairs.split(pairs.read([feed(tmp_path / "data")], ["ru"]))
    chosen = pairs.ordered(learn, {("en", "ru"): 0.75, ("ru", "en"): 0.25}, 80, 0)
    assert Counter(p.source_lang for p in chosen) == {"en": 60, "ru": 20}
    assert chosen == pairs.ordered(learn, {("en", "ru"): 0.75, ("ru", "en"): 0.25}, 80, 0)
    assert chosen != pairs.ordered(learn, {("en", "ru"): 0.75, ("ru", "en"): 0.25}, 80, 1)
    rest = pairs.ordered(learn, {("en", "ru"): 1.0}, 40, 0, shown={("en", "ru"): 60})
    assert not set(rest) & {p for p in chosen if p.source_lang == "en"}
    again = pairs.ordered(learn, {("en", "ru"): 1.0}, 1000, 0)
    assert len(again) == 1000
    assert min(Counter(again).values()) >= 1000 // len(set(again))


def test_a_language_in_characters_may_be_much_shorter(tmp_path: Path) -> None:
    rows = [
        {"en": "The talks were put off again.", "zh": "会谈再次推迟", "made": "human", "source": "x"},
        {"en": "The talks were put off again.", "zh": "会谈", "made": "human", "source": "x"},
        {"en": "The talks were put off again.", "de": "Wieder vertagt", "made": "human", "source": "x"},
        {
            "en": "The talks were put off again, this time for a week.",
            "de": "Wieder",
            "made": "human",
            "source": "x",
        },
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    found = {p.target for p in pairs.read([tmp_path], ["de", "zh"]) if p.source_lang == "en"}
    assert found == {"会谈再次推迟", "Wieder vertagt"}


@pytest.mark.parametrize(
    ("langs", "source", "target", "expected"),
    [
        ("ru-en", "Вчера Шойгу был в Омске.", "Yesterday Shoigu was in Omsk.", "Вчера Шойгу был в Омске."),
        (
            "en-ru",
            "Yesterday Denisenko was there.",
            "Вчера там был Денисенко.",
            "Yesterday Денисенко was there.",
        ),
        ("en-ru", "Yesterday Johnson was there.", "Вчера там был Джонсон.", "Yesterday Johnson was there."),
        ("en-ru", "We spoke with Denisov.", "Мы говорили с Денисовым.", "We spoke with Денисов."),
        (
            "en-de",
            "Yesterday Denisenko was there.",
            "Denisenko war gestern da.",
            "Yesterday Denisenko was there.",
        ),
    ],
)
def test_names_are_spelled_as_the_target_has_them(
    langs: str, source: str, target: str, expected: str
) -> None:
    pair = Pair(langs[:2], langs[3:], source, target, True, "x", 0)
    assert [p.source for p in spelled.some_spelled([pair] * 4, 1.0, 0)] == [expected] * 4
    assert next(spelled.some_spelled([pair], 0.0, 0)) == pair


def test_the_loss_is_the_model_s_own_over_the_answer(base: Path, tmp_path: Path) -> None:
    """With nothing learnt: transformers' loss on the whole model, over the rows of the language."""
    from transformers import AutoModelForCausalLM

    learn, held = pairs.split(pairs.read([feed(tmp_path / "data")], ["ru"]))
    cut = examples.Cut(base, learn, ["en", "ru"])
    learner = lora.Learner(base, cut, seed=0)
    batch = [e for e in cut.examples(held) if e.target_lang == "ru"][:5]
    total, tokens = learner.loss(batch)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    rows = torch.tensor([cut.kept[i] for i in cut.rows["ru"]])
    expected = 0.0
    with torch.inference_mode():
        for example in batch:
            ids = torch.tensor([[cut.kept[i] for i in example.question + example.answer]])
            scores = torch.log_softmax(model(ids).logits[0][:, rows], -1)
            for n, token in enumerate(example.answer):
                place = cut.rows["ru"].index(token)
                expected -= float(scores[len(example.question) - 1 + n, place])
    assert tokens == sum(len(e.answer) for e in batch)
    assert float(total.detach()) == pytest.approx(expected, rel=0.02)


def test_a_translation_may_have_all_that_is_written_in_its_script(base: Path, tmp_path: Path) -> None:
    learn, _ = pairs.split(pairs.read([feed(tmp_path / "data")], ["ru"]))
    cut = examples.Cut(base, learn, ["en", "ru"])
    whole = json.loads((base / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    numbers = {cut.kept.index(old): piece for piece, old in whole.items() if old in cut.kept}
    for lang, own, other in (("en", "a", "я"), ("ru", "я", "a")):
        assert set(cut.rows[lang]) <= set(cut.sayable[lang])
        assert cut.sayable[lang] == sorted(set(cut.sayable[lang]))
        words = {piece: number for number, piece in numbers.items() if len(piece) > 2 and piece[1:].isalpha()}
        same = {n for piece, n in words.items() if text.script_of(piece[-1]) == text.script_of(own)}
        others = {n for piece, n in words.items() if text.script_of(piece[-1]) == text.script_of(other)}
        assert same
        assert same <= set(cut.sayable[lang])
        assert not others & set(cut.sayable[lang]) - set(cut.rows[lang])


def test_training_lowers_the_loss_and_writes_an_adapter(base: Path, tmp_path: Path) -> None:
    heard = Heard()
    written = run(feed(tmp_path / "data"), base, tmp_path / "out", tmp_path / "states", heard, examples=1500)
    told = json.loads(written.read_text(encoding="utf-8"))
    first, last = told["losses"][0]["held_out"], told["losses"][-1]["held_out"]
    assert last["ru"] < first["ru"] - 0.5
    assert last["en"] < first["en"] - 0.5
    made = Adapter(tmp_path / "out")
    assert made.facts.directions == frozenset(SHARES)
    assert len(changes(made.tensors)) == 2 * len(PROJECTIONS)
    assert set(rows(made.tensors)) == {"en", "ru"}
    measured = reaches(made.tensors)
    layers = gemma.read_shape(base).layers
    assert set(measured) == {gemma.name_of_reach(n, p) for n in range(layers) for p in gemma.PRODUCTS}
    assert all(bool((reach >= 0).all()) and float(reach.max()) > 0 for reach in measured.values())
    assert heard.steps == told["losses"][-1]["step"]


def test_broken_off_and_taken_up_it_comes_to_the_same_bytes(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = feed(tmp_path / "data")
    monkeypatch.setattr(translator, "EVERY", 3)
    more = translator.Round({("en", "ru"): 1.0}, 200, rate=1e-3, spelled=0.5, kept=0.5)
    whole = run(data, base, tmp_path / "whole", tmp_path / "one", Heard(), more)
    told = json.loads(whole.read_text(encoding="utf-8"))["losses"]
    first = next(row["step"] for row in reversed(told) if row["round"] == 1)
    left = [0]
    step = lora.Learner.step

    def broken(self: lora.Learner, *given: Any) -> tuple[float, int]:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return step(self, *given)

    monkeypatch.setattr(lora.Learner, "step", broken)
    for steps in (5, first + 2):  # it is broken off in the middle of either round
        left[0] = steps
        with pytest.raises(KeyboardInterrupt):
            run(data, base, tmp_path / "parts", tmp_path / "two", Heard(), more)
    left[0] = 10_000
    parts = run(data, base, tmp_path / "parts", tmp_path / "two", Heard(), more)
    for name in ("adapter.safetensors", "adapter.json"):
        assert (parts.parent / name).read_bytes() == (whole.parent / name).read_bytes()


def test_a_round_keeps_half_of_what_it_learnt(base: Path, tmp_path: Path) -> None:
    data, states = feed(tmp_path / "data"), tmp_path / "states"
    more = translator.Round({("en", "ru"): 1.0}, 100, rate=1e-2)
    first, last, half = (
        Adapter(run(data, base, tmp_path / name, states, Heard(), *rounds).parent).tensors
        for name, rounds in (("a", []), ("b", [more]), ("c", [replace(more, kept=0.5)]))
    )
    for name in (n for n in first if ".lora_" in n):
        between = (first[name].float() + last[name].float()) / 2
        assert torch.allclose(half[name].float(), between, atol=1e-4)
        assert not torch.equal(first[name], last[name])
    told = json.loads((tmp_path / "c" / "adapter.json").read_text(encoding="utf-8"))["losses"]
    assert (told[-1]["step"], told[-1]["kept"]) == (told[-2]["step"], 0.5)
    assert told[-1]["held_out"] != told[-2]["held_out"]


def test_a_spoilt_state_is_named(base: Path, tmp_path: Path) -> None:
    data, states = feed(tmp_path / "data"), tmp_path / "states"
    run(data, base, tmp_path / "out", states, Heard())
    (state,) = states.glob("*.safetensors")
    state.write_bytes(state.read_bytes()[:100])
    with pytest.raises(InputError, match="delete it to begin anew"):
        run(data, base, tmp_path / "out", states, Heard())


def test_a_direction_without_pairs_is_refused(base: Path, tmp_path: Path) -> None:
    data = feed(tmp_path / "data")
    with pytest.raises(InputError, match="no pairs to learn en-de from"):
        translator.train(
            [data],
            base,
            tmp_path / "out",
            rounds=[translator.Round({("en", "de"): 1.0}, 10)],
            seed=0,
            states=tmp_path,
            watch=Heard().watch,
            made_of={},
            today=DAY,
        )


def test_the_rate_warms_up_and_falls_to_nothing() -> None:
    one = translator.Round(SHARES, 1)
    shares = [one.share_of_rate(step, 1000) for step in range(1000)]
    assert shares[0] == pytest.approx(1 / one.warm_up)
    assert shares[100] == shares[400] == 1.0
    assert 0 < shares[-1] < 0.01
    assert shares[1000 - int(500 * one.decay)] == pytest.approx(0.5)


def said(likelihood: float, chrf: float, verdict: str = "ok") -> Judged:
    """A translation of that likelihood and worth."""
    return Judged(Pair("en", "ru", "a", "б", True, "x", 0), "б", verdict, likelihood, chrf)


def test_the_floor_takes_away_what_is_mostly_senseless() -> None:
    good = [said(-0.5 - n / 1000, 50) for n in range(100)]
    bad = [said(-2 - n / 10, 5) for n in range(6)]
    found = held_out.floor([*good, *bad, said(-9, 5, "looping")])
    assert found is not None
    assert -2 < found < -0.5
    assert held_out.floor(good) is None
    assert held_out.floor([said(-0.5 - n / 1000, 5) for n in range(100)]) is not None


def test_floors_are_looked_for_without_the_last_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With them the translations would be others, and so would the next floors."""
    facts = tmp_path / "adapter.json"
    facts.write_text(json.dumps({"floors": {"ru": -0.1}}), encoding="utf-8")
    good, bad = [said(-0.5 - n / 1000, 50) for n in range(100)], [said(-2 - n / 10, 5) for n in range(6)]
    floors: list[dict[str, float]] = []

    def translated(*_: Any) -> Any:
        floors.append(json.loads(facts.read_text(encoding="utf-8"))["floors"])
        yield ("en", "ru"), [*good, *bad]

    monkeypatch.setattr(held_out, "_translated", translated)
    monkeypatch.setattr(held_out, "held_out", lambda *_: {})
    monkeypatch.setattr(held_out, "Adapter", lambda _: None)
    watch = Watch(say=lambda _: None, plan=lambda *_: None, advance=lambda *_: None)
    held_out.add([], tmp_path, tmp_path, watch=watch)
    assert floors == [{}, {"ru": held_out.floor([*good, *bad])}]
    told = json.loads(facts.read_text(encoding="utf-8"))
    assert told["floors"] == floors[1]
    assert told["figures"]["en-ru"]["no_verdict"] == {}


def test_figures_carry_interval_and_signature() -> None:
    made = [Pair("ru", "en", "а", f"The {noun} fell in the third quarter.", True, "x", 0) for noun in NOUNS]
    row = held_out.figures(made, [p.target for p in made], ["ok"] * 7 + ["looping"])
    assert row["chrF"] == [100.0, 100.0, 100.0]
    assert row["no_verdict"] == {"looping": 1}
    assert any(s.startswith("nrefs:1|bs:") and "version:" in s for s in row["signatures"])


@pytest.mark.parametrize("share", ["en-ru", "en-ru=much"])
def test_the_command_refuses_a_share_that_it_cannot_read(tmp_path: Path, share: str) -> None:
    asked = ["models", "train", "translator", "--data", str(tmp_path), "--share", share]
    with pytest.raises(UsageError, match=r"such as en-ru=0\.4"):
        CliRunner().invoke(app, asked, catch_exceptions=False)
