"""What the user names: files, folders, standard input, and formats told or mistaken."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import IO, Any

import pytest

from mtcheck.core import Catalogue, Document, InputError, UsageError
from mtcheck.read import read_inputs, sniff
from mtcheck.read.sources import _Rejoined


def texts(*inputs: str, data: bytes = b"", name: str | None = None) -> list[str]:
    """Texts of documents, and problems of errors."""
    results = read_inputs(inputs or ["-"], format=name, stdin=BytesIO(data))
    return [r.text if isinstance(r, Document) else f"! {problem(r)}" for r in results]


def problem(result: Catalogue | InputError) -> str:
    """What is wrong with an input that is no document."""
    assert isinstance(result, InputError), result
    return result.problem


def test_inputs_come_in_order_and_errors_between_them(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("First.", "utf-8")
    (tmp_path / "b.jsonl").write_text('{"text": "Third."}\n{\n{"text": "Fourth."}', "utf-8")
    missing = str(tmp_path / "missing.txt")
    inputs = [str(tmp_path / "a.txt"), missing, str(tmp_path / "b.jsonl"), "-"]
    found = texts(*inputs, data=b"Last.")
    assert found[:2] == ["First.", "! no such file or folder"]
    assert found[2] == "Third."
    assert found[3].startswith("! is no JSON")
    assert found[4:] == ["Fourth.", "Last."]


def test_a_folder(tmp_path: Path) -> None:
    for name in (
        "b.txt",
        "a/z.md",
        "a/c.html",
        ".git/x.txt",
        ".hidden.txt",
        "image.png",
        "Makefile",
        "old.TXT",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"<p>{name}</p>" if name.endswith("html") else name, "utf-8")
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "nothing")
    assert texts(str(tmp_path)) == ["a/c.html", "a/z.md", "b.txt", "old.TXT"]


def test_a_folder_with_nothing_to_read(tmp_path: Path) -> None:
    (tmp_path / "image.png").write_bytes(b"\x89PNG")
    (error,) = read_inputs([str(tmp_path)])
    assert isinstance(error, InputError)
    assert error.problem == "holds no file that can be read"
    assert ".jsonl" in error.mend


def test_a_file_named_by_the_user_is_always_tried(tmp_path: Path) -> None:
    path = tmp_path / "NOTES"
    path.write_text("A note.", "utf-8")
    assert texts(str(path)) == ["A note."]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("x", "utf-8")
    path.chmod(0)
    assert texts(str(path)) == ["! permission denied"]


def test_a_path_that_is_none() -> None:
    assert texts("a\0b")[0].startswith("! is no path") or texts("a\0b")[0].startswith("! cannot be opened")


class Slow(RawIOBase):
    """A producer that fails the test if it is asked for more rows than are needed."""

    def __init__(self, rows: int) -> None:
        self.left = rows

    def readable(self) -> bool:
        return True

    def readline(self, limit: int | None = -1, /) -> bytes:
        self.left -= 1
        assert self.left >= 0, "read ahead"
        return b'{"text": "A row."}\n'


def test_rows_stream_through_standard_input() -> None:
    stream: Iterator[Document | Catalogue | InputError] = read_inputs(["-"], stdin=Slow(3))  # type: ignore[arg-type]
    for line in (1, 2, 3):
        doc = next(stream)
        assert isinstance(doc, Document)
        assert (doc.id, doc.origin.line) == (f"-#{line}", line)


def test_many_rows_are_not_held(tmp_path: Path) -> None:
    """More rows than the limit of other formats would let through."""
    row = b'{"id": "r", "text": "' + b"word " * 100 + b'"}\n'
    path = tmp_path / "rows.jsonl"
    path.write_bytes(row * 3000)
    assert sum(1 for r in read_inputs([str(path)], max_bytes=100_000) if isinstance(r, Document)) == 3000


def test_a_stream_rejoined_is_the_stream() -> None:
    data = b"".join(bytes([n % 251]) * (n % 7) + b"\n" for n in range(100))
    for cut in range(0, len(data), 37):
        head, rest = data[:cut], data[cut:]
        assert _Rejoined(head, BytesIO(rest)).read(len(data) + 1) == data
        rejoined = _Rejoined(head, BytesIO(rest))
        assert b"".join(iter(lambda r=rejoined: r.readline(5), b"")) == data  # type: ignore[misc]


def test_unknown_format() -> None:
    with pytest.raises(UsageError, match="formats are text, markdown"):
        read_inputs(["-"], format="docx")


SNIFFED = {
    "feed in .html": (b"<?xml version='1.0'?><rss></rss>", "a.html", "feed"),
    "page in .xml": (b"<!DOCTYPE html><html></html>", "a.xml", "html"),
    "page in .txt": (b"\n<!-- x -->\n<!doctype HTML>\n<p>a", "a.txt", "html"),
    "RSS in .xml": (b"<rss version='2.0'>", "a.xml", "feed"),
    "RDF": (b"<?xml version='1.0'?>\n<!-- c -->\n<rdf:RDF xmlns:rdf='x'>", "-", "feed"),
    "Atom in UTF-16": ("<feed>".encode("utf-16"), "-", "feed"),
    "unknown XML": (b"<?xml version='1.0'?><menu/>", "a.xml", "feed"),
    "Markdown that starts with a tag": (b"<p align=center>logo</p>\n\n# T", "a.md", "markdown"),
    "rows in .json": (b'{"text": "a"}\n{"text": "b"}', "a.json", "jsonl"),
    "feed in .json": (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', "a.json", "jsonfeed"),
    "array in .jsonl": (b'[\n{"text": "a"}]', "a.jsonl", "json"),
    "one object over lines": (b'{\n"text": "a"\n}', "a.json", "json"),
    "rows with a broken first": (b'{"text": "a\n{"text": "b"}', "-", "jsonl"),
    "table without a suffix": (b"id;text\n1;a", "-", "csv"),
    "text with braces": (b"{{ name }} was here", "-", "text"),
    "text with brackets": (b"[1] A note.", "-", "text"),
    "fragment": (b"<p>One.</p>", "-", "html"),
    "address with a query": (b"[{}]", "https://x.example/feed.json?v=1.txt", "json"),
    "front matter": (b"---\na: b\n---\nText", "-", "markdown"),
    "suffix in capitals": (b"a", "A.MD", "markdown"),
}


@pytest.mark.parametrize(("data", "uri", "expected"), SNIFFED.values(), ids=SNIFFED)
def test_sniff(data: bytes, uri: str, expected: str) -> None:
    assert sniff(data, uri) == expected


def test_what_is_to_be_skipped_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.txt", "b.txt", "out/c.txt", "out/deep/d.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("Ein Wort.", "utf-8")
    os.mkfifo(tmp_path / "pipe.txt")  # to open it would be to wait for ever
    opened: list[str] = []
    really = Path.open

    def noted(path: Path, mode: str) -> IO[Any]:
        opened.append(path.name)
        return really(path, mode)

    monkeypatch.setattr(Path, "open", noted)
    given = [str(tmp_path), str(tmp_path / "pipe.txt"), "https://host.example/b.txt", str(tmp_path / "out")]
    asked: list[str] = []

    def skip(uri: str) -> bool:
        asked.append(Path(uri).name)
        return Path(uri).name in {"b.txt", "out", "pipe.txt"}

    found = list(read_inputs(given, skip=skip))
    assert [Path(d.origin.uri).name for d in found if isinstance(d, Document)] == ["a.txt"] == opened
    assert len(found) == 1
    assert not {"c.txt", "deep", "d.txt"}.intersection(asked)


def test_reading_plain_text_imports_nothing_heavy(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Ein Wort.", "utf-8")
    heavy = (
        "{'lxml', 'feedparser', 'trafilatura', 'charset_normalizer', 'langdetect', 'socket', 'ssl', 'csv'}"
    )
    code = (
        "import sys; from mtcheck.read import read_inputs; "
        f"assert len(list(read_inputs([{str(path)!r}]))) == 1; print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
