"""mtcheck beside pofilter and dennis on the same gettext files, in one run: what each flags, and CPU time.

    python tests/compare_tools.py --pofilter BIN/pofilter --dennis BIN/dennis-cmd [--draw SEED] [FILE.po ...]

With files: the share of translated, unfuzzy messages that each tool flags, and the seconds of CPU that it
takes. Without: the same on messages of this system's own programs, untouched and with one planted fault
each (those of ``test_checks_units_planted``), so that what is flagged can be told right or wrong; with
``--draw SEED`` up to 60 messages of every program that is translated, so that other messages get other
faults with every seed. A message is told by its msgid. pofilter reports one degree; of dennis and mtcheck
warnings and errors count.

Neither tool is a dependency: install translate-toolkit (GPL) and dennis in environments of their own.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "checks" / "units"))

Flagged = set[tuple[str, str]]
"""File name and msgid of every message that a tool flags."""
EACH = 60
"""Most messages of one program in a draw."""


@dataclass(frozen=True)
class Entry:
    """One message of a gettext file as it stands there; ``lines`` are 1-based and half-open."""

    lines: range
    msgid: str
    msgstr: str
    comments: str


def entries(path: Path) -> Iterator[Entry]:
    """The messages of a file; a reader of its own, so that no tool's reader decides what counts."""
    block: list[str] = []
    for number, line in enumerate([*path.read_text("utf-8", "replace").split("\n"), ""], 1):
        if line.strip():
            block.append(line)
        elif block:
            yield _entry(block, range(number - len(block), number))
            block = []


def _entry(block: list[str], lines: range) -> Entry:
    parts: dict[str, str] = defaultdict(str)
    part = ""
    for line in block:
        match = re.match(r'(msgctxt|msgid_plural|msgid|msgstr)?(?:\[\d+\])?\s*(".*")\s*$', line)
        if match is not None:
            part = match[1] or part
            parts[part] += ast.literal_eval(match[2])
    return Entry(lines, parts["msgid"], parts["msgstr"], "\n".join(x for x in block if x.startswith("#")))


def live(path: Path) -> dict[str, Entry]:
    """The translated, unfuzzy messages of a file by msgid."""
    return {
        e.msgid: e
        for e in entries(path)
        if e.msgid
        and e.msgstr
        and "#~" not in e.comments
        and not re.search(r"^#,.*\bfuzzy\b", e.comments, re.M)
    }


def mtcheck(folder: Path, _: str) -> Flagged:
    """Warnings and errors of ``mtcheck check``."""
    program = str(Path(sys.executable).with_name("mtcheck"))
    command = [program, "check", str(folder), "--no-models", "--format", "json"]
    report = json.loads(_run(command))
    return {
        (Path(f["place"]["uri"]).relative_to(folder).as_posix(), f["place"]["unit"])
        for doc in report["documents"]
        for f in doc["findings"]
        if f["severity"] != "note" and f["place"]["unit"] is not None
    }


def pofilter(folder: Path, program: str) -> Flagged:
    """Messages in pofilter's output, language by language as it wants them."""
    found: Flagged = set()
    for lang in sorted(folder.iterdir()):
        with tempfile.TemporaryDirectory() as out:
            _run([program, "--progress=none", f"--language={lang.name}", "-i", str(lang), "-o", out])
            for path in Path(out).rglob("*.po"):
                name = f"{lang.name}/{path.relative_to(out).as_posix()}"
                found |= {(name, e.msgid) for e in entries(path) if "(pofilter)" in e.comments}
    return found


def dennis(folder: Path, program: str) -> Flagged:
    """Messages at the lines that ``dennis-cmd lint`` reports."""
    files = sorted(folder.rglob("*.po"))
    out = _run([program, "lint", "--reporter", "line", *map(str, files)])
    at = {path: {n: e.msgid for e in entries(path) for n in e.lines} for path in files}
    found: Flagged = set()
    for match in re.finditer(r"^(?P<file>/.*?\.po): (?P<line>\d+): \d+: [EW]\d+:", out, re.M):
        path = Path(match["file"])
        if key := at[path].get(int(match["line"])):
            found.add((path.relative_to(folder).as_posix(), key))
    return found


def _run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def timed(tool: Callable[[Path, str], Flagged], folder: Path, program: str) -> tuple[Flagged, float]:
    """What a tool flags, and its seconds of CPU, those of starting it included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = tool(folder, program)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def stage(files: Iterable[str], folder: Path) -> None:
    """The files by language, under names that cannot clash."""
    for number, name in enumerate(files):
        path = Path(name)
        stated = re.search(r'"Language:\s*([A-Za-z]+)', path.read_text("utf-8", "replace"))
        (folder / (stated[1] if stated else "xx")).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / (stated[1] if stated else "xx") / f"{number:04d}-{path.name}")


def plant(clean: Path, faulty: Path, draw: int | None) -> dict[tuple[str, str], str]:
    """Two folders with the same messages, untouched and each with one fault; message to its fault."""
    planted = import_module("test_checks_units_planted")
    if draw is not None:
        files = [p for lang in planted.LANGUAGES for p in planted.LOCALES.glob(f"{lang}/LC_MESSAGES/*.mo")]
        names = sorted({p.stem for p in files if not p.stem.startswith("iso_")})  # lists of countries apart
        vars(planted).update(PROJECTS=tuple(names), SIZE=EACH)
    faults: dict[tuple[str, str], str] = {}
    for lang in planted.LANGUAGES:
        units, changed, used = list(planted.catalogue(lang).units), [], set()
        if draw is not None:
            random.Random(draw).shuffle(units)
        for kind, (make, _) in planted.FAULTS.items():
            todo = 20
            for unit in units:
                target = make(unit) if todo and unit.key not in used else None
                if target is not None and target.strip() and target != unit.target:
                    todo -= 1
                    used.add(unit.key)
                    changed.append((unit, replace(unit, target=target)))
                    faults[f"{lang}/x.po", unit.key] = kind
        write(clean / lang / "x.po", lang, [(u.source, u.target) for u, _ in changed])
        write(faulty / lang / "x.po", lang, [(u.source, u.target) for _, u in changed])
    return faults


def write(path: Path, lang: str, pairs: Iterable[tuple[str, str]]) -> None:
    """A gettext file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head = f'msgid ""\nmsgstr ""\n"Language: {lang}\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    body = (
        ("#, c-format\n" if re.search(r"%[sdu]", s) else "") + f"msgid {_quoted(s)}\nmsgstr {_quoted(t)}\n"
        for s, t in pairs
    )
    path.write_text("\n".join([head, *body]), encoding="utf-8")


def _quoted(value: str) -> str:
    for sign, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        value = value.replace(sign, escaped)
    return f'"{value}"'


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", nargs="*")
    parser.add_argument("--pofilter", default="pofilter")
    parser.add_argument("--dennis", default="dennis-cmd")
    parser.add_argument("--draw", type=int, metavar="SEED", help="messages of every program, drawn by a seed")
    asked = parser.parse_args()
    tools = [(mtcheck, ""), (pofilter, asked.pofilter), (dennis, asked.dennis)]
    with tempfile.TemporaryDirectory() as name:
        clean, faulty = Path(name).resolve() / "clean", Path(name).resolve() / "faulty"
        faults = {} if asked.files else plant(clean, faulty, asked.draw)
        if asked.files:
            stage(asked.files, clean)
        keys = {(p.relative_to(clean).as_posix(), k) for p in sorted(clean.rglob("*.po")) for k in live(p)}
        print(f"{len(keys)} messages" + (f", {len(faults)} faults" if faults else ""))
        recalls: dict[str, dict[str, float]] = defaultdict(dict)
        for tool, program in tools:
            found, seconds = timed(tool, clean, program)
            flagged = len(found & keys)
            line = f"{tool.__name__:9} flags {flagged:6} = {flagged / len(keys):6.2%}, {seconds:7.1f} s CPU"
            if faults:
                caught = tool(faulty, program) & set(faults)
                line += f"; of the faults {len(caught) / len(faults):.3f}"
                for kind in dict.fromkeys(faults.values()):
                    of = {key for key, k in faults.items() if k == kind}
                    recalls[kind][tool.__name__] = len(caught & of) / len(of)
            print(line, flush=True)
        for kind, by_tool in recalls.items():
            print(f"  {kind:24}" + "".join(f"{t} {r:.2f}  " for t, r in by_tool.items()))


if __name__ == "__main__":
    main()
