"""What every reader owes, whatever its format: good input, broken input, any input at all."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from mtcheck.core import Catalogue, Document, InputError
from mtcheck.read import READERS, read_inputs, sniff
from mtcheck.read.formats import reader

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "formats"
FORMATS = tuple(name for name, f in READERS.items() if not f.localisation)
"""Formats of documents; test_read_l10n_contract.py holds those of messages to theirs."""
GOOD = sorted(path for name in FORMATS for path in (FIXTURES / name).glob("good*"))
BROKEN = sorted(path for name in FORMATS for path in (FIXTURES / name).glob("broken*"))
MUTATIONS = 200


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def read(data: bytes, name: str) -> list[Document | Catalogue | InputError]:
    """All that a reader says, with the error that it may raise as the last item."""

    def results() -> Iterator[Document | Catalogue | InputError]:
        try:
            yield from reader(name)(data, "given")
        except InputError as error:
            yield error

    return list(results())


def check_blocks(doc: Document) -> None:
    assert doc.text.strip()
    assert doc.blocks, "a document has at least one block"
    end = 0
    for block in doc.blocks:
        assert end <= block.span.start < block.span.end <= len(doc.text)
        words = doc.text[slice(*block.span)]
        assert block.kind in {"code", "frontmatter"} or words == words.strip()
        end = block.span.end


def test_every_format_has_fixtures() -> None:
    assert {path.parent.name for path in GOOD} == set(FORMATS) == {path.parent.name for path in BROKEN}


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_good(path: Path) -> None:
    data = path.read_bytes()
    documents = read(data, path.parent.name)
    assert documents
    for doc in documents:
        assert isinstance(doc, Document), doc
        check_blocks(doc)
        assert doc.origin.uri == "given"
        assert len({d.id for d in documents if isinstance(d, Document)}) == len(documents)


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_lines_are_true(path: Path) -> None:
    """A block's line holds its first word; an item's line holds its id, or starts the item."""
    lines = path.read_text("utf-8").split("\n")
    for doc in read(path.read_bytes(), path.parent.name):
        assert isinstance(doc, Document)
        assert doc.origin.line is not None
        for block in doc.blocks:
            if block.line is not None:
                assert doc.text[slice(*block.span)].split()[0] in lines[block.line - 1]
                assert doc.line_of(block.span.start) == block.line
        if doc.origin.unit is not None:
            item = "\n".join(lines[doc.origin.line - 1 : doc.origin.line + 4])
            head = lines[doc.origin.line - 1].strip()
            assert doc.origin.unit in item or re.match(r'[{\[]|"', head)
            assert re.match(r"<(?:item|entry)\b|\{|" + re.escape(doc.origin.unit), head)


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_format_is_told_by_content_and_name(path: Path) -> None:
    assert sniff(path.read_bytes(), str(path)) == path.parent.name
    if path.parent.name not in {"text", "markdown"}:
        assert sniff(path.read_bytes(), "-") == path.parent.name


@pytest.mark.parametrize("path", BROKEN, ids=name_of)
def test_broken(path: Path) -> None:
    results = list(read_inputs([str(path)]))
    errors = [r for r in results if isinstance(r, InputError)]
    assert errors
    for error in errors:
        assert error.uri == str(path)
        assert error.problem
        assert error.mend
        assert "Traceback" not in str(error)
        assert "could not be parsed (" not in error.problem, "the reader should have said what is wrong"
    for doc in results:
        if isinstance(doc, Document):
            check_blocks(doc)
            assert "whole" in doc.text, "only what is whole in the fixtures may come out"
    if path.name == "broken.jsonl":
        wrong = [2, 3, 4, 5, 6, 7]
        assert [e.place for e in errors] == [f"line {n}" for n in wrong]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("data", [b"", b"\n \n\t\n", b"\xef\xbb\xbf", b"\xff\xfe"], ids=repr)
def test_empty(name: str, data: bytes) -> None:
    results = read(data, name)
    assert len(results) == 1
    assert isinstance(results[0], InputError)
    assert results[0].problem == "is empty"


def mutations(data: bytes, seed: str) -> Iterator[bytes]:
    """Truncations, flipped bytes, cut and doubled stretches, inserted rubbish."""
    chance = random.Random(seed)
    rubbish = [
        b"\0",
        b"\xff",
        b"\xd0",
        b"<",
        b"&",
        b'"',
        b"{",
        b"[",
        b"\n",
        b"]]>",
        b"<!--",
        b"\x1b$B",
        b"\\ud800",
    ]
    for number in range(MUTATIONS):
        at = chance.randrange(len(data))
        to = min(len(data), at + chance.randrange(1, 80))
        if number % 4 == 0:
            yield data[:at]
        elif number % 4 == 1:
            yield data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        elif number % 4 == 2:
            yield data[:at] + data[to:] if chance.random() < 0.5 else data[:to] + data[at:]
        else:
            yield data[:at] + chance.choice(rubbish) + data[at:]


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_mutations_raise_nothing_else(path: Path) -> None:
    for data in mutations(path.read_bytes(), name_of(path)):
        results = read(data, path.parent.name)
        assert results, data
        for result in results:
            if isinstance(result, Document):
                check_blocks(result)
            else:
                assert result.uri == "given"


@pytest.mark.parametrize("name", FORMATS)
def test_a_reader_survives_every_other_format(name: str) -> None:
    for path in GOOD:
        for result in read_inputs(["-"], format=name, stdin=BytesIO(path.read_bytes())):
            if isinstance(result, Document):
                check_blocks(result)
            else:
                assert isinstance(result, InputError)
                assert "could not be parsed (" not in result.problem, (name, path, result)
