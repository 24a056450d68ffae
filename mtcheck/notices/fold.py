"""One spelling for what is written in many ways, with the way back to the original offsets.

Notices come with Markdown emphasis, links, HTML entities, full-width letters, decomposed accents,
zero-width characters and capitals. ``fold`` takes all of that away and remembers where each
character came from; ``skeleton`` is its rough and fast sibling without offsets, for the search of
trigger words in a whole text.

Rejected: taking accents away before matching. Swedish ``Översätt`` (translate!) and ``Översatt``
(translated) would become one word, and the first is a button.
"""

from __future__ import annotations

import html
import re
import unicodedata

__all__ = ["bare", "fold", "skeleton"]

_ZERO_WIDTH = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff"
_ARABIC = {"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا"}
_LETTERS = str.maketrans(
    {
        **_ARABIC,
        "ё": "е",
        "ı": "i",
        "’": "'",
        "ʼ": "'",
        "`": "`",
        "–": "-",
        "—": "—",
        "\u093c": None,
        "\u0307": None,
    }
    | {chr(c): None for c in (*range(0x0591, 0x05C8), *range(0x064B, 0x0660), 0x0640, 0x0670)}
)
_MARKS = "\u0300-\u036f\u0483-\u0487\u0653-\u0655\u093c\u09bc\u0a3c\u3099\u309a"
_INVISIBLE = re.compile(f"[{_ZERO_WIDTH}]+")
_PERSIAN_JOIN = re.compile("(?<=[\u0620-\u06d3])\u200c(?=[\u0620-\u06d3])")
"""Persian writes one word in two halves with it, with a space, or in one piece; one way is enough."""
_PIECES = re.compile(
    rf"""(?P<plain>[A-Za-z0-9 ,.;:'()]+(?![{_MARKS}]))
    |(?P<gone>[{_ZERO_WIDTH}]+|\*+|(?<!\w)_+|_+(?!\w)|<!--|-->|\[(?=[^\[\]\n]{{1,200}}\]\()
        |\{{[{{%][^"{{}}\n]{{0,120}}"|"[^{{}}\n]{{0,80}}[%}}]\}}
        |\]\([^()\n]{{0,400}}\)|</?[A-Za-z][^<>]{{0,400}}>
        |(?<=[\w/])\?[\w.~%+-]{{1,80}}=[^\s()<>\]"']{{0,400}})
    |(?P<entity>&(?:\#\d{{1,6}}|\#[xX][0-9A-Fa-f]{{1,5}}|[A-Za-z]{{2,24}});)
    |(?P<chunk>[\u1100-\u11ff]+|.[{_MARKS}]*)""",
    re.VERBOSE | re.DOTALL,
)


def bare(text: str) -> str:
    """Letters in one case and one form, no Arabic or Hebrew points; accents of Latin letters stay."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
    return _INVISIBLE.sub("", _PERSIAN_JOIN.sub(" ", plain)).translate(_LETTERS)


def fold(raw: str) -> tuple[str, list[int]]:
    """A text without markup and variants, and the offset in ``raw`` of each of its characters.

    The list has one entry more than the text: the length of ``raw``.
    """
    out: list[str] = []
    origin: list[int] = []
    for match in _PIECES.finditer(raw):
        piece = match.group()
        if match.lastgroup == "plain":
            out.append(piece.lower())
            origin.extend(range(match.start(), match.end()))
            continue
        if match.lastgroup == "gone":
            piece = " " if piece[0] == "<" or _PERSIAN_JOIN.match(raw, match.start()) else ""
        elif match.lastgroup == "entity":
            piece = bare(html.unescape(piece))
        else:
            piece = " " if piece == "\n" else bare(piece)
        out.append(piece)
        origin.extend([match.start()] * len(piece))
    origin.append(len(raw))
    return "".join(out), origin


_STRIP = dict.fromkeys([*range(0x300, 0x370), 0xAD, *range(0x200B, 0x2010), 0x2060, 0xFEFF])
_SKELETON = {**_LETTERS, **_STRIP, **str.maketrans("łøđ", "lod")}


def skeleton(text: str) -> str:
    """A text in lower case without accents and zero-width characters; line breaks stay in place."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text).casefold().translate(_SKELETON)
