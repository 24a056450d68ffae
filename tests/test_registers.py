"""Human text of other registers: what is taken out of packages, and what is left in them."""

from __future__ import annotations

import gzip
import importlib.util
import io
import json
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

MODELS = Path(__file__).resolve().parents[1] / "models"


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("registers", MODELS / "registers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["registers"] = module  # its dataclass looks itself up there
    spec.loader.exec_module(module)
    return module


registers = _loaded()

STORY = [
    "The old harbour master counted the boats every evening, and every evening he was one short.",
    "Nobody in the village believed him, since the boats were always back before the bell had rung.",
    "One autumn he asked his niece to count them with him, and she too came to eleven instead of twelve.",
    "They walked along the quay with a lantern, touching every bow and saying its name aloud as they went.",
    "It was the twelfth boat, the grey one with the patched sail, that had no name for anybody to say.",
    "So they painted one on it, in white letters, and from then on the count was right each night.",
]


def line(**given: object) -> object:
    """A line of the table, English plain text unless said otherwise."""
    usual = {
        "package": "tale",
        "version": "1.0",
        "ecosystem": "pypi",
        "files": ("*.txt",),
        "format": "plain",
        "register": "tale",
        "language": "en",
        "kind": "original",
        "year": "2001",
        "licence": "free",
        "source": "this test",
    }
    return registers.Line(**usual | given)


def deb(path: Path, files: dict[str, bytes]) -> None:
    """A Debian archive: an ar of three members."""

    def tar(content: dict[str, bytes]) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz") as file:
            for name, data in content.items():
                member = tarfile.TarInfo(f"./{name}")
                member.size = len(data)
                file.addfile(member, io.BytesIO(data))
        return out.getvalue()

    control = (
        b"Package: tale\nVersion: 1.0\nArchitecture: all\nMaintainer: A B <a@b.invalid>\nDescription: x\n"
    )
    parts = {
        "debian-binary": b"2.0\n",
        "control.tar.gz": tar({"control": control}),
        "data.tar.gz": tar(files),
    }
    body = b"!<arch>\n"
    for name, data in parts.items():
        body += f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n".encode() + data
        body += b"\n" * (len(data) % 2)
    path.write_bytes(body)


def wheel(folder: Path, files: dict[str, str]) -> None:
    """A wheel of the package ``tale`` among the fetched packages."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "tale-1.0-py3-none-any.whl", "w") as file:
        for name, text in files.items():
            file.writestr(name, text)


def test_every_line_of_the_table_can_be_read() -> None:
    table = registers.lines()
    assert {row.format for row in table} <= registers.READERS.keys()
    assert {row.ecosystem for row in table} <= {"deb", "pypi"}
    assert {row.kind for row in table} <= {"original", "human-translation"}
    assert {"en", "de", "ru", "uk", "zh", "ja"} <= {row.language for row in table}
    for row in table:
        b"".decode(row.encoding)


@pytest.mark.parametrize(
    ("name", "source", "found"),
    [
        (
            "plain",
            "Wrapped\nlines.\n\n* An item.\n* `Another` one.\n\nTitle\n=====\n",
            ["Wrapped\nlines.", "An item.", "Another one."],
        ),
        ("plain", "See [the guide](https://a.invalid/b) for *all* of it.", ["See the guide for all of it."]),
        (
            "markup",
            "<h1>No</h1><p>One <b>bold</b> word.</p><pre>no()</pre><ul><li>An item.</li></ul>",
            ["One bold word.", "An item."],
        ),
        (
            "markup",
            "<?xml version='1.0'?><book><para>Said once.</para><screen>no</screen></book>",
            ["Said once."],
        ),
        ("markup", "<table><tr><td><p>No.</p></td></tr></table><p>Yes.</p>", ["Yes."]),
        (
            "man",
            ".SH NAME\nls\n.PP\nLists \\fIfiles\\fP\nwith\n.B all\nnames.\n.nf\nls \\-l\n.fi\n.PP\nEnd.\n",
            ["ls", "Lists files\nwith\nall\nnames.", "End."],
        ),
        (
            "pod",
            "=head1 No\n\nUse C<print> and L<the docs|perlfunc>.\n\n    code()\n",
            ["Use print and the docs."],
        ),
        (
            "tex",
            "Ein \\emph{gutes} Wort. % nicht\n\n\\begin{verbatim}\nx\n\\end{verbatim}\n\n\\foo{bar}",
            ["Ein gutes Wort."],
        ),
    ],
)
def test_a_reader_gives_the_paragraphs(name: str, source: str, found: list[str]) -> None:
    pieces = registers.READERS[name](source)
    assert [p.strip() for piece in pieces for p in piece if p.strip()] == found


@pytest.mark.parametrize(
    ("name", "source", "pieces"),
    [
        ("fortune", "One.\n%\nTwo.\n", 2),
        ("line", "A first text. It ends.\nA second text.\n", 2),
        ("sentences", "A first text. It ends.\nA second text.\n", 1),
        (
            "changelog",
            "a (2) x; urgency=low\n\n  * New.\n\n -- A <a@b>  Mon\n\na (1) x; urgency=low\n\n  * Old.\n",
            4,
        ),
    ],
)
def test_a_reader_parts_what_does_not_belong_together(name: str, source: str, pieces: int) -> None:
    found = registers.READERS[name](source)
    assert sum(any(p.strip() for p in piece) for piece in found) == min(pieces, 2)
    assert len(found) >= pieces


@pytest.mark.parametrize(
    ("paragraph", "prose"),
    [
        (STORY[0], True),
        ("Too short.", False),
        ("for (i = 0; i < 10; i++) { x[i] = 1; } and so it goes on.", False),
        ("1.00 2.50 3.75 4.00 5.25 6.10 7.00 of the total.", False),
        ("A HEADING THAT SHOUTS AT ITS READERS ALL DAY.", False),
        ("a heading that ends without a stop and has words", False),
    ],
)
def test_prose_is_told_from_the_rest(paragraph: str, prose: bool) -> None:
    assert registers.is_prose(paragraph, language="en", items=False) is prose


def test_a_text_is_of_the_size_that_was_asked_for() -> None:
    found = list(registers.texts([STORY], line(), set()))
    assert found
    assert all(80 <= len(text.split()) <= 250 for text in found)
    assert found[0].split("\n")[0] == STORY[0]


def test_a_paragraph_is_taken_once() -> None:
    seen: set[str] = set()
    assert list(registers.texts([STORY], line(), seen))
    assert not list(registers.texts([[row.upper().capitalize() for row in STORY]], line(), seen))


@pytest.mark.parametrize(
    ("text", "language", "fit"),
    [
        (" ".join(STORY), "en", True),
        (" ".join(STORY), "de", False),
        (
            "\n".join(
                [*STORY, "Der alte Hafenmeister zählte jeden Abend die Boote, und immer fehlte ihm eines."]
            ),
            "en",
            False,
        ),
        ("This page was machine-translated.\n" + " ".join(STORY), "en", False),
    ],
)
def test_a_text_must_be_in_its_language_and_carry_no_notice(text: str, language: str, fit: bool) -> None:
    assert registers.is_fit(text, language) is fit


def test_the_same_packages_give_the_same_bytes(tmp_path: Path) -> None:
    wheel(tmp_path / "packages", {"tale/a.txt": "\n\n".join(STORY), "tale/b.py": "print(1)"})
    written = []
    for _ in range(2):
        registers.write(registers.collect([line()], tmp_path), tmp_path)
        written.append((tmp_path / "en.jsonl").read_bytes())
    assert written[0] == written[1]
    row = json.loads(written[0].splitlines()[0])
    assert (row["package"], row["version"], row["kind"]) == ("tale", "1.0", "original")
    assert row["text"].startswith(STORY[0])


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not installed: no .deb can be read")
def test_files_of_a_debian_package_are_read_uncompressed(tmp_path: Path) -> None:
    path = tmp_path / "tale_1.0_all.deb"
    deb(path, {"usr/share/doc/tale/a.txt.gz": gzip.compress(b"Hello."), "usr/bin/tale": b"\x00"})
    assert registers.archive(line(ecosystem="deb"), tmp_path) == path
    files = registers.members(path, ["*/tale/*.txt.gz"])
    assert {name: registers._uncompressed(name, data) for name, data in files.items()} == {
        "usr/share/doc/tale/a.txt.gz": b"Hello."
    }


@pytest.mark.parametrize("name", ["tale-1.0.tar.gz", "tale-1.0-py3-none-any.whl"])
def test_a_broken_archive_is_left_out_and_named(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / name).write_bytes(b"nothing of the kind")
    assert not any(registers.collect([line()], tmp_path).values())
    assert name in capsys.readouterr().err


def test_a_package_manager_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not any(registers.collect([line(ecosystem="deb")], tmp_path).values())
    assert "left out: tale=1.0: apt-get is not installed" in capsys.readouterr().err


def test_an_unknown_key_in_the_table_is_an_error(tmp_path: Path) -> None:
    table = tmp_path / "t.toml"
    table.write_text('[[package]]\nname = "a"\ncolour = "red"\ntext = [{ files = [] }]\n', encoding="utf-8")
    with pytest.raises(ValueError, match="a: unknown colour"):
        registers.lines(table)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [("Größe\r\n".encode(), "latin-1"), ("Größe\n".encode("latin-1"), "latin-1")],
)
def test_a_file_is_utf_8_before_it_is_anything_else(data: bytes, encoding: str) -> None:
    assert registers.decoded(data, encoding) == "Größe\n"
    assert registers.decoded("日本語".encode("iso-2022-jp"), "euc-jp") == "日本語"
