"""From what the user named to open streams: files, whole folders, standard input, addresses."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mtcheck.core import Catalogue, Document, InputError, UsageError
from mtcheck.read import formats, sniffer
from mtcheck.read.l10n.pairing import Pairing
from mtcheck.read.l10n.recognition import format_of

DEFAULT_MAX_BYTES = 64 << 20
"""Largest input, in bytes; JSONL is read as a stream and has no limit but that of a row."""

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


@dataclass(frozen=True, slots=True)
class Options:
    """How inputs are read; see ``read_inputs``."""

    format: str | None
    offline: bool
    allow_private: bool
    stdin: BinaryIO
    max_bytes: int
    pairing: Pairing
    skip: Callable[[str], bool]


def read_inputs(
    inputs: Sequence[str],
    *,
    format: str | None = None,
    offline: bool = False,
    allow_private: bool = False,
    stdin: BinaryIO | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
    source_locale: str | None = None,
    skip: Callable[[str], bool] | None = None,
) -> Iterator[Document | Catalogue | InputError]:
    """The documents and catalogues of all inputs, in order; what cannot be read comes as an error.

    Args:
        inputs: paths of files and folders, addresses, ``-`` for standard input. A folder is walked
            in sorted order; hidden files and suffixes that no reader takes are passed over there.
        format: a name of ``FORMATS`` for all inputs; None to tell by suffix and content.
        offline: refuse addresses before any socket is made.
        allow_private: fetch from loopback and private addresses too.
        stdin: what ``-`` reads; None for the process's own.
        max_bytes: largest input; JSONL streams and is bounded by the row instead.
        source_locale: BCP 47 language that localisation files are translated from, where they do not
            say; None for English, by convention.
        skip: True for a path or an address that is not to be read: it is never opened, save as the source
            of a localisation file that is read, and nothing below such a folder is looked at.

    Raises:
        UsageError: there is no such format.
    """
    if format is not None and format not in formats.READERS:
        raise UsageError(f"there is no format {format!r}; formats are {', '.join(formats.FORMATS)}")
    import sys

    pairing = Pairing(source_locale, lambda uri, name: _source(uri, name, max_bytes))
    options = Options(
        format, offline, allow_private, stdin or sys.stdin.buffer, max_bytes, pairing, skip or _nothing
    )
    return _read_all(inputs, options)


def _read_all(inputs: Sequence[str], options: Options) -> Iterator[Document | Catalogue | InputError]:
    for given in inputs:
        for entry in _files(given, options.skip):
            if isinstance(entry, InputError):
                yield entry
            elif not options.skip(entry):
                yield from _guarded(entry, options)


def _nothing(_: str) -> bool:
    return False


def _files(given: str, skip: Callable[[str], bool]) -> Iterator[str | InputError]:
    """The input itself, or the files of a folder; what is to be skipped comes as it is, not looked at."""
    if given == "-" or _ADDRESS.match(given) or skip(given):
        yield given
        return
    try:
        folder = Path(given).is_dir()
    except (OSError, ValueError) as error:
        yield InputError(given[:200], f"is no path: {error}"[:200], mend="check its spelling")
        return
    if not folder:
        yield given
        return
    found = False
    for entry in _walk(Path(given), frozenset(), skip):
        found = True
        yield entry
    if not found:
        suffixes = ", ".join(sorted(s for f in formats.READERS.values() for s in f.suffixes))
        yield InputError(given, "holds no file that can be read", mend=f"suffixes read: {suffixes}")


def _walk(
    folder: Path, above: frozenset[tuple[int, int]], skip: Callable[[str], bool]
) -> Iterator[str | InputError]:
    try:
        status = folder.stat()
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield InputError(str(folder), _reason(error), mend="check its permissions")
        return
    own = (status.st_dev, status.st_ino)
    if own in above:  # a link that leads back into a folder it stands in
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if skip(str(entry)):
            yield str(entry)
        elif entry.is_dir():
            yield from _walk(entry, above | {own}, skip)
        elif entry.is_file() and (formats.by_suffix(entry.suffix) or format_of(str(entry))) is not None:
            yield str(entry)


def _guarded(uri: str, options: Options) -> Iterator[Document | Catalogue | InputError]:
    """One input; whatever goes wrong with it becomes an error that names it."""
    try:
        yield from _read_one(uri, options)
    except InputError as error:
        yield error
    except Exception as error:  # noqa: BLE001 - third-party parsers raise what they like on broken input
        what = f"{type(error).__name__}: {error}"[:200]
        yield InputError(uri, f"could not be parsed ({what})", mend="check that it is what its name says")


def _read_one(uri: str, options: Options) -> Iterator[Document | Catalogue | InputError]:
    if _ADDRESS.match(uri):
        yield from _read_address(uri, options)
    elif uri == "-":
        yield from _read_stream(options.stdin, uri, options)
    else:
        try:
            stream = Path(uri).open("rb")  # noqa: SIM115 - closed below, when the generator is
        except (OSError, ValueError) as error:
            raise InputError(uri, _reason(error), mend="check its spelling and permissions") from None
        with closing(stream):
            yield from _read_stream(stream, uri, options)


def _read_address(uri: str, options: Options) -> Iterator[Document | Catalogue | InputError]:
    if options.offline:
        raise InputError(uri, "is an address, and --offline forbids fetching it", mend="save it to a file")
    from mtcheck.read import fetch

    limits = fetch.Limits(allow_private=options.allow_private, max_bytes=options.max_bytes)
    answer = fetch.fetch(uri, limits)
    name = options.format
    if name is None:
        named = formats.by_media_type(answer.media_type)
        if named in {None, "text"}:  # servers send anything they do not know as text/plain
            named = formats.by_suffix(Path(answer.path).suffix) or named
        name = sniffer.refine(named, answer.data)
    for item in formats.reader(name)(answer.data, uri, charset=answer.charset):
        yield options.pairing.complete(item, local=False) if isinstance(item, Catalogue) else item


def _read_stream(stream: BinaryIO, uri: str, options: Options) -> Iterator[Document | Catalogue | InputError]:
    try:
        head = b"" if options.format == "jsonl" else _head(stream)
        name = options.format or sniffer.sniff(head, uri)
        rest = _Rejoined(head, stream)
        if name == "jsonl" and b"\0" not in head[:64]:
            from mtcheck.read.jsonl import read_stream

            yield from read_stream(rest, uri)  # type: ignore[arg-type]
            return
        data = rest.read(options.max_bytes + 1)
    except OSError as error:
        raise InputError(uri, _reason(error), mend="check that it can be read") from None
    if len(data) > options.max_bytes:
        size = options.max_bytes / (1 << 20)
        raise InputError(uri, f"is larger than {size:g} MiB", mend="split it, or give it as JSONL")
    items = formats.reader(name)(data, uri)
    del data  # a reader that is done with it may let it go
    for item in items:
        yield options.pairing.complete(item, local=uri != "-") if isinstance(item, Catalogue) else item


def _source(uri: str, format: str, max_bytes: int) -> Catalogue | None:
    """The catalogue of a source file, None if it cannot be read: its own reading says why."""
    try:
        with Path(uri).open("rb") as file:
            data = file.read(max_bytes + 1)
        found = next(iter(formats.reader(format)(data, uri)), None) if len(data) <= max_bytes else None
    except (OSError, InputError):
        return None
    return found if isinstance(found, Catalogue) else None


def _head(stream: BinaryIO) -> bytes:
    """The first lines, no more than needed to tell the format, so that a slow producer is not waited for."""
    head = b""
    for _ in range(sniffer.HEAD_LINES):
        line = stream.readline(sniffer.HEAD - len(head))
        head += line
        if not line or len(head) >= sniffer.HEAD or sniffer.is_row(line):
            break
    return head


class _Rejoined:
    """A stream with what was read off its start put back."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head, self._stream = io.BytesIO(head), stream

    def read(self, size: int) -> bytes:
        whole = io.BytesIO()  # its value is no copy, as joined parts would be
        size -= whole.write(self._head.read(size))
        while size > 0 and (part := self._stream.read(min(size, 1 << 20))):
            size -= whole.write(part)
        return whole.getvalue()

    def readline(self, limit: int) -> bytes:
        line = self._head.readline(limit)
        if line.endswith(b"\n") or len(line) == limit:
            return line
        return line + self._stream.readline(limit - len(line))


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file or folder"
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno).lower()
    return f"cannot be opened: {error}"[:200]
