"""The adapter that makes a translator of the embedded model: what it is made of, and its question.

``models/translator`` holds ``adapter.safetensors`` (low-rank changes of every projection in float16,
under the names that peft gives them, the tokens that are kept of the vocabulary, which of them a text in
each language may have, and how far the inputs of the changed model's products reach) and ``adapter.json`` (of
which model, which directions, when, and its own sum).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from mtcheck import resources, text
from mtcheck.core import ModelError

T = TypeVar("T")
FOLDER = "translator"
TENSORS = "adapter.safetensors"
FACTS = "adapter.json"
KEPT = "kept"
ROWS = "rows."
"""Before a language, of which the tokens are those that its texts may have."""
REACH = "reach."
"""Before the name of a product's inputs (``gemma.name_of_reach``), of which the tensor is the reach."""
PREFIX = "base_model.model.model."
"""What peft puts before a module's name."""


@dataclass(frozen=True, slots=True)
class Facts:
    """``adapter.json``.

    Attributes:
        base_sha256: of the model that it changes.
        directions: (source, target) languages that it was trained for.
        sha256: of the tensors.
        floors: mean log-likelihood a token, in nats, below which a translation into a language is no
            evidence.
    """

    base_sha256: str
    directions: frozenset[tuple[str, str]]
    sha256: str
    floors: Mapping[str, float]


def _facts(row: Any) -> Facts:
    return Facts(
        str(row["base"]["sha256"]),
        frozenset((str(a), str(b)) for a, b in row["directions"]),
        str(row["sha256"]),
        {str(k): float(v) for k, v in row["floors"].items()},
    )


class Adapter:
    """An adapter on disk.

    Args:
        folder: where it lies.

    Raises:
        ModelError: its description is missing or broken.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.facts = described(folder / FACTS, "an adapter", _facts)

    def serves(self, source_lang: str, target_lang: str) -> bool:
        """Whether it was trained for a direction of two BCP 47 languages."""
        return (text.primary(source_lang), text.primary(target_lang)) in self.facts.directions

    @cached_property
    def tensors(self) -> dict[str, Any]:
        """Its tensors by name.

        Raises:
            ModelError: they are missing, or not those that the description states the sum of.
        """
        return verified(self.folder / TENSORS, self.facts.sha256, FACTS)


def described(path: Path, what: str, read: Callable[[Any], T]) -> T:
    """What ``read`` makes of the JSON file that describes a shipped part.

    Raises:
        ModelError: it is missing, or not the description of ``what``.
    """
    try:
        return read(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise ModelError(f"{path} is missing") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path}: not the description of {what} ({error!r})") from error


def verified(path: Path, sha256: str, stated_in: str) -> dict[str, Any]:
    """The tensors of a safetensors file that has a certain sum.

    Raises:
        ModelError: it is missing, or has another sum than ``stated_in`` states.
    """
    from safetensors.torch import load

    try:
        held = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error})") from error
    if hashlib.sha256(held).hexdigest() != sha256:
        raise ModelError(f"{path} does not have the sum that {stated_in} states; install mtcheck again")
    return dict(load(held))


def write_tensors(path: Path, tensors: Mapping[str, Any]) -> str:
    """Write a safetensors file; the sum that ``verified`` asks for."""
    from safetensors.torch import save

    held = save(dict(tensors))
    path.write_bytes(held)
    return hashlib.sha256(held).hexdigest()


def shipped() -> Adapter | None:
    """The adapter that comes with mtcheck, None if this copy has none."""
    try:
        return Adapter(resources.model_file(FOLDER))
    except FileNotFoundError:
        return None


def write_facts(folder: Path, told: Mapping[str, Any]) -> Path:
    """Write ``adapter.json``; its path."""
    path = folder / FACTS
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def question(value: str, source_lang: str, target_lang: str) -> str:
    """What the model continues with the translation: both languages by name, and the sentence."""
    left, right = text.language_name(text.primary(source_lang)), text.language_name(text.primary(target_lang))
    return f"{left}: {' '.join(value.split())}\n{right}:"


def changes(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """The change of every weight that the adapter changes, by its name in the model, in float32."""
    out = {}
    for name, down in tensors.items():
        if name.endswith(".lora_A.weight"):
            stem = name.removesuffix(".lora_A.weight")
            up = tensors[f"{stem}.lora_B.weight"]
            out[stem.removeprefix(PREFIX) + ".weight"] = up.float() @ down.float()
    return out


def rows(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """The tokens, ascending, that texts in each language may have."""
    return _named(tensors, ROWS)


def reaches(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """How far the inputs of the changed model's products reach (``gemma.Gemma``), none for an adapter of
    before they were measured."""
    return _named(tensors, REACH)


def _named(tensors: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): held for name, held in tensors.items() if name.startswith(prefix)}
