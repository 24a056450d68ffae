"""Where files and plug-ins are.

Reach for ``data`` to read a TOML table of ``mtcheck/data``, for ``model_file`` to find a trained or
registered part under ``models/`` (shipped in the wheel as ``mtcheck/_models``; an editable install
has no such folder and reads the checkout's), and for ``load`` to turn ``"module:name"`` of a table
into the thing itself at the moment it is needed.
"""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parent


@cache
def data(name: str) -> dict[str, Any]:
    """The TOML file ``mtcheck/data/<name>.toml``; do not modify what comes back."""
    with (_PACKAGE / "data" / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def data_signature(name: str) -> str:
    """``<name>.toml`` with the first 12 hex digits of its SHA-256: which limits a number was held to."""
    content = (_PACKAGE / "data" / f"{name}.toml").read_bytes()
    return f"{name}.toml sha256:{hashlib.sha256(content).hexdigest()[:12]}"


def model_file(name: str) -> Path:
    """Path of ``models/<name>``.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    for folder in (_PACKAGE / "_models", _PACKAGE.parent / "models"):
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(f"models/{name} is missing from this installation of mtcheck")


def load(target: str) -> Any:
    """Import ``"package.module:name"`` and return the object."""
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)
