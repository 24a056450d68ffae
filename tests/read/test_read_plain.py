"""Plain text and Markdown: which lines are one block, and of which kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtcheck.core import Document
from mtcheck.read import markdown, plain, read_inputs

ROOT = Path(__file__).resolve().parents[2]


def shape(text: str) -> list[tuple[str, int | None, str]]:
    return [(b.kind, b.line, text[slice(*b.span)]) for b in plain.blocks_of(text)]


def test_the_founding_text() -> None:
    (doc,) = read_inputs([str(ROOT / "fixtures" / "tokayev.txt")])
    assert isinstance(doc, Document)
    assert [(b.kind, b.line) for b in doc.blocks] == [
        ("title", 1),
        *(("paragraph", line) for line in range(4, 12)),
    ]
    assert doc.text[slice(*doc.blocks[-1].span)] == "Переведено сервисом «Яндекс Переводчик»"
    assert doc.markup is None


WRAPPED = (
    "The village has built itself a bridge of\nwood, forty metres long, and the children\nwalk to school."
)

CASES = {
    "a title": ("The bridge\n\nIt is open.", [("title", 1, "The bridge"), ("paragraph", 3, "It is open.")]),
    "a sentence is no title": (
        "It is open.\n\nAt last.",
        [("paragraph", 1, "It is open."), ("paragraph", 3, "At last.")],
    ),
    "a title needs a blank line": (
        "The bridge\nIt is open.",
        [("paragraph", 1, "The bridge"), ("paragraph", 2, "It is open.")],
    ),
    "one line is no title": ("The bridge", [("paragraph", 1, "The bridge")]),
    "wrapped": (
        WRAPPED,
        [
            (
                "paragraph",
                1,
                WRAPPED,
            )
        ],
    ),
    "headings do not run on": (
        "What the bridge cost the people of the village\n"
        "Forty thousand went into wood and iron alone.\n"
        "Who paid",
        [
            ("paragraph", 1, "What the bridge cost the people of the village"),
            ("paragraph", 2, "Forty thousand went into wood and iron alone."),
            ("paragraph", 3, "Who paid"),
        ],
    ),
    "a list of names": (
        "Anna of the mill\nBoris the elder\nClara Smith",
        [
            ("paragraph", 1, "Anna of the mill"),
            ("paragraph", 2, "Boris the elder"),
            ("paragraph", 3, "Clara Smith"),
        ],
    ),
    "bullets": (
        "- one\n• two\n— said she",
        [("item", 1, "one"), ("item", 2, "two"), ("paragraph", 3, "— said she")],
    ),
    "wrapped Japanese": (
        "村の人々は二つの夏をかけて川に木の橋を架けほとんどすべての家族が\n手伝った。古い浅瀬は洪水の後とても危険になった。",
        [
            (
                "paragraph",
                1,
                "村の人々は二つの夏をかけて川に木の橋を架けほとんどすべての家族が\n手伝った。古い浅瀬は洪水の後とても危険になった。",
            )
        ],
    ),
    "indented": ("\n   First.   \n\n  Second.", [("paragraph", 2, "First."), ("paragraph", 4, "Second.")]),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_blocks(text: str, expected: list[tuple[str, int, str]]) -> None:
    assert shape(text) == expected


MARKDOWN = {
    "heading with closing marks": ("## Two ##\n", [("heading", 1, "Two")]),
    "hash inside": ("# C# is fine\n", [("title", 1, "C# is fine")]),
    "setext": ("Title\n=====\n\nText\n", [("title", 1, "Title"), ("paragraph", 4, "Text")]),
    "second first-level heading": ("# A\n# B\n", [("title", 1, "A"), ("heading", 2, "B")]),
    "rule": ("a\n\n---\n\nb\n", [("paragraph", 1, "a"), ("paragraph", 5, "b")]),
    "soft break": ("a\nb\n\nc\n", [("paragraph", 1, "a\nb"), ("paragraph", 4, "c")]),
    "quote": ("> a\n> b\n\nc", [("quote", 1, "a\n  b"), ("paragraph", 4, "c")]),
    "alert": ("> [!NOTE]\n> Mind it.\n", [("quote", 2, "Mind it.")]),
    "items": ("* a\n  b\n* c\n10. d\n", [("item", 1, "a\n  b"), ("item", 3, "c"), ("item", 4, "d")]),
    "task": ("- [x] done\n", [("item", 1, "done")]),
    "fence": ("~~~\n# no heading\n~~~\nafter\n", [("code", 2, "# no heading"), ("paragraph", 4, "after")]),
    "open fence": ("```\ncode\n", [("code", 2, "code\n")]),
    "indented code": (
        "a\n\n    code\n\nb\n",
        [("paragraph", 1, "a"), ("code", 3, "    code"), ("paragraph", 5, "b")],
    ),
    "table": (
        "| a | b |\n|---|:-:|\n| c \\| d | |\n",
        [("cell", 1, "a"), ("cell", 1, "b"), ("cell", 3, "c \\| d")],
    ),
    "comment": ("<!-- not\nshown -->\nshown\n", [("paragraph", 3, "shown")]),
    "tags alone": ("<div>\nshown\n</div>\n", [("paragraph", 2, "shown")]),
    "raw": ("<script>\nx()\n</script>\nshown\n", [("paragraph", 4, "shown")]),
    "reference": ("[a]: https://x.example\nshown\n", [("paragraph", 2, "shown")]),
    "front matter": ("---\na: b\n---\nshown\n", [("frontmatter", 2, "a: b"), ("paragraph", 4, "shown")]),
    "TOML front matter": (
        '+++\na = "b"\n+++\nshown\n',
        [("frontmatter", 2, 'a = "b"'), ("paragraph", 4, "shown")],
    ),
    "front matter left open": ("---\na: b\n", [("paragraph", 2, "a: b")]),
}


@pytest.mark.parametrize(("text", "expected"), MARKDOWN.values(), ids=MARKDOWN)
def test_markdown_blocks(text: str, expected: list[tuple[str, int, str]]) -> None:
    read, blocks = markdown.blocks_of(text)
    assert len(read) == len(text), "offsets stay those of the input"
    assert [(b.kind, b.line, read[slice(*b.span)]) for b in blocks] == expected


def test_front_matter_states_languages() -> None:
    data = b"---\nlang: pt-BR\nsource_lang: 'en'\nms.translationtype: MT\ntags: [a, b]\n---\nOi.\n"
    (doc,) = markdown.read(data, "a.md")
    assert isinstance(doc, Document)
    assert (doc.lang, doc.source_lang, doc.source_lang_from) == ("pt-BR", "en", "input")
    assert doc.metadata["ms.translationtype"] == "MT"
    assert "tags" not in doc.metadata
    assert doc.markup == data.decode()
