"""Folders that are made once, on the user's machine, from files that came with a package.

Safe under two processes and a power cut: one process holds a lock while it works, the result is written
beside its place and renamed into it, and a manifest with the SHA-256 of every file is the last thing
written.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mtcheck.core import ModelError

MANIFEST = "mtcheck.json"


def is_made(place: Path) -> bool:
    """Whether a folder is complete."""
    return (place / MANIFEST).is_file()


def make_once(
    place: Path, make: Callable[[Path, Path], Mapping[str, Any]], *, announce: Callable[[], None]
) -> None:
    """Make a folder unless it is there.

    Args:
        place: where it belongs; its parent is made if need be.
        make: writes into its second argument, a folder that is not there yet, may leave what it likes in
            its first, and returns what the manifest says of the sources.
        announce: called before the work begins.

    Raises:
        ModelError: it cannot be written there.
    """
    if is_made(place):
        return
    from filelock import FileLock

    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{place}.lock"):
            if not is_made(place):
                announce()
                _make(place, make)
    except OSError as error:
        raise ModelError(f"{place.parent}: the embedded model could not be written there: {error}") from error


def _make(place: Path, make: Callable[[Path, Path], Mapping[str, Any]]) -> None:
    with tempfile.TemporaryDirectory(prefix="converting-", dir=place.parent) as scratch:
        work = Path(scratch)
        out = work / "out"
        told = make(work, out)
        sums = {p.name: sha256(p) for p in sorted(out.iterdir())}
        (out / MANIFEST).write_text(json.dumps({**told, "sha256": sums}, indent=1), encoding="utf-8")
        if place.exists():  # an incomplete one, from before manifests were written last
            shutil.rmtree(place)
        out.rename(place)


def verify(place: Path) -> list[str]:
    """What is wrong with a complete folder, by the sums of its manifest; empty if nothing is."""
    manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    wrong = []
    for name, digest in manifest["sha256"].items():
        path = place / name
        if not path.is_file():
            wrong.append(f"{path} is missing")
        elif sha256(path) != digest:
            wrong.append(f"{path} has changed since it was written; delete {place} to convert again")
    return wrong


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
