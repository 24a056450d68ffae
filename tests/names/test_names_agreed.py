"""Files of agreed forms: what they say, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtcheck.core import InputError, Span, UsageError
from mtcheck.names import AgreedForm, AgreedForms, read_names_file

EXPECTED = AgreedForms(
    (
        AgreedForm("Kyiv", ("Kyïv",), ("Kiev", "Kiew"), "place", "en"),
        AgreedForm("Anna Berg", (), ("Ana Berg",), "person", ""),
    )
)


def test_csv_and_toml_say_the_same(tmp_path: Path) -> None:
    table = tmp_path / "names.csv"
    table.write_text(
        "preferred,allowed,forbidden,kind,lang\nKyiv,Kyïv,Kiev;Kiew,place,en\nAnna Berg,,Ana Berg,person,\n",
        "utf-8",
    )
    tree = tmp_path / "names.toml"
    tree.write_text(
        '[[name]]\npreferred = "Kyiv"\nallowed = ["Kyïv"]\nforbidden = ["Kiev", "Kiew"]\n'
        'kind = "place"\nlang = "en"\n'
        '[[name]]\npreferred = "Anna Berg"\nforbidden = ["Ana Berg"]\nkind = "person"\n',
        "utf-8",
    )
    assert read_names_file(table) == read_names_file(tree) == EXPECTED


def test_the_two_fixtures_say_the_same() -> None:
    folder = Path(__file__).resolve().parents[2] / "fixtures" / "names"
    assert read_names_file(folder / "agreed.csv") == read_names_file(folder / "agreed.toml")


BROKEN = [
    ("a.csv", "name,forbidden\nKyiv,Kiev\n", "line 1"),
    ("a.csv", "preferred,kind\nKyiv,town\n", "line 2"),
    ("a.csv", "preferred,forbidden\n,Kiev\n", "line 2"),
    ("a.csv", "preferred,forbidden\nKyiv,kyiv\n", "both allowed and forbidden"),
    ("a.csv", "preferred,forbidden\nKyiv,Kiev\nKiev,\n", "forbidden in another"),
    ("a.toml", "[[name]\n", "no TOML"),
    ("a.toml", 'x = "y"\n', r"\[\[name\]\]"),
    ("a.toml", '[[name]]\npreferred = "K"\nfrobidden = ["L"]\n', "entry 1"),
]


@pytest.mark.parametrize(("name", "content", "problem"), BROKEN)
def test_a_broken_file_is_one_clear_error(tmp_path: Path, name: str, content: str, problem: str) -> None:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    with pytest.raises(InputError, match=problem) as caught:
        read_names_file(path)
    assert name in str(caught.value)


def test_missing_file_and_unknown_suffix(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_names_file(tmp_path / "none.csv")
    with pytest.raises(UsageError, match="docx"):
        read_names_file(tmp_path / "names.docx")


@pytest.mark.parametrize(
    ("text", "lang", "found"),
    [
        ("Talks in Kiev and KIEV.", "en", ["Kiev", "KIEV"]),
        ("Talks in Kievan lands.", "en", []),
        ("Gespräche in Kiew.", "de", []),
        ("Ana Berg kam.", "de", ["Ana Berg"]),
    ],
)
def test_violations(text: str, lang: str, found: list[str]) -> None:
    spans = EXPECTED.violations(text, lang=lang, spans=[Span(0, len(text))])
    assert [text[s.start : s.end] for s, _ in spans] == found


def test_a_forbidden_form_inside_a_preferred_one_is_let_pass() -> None:
    forms = AgreedForms((AgreedForm("Kyiv", forbidden=("Kiev",)), AgreedForm("Dynamo Kiev")))
    text = "Dynamo Kiev plays in Kiev."
    assert [s for s, _ in forms.violations(text, lang="en", spans=[Span(0, len(text))])] == [Span(21, 25)]
