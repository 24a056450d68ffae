"""What models said, kept on disk: a bounded store of small JSON values under hashed names.

An entry is one file, ``<2 hex digits>/<62 more>.<kind>``, zlib over JSON (floats come back bit for bit:
JSON holds their ``repr``). It is written beside its place and renamed into it, so that two processes may
write the same key, and one that is killed leaves at most a file that nobody reads. What cannot be read
as it was written (cut short, garbled) counts as absent and is written over.

Names are hashes, hence spread evenly, so the bound is held a folder at a time: each of the 256 may take
its share, those least lately used go first, and no run ever has to count the whole store. A folder is
counted when a process first writes to it and after every eighth of its share.

Rejected: diskcache (Apache-2.0), which does all this in SQLite: no release since 2023, no types, and it
unpickles what it finds in the folder (CVE-2025-69872, not mended); joblib's Memory pickles too. LMDB has
no bound by age. A database of our own is for the verdict store alone.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

LIMIT = 1 << 30
"""Bytes on disk, by default."""
BLOCK = 4096
"""Bytes that file systems give out at a time: a short answer takes that much."""
FRESH = 3600.0
"""Seconds within which another use of an entry is not written down again."""
ABANDONED = 3600.0
"""Seconds after which a half-written file can only be that of a dead process."""

_SHARDS = 256
_UNFINISHED = "new-"
_SHARD = re.compile(r"[0-9a-f]{2}")

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Tally(NamedTuple):
    """How many entries, and the bytes they take on disk."""

    entries: int = 0
    size: int = 0


class Answers:
    """The store.

    Args:
        folder: where it lies; made when the first entry is written, readable by its owner alone, since
            it holds translations of what was checked.
        limit: bytes on disk that it may take.
    """

    def __init__(self, folder: Path, *, limit: int = LIMIT) -> None:
        self.folder, self.limit = folder, limit
        self._share = limit // _SHARDS
        self._rooms: dict[str, _Room] = {}
        self._complained = False

    def get(self, kind: str, key: str, read: Callable[[Any], _T]) -> _T | None:
        """What was kept, None if nothing is or it cannot be read.

        Args:
            kind: a word for what it is, such as ``surprisal``.
            key: 64 hex digits.
            read: turns the JSON value into what was kept; a value of a wrong shape counts as absent.
        """
        path = self._path(kind, key)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._complain(error)
            return None
        try:
            value = read(json.loads(zlib.decompress(content)))
        except (zlib.error, ValueError, TypeError, LookupError, RecursionError):
            return None
        with contextlib.suppress(OSError):  # one who may only read may still use it
            if time.time() - path.stat().st_mtime > FRESH:
                os.utime(path)
        return value

    def put(self, kind: str, key: str, value: object) -> None:
        """Keep a JSON value, if there is a place to keep it; else say so once and go on."""
        content = zlib.compress(json.dumps(value, separators=(",", ":")).encode("ascii"))
        taken = _on_disk(len(content))
        if taken > self._share:
            return
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._path(kind, key)
            path.parent.mkdir(exist_ok=True)
            self._make_room(path.parent, taken)
            _write_whole(path, content)
        except OSError as error:
            self._complain(error)

    def tallies(self) -> dict[str, Tally]:
        """Kind to how much of it is kept, by name."""
        out: dict[str, Tally] = {}
        for entry in self._files():
            if not entry.name.startswith(_UNFINISHED):
                kind = entry.name.partition(".")[2]
                size = _size_of(entry)
                out[kind] = Tally(out.get(kind, Tally()).entries + 1, out.get(kind, Tally()).size + size)
        return dict(sorted(out.items()))

    def clear(self) -> Tally:
        """Delete everything, half-written files too; safe while others read and write.

        Returns:
            what was deleted.
        """
        gone = Tally()
        for entry in self._files():
            size = _size_of(entry)
            with contextlib.suppress(FileNotFoundError):
                Path(entry.path).unlink()
                gone = Tally(gone.entries + 1, gone.size + size)
        self._rooms.clear()
        return gone

    def _files(self) -> Iterator[os.DirEntry[str]]:
        if not self.folder.is_dir():
            return
        for shard in sorted(self.folder.iterdir()):
            if _SHARD.fullmatch(shard.name) and shard.is_dir():
                yield from _entries(shard)

    def _path(self, kind: str, key: str) -> Path:
        return self.folder / key[:2] / f"{key[2:]}.{kind}"

    def _make_room(self, shard: Path, taken: int) -> None:
        room = self._rooms.get(shard.name)
        if room is None or room.held + taken > self._share or room.written > self._share // 8:
            room = self._rooms[shard.name] = _Room(_prune(shard, self._share - taken))
        room.held += taken
        room.written += taken

    def _complain(self, error: OSError) -> None:
        if not self._complained:
            self._complained = True
            _log.warning("mtcheck: %s: answers of models cannot be kept there: %s", self.folder, error)


class _Room:
    """Bytes that a folder held when it was counted and what this process wrote since."""

    def __init__(self, held: int) -> None:
        self.held, self.written = held, 0


def _prune(shard: Path, most: int) -> int:
    """Delete the entries least lately used until three quarters of ``most`` are left, if they are more
    than ``most``; returns the bytes left."""
    found = []
    for entry in _entries(shard):
        with contextlib.suppress(FileNotFoundError):  # another process prunes as well
            stat = entry.stat()
            if entry.name.startswith(_UNFINISHED) and time.time() - stat.st_mtime > ABANDONED:
                Path(entry.path).unlink()
            else:
                found.append((stat.st_mtime, entry.path, _on_disk(stat.st_size)))
    held = sum(size for _, _, size in found)
    if held <= most:
        return held
    for _, path, size in sorted(found):
        if held <= most * 3 // 4:
            break
        with contextlib.suppress(OSError):  # gone already, or open on a system that minds
            Path(path).unlink()
        held -= size
    return held


def _entries(shard: Path) -> list[os.DirEntry[str]]:
    with os.scandir(shard) as found:
        return [entry for entry in found if entry.is_file(follow_symlinks=False)]


def _size_of(entry: os.DirEntry[str]) -> int:
    try:
        return _on_disk(entry.stat().st_size)
    except FileNotFoundError:
        return 0


def _on_disk(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _write_whole(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
