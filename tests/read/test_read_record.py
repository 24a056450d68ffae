"""Records: JSONL, JSON, CSV and TSV, field by field."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest

from mtcheck.core import Catalogue, Document, InputError
from mtcheck.read import read_inputs


def read(data: str, name: str) -> list[Document | InputError]:
    return [
        r
        for r in read_inputs(["-"], format=name, stdin=BytesIO(data.encode("utf-8", "surrogatepass")))
        if not isinstance(r, Catalogue)
    ]


def one(record: dict[str, Any]) -> Document | InputError:
    """A record through JSONL; JSON must say the same."""
    (row,) = read(json.dumps(record), "jsonl")
    (item,) = read(json.dumps([record]), "json")
    (single,) = read(json.dumps(record), "json")
    if isinstance(row, Document) and isinstance(item, Document) and isinstance(single, Document):
        assert (row.text, row.blocks, row.markup) == (item.text, item.blocks, item.markup)
        assert (row.id, row.origin, row.terms, row.lang) == (
            single.id,
            single.origin,
            single.terms,
            single.lang,
        )
    else:
        assert isinstance(row, InputError)
        assert isinstance(item, InputError)
        assert isinstance(single, InputError)
        assert row.problem == item.problem == single.problem
    return row


GOOD: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "text": ({"text": "a"}, {"id": "-#1", "text": "a", "lang": None, "source_lang_from": None}),
    "own id": ({"id": "x", "text": "a"}, {"id": "x"}),
    "number as id": ({"id": 7, "text": "a"}, {"id": "7"}),
    "empty id": ({"id": "", "text": "a"}, {"id": "-#1"}),
    "source and target": (
        {"source": "да", "target": "yes", "source_lang": "ru", "target_lang": "en", "lang": "xx"},
        {"text": "yes", "source": "да", "source_lang": "ru", "source_lang_from": "input", "lang": "en"},
    ),
    "source and text": ({"source": "да", "text": "yes"}, {"text": "yes", "source": "да"}),
    "target before text": ({"target": "a", "text": "b"}, {"text": "a", "metadata": {"text": "b"}}),
    "null is absent": ({"text": "a", "lang": None, "source": None}, {"lang": None, "source": None}),
    "region kept": ({"text": "a", "lang": "pt-BR"}, {"lang": "pt-BR"}),
    "private part cut": ({"text": "a", "lang": "en-x-mtfrom-ru"}, {"lang": "en"}),
    "no language": ({"text": "a", "lang": "und"}, {"lang": None}),
    "metadata": ({"text": "a", "date": [1, {"b": "\ud800"}]}, {"metadata": {"date": [1, {"b": "\ufffd"}]}}),
    "terms": ({"text": "a", "terms": {"мост": "bridge"}}, {"terms": {"мост": "bridge"}}),
    "terms as objects": ({"text": "a", "terms": [{"source": "x", "target": "y"}]}, {"terms": {"x": "y"}}),
    "terms as pairs": ({"text": "a", "terms": [["x", "y"], ["z", "w"]]}, {"terms": {"x": "y", "z": "w"}}),
    "html": (
        {"html": "<p>One &amp; <b>two</b>.</p><p>Three.</p>"},
        {"text": "One & two.\n\nThree.", "markup": "<p>One &amp; <b>two</b>.</p><p>Three.</p>"},
    ),
    "html beside text": ({"html": "<p>One</p>", "text": "One."}, {"text": "One.", "markup": "<p>One</p>"}),
    "html states language": ({"html": "<html lang='de'><body><p>Eins.</p></body></html>"}, {"lang": "de"}),
    "invisible html": (
        {"html": "<html lang='de-x-mtfrom-en'><script>x</script>"},
        {"text": "", "markup": "<html lang='de-x-mtfrom-en'><script>x</script>", "lang": "de"},
    ),
    "lone surrogate": ({"text": "a\ud83d"}, {"text": "a\ufffd"}),
}


@pytest.mark.parametrize(("record", "expected"), GOOD.values(), ids=GOOD)
def test_fields(record: dict[str, Any], expected: dict[str, Any]) -> None:
    doc = one(record)
    assert isinstance(doc, Document), doc
    assert {name: getattr(doc, name) for name in expected} == expected


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "has no text (fields seen: none)"),
    "unknown fields": ({"body": "a"}, "has no text (fields seen: body)"),
    "empty": ({"text": "   "}, 'field "text" is empty'),
    "null": ({"text": None}, 'field "text" is empty'),
    "source alone": ({"source": "да"}, 'has a "source" but no "target"'),
    "number": ({"text": 5}, 'field "text" is a number, not a string'),
    "list": ({"text": ["a"]}, 'field "text" is a list, not a string'),
    "id": ({"id": 1.5, "text": "a"}, 'field "id" is a number, not a string or a whole number'),
    "id true": ({"id": True, "text": "a"}, 'field "id" is true or false, not a string or a whole number'),
    "language": ({"text": "a", "lang": 1}, 'field "lang" is a number, not a string'),
    "NUL": ({"text": "a\0"}, 'field "text" has a NUL at character 1'),
    "terms": ({"text": "a", "terms": "x"}, 'field "terms" does not pair source terms with target terms'),
    "terms of numbers": (
        {"text": "a", "terms": {"x": 1}},
        'field "terms" does not pair source terms with target terms',
    ),
}


@pytest.mark.parametrize(("record", "problem"), BAD.values(), ids=BAD)
def test_bad_fields(record: dict[str, Any], problem: str) -> None:
    error = one(record)
    assert isinstance(error, InputError)
    assert error.problem == problem
    assert error.place in {"line 1", "item 1"}


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ('{"text": "a", "text": "b"}', 'field "text" stands twice'),
        ("[1]", "is no JSON object"),
        ("nonsense", "is no JSON: Expecting value"),
        ('{"text": "a"} {"text": "b"}', "is no JSON: Extra data"),
        ('{"text": "a", "n": ' + "[" * 100_000, "nests too deep"),
        ('{"text": "a", "n": ' + "9" * 5000 + "}", "Exceeds the limit"),
    ],
)
def test_one_bad_row_costs_no_other(row: str, problem: str) -> None:
    first, bad, last = read(f'{{"text": "first"}}\n{row}\n\n{{"text": "last"}}\n', "jsonl")
    assert isinstance(bad, InputError)
    assert bad.problem.startswith(problem)
    assert bad.place == "line 2"
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert (first.text, last.text, last.origin.line) == ("first", "last", 4)


def test_duplicate_ids_are_kept_as_given() -> None:
    documents = read('{"id": "a", "text": "x"}\n{"id": "a", "text": "y"}', "jsonl")
    assert [d.id for d in documents if isinstance(d, Document)] == ["a", "a"]


def test_html_row_of_a_whole_page_gives_its_main_text() -> None:
    prose = "The bridge was built in two summers with the help of nearly every family of the village. " * 4
    page = f"<html><body><nav><a href='/'>Home page</a></nav><article><p>{prose}</p></article></body></html>"
    doc = one({"html": page})
    assert isinstance(doc, Document)
    assert doc.text == prose.strip()


TABLES: dict[str, tuple[str, str, list[str]]] = {
    "comma": ("csv", "id,text\n1,a\n", ["a"]),
    "semicolon": ("csv", "id;text\n1;a, b, c\n", ["a, b, c"]),
    "tab in .csv": ("csv", "id\ttext\n1\ta, b\n", ["a, b"]),
    "bar": ("csv", "id|text\n1|a\n", ["a"]),
    "capitals and space": ("csv", " ID , Text \n1,a\n", ["a"]),
    "newline in quotes": ("csv", 'text,id\n"a\nb",1\nc,2\n', ["a\nb", "c"]),
    "doubled quotes": ("csv", 'text\n"say ""a"""\n', ['say "a"']),
    "trailing delimiters": ("csv", "id,text\n1,a,,\n", ["a"]),
    "one column": ("csv", "text\na\nb\n", ["a", "b"]),
    "no last newline": ("csv", "text\na", ["a"]),
    "a long field": ("csv", f"text\n{'a' * 200_000}\n", ["a" * 200_000]),
    "blank rows": ("csv", "\nid,text\n\n1,a\n,\n", ["a"]),
    "quotes without meaning": (
        "tsv",
        'id\ttext\n1\t"We waited," she said.\n2\tb\n',
        ['"We waited," she said.', "b"],
    ),
    "quotes with meaning": ("tsv", 'id\ttext\n1\t"a\tb"\n', ["a\tb"]),
}


@pytest.mark.parametrize(("name", "data", "expected"), TABLES.values(), ids=TABLES)
def test_tables(name: str, data: str, expected: list[str]) -> None:
    assert [d.text if isinstance(d, Document) else str(d) for d in read(data, name)] == expected


def test_rows_of_a_table_say_their_lines() -> None:
    results = read('id,text\n1,"a\nb"\n2\n3\n4,c\n5,\n', "csv")
    assert [r.origin.line if isinstance(r, Document) else r.place for r in results] == [
        2,
        "lines 4 to 5",
        6,
        "line 7",
    ]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("a,b\n1,2\n", "has no usable column; columns seen: a, b"),
        ("text,Text\n1,2\n", 'has two columns "text"'),
        ("id,text\n", "has a header and no rows"),
        ('text,terms\na,"x"\n', 'column "terms" holds no JSON'),
    ],
)
def test_bad_tables(data: str, problem: str) -> None:
    (error,) = read(data, "csv")
    assert isinstance(error, InputError)
    assert error.problem == problem
    assert error.mend


def test_terms_and_metadata_in_a_table() -> None:
    (doc,) = read('text,terms,Rater\na,"{""x"": ""y""}",R\n', "csv")
    assert isinstance(doc, Document)
    assert dict(doc.terms) == {"x": "y"}
    assert dict(doc.metadata) == {"Rater": "R"}
