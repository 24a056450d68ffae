"""What editors said about findings, and what stands when all of them have spoken.

Pure functions of events. An event is never changed: another verdict is a later event, and taking one
back is an event as well (``undone``). A verdict is held by the finding's fingerprint, which contains
the judged text, so it lapses when the text changes: the edited sentence has another fingerprint.
Source: nomenklatura ``resolver/edge.py`` (judgement apart from score), weblate ``checks/ai.py``
(a verdict holds only while the text it judged is unchanged).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from mtcheck.core import Finding

ACCEPTED, DISMISSED, UNSURE, UNDONE = "accepted", "dismissed", "unsure", "undone"
KINDS = (ACCEPTED, DISMISSED, UNSURE, UNDONE)
"""A finding is right, is wrong, may be either, or: I take back what I said of it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that one editor said about one finding.

    Attributes:
        fingerprint: the finding's, 16 hex digits.
        code: its rule.
        document: id of its document.
        unit: the item or message inside the document, or None.
        verdict: one of ``KINDS``.
        reason: why, in the editor's words; may be empty.
        who: the editor's name, not empty.
        when: UTC, ISO 8601 with six decimals and ``Z``: texts that sort as times do.
        text: the judged text at that time.
        found: the words in it that the finding was about, or None.
    """

    fingerprint: str
    code: str
    document: str
    unit: str | None
    verdict: str
    reason: str
    who: str
    when: str
    text: str
    found: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands on one finding.

    Attributes:
        verdict: the latest verdict that nobody took back.
        editors: the standing verdict of each editor, latest first; ``verdict`` is the first of them.
    """

    verdict: Verdict
    editors: tuple[Verdict, ...]

    @property
    def contested(self) -> bool:
        """True if two editors stand by different verdicts."""
        return len({v.verdict for v in self.editors}) > 1


NONE_STANDING: Mapping[str, Standing] = MappingProxyType({})
"""What stands before anybody has said anything."""


def now() -> str:
    """The present moment as ``Verdict.when`` has it."""
    return _written(datetime.now(UTC))


def moment(text: str) -> str:
    """A time as ``Verdict.when`` has it.

    Args:
        text: ISO 8601 with an offset from UTC, such as ``2026-03-01T09:30:00Z``.

    Raises:
        ValueError: it is no time, or does not say its offset.
    """
    if not re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", text):
        raise ValueError("give a time such as 2026-03-01T09:30:00Z")
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError("the time does not say its offset from UTC (end it in Z)")
    try:
        return _written(read.astimezone(UTC))
    except OverflowError:
        raise ValueError("the time is out of range") from None


def _written(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def standing(events: Iterable[Verdict]) -> dict[str, Standing]:
    """What stands on each finding, by fingerprint; findings on which nothing stands are left out.

    The order of times decides, so two editors' files give the same whichever is imported first;
    events of the same moment count by editor's name, then as given. An editor's verdict replaces
    that editor's earlier one. ``undone`` takes it back; from an editor who has none, it takes back
    the verdict that stands, whosever it is.
    """
    kept: dict[str, dict[str, Verdict]] = {}
    for event in sorted(events, key=_order):
        editors = kept.setdefault(event.fingerprint, {})
        if event.verdict != UNDONE:
            editors[event.who] = event
        elif editors:
            del editors[event.who if event.who in editors else max(editors.values(), key=_order).who]
    out = {}
    for fingerprint, editors in kept.items():
        if editors:
            latest = tuple(sorted(editors.values(), key=_order, reverse=True))
            out[fingerprint] = Standing(latest[0], latest)
    return out


def _order(verdict: Verdict) -> tuple[str, str]:
    return verdict.when, verdict.who


def left_out(
    findings: Iterable[Finding], stands: Mapping[str, Standing], *, new_only: bool = False
) -> tuple[tuple[Finding, ...], int]:
    """The findings that are still to be shown, and how many were left out.

    Args:
        stands: what ``standing`` or ``VerdictStore.standing`` says.
        new_only: leave out every finding with a standing verdict (``unsure`` is one: somebody has
            looked); otherwise only those that were dismissed.
    """
    given = tuple(findings)
    kept = tuple(
        f
        for f in given
        if (found := stands.get(f.fingerprint)) is None
        or not (new_only or found.verdict.verdict == DISMISSED)
    )
    return kept, len(given) - len(kept)
