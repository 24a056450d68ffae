"""Which rules run and which of their findings are reported: the one place where that is decided.

Order: a rule that nobody selected does not run; what a comment with a reason suppresses, what lies
in an unchanged message, what the baseline knows is left out and counted; what stays may get another
severity. Everything here is a pure function of a result.
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path

from mtcheck import shelf, suppressions
from mtcheck.baseline import Baseline
from mtcheck.core import EMPTY, Catalogue, Document, Finding, Result, Rule, Severity, UsageError
from mtcheck.suppressions import Suppression, matches

UNCHANGED = "unchanged"
"""Flag of a unit that reads as it did at the git revision that the user named."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a run found and does not report.

    Attributes:
        suppressed: findings that a comment in their file suppresses, each with the reason.
        known: how many are in the baseline.
        unchanged: how many lie in messages that did not change.
    """

    suppressed: tuple[tuple[Finding, str], ...] = ()
    known: int = 0
    unchanged: int = 0

    def __add__(self, other: LeftOut) -> LeftOut:
        return LeftOut(
            self.suppressed + other.suppressed, self.known + other.known, self.unchanged + other.unchanged
        )

    def __bool__(self) -> bool:
        return bool(self.suppressed or self.known or self.unchanged)

    def __str__(self) -> str:
        """Such as ``3 findings suppressed, 12 in the baseline``; empty if nothing was left out."""
        counts = [
            (len(self.suppressed), "suppressed"),
            (self.known, "in the baseline"),
            (self.unchanged, "in unchanged messages"),
        ]
        said = [(n, how) for n, how in counts if n]
        if not said:
            return ""
        (first, how), *rest = said
        noun = "finding" if first == 1 else "findings"
        return ", ".join([f"{first} {noun} {how}", *(f"{n} {how}" for n, how in rest)])


@dataclass(frozen=True, slots=True)
class Override:
    """Other settings for some paths.

    Attributes:
        paths: globs from the configuration's folder; ``*`` crosses folders.
        select: replaces the selection there; empty to keep it.
        ignore: left out there as well.
        severity: selector to severity.
    """

    paths: tuple[str, ...]
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True)
class Selection:
    """What a run was asked to report.

    Attributes:
        select: codes, beginnings of codes or names of the rules that run; empty for all.
        ignore: those that do not.
        severity: selector to the severity its findings get; the longest selector that fits counts.
        overrides: per path; later ones go over earlier ones.
        folder: where the overrides' globs count from; None for the current folder.
        baseline: findings that are known, or None.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=lambda: EMPTY)
    overrides: tuple[Override, ...] = ()
    folder: Path | None = None
    baseline: Baseline | None = None

    def runs(self, rule: Rule) -> bool:
        """Whether a rule may be reported anywhere, and so has to run."""
        wanted = [self.select, *(o.select for o in self.overrides if o.select)]
        return any(_wanted(select, self.ignore, rule.code, rule.name) for select in wanted)

    def rule(self, rule: Rule) -> Rule:
        """The rule with the severity that it has in this run."""
        return replace(rule, severity=_severity(self.severity, rule.code, rule.name, rule.severity))

    def apply(self, result: Result, catalogue: Catalogue | None = None) -> tuple[Result, LeftOut]:
        """A result without what is not to be reported, and what that was.

        Args:
            catalogue: the localisation file that the result is about, with its units' flags.
        """
        findings = self._selected(result.findings)
        if catalogue is not None:
            findings, suppressed = suppressions.split(findings, catalogue)
        else:
            findings, suppressed = _suppressed(findings, suppressions.of_document(result.document))
        left = LeftOut(suppressed)
        if catalogue is not None:
            findings, left = _changed(findings, catalogue, left)
        findings, left = self._new(findings, result.document, left)
        return replace(result, findings=findings), left

    def apply_across(
        self, findings: tuple[Finding, ...], stated: Mapping[str, tuple[Suppression, ...]]
    ) -> tuple[tuple[Finding, ...], LeftOut]:
        """The same for findings across documents; ``stated`` are the suppressions of each document by id."""
        kept: list[Finding] = []
        dropped: list[tuple[Finding, str]] = []
        for finding in self._selected(findings):
            stands, gone = _suppressed((finding,), stated.get(finding.doc, ()))
            kept += stands
            dropped += gone
        return self._new(tuple(kept), None, LeftOut(tuple(dropped)))

    def _selected(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        out: list[Finding] = []
        places: dict[str, tuple[Override, ...]] = {}
        for finding in findings:
            uri = finding.origin.uri
            if uri not in places:
                places[uri] = tuple(o for o in self.overrides if covers(o.paths, uri, self.folder))
            select, ignore, severity = self.select, self.ignore, finding.severity
            severity = _severity(self.severity, finding.code, finding.name, severity)
            for override in places[uri]:
                select, ignore = override.select or select, ignore + override.ignore
                severity = _severity(override.severity, finding.code, finding.name, severity)
            if _wanted(select, ignore, finding.code, finding.name):
                out.append(finding if severity == finding.severity else replace(finding, severity=severity))
        return tuple(out)

    def _new(
        self, findings: tuple[Finding, ...], doc: Document | None, left: LeftOut
    ) -> tuple[tuple[Finding, ...], LeftOut]:
        if self.baseline is None:
            return findings, left
        new, known = self.baseline.split(findings, doc)
        return new, replace(left, known=len(known))


def require_selectors(selectors: Iterable[str], rules: Iterable[Rule], *, where: str) -> None:
    """Refuse a selector that means no rule.

    Args:
        where: the option or the place in the file that it stands in.

    Raises:
        UsageError: with the nearest code or name.
    """
    rules = tuple(rules)
    for selector in selectors:
        if not any(matches(selector, r.code, r.name) for r in rules):
            known = [r.code for r in rules] + [r.name for r in rules]
            near = get_close_matches(selector.upper(), known, n=1) or get_close_matches(
                selector.lower(), known, n=1
            )
            mend = f"did you mean {near[0]}?" if near else "`mtcheck rules` lists them"
            raise UsageError(f"{where}: there is no rule {selector}; {mend}")


def covers(globs: Iterable[str], uri: str, folder: Path | None) -> bool:
    """Whether a path fits one of some globs, itself or a folder above it; ``*`` crosses folders.

    A glob without a slash fits a name at any depth. Addresses and standard input fit as they are.
    """
    path = uri if uri == "-" or "://" in uri else _from(folder, uri)
    parts = path.split("/")
    above = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    for glob in globs:
        glob = glob.strip("/").removeprefix("./").removeprefix("**/")
        if any(fnmatch.fnmatchcase(p, glob) for p in above):
            return True
        if "/" not in glob and any(fnmatch.fnmatchcase(part, glob) for part in parts):
            return True
    return False


def _from(folder: Path | None, uri: str) -> str:
    try:
        return Path(os.path.relpath(uri, folder or Path())).as_posix()
    except ValueError:  # another drive on Windows
        return Path(uri).as_posix()


def _wanted(select: tuple[str, ...], ignore: tuple[str, ...], code: str, name: str) -> bool:
    if select and not any(matches(s, code, name) for s in select):
        return False
    return not any(matches(s, code, name) for s in ignore)


def _severity(stated: Mapping[str, Severity], code: str, name: str, default: Severity) -> Severity:
    fitting = [s for s in stated if matches(s, code, name)]
    return stated[max(fitting, key=len)] if fitting else default


def _suppressed(
    findings: tuple[Finding, ...], stated: tuple[Suppression, ...]
) -> tuple[tuple[Finding, ...], tuple[tuple[Finding, str], ...]]:
    if not stated:
        return findings, ()
    kept: list[Finding] = []
    dropped: list[tuple[Finding, str]] = []
    for finding in findings:
        reason = next((s.reason for s in stated if s.covers(finding.code, finding.name)), None)
        if reason is None:
            kept.append(finding)
        else:
            dropped.append((finding, reason))
    return tuple(kept), tuple(dropped)


def _changed(
    findings: tuple[Finding, ...], catalogue: Catalogue, left: LeftOut
) -> tuple[tuple[Finding, ...], LeftOut]:
    same = {(u.key, u.line) for u in shelf.flagged(catalogue.units, UNCHANGED.__eq__)}
    if not same:  # the rule; a set of 100,000 places costs time and memory
        return findings, left
    same -= {(u.key, u.line) for u in catalogue.units if UNCHANGED not in u.flags}  # another plural form did
    if not same:
        return findings, left
    kept = tuple(f for f in findings if (f.origin.unit, f.origin.line) not in same)
    return kept, replace(left, unchanged=len(findings) - len(kept))
