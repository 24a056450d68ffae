"""Weights whose memory is given back."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mtcheck.annotate.hf import Checkpoint, load, open_language_model
from mtcheck.annotate.hf.resting import Mapping, mappings, rest

pytest.importorskip("transformers")
import tiny

SMAPS = """\
7f00-9f00 rw-p 00000000 fe:00 16039956                   /models/a b/model.safetensors
Size:                  8 kB
Private_Dirty:         4 kB
Anonymous:             0 kB
VmFlags: rd mr mw
9f00-af00 rw-p 00000000 00:00 0
Private_Dirty:         8 kB
af00-bf00 rw-p 00000000 fe:00 7                          /models/changed.safetensors
Private_Dirty:         0 kB
Anonymous:             4 kB
"""


def test_mapped_files_are_told_from_plain_memory_and_changed_ones() -> None:
    assert list(mappings(SMAPS.splitlines())) == [
        Mapping(0x7F00, 0x2000, "/models/a b/model.safetensors", False),
        Mapping(0xAF00, 0x1000, "/models/changed.safetensors", True),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows what lies in memory")
def test_what_rests_answers_as_before_and_takes_no_room(tmp_path: Path) -> None:
    folder = tiny.causal(tmp_path / "model")
    loaded = load(Checkpoint(folder, "tiny", "local"), threads=1)
    model = open_language_model(loaded)
    before = model.surprisal(tiny.LINES)
    assert resident(folder) > 0
    assert rest(folder) > 0
    assert resident(folder) == 0
    assert model.surprisal(tiny.LINES) == before
    assert rest(tmp_path) == 0, "of another folder nothing"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows what lies in memory")
def test_links_rest_too(tmp_path: Path) -> None:
    """As in the cache of the Hub, whose weights lie under a name without an ending."""
    folder, blob = tiny.causal(tmp_path / "snapshot"), tmp_path / "0a1b2c"
    (folder / "model.safetensors").rename(blob)
    (folder / "model.safetensors").symlink_to(blob)
    model = open_language_model(load(Checkpoint(folder, "tiny", "local"), threads=1))
    before = model.surprisal(tiny.LINES)
    assert rest(folder) > 0
    assert model.surprisal(tiny.LINES) == before


def resident(folder: Path) -> int:
    """Kilobytes of a folder's weights that lie in memory."""
    total, inside = 0, False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
        if not line.split()[0].endswith(":"):
            inside = line.endswith(".safetensors") and str(folder) in line
        elif inside and line.startswith("Rss:"):
            total += int(line.split()[1])
    return total
