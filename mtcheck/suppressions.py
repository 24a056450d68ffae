"""Comments that tell a rule to be silent, and the reason they must give.

``mtcheck-ignore: CODE reason`` stands in a comment of the file that it is about: in a gettext
comment it counts for the message below it (the readers turn it into the flag ``ignore:CODE``), in an
HTML comment of a text, a Markdown file or a page for the whole file. CODE is a rule's code, its
beginning (``PLH``), its name, ``*``, or several of these between commas.

Without a reason nothing is suppressed: a year later nobody could tell whether it may go. A text from
an address cannot suppress anything, for whoever wrote it would speak about himself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mtcheck import resources, shelf
from mtcheck.core import Catalogue, Document, Finding

MARK = "mtcheck-ignore"


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment.

    Attributes:
        selectors: codes, beginnings of codes, names, or ``*``.
        reason: why, in the author's words; empty if he gave none.
        line: 1-based line in the input, or None.
        text: the comment from its mark on.
    """

    selectors: tuple[str, ...]
    reason: str
    line: int | None
    text: str

    def covers(self, code: str, name: str) -> bool:
        """True if it has a reason and names this rule."""
        return bool(self.reason) and any(matches(s, code, name) for s in self.selectors)


def matches(selector: str, code: str, name: str) -> bool:
    """Whether ``PLH001``, ``PLH``, ``placeholder-missing`` or ``*`` means this rule."""
    return selector == "*" or code.startswith(selector.upper()) or name == selector.lower()


def selectors_of(name: str) -> tuple[str, ...]:
    """Our selectors for a name in a file, which may be one of Weblate's or dennis' checks."""
    for tool in resources.data("suppressions").values():
        if name in tool:
            return tuple(tool[name])
    return (name,)


def of_comment(comment: str, line: int | None = None) -> Suppression | None:
    """The suppression that a comment's words state, or None."""
    if MARK not in comment:
        return None
    found = _grammar().search(comment)
    if found is None:
        return None
    selectors = tuple(part.strip() for part in found["selectors"].split(","))
    reason = " ".join(found["reason"].split()).strip(":–—- ")
    if not any(c.isalpha() for c in reason):  # a number or a row of dashes tells nobody anything
        reason = ""
    return Suppression(selectors, reason, line, " ".join(found[0].split()))


def of_document(doc: Document) -> tuple[Suppression, ...]:
    """The suppressions of a file that is one document; none of an item in it, or of an address."""
    raw = doc.markup if doc.markup is not None else doc.text
    if MARK not in raw or doc.origin.unit is not None or "://" in doc.origin.uri:
        return ()
    found = (of_comment(comment, line) for comment, line in _html_comments(_without_code(raw)))
    return tuple(s for s in found if s is not None)


def _is_suppression(flag: str) -> bool:
    return flag.startswith("ignore:")


def split(
    findings: tuple[Finding, ...], catalogue: Catalogue
) -> tuple[tuple[Finding, ...], tuple[tuple[Finding, str], ...]]:
    """Findings of a catalogue that stand, and those that the flag ``ignore:CODE`` of a unit suppresses.

    These come with the reason, which is empty where the flag came from a comment of another tool.
    """
    ignored: dict[tuple[str | None, int | None], list[tuple[str, str]]] = {}
    for unit in shelf.flagged(catalogue.units, _is_suppression):
        for flag in unit.flags:
            if _is_suppression(flag):
                reason = next((s.reason for c in unit.comments if (s := of_comment(c))), "")
                stated = ignored.setdefault((unit.key, unit.line), [])
                stated += [(selector, reason) for selector in selectors_of(flag.removeprefix("ignore:"))]
    if not ignored:
        return findings, ()
    kept: list[Finding] = []
    dropped: list[tuple[Finding, str]] = []
    for finding in findings:
        about = ignored.get((finding.origin.unit, finding.origin.line), ())
        reasons = [why for selector, why in about if matches(selector, finding.code, finding.name)]
        if reasons:
            dropped.append((finding, reasons[0]))
        else:
            kept.append(finding)
    return tuple(kept), tuple(dropped)


@cache
def _grammar() -> re.Pattern[str]:
    selector = r"(?:\*|[A-Za-z][\w-]*)"
    return re.compile(
        rf"{MARK}[ \t]*:\s*(?P<selectors>{selector}(?:\s*,\s*{selector})*)(?P<reason>.*)", re.DOTALL
    )


def _html_comments(raw: str) -> Iterator[tuple[str, int]]:
    """Comments with their 1-based line; found by ``str.find``, so that no input is slow."""
    at, line, counted = 0, 1, 0
    while (start := raw.find("<!--", at)) >= 0 and (end := raw.find("-->", start + 4)) >= 0:
        line += raw.count("\n", counted, start)
        counted, at = start, end + 3
        yield raw[start + 4 : end], line


def _without_code(raw: str) -> str:
    """The text with fenced and inline code blanked: documentation shows comments without meaning them."""
    lines, fence = [], ""
    for line in raw.split("\n"):
        mark = line.lstrip()[:3]
        if mark in {"```", "~~~"} and fence in {"", mark}:
            fence = "" if fence else mark
            lines.append("")
        else:
            lines.append("" if fence else re.sub(r"`[^`]*`", "", line))
    return "\n".join(lines)
