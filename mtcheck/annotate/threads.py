"""How many threads models may use.

Torch's matrix products wait for their slowest thread: two threads beside one busy core ran 10 to 16
times slower here than one thread did (2026-11). So the default is the number of cores that are idle
at the moment of asking, at least one, and threads that wait sleep after a moment of spinning.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

_SPINS = "10000"
"""Turns before a thread that waits sleeps. A page of text on two idle cores took 0.61 s with so many, 0.85 s
with none, 0.63 s with a million; beside a busy core, for which two threads are too many, 2.1, 1.4 and 2.5 s
(of 100,000: 6.1); 2026-11-29."""
_SAMPLE_SECONDS = 0.1
_STAT = Path("/proc/stat")


def available_cores() -> int:
    """Cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_cores() -> int:
    """Cores idle right now, at least 1; all of them where the system does not say (not Linux)."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if not cores or not _STAT.exists():
        return available_cores()
    before = _idle_and_total()
    time.sleep(_SAMPLE_SECONDS)
    after = _idle_and_total()
    free = 0
    for core in cores:
        idle, total = (b - a for a, b in zip(before.get(core, (0, 0)), after.get(core, (0, 0)), strict=True))
        free += total == 0 or idle >= 0.6 * total
    return max(1, free)


def _idle_and_total() -> dict[int, tuple[int, int]]:
    """Core number to (idle ticks, all ticks) since boot, by proc(5)."""
    out = {}
    for line in _STAT.read_text().splitlines():
        name, *ticks = line.split()
        if name.startswith("cpu") and name[3:].isdigit():
            numbers = [int(t) for t in ticks[:8]]
            out[int(name[3:])] = (numbers[3] + numbers[4], sum(numbers))
    return out


def quieten() -> None:
    """Make waiting threads sleep soon; call before torch is imported. The user's own settings win."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)
    os.environ.setdefault("KMP_BLOCKTIME", "0")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
