"""Make labelled rows of translated sentences: the same sentence by people and by engines.

    python models/sentences.py --pairs ../shared/parallel/en-ru.jsonl.gz --set "WMT21 en-ru" --out DIR

The pairs used to teach the translator hold a set that no documents are at hand for: 999 English sentences
of WMT 2021, each with what two people and up to six engines made of it in Russian. They come in no order,
so a row is a sentence; ``mtcheck models train detection`` puts rows together until they are long enough to
judge. A sentence is taken if both people translated it. Those that the same engines translated stand
together, in an order drawn by their text, so that little is lost when rows are joined. The source is left
empty: sentences of many articles in a row are no text that somebody wrote.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mtcheck.core import InputError
from mtcheck.training.corpus import digest
from mtcheck.training.rows import rows

PEOPLE = 2
"""Translations by people that a sentence must have."""
WHO = "AB"
ORIGIN = re.compile(r"(?P<set>\S+ (?P<src>\w+)-(?P<tgt>\w+)) (?P<who>\S+) \(")
REFERENCE = "reference"


def sentences(pairs: Path, wanted: str) -> Iterator[dict[str, Any]]:
    """Rows of a set, one a sentence.

    Args:
        pairs: a file of rows with a text under each of two languages, and ``source`` such as
            "WMT21 en-ru reference (research use)" or "WMT21 en-ru Online-B (research use)".
        wanted: the set, such as "WMT21 en-ru".

    Raises:
        InputError: a row that is not JSON, or one of the set that lacks one of its two texts.
    """
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    langs = ("", "")
    for line, row in rows(pairs):
        origin = ORIGIN.match(str(row.get("source", "")))
        if origin is not None and origin["set"] == wanted:
            langs = (origin["src"], origin["tgt"])
            source, target = (_text(pairs, line, row, lang) for lang in langs)
            found[source][origin["who"]].append(target)
    whole = [
        (source, by) for source, by in found.items() if len(by.get(REFERENCE, ())) == PEOPLE and len(by) > 1
    ]
    whole.sort(key=lambda item: (-len(item[1]), sorted(item[1]), digest(item[0])))
    for source, by in whole:
        yield {
            "doc": f"sentence.{digest(source):016x}",
            "src_lang": langs[0],
            "tgt_lang": langs[1],
            "source": [],
            "human": {who: [text] for who, text in zip(WHO, sorted(by[REFERENCE]), strict=True)},
            "mt": {who: texts[:1] for who, texts in sorted(by.items()) if who != REFERENCE},
        }


def _text(pairs: Path, line: int, row: dict[str, Any], lang: str) -> str:
    text = row.get(lang)
    if isinstance(text, str) and text.strip():
        return text
    raise InputError(
        str(pairs), f'no text under "{lang}"', place=f"line {line}", mend="mend the row or leave it out"
    )


def main() -> None:
    """Write the rows of a set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--set", required=True, dest="wanted")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    try:
        found = list(sentences(given.pairs, given.wanted))
    except InputError as error:
        parser.error(str(error))
    if not found:
        parser.error(f"{given.pairs} holds no sentence of {given.wanted} by two people and an engine")
    given.out.mkdir(parents=True, exist_ok=True)
    path = given.out / f"{given.wanted.lower().replace(' ', '.')}.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found), encoding="utf-8")
    print(f"{path}: {len(found)} sentences")


if __name__ == "__main__":
    main()
