"""The review page as text: what it holds, what it lets through, and what it weighs.

What it does in a browser is in ``test_report_html_browser.py``.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import page_samples as samples
import pytest

from mtcheck.core import Failure, Severity, Span
from mtcheck.report.page.charts import count_strip, severity_strip
from mtcheck.report.page.families import FAMILIES, family
from mtcheck.report.page.marks import Mark, marked
from mtcheck.report.page.safe import script_json, shown, speech

VOID = {"meta", "input", "br", "img", "link", "rect", "path"}


class Outline(HTMLParser):
    """Tags, attributes and text of a page, and whether every tag is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.crossed: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in {"script", "style"}:
            self.words.append(data)


def index_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="index">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


def test_all_that_was_found_is_in_the_plain_page() -> None:
    results, across = samples.gallery()
    page = samples.page(results, across, [Failure("bad.txt", "it is empty", "line 1", "give it text")])
    outline = Outline(page)
    words = " ".join(" ".join(outline.words).split())
    assert outline.crossed == ["noscript"]  # closes what only the script opens
    assert outline.open == []
    for finding in [f for r in results for f in r.findings] + list(across):
        assert finding.message in words
        assert finding.expected is None or finding.expected in words
    for one in results:
        assert one.document.id in words
        assert one.reason in words
        for segment in one.document.segments:
            assert segment.text.split()[0] in words
            assert segment.notes.round_trip is not None
            assert segment.notes.round_trip.back.text in words
    assert "bad.txt: line 1" in words
    assert all(name in words for name in ("menu.file.open", "214 messages (po)", "Andrey Sokolov ×2"))


def test_every_jump_has_its_place_and_no_name_is_given_twice() -> None:
    results, across = samples.gallery()
    attributes = Outline(samples.page(results, across)).attributes
    names = [value for key, value in attributes if key == "id"]
    assert len(names) == len(set(names))
    jumps = [value for key, value in attributes if key == "href"]
    assert len(jumps) > 8
    assert {str(j).removeprefix("#") for j in jumps} <= set(names)
    targets = [v for k, v in attributes if k in {"aria-labelledby", "aria-controls", "for", "list"}]
    assert set(targets) <= set(names)


def test_the_index_names_each_finding_with_the_text_that_was_judged() -> None:
    results = samples.many(3, 30, sentences=40)
    page = samples.page(results)
    index = index_of(page)
    expected = [
        [f.fingerprint, f.code, f.doc, r.document.segments[f.segment or 0].text, f.found, f.message]
        for r in results
        for f in r.findings
    ]
    found = [[f[0], index["rules"][f[1]], f[8], index["texts"][f[4]], f[5], f[7]] for f in index["findings"]]
    assert found == expected
    parts = re.findall(r"<!--\[-->(.*?)<!--\]-->", page.split("</main>")[0], re.DOTALL)
    assert len(parts) == len(index["parts"])
    for number, finding in enumerate(index["findings"]):
        assert f'id="f{number}"' in parts[finding[3]]
    assert index["sum"] != index_of(samples.page(samples.many(3, 29, sentences=40)))["sum"]
    assert index["sum"] == index_of(samples.page(samples.many(3, 30, sentences=40)))["sum"]


def test_the_policy_lets_through_this_style_and_this_script_alone() -> None:
    page = samples.page(samples.hostile(20))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    blocks = re.findall(r"<(style|script)>(.*?)</\1>", page, re.DOTALL)
    assert [kind for kind, _ in blocks] == ["style", "script", "script"]
    for _, content in blocks:
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy[1]
    assert "unsafe" not in policy[1]
    assert policy[1].startswith("default-src 'none'")


def test_no_text_of_a_document_becomes_markup() -> None:
    outline = Outline(samples.page(samples.hostile(40)))
    plain = Outline(samples.page(samples.many(1, 1)))
    assert outline.crossed == ["noscript"]
    strange = set(outline.tags) - set(plain.tags)
    assert strange <= {"details", "summary", "mark", "div", "ul", "li"}
    assert not {k for k, _ in outline.attributes if k.startswith("on") or k in {"style", "srcdoc", "src"}}
    assert {
        v for k, v in outline.attributes if k == "href" and not re.fullmatch(r"#[ds]\d+", str(v))
    } == set()
    assert '"><script' in "".join(outline.words)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a<b>&\"'", "a&lt;b&gt;&amp;&quot;&#x27;"),
        ("a\x00\x1b[31m\x7f", "a␀␛[31m␡"),
        ("a\r\nb\tc\u2028d", "a  b c d"),
        ("\u202eabc\u2066\u2069", "\ufffdabc\ufffd\ufffd"),
        ("\ud800\x85", "\ufffd\ufffd"),
        ("שלום\u200f!", "שלום\u200f!"),
        ("日本語", "日本語"),
    ],
)
def test_shown(value: str, expected: str) -> None:
    assert shown(value) == expected


@pytest.mark.parametrize(
    ("lang", "value", "attributes"),
    [
        ("ar", "Reuters نقلت", ' lang="ar" dir="rtl"'),
        ("he", "שלום", ' lang="he" dir="rtl"'),
        ("ar", "all Latin", ' lang="ar" dir="auto"'),
        ("pt_BR", "Olá", ' lang="pt-BR" dir="auto"'),
        (None, "x", ' dir="auto"'),
        ('en"><script>', "x", ' dir="auto"'),
    ],
)
def test_speech(lang: str | None, value: str, attributes: str) -> None:
    assert speech(lang, value) == attributes


@pytest.mark.parametrize("value", ["</script>", "<!--", "a\ud800b", "\u2028", "\x00", "日本語"])
def test_script_json_reads_back_and_cannot_end_its_element(value: str) -> None:
    out = script_json([value])
    assert "<" not in out
    assert json.loads(out) == [value]
    out.encode("utf-8")


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([], "ab&lt;de"),
        ([Mark(Span(1, 3), "n", 4)], 'a<mark class="n z" data-f="4">b&lt;</mark>de'),
        ([Mark(Span(1, 3), "spike")], 'a<span class="spike">b&lt;</span>de'),
        ([Mark(Span(-2, 99), "d", 0)], '<mark class="d z" data-f="0">ab&lt;de</mark>'),
        ([Mark(Span(2, 2), "d", 0), Mark(Span(7, 9), "d", 1)], "ab&lt;de"),
        (
            [Mark(Span(0, 2), "n", 1), Mark(Span(1, 3), "f", 2)],
            '<mark class="n" data-f="1">a</mark>'
            '<mark class="n z" data-f="1"><mark class="f" data-f="2">b</mark></mark>'
            '<mark class="f z" data-f="2">&lt;</mark>de',
        ),
    ],
)
def test_marks(marks: list[Mark], expected: str) -> None:
    assert marked("ab<de", marks) == expected


def test_families_have_one_letter_each_and_take_every_code() -> None:
    assert len({f.letter for f in FAMILIES}) == len(FAMILIES)
    assert [family(c).letter for c in ("DIS001", "MRK002", "NAM005", "TRM001", "XYZ001")] == list("DDNNP")


def test_strips_show_each_place_once() -> None:
    strip = severity_strip({0: Severity.ERROR, 5: Severity.NOTE}, 10, "x", 3)
    assert 'class="e3" fill="#b3261e" d="M0 0h.8v12h-.8z"' in strip
    assert 'class="e1" fill="#5b7ea6" d="M5 7h.8v5h-.8z"' in strip
    counts = [0, 1, 2, 3, 5, 10, 4000]
    places = re.findall(r"M(\d+) ", count_strip(counts, "x"))
    assert sorted(map(int, places)) == [1, 2, 3, 4, 5, 6]


def test_an_empty_run_and_a_text_without_findings_make_a_page() -> None:
    assert "0 documents: no findings" in samples.page([])
    page = samples.page([samples.result(samples.document("a", ["One.", "Two.", "Three."]), [], "clear")])
    assert "3 sentences without findings" in page
    assert Outline(page).open == []


def test_a_served_page_says_where_its_store_is() -> None:
    assert '<meta name="mtcheck-api" content="/api/abc&quot;d">' in samples.page([], api='/api/abc"d')
    assert '<meta name="mtcheck-api"' not in samples.page([])


def test_twenty_thousand_findings_weigh_under_ten_megabytes() -> None:
    page = samples.page(samples.many(500, 40, models=True))
    assert len(gzip.compress(page.encode("utf-8"), 6)) < 10_000_000
