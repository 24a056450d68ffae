"""Settings from a file: ``mtcheck.toml``, or ``[tool.mtcheck]`` in pyproject.toml.

The nearest one counts, from the current folder upwards. A key that is not known is refused with the
nearest one that is and its line, a value of another type with the type that is wanted: a setting
that silently does nothing is worse than none. What the command line says goes over the file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from mtcheck.annotate.budget import parse_duration
from mtcheck.core import EMPTY, Severity, UsageError
from mtcheck.selection import Override

FAIL_ON = ("note", "warning", "error", "never")


@dataclass(frozen=True, slots=True)
class Config:
    """Settings; None or empty where nothing was said. Options of the same name explain each.

    Attributes:
        path: the file, or None if there is none.
        exclude: globs of paths that are passed over; see ``selection.covers``.
        severity: selector to severity.
        overrides: other settings for some paths.
        names, terms, baseline: from the file's folder.
        budget: seconds.
    """

    path: Path | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str | None = None
    lang: str | None = None
    source_lang: str | None = None
    names: Path | None = None
    terms: Path | None = None
    translator: str | None = None
    language_model: str | None = None
    quality_model: str | None = None
    no_models: bool | None = None
    budget: float | None = None
    only_suspicious: bool | None = None
    offline: bool | None = None
    format: str | None = None
    baseline: Path | None = None
    exclude: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=lambda: EMPTY)
    overrides: tuple[Override, ...] = ()

    @property
    def folder(self) -> Path | None:
        """The folder that globs count from; None for the current one."""
        return None if self.path is None else self.path.parent


def find(start: Path) -> Path | None:
    """The nearest file of settings, in ``start`` or a folder above it."""
    for folder in (start.absolute(), *start.absolute().parents):
        if (folder / "mtcheck.toml").is_file():
            return folder / "mtcheck.toml"
        project = folder / "pyproject.toml"
        if project.is_file() and re.search(r"^\s*\[+\s*tool\s*\.\s*mtcheck\b", _text(project), re.M):
            return project
    return None


def read(path: Path) -> Config:
    """The settings of a file.

    Raises:
        UsageError: it cannot be read, is no TOML, or has a key or a value that makes no sense; the
            message names file and line.
    """
    source = _text(path)
    try:
        table: Any = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: is no valid TOML: {error}") from None
    inside = path.name == "pyproject.toml"
    if inside:
        table = table.get("tool", {}).get("mtcheck", {})
    where = _Where(path, source, inside)
    if not isinstance(table, dict):
        raise UsageError(f"{path}: tool.mtcheck has to be a table")
    return Config(path=path, **{key.replace("-", "_"): value for key, value in _values(table, _KEYS, where)})


@dataclass(frozen=True, slots=True)
class _Where:
    """Turns a key into ``file:line`` for messages; TOML readers keep no lines."""

    path: Path
    source: str
    inside: bool

    def __call__(self, key: str) -> str:
        lines = self.source.split("\n")
        first = 0
        if self.inside:
            first = next((n for n, x in enumerate(lines) if re.match(r"\s*\[+\s*tool\s*\.\s*mtcheck", x)), 0)
        quoted = rf"""["']?{re.escape(key)}["']?"""
        stated = re.compile(rf"(?:^|[{{,])\s*{quoted}\s*=|^\s*\[[^=]*\b{quoted}\s*\]")
        for number, line in enumerate(lines[first:], first + 1):
            if stated.search(line):
                return f"{self.path}:{number}"
        return str(self.path)


_Kind = Callable[[Any, str, _Where], Any]


def _values(table: Mapping[str, Any], keys: Mapping[str, _Kind], where: _Where) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if key not in keys:
            near = get_close_matches(key.replace("_", "-").lower(), keys, n=1)
            mend = f"did you mean {near[0]}?" if near else f"known are {', '.join(keys)}"
            raise UsageError(f"{where(key)}: there is no setting {key}; {mend}")
        yield key, keys[key](value, key, where)


def _refuse(key: str, where: _Where, wanted: str) -> UsageError:
    return UsageError(f"{where(key)}: {key} has to be {wanted}")


def _string(value: Any, key: str, where: _Where) -> str:
    if not isinstance(value, str):
        raise _refuse(key, where, "a string")
    return value


def _flag(value: Any, key: str, where: _Where) -> bool:
    if not isinstance(value, bool):
        raise _refuse(key, where, "true or false")
    return value


def _strings(value: Any, key: str, where: _Where) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise _refuse(key, where, "a list of strings")
    return tuple(value)


def _path(value: Any, key: str, where: _Where) -> Path:
    return where.path.parent / _string(value, key, where)


def _level(value: Any, key: str, where: _Where) -> str:
    if value not in FAIL_ON:
        raise _refuse(key, where, f"one of {', '.join(FAIL_ON)}")
    return str(value)


def _duration(value: Any, key: str, where: _Where) -> float:
    try:
        return parse_duration(_string(value, key, where))
    except UsageError:
        raise _refuse(key, where, 'a length of time such as "60s" or "2m"') from None


def _severities(value: Any, key: str, where: _Where) -> Mapping[str, Severity]:
    if not isinstance(value, dict):
        raise _refuse(key, where, 'a table such as {PLH = "error"}')
    for code, level in value.items():
        if level not in FAIL_ON[:3]:
            raise _refuse(code, where, f"one of {', '.join(FAIL_ON[:3])}")
    return {code: Severity[level.upper()] for code, level in value.items()}


def _overrides(value: Any, key: str, where: _Where) -> tuple[Override, ...]:
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        raise _refuse(key, where, "tables, each under [[overrides]]")
    out = []
    for table in value:
        said = dict(_values(table, _OVERRIDE_KEYS, where))
        if not said.get("paths"):
            raise _refuse("paths", where, "given in every override")
        out.append(Override(**said))
    return tuple(out)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not UTF-8") from None


_OVERRIDE_KEYS: Mapping[str, _Kind] = {
    "paths": _strings,
    "select": _strings,
    "ignore": _strings,
    "severity": _severities,
}
_KEYS: Mapping[str, _Kind] = {
    "select": _strings,
    "ignore": _strings,
    "fail-on": _level,
    "lang": _string,
    "source-lang": _string,
    "names": _path,
    "terms": _path,
    "translator": _string,
    "language-model": _string,
    "quality-model": _string,
    "no-models": _flag,
    "budget": _duration,
    "only-suspicious": _flag,
    "offline": _flag,
    "format": _string,
    "baseline": _path,
    "exclude": _strings,
    "severity": _severities,
    "overrides": _overrides,
}
