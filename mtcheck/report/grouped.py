"""What the reporters that write one element a file share: the findings of a file, kept together.

A feed is many documents and one file; its results come one after another.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from itertools import groupby

from mtcheck.core import Document, Failure, Finding, Result, Rule
from mtcheck.report.places import path_of

Found = tuple[Finding, Document | None]


class GroupedReporter(ABC):
    """See ``Reporter``; writes a file's element as soon as the next file begins."""

    head: str
    tail: str

    def __init__(self) -> None:
        self._path: str | None = None
        self._found: list[Found] = []
        self._failures: list[Failure] = []
        self._begun = False

    @abstractmethod
    def element(self, path: str, found: list[Found], failures: list[Failure]) -> str:
        """The element of one file."""

    def result(self, result: Result) -> str:
        """The file before, if this is a new one."""
        out = self._turn_to(path_of(result.document.origin.uri))
        self._found += [(f, result.document) for f in result.findings]
        return out

    def failure(self, failure: Failure) -> str:
        """The file before, if this is a new one; a failed check belongs to the file it was about."""
        out = ""
        if failure.stage == "read" or self._path is None:
            out = self._turn_to(path_of(failure.uri))
        self._failures.append(failure)
        return out

    def conclude(
        self, findings: tuple[Finding, ...], rules: tuple[Rule, ...], signature: Mapping[str, str]
    ) -> str:
        """The last file, the findings across documents by file, and the end."""
        out = self._turn_to(None)
        across = sorted(findings, key=lambda f: path_of(f.origin.uri))
        for path, group in groupby(across, key=lambda f: path_of(f.origin.uri)):
            out += self._lead() + self.element(path, [(f, None) for f in group], [])
        return out + self._lead() + self.tail

    def _turn_to(self, path: str | None) -> str:
        if path is not None and path == self._path:
            return ""
        out = ""
        if self._path is not None:
            out = self._lead() + self.element(self._path, self._found, self._failures)
        self._path, self._found, self._failures = path, [], []
        return out

    def _lead(self) -> str:
        lead = "" if self._begun else self.head
        self._begun = True
        return lead
