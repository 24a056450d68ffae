"""Notices as documents, shops, patents and help pages word them: service, languages, span."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from mtcheck.notices import disclosure, find_notices, find_notices_in_markup, find_traces

CASES: dict[str, Any] = tomllib.loads((Path(__file__).parent / "rounds.toml").read_text(encoding="utf-8"))

# A sentence may be the same in two languages, letter for letter.
ALIKE = [{"hr", "sr"}, {"cs", "sk"}, {"id", "ms"}, {"es", "gl"}, {"hi", "ne", "mr"}, {"da", "nb"}]
FRENCH = (
    "Le conseil municipal a ouvert lundi une nouvelle bibliothèque près de la rivière.\n\n{}"
    "Les habitants peuvent y lire les journaux de la région.\n\n{}"
    "Le maire a remercié les ouvriers et les voisins.\n\n{}"
)
RUSSIAN = (
    "Городской совет открыл в понедельник новую библиотеку у реки.\n\n{}"
    "Жители могут читать там газеты области.\n\n{}"
    "Мэр поблагодарил рабочих и соседей.\n\n{}"
)


def same_language(found: str | None, lang: str) -> bool:
    return found == lang or any({found, lang} <= group for group in ALIKE)


@pytest.mark.parametrize(("lang", "text", "service", "source"), CASES["notices"])
def test_notice_of_a_round(lang: str, text: str, service: str, source: str) -> None:
    found = disclosure(find_notices(text), find_traces(text))
    assert found is not None
    assert (found.service, found.source_lang or "") == (service, source)
    assert same_language(found.notice_lang, lang), found


@pytest.mark.parametrize(("text", "service", "source"), CASES["markup"])
def test_markup_of_a_round(text: str, service: str, source: str) -> None:
    words = find_notices_in_markup(text) if text.startswith("<") else find_notices(text)
    found = disclosure(words, find_traces(text))
    assert found is not None
    assert (found.service, found.source_lang or "") == (service, source)


@pytest.mark.parametrize("text", CASES["silent"])
def test_silent_of_a_round(text: str) -> None:
    words = find_notices_in_markup(text) if text.startswith("<") else find_notices(text)
    assert disclosure(words, find_traces(text)) is None


@pytest.mark.parametrize(("lang", "text"), [row[:2] for row in CASES["notices"] if "\n" not in row[1]])
def test_the_span_is_the_notice_and_nothing_else(lang: str, text: str) -> None:
    article = RUSSIAN if lang in {"fr", "en"} else FRENCH
    for place in range(3):
        page = article.format(*(f"{text}\n\n" if n == place else "" for n in range(3)))
        start = page.index(text)
        spans = [n.span for n in find_notices(page, lang="fr") if n.span is not None]
        assert spans
        assert all(start <= s.start < s.end <= start + len(text) for s in spans), spans
        assert not find_notices(article.format("", "", ""))
