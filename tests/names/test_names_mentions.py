"""Names in running text, with their titles and places."""

from __future__ import annotations

import pytest

from mtcheck.core import Span
from mtcheck.names import find_mentions

CASES = [
    ("en", "Yesterday Anna Berg met Olga.", [("Anna Berg", "person", None), ("Olga", "unknown", None)]),
    (
        "en",
        "It was Swedish Prime Minister Anna Berg's idea.",
        [("Anna Berg", "person", "Swedish Prime Minister")],
    ),
    (
        "en",
        "Later, Russian Federation Council Chairwoman Vera Orlova spoke.",
        [
            ("Russian Federation Council", "organization", None),
            ("Vera Orlova", "person", "Russian Federation Council Chairwoman"),
        ],
    ),
    (
        "en",
        "We met Speaker of the Federation Council Vera Orlova there.",
        [
            ("Federation Council", "organization", None),
            ("Vera Orlova", "person", "Speaker of the Federation Council"),
        ],
    ),
    (
        "en",
        "This was said by the President of the country Anna Berg.",
        [("Anna Berg", "person", "President of the country")],
    ),
    ("en", "He quoted former chancellor Olaf Wirt.", [("Olaf Wirt", "person", "former chancellor")]),
    (
        "en",
        "They saw V. V. Orlov and Jean-Paul de la Tour.",
        [("V. V. Orlov", "person", None), ("Jean-Paul de la Tour", "person", None)],
    ),
    (
        "en",
        "Vera Orlova, Speaker of the Council, left.",
        [("Vera Orlova", "person", "Speaker of the Council")],
    ),
    ("en", "However, prices rose. Speaking later, nobody smiled.", []),
    ("en", "The Russian economy and the Swedish army grew.", []),
    ("en", "He read Ana Tili newspaper.", [("Ana Tili", "organization", None)]),
    (
        "ru",
        "Вчера премьер-министр Михаил Орлов посетил Омск.",
        [("Михаил Орлов", "person", "премьер-министр"), ("Омск", "unknown", None)],
    ),
    ("uk", "Учора президент Олена Коваль поїхала.", [("Олена Коваль", "person", "президент")]),
    (
        "de",
        "Gestern sprach Bundeskanzler Olaf Wirt über die Wirtschaft.",
        [("Olaf Wirt", "person", "Bundeskanzler")],
    ),
    ("de", "Die Wirtschaft wächst und der Handel steigt.", []),
    ("fr", "Hier, le président Pierre Martin a parlé.", [("Pierre Martin", "person", "président")]),
    ("es", "Ayer el presidente Pedro Ruiz habló.", [("Pedro Ruiz", "person", "presidente")]),
]


@pytest.mark.parametrize(("lang", "text", "expected"), CASES)
def test_mentions(lang: str, text: str, expected: list[tuple[str, str, str | None]]) -> None:
    found = find_mentions(text, lang=lang)
    assert [(m.text, m.kind, m.title) for m in found] == expected
    for mention in found:
        assert text[mention.span.start : mention.span.end] == mention.text
        if mention.title_span:
            assert text[mention.title_span.start : mention.title_span.end] == mention.title


def test_only_the_given_spans_are_read() -> None:
    text = "We met Anna Berg. We met Olga Wirt."
    assert [m.text for m in find_mentions(text, lang="en", spans=[Span(0, 17)])] == ["Anna Berg"]


def test_headline_names_are_those_of_the_text() -> None:
    text = "ANNA BERG LEAVES THE SWEDISH GOVERNMENT\nMinister Anna Berg leaves."
    assert [m.text for m in find_mentions(text, lang="en")] == ["ANNA BERG", "Anna Berg"]


@pytest.mark.parametrize("lang", [None, "xx", "ja"])
def test_silent_without_a_supported_language(lang: str | None) -> None:
    assert find_mentions("Yesterday Anna Berg came.", lang=lang) == ()
