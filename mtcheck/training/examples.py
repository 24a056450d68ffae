"""Sentence pairs as tokens of a cut vocabulary, in batches of like length."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from mtcheck import text
from mtcheck.annotate.hf.adapter import question
from mtcheck.annotate.hf.batches import runs
from mtcheck.annotate.hf.cutting import cut_tokenizer
from mtcheck.training.pairs import Pair
from mtcheck.training.vocabulary import kept_tokens

MAX_TOKENS = 160
"""Longest target, and longest source with its prompt of some ten more, that is learnt from."""
PROMPT_TOKENS = 10
BATCH_TOKENS = 1536
BUCKET = 4096
"""Examples that are sorted by length among themselves, to be padded little."""


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids of the cut vocabulary: the question, and the answer with its end."""

    question: list[int]
    answer: list[int]
    target_lang: str

    @property
    def length(self) -> int:
        """Tokens in all."""
        return len(self.question) + len(self.answer)


class Cut:
    """A vocabulary cut to what the training texts need.

    Args:
        base: folder with the whole tokenizer.
        learn: pairs to learn from.
        languages: BCP 47 codes.

    Attributes:
        kept: ids of the whole vocabulary, ascending; the n-th has the id n.
        rows: ids among those that each language's output is chosen from in training, ascending.
        sayable: the same and all that is written in its script, which names may need.
    """

    def __init__(self, base: Path, learn: Sequence[Pair], languages: Sequence[str]) -> None:
        whole = json.loads((base / "tokenizer.json").read_text(encoding="utf-8"))
        config = json.loads((base / "config.json").read_text(encoding="utf-8"))
        seen = _counted(Tokenizer.from_file(str(base / "tokenizer.json")), {p.source for p in learn})
        names = ("pad_token_id", "eos_token_id", "bos_token_id", "unk_token_id")
        special = sorted({int(config[n]) for n in names if config.get(n) is not None})
        self.kept = kept_tokens(whole, seen, languages, special)
        own = cut_tokenizer(whole, self.kept)
        self._tokenizer = Tokenizer.from_str(json.dumps(own))
        self.start = self.kept.index(int(config["bos_token_id"]))
        self.end = self.kept.index(int(config["eos_token_id"]))
        pieces = {number: piece for piece, number in own["model"]["vocab"].items()}
        self.rows = {
            lang: self._rows(lang, {p.target for p in learn if p.target_lang == lang}, pieces)
            for lang in languages
        }
        self.sayable = {lang: _with_script(rows, pieces, lang) for lang, rows in self.rows.items()}

    def examples(self, pairs: Sequence[Pair]) -> list[Example]:
        """The pairs as tokens; those that are too long are left out."""
        asked = self._ids(question(p.source, p.source_lang, p.target_lang) for p in pairs)
        answered = self._ids(f" {p.target}" for p in pairs)
        return [
            Example([self.start, *a], [*b, self.end], p.target_lang)
            for p, a, b in zip(pairs, asked, answered, strict=True)
            if len(a) <= MAX_TOKENS + PROMPT_TOKENS and len(b) <= MAX_TOKENS
        ]

    def _ids(self, texts: Iterable[str]) -> list[list[int]]:
        return [e.ids for e in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def _rows(self, lang: str, targets: set[str], pieces: Mapping[int, str]) -> list[int]:
        """Rows that training texts use, single characters, and what is written in a script of its own."""
        seen = _counted(self._tokenizer, {f" {target}" for target in targets})
        scripts = text.expected_scripts(lang)
        own = scripts and scripts != text.expected_scripts("en")
        return [
            number
            for number in range(len(self.kept))
            if number == self.end
            or seen[number]
            or len(piece := pieces.get(number, "")) == 1
            or (own and _written_in(piece, scripts))
        ]


def _counted(tokenizer: Any, texts: Iterable[str]) -> Counter[int]:
    found: Counter[int] = Counter()
    for encoded in tokenizer.encode_batch(sorted(texts), add_special_tokens=False):
        found.update(encoded.ids)
    return found


def _with_script(rows: Sequence[int], pieces: Mapping[int, str], lang: str) -> list[int]:
    scripts = text.expected_scripts(lang)
    return sorted({*rows, *(number for number, piece in pieces.items() if _written_in(piece, scripts))})


def _written_in(piece: str, scripts: frozenset[str]) -> bool:
    letters = [c for c in piece if c.isalpha()]
    return bool(letters) and all(text.script_of(c) in scripts for c in letters)


def batches(examples: Iterable[Example], seed: int | None) -> list[list[Example]]:
    """Batches of one target language and like length, shuffled by ``seed``, or as they come for None."""
    by_language: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_language[example.target_lang].append(example)
    out: list[list[Example]] = []
    for _, own in sorted(by_language.items()):
        for at in range(0, len(own), BUCKET):
            bucket = sorted(own[at : at + BUCKET], key=lambda e: e.length)
            out += runs(bucket, lambda e: e.length, most=BATCH_TOKENS)
    if seed is not None:
        random.Random(seed).shuffle(out)
    return out
