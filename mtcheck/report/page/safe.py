"""Text of documents as HTML that can do nothing: no tag, no control, no reach beyond its element."""

from __future__ import annotations

import html
import re
from typing import Any

from mtcheck import text
from mtcheck.report.jsonl import dumps

LONG = 2000
"""Code points from which a text gets a box of its own to scroll in, so that the rest stays in sight."""

_BREAKS = "\n\r\t\u2028\u2029"
_STEERING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_SHOWN: dict[int, int] = {
    **{code: 0x2400 + code for code in range(32)},
    **dict.fromkeys((*range(0x80, 0xA0), *range(0xD800, 0xE000), *map(ord, _STEERING)), 0xFFFD),
    **dict.fromkeys(map(ord, _BREAKS), 0x20),
    0x7F: 0x2421,
}
_RIGHT_TO_LEFT = frozenset({"Arabic", "Hebrew", "Syriac", "Thaana", "Nko"})
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def shown(value: str) -> str:
    """A text as HTML, one sign for each of its code points, so that spans still fit.

    Controls become their pictures, line breaks spaces; characters that embed, override or isolate
    direction become U+FFFD: an unpaired one would reach beyond the element. The plain marks of
    direction (U+200E, U+200F, U+061C) stay, as Arabic and Hebrew need them.
    """
    return html.escape(value.translate(_SHOWN))


def short(value: str, limit: int = 300) -> str:
    """``shown``, cut after ``limit`` code points."""
    return shown(value) if len(value) <= limit else shown(value[:limit]) + "…"


def isolated(value: str, limit: int = 300) -> str:
    """A short text inside a line, its direction kept to itself."""
    return f"<bdi>{short(value, limit)}</bdi>"


def speech(lang: str | None, value: str) -> str:
    """The attributes ``lang`` and ``dir`` of an element that holds a text.

    A text in a right-to-left language that begins with a Latin brand still runs from the right,
    which ``dir="auto"`` alone would not see.
    """
    tag = (lang or "").replace("_", "-")
    stated = f' lang="{tag}"' if _TAG.fullmatch(tag) else ""
    expected = text.expected_scripts(tag) & _RIGHT_TO_LEFT if tag else frozenset()
    right = bool(expected) and not expected.isdisjoint(text.scripts(value[:LONG]))
    return f'{stated} dir="{"rtl" if right else "auto"}"'


def paragraph(inner: str, value: str, lang: str | None, name: str = "") -> str:
    """A paragraph of a document's text.

    Args:
        inner: its HTML.
        value: the same as plain text: by it the direction and the need to scroll are told.
        name: class of the element.
    """
    names = " ".join(filter(None, (name, "long" if len(value) > LONG else "")))
    scroll = ' tabindex="0" role="group" aria-label="Long text"' if len(value) > LONG else ""
    attribute = f' class="{names}"' if names else ""
    return f"<p{attribute}{speech(lang, value)}{scroll}>{inner}</p>"


def script_json(value: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    return dumps(value).replace("<", "\\u003c")
