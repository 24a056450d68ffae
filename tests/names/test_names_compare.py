"""Two names, and what lies between them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtcheck.names import RELATIONS, compare_names, compare_records
from mtcheck.names.distance import slips

PERSONS = [
    ("Anna Berg", "Anna Berg", "identical"),
    ("ANNA BERG", "Anna Berg", "spelling_variant"),
    ("Dr. Anna Berg", "Anna Berg", "spelling_variant"),
    ("AnnaMaria Berg", "Anna Maria Berg", "spelling_variant"),
    ("Berg, Anna", "Anna Berg", "spelling_variant"),
    ("Berg Anna", "Anna Berg", "reordered"),
    ("Sergei Ivanov", "Sergey Ivanov", "scheme_variant"),
    ("Сергей Иванов", "Sergey Ivanov", "scheme_variant"),
    ("Володимир Зеленський", "Volodymyr Zelenskyy", "scheme_variant"),
    ("Volodymyr Petrenko", "Vladimir Petrenko", "spelling_variant"),
    ("Mohammed Karimi", "Muhammad Karimi", "spelling_variant"),
    ("Pyotr Tokarevym", "Pyotr Tokarev", "inflected"),
    ("A. Berg", "Anna Berg", "shortened"),
    ("Anna Sergeyevna Petrova", "Anna Petrova", "shortened"),
    ("Berg", "Anna Berg", "shortened"),
    ("Bill Smithson", "William Smithson", "nickname"),
    ("Nadezhda Rykova", "Hope Rykova", "translated_as_word"),
    ("Anna Lindstrom", "Anna Linstrom", "typo"),
    ("Anna Berg", "Anna Wolf", "different"),
    ("Anna B. Berg", "Anna C. Berg", "different"),
    ("Anna Berg", "Olga Berg", "different"),
    ("Anna", "Anna Berg", "different"),
    ("Omar bin Hassan Naji", "Hassan bin Omar Naji", "different"),
    ("Pavel Ivanovich Orlov", "Pavel Petrovich Orlov", "different"),
    ("N. N.", "Nina Norberg", "different"),
    ("", "Anna Berg", "different"),
]

COMPANIES = [
    ("Norvald AG", "Norvald Aktiengesellschaft", True),
    ("ООО «Ромашка»", "Ромашка", True),
    ("Norvald Ltd.", "Norvald Limited", True),
    ("N.O.R. Company", "NOR Co.", True),
    ("Brigade Twenty-Two", "Brigade 22", True),
    ("The Norvald Foundation", "Norvald Foundation", True),
    ("Norvald and Sons", "Norvald & Sons", True),
    ("Kombinat Intl", "Kombinat International", True),
    ("Norvald Shipping AG", "Norvold Shipping AG", True),
    ("Norvald AG", "Norvald GmbH", False),
    ("Norvald Gas Company", "Norvald Oil Company", False),
    ("Norvald Fund III", "Norvald Fund IV", False),
    ("Norvald Spain S.A.", "Norvald Chile S.A.", False),
]


@pytest.mark.parametrize(("a", "b", "relation"), PERSONS)
def test_persons(a: str, b: str, relation: str) -> None:
    match = compare_names(a, b)
    assert match.relation == relation
    assert match.same == (relation != "different")
    assert (match.score >= 0.7) == match.same
    assert match.why


def test_every_relation_is_in_the_table() -> None:
    assert {relation for _, _, relation in PERSONS} == set(RELATIONS)


@pytest.mark.parametrize(("a", "b", "same"), COMPANIES)
def test_companies(a: str, b: str, same: bool) -> None:
    assert compare_names(a, b, kind="company").same is same


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30), st.sampled_from(["person", "company", "organization"]))
def test_symmetric_reflexive_and_never_broken(a: str, b: str, kind: str) -> None:
    assert compare_names(a, b, kind=kind) == compare_names(b, a, kind=kind)
    assert compare_names(a, a, kind=kind).same
    match = compare_names(a, b, kind=kind)
    assert match.relation in RELATIONS
    assert 0 <= match.score <= 1


@pytest.mark.parametrize(
    ("a", "b", "bound", "count"),
    [
        ("berg", "berg", 2, 0),
        ("berg", "breg", 2, 1),
        ("berg", "bergs", 2, 1),
        ("berg", "wolf", 2, 3),
        ("", "ab", 2, 2),
    ],
)
def test_slips(a: str, b: str, bound: int, count: int) -> None:
    assert slips(a, b, bound) == slips(b, a, bound) == count


def test_records_go_on_after_a_bad_line() -> None:
    lines = ['{"id": 1, "a": "Anna Berg", "b": "Berg Anna"}', "{", "", "[]", '{"id": 2, "a": 3, "b": "x"}']
    answers = list(compare_records(lines))
    assert answers[0]["id"] == 1
    assert answers[0]["relation"] == "reordered"
    assert [a["id"] for a in answers] == [1, None, None, 2]
    assert all("error" in a for a in answers[1:])
    assert json.dumps(answers)
