"""``mtcheck cache``, and ``--no-cache``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mtcheck.annotate.answers import LIMIT
from mtcheck.annotate.cache import kept_answers

Run = Callable[..., tuple[int, str]]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MTCHECK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_info_says_where_how_much_of_what_and_how_much_may_be(run: Run, own_cache: Path) -> None:
    status, empty = run("cache", "info")
    assert status == 0
    assert not own_cache.exists()
    assert "0 answers, 0.0 MB of at most" in empty
    answers = kept_answers()
    for n in range(300):
        answers.put("translation" if n % 3 else "states", f"{n % 256:02x}{n:062x}", [n])
    status, said = run("cache", "info")
    lines = {line.split()[0]: line for line in said.splitlines()}
    assert status == 0
    assert str(own_cache / "answers") in lines["folder"]
    assert "200 answers, 0.8 MB" in lines["translation"]
    assert "100 answers, 0.4 MB" in lines["states"]
    assert f"300 answers, 1.2 MB of at most {LIMIT / 1e6:,.1f} MB" in lines["in"]


def test_clear_deletes_answers_and_leaves_models(run: Run, own_cache: Path) -> None:
    kept_answers().put("states", "0" * 64, [1])
    (own_cache / "a-model").mkdir()
    (own_cache / "a-model" / "config.json").write_text("{}", encoding="utf-8")
    assert run("cache", "clear") == (0, "deleted: 1 answer, 0.0 MB\n")
    assert run("cache", "clear") == (0, "deleted: 0 answers, 0.0 MB\n")
    assert (own_cache / "a-model" / "config.json").is_file()


def test_no_cache_keeps_nothing_and_takes_nothing(run: Run, own_cache: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the hf extra is not installed")
    import sys

    sys.path.insert(0, str(Path(__file__).parent / "annotate"))
    import tiny

    folder = str(tiny.causal(tmp_path / "tiny"))
    (tmp_path / "a.txt").write_text("It rained all day in Paris.\n", encoding="utf-8")
    command = ("check", str(tmp_path / "a.txt"), "--language-model", folder, "--translator", folder)
    bare = run(*command, "--lang", "en", "--source-lang", "ru", "--format", "json", "--no-cache")
    assert not own_cache.exists()
    kept = run(*command, "--lang", "en", "--source-lang", "ru", "--format", "json")
    assert {"surprisal", "translation", "pair"} <= set(kept_answers().tallies())
    assert run(*command, "--lang", "en", "--source-lang", "ru", "--format", "json") == kept == bare
