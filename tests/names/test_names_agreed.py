"""Files of agreed forms: what they say, and what is wrong with them."""

from __future__ import annotations

import re
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


def found(form: AgreedForm, text: str, *, lang: str, path: str = "a.txt") -> list[str]:
    spans = AgreedForms((form,)).violations(text, lang=lang, spans=[Span(0, len(text))], path=path)
    return [text[s.start : s.end] for s, _ in spans]


MATCHING = [
    (AgreedForm("Беларусь", forbidden=("Белоруссия",)), "В Белоруссии и Белоруссию.", "ru", 2),
    (AgreedForm("Беларусь", forbidden=("Белоруссия",), match="exact"), "В Белоруссии и Белоруссия.", "ru", 1),
    (AgreedForm("Speicher", forbidden=("Ablage",)), "Zwei Ablagen, eine Ablage, ein Ablagefach.", "de", 2),
    (AgreedForm("internet", forbidden=("Internet",), case=True), "The Internet and the internet.", "en", 1),
    (AgreedForm("pod", forbidden=("capsule",), path="news/*.txt"), "A capsule.", "en", 0),
    (AgreedForm("pod", forbidden=("capsule",), path="*.txt"), "Two capsules.", "en", 1),
    (AgreedForm("dot net", forbidden=(".NET",)), "We use .NET here.", "en", 1),
    (AgreedForm("льва", forbidden=("лев",), match="lemma"), "Лев.", "ru", 1),
]


@pytest.mark.parametrize(("form", "text", "lang", "count"), MATCHING)
def test_matching(form: AgreedForm, text: str, lang: str, count: int) -> None:
    assert len(found(form, text, lang=lang)) == count


def test_the_longest_source_term_is_asked_for() -> None:
    forms = AgreedForms(
        (
            AgreedForm("Speicher", sources=(("en", "memory"),), lang="de"),
            AgreedForm("Speicherkarte", sources=(("en", "memory card"),), lang="de"),
            AgreedForm("Other", sources=(("fr", "memory"),), lang="de"),
        )
    )
    asked = forms.required("Two memory cards.", source_lang="en", lang="de")
    assert [(r.form.preferred, r.source_term) for r in asked] == [("Speicherkarte", "memory cards")]
    assert forms.stands_in(asked[0].form, "Zwei Speicherkarten.", lang="de")
    assert not forms.stands_in(asked[0].form, "Zwei Karten.", lang="de")


def test_terms_and_names_stand_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(
        '[[name]]\npreferred = "Kyiv"\n[[term]]\npreferred = "pod"\nsource_term = ["capsule"]\n'
        'source_lang = "en"\nmatch = "exact"\ncase = true\npath = "x/*"\n',
        "utf-8",
    )
    term = AgreedForm("pod", sources=(("en", "capsule"),), match="exact", case=True, path="x/*")
    assert read_names_file(path).forms == (AgreedForm("Kyiv"), term)


def test_a_thousand_entries_stay_quick() -> None:
    forms = AgreedForms(tuple(AgreedForm(f"word{i}", forbidden=(f"bad{i}",)) for i in range(1000)))
    text = "Some quiet words stand here, bad7 among them. " * 50
    spans = list(forms.violations(text, lang="en", spans=[Span(0, len(text))]))
    assert {f.preferred for _, f in spans} == {"word7"}
    assert len(spans) == 50


def test_a_dictionary_gives_all_forms_of_a_russian_word() -> None:
    pytest.importorskip("pymorphy3", reason="the lemma extra is not installed: stems are tested instead")
    from mtcheck.names.lemmas import word_pattern

    pattern = word_pattern("хранилище", "ru", lemma=True)
    for form in ("хранилище", "хранилища", "хранилищем", "хранилищ"):
        assert re.fullmatch(pattern, form)
    assert not re.fullmatch(pattern, "хранитель")
