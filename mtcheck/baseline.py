"""The baseline: findings that were there before, so that a run speaks of new ones alone.

A JSON file with one line a finding, sorted, keyed by rule, file, message key and a fingerprint of
the judged text. No line number takes part: lines inserted above change nothing, an edited message
comes back. Two equal findings are two entries; a third one is new.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from mtcheck.core import Document, Finding, UsageError, fingerprint

FORMAT = 1
"""Raised when a file that is written now cannot be read by an older mtcheck."""


class Entry(NamedTuple):
    """One known finding.

    Attributes:
        file: path from the baseline's folder, with forward slashes, or what else the input was called.
        unit: key of the message or id of the item, or None.
        rule: code of the rule.
        text: 16 hex digits: fingerprint of the judged text.
    """

    file: str
    unit: str | None
    rule: str
    text: str

    @property
    def order(self) -> tuple[str, str, str, str]:
        """Place in the file."""
        return self.file, self.unit or "", self.rule, self.text


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is known.

    Attributes:
        folder: where the file lies; the entries' paths count from there.
        entries: how often each is known.
        date: when they were last changed, ISO 8601, or empty.
    """

    folder: Path
    entries: Counter[Entry] = field(default_factory=Counter)
    date: str = ""

    def entry(self, finding: Finding, doc: Document | None) -> Entry:
        """What a finding is known by; ``doc`` is its document, None for one across documents."""
        return Entry(self.file(finding.origin.uri), finding.origin.unit, finding.code, _text(finding, doc))

    def file(self, uri: str) -> str:
        """What the entries call an input."""
        return uri if uri == "-" or "://" in uri else _path_from(str(self.folder), uri, os.getcwd())  # noqa: PTH109 - quick

    def split(
        self, findings: tuple[Finding, ...], doc: Document | None
    ) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """Findings that are new, and those that are known."""
        left = Counter[Entry]()
        new: list[Finding] = []
        known: list[Finding] = []
        for finding in findings:
            entry = self.entry(finding, doc)
            left[entry] += 1
            (known if left[entry] <= self.entries[entry] else new).append(finding)
        return tuple(new), tuple(known)

    def updated(self, found: Counter[Entry], kept: Callable[[str], bool], *, add: bool) -> Baseline:
        """The baseline after a run.

        Args:
            found: everything that the run found.
            kept: told a file, whether the run did not look at it and its entries stay.
            add: take in what is new; False only drops what is gone.
        """
        entries = Counter({e: n for e, n in self.entries.items() if kept(e.file)})
        seen = {e: n for e, n in found.items() if not kept(e.file)}
        entries.update(seen if add else {e: min(n, self.entries[e]) for e, n in seen.items()})
        return Baseline(self.folder, +entries, self.date)


def read(path: Path) -> Baseline:
    """The baseline of a file.

    Raises:
        UsageError: it is missing, no baseline, or of a newer mtcheck.
    """
    try:
        content = json.loads(path.read_bytes())
        if content["format"] > FORMAT:
            raise UsageError(f"{path}: written by a newer mtcheck ({content['mtcheck']}); update this one")
        entries = Counter(Entry(e["file"], e["unit"], e["rule"], e["text"]) for e in content["findings"])
        return Baseline(_folder(path), entries, str(content["date"]))
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such baseline (mtcheck baseline write makes one)") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path}: is no baseline of mtcheck ({type(error).__name__}: {error}); write it anew"
        ) from None


def empty(path: Path) -> Baseline:
    """A baseline to be written to ``path``."""
    return Baseline(_folder(path))


def dumps(baseline: Baseline, *, version: str) -> str:
    """The file's text: one entry a line, so that a review shows what came and went."""
    lines = [
        json.dumps({"file": e.file, "unit": e.unit, "rule": e.rule, "text": e.text}, ensure_ascii=True)
        for e in sorted(baseline.entries.elements(), key=lambda e: e.order)
    ]
    head = json.dumps({"format": FORMAT, "mtcheck": version, "date": baseline.date})[1:-1]
    body = "\n" + ",\n".join(f"  {line}" for line in lines) + "\n" if lines else ""
    return f'{{{head}, "findings": [{body}]}}\n'


def _folder(path: Path) -> Path:
    return Path(os.path.abspath(path)).parent  # noqa: PTH100 - resolve() would follow links out of the tree


@lru_cache(maxsize=64)
def _path_from(folder: str, uri: str, current: str) -> str:
    """The path of a file from a folder; kept, since findings come thousands a file."""
    try:
        return Path(os.path.relpath(os.path.normpath(Path(current, uri)), folder)).as_posix()
    except ValueError:  # another drive on Windows
        return Path(uri).as_posix()


def _text(finding: Finding, doc: Document | None) -> str:
    """Fingerprint of the judged text, the same wherever mtcheck is run from.

    A message's own fingerprint holds source and target and no path. A document's holds its name as
    it was given, so the sentence is taken anew.
    """
    if doc is not None and not doc.text and not doc.segments:
        return finding.fingerprint
    judged = ""
    if doc is not None and finding.segment is not None:
        judged = doc.segments[finding.segment].text
    return fingerprint(finding.code, "", judged, finding.found or "", finding.expected or "")
