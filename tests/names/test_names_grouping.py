"""Bearers, their renderings and their titles, over one text and over many."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtcheck.core import Document, Origin
from mtcheck.names import (
    AgreedForm,
    AgreedForms,
    Bearer,
    Tally,
    conclude,
    conclude_wordings,
    namesake_doubts,
    tally,
    title_changes,
)
from mtcheck.segment import segment


def read(text: str, *, lang: str = "en", name: str = "doc") -> Document:
    return segment(Document(name, text, Origin(name), lang=lang))


def deviations(bearers: tuple[Bearer, ...]) -> list[tuple[str, str, str]]:
    return [(r.text, r.expected, r.relation) for b in bearers for r in b.renderings if r.text != r.expected]


DEVIATIONS = [
    (
        "en",
        "We met Sergei Orlov. Then Sergei Orlov left. Later Sergey Orlov came.",
        [("Sergey Orlov", "Sergei Orlov", "scheme_variant")],
    ),
    (
        "en",
        "We met Ivan Zelensky. Later Zelenskyy came, and Zelensky left.",
        [("Zelenskyy", "Zelensky", "scheme_variant")],
    ),
    (
        "en",
        "We met Kasym-Jomart Serik. Kassym-Jomart Serik and Kasym-Jomart Serik came.",
        [("Kassym-Jomart Serik", "Kasym-Jomart Serik", "scheme_variant")],
    ),
    (
        "en",
        "We met Anna Lindstrom. Then Lindstrom left. Linstrom said so.",
        [("Linstrom", "Lindstrom", "typo")],
    ),
    ("en", "We met Pavel Tokarev. Tokarev left with Tokarevym.", [("Tokarevym", "Tokarev", "inflected")]),
    (
        "en",
        "We met Tokarev. They left with Pavel Tokarevym. So did Tokarev.",
        [("Pavel Tokarevym", "Pavel Tokarev", "inflected")],
    ),
    (
        "en",
        "We met Vera Tokareva. They left with Tokarevoy.",
        [("Tokarevoy", "Tokareva", "inflected")],
    ),
    ("en", "We met Anna Dorkov. So did Dorkv.", [("Dorkv", "Dorkov", "typo")]),
    ("en", "They came from China. In China and in Csina it rains.", [("Csina", "China", "typo")]),
    (
        "en",
        "We met Volodymyr Koval. Volodymyr Koval left. So did Vladimir Koval.",
        [("Vladimir Koval", "Volodymyr Koval", "spelling_variant")],
    ),
    (
        "en",
        "We met Toastmaster Sergei Orlov, and Sergei Orlov left. So did Sergey Orlov.",
        [("Sergey Orlov", "Sergei Orlov", "scheme_variant")],
    ),
    (
        "ru",
        "Мы видели Сергея Голованова. Голованов ушёл. Глованову было плохо.",
        [("Глованову", "Голованову", "typo")],
    ),
    (
        "de",
        "Wir trafen Anna Lindmann. Die Tür ging auf, und Lindmann kam herein. Dann ging Lidmann.",
        [("Lidmann", "Lindmann", "typo")],
    ),
    ("ru", "Мы видели Сергея Орлова. Сергей Орлов ушёл, а с Сергеем Орловым и мы.", []),
    (
        "ru",
        "Мы видели Сергея Голованова. Сергей Голованов ушёл. Сергей Головонов пришёл.",
        [("Сергей Головонов", "Сергей Голованов", "typo")],
    ),
]

SILENT = [
    "President Ivan Orlov met his wife Olga Orlova. Orlov and Orlova left.",
    "We met Maria Berg and Mario Berg. We met Marian Berg too.",
    "Bill Smithson came. William Smithson is his name.",
    "They flew to Austria. Then they flew to Australia, and back to Austria.",
    "Ukraine and Ukrainian, Kurd and Kurds, Chechen and Chechnya, Moscow and Muscovites came.",
    "V. Orlov came with Vera Orlov and Viktor Orlov.",
    "We met Alexander Petrov and Aleksandr Orlov.",
    "The Walkers came. Walker and Walter are two. So Walker, Walter, Walker, Walter, Walker.",
    "Central Asia is large. The Central Asian states are in Central Asia.",
]


@pytest.mark.parametrize(("lang", "text", "expected"), DEVIATIONS)
def test_deviations(lang: str, text: str, expected: list[tuple[str, str, str]]) -> None:
    assert deviations(conclude(tally(read(text, lang=lang)))) == expected


@pytest.mark.parametrize("text", SILENT)
def test_no_false_deviation(text: str) -> None:
    assert deviations(conclude(tally(read(text)))) == []


def test_a_surname_belongs_to_the_one_bearer_of_its_document() -> None:
    bearers = conclude(tally(read("President Ivan Orlov came. Orlov and the others left with Orlov.")))
    assert [(b.proposed, sum(len(r.places) for r in b.renderings)) for b in bearers] == [("Ivan Orlov", 3)]


def test_two_people_of_one_surname_are_not_merged() -> None:
    bearers = conclude(tally(read("Ivan Orlov met Pavel Orlov. They say Orlov won.")))
    assert {b.proposed for b in bearers} == {"Ivan Orlov", "Pavel Orlov", "Orlov"}


def test_the_sum_does_not_depend_on_order_or_split() -> None:
    texts = [f"We met Sergei Orlov in town {i}." for i in range(5)]
    texts += ["Then Sergey Orlov spoke.", "In Kiev nobody came.", "In Kyiv all came, and in Kyiv they stay."]
    tallies = [tally(read(t, name=f"d{i}")) for i, t in enumerate(texts)]
    forward = sum(tallies, Tally())
    choice = random.Random(7)
    for _ in range(5):
        shuffled = list(tallies)
        choice.shuffle(shuffled)
        half = len(shuffled) // 2
        split = sum(shuffled[:half], Tally()) + sum(shuffled[half:], Tally())
        assert split == forward
        assert conclude(split) == conclude(forward)
        assert conclude_wordings(split) == conclude_wordings(forward)
    assert deviations(conclude(forward)) == [("Sergey Orlov", "Sergei Orlov", "scheme_variant")]
    assert [(w.form, w.proposed) for w in conclude_wordings(forward)] == [("Kiev", "Kyiv")]


def test_the_agreed_form_is_proposed() -> None:
    agreed = AgreedForms((AgreedForm("Sergey Orlov"),))
    seen = tally(read("We met Sergei Orlov. Then Sergei Orlov left. Later Sergey Orlov came."))
    (bearer,) = conclude(seen, agreed=agreed)
    assert (bearer.proposed, bearer.chosen) == ("Sergey Orlov", "agreed")


TITLES = [
    (
        "We met Federation Council Chairwoman Vera Orlova. "
        "Speaker of the Federation Council Vera Orlova left.",
        1,
    ),
    ("We met Foreign Minister Ivan Orlov. Then Minister of Foreign Affairs Ivan Orlov left.", 1),
    ("We met Russian President Ivan Orlov. Then President Orlov left. The president, Ivan Orlov, slept.", 0),
    ("We met Foreign Minister Ivan Orlov. Then Russian Foreign Minister Orlov left.", 0),
    ("We met Foreign Minister Ivan Orlov. Then former Minister of Foreign Affairs Ivan Orlov left.", 0),
    ("We met Foreign Minister Ivan Orlov. Then Health Minister Orlov left.", 1),
    ("We met Vice President Ivan Orlov. Then President Orlov and Prime Minister Berg left.", 0),
    ("We met Council Chairwoman Vera Orlova and Council Speaker Anna Berg.", 0),
    ("We met Transport Minister Ivan Orlov. Then Minister of Transport Ivan Orlov left.", 1),
    ("We met Foreign Minister Ivan Orlov. Then Minister of External Relations Orlov left.", 1),
    ("We met General Ivan Orlov. Then Colonel Orlov left.", 1),
    ("We met General Ivan Orlov. Then Lieutenant General Orlov left.", 0),
    ("We met CEO Ivan Orlov. Then general director Ivan Orlov left.", 1),
    ("We met President Ivan Orlov. Then head of state Ivan Orlov left.", 1),
    ("We met acting governor Ivan Orlov. Then Governor Orlov left.", 0),
    ("We met Mayor Ivan Orlov. Then former Governor Orlov left.", 0),
]


@pytest.mark.parametrize(("text", "count"), TITLES)
def test_title_changes(text: str, count: int) -> None:
    changes = [c for b in conclude(tally(read(text))) for c in title_changes(b)]
    assert len(changes) == count


WORDINGS = [
    (
        "en",
        "The Russian-Kazakhstani talks. A Russian-Kazakh border. A Russian-Kazakh war.",
        [("Kazakhstani", "Kazakh", True)],
    ),
    ("en", "Kazakhstani citizens speak the Kazakh language.", []),
    (
        "en",
        "The Belorussian army met the Belarusian people and Belarusian poets.",
        [("Belorussian", "Belarusian", True)],
    ),
    ("en", "In Kyiv and Kiev and Kyiv.", [("Kiev", "Kyiv", True)]),
    ("en", "In Kyiv they watched Dynamo Kiev.", []),
    (
        "ru",
        "Киргизский президент и кыргызская делегация, киргизские власти.",
        [("кыргызск", "киргизск", True)],
    ),
    ("ru", "Казахстанские власти учат казахский язык.", []),
    (
        "de",
        "Die belarussische Regierung und weißrussische Bauern, belarussisch.",
        [("weißrussisch", "belarussisch", True)],
    ),
    (None, "In Kyiv and Kiev.", []),
]


@pytest.mark.parametrize(("lang", "text", "expected"), WORDINGS)
def test_wordings(lang: str | None, text: str, expected: list[tuple[str, str, bool]]) -> None:
    doc = segment(Document("d", text, Origin("d"), lang=lang))
    assert [(w.form, w.proposed, w.certain) for w in conclude_wordings(tally(doc))] == expected


DOUBTS = [
    ("We met Ivan Orlov. Ivan Orlov left. Then Pavel Orlov spoke.", [("Pavel Orlov", "Ivan Orlov")]),
    ("We met Ivan Orlov and Pavel Orlov, and Vera Orlov too.", []),
    ("We met Ivan Orlov twice. Ivan Orlov met Pavel Orlov. Pavel Orlov left.", []),
    ("We met Ivan Orlov. Later Baritone Orlov left.", []),
]


@pytest.mark.parametrize(("text", "expected"), DOUBTS)
def test_a_given_name_that_may_have_been_swapped(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(d.text, d.other) for d in namesake_doubts(conclude(tally(read(text))))] == expected


def test_places_know_their_lines() -> None:
    doc = segment(Document("d", "Nothing.\n\nWe met Anna Berg.", Origin("f"), lang="en"))
    (bearer,) = conclude(tally(doc))
    (place,) = bearer.renderings[0].places
    assert doc.text[place.span.start : place.span.end] == place.text == "Anna Berg"
    assert place.origin.line == next(s.line for s in doc.segments if "Anna" in s.text)


PIECES = [
    "Anna",
    "Berg",
    "anna",
    "BERG's",
    "O’Neil",
    "Dr",
    ".",
    ",",
    "\n",
    "of",
    "the",
    "Kyiv",
    "-x",
    "😀",
    "\x00",
]
PIECES += ["президент", "Орлов", "Орлова", "und", "de", "President", "the country"]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES)) | st.lists(st.text(max_size=8)),
    st.sampled_from(["en", "ru", "uk", "de", "fr", "es"]),
)
def test_any_text_can_be_read(words: list[str], lang: str) -> None:
    doc = segment(Document("d", " ".join(words), Origin("f"), lang=lang))
    for bearer in conclude(tally(doc)):
        for rendering in bearer.renderings:
            assert rendering.places
            for place in rendering.places:
                assert doc.text[place.span.start : place.span.end] == place.text
        assert title_changes(bearer) is not None
