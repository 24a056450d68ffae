"""Names beside those of their source: one bearer however far apart the renderings are."""

from __future__ import annotations

import pytest

from mtcheck.core import Document, Origin
from mtcheck.names import Tally, conclude, tally, title_changes
from mtcheck.names.bilingual import sounds_like
from mtcheck.segment import segment


def read(name: str, source: str, target: str) -> Document:
    doc = Document(name, target, Origin(name), source=source, lang="en", source_lang="ru")
    return segment(doc)


def together(*pairs: tuple[str, str]) -> Tally:
    docs = [read(f"d{i}", source, target) for i, (source, target) in enumerate(pairs)]
    return sum((tally(d) for d in docs), Tally())


def test_far_renderings_of_one_source_name_are_one_bearer() -> None:
    seen = together(
        ("Виктор Цой прибыл в понедельник.", "Viktor Tsoi arrived on Monday."),
        ("Виктор Цой спел.", "Then Viktor Tsoi sang."),
        ("Мы видели Виктора Цоя.", "We saw Viktor Choi in the hall."),
    )
    (bearer,) = conclude(seen)
    assert bearer.proposed == "Viktor Tsoi"
    assert [(r.text, r.expected) for r in bearer.renderings if r.text != r.expected] == [
        ("Viktor Choi", "Viktor Tsoi")
    ]


def test_without_sources_they_are_two() -> None:
    docs = [
        Document(f"d{i}", f"We saw Viktor {n} there.", Origin("-"), lang="en") for i, n in enumerate(NAMES)
    ]
    assert len(conclude(sum((tally(segment(d)) for d in docs), Tally()))) == 2


NAMES = ("Tsoi", "Choi")


def test_two_people_of_the_source_stay_two() -> None:
    seen = together(
        ("Иван Орлов встретил Павла Орлова.", "We saw Ivan Orlov meet Pavel Orlov."),
        ("Павел Орлов ушёл.", "Then Pavel Orlov left."),
    )
    assert {b.proposed for b in conclude(seen)} == {"Ivan Orlov", "Pavel Orlov"}


def test_one_title_of_the_source_in_two_renderings() -> None:
    seen = together(
        ("Это сказал депутат Иван Орлов.", "So said Deputy Ivan Orlov on Monday."),
        ("Потом депутат Иван Орлов ушёл.", "Then Representative Ivan Orlov left."),
        ("Потом депутат Иван Орлов спал.", "Then Lawmaker Ivan Orlov slept."),
    )
    (bearer,) = conclude(seen)
    assert {c.use.text for c in title_changes(bearer)} <= {"Representative", "Lawmaker"}
    assert any(c.use.text == "Lawmaker" for c in title_changes(bearer))


@pytest.mark.parametrize(
    ("source", "target", "alike"),
    [
        ("Орлова", "Orlov", True),
        ("Хрущёв", "Khrushchev", True),
        ("Цой", "Choi", False),
        ("Берг", "Petrov", False),
        ("Путиным", "Putin", True),
    ],
)
def test_sound(source: str, target: str, alike: bool) -> None:
    assert sounds_like(source, target, "ru") is alike
