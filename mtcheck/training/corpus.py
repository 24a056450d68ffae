"""Labelled texts: which were machine-translated, which people wrote or translated.

Three shapes of JSONL rows (``.jsonl`` or ``.jsonl.gz``) are read, any other file is passed over:

- a source with its translations: ``{"doc", "src_lang", "tgt_lang", "source": [...], "human": {who:
  [...]}, "mt": {system: [...]}}``, segment by segment, as the WMT news and general tasks publish them;
- a labelled page: ``{"label": "mt" | "human", "lang", "segments": [...]}``, with ``pair`` where the
  same page is there under both labels;
- a labelled text, such as a feed of one's own: ``{"label": "mt" | "human", "lang", "text"}``, with
  ``register`` or ``system`` if known, and ``group`` for what texts of one author or site share.
  A file of human texts alone is not learnt from; see ``Text.learnt``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mtcheck.core import InputError
from mtcheck.style.detector import count_words
from mtcheck.training.rows import files, name_of, rows

MIN_WORDS = 80
SYSTEMS = 4
"""Translations of one source by engines that are kept; more teach little and take long."""
HUMAN_LABELS = frozenset({"human", "ht"})


@dataclass(frozen=True, slots=True)
class Text:
    """One labelled text.

    Attributes:
        kind: ``mt``, ``human`` (a person translated it) or ``original`` (a person wrote it).
        data: the set it belongs to, such as ``wmt22.ru-en``.
        group: what versions of the same text share.
        system: the engine, where it is known.
        rank: 0, 1 … among the machine translations of its group.
        learnt: whether a model may learn from it. Human texts of a file without machine translation only
            set limits: to learn from them would be to learn their subject (with manuals learnt as human,
            one human translation of news in six was suspected, and the area on news fell by 0.05).
    """

    lang: str
    text: str
    kind: str
    data: str
    group: str
    system: str = ""
    rank: int = 0
    learnt: bool = True

    @property
    def machine(self) -> bool:
        """Whether an engine translated it."""
        return self.kind == "mt"


def read(folders: Iterable[Path]) -> list[Text]:
    """Every text of at least ``MIN_WORDS`` words, each once, in an order that does not vary.

    Raises:
        InputError: a folder without a labelled text, or a row that cannot be read.
    """
    out: list[Text] = []
    for folder in folders:
        before = len(out)
        for path in files(folder):
            out.extend(_read_file(path))
        if len(out) == before:
            raise InputError(
                str(folder), "no labelled texts here", mend="see `mtcheck models train detection --help`"
            )
    seen: set[tuple[str, str]] = set()
    kept = []
    for item in out:
        if (item.lang, item.text) not in seen and count_words(item.text, item.lang) >= MIN_WORDS:
            seen.add((item.lang, item.text))
            kept.append(item)
    return kept


def _read_file(path: Path) -> Iterator[Text]:
    name, numbered = name_of(path), rows(path)
    first = next(numbered, None)
    if first is None:
        return
    everything = (row for part in ([first], numbered) for row in part)
    if {"human", "mt", "source"} <= first[1].keys():
        yield from _versions(name, (row for _, row in everything))
    elif {"label", "lang"} <= first[1].keys():
        found = [_labelled(path, line, name, row) for line, row in everything]
        learnt = {t.lang for t in found if t.machine}
        yield from (t if t.lang in learnt else replace(t, learnt=False) for t in found)


def _labelled(path: Path, line: int, name: str, row: dict[str, Any]) -> Text:
    value = row.get("text") or "\n".join(row.get("segments") or ())
    label = row.get("label")
    if not value or not row.get("lang") or label not in HUMAN_LABELS | {"mt"}:
        raise InputError(
            str(path),
            'a labelled text needs "lang", "text" (or "segments") and "label": "mt" or "human"',
            place=f"line {line}",
        )
    kind = "mt" if label == "mt" else "original" if row.get("kind") == "original" else "human"
    group = str(row.get("group") or row.get("pair") or row.get("doc") or row.get("id") or line)
    data = f"{name}.{row['register']}" if row.get("register") else name
    return Text(row["lang"], value, kind, data, f"{name}/{group}", str(row.get("system") or ""))


def _versions(name: str, rows: Iterable[dict[str, Any]]) -> Iterator[Text]:
    for row in _joined(rows):
        group = f"{name}/{row['doc']}"
        for segments in row["human"].values():
            yield Text(row["tgt_lang"], "\n".join(segments), "human", name, group)
        systems = sorted(row["mt"], key=lambda s: digest(group, s))[:SYSTEMS]
        for rank, system in enumerate(systems):
            yield Text(row["tgt_lang"], "\n".join(row["mt"][system]), "mt", name, group, system, rank)
        own = f"{row['src_lang']}.original"
        yield Text(row["src_lang"], "\n".join(row["source"]), "original", own, group)


def _joined(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows long enough to judge: short neighbours (chat lines, posts) are put together."""
    held: dict[str, Any] | None = None
    for row in rows:
        held = row if held is None else _put_together(held, row)
        first = next(iter(held["human"].values()), None)
        if first is not None and count_words("\n".join(first), held["tgt_lang"]) >= MIN_WORDS:
            yield held
            held = None


def _put_together(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    joined = {**one, "source": one["source"] + other["source"]}
    for side in ("human", "mt"):
        joined[side] = {k: v + other[side][k] for k, v in one[side].items() if k in other[side]}
    return joined


def digest(*parts: str) -> int:
    """A number that depends on nothing but the parts: for samples and folds that never vary."""
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:8], "big")


def part_of(segments: Sequence[str], parts: int) -> int:
    """In which of so many parts a document falls, by its text, so that one that is in two sets is in one
    part."""
    return int(hashlib.sha256("\n".join(segments).encode()).hexdigest()[:8], 16) % parts
