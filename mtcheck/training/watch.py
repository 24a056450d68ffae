"""Who is told how training gets on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Watch:
    """Told how training gets on: ``say`` a line, ``plan`` so many of something, ``advance`` by some."""

    say: Callable[[str], None]
    plan: Callable[[str, int], None]
    advance: Callable[[str, int], None]
