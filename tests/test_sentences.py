"""Sentences with their translations, put together into texts that can be judged."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

from mtcheck.training import corpus

SCRIPT = Path(__file__).resolve().parents[1] / "models/sentences.py"
WANTED = "WMT99 en-ru"
ENGLISH = [f"Boat number {n} came back to the quay before the bell had rung." for n in range(60)]


def made(folder: Path, *, wanted: str = WANTED) -> subprocess.CompletedProcess[str]:
    """Run the script on pairs of a set of two people, of two engines, and of what has to be passed over."""
    rows = []
    for n, en in enumerate(ENGLISH):
        said = [
            ("reference", f"Лодка номер {n} вернулась к пристани раньше, чем прозвонил колокол."),
            ("reference", f"Ещё до звона колокола лодка под номером {n} стояла у пристани."),
            ("Online-B", f"Лодка номер {n} вернулась на набережную до того, как зазвонил звонок."),
        ]
        if n % 2:
            said.append(
                (
                    "Online-G",
                    f"Номер лодки {n} вернулся к набережной ещё до того, как прозвенел колокольный звонок.",
                )
            )
        rows += [{"en": en, "ru": ru, "source": f"{WANTED} {who} (research use)"} for who, ru in said]
    rows += [
        {"en": "Once only.", "ru": "Один раз.", "source": f"{WANTED} reference (research use)"},
        {"en": "Once only.", "ru": "Лишь раз.", "source": f"{WANTED} Online-B (research use)"},
        {"en": ENGLISH[0], "ru": "Другой набор.", "source": "WMT98 en-ru Online-B (research use)"},
        {"en": ENGLISH[0], "ru": "Без набора.", "source": "UD PUD (CC BY-SA 3.0)"},
    ]
    pairs = folder / "en-ru.jsonl.gz"
    with gzip.open(pairs, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return started(pairs, wanted, folder / "o")


def started(pairs: Path, wanted: str, out: Path) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    command = [sys.executable, str(SCRIPT), "--pairs", str(pairs), "--set", wanted, "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_row_is_a_sentence_by_both_people_and_every_engine(tmp_path: Path) -> None:
    said = made(tmp_path)
    assert said.returncode == 0, said.stderr
    rows = [json.loads(line) for line in (tmp_path / "o/wmt99.en-ru.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) == len(ENGLISH)
    assert all(sorted(row["human"]) == ["A", "B"] for row in rows)
    systems = [sorted(row["mt"]) for row in rows]
    assert systems == [["Online-B", "Online-G"]] * 30 + [["Online-B"]] * 30, (
        "those of the same engines together"
    )
    assert not any("Другой" in json.dumps(row, ensure_ascii=False) for row in rows)


def test_rows_are_put_together_into_texts_that_can_be_judged(tmp_path: Path) -> None:
    made(tmp_path)
    texts = corpus.read([tmp_path / "o"])
    assert {t.lang for t in texts} == {"ru"}, "sentences in a row are no text that somebody wrote in English"
    assert {t.system for t in texts if t.machine} == {"Online-B", "Online-G"}
    assert {t.kind for t in texts} == {"mt", "human"}
    by_group: dict[str, set[str]] = {}
    for t in texts:
        by_group.setdefault(t.group, set()).add(t.kind)
    assert all(kinds == {"mt", "human"} for kinds in by_group.values())


def test_same_pairs_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        made(folder)
    one, two = ((folder / "o/wmt99.en-ru.jsonl").read_bytes() for folder in folders)
    assert one == two


def test_a_set_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = made(tmp_path, wanted="WMT77 en-ru")
    assert said.returncode == 2
    assert "no sentence of WMT77 en-ru" in said.stderr
    assert not (tmp_path / "o").exists()


def test_a_row_without_one_of_its_texts_is_named(tmp_path: Path) -> None:
    pairs = tmp_path / "en-ru.jsonl"
    row = {"en": ENGLISH[0], "ru": " ", "source": f"{WANTED} Online-B (research use)"}
    pairs.write_text(f'{{"en": "Of no set."}}\n{json.dumps(row)}\n', encoding="utf-8")
    said = started(pairs, WANTED, tmp_path / "o")
    assert said.returncode == 2
    for told in (str(pairs), "line 2", 'no text under "ru"'):
        assert told in said.stderr
    assert "Traceback" not in said.stderr


def test_the_real_set(shared: Path, tmp_path: Path) -> None:
    said = started(shared / "parallel/en-ru.jsonl.gz", "WMT21 en-ru", tmp_path)
    assert said.returncode == 0, said.stderr
    texts = corpus.read([tmp_path])
    assert len({t.group for t in texts}) > 150
    assert len([t for t in texts if not t.machine]) > 300
