# ruff: noqa: E501 - markup reads best in one piece
"""Traces in markup: what is proof, what is a sign, and what is neither."""

from __future__ import annotations

import time

import pytest

from mtcheck import resources
from mtcheck.notices import find_traces

# markup, pattern, service, proof, claim, source language
TRACES: list[tuple[str, str, str, bool, str, str | None]] = [
    ('<html lang="en-x-mtfrom-ru">', "mtfrom-lang", "google", True, "machine", "ru"),
    ("<html dir=ltr lang=zh-Hant-x-mtfrom-en>", "mtfrom-lang", "google", True, "machine", "en"),
    ("lang: en-x-mtfrom-ru\n", "mtfrom-line", "generic", True, "machine", "ru"),
    (
        '<p><font style="vertical-align: inherit;"><font style="vertical-align: inherit;">a</font></font></p>',
        "google-font",
        "google",
        True,
        "machine",
        None,
    ),
    (
        '<p><font style="vertical-align: inherit;">a</font></p>',
        "google-font-single",
        "google",
        False,
        "machine",
        None,
    ),
    ('<html class="js translated-rtl" lang="ar">', "google-html-class", "google", True, "machine", None),
    (
        '<link rel="alternate machine-translated-from" hreflang="de" href="/de/">',
        "rel-machine-translated",
        "generic",
        True,
        "machine",
        "de",
    ),
    (
        '<link rel="canonical" href="https://example-org.translate.goog/a?_x_tr_sl=fr&amp;_x_tr_tl=en">',
        "translate-goog",
        "google",
        True,
        "machine",
        "fr",
    ),
    ('<base href="https://example-org.translate.goog/">', "translate-goog", "google", True, "machine", None),
    (
        '<meta property="og:url" content="https://example-org.translate.goog/x">',
        "translate-goog",
        "google",
        True,
        "machine",
        None,
    ),
    (
        '<base href="https://translated.turbopages.org/proxy_u/en-ru.ru.abc/https/example.org/">',
        "yandex-proxy",
        "yandex",
        True,
        "machine",
        "en",
    ),
    (
        '<ya-tr-span data-index="1" data-source-lang="uk" data-value="x">',
        "yandex-span",
        "yandex",
        True,
        "machine",
        "uk",
    ),
    ('<p _msttexthash="123" _msthash="4">', "microsoft-hash", "microsoft", True, "machine", None),
    ("title: x\nms.translationtype: MT\n", "ms-translationtype-mt", "microsoft", True, "machine", None),
    ("ms.translationtype: HT\n", "ms-translationtype-ht", "microsoft", True, "human", None),
    (
        '<meta name="ms.translationtype" content="MT">',
        "ms-translationtype-meta-mt",
        "microsoft",
        True,
        "machine",
        None,
    ),
    (
        '<meta name="translation-stats" content=\'{"total_phrases":9,"translated_phrases":8,"human_translated_phrases":null}\'>',
        "transposh-stats",
        "transposh",
        True,
        "machine",
        None,
    ),
    (
        '<meta name="translation-stats" content=\'{"total_phrases":9,"translated_phrases":0}\'>',
        "transposh-stats-any",
        "transposh",
        False,
        "machine",
        None,
    ),
    ('<div class="gtranslate_wrapper"></div>', "gtranslate-widget", "gtranslate", False, "machine", None),
    ('<div id="google_translate_element"></div>', "google-widget", "google", False, "machine", None),
    (
        '<script src="https://cdn.weglot.com/weglot.min.js"></script>',
        "weglot",
        "weglot",
        False,
        "machine",
        None,
    ),
    (
        '<link href="/wp-content/plugins/translatepress-multilingual/a.css">',
        "translatepress",
        "translatepress",
        False,
        "machine",
        None,
    ),
    ("translated_by: DeepL\n", "engine-line", "deepl", True, "machine", None),
    ("machine_translated: true\n", "flag-line", "generic", True, "machine", None),
    ("translation: machine\n", "kind-line", "generic", True, "machine", None),
    ("<!-- auto-translated-disclaimer v1 -->", "comment-marker", "generic", True, "machine", None),
    (
        "<!-- CO-OP TRANSLATOR DISCLAIMER START -->",
        "co-op-comment",
        "co-op translator",
        True,
        "machine",
        None,
    ),
    (
        '<target state="translated" state-qualifier="leveraged-mt">x</target>',
        "xliff-mt",
        "generic",
        True,
        "machine",
        None,
    ),
    (
        "Original text\n=====\n\nContribute a better translation\n",
        "google-tooltip",
        "google",
        True,
        "machine",
        None,
    ),
    (
        "translatedFrom: de\ntranslatedWarning: Please edit the original\n",
        "translated-from-warning",
        "generic",
        True,
        "machine",
        "de",
    ),
]

NOTHING = [
    '<html class="notranslate" translate="no">',
    '<p class="notranslate">DeepL</p>',
    '<a href="https://example-org.translate.goog/x">a translated copy</a>',
    'See `<html class="translated-ltr">` for how Chrome does it.',
    '```html\n<html lang="en-x-mtfrom-ru">\n```\n',
    "machine_translated: false\n",
    "translator: Anna Karlsson\n",
    'The language tag `lang="de-x-mtfrom-en"` means that it was translated.',
    'Attribute lang="de-x-mtfrom-en" in running text.',
    '<link rel="alternate" hreflang="de" href="/de/">',
    "<!-- translated strings below -->",
    "A page without anything.",
    "<p style='vertical-align: inherit'>x</p>",
]


@pytest.mark.parametrize(
    ("markup", "name", "service", "proof", "claim", "source"), TRACES, ids=[t[1] for t in TRACES]
)
def test_trace(markup: str, name: str, service: str, proof: bool, claim: str, source: str | None) -> None:
    (trace,) = [t for t in find_traces(markup) if t.pattern == name]
    assert (trace.service, trace.proof, trace.claim, trace.source_lang) == (service, proof, claim, source)
    assert trace.line is not None
    assert 0 < len(trace.text) <= 200


@pytest.mark.parametrize("markup", NOTHING)
def test_nothing(markup: str) -> None:
    assert find_traces(markup) == ()


def test_line() -> None:
    (trace,) = find_traces("---\ntitle: x\nms.translationtype: MT\n---\n")
    assert trace.line == 3


def test_a_proof_hides_its_weak_shadow() -> None:
    markup = TRACES[3][0]
    assert [t.pattern for t in find_traces(markup)] == ["google-font"]


def test_every_row_says_where_it_comes_from() -> None:
    services = {*resources.data("services"), "generic", "named"}
    for key, row in resources.data("traces").items():
        assert row["source"], key
        assert row["service"] in services, key
        assert row["where"] in {"tag", "comment", "line", "text"}, key
        assert row["needle"] == row["needle"].lower(), key
        assert row.get("claim", "machine") in {"machine", "human"}, key


@pytest.mark.parametrize(
    "markup",
    [
        "<html x-mtfrom " * 20_000,
        '<font style="vertical-align: inherit;" ' * 8_000,
        "<!-- translat" * 20_000,
        "translatedfrom: ru\n" * 15_000 + "translatedWarning",
        "`" * 200_000 + "x-mtfrom",
        "original text " * 20_000 + "contribute a better translation",
        "<meta name=translation-stats " * 9_000,
        "```\n" * 40_000 + "x-mtfrom",
    ],
    ids=lambda m: str(m[:14]),
)
def test_hostile_markup_takes_no_longer_than_its_length(markup: str) -> None:
    start = time.process_time()
    find_traces(markup[: len(markup) // 4] + markup[-40:])
    quarter = time.process_time() - start
    start = time.process_time()
    find_traces(markup)
    assert time.process_time() - start < 12 * quarter + 0.5
