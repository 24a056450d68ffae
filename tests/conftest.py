"""What all tests share: no network, a cache of their own, and the way to the evaluation data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@pytest.fixture
def shared() -> Path:
    """The folder beside the checkout with the evaluation data; its licence forbids copying it here."""
    if not SHARED.is_dir():
        pytest.skip(f"the evaluation data is not at {SHARED}: this figure is not checked here")
    return SHARED
