"""Required terms, counted and missed."""

from __future__ import annotations

import pytest

from mtcheck.core import Document, Origin, TermCount
from mtcheck.names import count_terms, missing_terms


def record(source: str | None, target: str, terms: dict[str, str], lang: str = "de") -> Document:
    return Document("r", target, Origin("-"), source=source, lang=lang, source_lang="en", terms=terms)


CASES = [
    ("Add a storage unit.", "Fügen Sie Speicher hinzu.", {"storage": "Speicher"}, "de", 1, 1),
    ("Add a storage unit.", "Fügen Sie eine Ablage hinzu.", {"storage": "Speicher"}, "de", 1, 0),
    ("Buy two units.", "Zwei Einheiten kaufen.", {"unit": "Einheit"}, "de", 1, 1),
    ("The storage is full.", "Der Datenspeicher ist voll.", {"storage": "Speicher"}, "de", 1, 1),
    ("Nothing here.", "Hier ist nichts.", {"storage": "Speicher"}, "de", 0, 0),
    ("New editing rights.", "С новыми правами редактирования.", {"rights": "права"}, "ru", 1, 1),
    ("Two new buttons.", "Dos botones nuevos.", {"new": "nuevo"}, "es", 1, 1),
]


@pytest.mark.parametrize(("source", "target", "terms", "lang", "matched", "used"), CASES)
def test_counts(source: str, target: str, terms: dict[str, str], lang: str, matched: int, used: int) -> None:
    doc = record(source, target, terms, lang)
    assert count_terms(doc) == TermCount(matched, used)
    assert len(missing_terms(doc)) == matched - used


def test_nothing_to_count() -> None:
    assert count_terms(record("A b.", "C d.", {})) is None
    assert count_terms(record(None, "C d.", {"a": "c"})) is None


def test_the_longest_term_wins_and_parts_of_words_do_not_count() -> None:
    terms = {"unit": "Einheit", "storage unit": "Lager", "it": "das"}
    assert missing_terms(record("The storage unit is united.", "Das Lager ist einig.", terms)) == ()
