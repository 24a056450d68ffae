"""Numbers of a sentence, whatever they are written with, and those that its translation lacks.

Reach for ``compare_numbers``. A number has several readings (1,234 is 1234 or 1.234; 150万 and 1.5
million are one) and counts as kept when any of them stands on the other side, as digits or in words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from mtcheck import resources, text
from mtcheck.core import Span

_HAN_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
_HAN_GROUPS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written.

    Attributes:
        span: its place in the sentence, code points.
        readings: the values that it may have.
        digits: how many digits it is written with, 0 for words.
    """

    span: Span
    readings: frozenset[float]
    digits: int


@dataclass(frozen=True, slots=True)
class NumberChange:
    """Numbers that have no counterpart.

    Attributes:
        lost: numbers of the source that the target does not have.
        added: numbers of the target that the source does not have.
        kept_there: numbers of the target that have one.
    """

    lost: tuple[Number, ...]
    added: tuple[Number, ...]
    kept_there: tuple[Number, ...] = ()


@cache
def _digits() -> re.Pattern[str]:
    return re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,٫٬’']\d+)*", re.UNICODE)


@cache
def _han() -> re.Pattern[str]:
    return re.compile(
        r"(?:\d+(?:[.,]\d+)*)?[〇零一二三四五六七八九两兩十百千万萬亿億兆]+(?:\d+[万千百億亿]?)*"
    )


@cache
def _disease() -> re.Pattern[str]:
    """The one name with a number that most languages leave out."""
    return re.compile(r"(?<=COVID)-?(?:19|１９)", re.IGNORECASE)


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@cache
def _table(lang: str) -> tuple[Mapping[str, int], tuple[tuple[str, int], ...]]:
    """Whole words to values, and starts of words with theirs, longest first."""
    whole: dict[str, int] = {}
    starts: list[tuple[str, int]] = []
    for line in resources.data("gates")["number_words"].get(lang, ()):
        value, *words = line.split()
        for word in words:
            if word.startswith("="):
                whole[word[1:]] = int(value)
            else:
                starts.append((word, int(value)))
    return whole, tuple(sorted(starts, key=lambda item: -len(item[0])))


@lru_cache(maxsize=65536)
def _value(word: str, lang: str) -> int | None:
    whole, starts = _table(lang)
    if word in whole:
        return whole[word]
    return next((value for start, value in starts if word.startswith(start)), None)


def compare_numbers(source: str, target: str, *, source_lang: str, target_lang: str) -> NumberChange:
    """The numbers without a counterpart, of both sides."""
    a, b = text.primary(source_lang), text.primary(target_lang)
    source, target = _without_disease(source), _without_disease(target)
    mine, theirs = numbers(source, a), numbers(target, b)
    if not mine and not theirs:
        return NumberChange((), ())
    there, here = _available(target, b, theirs), _available(source, a, mine)
    added = tuple(n for n in theirs if not _kept(n, here))
    lost = tuple(n for n in mine if not _kept(n, there))
    return NumberChange(lost, added, tuple(n for n in theirs if n not in added))


def _without_disease(sentence: str) -> str:
    return _disease().sub(lambda m: " " * len(m.group()), sentence)


def _kept(number: Number, available: frozenset[float]) -> bool:
    if number.readings & available:
        return True
    year = next((v for v in number.readings if 1000 < v < 2100 and v % 10 == 0), None)
    return year is not None and year % 100 in available


def numbers(sentence: str, lang: str) -> tuple[Number, ...]:
    """The numbers that a translation has to keep, in order: digits, and words for two and more."""
    found = [*_in_digits(sentence, lang), *_in_words(sentence, lang)]
    return tuple(sorted(found, key=lambda n: n.span))


def _in_digits(sentence: str, lang: str) -> list[Number]:
    out = []
    for match in _digits().finditer(sentence):
        readings = set(_readings(match.group()))
        factor = _factor_after(sentence[match.end() : match.end() + 24], lang)
        if factor is not None:
            readings |= {v * factor for v in readings}
        if re.match(r"\s*p\.?\s?m\b", sentence[match.end() :], re.IGNORECASE):
            readings |= {v + 12 for v in readings if v <= 12}
        digits = sum(map(str.isdigit, match.group()))
        if digits > 1 and not any(v for v in readings):
            continue  # the minutes of 17:00
        out.append(Number(Span(*match.span()), frozenset(readings), digits))
    return out


def _readings(written: str) -> list[float]:
    """The values of digits with separators: every separator groups, or the last one starts the decimals."""
    plain = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in written)
    parts = re.split(r"[^\d]", plain)
    values = [float("".join(parts))]
    if len(parts) > 1:
        values.append(float("".join(parts[:-1]) + "." + parts[-1]))
    if len(parts) > 2 or (len(parts) == 2 and len(parts[1]) <= 2):
        values += [float(p) for p in parts]
    return values


def _factor_after(rest: str, lang: str) -> float | None:
    """What a word after the digits multiplies them with: million, 万."""
    rest = rest.lstrip(" \u00a0\u202f-")
    if rest[:1] in _HAN_GROUPS or rest[:1] in _HAN_UNITS:
        factor = 1
        for character in rest:
            unit = _HAN_GROUPS.get(character) or _HAN_UNITS.get(character)
            if unit is None:
                break
            factor *= unit
        return factor
    word = _word().match(rest.lower())
    if word is None:
        return None
    short = {"m": 10**6, "bn": 10**9, "k": 1000, "b": 10**9, "mn": 10**6}.get(word.group())
    value = short or _value(word.group(), lang)
    return value if value is not None and value >= 100 else None


def _in_words(sentence: str, lang: str) -> list[Number]:
    """Words for numbers; neighbours count as one number."""
    out: list[Number] = []
    run: list[tuple[Span, int]] = []
    for match in _word().finditer(sentence.lower()):
        value = _value(match.group(), lang)
        if value is None:
            continue
        span = Span(*match.span())
        if value >= 100 and sentence[: span.start].rstrip(" \u00a0-")[-1:].isdigit():
            continue  # a factor, part of the digits before it
        if run and not _joined(sentence[run[-1][0].end : span.start], run[-1][1]):
            out.append(_run(run))
            run = []
        run.append((span, value))
    return [*out, _run(run)] if run else out


def _joined(between: str, before: int) -> bool:
    """True if two words for numbers are one number: twenty-five, two hundred and five."""
    return between in {" ", "-", "‑", "\u00a0"} or (between == " and " and before >= 100)


def _run(run: list[tuple[Span, int]]) -> Number:
    total, part = 0.0, 0.0
    for _, value in run:
        if value >= 1000:
            total, part = total + max(part, 1) * value, 0.0
        elif value == 100:
            part = max(part, 1) * 100
        else:
            part += value
    return Number(Span(run[0][0].start, run[-1][0].end), frozenset({total + part}), 0)


@lru_cache(maxsize=4096)
def _available(sentence: str, lang: str, found: tuple[Number, ...]) -> frozenset[float]:
    """Every value that the sentence may be said to contain."""
    values = {v for n in found for v in n.readings}
    for match in _word().finditer(sentence.lower()):
        word = match.group()
        if (value := _value(word, lang)) is not None:
            values.add(float(value))
        if word in resources.data("gates")["one_words"].get(lang, ()):
            values.add(1.0)
        for month, start in enumerate(resources.data("gates")["months"].get(lang, ()), 1):
            if word.startswith(start):
                values.add(float(month))
    for match in _han().finditer(sentence):
        values |= _han_values(match.group())
    if 2.0 in values:  # a half, half an hour, half of a hundred
        values |= {0.5, 1.5, 30.0, 50.0}
    return frozenset(values)


def _han_values(written: str) -> set[float]:
    """The readings of Chinese numerals, with or without digits before them."""
    values = {float(_HAN_DIGITS[c]) for c in written if c in _HAN_DIGITS}
    values |= {float(_HAN_UNITS[c]) for c in written if c in _HAN_UNITS}
    if all(c in _HAN_DIGITS for c in written):
        values.add(float("".join(str(_HAN_DIGITS[c]) for c in written)))
    total, group, current = 0.0, 0.0, 0.0
    for piece in re.findall(r"\d+(?:[.,]\d+)*|\D", written):
        if piece[0].isdigit():
            current = _readings(piece)[-1] if "." in piece else _readings(piece)[0]
        elif piece in _HAN_DIGITS:
            current = current * 10 + _HAN_DIGITS[piece]
        elif piece in _HAN_UNITS:
            group += (current or 1) * _HAN_UNITS[piece]
            current = 0.0
        else:
            total += ((group + current) or 1) * _HAN_GROUPS[piece]
            group = current = 0.0
        values.add(total + group + current)
    return values
