"""Ways to spoil a good translation, for measuring what the gates find.

Each takes a pair, a random source and the other pairs at hand, and gives the spoilt target, or None where
the pair has nothing to spoil.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from mtcheck.gates.shape import DENSE


class Pair(NamedTuple):
    """A sentence and its translation, with the quarter of the data that its document falls into."""

    source: str
    target: str
    source_lang: str
    target_lang: str
    quarter: int
    doc: str
    human: bool


def _split(pair: Pair) -> tuple[list[str], str]:
    """The pieces of the target that a cut falls between, and what joins them."""
    if pair.target_lang in DENSE:
        return list(pair.target), ""
    return pair.target.split(), " "


def copy(pair: Pair, dice: random.Random, _pool: Sequence[Pair]) -> str | None:
    """The source, now and then with another end or case."""
    spoilt = pair.source if dice.random() < 0.7 else pair.source.rstrip(".。!?！？")
    return spoilt if any(c.isalpha() for c in spoilt) else None


def loop(pair: Pair, dice: random.Random, _pool: Sequence[Pair]) -> str | None:
    """The whole again, or its last words two to five times more."""
    pieces, joint = _split(pair)
    least = 6 if joint == "" else 3
    if len(pieces) < least + 1:
        return None
    kind = dice.random()
    if kind < 0.3:
        return pair.target + joint + pair.target
    size = dice.randint(least, min(len(pieces), 3 * least)) if kind < 0.8 else max(1, least // 3)
    times = dice.randint(2, 5) if kind < 0.8 else dice.randint(4, 8)
    body = joint.join(pieces).rstrip(".。!?！？").split(" ") if joint else list(pair.target.rstrip("。！？"))
    return joint.join(body + body[-size:] * times)


def truncated(pair: Pair, dice: random.Random, _pool: Sequence[Pair]) -> str | None:
    """The first 30 to 80 in 100 of it, sometimes with a full stop again."""
    pieces, joint = _split(pair)
    if len(pieces) < (12 if joint == "" else 6):
        return None
    cut = joint.join(pieces[: max(1, int(len(pieces) * dice.uniform(0.3, 0.8)))])
    return cut.rstrip(",;:、，") + ("。" if joint == "" else ".") if dice.random() < 0.3 else cut


def swapped(pair: Pair, dice: random.Random, pool: Sequence[Pair]) -> str | None:
    """Another sentence's translation, from the same document or any other."""
    near = [p for p in pool if p.doc == pair.doc] if dice.random() < 0.4 else []
    same = [
        p for p in (near or pool) if p.target_lang == pair.target_lang and p.source_lang == pair.source_lang
    ]
    other = dice.choice(same) if same else pair
    return other.target if other.source != pair.source and other.target != pair.target else None


def language(pair: Pair, dice: random.Random, pool: Sequence[Pair]) -> str | None:
    """A sentence in a third language."""
    others = [
        p for p in pool if p.target_lang not in {pair.target_lang, pair.source_lang} and len(p.target) > 15
    ]
    return dice.choice(others).target if others else None


_WORDS = {
    "en": ["two", "three", "four", "five", "six", "seven", "ten"],
    "ru": ["два", "три", "четыре", "пять", "шесть", "семь", "десять"],
    "uk": ["два", "три", "чотири", "п'ять", "шість", "сім", "десять"],
    "de": ["zwei", "drei", "vier", "fünf", "sechs", "sieben", "zehn"],
    "cs": ["dva", "tři", "čtyři", "pět", "šest", "sedm", "deset"],
}


def number(pair: Pair, dice: random.Random, _pool: Sequence[Pair]) -> str | None:
    """One digit changed, two swapped, a number dropped, or a number word replaced."""
    words = _WORDS.get(pair.target_lang, [])
    found = [m for m in re.finditer(r"[^\W\d_]+", pair.target) if m.group().lower() in words]
    digits = list(re.finditer(r"\d+", pair.target))
    if found and (not digits or dice.random() < 0.4):
        m = dice.choice(found)
        new = dice.choice([w for w in words if w != m.group().lower()])
    elif digits:
        m = dice.choice(digits)
        run, kind = m.group(), dice.random()
        at = dice.randrange(len(run))
        new = run[:at] + dice.choice([d for d in "123456789" if d != run[at]]) + run[at + 1 :]
        if kind < 0.3 and len(run) > 1 and run[0] != run[1]:
            new = run[1] + run[0] + run[2:]
        elif kind > 0.9:
            new = ""
    else:
        return None
    return pair.target[: m.start()] + new + pair.target[m.end() :]


_NAMES = {
    "en": ["Harrison", "Lindqvist", "Morales", "Tanaka", "Bergen", "Okafor", "Valencia"],
    "ru": ["Харрисон", "Линдквист", "Моралес", "Танака", "Берген", "Окафор", "Валенсия"],
    "uk": ["Гаррісон", "Ліндквіст", "Моралес", "Танака", "Берген", "Окафор", "Валенсія"],
    "de": ["Harrison", "Lindqvist", "Morales", "Tanaka", "Bergen", "Okafor", "Valencia"],
    "cs": ["Harrison", "Lindqvist", "Morales", "Tanaka", "Bergen", "Okafor", "Valencie"],
    "ja": ["ハリソン", "リンドクビスト", "モラレス", "タナカ", "ベルゲン", "オカフォー", "バレンシア"],
    "zh": ["哈里森", "林德奎斯特", "莫拉莱斯", "田中", "卑尔根", "奥卡福", "巴伦西亚"],
}


def name(pair: Pair, dice: random.Random, _pool: Sequence[Pair]) -> str | None:
    """A name replaced by another one, or dropped; a name is a capitalised word that the source has too, by
    sight: in Latin letters, or a lone katakana word."""
    pattern = (
        r"[ァ-ヺー]{3,}"
        if pair.target_lang == "ja"
        else r"(?<=[a-zа-яёіїєґäöüßáéíóúůýěščřžťďň,] )[A-ZА-ЯІЇЄҐÁČŠŽŘ][^\W\d_]{3,}"
    )
    if pair.target_lang == "de":
        english = set(re.findall(r"(?<=[a-z,] )[A-Z]\w{3,}", pair.source))
        found = [m for m in re.finditer(pattern, pair.target) if m.group() in english]
    else:
        found = list(re.finditer(pattern, pair.target))
    if pair.source_lang == "en" and not re.search(r"(?<=[a-z,] )[A-Z]\w{3,}", pair.source):
        return None
    if not found:
        return None
    m = dice.choice(found)
    new = dice.choice(_NAMES[pair.target_lang]) if dice.random() < 0.65 else ""
    return re.sub(r"  +", " ", pair.target[: m.start()] + new + pair.target[m.end() :])


_NOT = {
    "en": (
        r"\bnot |n['’]t\b|\bnever ",
        [(r"\b(is|are|was|were|will|can|could|should|would|has|have|had|must|may)\b", r"\1 not")],
    ),
    "ru": (
        r"\b(?:не|Не) ",
        [(r"\b(был|была|было|были|может|могут|будет|будут|хочет|должен|стал|является)\b", r"не \1")],
    ),
    "uk": (
        r"\b(?:не|Не) ",
        [(r"\b(був|була|було|були|може|можуть|буде|будуть|хоче|повинен|став|є|має)\b", r"не \1")],
    ),
    "de": (
        r"\bnicht |\bk(?=ein)",
        [(r"\b(ist|sind|war|waren|wird|werden|kann|können|hat|haben|muss|sollte)\b", r"\1 nicht")],
    ),
    "cs": (
        r"\bne(?=(?:byl|má|mohl|mohou|může|chce|bude|mám|jsou|jsem|víme|vím|dá|jde|chci|budou|měl)\w*\b)",
        [(r"\b(byl|byla|bylo|byli|může|mohou|bude|budou|má|mají|měl|měla|chce)\b", r"ne\1")],
    ),
    "zh": (r"不(?=[是会能可要想知应再])|没有?", [(r"(是|会|能|可以|想|要)", r"不\1")]),
    "ja": (
        r"",
        [
            (r"(し)ます", r"\1ません"),
            (r"(し|っ)た。", r"\1なかった。"),
            (r"である。", "ではない。"),
            (r"です。", "ではありません。"),
        ],
    ),
}


def negation(pair: Pair, dice: random.Random, _pool: Sequence[Pair]) -> str | None:
    """A negation dropped where there is one, else one put in."""
    drop, put = _NOT[pair.target_lang]
    found = list(re.finditer(drop, pair.target)) if drop else []
    if found:
        m = dice.choice(found)
        return pair.target[: m.start()] + pair.target[m.end() :]
    if pair.target_lang == "ja":
        for old, new in (
            ("ありません", "あります"),
            ("ません", "ます"),
            ("なかった", "た"),
            ("ではない", "である"),
        ):
            if old in pair.target:
                return pair.target.replace(old, new, 1)
    rules: list[tuple[str, str]] = [r for r in put if re.search(r[0], pair.target)]
    if not rules:
        return None
    old, new = dice.choice(rules)
    return re.sub(old, new, pair.target, count=1)


KINDS: dict[str, Callable[[Pair, random.Random, Sequence[Pair]], str | None]] = {
    "copy": copy,
    "loop": loop,
    "truncated": truncated,
    "swapped": swapped,
    "language": language,
    "number": number,
    "name": name,
    "negation": negation,
}
