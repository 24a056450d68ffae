"""The store: nothing is lost, nothing is there twice, whoever writes and whoever is killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from editors import mark, says

from mtcheck.core import UsageError
from mtcheck.review import VerdictStore, store_path, write_verdicts

HERE = Path(__file__).resolve().parent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "review.sqlite3"


def held(path: Path) -> list[str]:
    with VerdictStore(path) as store:
        return [v.fingerprint for v in store.events()[0]]


def test_what_is_added_comes_back_as_it_was(path: Path) -> None:
    events = [
        says("Ann", "dismissed", 1, reason="a 'name'", unit="item 3", found="Kyiv"),
        says("Бен", "accepted", 1, text="المدينة \u202e\x00 𝄞"),
        says("Ann", "undone", 1, 1),
    ]
    with VerdictStore(path, write=True) as store:
        assert store.add(events) == 3
        assert store.events() == (events, 3)
        assert store.events(after=2) == (events[2:], 3)
        assert store.events(after=3) == ([], 3)
        assert store.standing()[mark(1)].editors == (events[1],)


def test_a_second_time_changes_nothing(path: Path) -> None:
    events = [says("Ann", "dismissed", n) for n in range(5)]
    with VerdictStore(path, write=True) as store:
        assert store.add(events[:3]) == 3
        assert store.add(events) == 2
        assert store.add(events) == 0
        assert store.events()[0] == events


def test_half_a_surrogate_pair_is_kept_as_a_question_mark(path: Path) -> None:
    with VerdictStore(path, write=True) as store:
        store.add([says("Ann", "accepted", 1, text="a\ud800b")])
        assert store.events()[0][0].text == "a?b"


def test_an_addition_that_fails_adds_nothing(path: Path) -> None:
    with VerdictStore(path, write=True) as store:
        with pytest.raises(UsageError):
            store.add([says("Ann", "accepted", 1), says("Ann", "splendid", 2)])
        assert store.events() == ([], 0)
        assert store.add([says("Ann", "accepted", 1)]) == 1


@pytest.mark.parametrize("statement", ["DELETE FROM verdicts", "UPDATE verdicts SET verdict = 'dismissed'"])
def test_nothing_is_changed_or_removed(path: Path, statement: str) -> None:
    with VerdictStore(path, write=True) as store:
        store.add([says("Ann", "accepted", 1)])
    db = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        db.execute(statement)
    db.close()


@pytest.mark.parametrize("marker", ["mtcheck.toml", "pyproject.toml", ".git"])
def test_the_store_lies_in_the_project(tmp_path: Path, marker: str) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / marker).mkdir()
    assert store_path(inner) == tmp_path / ".mtcheck" / "review.sqlite3"
    (tmp_path / "a" / marker).write_text("")
    assert store_path(inner) == tmp_path / "a" / ".mtcheck" / "review.sqlite3"


def test_without_a_project_it_lies_with_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert store_path(Path("/")) == tmp_path / "data" / "mtcheck" / "review.sqlite3"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert store_path(Path("/")) == tmp_path / ".local" / "share" / "mtcheck" / "review.sqlite3"


def test_git_is_told_to_leave_it_be(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for text in ("review.sqlite3*\n", "mine\n"):
        VerdictStore(store_path(tmp_path), write=True).__exit__(None, None, None)
        ignore = tmp_path / ".mtcheck" / ".gitignore"
        assert ignore.read_text().endswith(text)
        ignore.write_text("mine\n")


def test_what_is_no_store_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite3"
    db = sqlite3.connect(other)
    db.execute("CREATE TABLE things (a)")
    db.close()
    text = tmp_path / "text"
    text.write_text("no database at all, " * 100)
    for file in (other, text):
        before = file.read_bytes()
        for write in (True, False):
            with pytest.raises(UsageError, match=str(file)):
                VerdictStore(file, write=write)
        assert file.read_bytes() == before
    with pytest.raises(UsageError, match="no verdict store here"):
        VerdictStore(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(UsageError, match="cannot be used"):
        VerdictStore(text / "below" / "a.sqlite3", write=True)


def test_a_newer_store_is_not_touched(path: Path) -> None:
    VerdictStore(path, write=True).__exit__(None, None, None)
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 2")
    db.close()
    for write in (True, False):
        with pytest.raises(UsageError, match="newer mtcheck"):
            VerdictStore(path, write=write)


def test_a_store_that_was_only_begun_is_empty(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    assert held(path) == []
    with VerdictStore(path, write=True) as store:
        assert store.add([says("Ann", "accepted", 1)]) == 1


@contextmanager
def nobody() -> Iterator[None]:
    """Without root's right to write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.name == "nt", reason="folders have other rights there")
@pytest.mark.parametrize("log", [False, True])
def test_a_store_on_a_disk_that_cannot_be_written_is_read(log: bool) -> None:
    """Unless verdicts lie in a log that cannot be read there: none may go unseen."""
    with tempfile.TemporaryDirectory() as name:  # pytest's own folder is closed to others
        path = Path(name) / "review.sqlite3"
        with VerdictStore(path, write=True) as store:
            store.add([says("Ann", "accepted", 1)])
        if log:
            path.with_name(path.name + "-wal").write_bytes(b"verdicts, maybe")
        path.chmod(0o444)
        path.parent.chmod(0o555)
        try:
            with nobody(), pytest.raises(UsageError) if log else nullcontext():
                assert not os.access(path.parent, os.W_OK, effective_ids=True)
                assert held(path) == [mark(1)]
        finally:
            path.parent.chmod(0o755)


WRITER = """
import sys
from pathlib import Path
from editors import says
from mtcheck.review import VerdictStore
who, path, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
for n in range(count):
    with VerdictStore(path, write=True) as store:
        store.add([says(who, "accepted", f"{who} {n}")])
    print(n, flush=True)
"""


def writer(who: str, path: Path, count: int) -> subprocess.Popen[str]:
    """A process that adds one event at a time and says so when it is done."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, who, str(path), str(count)],
        cwd=HERE,
        env=os.environ | {"PYTHONPATH": str(HERE)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_editors_at_once_lose_nothing(path: Path) -> None:
    """They also make the store at once."""
    names, count = ("Ann", "Ben", "Cid"), 40
    running = [writer(name, path, count) for name in names]
    assert [p.communicate(timeout=120) and p.returncode for p in running] == [0, 0, 0]
    found = held(path)
    assert sorted(found) == sorted(mark(f"{name} {n}") for name in names for n in range(count))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("lines", [1, 7, 30])
def test_what_was_acknowledged_outlives_a_kill(path: Path, lines: int) -> None:
    running = writer("Ann", path, 100_000)
    beside = writer("Ben", path, 20)
    assert running.stdout is not None
    for _ in range(lines):
        running.stdout.readline()
    running.send_signal(signal.SIGKILL)
    rest = running.communicate(timeout=60)[0].splitlines()
    assert beside.communicate(timeout=60)
    assert beside.returncode == 0
    said = lines + len(rest)
    found = set(held(path))
    assert {mark(f"Ann {n}") for n in range(said)} | {mark(f"Ben {n}") for n in range(20)} <= found
    assert len(found) <= said + 1 + 20


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_killed_import_adds_all_or_nothing(path: Path, tmp_path: Path) -> None:
    count = 4_000
    file = tmp_path / "verdicts.json"
    file.write_text(write_verdicts(says("Ann", "accepted", n, text="x" * 500) for n in range(count)))
    before = says("Ben", "accepted", "before")
    with VerdictStore(path, write=True) as store:
        store.add([before])
    command = [sys.executable, "-c", "from mtcheck.cli import main; main()", "review", "import", str(file)]
    command += ["--review-store", str(path)]
    log = path.with_name(path.name + "-wal")
    for writing in (0, 1_000_000):
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while running.poll() is None and not (log.exists() and log.stat().st_size >= writing):
            time.sleep(0.001)
        running.kill()
        running.wait()
        assert len(held(path)) in {1, 1 + count}
    assert subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0
    assert len(set(held(path))) == len(held(path)) == 1 + count
