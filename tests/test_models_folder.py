"""The cards say what the files hold."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

MODELS = Path(__file__).resolve().parents[1] / "models"
spec = importlib.util.spec_from_file_location("measure", MODELS / "measure.py")
assert spec is not None
assert spec.loader is not None
measure = importlib.util.module_from_spec(spec)
spec.loader.exec_module(measure)


@pytest.mark.parametrize("name", measure.CARDS)
def test_the_card_has_the_figures_of_the_file(name: str) -> None:
    card = (MODELS / name).read_text(encoding="utf-8")
    assert measure.with_figures(card, measure.CARDS[name]()) == card
