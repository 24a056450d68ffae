"""The command line in CI: which report, which settings, which revision, and the recipes."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from mtcheck import checks
from mtcheck.cli import app

ROOT = Path(__file__).resolve().parents[1]
NOTICE = "The harvest was good this year, the minister said on Monday.\n\nTranslated by Google\n"
Run = Callable[..., "tuple[int, str]"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(NOTICE, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("environment", "arguments", "start"),
    [
        ({"GITHUB_ACTIONS": "true"}, (), "::error file=a.txt,line=3"),
        ({"GITHUB_ACTIONS": "true"}, ("-f", "junit"), "<?xml"),
        ({"GITHUB_ACTIONS": "false"}, (), "\n MACHINE-TRANSLATED"),
        ({}, (), "\n MACHINE-TRANSLATED"),
        ({}, ("-f", "github"), "::error file=a.txt,line=3"),
    ],
)
def test_annotations_are_the_default_on_github(
    folder: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    arguments: tuple[str, ...],
    start: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    status, out = run("check", "a.txt", "--no-models", *arguments)
    assert status == 1
    assert out.startswith(start)


def test_a_report_in_a_file_is_no_annotation(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    run("check", "a.txt", "--no-models", "-o", "report.txt")
    assert "MACHINE-TRANSLATED" in Path("report.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("settings", "arguments", "status", "codes"),
    [
        ("", (), 1, ["DIS001"]),
        ('fail-on = "never"', (), 0, ["DIS001"]),
        ('fail-on = "never"', ("--fail-on", "error"), 1, ["DIS001"]),
        ('select = ["NAM"]', (), 0, []),
        ('select = ["NAM"]', ("--select", "DIS, translation-notice"), 1, ["DIS001"]),
        ('ignore = ["translation-notice"]', (), 0, []),
        ('ignore = ["DIS"]', ("--ignore", "NAM"), 1, ["DIS001"]),
        ('severity = {DIS = "note"}', (), 0, ["DIS001"]),
        ('severity = {DIS = "note"}', ("--fail-on", "note"), 1, ["DIS001"]),
        ('[[overrides]]\npaths = ["*.txt"]\nignore = ["DIS"]', (), 0, []),
        ('[[overrides]]\npaths = ["*.md"]\nignore = ["DIS"]', (), 1, ["DIS001"]),
        ('exclude = ["*.txt"]', (), 0, []),
    ],
)
def test_settings_and_what_the_command_line_says_over_them(
    folder: Path, run: Run, settings: str, arguments: tuple[str, ...], status: int, codes: list[str]
) -> None:
    (folder / "mtcheck.toml").write_text(f"{settings}\n", encoding="utf-8")
    (folder / "deep").mkdir()
    found, out = run("check", "a.txt", "--no-models", "-f", "json", *arguments)
    report = json.loads(out)
    assert (found, [f["code"] for d in report["documents"] for f in d["findings"]]) == (status, codes)
    other = ("--config", str(folder / "mtcheck.toml"))
    (folder / "mtcheck.toml").rename(folder / "deep" / "ci.toml")
    other = ("--config", "deep/ci.toml")
    if "paths" not in settings and "exclude" not in settings:
        assert run("check", "a.txt", "--no-models", *arguments, *other)[0] == status


def test_a_broken_file_that_is_excluded_is_no_failure(folder: Path, run: Run) -> None:
    (folder / "broken.txt").write_bytes(b"\x7fELF\0\0")
    assert run("check", ".", "--no-models", "--fail-on", "never")[0] == 2
    (folder / "mtcheck.toml").write_text('exclude = ["broken.*"]\n', encoding="utf-8")
    status, out = run("check", ".", "--no-models", "--fail-on", "never", "-f", "json")
    assert (status, json.loads(out)["failures"]) == (0, [])


def test_settings_hold_for_models_format_and_language(folder: Path, run: Run) -> None:
    text = '[tool.mtcheck]\nno-models = true\nformat = "jsonl"\nlang = "en"\nsource-lang = "ru"\n'
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    _, out = run("check", "a.txt")
    record = json.loads(out)
    assert (record["lang"], record["source_lang"], record["source_lang_from"]) == ("en", "ru", "user")
    assert record["scores"]["fluency"] is None
    assert "language_model" not in record["signature"]
    assert json.loads(run("check", "a.txt", "--source-lang", "kk")[1])["source_lang"] == "kk"


@pytest.mark.parametrize(
    ("settings", "arguments", "words"),
    [
        ('selct = ["A"]', (), "mtcheck.toml:1: there is no setting selct; did you mean select?"),
        ('select = ["NAM01"]', (), "select: there is no rule NAM01; did you mean NAM001?"),
        ('[severity]\nXYZ = "note"', (), "severity: there is no rule XYZ"),
        ('[[overrides]]\npaths = ["a"]\nignore = ["XYZ"]', (), "overrides: there is no rule XYZ"),
        ('format = "pdf"', (), "choose one of"),
        ('lang = "english"', (), "BCP 47"),
        ("", ("--select", "NAM,FOO"), "--select: there is no rule FOO"),
        ("", ("--baseline", "none.json"), "none.json: there is no such baseline"),
        ("", ("--config", "none.toml"), "none.toml: cannot be read"),
        ("", ("--changed-since", "main"), "is in no git work tree"),
    ],
)
def test_what_makes_no_sense_stops_the_run(
    folder: Path, run: Run, settings: str, arguments: tuple[str, ...], words: str
) -> None:
    (folder / "mtcheck.toml").write_text(settings, encoding="utf-8")
    status, out = run("check", "a.txt", "--no-models", *arguments)
    assert status == 2
    assert words in out
    assert "MACHINE-TRANSLATED" not in out


def test_what_is_suppressed_is_said_at_the_end(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "b.md").write_text(f"<!-- mtcheck-ignore: DIS a sample -->\n\n{NOTICE}", encoding="utf-8")
    run("baseline", "write", "a.txt", "--no-models", "--baseline", "b.json")
    arguments = ("check", "a.txt", "b.md", "--no-models", "--baseline", "b.json")
    status, out = run(*arguments)
    assert status == 0
    assert out.rstrip().endswith("\n1 finding suppressed, 1 in the baseline")
    sarif = json.loads(run(*arguments, "-f", "sarif")[1])
    said = [r["suppressions"] for r in sarif["runs"][0]["results"]]
    assert said == [[{"kind": "inSource", "justification": "a sample"}]]
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    sarif = json.loads(run(*arguments, "-f", "sarif")[1])
    assert sarif["runs"][0]["results"] == []


PO = 'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'


def messages(**texts: str) -> str:
    return PO + "".join(f'\n#. mtcheck-ignore: PUN001\nmsgid "{k}"\nmsgstr "{v}"\n' for k, v in texts.items())


@pytest.fixture
def repository(folder: Path) -> Callable[..., None]:
    """A git work tree with one commit, and a way to talk to git."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed: --changed-since is not checked here")

    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)

    (folder / "locales").mkdir()
    (folder / "locales" / "de.po").write_text(messages(Open="Öffnen", Close="Schließen"), encoding="utf-8")
    (folder / "locales" / "ü fr.po").write_text(messages(Open="Ouvrir"), encoding="utf-8")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "x")
    return git


def changed(run: Run, *arguments: str) -> list[tuple[str, str | None, int]]:
    _, out = run(
        "check", "--no-models", "-f", "json", "--select", "SUP,DIS", "--changed-since", "HEAD", *arguments
    )
    report = json.loads(out)
    found = [f["place"] for d in report["documents"] for f in d["findings"]]
    return [(p["uri"], p["unit"], p["line"]) for p in found]


def test_only_messages_that_differ_from_a_revision(
    folder: Path, run: Run, repository: Callable[..., None]
) -> None:
    assert changed(run, ".") == []
    lead = messages(New="Neu", Open="Öffnen", Close="Zumachen")
    (folder / "locales" / "de.po").write_text(lead, encoding="utf-8")
    assert [(uri, unit) for uri, unit, _ in changed(run, ".")] == [
        ("locales/de.po", "New"),
        ("locales/de.po", "Close"),
    ]
    (folder / "locales" / "ü fr.po").write_text("# moved\n\n" + messages(Open="Ouvrir"), encoding="utf-8")
    assert len(changed(run, ".")) == 2
    (folder / "locales" / "it.po").write_text(messages(Open="Apri"), encoding="utf-8")
    assert ("locales/it.po", "Open") in [(uri, unit) for uri, unit, _ in changed(run, ".")]
    (folder / "a.txt").write_text("A new line.\n\n" + NOTICE, encoding="utf-8")
    assert ("a.txt", None, 5) in changed(run, ".")
    repository("add", "-A")
    repository("commit", "-qm", "y")
    assert changed(run, ".") == []


def test_what_is_outside_the_work_tree_always_differs(
    folder: Path, run: Run, repository: Callable[..., None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "b.txt"
    outside.write_text(NOTICE, encoding="utf-8")
    assert changed(run, "a.txt", str(outside)) == [(str(outside), None, 3)]


@pytest.mark.parametrize("ref", ["no-such-branch", "--output=x", "HEAD~9", ""])
def test_a_revision_that_git_does_not_know(run: Run, repository: Callable[..., None], ref: str) -> None:
    status, out = run("check", "a.txt", "--no-models", f"--changed-since={ref}")
    assert status == 2
    assert "git knows no such revision" in out
    assert not Path("x").exists()


def test_a_source_that_changed_brings_its_message_back(
    folder: Path, run: Run, repository: Callable[..., None]
) -> None:
    from mtcheck.cli.changed import revision
    from mtcheck.core import Catalogue
    from mtcheck.read import read_inputs
    from mtcheck.selection import UNCHANGED

    target, source = folder / "locales" / "de.json", folder / "locales" / "en.json"
    target.write_text(json.dumps({"open": "Öffnen", "close": "Schließen"}), encoding="utf-8")
    source.write_text(json.dumps({"open": "Open", "close": "Close"}), encoding="utf-8")
    repository("add", "-A")
    repository("commit", "-qm", "json")
    source.write_text(json.dumps({"open": "Open it", "close": "Close"}), encoding="utf-8")
    items = list(revision("HEAD").changed(read_inputs(["locales/de.json"]), format=None))
    (found,) = [i for i in items if isinstance(i, Catalogue)]
    assert {u.key: UNCHANGED in u.flags for u in found.units} == {"open": False, "close": True}


def test_importing_the_command_line_loads_no_database_and_no_schema() -> None:
    code = (
        "import sys, mtcheck.cli; print([m for m in ('sqlite3', 'jsonschema', 'rich') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


RECIPES = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
COMMANDS = [
    line.strip().removeprefix("- ") for line in RECIPES.splitlines() if re.match(r"\s*(- )?mtcheck ", line)
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_recipes_parses(command: str) -> None:
    parse(shlex.split(command)[1:])


def parse(arguments: list[str]) -> None:
    """Parse a command line as typer does, without running it; raises what typer would say."""
    command: Any = typer.main.get_command(app)
    context = command.make_context("mtcheck", list(arguments))
    while hasattr(command, "commands"):
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        context = command.make_context(name, list(rest), parent=context)


def test_the_parser_of_the_recipes_can_fail() -> None:
    assert len(COMMANDS) >= 8
    with pytest.raises(Exception, match="No such option"):
        parse(["check", "x", "--no-such-option"])


def test_settings_of_the_recipes_are_read(tmp_path: Path) -> None:
    from mtcheck import config

    (block,) = re.findall(r"```toml\n(.*?)```", RECIPES, re.S)
    (tmp_path / "pyproject.toml").write_text(block, encoding="utf-8")
    said = config.read(tmp_path / "pyproject.toml")
    known = {rule.code for rule in checks.rules()} | {rule.code[:3] for rule in checks.rules()}
    assert {*said.ignore, *said.severity, *said.overrides[0].ignore} <= known


def test_the_hook_takes_localisation_files() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed: the hook is not read here")
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert (hook["id"], hook["language"]) == ("mtcheck", "python")
    parse([*shlex.split(hook["entry"])[1:], "locales/de.po"])
    takes = re.compile(hook["files"])
    yes = [
        "po/de.po",
        "locales/en/app.json",
        "app/res/values-ru/strings.xml",
        "de.lproj/Localizable.strings",
        "i18n/x.yml",
    ]
    no = ["package.json", "src/main.py", "README.md", "app/res/values/colors.xml", "a.po.bak"]
    assert all(takes.search(name) for name in yes)
    assert not any(takes.search(name) for name in no)


def test_the_action_runs_the_command_line_that_there_is() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed: the action is not read here")
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert set(action["inputs"]) == {"paths", "args", "version", "format", "output"}
    assert action["runs"]["using"] == "composite"
    for step in action["runs"]["steps"]:
        assert "${{" not in step["run"], "inputs must come through the environment"
        stated = set(re.findall(r"\$\{?(MTCHECK_\w+)", step["run"]))
        assert stated == set(step["env"])
    asked = [
        *action["inputs"]["args"]["default"].splitlines(),
        "--output",
        "x",
        "--format",
        "sarif",
        "--",
        ".",
    ]
    parse(["check", *asked])


def test_the_action_runs(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed: the action is not read here")
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed: the action's script is not run here")
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    temp = tmp_path_factory.mktemp("runner")
    (temp / "mtcheck" / "bin").mkdir(parents=True)
    program = (
        f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "from mtcheck.cli import main; main()" "$@"\n'
    )
    (temp / "mtcheck" / "bin" / "mtcheck").write_text(program, encoding="utf-8")
    (temp / "mtcheck" / "bin" / "mtcheck").chmod(0o755)
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "RUNNER_TEMP": str(temp),
        "GITHUB_OUTPUT": str(temp / "out"),
        "GITHUB_ACTIONS": "true",
        "MTCHECK_PATHS": "a.txt\n",
        "MTCHECK_ARGS": "--no-models\n--select\nDIS",
        "MTCHECK_FORMAT": "sarif",
        "MTCHECK_OUTPUT": "my report.sarif",
    }
    script = action["runs"]["steps"][1]["run"]
    found = subprocess.run(
        ["bash", "-e", "-c", script], cwd=folder, env=environment, check=False, capture_output=True
    )
    assert found.returncode == 1, found.stderr
    log = json.loads((folder / "my report.sarif").read_text(encoding="utf-8"))
    assert [r["ruleId"] for r in log["runs"][0]["results"]] == ["DIS001"]
    assert (temp / "out").read_text(encoding="utf-8") == "sarif=my report.sarif\n"
