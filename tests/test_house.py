"""The house rules that a machine can hold."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import mtcheck
from mtcheck import checks
from mtcheck.checks.base import HEADINGS

ROOT = Path(__file__).resolve().parents[1]
HEAVY = (
    "torch",
    "transformers",
    "lxml",
    "sacrebleu",
    "langdetect",
    "trafilatura",
    "feedparser",
    "sentencex",
    "rich",
    "numpy",
)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "format", "--check", "."),
        ("ruff", "check", "."),
        ("mypy",),
        ("importlinter.cli",),
    ],
    ids=lambda c: " ".join(c),
)
def test_tools_are_content(command: tuple[str, ...]) -> None:
    if command[0] == "importlinter.cli":
        found = run(sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()")
    else:
        found = run(sys.executable, "-m", *command)
    assert found.returncode == 0, found.stdout[-4000:] + found.stderr[-2000:]


@pytest.mark.parametrize("module", ["mtcheck", "mtcheck.cli"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
    assert run(sys.executable, "-c", code).stdout.strip() == "[]"


def test_a_run_without_models_loads_no_torch(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The minister said so on Monday.\n", encoding="utf-8")
    code = (
        "import sys; from mtcheck import check; "
        f"check({str(tmp_path / 'a.txt')!r}); "
        "print([m for m in ('torch', 'transformers', 'lxml', 'sacrebleu') if m in sys.modules])"
    )
    assert run(sys.executable, "-c", code).stdout.strip() == "[]"


def test_public_names_are_sorted_and_there() -> None:
    assert list(mtcheck.__all__) == sorted(mtcheck.__all__)
    assert all(hasattr(mtcheck, name) for name in mtcheck.__all__)


@pytest.mark.parametrize("check", checks.classes(), ids=lambda c: c.code)
def test_every_rule_is_documented_and_has_fixtures(check: type[checks.Check]) -> None:
    rule = check.rule()
    assert rule.code[:3].isalpha()
    assert rule.code[3:].isdigit()
    assert rule.name == rule.name.lower().replace("_", "-")
    assert rule.summary.endswith(".")
    for heading in HEADINGS:
        assert f"\n{heading}\n" in f"\n{rule.explanation}\n", heading
    for kind in ("fires", "silent"):
        assert any((ROOT / "fixtures" / "rules" / rule.code / kind).iterdir()), kind


def test_codes_and_names_are_unique() -> None:
    rules = checks.rules()
    assert len({r.code for r in rules}) == len({r.name for r in rules}) == len(rules)


def test_no_tracked_line_names_this_machine_or_its_workplace() -> None:
    words = ["/wo" + "rk/", "." + "library", "/ro" + "ot/"]
    tracked = run("git", "ls-files", "-z").stdout.split("\0")
    for name in filter(None, tracked):
        path = ROOT / name
        if path.suffix in {".toml", ".py", ".md", ".json", ".txt"} and path.is_file():
            content = path.read_text(encoding="utf-8", errors="replace")
            assert not [w for w in words if w in content], name


def test_every_table_line_has_a_source() -> None:
    for path in sorted((ROOT / "mtcheck" / "data").glob("*.toml")):
        content = path.read_text(encoding="utf-8")
        assert "ource" in content or "CLDR" in content or "from the run" in content or "chose" in content, (
            path.name
        )
        tomllib.loads(content)


def test_public_functions_are_documented() -> None:
    for path in sorted((ROOT / "mtcheck").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if path.stat().st_size:
            assert ast.get_docstring(tree), f"{path}: module"
        classes = [n for n in tree.body if isinstance(n, ast.ClassDef)]
        for node in [*tree.body, *(n for c in classes for n in c.body)]:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                inherited = isinstance(node, ast.FunctionDef) and node in [n for c in classes for n in c.body]
                assert ast.get_docstring(node) or inherited, f"{path}:{node.lineno}: {node.name}"
