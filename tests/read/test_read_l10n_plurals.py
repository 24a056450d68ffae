"""Which plural category a gettext form stands for, and which a language has."""

from __future__ import annotations

import pytest

from mtcheck import resources
from mtcheck.read.l10n.plurals import CATEGORIES, gettext_categories, whole

SLAVIC = "n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2"
ARABIC = "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5"


@pytest.mark.parametrize(
    ("lang", "header", "categories"),
    [
        ("ru", f"nplurals=3; plural=({SLAVIC});", ("one", "few", "many")),
        ("sr", f"nplurals=3; plural={SLAVIC};", ("one", "few", "other")),
        ("de", "nplurals=2; plural=(n != 1);", ("one", "other")),
        ("fr", "nplurals=2; plural=(n > 1);", ("one", "other")),
        (
            "fr",
            "nplurals=3; plural=(n > 1) ? n != 0 && n % 1000000 == 0 ? 1 : 2 : 0;",
            ("one", "many", "other"),
        ),
        ("ja", "nplurals=1; plural=0;", ("other",)),
        ("ar", f"nplurals=6; plural={ARABIC};", CATEGORIES),
        ("lv", "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2);", ("one", "other", "zero")),
        (
            "sl",
            "nplurals=4; plural=(n%100==1 ? 1 : n%100==2 ? 2 : n%100==3 || n%100==4 ? 3 : 0);",
            ("other", "one", "two", "few"),
        ),
        ("pt-BR", "nplurals=2; plural=(n > 1);", ("one", "other")),
        ("ru", None, ("one", "few", "many")),
        ("ru", "nplurals=3; plural=__import__('os');", ("one", "few", "many")),
        ("ru", "nplurals=INTEGER; plural=EXPRESSION;", ("one", "few", "many")),
        ("ru", "nplurals=3; plural=1/0;", ("one", "few", "many")),
        ("xx", "nplurals=2; plural=n!=1;", ("one", "other")),
        ("vi", "nplurals=2; plural=(n > 1);", ("one", "other")),
        ("cy", "nplurals=4; plural=(n==1) ? 0 : (n==2) ? 1 : (n != 8 && n != 11) ? 2 : 3;", ("one", "two")),
        ("fr", "nplurals=2; plural=(n > 1);", ("one", "other", "many")),
        (None, None, CATEGORIES),
    ],
)
def test_forms_of_a_header(lang: str | None, header: str | None, categories: tuple[str, ...]) -> None:
    found = gettext_categories(header, lang)
    assert found[: len(categories)] == categories
    assert sorted(found) == sorted(CATEGORIES), "each form has a category of its own"


def test_whole_numbers() -> None:
    assert whole("ru") == ("one", "few", "many")
    assert whole("pt-BR") == ("one", "other")
    assert whole("tlh") == ()


def test_the_table_is_of_one_piece() -> None:
    table = resources.data("plurals")
    names = set(table["cardinal"])
    assert len(names) > 200
    assert names == set(table["whole"]) == set(table["gettext"]) == set(table["samples"])
    for lang, every in table["cardinal"].items():
        assert every == [c for c in CATEGORIES if c in every]
        assert "other" in every
        assert set(table["whole"][lang]) <= set(every)
        assert len(table["whole"][lang]) in table["gettext"][lang]
        assert set(table["samples"][lang]) >= set(table["whole"][lang])
