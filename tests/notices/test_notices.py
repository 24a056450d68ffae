"""Notices: sentences in 70 languages, the ways they are dressed, their spans, and hostile text."""

from __future__ import annotations

import re
import time
import tomllib
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mtcheck import resources
from mtcheck.core import Notice, Span, Trace
from mtcheck.notices import disclosure, find_notices, find_notices_in_markup, service_name
from mtcheck.notices.tables import CLASSES, pattern, service_pattern, services

CASES: dict[str, Any] = tomllib.loads((Path(__file__).parent / "cases.toml").read_text(encoding="utf-8"))
LANGUAGES = [lang for lang in CASES if lang != "unseen"]
NOTICES = [(lang, *row) for lang in LANGUAGES for row in CASES[lang]["notices"]]
SILENT = [(lang, text) for lang in LANGUAGES for text in CASES[lang]["silent"]]


def test_the_table_is_large_enough() -> None:
    assert len(NOTICES) >= 200
    assert len(SILENT) >= 200
    assert len(LANGUAGES) >= 50


@pytest.mark.parametrize(("lang", "text", "service", "source"), NOTICES)
def test_notice(lang: str, text: str, service: str, source: str) -> None:
    found = find_notices(text)
    assert len(found) == 1, found
    assert (found[0].service, found[0].source_lang or "") == (service, source)


@pytest.mark.parametrize(("lang", "text"), SILENT)
def test_silent(lang: str, text: str) -> None:
    assert find_notices(text) == ()


@pytest.mark.parametrize("lang", ["en", "ru", "de", "fr", "zh", "ja", "ko", "hi", "ar", "tr", "pl", "vi"])
def test_language_of_the_notice(lang: str) -> None:
    assert {find_notices(row[0])[0].notice_lang for row in CASES[lang]["notices"]} == {lang}


@pytest.mark.parametrize(
    "text",
    [
        "**Translated** by *Google*",
        "> Translated by Google",
        "- [ ] Translated by Google",
        "🤖 Translated by Google 🤖",
        "Translated by [Google](https://translate.google.com/)",
        "Translated&nbsp;by&nbsp;Google",
        "Trans\u00adlated by\u200b Google",
        "Translated\u00a0by Google",
        "Ｔｒａｎｓｌａｔｅｄ ｂｙ Ｇｏｏｇｌｅ",
        "TRANSLATED BY GOOGLE",
        "«Translated by Google»",
        "`Translated by Google`",
        "<p>Translated by <b>Google</b></p>",
        "Note: translated by Google",
        '{{< notice info "Translated by Google" >}}',
    ],
)
def test_dress(text: str) -> None:
    assert [n.service for n in find_notices(text)] == ["google"]


@pytest.mark.parametrize(
    "text",
    [
        "Cet article a été traduit automatiquement.",
        "Bài viết này được dịch tự động.",
        "이 글은 기계 번역되었습니다.",
        "यह लेख स्वचालित रूप से अनुवादित किया गया है।",
        "Ця стаття перекладена автоматично.",
        "この記事は自動翻訳されています。",
    ],
)
def test_decomposed(text: str) -> None:
    assert find_notices(text)
    assert len(find_notices(unicodedata.normalize("NFD", text))) == 1


def test_capitals_and_lost_accents() -> None:
    assert find_notices("ΑΥΤΟ ΤΟ ΑΡΘΡΟ ΜΕΤΑΦΡΑΣΤΗΚΕ ΑΥΤΟΜΑΤΑ")
    assert find_notices("Este articulo ha sido traducido automaticamente.")
    assert find_notices("BU MAKALE OTOMATİK OLARAK ÇEVRİLMİŞTİR")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Хор спел.\n\nПереведено сервисом «Яндекс Переводчик»\n", "Переведено сервисом «Яндекс Переводчик»"),
        ("> **Translated by DeepL.** Thanks!\n", "Translated by DeepL."),
        ("First. This page was machine translated. Last.", "This page was machine translated."),
        ("(Translated by Google) A nice place.", "Translated by Google"),
        ("本市开放。本文由机器翻译自英文。完。", "本文由机器翻译自英文。"),
        ("e\u0301.\n\u200bÜbersetzt mit DeepL  \nText", "Übersetzt mit DeepL"),
        (
            "This long paragraph of documentation was\nautomatically translated with DeepL.\nNext.",
            "This long paragraph of documentation was\nautomatically translated with DeepL.",
        ),
    ],
)
def test_span(text: str, words: str) -> None:
    (notice,) = find_notices(text)
    assert notice.span is not None
    assert text[slice(*notice.span)] == words


def test_every_notice_of_a_text_in_order() -> None:
    text = "Translated by Google\n\nSome news.\n\nÜbersetzt mit DeepL\n"
    assert [n.service for n in find_notices(text)] == ["google", "deepl"]


def test_items_of_a_list_of_features_are_no_notices() -> None:
    assert (
        find_notices("What happens:\n- Recorded by the phone\n- Translated by DeepL\n- Read by a voice\n")
        == ()
    )
    assert find_notices("- Source: https://example.org/post\n- Translated by DeepL\n")


def test_the_rest_of_a_wrapped_sentence_is_no_notice() -> None:
    assert (
        find_notices("Keep in mind that a machine\ntranslation is provided by Google Translate here.\n") == ()
    )


def test_markup() -> None:
    page = (
        "<html><body><!-- Machine translated by DeepL --><script>x = 'Translated by Google'</script>"
        "<p>Text.</p><footer>Diese Seite wurde <b>maschinell</b>\n übersetzt.</footer></body></html>"
    )
    found = find_notices_in_markup(page)
    assert {(n.service, n.notice_lang, n.span) for n in found} == {
        ("deepl", "en", None),
        ("generic", "de", None),
    }


def test_disclosure_prefers_words_and_fills_in_from_traces() -> None:
    words = Notice("generic", "de", None, Span(0, 5), "Maschinell übersetzt", "de.done-machine")
    proof = Trace("google", True, "machine", "ru", 1, "<html>", "mtfrom-lang")
    weak = Trace("weglot", False, "machine", None, 1, "<div>", "weglot")
    human = Trace("microsoft", True, "human", None, 1, "HT", "ms-translationtype-ht")
    assert disclosure((), (weak, human)) is None
    both = disclosure((words,), (proof,))
    assert both is not None
    assert (both.span, both.service, both.source_lang) == (Span(0, 5), "google", "ru")
    alone = disclosure((), (weak, proof))
    assert alone is not None
    assert (alone.span, alone.service, alone.notice_lang) == (None, "google", None)


@pytest.mark.parametrize("lang", [key for key in resources.data("notices") if key != "any"])
def test_every_class_of_a_language_compiles(lang: str) -> None:
    table = resources.data("notices")[lang]
    assert table["trigger"].split()
    assert set(table) <= {*CLASSES, "trigger", "is"}
    for name in CLASSES:
        found = pattern(lang, name)
        assert found is None or not found.fullmatch("")


def test_every_service_is_found_by_its_name() -> None:
    rows = resources.data("services")
    assert all({"name", "url", "kind", "names", "keys"} <= set(row) for row in rows.values())
    for service in services():
        expression = service_pattern(service)
        assert not expression.search("a sentence without any name in it")
        for key in service.keys:
            assert key == key.casefold()
    assert service_name("yandex") == "Yandex Translate"
    assert service_name("nobody") == "nobody"


@pytest.mark.parametrize(
    ("words", "service"),
    [
        ("Yandex.Translate", "yandex"),
        ("Google Переводчика", "google"),
        ("www.DeepL.com/Translator", "deepl"),
        ("Bing Translator", "microsoft"),
        ("GPT-4o mini", "chatgpt"),
        ("Claude 3.5 Sonnet", "claude"),
        ("Baidu Translate", "baidu"),
        ("Co-op Translator", "co-op translator"),
        ("LibreTranslate", "libretranslate"),
        ("NLLB-200", "nllb"),
        ("Amazon Translate", "amazon"),
        ("Naver Papago", "papago"),
        ("Google Gemini", "gemini"),
    ],
)
def test_services(words: str, service: str) -> None:
    (notice,) = find_notices(f"This page was translated by {words}.")
    assert notice.service == service


HOSTILE = [
    "translated " * 20_000,
    "machine translated by DeepL from English, " * 5_000,
    "机器翻译由" * 40_000,
    '"translated" ' * 16_000,
    "[translated](" * 15_000,
    "<!-- translat" * 15_000,
    "<a " * 60_000 + "translated",
    "translated\n" * 18_000,
    '{% x "translat' * 14_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: str(t[:14]))
def test_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    def seconds(*readers: Callable[[str], object], given: str) -> float:
        """The least of two times: other work on the machine makes spikes."""
        times = []
        for _ in range(2):
            start = time.process_time()
            for read in readers:
                read(given)
            times.append(time.process_time() - start)
        return min(times)

    quarter = seconds(find_notices, given=text[: len(text) // 4])
    assert seconds(find_notices, find_notices_in_markup, given=text) < 20 * quarter + 1.0


def test_ordinary_text_is_read_fast() -> None:
    text = re.sub(
        r"(?m)^", "", "The council met on Monday and spoke of the new bridge over the river.\n" * 14_000
    )
    find_notices(text[:1000])
    start = time.process_time()
    assert find_notices(text) == ()
    assert time.process_time() - start < len(text) / 1_000_000


@pytest.mark.parametrize(
    "notice",
    [
        "Translated with DeepL (https://www.deepl.com/app/?utm_source=ios&utm_medium=app)",
        "Переведено с помощью DeepL (https://www.deepl.com/app/?utm_source=android&utm_medium=app)",
        "Traduit avec DeepL (https://www.deepl.com/translator?utm_source=x)",
    ],
)
def test_the_query_of_an_address_does_not_hide_a_notice(notice: str) -> None:
    text = f"The harvest was good this year.\n\n{notice}"
    (found,) = find_notices(text)
    assert found.service == "deepl"
    assert found.span is not None
    assert text[found.span.start : found.span.end] == notice
