"""Web pages and feeds: what is the main text, on which line, in which language."""

from __future__ import annotations

from io import BytesIO

import pytest

from mtcheck.core import Catalogue, Document, InputError
from mtcheck.read import read_inputs, web

PROSE = (
    "The village of Lower Meadow has built itself a bridge of wood, wide enough for a hay cart.",
    "The old ford had become too dangerous after the floods, and the nearest bridge lies an hour away.",
    "The carpenters used larch from the slopes above the village, because it withstands water for decades.",
    "It took two summers and the help of nearly every family, and on Saturday the mayor cut the ribbon.",
)


def read(data: str, name: str | None = None) -> list[Document | InputError]:
    return [
        r
        for r in read_inputs(["-"], format=name, stdin=BytesIO(data.encode()))
        if not isinstance(r, Catalogue)
    ]


def page(data: str) -> Document:
    (doc,) = read(data, "html")
    assert isinstance(doc, Document), doc
    return doc


def shape(doc: Document) -> list[tuple[str, int | None, str]]:
    return [(b.kind, b.line, doc.text[slice(*b.span)]) for b in doc.blocks]


def test_boilerplate_is_removed_and_stays_in_the_markup() -> None:
    body = "\n".join(f"<p>{p}</p>" for p in PROSE)
    html = (
        "<!DOCTYPE html><html lang='en-GB'><head><title>A bridge | The Post</title></head><body>\n"
        "<header><h2>The Post</h2><nav><a href='/a'>News</a> <a href='/b'>Sport</a></nav></header>\n"
        f"<article><h1>A bridge of wood</h1>\n{body}\n</article>\n"
        "<aside><h3>Most read</h3><p><a href='/c'>Ten ways to mend a boat, said the boatman</a></p></aside>\n"
        "<footer><p>Translated by a machine. All rights reserved.</p></footer></body></html>"
    )
    doc = page(html)
    assert shape(doc) == [
        ("title", 3, "A bridge of wood"),
        *(("paragraph", 4 + i, p) for i, p in enumerate(PROSE)),
    ]
    assert doc.lang == "en-GB"
    assert doc.metadata["title"] == "A bridge | The Post"
    assert doc.markup == html
    assert "Translated by a machine" not in doc.text


def test_no_prose_is_lost_to_the_extractor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever trafilatura leaves out or trips over, the prose is there."""
    body = "\n".join(f"<div><p>{p}</p></div>" for p in PROSE)
    html = f"<html><body><nav><a href='/'>Home</a></nav>{body}<footer>Imprint</footer></body></html>"
    for output in ("", PROSE[0], "something else entirely"):
        monkeypatch.setattr(web, "_extract", lambda _, output=output: output)
        assert page(html).text.split("\n\n") == list(PROSE)


def test_paragraphs_divided_by_breaks() -> None:
    body = "<br>\n<br>\n".join(PROSE)
    nav = "<nav><a href='/'>Home</a></nav>"
    doc = page(f"<html><body>{nav}<div><b>The bridge</b><br><br>\n{body}</div></body></html>")
    assert [(line, text) for _, line, text in shape(doc)] == [
        (1, "The bridge"),
        *((2 + 2 * i, p) for i, p in enumerate(PROSE)),
    ]


def test_short_pages_are_read_whole() -> None:
    assert page("<html><body><p>Der Pass ist zu.</p></body></html>").text == "Der Pass ist zu."
    assert page("<p>One.</p><p>Two.</p>").text == "One.\n\nTwo."


KINDS = {
    "heading": ("<h1>A</h1><h2>B</h2><p>c</p>", [("title", "A"), ("heading", "B"), ("paragraph", "c")]),
    "list": ("<ul><li>a</li><li><p>b</p><p>c</p></li></ul>", [("item", "a"), ("item", "b"), ("item", "c")]),
    "quote": ("<blockquote><p>a</p></blockquote>", [("quote", "a")]),
    "cells": ("<table><tr><th>a</th><td>b <b>c</b></td></tr></table>", [("cell", "a"), ("cell", "b c")]),
    "code": ("<pre>\n  x = 1\n\n  y = 2\n</pre>", [("code", "  x = 1\n\n  y = 2")]),
    "inline": ("<p>a<b>b</b> <i> c </i>\n d&nbsp;e</p>", [("paragraph", "ab c d\xa0e")]),
    "comment inside": ("<p>one <!-- not --> word</p>", [("paragraph", "one word")]),
    "hidden": (
        "<p>a</p><p hidden>b</p><div style='display: none'>c</div>d",
        [("paragraph", "a"), ("paragraph", "d")],
    ),
    "script": ("a<script>if (1 < 2) b()</script>c", [("paragraph", "ac")]),
    "breaks": (
        "<p>One line.<br>Two lines.<br><br>Three.</p>",
        [("paragraph", t) for t in ("One line.", "Two lines.", "Three.")],
    ),
    "bare text": ("a<div>b</div>c", [("paragraph", t) for t in "abc"]),
    "unclosed": (
        "<p>a<p>b<ul><li>c<li>d",
        [("paragraph", "a"), ("paragraph", "b"), ("item", "c"), ("item", "d")],
    ),
}


@pytest.mark.parametrize(("html", "expected"), KINDS.values(), ids=KINDS)
def test_kinds(html: str, expected: list[tuple[str, str]]) -> None:
    assert [(kind, text) for kind, _, text in shape(page(f"<html><body>{html}</body></html>"))] == expected


LANGUAGES = {
    "<html lang='ru'>": "ru",
    "<html xml:lang='pt-BR'>": "pt-BR",
    "<html lang='en-x-mtfrom-ru'>": "en",
    "<html lang=''>": None,
    "<html lang='und'>": None,
    "<html lang='not a tag'>": None,
    "<html><meta http-equiv='Content-Language' content='de'>": "de",
    "<html><body lang='fr'>": "fr",
    "<html>": None,
}


@pytest.mark.parametrize(("start", "expected"), LANGUAGES.items())
def test_stated_language(start: str, expected: str | None) -> None:
    assert page(f"{start}<p>text").lang == expected


def test_xhtml_with_its_declaration() -> None:
    doc = page(
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="de"><body><p>Größe</p></body></html>'
    )
    assert (doc.text, doc.lang, doc.blocks[0].line) == ("Größe", "de", 3)


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ("<div>" * 100_000 + "x", "nests its elements too deep"),
        ("<p>x" * 250_000, "is one page of"),
        ("<html><body><img src='a.png'></body></html>", "has no visible text"),
        ("<!-- only a comment -->", "has no visible text"),
    ],
)
def test_pages_that_cannot_be_read(html: str, problem: str) -> None:
    (error,) = read(html, "html")
    assert isinstance(error, InputError)
    assert error.problem.startswith(problem)


# Feeds.


def items(inside: str, head: str = "") -> list[Document | InputError]:
    return read(f"<rss version='2.0'><channel><title>F</title>{head}\n{inside}</channel></rss>", "feed")


FEED_ITEMS = {
    "bare text": ("<description>One.&#10;&#10;Two.</description>", "One.\n\nTwo.", None),
    "less than": ("<description>if a &amp;lt; b then</description>", "if a < b then", None),
    "markup": ("<description>&lt;p&gt;One.&lt;/p&gt;</description>", "One.", "<p>One.</p>"),
    "title alone": ("<title>Only a title</title>", "Only a title", None),
    "title repeated": (
        "<title>A b</title><description>&lt;h1&gt;A  b&lt;/h1&gt;c</description>",
        "A b\n\nc",
        "<h1>A  b</h1>c",
    ),
    "title and text": ("<title>T &amp;amp; U</title><description>c</description>", "T & U\n\nc", None),
    "bullets": ("<title>T</title><description>- a&#10;- b</description>", "T\n\n- a\n- b", None),
    "an attribute that is a trace": (
        "<description>&lt;p translate='no' class='x'&gt;a&lt;/p&gt;</description>",
        "a",
        "<p translate='no' class='x'>a</p>",
    ),
}


@pytest.mark.parametrize(("inside", "text", "markup"), FEED_ITEMS.values(), ids=FEED_ITEMS)
def test_feed_items(inside: str, text: str, markup: str | None) -> None:
    (doc,) = items(f"<item><guid>g</guid>{inside}</item>")
    assert isinstance(doc, Document)
    assert (doc.id, doc.text, doc.markup) == ("g", text, markup)


def test_an_empty_item_costs_no_other() -> None:
    first, empty, last = items(
        "<item><title>a</title></item>\n<item><link>https://x.example</link></item>\n<item><title>c</title></item>"
    )
    assert isinstance(first, Document)
    assert isinstance(empty, InputError)
    assert isinstance(last, Document)
    assert (first.id, first.origin.line, empty.place, last.id, last.origin.line) == (
        "-#1",
        2,
        "item 2",
        "-#3",
        4,
    )


def test_language_of_feed_and_entry() -> None:
    first, last = read(
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='de'><entry><title>a</title></entry>"
        "<entry xml:lang='en-x-mtfrom-ru'><title>b</title></entry></feed>",
        "feed",
    )
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert (first.lang, last.lang) == ("de", "en")


@pytest.mark.parametrize("size", [3, 20_000])
def test_a_truncated_feed_keeps_its_whole_items(size: int) -> None:
    """By the loose parser while it is small, and by the strict one up to the damage when it is large."""
    words = "word " * (size // 5 or 1)
    whole = "".join(f"<item><guid>{n}</guid><description>{words}</description></item>\n" for n in range(40))
    results = read(f"<rss><channel>\n{whole}<item><guid>cut</guid><description>{words}", "feed")
    assert [d.id for d in results[:-1] if isinstance(d, Document)] == [str(n) for n in range(40)]
    assert isinstance(results[-1], InputError)
    assert results[-1].place == "line 42"
    assert "ends too early" in results[-1].problem


def test_a_bare_ampersand_costs_no_item() -> None:
    results = items("".join(f"<item><title>Salt & bread {n}</title></item>\n" for n in range(5)))
    assert [d.text for d in results if isinstance(d, Document)] == [f"Salt & bread {n}" for n in range(5)]
    assert isinstance(results[-1], InputError)
    assert (len(results), results[-1].place) == (6, "line 2")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("<?xml version='1.0'?><tmx><body/></tmx>", "is no feed: its root is <tmx>"),
        ("<rss><channel><title>F</title></channel></rss>", "has no items"),
        ("no markup here", "has no element"),
        ("<rss>" + "<a>" * 1000, "nests its elements too deep"),
    ],
)
def test_what_is_no_feed(data: str, problem: str) -> None:
    (error,) = read(data, "feed")
    assert isinstance(error, InputError)
    assert error.problem.startswith(problem)


def test_json_feed_items() -> None:
    first, bad, second, third = read(
        '{"items": [{"id": 1, "title": "T", "content_text": "a", "tags": ["x"]}, 5, {"url": "https://x.example/2",\n'
        '"content_html": "<p>b</p>"}, {"summary": "c"}], "language": "de",'
        '"version": "https://jsonfeed.org/version/1.1"}'
    )
    assert isinstance(bad, InputError)
    documents = [d for d in (first, second, third) if isinstance(d, Document)]
    assert [(d.id, d.text, d.lang) for d in documents] == [
        ("1", "T\n\na", "de"),
        ("https://x.example/2", "b", "de"),
        ("-#4", "c", "de"),
    ]
    assert documents[0].metadata["tags"] == ["x"]
