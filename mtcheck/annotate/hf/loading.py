"""Load a checkpoint safely, from a folder that is already on this machine.

Nothing here downloads: ``annotate.registry`` finds or fetches the folder first, so that "no second
download" is true by construction, and ``local_files_only`` says it again to transformers.

Safety: no remote code ever (``trust_remote_code=False``; a configuration with ``auto_map`` is loaded
by transformers' own class or refused), safetensors where the folder has them, a ``.bin`` only through
torch's weights-only unpickler, which builds tensors and nothing else. Any other pickle is refused.
"""

from __future__ import annotations

import hashlib
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mtcheck.annotate import threads as thread_counts
from mtcheck.core import ModelError

SEQ2SEQ_TYPES = frozenset({"marian", "m2m_100", "mbart", "t5", "mt5", "umt5", "bart", "pegasus"})


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model folder on this machine and what to call it.

    Attributes:
        path: folder with ``config.json``, weights and tokenizer.
        name: id as the user knows it.
        revision: commit, package version or ``local``.
    """

    path: Path
    name: str
    revision: str

    @property
    def signature(self) -> str:
        """``name@revision``, as reports print it."""
        return f"{self.name}@{self.revision}"

    @property
    def content(self) -> str:
        """Changes with the files: the folder's name where a revision or a conversion names it (the
        Hub's cache does), else a digest of the files' names, sizes and times of change."""
        if self.revision != "local":
            return self.path.name
        files = sorted(p for p in self.path.rglob("*") if p.is_file())
        lines = [
            f"{p.relative_to(self.path).as_posix()}\0{s.st_size}\0{s.st_mtime_ns}"
            for p, s in ((p, p.stat()) for p in files)
        ]
        return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def is_seq2seq(self) -> bool:
        """True for an encoder and decoder, by ``config.json``.

        Raises:
            ModelError: it is missing or not JSON.
        """
        return _is_seq2seq(read_config(self.path))


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model ready to run on the CPU, in float32, and its tokenizer."""

    model: Any
    tokenizer: Any
    model_type: str
    checkpoint: Checkpoint

    @property
    def is_seq2seq(self) -> bool:
        """True for an encoder and decoder, False for a causal model."""
        return bool(self.model.config.is_encoder_decoder)


def load(checkpoint: Checkpoint, *, threads: int | None = None) -> LoadedModel:
    """Load model and tokenizer.

    Args:
        threads: torch threads; None for the cores that are idle now.

    Raises:
        ModelError: the folder is incomplete, unsafe or of an architecture that is not supported;
            or the ``hf`` extra is not installed.
    """
    config = read_config(checkpoint.path)
    weights = find_weights(checkpoint.path)
    thread_counts.quieten()
    try:
        import torch
        import transformers
    except ImportError as error:
        raise ModelError(f"models need the hf extra ({error}): pip install 'mtcheck[hf]'") from error
    torch.set_num_threads(threads or thread_counts.free_cores())
    model_type = str(config.get("model_type", ""))
    auto = transformers.AutoModelForSeq2SeqLM if _is_seq2seq(config) else transformers.AutoModelForCausalLM
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    with quiet_transformers():
        try:
            model = auto.from_pretrained(
                checkpoint.path,
                dtype=torch.float32,
                use_safetensors=weights.suffix == ".safetensors"
                or weights.name.endswith(".safetensors.index.json"),
                weights_only=True,
                **options,
            )
            tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoint.path, **options)
        except Exception as error:
            raise ModelError(
                f"{checkpoint.path}: this model cannot be loaded: {_first_line(error)}"
            ) from error
    model.eval()
    return LoadedModel(model, tokenizer, model_type, checkpoint)


def require(checkpoint: Checkpoint) -> None:
    """What ``load`` refuses at first sight, without reading weights or importing torch.

    Raises:
        ModelError: the folder is incomplete or unsafe, or the ``hf`` extra is not installed.
    """
    read_config(checkpoint.path)
    find_weights(checkpoint.path)
    if missing := [name for name in ("torch", "transformers") if find_spec(name) is None]:
        raise ModelError(f"models need the hf extra (no {missing[0]}): pip install 'mtcheck[hf]'")


def _is_seq2seq(config: dict[str, Any]) -> bool:
    return bool(config.get("is_encoder_decoder")) or str(config.get("model_type", "")) in SEQ2SEQ_TYPES


def read_config(folder: Path) -> dict[str, Any]:
    """``config.json`` of a model folder.

    Raises:
        ModelError: missing or not JSON.
    """
    path = folder / "config.json"
    if not path.is_file():
        raise ModelError(f"{folder}: no config.json here; name the folder that a model was saved to")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path}: not valid JSON ({error}); the download may be incomplete") from error
    if not isinstance(config, dict):
        raise ModelError(f"{path}: not a model configuration")
    return config


def find_weights(folder: Path) -> Path:
    """The weights to load: safetensors first, then a ``.bin``.

    Raises:
        ModelError: neither is there; other pickles (``.pt``, ``.ckpt``, ``.pkl``) are named and refused.
    """
    for pattern in (
        "*.safetensors.index.json",
        "*.safetensors",
        "pytorch_model*.bin.index.json",
        "pytorch_model*.bin",
    ):
        if found := sorted(folder.glob(pattern)):
            return found[0]
    refused = [
        p.name
        for p in folder.iterdir()
        if p.suffix in {".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".msgpack", ".h5"}
    ]
    if refused:
        raise ModelError(
            f"{folder}: only {', '.join(refused)} here, which may run code when opened; "
            "save the model as safetensors"
        )
    raise ModelError(f"{folder}: no weights here (model.safetensors or pytorch_model.bin)")


def keep_attention_cache_name(model: Any) -> str:
    """The name under which this release of transformers takes the key-value cache.

    ``past_key_values`` became ``cache`` in 5.24 and goes in 5.40.
    """
    import inspect

    return "cache" if "cache" in inspect.signature(model.forward).parameters else "past_key_values"


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """No progress bars, advice or warnings of transformers between ours."""
    from transformers.utils import logging as hf_logging

    level = hf_logging.get_verbosity()
    bars = hf_logging.is_progress_bar_enabled()
    hf_logging.set_verbosity_error()
    hf_logging.disable_progress_bar()
    root_level = logging.getLogger("transformers").level
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        hf_logging.set_verbosity(level)
        logging.getLogger("transformers").setLevel(root_level)
        if bars:
            hf_logging.enable_progress_bar()


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0][:300] if text else ''}"
