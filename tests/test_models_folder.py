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


def test_quantiles_are_the_values_at_equal_steps() -> None:
    assert measure.quantiles([float(n) for n in range(101)]) == [float(n) for n in range(101)]
    assert measure.quantiles([3.0, 1.0])[50] == pytest.approx(2.0)
