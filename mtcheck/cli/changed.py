"""``--changed-since REF``: what reads as it did at a git revision is left out.

The file at that revision is read by the same reader as the file of today, beside its source file,
and the two are compared message by message, so that neither line numbers nor reformatting count. A
localisation file is still checked as a whole, since a message may contradict one that did not
change; its unchanged messages carry a flag, and what is found in them is not reported.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from mtcheck.cli.options import Item, uri_of
from mtcheck.core import Catalogue, Document, InputError, Unit, UsageError
from mtcheck.selection import UNCHANGED
from mtcheck.shelf import shelved


@dataclass(frozen=True)
class Revision:
    """A commit of the work tree that the current folder is in.

    Attributes:
        root: top folder of the work tree, links resolved.
        commit: full name of the commit.
        unchanged: paths from ``root`` of the files that are as they were.
        source_locale: language whose files are the source of the others, as the user stated it.
    """

    root: Path
    commit: str
    unchanged: frozenset[str]
    source_locale: str | None = None

    def changed(self, items: Iterable[Item], *, format: str | None) -> Iterator[Item]:
        """The items that differ; see the module. What is in no work tree always differs."""
        before = _Before()
        for item in items:
            path = self._path(uri_of(item))
            if isinstance(item, InputError) or path is None:
                yield item
                continue
            source = self._path(item.source_uri) if isinstance(item, Catalogue) and item.source_uri else None
            if path in self.unchanged and (source is None or source in self.unchanged):
                continue
            if before.path != path:
                before = _held(path, self._before(path, source, format))
            if isinstance(item, Catalogue):
                yield _marked(item, before)
            elif _text(item) not in before.texts:
                yield item

    def _path(self, uri: str) -> str | None:
        if uri == "-" or "://" in uri:
            return None
        path = Path(os.path.realpath(uri))
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else None

    def _before(self, path: str, source: str | None, format: str | None) -> list[Item]:
        """What the file held at the revision; nothing if it was not there."""
        from mtcheck.read import read_inputs

        with tempfile.TemporaryDirectory(prefix="mtcheck-") as name:
            for file in filter(None, (path, source)):
                old = _git(self.root, "show", f"{self.commit}:{file}")
                if old is not None:
                    (Path(name) / file).parent.mkdir(parents=True, exist_ok=True)
                    (Path(name) / file).write_bytes(old)
            target = Path(name) / path
            if not target.is_file():
                return []
            return list(read_inputs([str(target)], format=format, source_locale=self.source_locale))


def revision(ref: str, *, source_locale: str | None = None) -> Revision:
    """The revision that a user named, in the work tree of the current folder.

    Raises:
        UsageError: there is no git, no work tree, or no such revision.
    """
    top = _git(Path.cwd(), "rev-parse", "--show-toplevel")
    if top is None:
        raise UsageError(f"--changed-since {ref}: {Path.cwd()} is in no git work tree")
    root = Path(os.path.realpath(os.fsdecode(top.rstrip(b"\n"))))
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if commit is None:
        raise UsageError(
            f"--changed-since {ref}: git knows no such revision; in a shallow clone fetch it first "
            "(actions/checkout: fetch-depth: 0)"
        )
    name = commit.decode("ascii").strip()
    there = _git(root, "ls-tree", "-r", "-z", "--name-only", name) or b""
    differ = _git(root, "diff", "--name-only", "-z", "--no-renames", name, "--") or b""
    return Revision(root, name, _paths(there) - _paths(differ), source_locale)


def _paths(listed: bytes) -> frozenset[str]:
    return frozenset(os.fsdecode(path) for path in listed.split(b"\0") if path)


def _git(folder: Path, *arguments: str) -> bytes | None:
    """What git prints, or None if it fails."""
    try:
        found = subprocess.run(  # noqa: S603 - arguments are a list, no shell reads them
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's own git
            capture_output=True,
            check=False,
            env=os.environ | {"GIT_OPTIONAL_LOCKS": "0"},
        )
    except OSError as error:
        raise UsageError(f"--changed-since needs git: {error.strerror}") from None
    return found.stdout if found.returncode == 0 else None


@dataclass(frozen=True)
class _Before:
    """What a file held at the revision, ready to be asked."""

    path: str = ""
    texts: frozenset[object] = frozenset()
    units: Mapping[object, object] = field(default_factory=dict)


def _held(path: str, items: Iterable[Item]) -> _Before:
    texts: set[object] = set()
    units: dict[object, object] = {}
    for item in items:
        if isinstance(item, Document):
            texts.add(_text(item))
        elif isinstance(item, Catalogue):
            units |= {_key(u): _content(u) for u in item.units}
    return _Before(path, frozenset(texts), units)


def _text(doc: Document) -> object:
    return doc.origin.unit, doc.text, doc.source, doc.markup


def _marked(catalogue: Catalogue, before: _Before) -> Catalogue:
    """The catalogue with the flag on every unit that reads as it did."""
    old = before.units
    units = shelved(
        replace(u, flags=u.flags | {UNCHANGED}) if old.get(_key(u)) == _content(u) else u
        for u in catalogue.units
    )
    return replace(catalogue, units=units)


def _key(unit: Unit) -> object:
    return unit.key, unit.context, unit.plural


def _content(unit: Unit) -> object:
    return unit.source, unit.target, unit.flags & {"fuzzy", "missing", "obsolete"}
