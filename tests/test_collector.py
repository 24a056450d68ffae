"""The garbage collector rests inside, and is afterwards as it was."""

from __future__ import annotations

import gc

import pytest

from mtcheck import collector


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("fails", [True, False])
def test_collector_is_afterwards_as_it_was(on: bool, fails: bool) -> None:
    before = gc.isenabled()
    (gc.enable if on else gc.disable)()
    inside = []
    try:
        with collector.at_rest():
            inside.append(gc.isenabled())
            if fails:
                raise ValueError
    except ValueError:
        inside.append(True)
    try:
        assert gc.isenabled() is on
        assert inside == ([False, True] if fails else [False])
    finally:
        (gc.enable if before else gc.disable)()
