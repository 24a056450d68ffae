"""Traces that translation engines and tools leave in raw markup and front matter.

What only machine translation leaves is proof; the widget that offers a visitor a translation is a
weak sign. Links that a page cites, ``notranslate`` and code shown to the reader are no sign at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from mtcheck import resources
from mtcheck.core import Trace
from mtcheck.notices.fold import bare
from mtcheck.notices.reading import find_services

__all__ = ["find_traces"]

_TAG = re.compile(r"<[A-Za-z][^<>]*>")
_COMMENT = re.compile(r"<!--([^<>]{0,2000}?)-->")
_HTML = re.compile(r"\s*(?:<!doctype|<html|<\?xml|<[a-z])", re.IGNORECASE)
_INLINE_CODE = re.compile(r"`[^`\n]{1,400}`")


def find_traces(markup: str) -> tuple[Trace, ...]:
    """Traces of translation tools in HTML, Markdown, front matter or a message catalogue.

    One trace a pattern, the first in the text; in the order of ``mtcheck/data/traces.toml``.

    Args:
        markup: the raw input, as it was read.
    """
    lower = markup.lower()
    rows = {key: row for key, row in resources.data("traces").items() if row["needle"] in lower}
    if not rows:
        return ()
    shown = markup if _HTML.match(markup) else _without_code(markup)
    found = (_first(key, row, shown) for key, row in rows.items())
    return tuple(_without_weaker([trace for trace in found if trace is not None]))


def _without_code(markdown: str) -> str:
    """Markdown with fenced and inline code blotted out, every character in its place."""
    lines, fence = [], ""
    for line in markdown.split("\n"):
        opening = line.lstrip()[:3]
        if fence or opening in {"```", "~~~"}:
            lines.append(" " * len(line))
            fence = "" if fence == opening else fence or opening
        else:
            lines.append(_INLINE_CODE.sub(lambda match: " " * len(match.group()), line))
    return markdown if fence else "\n".join(lines)


def _without_weaker(traces: list[Trace]) -> Iterator[Trace]:
    """Drops a weak sign that is only the shadow of a proof of the same name (``x`` and ``x-any``)."""
    proofs = {t.pattern for t in traces if t.proof}
    for trace in traces:
        shadow = trace.pattern.removesuffix("-any").removesuffix("-single").removesuffix("-base")
        if not (shadow != trace.pattern and shadow in proofs):
            yield trace


def _first(key: str, row: dict[str, Any], markup: str) -> Trace | None:
    expression = _compiled(key)
    for offset, piece in _pieces(row, markup):
        match = expression.search(piece)
        if match is None:
            continue
        groups = match.groupdict()
        service = row["service"]
        if service == "named":
            named = find_services(bare(groups.get("named") or ""))
            if not named:
                continue
            service = named[0].name
        text = " ".join((match.group() if row["where"] == "text" else piece).split())[:200]
        line = markup.count("\n", 0, offset + match.start()) + 1
        source = groups.get("src")
        return Trace(service, row["proof"], row.get("claim", "machine"), source, line, text, key)
    return None


@cache
def _compiled(key: str) -> re.Pattern[str]:
    return re.compile(resources.data("traces")[key]["match"], re.IGNORECASE | re.MULTILINE)


def _pieces(row: dict[str, Any], markup: str) -> Iterator[tuple[int, str]]:
    """The stretches of markup that a row looks at, with their offsets."""
    if row["where"] == "tag":
        needle = row["needle"]
        yield from ((m.start(), m.group()) for m in _TAG.finditer(markup) if needle in m.group().lower())
    elif row["where"] == "comment":
        yield from ((m.start(), m.group(1)) for m in _COMMENT.finditer(markup))
    elif row["where"] == "line":
        offset = 0
        for line in markup.split("\n"):
            if row["needle"] in line.lower():
                yield offset, line[:1000]
            offset += len(line) + 1
    else:
        yield 0, markup
