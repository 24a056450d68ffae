"""Bytes to text: which encoding, and whether it is text at all.

In order: a byte order mark; UTF-16 without one, where that is clear; UTF-8, which hardly any other
text satisfies by chance and which therefore outranks a declaration; the declared encoding, unless
what it yields cannot be language; the letters that each legacy encoding of Cyrillic and East Asian
text would show; charset-normalizer. Text that is UTF-8 but for a few bytes (cut strings in feeds)
keeps its text, and the damage is reported beside it.

Rejected: charset-normalizer alone. On 250-character extracts of news it read half of French and
Icelandic windows-1252 as windows-1250 and one Japanese text in twenty not at all.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import AnyStr, NamedTuple

from mtcheck import text as language_of
from mtcheck.core import InputError

SAMPLE = 1 << 18
"""Bytes that are looked at to tell a legacy encoding."""
PIECE = 1 << 18
"""Bytes of a large input that are decoded at once."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_MAGIC = (
    (b"%PDF-", "a PDF", "extract its text first"),
    (b"PK\x03\x04", "a zip archive or an office document", "save it as plain text or HTML first"),
    (b"PK\x05\x06", "an empty zip archive", "give the files themselves"),
    (b"{\\rtf", "an RTF document", "save it as plain text first"),
    (b"\xd0\xcf\x11\xe0", "an old Office document", "save it as plain text or HTML first"),
    (b"\x1f\x8b", "compressed (gzip)", "unpack it first"),
    (b"BZh", "compressed (bzip2)", "unpack it first"),
    (b"\xfd7zXZ", "compressed (xz)", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed (zstd)", "unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "unpack it first"),
    (b"Rar!\x1a", "a RAR archive", "unpack it first"),
    (b"\x89PNG", "an image (PNG)", "give its text"),
    (b"\xff\xd8\xff", "an image (JPEG)", "give its text"),
    (b"GIF8", "an image (GIF)", "give its text"),
    (b"\x7fELF", "a program", "give a text"),
    (b"SQLite format 3\x00", "a database", "export its rows as JSONL or CSV"),
)

# Labels that browsers read as a larger set (WHATWG Encoding Standard, section 4.2).
_LARGER = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "koi8-r": "koi8-u",
}
_UNSAFE = {"utf-7", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "mbcs", "oem", "undefined"}

# What a text would show if it were in this encoding: its commonest letters, and the least share of
# them among all characters beyond ASCII. Letter frequencies of Russian (о е а и н т с р в л к make up
# two thirds), commonest characters of Chinese; Japanese text is a third or more hiragana.
_TELLTALES = (
    ("cp932", "[\u3041-\u3096]", 0.15),
    ("euc_jp", "[\u3041-\u3096]", 0.15),
    ("cp1251", "[оеаинтсрвлкі]", 0.45),
    ("koi8_u", "[оеаинтсрвлкі]", 0.45),
    ("cp866", "[оеаинтсрвлк]", 0.45),
    ("iso8859_5", "[оеаинтсрвлкі]", 0.45),
    ("gb18030", "[的一是不了在有人这中大来上国个到说们为和，。]", 0.12),
    ("big5", "[的一是不了在有人這中大來上國個到說們為和，。]", 0.12),
    ("cp949", "[가-힣]", 0.7),
)

# Which Windows code page writes a language of the Latin script (Microsoft, code page identifiers);
# all others are written in 1252.
_LATIN_PAGES = {
    **dict.fromkeys(("cs", "pl", "hu", "sk", "sl", "hr", "ro", "sq", "bs"), "cp1250"),
    "tr": "cp1254",
    **dict.fromkeys(("lt", "lv", "et"), "cp1257"),
    "vi": "cp1258",
}
_LATIN_GUESSES = {"cp1250", "cp1252", "cp1254", "cp1257", "cp1258", "iso8859_2", "iso8859_15", "latin_1"}
_WEB_ENCODINGS = [
    "cp1250",
    "cp1251",
    "cp1252",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "cp874",
    "cp932",
    "cp949",
    "big5",
    "euc_jp",
    "gb18030",
    "koi8_r",
]

_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
_CASE_ODD = re.compile(r"[а-яёіїєґ][А-ЯЁІЇЄҐ]")
_CASE_FINE = re.compile(r"[А-ЯЁІЇЄҐ][а-яёіїєґ]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and how it was read.

    Attributes:
        text: lines end in ``\\n``; no byte order mark, no NUL, no lone surrogate.
        encoding: name of the encoding, as Python calls it.
        damage: set if some bytes were no text in that encoding and stand as U+FFFD.
    """

    text: str
    encoding: str
    damage: InputError | None = None


class Pieces(NamedTuple):
    """A text, a piece at a time.

    Attributes:
        texts: which follow each other; all but the last end a line.
        damage: as in ``Decoded``.
    """

    texts: Iterator[str]
    damage: InputError | None


def decode(data: bytes, uri: str, *, declared: str | None = None) -> Decoded:
    """The text of an input.

    Args:
        data: the whole input.
        uri: what errors call it.
        declared: the encoding that the input or its carrier states, or None. Not trusted blindly.

    Raises:
        InputError: it is empty, a known binary format, or not text.
    """
    _refuse_known_binary(data, uri)
    found = _decode(data, uri, _known(declared))
    text = found.text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip("\ufeff\ufffd \t\n\f\v\xa0\u3000"):
        raise InputError(uri, "is empty", mend="give an input with text in it")
    _refuse_controls(text, uri)
    return Decoded(text.removeprefix("\ufeff"), found.encoding, found.damage)


def decode_in_pieces(data: bytes, uri: str, *, declared: str | None = None) -> Pieces:
    """As ``decode``, in pieces; a large input in UTF-8 is decoded piece by piece, so that bytes and text are
    not held at once."""
    head = data[: data.find(b"\n", PIECE) + 1]
    if len(data) < 2 * PIECE or not head.strip() or not _is_plain_utf8(data):
        whole = decode(data, uri, declared=declared)
        return Pieces(_cut(whole.text, "\n"), whole.damage)
    decode(head, uri)  # refuses what is no text
    return Pieces(_pieces(data), None)


def _is_plain_utf8(data: bytes) -> bool:
    if data.startswith((*(mark for mark, _ in _BOMS), b"\x1b")) or b"\0" in data or b"\x1b$" in data:
        return False
    reader = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(data), PIECE):
            reader.decode(data[at : at + PIECE])
        reader.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _pieces(data: bytes) -> Iterator[str]:
    """The text of UTF-8."""
    for piece in _cut(data, b"\n"):
        yield piece.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def _cut(whole: AnyStr, newline: AnyStr) -> Iterator[AnyStr]:
    """What is long in pieces of about ``PIECE``, each but the last with the end of its line."""
    at = 0
    while at < len(whole):
        end = whole.find(newline, at + PIECE) + 1 or len(whole)
        yield whole[at:end]
        at = end


def without_surrogates(text: str) -> str:
    """The same text with U+FFFD for lone surrogates, which JSON escapes can spell and no file can hold."""
    if text.isascii() or _encodes(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _encodes(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _decode(data: bytes, uri: str, declared: str | None) -> Decoded:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strict_or_damaged(data[len(mark) :], encoding, uri)
    if b"\0" in data:
        return _without_mark(data, uri)
    if b"\x1b$" in data and data.isascii() and (text := _strict(data, "iso2022_jp")) is not None:
        return Decoded(text, "iso2022_jp")
    if (text := _strict(data, "utf-8")) is not None:
        return Decoded(text, "utf-8")
    if (damaged := _nearly_utf8(data, uri)) is not None:
        return damaged
    for encoding in _candidates(data, declared):
        text = _strict(data, encoding)
        if text is not None and (encoding != declared or _plausible(text)):
            return Decoded(text, encoding)
    for encoding in _candidates(data, declared):
        text = data.decode(encoding, "replace")
        if text.count("\ufffd") * 100 <= len(text):
            return Decoded(text, encoding, _damage(data, encoding, uri))
    raise InputError(
        uri, "looks binary, or its encoding cannot be told", mend="save it as UTF-8 text, or extract its text"
    )


def _candidates(data: bytes, declared: str | None) -> Iterator[str]:
    if declared is not None:
        yield declared
    sample = data[: data.rfind(b"\n", 0, SAMPLE) + 1 or SAMPLE] if len(data) > SAMPLE else data
    shares = []
    for encoding, letters, least in _TELLTALES:
        text = sample.decode(encoding, "replace")
        foreign = _beyond_ascii(text)
        share = len(re.findall(letters, text)) / max(foreign, 1)
        if share >= least and text.count("\ufffd") * 50 <= foreign and _stands_alone(text):
            shares.append((share / least, encoding))
    yield from (encoding for _, encoding in sorted(shares, reverse=True))
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=_WEB_ENCODINGS).best()
    if best is not None:
        yield _latin_page(sample) if best.encoding in _LATIN_GUESSES else best.encoding


def _stands_alone(text: str) -> bool:
    """True if words beyond ASCII stand for themselves, as Russian ones do; an é hangs on ASCII letters."""
    attached = len(re.findall(r"[A-Za-z][^\x00-\x7f]", text))
    return 2 * attached <= len(re.findall(r"[^\x00-\x7f]+", text))


def _latin_page(sample: bytes) -> str:
    """The code page of a text in the Latin script, by its language, which its ASCII letters tell."""
    lang = language_of.detect_language(sample.decode("cp1252", "replace"))
    page = _LATIN_PAGES.get(lang or "", "cp1252")
    # 1250 puts š ž ś ź among 80-9F, where ISO 8859-2 has nothing but controls.
    if page == "cp1250" and not any(0x80 <= byte <= 0x9F for byte in sample):
        return "iso8859_2"
    return page


def _known(label: str | None) -> str | None:
    """The Python name of a declared text encoding, None for one that is unknown or unsafe."""
    if not label or not label.isascii() or "\0" in label:
        return None
    try:
        info = codecs.lookup(label.strip().strip("\"'"))
    except LookupError:
        return None
    name = info.name
    if name in _UNSAFE or not getattr(info, "_is_text_encoding", True):
        return None
    return _LARGER.get(name, name)


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, UnicodeError):
        return None


def _strict_or_damaged(data: bytes, encoding: str, uri: str) -> Decoded:
    text = _strict(data, encoding)
    if text is not None:
        return Decoded(text, encoding)
    text = data.decode(encoding, "replace")
    if text.count("\ufffd") * 20 > len(text) + 20:
        raise InputError(uri, f"starts as {encoding} but is not", mend="save it as UTF-8 text")
    return Decoded(text, encoding, _damage(data, encoding, uri))


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _nearly_utf8(data: bytes, uri: str) -> Decoded | None:
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = _beyond_ascii(text) - bad
    return Decoded(text, "utf-8", _damage(data, "utf-8", uri)) if 2 * bad <= good else None


def _damage(data: bytes, encoding: str, uri: str) -> InputError:
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{data[error.start]:02x} at {error.start}"
        problem = f"{byte} is not {encoding}; the text was read with a gap there"
        return InputError(uri, problem, place=f"line {line}", mend="save it as UTF-8 again")
    return InputError(uri, f"is not wholly {encoding}", mend="save it as UTF-8 again")


def _without_mark(data: bytes, uri: str) -> Decoded:
    """UTF-16 without a byte order mark if just one byte order yields text, else an error."""
    fits = []
    if len(data) % 2 == 0:
        for encoding in ("utf-16-le", "utf-16-be"):
            text = _strict(data, encoding)
            if text is not None and _CONTROL.search(text) is None and _looks_written(text):
                fits.append(Decoded(text, encoding))
    if len(fits) == 1:
        return fits[0]
    at = data.index(b"\0")
    line = data.count(b"\n", 0, at) + 1
    raise InputError(
        uri, f"looks binary: NUL byte at {at}", place=f"line {line}", mend="save it as UTF-8 text"
    )


def _looks_written(text: str) -> bool:
    """True if most characters are letters, digits, space or common marks, and words are spaced."""
    head = text[:10_000]
    common = sum(c.isalnum() or c in " \n\t\r.,:;!?-'\"()<>/=&、。，" for c in head)
    spaced = sum(c in " \n、。，" for c in head)
    return common >= 0.9 * len(head) and spaced * 60 >= len(head)


def _plausible(text: str) -> bool:
    """False for what a wrong single-byte encoding makes of a text.

    Russian read as Western European is nearly all accented letters, which no Latin-script language
    is; KOI8-R read as windows-1251 has its capitals and small letters exchanged.
    """
    head = text[:20_000]
    letters = sum(c.isalpha() for c in head)
    accented = sum(c.isalpha() and "\x7f" < c < "\u0250" for c in head)
    if letters and accented > 0.5 * letters:
        return False
    odd, fine = len(_CASE_ODD.findall(head)), len(_CASE_FINE.findall(head))
    return odd < 2 or odd <= 2 * fine


def _refuse_known_binary(data: bytes, uri: str) -> None:
    for magic, what, mend in _MAGIC:
        if data.startswith(magic):
            raise InputError(uri, f"is {what}, not text", mend=mend)


def _refuse_controls(text: str, uri: str) -> None:
    if (at := text.find("\0")) >= 0:
        line = text.count("\n", 0, at) + 1
        raise InputError(
            uri, f"NUL at character {at}", place=f"line {line}", mend="remove it, or save it as text"
        )
    head = text[:1_000_000]
    controls = len(_CONTROL.findall(head))
    if controls > 2 and controls * 200 > len(head):
        raise InputError(uri, "looks binary: too many control characters", mend="give a text")
