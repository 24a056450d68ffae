"""Large localisation files: on disk but for a block, and judged as small ones are."""

from __future__ import annotations

import tracemalloc
from array import array
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mtcheck import checks, pipeline, shelf
from mtcheck.checks.base import CatalogueCheck
from mtcheck.core import Catalogue, Failure, Finding, InputError, Result, Severity, Unit
from mtcheck.read import encoding
from mtcheck.read.l10n import po
from mtcheck.shelf import Shelf, blocks, of_two, repeated, shelved

SENTENCES = [
    ("Save the file", "Сохранить файл"),
    ("Save the file", "Записать файл"),
    ("Delete the folder now", "Удалить этот файл"),
    ("Delete the file now", "Удалить этот файл"),
    ("Open: %s", "Открыть: "),
    ('The "name" is wrong.', "Имя «name» неверно"),
    ("Too many words are in this long sentence", "Слишком"),
    ("Close", "Close"),
    ("&Print", "Печать"),
    (" Left", "Слева"),
    ("Done!", "Готово !"),
    ("one\ntwo", "один два"),
    ("Good morning", "доброе утро"),
]


def units(count: int) -> Iterator[Unit]:
    for n in range(count):
        source, target = SENTENCES[n % len(SENTENCES)]
        plural = ("one", "few", "many")[n % 3] if n % 17 == 0 else None
        flags = frozenset({"fuzzy"}) if n % 29 == 0 else frozenset()
        yield Unit(
            f"{source} {n // 7}", f"{source} {n // 5}", f"{target} {n // 5}", n + 1, None, plural, flags
        )


def test_a_shelf_is_the_sequence_that_it_was_made_of() -> None:
    several = list(units(shelf.FEW + 1234))
    kept = shelved(iter(several))
    assert isinstance(kept, Shelf)
    assert list(kept) == several
    assert (len(kept), kept[0], kept[-1], kept[3456]) == (
        len(several),
        several[0],
        several[-1],
        several[3456],
    )
    for cut in (slice(998, 1003), slice(None, 201), slice(2500, 0), slice(-3, None), slice(10, 3000, 700)):
        assert list(kept[cut]) == several[cut], cut
    with pytest.raises(IndexError):
        kept[len(several)]
    assert list(zip(kept, kept, strict=True)) == list(zip(several, several, strict=True))
    assert [u for block in blocks(kept) for u in block] == several


@pytest.mark.parametrize("count", [30, shelf.FEW + 1234])
def test_units_with_something_are_found_on_disk_as_in_memory(count: int) -> None:
    several = list(units(count))
    kept = shelved(iter(several))
    assert list(shelf.having(kept, "plural")) == [u for u in several if u.plural]
    assert list(shelf.having(kept, "comments")) == []
    assert list(shelf.flagged(kept, "fuzzy".__eq__)) == [u for u in several if "fuzzy" in u.flags]
    assert list(shelf.flagged(kept, "obsolete".__eq__)) == []


def test_few_units_are_a_tuple() -> None:
    assert shelved(units(shelf.FEW)) == tuple(units(shelf.FEW))
    assert shelved(()) == ()


def test_repeated_hashes() -> None:
    assert repeated(array("q", [5, -1, 7, 5, 5, -1, 2])) == {5, -1}


def test_names_of_two_values() -> None:
    assert of_two(array("q", [4, 9, 4, 9, 4, 1]), array("q", [1, 3, 1, 2, 1, 1])) == {9}
    assert of_two(array("q"), array("q")) == frozenset()


def _found(catalogue: Catalogue) -> list[Finding]:
    (result,) = pipeline._check_catalogue(catalogue, [rule() for rule in checks.classes()])
    assert isinstance(result, Result)
    return list(result.findings)


def test_a_file_on_disk_has_the_findings_of_one_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    several = tuple(units(2 * shelf.FEW))
    both = [
        Catalogue("ru.po", "po", kept, source_lang="en", target_lang="ru")
        for kept in (several, Shelf(several))
    ]
    on_disk = _found(both[1])
    monkeypatch.setattr(shelf, "FEW", len(several))
    in_memory = _found(both[0])
    assert on_disk == in_memory
    assert {f.code for f in in_memory} >= {
        "CON001",
        "CON002",
        "PLH001",
        "UNT001",
        "SPC002",
        "ESC002",
    }


class _Breaks(CatalogueCheck):
    code, name, severity = "XXX001", "breaks", Severity.NOTE

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        if unit.line == shelf.FEW + 2:
            raise ValueError("too far")
        yield self.unit_finding(unit, catalogue, "Seen")

    def judge_catalogue(self, catalogue: Catalogue) -> Iterator[Finding]:
        raise AssertionError("a rule that failed is not asked again")


def test_a_rule_that_breaks_in_a_later_block_is_one_failure() -> None:
    result, failure = pipeline._check_catalogue(
        Catalogue("ru.po", "po", Shelf(units(3 * shelf.FEW)), "en", "ru"), [_Breaks()]
    )
    assert isinstance(result, Result)
    assert len(result.findings) == shelf.FEW + 1
    assert isinstance(failure, Failure)
    assert "too far" in failure.problem


def _po(count: int) -> bytes:
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nLanguage: ru\\n"\n\n'
    lines = (f'msgid "Message {n} of the file"\nmsgstr "Сообщение {n} этого файла"\n\n' for n in range(count))
    return (head + "".join(lines)).encode()


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_a_large_file_reads_as_its_parts_do(end: bytes) -> None:
    data = _po(shelf.FEW + 3000).replace(b"\n", end)
    assert len(data) > 2 * encoding.PIECE
    (found,) = po.read(data, "ru.po")
    assert isinstance(found, Catalogue)
    assert isinstance(found.units, Shelf)
    assert found.broken is None
    assert [(u.key, u.target, u.line) for u in found.units] == [
        (f"Message {n} of the file", f"Сообщение {n} этого файла", 4 + 3 * n) for n in range(len(found.units))
    ]
    assert len(found.units) == shelf.FEW + 3000


def test_duplicates_are_flagged_in_a_large_file() -> None:
    data = _po(shelf.FEW + 10)
    (found,) = po.read(data + data[data.index(b"msgid", 10) :], "ru.po")
    assert isinstance(found, Catalogue)
    assert [n for n, u in enumerate(found.units) if "duplicate" in u.flags] == [
        *range(shelf.FEW + 10, 2 * shelf.FEW + 20)
    ]


@pytest.mark.parametrize(
    "damage", [b"\xff", b"\xd0", b"\0", b"\x1b$B"], ids=["byte", "half a letter", "NUL", "escape"]
)
def test_what_is_not_plain_utf8_is_read_whole(damage: bytes) -> None:
    data = b"".join(
        b"%d: words \xd1\x81\xd0\xbb\xd0\xbe\xd0\xb2\xd0\xb0 and more\n" % n for n in range(30_000)
    )
    hurt = data[: encoding.PIECE] + damage + data[encoding.PIECE :]

    def whole() -> tuple[str, object]:
        found = encoding.decode(hurt, "x")
        return found.text, found.damage and (found.damage.problem, found.damage.place)

    def pieces() -> tuple[str, object]:
        found = encoding.decode_in_pieces(hurt, "x")
        return "".join(found.texts), found.damage and (found.damage.problem, found.damage.place)

    outcomes = []
    for read in (whole, pieces):
        try:
            outcomes.append(read())
        except InputError as error:
            outcomes.append((str(error), None))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(
    "data",
    [b"word " * encoding.PIECE, b"\n" * 2 * encoding.PIECE + b"word\n"],
    ids=["one line", "blank start"],
)
def test_odd_large_texts_are_read(data: bytes) -> None:
    assert "".join(encoding.decode_in_pieces(data, "x").texts) == encoding.decode(data, "x").text


def test_lines_are_counted_wherever_the_text_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cuts between blank lines, at ends of lines and in the middle of them; UTF-8, and UTF-16 read whole."""
    text = _po(12).decode() + "\n\n# end\n" + _po(3).decode().partition("\n\n")[2]
    blank = b"x" * (encoding.PIECE - 1) + b"\n\n" + b"y\n" * encoding.PIECE
    assert len(list(po._lines(encoding.decode_in_pieces(blank, "x").texts))) == encoding.PIECE + 2
    for piece in range(1, 160):
        monkeypatch.setattr(encoding, "PIECE", piece)
        for data in (text.encode(), text.replace("\n", "\r\n").encode(), text.encode("utf-16")):
            assert list(po._lines(encoding.decode_in_pieces(data, "x").texts)) == text[:-1].split("\n")


def test_memory_does_not_grow_with_the_messages() -> None:
    peaks = []
    for count in (2 * shelf.FEW, 8 * shelf.FEW):
        data = _po(count)
        tracemalloc.start()
        (found,) = po.read(data, "ru.po")
        assert isinstance(found, Catalogue)
        assert len(found.units) == count
        _found(replace(found, source_lang="en"))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
