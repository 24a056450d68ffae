"""The verdict store: one SQLite file, to which events are added and from which none is ever removed.

It lies in ``.mtcheck/review.sqlite3`` of the project, or in the user's data folder where there is no
project. Several processes may write at once: each addition is one transaction that takes the write
lock first, in a write-ahead log, so readers never wait and a process killed at any point leaves all
or nothing of its addition. An event that is there already is not added again.

The write-ahead log needs a local disk (SQLite, "Write-Ahead Logging", section 1); to share verdicts
between machines, export and import them.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from mtcheck.core import UsageError
from mtcheck.review.verdicts import Standing, Verdict, standing

MARKERS = ("mtcheck.toml", "pyproject.toml", ".git")
"""What the root of a project has one of."""

PATIENCE = 30.0
"""Seconds to wait for another process that is writing."""

_APPLICATION = 0x6D746376  # "mtcv": tells a verdict store from any other SQLite file
_VERSION = 1
_SCHEMA = f"""
CREATE TABLE verdicts (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  fingerprint TEXT NOT NULL, code TEXT NOT NULL, document TEXT NOT NULL, unit TEXT,
  verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'dismissed', 'unsure', 'undone')),
  reason TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL, text TEXT NOT NULL, found TEXT,
  UNIQUE (fingerprint, at, who, verdict, reason)
);
CREATE TRIGGER nothing_changes BEFORE UPDATE ON verdicts
  BEGIN SELECT RAISE(ABORT, 'verdicts are only ever added'); END;
CREATE TRIGGER nothing_goes BEFORE DELETE ON verdicts
  BEGIN SELECT RAISE(ABORT, 'verdicts are only ever added'); END;
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_VERSION};
"""
_COLUMNS = "fingerprint, code, document, unit, verdict, reason, who, at, text, found"


def store_path(start: Path) -> Path:
    """Where the verdicts of a project are kept, whether there are any yet or not.

    Args:
        start: a folder of the project; the nearest one upwards with one of ``MARKERS`` is its root.

    Returns:
        ``<root>/.mtcheck/review.sqlite3``; without a project, ``review.sqlite3`` in
        ``$XDG_DATA_HOME/mtcheck``, else in ``~/.local/share/mtcheck``.
    """
    folder = start.resolve()
    for root in (folder, *folder.parents):
        if any((root / marker).exists() for marker in MARKERS):
            return root / ".mtcheck" / "review.sqlite3"
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "mtcheck" / "review.sqlite3"


class VerdictStore:
    """An open store; use it in a ``with`` statement, one a thread.

    Args:
        path: the file.
        write: make it if it is not there; False opens it to read alone.

    Raises:
        UsageError: it is not there, cannot be opened, or is something else.
    """

    def __init__(self, path: Path, *, write: bool = False) -> None:
        self._path = path
        with _plainly(path):
            self._db = _create(path) if write else _read(path)

    def __enter__(self) -> VerdictStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        self._db.close()

    def add(self, verdicts: Iterable[Verdict]) -> int:
        """Add events, all of them or (after an error) none, on disk when this returns.

        Returns:
            How many were not there before.

        Raises:
            UsageError: the file cannot be written.
        """
        rows = [tuple(_storable(value) for value in astuple(v)) for v in verdicts]
        marks = ", ".join("?" * len(_COLUMNS.split(",")))
        with _plainly(self._path), _transaction(self._db):
            before = self._db.total_changes
            self._db.executemany(
                f"INSERT INTO verdicts ({_COLUMNS}) VALUES ({marks}) "  # noqa: S608 - our own names
                "ON CONFLICT (fingerprint, at, who, verdict, reason) DO NOTHING",
                rows,
            )
            return self._db.total_changes - before

    def events(self, *, after: int = 0) -> tuple[list[Verdict], int]:
        """Events in the order in which they were added, and the number of the last one.

        Args:
            after: leave out those up to this number.
        """
        with _plainly(self._path):
            if not _is_made(self._db):
                return [], after
            rows = self._db.execute(
                f"SELECT number, {_COLUMNS} FROM verdicts WHERE number > ? ORDER BY number",  # noqa: S608
                (after,),
            ).fetchall()
        return [Verdict(*row[1:]) for row in rows], rows[-1][0] if rows else after

    def standing(self) -> dict[str, Standing]:
        """What stands on each finding, by fingerprint."""
        return standing(self.events()[0])


def _storable(value: str | None) -> str | None:
    """Half a surrogate pair, which broken input can hold, is no text to SQLite."""
    return None if value is None else value.encode("utf-8", "replace").decode("utf-8")


def _create(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    ignore = path.parent / ".gitignore"
    if path.parent.name == ".mtcheck" and not ignore.exists():
        ignore.write_text(
            "# verdicts are shared by `mtcheck review export`\nreview.sqlite3*\n", encoding="utf-8"
        )
    db = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        _check_kind(path, db)
        _wait_for(db, "PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")  # a verdict survives the power going, too
        with _transaction(db):
            if not _is_made(db):
                for statement in _statements(_SCHEMA):
                    db.execute(statement)
    except BaseException:
        db.close()
        raise
    return db


def _read(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing.

    A store on a disk that cannot be written has no room for the log's index; it is read as it
    stands, unless a log beside it holds verdicts that would go unseen.
    """
    if not path.is_file():
        raise UsageError(f"{path}: there is no verdict store here")
    log = path.with_name(path.name + "-wal")
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        db = sqlite3.connect(
            f"file:{quote(str(path.resolve()))}?{mode}", uri=True, timeout=PATIENCE, isolation_level=None
        )
        try:
            _check_kind(path, db)
        except sqlite3.OperationalError:
            db.close()
            if mode != "mode=ro" or (log.exists() and log.stat().st_size):
                raise
        except BaseException:
            db.close()
            raise
        else:
            return db
    raise AssertionError("unreachable")


def _check_kind(path: Path, db: sqlite3.Connection) -> None:
    """Refuse another program's file, and a newer version's; a file that was only begun is fine."""
    db.execute("BEGIN")  # one look at all three: another process may be making the store just now
    try:
        application = db.execute("PRAGMA application_id").fetchone()[0]
        version = db.execute("PRAGMA user_version").fetchone()[0]
        tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
    if not application and not tables:
        return
    if application != _APPLICATION:
        raise UsageError(f"{path}: is no verdict store of mtcheck")
    if version > _VERSION:
        raise UsageError(f"{path}: was written by a newer mtcheck; update this one to read it")


def _is_made(db: sqlite3.Connection) -> bool:
    return bool(db.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _wait_for(db: sqlite3.Connection, statement: str) -> None:
    """Run what does not heed the busy timeout (switching the journal mode) until nobody is in the way."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            db.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; the write lock is taken first, so two writers wait and never deadlock."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


@contextmanager
def _plainly(path: Path) -> Iterator[None]:
    """SQLite's errors in the user's words."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise UsageError(f"{path}: the verdict store cannot be used: {error}") from error
    except OSError as error:
        raise UsageError(f"{path}: the verdict store cannot be used: {error.strerror}") from error
