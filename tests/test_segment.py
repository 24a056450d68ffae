"""Blocks to sentences, notices cut out, residue found, sources paired."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtcheck.core import Block, Document, Notice, Origin, Span
from mtcheck.segment import LONGEST_SENTENCE, other_language, segment


def doc(text: str, **fields: object) -> Document:
    return segment(Document("d", text, Origin("d", line=1), **fields))  # type: ignore[arg-type]


def test_abbreviations_do_not_end_sentences() -> None:
    found = doc('Mr. Smith came at 5 p.m. on Jan. 3. "It was good," he said.', lang="en")
    assert [s.text for s in found.segments] == [
        "Mr. Smith came at 5 p.m. on Jan. 3.",
        '"It was good," he said.',
    ]


@given(st.text(max_size=300), st.sampled_from(["en", "ru", "zh", None]))
@settings(max_examples=150, deadline=None)
def test_nothing_is_lost_or_counted_twice(value: str, lang: str | None) -> None:
    found = doc(value, lang=lang)
    at = 0
    for part in found.segments:
        assert part.span.start >= at
        assert found.text[part.span.start : part.span.end] == part.text
        assert not found.text[at : part.span.start].strip("\u200b\ufeff \t\n").strip()
        at = part.span.end
    assert not value[at:].strip("\u200b\ufeff").strip()


def test_a_notice_inside_a_paragraph_is_cut_out() -> None:
    text = "It rained all day. Translated by Google. The match was moved."
    start = text.index("Translated")
    notice = Notice("google", "en", None, Span(start, start + 21), text[start : start + 21], "x")
    found = doc(text, lang="en", notices=(notice,))
    assert [(s.text, s.scored) for s in found.segments] == [
        ("It rained all day.", True),
        ("Translated by Google.", False),
        ("The match was moved.", True),
    ]


def test_code_is_kept_and_not_scored() -> None:
    text = "See below.\nprint('x')"
    blocks = (Block(Span(0, 10), "paragraph", 1), Block(Span(11, 21), "code", 2))
    found = doc(text, lang="en", blocks=blocks)
    assert [(s.kind, s.scored, s.line) for s in found.segments] == [
        ("paragraph", True, 1),
        ("code", False, 2),
    ]


@pytest.mark.parametrize(
    ("sentence", "lang", "other"),
    [
        ("Читайте также: курс валют на сегодня и завтра.", "en", "ru"),
        ("Read also: what the minister said about the budget yesterday.", "ru", "en"),
        ("Lesen Sie auch, was der Minister gestern über den Haushalt sagte.", "en", "de"),
        ("Presidents Vladimir Putin, Xi Jinping, Recep Tayyip Erdogan.", "en", None),
        ("Ana Tili", "en", None),
        ("The minister spoke to Frankfurter Allgemeine Zeitung about it.", "en", None),
        ("Прем'єр-міністр прибув до Києва вранці в понеділок.", "ru", None),
        ("OK", "ru", None),
        ("Der Ausschuss tagt am Montag in Berlin.", "de", None),
    ],
)
def test_residue(sentence: str, lang: str, other: str | None) -> None:
    assert other_language(sentence, lang) == other


def test_sources_pair_one_to_one_or_as_a_whole() -> None:
    paired = doc("It rained. We left.", lang="en", source="Шёл дождь. Мы ушли.", source_lang="ru")
    assert [(s.text, s.source) for s in paired.segments] == [
        ("It rained.", "Шёл дождь."),
        ("We left.", "Мы ушли."),
    ]
    whole = doc("It rained, so we left.", lang="en", source="Шёл дождь. Мы ушли.", source_lang="ru")
    assert [(s.text, s.source) for s in whole.segments] == [("It rained, so we left.", "Шёл дождь. Мы ушли.")]


def test_endless_sentences_are_cut() -> None:
    found = doc("word " * 5000, lang="en")
    assert len(found.segments) > 5
    assert all(len(s.text) <= LONGEST_SENTENCE for s in found.segments)
    assert sum(s.text.count("word") for s in found.segments) == 5000
