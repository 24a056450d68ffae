"""Settings from a file: what is read, what is refused, and where the message points."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtcheck import config
from mtcheck.core import Severity, UsageError
from mtcheck.selection import Override

WHOLE = """
select = ["NAM", "translation-notice"]
ignore = ["NAM002"]
fail-on = "error"
lang = "de"
source-lang = "en"
names = "terms/names.csv"
translator = "auto"
language-model = "embedded"
quality-model = "models/metricx"
no-models = true
budget = "2m"
only-suspicious = true
offline = false
format = "sarif"
baseline = "base.json"
exclude = ["vendor/**"]
severity = {NAM = "note", NAM001 = "error"}

[[overrides]]
paths = ["legacy/**"]
ignore = ["NAM"]
severity = {DIS = "warning"}
"""


def write(folder: Path, text: str, *, name: str = "mtcheck.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def in_project(text: str) -> str:
    head = '[project]\nname = "x"\nversion = "1"\n\n[tool.mtcheck]\n'
    return head + text.replace("[[overrides]]", "[[tool.mtcheck.overrides]]")


@pytest.mark.parametrize("name", ["mtcheck.toml", "pyproject.toml"])
def test_every_key_is_read(tmp_path: Path, name: str) -> None:
    text = WHOLE if name == "mtcheck.toml" else in_project(WHOLE)
    path = write(tmp_path, text, name=name)
    assert config.read(path) == config.Config(
        path=path,
        select=("NAM", "translation-notice"),
        ignore=("NAM002",),
        fail_on="error",
        lang="de",
        source_lang="en",
        names=tmp_path / "terms/names.csv",
        translator="auto",
        language_model="embedded",
        quality_model="models/metricx",
        no_models=True,
        budget=120.0,
        only_suspicious=True,
        offline=False,
        format="sarif",
        baseline=tmp_path / "base.json",
        exclude=("vendor/**",),
        severity={"NAM": Severity.NOTE, "NAM001": Severity.ERROR},
        overrides=(Override(("legacy/**",), (), ("NAM",), {"DIS": Severity.WARNING}),),
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('lang = "de"\nselct = ["A"]', 2, "no setting selct; did you mean select?"),
        ('fail_on = "error"', 1, "did you mean fail-on?"),
        ("quiet = true", 1, "no setting quiet; known are select"),
        ("\n\nselect = 'NAM'", 3, "select has to be a list of strings"),
        ("ignore = [1]", 1, "ignore has to be a list of strings"),
        ("no-models = 1", 1, "no-models has to be true or false"),
        ("budget = 60", 1, "budget has to be a length of time such as"),
        ('budget = "soon"', 1, 'budget has to be a length of time such as "60s" or "2m"'),
        ('budgets = "60s"', 1, "no setting budgets; did you mean budget?"),
        ("lang = 3", 1, "lang has to be a string"),
        ('fail-on = "fatal"', 1, "fail-on has to be one of note, warning, error, never"),
        ('severity = {NAM = "off"}', 1, "NAM has to be one of note, warning, error"),
        ('[severity]\nNAM = "note"\nDIS001 = "bad"', 3, "DIS001 has to be one of"),
        ('severity = "note"', 1, "severity has to be a table"),
        ('overrides = "x"', 1, "overrides has to be tables"),
        ('[[overrides]]\nignore = ["NAM"]', None, "paths has to be given in every override"),
        ('[[overrides]]\npaths = ["a"]\nignores = ["NAM"]', 3, "no setting ignores; did you mean ignore?"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int | None, words: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        config.read(path)
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"{path}:{line}: " if line else f"{path}")
    project = write(
        tmp_path, in_project(text.replace("[severity]", "[tool.mtcheck.severity]")), name="pyproject.toml"
    )
    with pytest.raises(UsageError) as caught:
        config.read(project)
    assert str(caught.value).startswith(f"{project}:{line + 5}: " if line else f"{project}")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"select = [", "no valid TOML"), (b"lang = '\xff'", "is not UTF-8"), (None, "cannot be read")],
)
def test_broken_files_are_refused(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "mtcheck.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=words):
        config.read(path)


def test_the_nearest_file_counts(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    outer = write(tmp_path, "[tool.mtcheck]\n", name="pyproject.toml")
    write(tmp_path / "a", '[project]\nname = "x"\n', name="pyproject.toml")
    assert config.find(deep) == outer
    inner = write(tmp_path / "a", "[[tool.mtcheck.overrides]]\npaths=['x']\n", name="pyproject.toml")
    assert config.find(deep) == inner
    own = write(tmp_path / "a", "")
    assert config.find(deep) == own
