"""What all tests share: no network, a cache of their own, and the way to the evaluation data."""

from __future__ import annotations

import os
from collections.abc import Callable
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


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """The command line in this process: exit status and standard output; with errors if it is 2."""
    from typer.testing import CliRunner

    from mtcheck.cli import app
    from mtcheck.core import MtcheckError

    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    def invoke(*arguments: str) -> tuple[int, str]:
        found = CliRunner().invoke(app, list(arguments))
        if isinstance(found.exception, MtcheckError):
            return 2, f"{found.output}mtcheck: {found.exception}"
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return found.exit_code, found.output if found.exit_code == 2 else found.stdout

    return invoke
