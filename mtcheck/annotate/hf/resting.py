"""Give back the memory of weights that are not needed for now.

Safetensors are read in place: their pages count as this process's from the first question on, a gigabyte of
them for the embedded model, while the next model is already at work. ``rest`` tells the system that they may
go (madvise(2), MADV_DONTNEED); the next question finds them in the file again, and nothing is loaded twice.
Does nothing where the system has no such call, or shows no maps (proc(5)).
"""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

_MAPS = Path("/proc/self/smaps")


class Mapping(NamedTuple):
    """A file that lies in memory.

    Attributes:
        start: address of its first byte.
        size: in bytes.
        path: of the file.
        is_changed: whether memory differs from the file, in which case only memory has it.
    """

    start: int
    size: int
    path: str
    is_changed: bool


def rest(folder: Path) -> int:
    """Let the pages of a folder's safetensors go; the bytes that are read from the file again if needed."""
    try:
        advise = ctypes.CDLL(None).madvise
        lines = _MAPS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        needless = mmap.MADV_DONTNEED
    except (AttributeError, OSError, TypeError):
        return 0
    own = {str(path.resolve()) for path in folder.glob("*.safetensors")}  # the Hub's cache holds links
    given = 0
    for found in mappings(lines):
        if found.path in own and not found.is_changed:
            done = advise(ctypes.c_void_p(found.start), ctypes.c_size_t(found.size), ctypes.c_int(needless))
            given += found.size if done == 0 else 0
    return given


def mappings(lines: Iterable[str]) -> Iterator[Mapping]:
    """The mapped files of ``/proc/self/smaps``, in its format of proc(5)."""
    found: Mapping | None = None
    for line in lines:
        words = line.split(maxsplit=5)
        if words and not words[0].endswith(":"):
            if found is not None:
                yield found
            first, last = (int(number, 16) for number in words[0].split("-"))
            found = Mapping(first, last - first, words[5], False) if len(words) == 6 else None
        elif found is not None and words[:1] == ["Anonymous:"]:
            found = found._replace(is_changed=words[1] != "0")
    if found is not None:
        yield found
