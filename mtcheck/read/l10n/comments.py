"""What comments and flags of a file say about checking: suppressions and length limits.

Three notations are read. Ours needs a reason, so that the next reader knows why::

    mtcheck-ignore: PUN001,SPC002 the label stands before a field
    dennis-ignore: E101,W302           (dennis, "Ignoring messages")
    #, ignore-end-stop                 (Weblate, "Customizing behavior using flags")

Each becomes a flag ``ignore:NAME`` with the name as it was written (``ignore:*`` for all); names of
other tools' checks are theirs. Ours without a reason does not count: ``ignore-without-reason``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAMES = r"((?:\*|[\w-]+)(?:[ \t]*,[ \t]*(?:\*|[\w-]+))*)"
_OURS = re.compile(r"\bmtcheck-ignore:[ \t]*" + _NAMES + r"?[ \t]*([^\n]*)")
_DENNIS = re.compile(r"\bdennis-ignore:[ \t]*" + _NAMES)
_WORD = re.compile(r"[^\W\d_]")
_LENGTH = re.compile(r"max-length:\s*(\d{1,6})")


def suppressions(comments: Iterable[str], flags: Iterable[str] = ()) -> frozenset[str]:
    """The ``ignore:…`` flags that comments and flags state."""
    found: set[str] = set()
    for comment in comments:
        if "-ignore:" not in comment:
            continue
        for match in _OURS.finditer(comment):
            if match[1] and _WORD.search(match[2]):
                found.update(_named(match[1]))
            else:
                found.add("ignore-without-reason")
        for match in _DENNIS.finditer(comment):
            found.update(_named(match[1]))
    for flag in flags:
        if flag.startswith("ignore-"):
            name = flag.removeprefix("ignore-")
            found.add("ignore:*" if name == "all-checks" else f"ignore:{name}")
    return frozenset(found)


def length_limit(flags: Iterable[str]) -> int | None:
    """The least ``max-length:N`` of some flags (Weblate), in code points, or None."""
    limits = [int(m[1]) for flag in flags if (m := _LENGTH.fullmatch(flag.strip()))]
    return min(limits, default=None)


def _named(names: str) -> Iterable[str]:
    return (f"ignore:{name.strip()}" for name in names.split(","))
