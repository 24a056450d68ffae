"""The store of answers: whole or absent, under two processes, within its bound."""

from __future__ import annotations

import hashlib
import logging
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from mtcheck.annotate.answers import ABANDONED, BLOCK, FRESH, Answers

KINDS = ("surprisal", "translation")
SHARES = 256
PROCESSES = multiprocessing.get_context("spawn")


def key(n: int, *, shard: str = "") -> str:
    name = hashlib.sha256(str(n).encode()).hexdigest()
    return shard + name[len(shard) :]


def value_of(n: int) -> list[Any]:
    return [n, f"сообщение {n}", [n / 7] * 50]


def same(value: Any) -> Any:
    return value


def list_of(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("no list")
    return value


@pytest.mark.parametrize(
    "value",
    [
        [0.1 + 0.2, 1e-320, 5e300, -0.0, 3.0],
        [random.Random(7).gauss(0, 5) for _ in range(1000)],
        ["", "two\nlines", "\ud800 alone", "é 漢 👩‍🔬"],
        {"deep": [[1], [2.5, None, True]]},
    ],
)
def test_what_is_kept_comes_back_exactly(tmp_path: Path, value: Any) -> None:
    Answers(tmp_path / "answers").put("states", key(1), value)
    found = Answers(tmp_path / "answers").get("states", key(1), same)
    assert repr(found) == repr(value)


def test_kinds_and_keys_are_told_apart(tmp_path: Path) -> None:
    answers = Answers(tmp_path)
    answers.put("surprisal", key(1), "a")
    assert answers.get("surprisal", key(2), same) is None
    assert answers.get("translation", key(1), same) is None
    assert answers.get("surprisal", key(1), same) == "a"


def _damage(path: Path, how: str) -> None:
    content = path.read_bytes()
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 0x55]) + content[middle + 1 :]
    path.write_bytes({"cut": content[:-3], "empty": b"", "flipped": flipped, "other": b"not ours"}[how])


@pytest.mark.parametrize("how", ["cut", "empty", "flipped", "other"])
def test_a_damaged_entry_counts_as_absent_and_is_written_over(tmp_path: Path, how: str) -> None:
    answers = Answers(tmp_path)
    answers.put("states", key(1), value_of(1))
    (path,) = (p for p in tmp_path.rglob("*") if p.is_file())
    _damage(path, how)
    assert answers.get("states", key(1), same) is None
    answers.put("states", key(1), value_of(1))
    assert answers.get("states", key(1), same) == value_of(1)


def test_a_value_of_another_shape_counts_as_absent(tmp_path: Path) -> None:
    answers = Answers(tmp_path)
    answers.put("states", key(1), {"no": "list"})
    assert answers.get("states", key(1), list_of) is None


def _fill(folder: str, start: int, seed: int) -> None:
    """Write and read the same keys in an order of its own; any wrong answer ends it with an error."""
    answers = Answers(Path(folder))
    order = list(range(start, start + 150)) * 2
    random.Random(seed).shuffle(order)
    for n in order:
        if (found := answers.get("states", key(n, shard="00"), same)) is not None:
            assert found == value_of(n)
        answers.put("states", key(n, shard="00"), value_of(n))


def test_two_processes_write_the_same_keys(tmp_path: Path) -> None:
    both = [PROCESSES.Process(target=_fill, args=(str(tmp_path), 0, seed)) for seed in (1, 2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    answers = Answers(tmp_path)
    assert all(answers.get("states", key(n, shard="00"), same) == value_of(n) for n in range(150))
    assert answers.tallies()["states"].entries == 150
    assert not list(tmp_path.rglob("new-*"))


def _die_halfway(folder: str) -> None:
    def kill(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    Path.replace = kill  # type: ignore[assignment]
    Answers(Path(folder)).put("states", key(1), value_of(1))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal on this system")
def test_a_killed_writer_leaves_nothing_that_is_read(tmp_path: Path) -> None:
    process = PROCESSES.Process(target=_die_halfway, args=(str(tmp_path),))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    (left,) = tmp_path.rglob("new-*")
    answers = Answers(tmp_path)
    assert answers.get("states", key(1), same) is None
    assert answers.tallies() == {}
    answers.put("states", key(1), value_of(1))
    assert answers.get("states", key(1), same) == value_of(1)
    assert left.exists()  # it might still be somebody's
    long_ago = time.time() - ABANDONED - 60
    os.utime(left, (long_ago, long_ago))
    Answers(tmp_path).put("states", key(2, shard=key(1)[:2]), value_of(2))
    assert not left.exists()


def test_the_bound_holds_and_the_least_lately_used_go_first(tmp_path: Path) -> None:
    room = 16
    answers = Answers(tmp_path, limit=SHARES * room * BLOCK)
    for n in range(room):
        answers.put("states", key(n, shard="ab"), value_of(n))
        (path,) = tmp_path.rglob(f"{key(n, shard='ab')[2:]}.states")
        then = time.time() - 10 * FRESH + n
        os.utime(path, (then, then))
    assert Answers(tmp_path).get("states", key(0, shard="ab"), same) == value_of(0)  # used again
    for n in range(room, 4 * room):
        answers.put("states", key(n, shard="ab"), value_of(n))
        assert answers.tallies()["states"].size <= room * BLOCK
        if n == room:
            assert answers.get("states", key(0, shard="ab"), same) == value_of(0)
            assert answers.get("states", key(1, shard="ab"), same) is None
            assert answers.get("states", key(room - 1, shard="ab"), same) == value_of(room - 1)
    assert answers.get("states", key(4 * room - 1, shard="ab"), same) == value_of(4 * room - 1)
    assert answers.tallies()["states"].entries >= room // 2


def test_two_processes_stay_near_the_bound_together(tmp_path: Path) -> None:
    room = 32
    one, other = (Answers(tmp_path, limit=SHARES * room * BLOCK) for _ in range(2))
    for n in range(0, 6 * room, 2):
        one.put("states", key(n, shard="ab"), value_of(n))
        other.put("states", key(n + 1, shard="ab"), value_of(n))
        assert one.tallies()["states"].size <= room * BLOCK * 1.25


def test_what_is_larger_than_a_share_is_not_kept(tmp_path: Path) -> None:
    answers = Answers(tmp_path, limit=SHARES * BLOCK)
    noise = random.Random(3).randbytes(BLOCK).hex()
    answers.put("states", key(1), noise * 2)
    answers.put("states", key(2), "short")
    assert answers.get("states", key(1), same) is None
    assert answers.get("states", key(2), same) == "short"


def test_tallies_and_clear_touch_answers_alone(tmp_path: Path) -> None:
    answers = Answers(tmp_path)
    assert answers.tallies() == {}
    assert answers.clear() == (0, 0)
    for n in range(30):
        answers.put(KINDS[n % 3 == 0], key(n), value_of(n))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    assert answers.tallies() == {"surprisal": (20, 20 * BLOCK), "translation": (10, 10 * BLOCK)}
    assert answers.clear() == (30, 30 * BLOCK)
    assert answers.tallies() == {}
    assert answers.get("surprisal", key(1), same) is None
    assert sorted(p.name for p in tmp_path.rglob("*.txt")) == ["letter.txt", "note.txt"]
    answers.put("surprisal", key(1), value_of(1))
    assert answers.get("surprisal", key(1), same) == value_of(1)


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")
def test_only_their_owner_may_read_answers(tmp_path: Path) -> None:
    Answers(tmp_path / "answers").put("translation", key(1), "private")
    assert (tmp_path / "answers").stat().st_mode & 0o077 == 0


def test_a_place_where_nothing_can_be_kept_is_named_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "answers").write_text("a file where the folder should be", encoding="utf-8")
    answers = Answers(tmp_path / "answers")
    with caplog.at_level(logging.WARNING):
        for n in range(3):
            answers.put("states", key(n), value_of(n))
            assert answers.get("states", key(n), same) is None
    (record,) = caplog.records
    assert str(tmp_path / "answers") in record.getMessage()
    assert answers.tallies() == {}
