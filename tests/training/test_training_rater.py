"""The rater's training, and that what runs says what was trained. Tiny weights, real everything else."""

from __future__ import annotations

import datetime
import gzip
import json
import random
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
sys.path.insert(0, str(Path(__file__).parents[1] / "annotate"))

import tiny  # noqa: E402

from mtcheck.annotate.base import Expectation, RatedToken, TranslationRater  # noqa: E402
from mtcheck.annotate.fake import FakeExpectingTranslator  # noqa: E402
from mtcheck.annotate.hf import load, open_language_model  # noqa: E402
from mtcheck.annotate.hf import rater as running  # noqa: E402
from mtcheck.annotate.hf.causal import CausalLanguageModel  # noqa: E402
from mtcheck.annotate.hf.loading import Checkpoint  # noqa: E402
from mtcheck.annotate.hf.rater import Rater  # noqa: E402
from mtcheck.core import InputError, ModelError, Span  # noqa: E402
from mtcheck.training import heads, lora  # noqa: E402
from mtcheck.training import rater as training  # noqa: E402
from mtcheck.training.rankings import Ranked  # noqa: E402
from mtcheck.training.rater import Lessons, Mark, Rated  # noqa: E402
from mtcheck.training.spoiling import Good  # noqa: E402
from mtcheck.training.states import State  # noqa: E402
from mtcheck.training.watch import Watch  # noqa: E402

DAY = datetime.date(2026, 1, 2)
LANGS = ("ru", "en")
QUIET = Watch(say=lambda _: None, plan=lambda *_: None, advance=lambda *_: None)
PAIRS = [
    ("Президент прибыл в Париж в понедельник.", "The president arrived in Paris on Monday."),
    ("Мы продолжим поддерживать фермеров.", "We will continue to support farmers who lost their harvest."),
    ("Прибыль компании снизилась на 12.", "The company's profit fell by 12 percent."),
    ("Она\nснизилась.", "It\nfell  by 12."),
]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two layers, few steps, no compiler: the same code, in seconds."""
    monkeypatch.setattr(training, "LAYERS", (1, 2))
    monkeypatch.setattr(training, "STEPS", 60)
    monkeypatch.setattr(training, "WARM_UP", 5)
    monkeypatch.setattr(training, "RATED_STEPS", 40)
    monkeypatch.setattr(training, "BATCH_TOKENS", 600)
    monkeypatch.setattr(training, "RATE", 1e-2)
    monkeypatch.setattr(training, "HEAD_RATE", 3e-2)
    monkeypatch.setattr(lora, "can_compile", lambda: False)
    monkeypatch.setattr(heads, "precision", lambda: torch.float32)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.gemma(tmp_path_factory.mktemp("base") / "m")


WORDS = ["farmers", "company", "profit", "harvest", "president", "quarter"]


def lessons(count: int = 60) -> Lessons:
    """Sentences that always end alike, so that even a tiny model sees what is missing or new; and engines
    of which the better one says "will"."""
    rng = random.Random(0)

    def sentence() -> str:
        chosen = " and ".join(rng.sample(WORDS, 3))
        return f"We support {chosen} who lost."

    good = [Good(f"Мы {n}.", sentence(), *LANGS) for n in range(count)]
    ranked = [
        Ranked(f"Мы {n}.", f"We will {g.target[3:]}", f"We to {g.target[3:]}", LANGS, 60.0)
        for n, g in enumerate(good)
    ]
    return Lessons(good, ranked)


def ratings(count: int = 40) -> list[Rated]:
    """A "their" is a major error, an "in" a minor one of fluency, wherever they stand."""
    rng = random.Random(1)
    out = []
    for n in range(count):
        for _ in range(4):
            words = ["We", *rng.sample(WORDS, 2), *rng.sample(["their", "in", "and", "who"], 2)]
            target = " ".join(words)
            marks = tuple(
                Mark(Span(target.index(w), target.index(w) + len(w)), p, w == "in")
                for w, p in (("their", 3.0), ("in", 1.0))
                if w in words
            )
            penalty = sum(m.penalty for m in marks)
            out.append(Rated(f"Мы {n}.", target, LANGS, penalty, 0.0, f"talk.{n % 2}", "made", marks))
    return out


def teacher(base: Path, folder: Path, watch: Watch = QUIET, some: Lessons | None = None) -> training.Teacher:
    return training.Teacher(
        base=base,
        model="tiny@1",
        lessons=some or lessons(),
        out=folder / "out",
        cache=folder / "cache",
        watch=watch,
        today=DAY,
    )


def mass(tokens: Sequence[RatedToken]) -> float:
    return sum(t.name + t.number + t.negation + t.other for t in tokens)


def test_it_learns_faults_worth_and_what_raters_mark(base: Path, tmp_path: Path) -> None:
    held = lessons()
    how = teacher(base, tmp_path, some=held)
    good = [(g.source, g.target, LANGS) for g in held.good]
    spoilt = [(s, f"{t[:-5]} Monday Monday.", langs) for s, t, langs in good]
    rated = ratings()
    bad = [("Мы 1.", "We farmers their profit and", LANGS), ("Мы 1.", "We farmers who profit and", LANGS)]
    better = [
        ("Мы 1.", "We will support profit who lost.", LANGS),
        ("Мы 1.", "We to support profit who lost.", LANGS),
    ]
    said = how.rate(rated, [*good, *spoilt, *bad, *better])
    clean, wrong = said[: len(good)], said[len(good) : 2 * len(good)]
    higher = sum(mass(w) > mass(c) for c, w in zip(clean, wrong, strict=True))
    assert higher > 0.8 * len(good)
    marked, unmarked, will, to = said[2 * len(good) :]
    assert sum(t.accuracy for t in marked) > 2 * sum(t.accuracy for t in unmarked)
    assert max(marked, key=lambda t: t.accuracy).start in range(11, 16), "at their, or where it ends"
    assert sum(t.worth for t in will) / len(will) > sum(t.worth for t in to) / len(to)


def test_what_was_broken_off_is_taken_up(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "STEPS", 30)
    monkeypatch.setattr(training, "REPORT", 8)
    done: list[int] = []

    def count(stage: str, n: int) -> None:
        if stage == "faults":
            done.append(n)
            if len(done) == 20:
                raise KeyboardInterrupt

    some = ratings(12)
    with pytest.raises(KeyboardInterrupt):
        teacher(base, tmp_path / "a", replace(QUIET, advance=count)).write(some)
    (stand,) = (tmp_path / "a/cache").glob("*.stand")
    done.clear()
    again = teacher(base, tmp_path / "a", replace(QUIET, advance=lambda _, n: done.append(n)))
    signature = again.write(some)
    assert done[:2] == [16, 1], "two reports were written before it was broken off"
    assert not stand.exists()
    assert teacher(base, tmp_path / "b").write(some) == signature, "as if it had not been broken off"


def test_a_broken_stand_is_named(base: Path, tmp_path: Path) -> None:
    stand = tmp_path / "rater-faults-1.stand"
    stand.write_bytes(b"no state")
    with pytest.raises(InputError, match="not a state of training") as caught:
        training.learn_faults(training.Learner(base), lessons(), State(stand), QUIET)
    assert "delete it" in str(caught.value.mend)


def test_same_data_same_bytes_and_what_is_done_is_not_done_again(base: Path, tmp_path: Path) -> None:
    steps: list[str] = []
    watch = Watch(
        say=lambda _: None, plan=lambda *_: None, advance=lambda stage, n: steps.extend([stage] * n)
    )
    some = ratings(12)
    signature = teacher(base, tmp_path / "a", watch).write(some)
    assert steps.count("faults") == training.STEPS
    assert steps.count("ratings") == training.RATED_STEPS
    steps.clear()
    assert teacher(base, tmp_path / "a", watch).write(some) == signature
    assert steps == []
    other = teacher(base, tmp_path / "a", watch).write(some[:20])
    assert other != signature
    assert steps.count("faults") == 0, "faults are learnt once for all ratings"
    assert teacher(base, tmp_path / "b").write(some) == signature
    one, two = ((tmp_path / name / "out" / "rater.safetensors").read_bytes() for name in "ab")
    assert one != two, "the last one in a learnt from fewer ratings"
    found = Rater(tmp_path / "b" / "out")
    assert (found.signature, found.model, found.layers) == (signature, "tiny@1", (1, 2))


class Listener(FakeExpectingTranslator):
    """Serves English and German alone."""

    def supports(self, source_lang: str, target_lang: str) -> bool:
        return (source_lang, target_lang) == ("en", "de")


def test_a_translator_is_asked_for_the_pairs_that_it_serves(base: Path, tmp_path: Path) -> None:
    asked = [
        ("a", "bb", ("en", "de")),
        ("a", "b", ("en", "ja")),
        ("a", "", ("en", "de")),
        ("a", "bbb", ("en", "de")),
    ]
    alone = teacher(base, tmp_path)
    assert (alone.translator, alone.expect(asked)) == ("", [None] * 4)
    said = {target: Expectation(len(target), 0.0, 0.0, 0.0) for target in ("bb", "bbb")}
    listener = Listener(lambda _, target: said.get(target), signature="listener@1")
    hearing = replace(alone, listener=listener)
    assert hearing.translator == "listener@1"
    assert hearing.expect(asked) == [said["bb"], None, None, said["bbb"]]
    assert listener.heard == [((("a", "bb"), ("a", ""), ("a", "bbb")), "en", "de")]


@pytest.fixture
def made(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[CausalLanguageModel, Any]:
    """A language model with a rater trained for it, and a learner that holds the same."""
    teacher(base, tmp_path).write(ratings(12))
    found = Rater(tmp_path / "out")
    monkeypatch.setattr(running, "shipped", lambda: found)
    learner = training.Learner(base)
    learner.restore({name: tensor.float() for name, tensor in found.tensors.items()})
    model = open_language_model(load(Checkpoint(base, "tiny", "1"), threads=1))
    assert isinstance(model, CausalLanguageModel)
    assert isinstance(model, TranslationRater)
    return model, learner


def ask(model: CausalLanguageModel, pairs: Sequence[tuple[str, str]], **more: Any) -> list[Any]:
    return model.rate(pairs, source_lang=LANGS[0], target_lang=LANGS[1], **more)


def close(a: Sequence[RatedToken], b: Sequence[RatedToken]) -> bool:
    return len(a) == len(b) and all(
        x[:2] == y[:2] and x[2:] == pytest.approx(y[2:], abs=1e-4) for x, y in zip(a, b, strict=True)
    )


def test_what_runs_says_what_was_trained(
    made: tuple[CausalLanguageModel, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, learner = made
    assert model.rater.startswith("rater sha256:")
    before = model.surprisal([PAIRS[0][1]])
    monkeypatch.setattr(running, "halved_factors", nullcontext)
    said = ask(model, PAIRS)
    trained = learner.rate([(s, t, LANGS) for s, t in PAIRS], QUIET)
    assert all(close(a, b) for a, b in zip(said, trained, strict=True))
    assert model.surprisal([PAIRS[0][1]]) == before, "the model itself stays as it is"
    for (_, target), tokens in zip(PAIRS, said, strict=True):
        covered = {place for t in tokens for place in range(t.start, t.end)}
        assert {n for n, c in enumerate(target) if not c.isspace()} <= covered <= set(range(len(target)))
        assert tokens[-1][:2] == (len(target), len(target))
        for token in tokens:
            assert min(token[2:6]) >= 0
            assert sum(token[2:6]) <= 1
            assert min(token.accuracy, token.fluency) >= 0


@pytest.mark.parametrize("batch_tokens", [1, 60, 5000])
def test_neighbours_order_and_batches_do_not_matter(
    made: tuple[CausalLanguageModel, Any], batch_tokens: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, _ = made
    alone = [ask(model, [pair])[0] for pair in PAIRS]
    monkeypatch.setattr(running, "BATCH_TOKENS", batch_tokens)
    order = list(range(len(PAIRS)))
    random.Random(batch_tokens).shuffle(order)
    found = ask(model, [PAIRS[i] for i in order])
    assert all(close(tokens, alone[i]) for tokens, i in zip(found, order, strict=True))


def test_what_is_too_long_or_empty_has_no_tokens_and_harms_no_other(
    made: tuple[CausalLanguageModel, Any],
) -> None:
    model, _ = made
    done: list[int] = []
    asked = [PAIRS[0], ("слово " * 3000, "word"), ("Ничего.", " "), PAIRS[1]]
    found = ask(model, asked, progress=done.append)
    assert [bool(tokens) for tokens in found] == [True, False, False, True]
    assert sum(done) == len(asked)
    assert close(found[3], ask(model, [PAIRS[1]])[0])


def test_a_model_that_nothing_was_made_for_has_no_rater(
    made: tuple[CausalLanguageModel, Any], base: Path
) -> None:
    other = open_language_model(load(Checkpoint(base, "tiny", "2"), threads=1))
    assert isinstance(other, CausalLanguageModel)
    assert other.rater == ""
    with pytest.raises(ValueError, match="tiny@2"):
        ask(other, PAIRS)


def test_a_rater_that_was_changed_is_refused(base: Path, tmp_path: Path) -> None:
    teacher(base, tmp_path).write(ratings(12))
    with (tmp_path / "out" / "rater.safetensors").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match="does not have the sum"):
        _ = Rater(tmp_path / "out").tensors
    (tmp_path / "out" / "rater.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="not the description of a rater"):
        Rater(tmp_path / "out")


def write(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def documents(folder: Path, count: int = 40) -> None:
    write(
        folder / "wmt99.ru-en.docs.jsonl.gz",
        [
            {
                "doc": str(n),
                "src_lang": "ru",
                "tgt_lang": "en",
                "source": [f"исходный текст {n} {i}" for i in range(3)],
                "human": {"a": [f"person's text {n} {i}" for i in range(3)]},
                "mt": {name: [f"engine {name}'s text {n} {i}" for i in range(3)] for name in "xy"},
            }
            for n in range(count)
        ],
    )


def test_a_quarter_of_the_documents_is_left_out_and_so_is_what_shares_a_sentence_with_it(
    tmp_path: Path,
) -> None:
    documents(tmp_path)
    whole = training.read_good([tmp_path])
    apart = [*whole.weighed, *whole.measured]
    assert whole.weighed
    assert whole.measured
    assert not {p.source for p in whole.learnt} & {p.source for p in apart}
    assert not {p.source for p in whole.weighed} & {p.source for p in whole.measured}
    assert {p.source for p in [*whole.learnt, *apart]} == {
        f"исходный текст {n} {i}" for n in range(40) for i in range(3)
    }
    assert all(p.target.startswith("person") for p in apart)
    assert {p.target.split("'")[0] for p in whole.learnt} == {"person", "engine x", "engine y"}
    pairs = [
        {"ru": apart[0].source, "en": "a leak", "made": "human", "source": "elsewhere"},
        {"ru": "другое предложение", "en": "another sentence", "made": "human", "source": "elsewhere"},
        {"ru": "сказал движок", "en": "an engine said", "made": "mt", "source": "elsewhere"},
    ]
    write(tmp_path / "pairs.jsonl.gz", pairs)
    more = training.read_good([tmp_path])
    added = set(more.learnt) - set(whole.learnt)
    assert len(added) == 1
    assert set(added.pop()[:2]) == {"другое предложение", "another sentence"}


def test_folders_without_translations_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no translations to learn from"):
        training.read_good([tmp_path])


def test_marks_are_read_as_raters_set_them(tmp_path: Path) -> None:
    def error(severity: str, category: str, place: tuple[int, int] | None) -> dict[str, Any]:
        at = {} if place is None else {"start": place[0], "end": place[1]}
        return {"severity": severity, "category": category, "rater": "r1", **at}

    row = {
        "src": "a",
        "target": "one two",
        "mqm": 6.1,
        "fluency": 0.1,
        "doc": "d",
        "system": "s",
        "seg": 1,
        "errors": [
            error("Major", "Accuracy/Mistranslation", (0, 3)),
            error("Minor", "Fluency/Punctuation", (3, 4)),
            error("Minor", "Style/Awkward", None),
        ],
    }
    write(tmp_path / "made.ru-en.mqm.jsonl.gz", [row, {**row, "seg": 2, "mqm": 0, "errors": []}])
    found, clean = training.read_rated(tmp_path)
    assert (found.rater, clean.rater, clean.marks) == ("r1", "r1", ()), "who rates the one before goes on"
    assert found.marks == (
        Mark(Span(0, 3), training.MAJOR, False),
        Mark(Span(3, 4), training.PUNCTUATION, True),
        Mark(Span(7, 7), 1.0, True),
    )
    assert (found.penalty, found.fluency, found.pair) == (6.1, 0.1, ("ru", "en"))


def test_a_mark_without_its_severity_is_named(tmp_path: Path) -> None:
    row = {"src": "a", "target": "b", "mqm": 1, "doc": "d", "system": "s", "seg": 1}
    write(tmp_path / "made.ru-en.mqm.jsonl.gz", [{**row, "errors": [{"rater": "r1"}]}])
    with pytest.raises(InputError, match="severity") as caught:
        list(training.read_rated(tmp_path))
    assert caught.value.place == "line 1"


def by(rater: str, target: str, penalty: float, data: str = "made") -> Rated:
    marks = (Mark(Span(0, 2), penalty, False),) if penalty else ()
    return Rated("Мы.", target, LANGS, penalty, 0.0, "talk.1", data, marks, rater)


def test_strictness_is_what_a_rater_gives_beside_the_others_of_a_set() -> None:
    rated = [by("mild", "We.", 1.0)] * 500 + [by("strict", "We.", 3.0)] * 500 + [by("new", "We.", 8.0)]
    rated += [by("mild", "We.", 5.0, "other")] * 10 + [by("kind", "We.", 0.0, "kind")]
    found = training.strictness(rated)
    assert found["made", "mild"] == pytest.approx(0.5, abs=0.03)
    assert found["made", "strict"] == pytest.approx(1.5, abs=0.03)
    assert 1.0 < found["made", "new"] < 1.2, "one rating says little"
    assert (found["other", "mild"], found["kind", "kind"]) == (1.0, 1.0)


def test_penalties_are_learnt_in_units_of_who_gave_them(base: Path) -> None:
    rated = [by("mild", f"We {n}.", 1.0) for n in range(60)]
    rated += [by("strict", f"We two {n}.", 3.0) for n in range(60)]
    batch = next(training.rated_batches(training.Learner(base), rated, 0))
    sums = {m.rated.rater: float(m.penalties.sum()) for m in batch}
    assert sums["strict"] / sums["mild"] < 2.0, "three times as much before"


def test_order_is_learnt_between_translations_that_one_rater_rated(base: Path) -> None:
    learner = training.Learner(base)

    def loss(one: str, other: str) -> float:
        rated = [by(one, "We farmers.", 5.0), by(other, "We profit.", 0.0)]
        rows = [learner.ask(r.source, r.target, r.pair) for r in rated]
        batch = [
            training._Marked(row, r, torch.zeros((len(row.spans), 2)))
            for row, r in zip(rows, rated, strict=True)
        ]
        return float(training.rated_loss(learner, batch).detach())

    assert loss("a", "a") > loss("a", "b") + 0.5


def test_ratings_that_fill_no_batch_come_again(base: Path) -> None:
    batches = training.rated_batches(training.Learner(base), [by("a", "We.", 1.0)], 0)
    assert len(next(batches)) > 1
