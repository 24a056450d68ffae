"""Five hundred malformed inputs, and three hundred feed items that must all come back."""

from __future__ import annotations

import gzip
import json
import random
import time
from collections.abc import Callable, Iterator
from html import escape
from io import BytesIO
from pathlib import Path

import pytest

from mtcheck.core import Catalogue, Document, InputError
from mtcheck.read import READERS, read_inputs
from mtcheck.text import normalise

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "formats"
FORMATS = tuple(name for name, f in READERS.items() if not f.localisation)
EVAL = Path(__file__).resolve().parents[2] / ".." / "shared" / "eval"
SENTENCES = {
    "ru": "Мост через реку построили за два лета, и теперь дети ходят в школу короткой дорогой.",
    "de": "Die Brücke über den Fluss wurde in zwei Sommern gebaut, und größere Fahrzeuge dürfen sie nutzen.",
    "ja": "川にかかる橋は二つの夏をかけて造られ、子どもたちは近道で学校へ通えるようになった。",
    "zh": "这座桥用了两个夏天才建成，现在孩子们可以走近路去上学了，村里的人都很高兴。",
}
JSON_FEED = "https://jsonfeed.org/version/1"
WHOLE = "This document is whole and must not be lost."
SECONDS = 30.0
"""More than any single malformed input may take on a slow machine."""


def wrap(name: str, text: str) -> str:
    """A small valid input of a format around a text."""
    quoted = json.dumps(text, ensure_ascii=False)
    return {
        "text": text,
        "markdown": f"# Heading\n\n{text}\n",
        "html": f"<html><head><meta charset='X'></head><body><p>{escape(text)}</p></body></html>",
        "feed": f"<?xml version='1.0'?><rss><channel><item><title>t</title><description>{escape(text)}"
        "</description></item></channel></rss>",
        "jsonfeed": f'{{"version": "{JSON_FEED}", "items": [{{"content_text": {quoted}}}]}}',
        "jsonl": f'{{"text": {quoted}}}\n',
        "json": f'[{{"text": {quoted}}}]',
        "csv": f'id,text\n1,"{text}"\n',
        "tsv": f"id\ttext\n1\t{text}\n",
    }[name]


def truncated(chance: random.Random) -> Iterator[tuple[str, str, bytes]]:
    goods = sorted(path for name in FORMATS for path in (FIXTURES / name).glob("good*"))
    for number in range(110):
        path = goods[number % len(goods)]
        data = path.read_bytes()
        yield f"truncated {path.name} {number}", path.parent.name, data[: chance.randrange(1, len(data) - 1)]


def entity_bombs() -> Iterator[tuple[str, str, bytes]]:
    bombs = {
        "laughs": '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">',
        "blowup": f'<!ENTITY c "{"x" * 60_000}">',
        "file": '<!ENTITY c SYSTEM "file:///etc/passwd">',
        "net": '<!ENTITY c SYSTEM "http://127.0.0.1:9/x">',
        "parameter": '<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;',
        "cycle": '<!ENTITY c "&d;"><!ENTITY d "&c;">',
    }
    for name, entities in bombs.items():
        for root in ("rss", "feed", "rdf:RDF"):
            for encoding in ("utf-8", "utf-16"):
                item = "entry" if root == "feed" else "item"
                inside = f"<{item}><title>{'&c;' * 1000}</title></{item}>"
                text = f"<!DOCTYPE {root} [{entities}]><{root}>{inside}</{root}>"
                yield f"{name} {root} {encoding}", "feed", text.encode(encoding)
        yield f"{name} html", "html", f"<!DOCTYPE html [{entities}]><html><body>{'&c;' * 1000}".encode()


def encodings(chance: random.Random) -> Iterator[tuple[str, str, bytes]]:
    wrong = ("cp1251", "koi8_r", "cp932", "gb18030", "utf-16-be", "utf-32-le", "cp866", "cp1252", "utf-7")
    for encoding in wrong:
        for name in FORMATS:
            for declared in ("utf-8", "no-such-encoding"):
                lang = chance.choice(list(SENTENCES))
                text = wrap(name, SENTENCES[lang]).replace("'X'", f"'{declared}'")
                text = text.replace("version='1.0'", f"version='1.0' encoding='{declared}'")
                yield f"{lang} in {encoding} as {declared} {name}", name, text.encode(encoding, "replace")


def nuls(chance: random.Random) -> Iterator[tuple[str, str, bytes]]:
    for name in FORMATS:
        for _ in range(5):
            data = bytearray(wrap(name, SENTENCES["de"]).encode())
            for _ in range(chance.choice((1, 1, 20))):
                data.insert(chance.randrange(len(data)), 0)
            yield f"NUL {name}", name, bytes(data)
        yield f"escaped NUL {name}", name, wrap(name, "a\0b").replace("\0", "\\u0000").encode()
        yield f"only NUL {name}", name, b"\0" * 1000


def deep() -> Iterator[tuple[str, str, bytes]]:
    nests = {
        "div": b"<div>" * 100_000,
        "b": b"<b>x" * 100_000,
        "quote": b"<blockquote>" * 10_000 + b"x" + b"</blockquote>" * 10_000,
        "item": b"<rss><channel>" + b"<item>" * 100_000,
        "xhtml": b"<feed><entry><content type='xhtml'>" + b"<div>" * 50_000,
        "list": b"[" * 100_000,
        "object": b'{"a":' * 100_000,
        "text": b'{"text":' * 50_000,
        "items": b'{"version": "https://jsonfeed.org/version/1", "items": ' + b"[" * 100_000,
        "row": b'{"text": "x", "deep": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "marks": b"> " * 100_000 + b"x",
        "bullets": b"- " * 100_000 + b"x",
    }
    for label, data in nests.items():
        for name in ("html", "feed", "jsonfeed", "jsonl", "json", "markdown"):
            yield f"deep {label} as {name}", name, data


def odd(chance: random.Random) -> Iterator[tuple[str, str, bytes]]:
    for name in FORMATS:
        yield f"empty {name}", name, b""
        yield f"blank {name}", name, b" \n\t\n " * 100
        yield f"mark only {name}", name, b"\xef\xbb\xbf"
        yield f"random {name}", name, chance.randbytes(5000)
        yield f"PDF {name}", name, b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + chance.randbytes(500)
        yield f"zip {name}", name, b"PK\x03\x04" + chance.randbytes(500)
    for label, data in {
        "open comment": b"<!--" * 5000,
        "open cdata": b"<rss><channel><item><description><![CDATA[" * 200,
        "open tags": b"<a " * 20_000,
        "ampersands": b"<rss><channel><item><title>" + b"&" * 20_000,
        "doctypes": b"<!DOCTYPE [" * 5000,
        "comments": b"<!-- -->" * 5000,
        "quotes": b'id,text\n1,"' + b'"a' * 20_000,
        "ragged": b"id,text\n" + b"1,2,3,4\n" * 2000,
        "no columns": b"1,2\n3,4\n",
        "spaces": b"# a" + b" " * 100_000 + b"b",
        "pipes": b"a|b\n-|-\n" + b"|`" * 20_000,
        "numbers": b'{"text": "x", "n": ' + b"9" * 10_000 + b"}",
        "surrogates": b'{"text": "\\ud800 \\udfff", "\\udead": 1}',
    }.items():
        for name in FORMATS:
            yield f"{label} as {name}", name, data


def corpus() -> list[tuple[str, str, bytes]]:
    chance = random.Random(20241202)
    return [
        *truncated(chance),
        *entity_bombs(),
        *encodings(chance),
        *nuls(chance),
        *deep(),
        *odd(chance),
    ]


def test_malformed_inputs(tmp_path: Path) -> None:
    """No traceback, no hang; every malformed input says something, every whole one beside it is read."""
    cases = corpus()
    assert len(cases) >= 500
    whole = tmp_path / "whole.txt"
    whole.write_text(WHOLE, "utf-8")
    slow = []
    for label, name, data in cases:
        path = tmp_path / "malformed"
        path.write_bytes(data)
        start = time.monotonic()
        results = [
            r for r in read_inputs([str(path), str(whole)], format=name) if not isinstance(r, Catalogue)
        ]
        if (spent := time.monotonic() - start) > SECONDS:
            slow.append((label, spent))
        own = [r for r in results if (r.uri if isinstance(r, InputError) else r.origin.uri) == str(path)]
        assert own, label
        unexplained = [r for r in own if isinstance(r, InputError) and "could not be parsed (" in r.problem]
        assert not unexplained, (label, unexplained)
        # The whole one is plain text: read as such, and an error of its own as JSON, CSV or a feed.
        assert len(results) > len(own), label
        if name in {"text", "markdown", "html"}:
            assert WHOLE in [r.text for r in results if isinstance(r, Document)], label
    assert not slow


@pytest.mark.parametrize("label", ["laughs", "file", "net", "parameter", "cycle", "blowup"])
def test_entities_are_refused(label: str) -> None:
    for name, _, data in [c for c in entity_bombs() if c[0].startswith(label) and c[1] == "feed"]:
        (error,) = read_inputs(["-"], format="feed", stdin=BytesIO(data))
        assert isinstance(error, InputError), name
        assert "entities" in error.problem, name


def test_a_doctype_without_entities_is_read() -> None:
    data = (
        b'<?xml version="1.0"?>\n<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
        b'"http://my.netscape.com/publish/formats/rss-0.91.dtd">\n'
        b'<rss version="0.91"><channel><item><title>A&nbsp;b</title></item></channel></rss>'
    )
    (doc,) = read_inputs(["-"], stdin=BytesIO(data))
    assert isinstance(doc, Document)
    assert doc.text == "A b"


def line_of(name: str, size: int) -> bytes:
    """An input of a format that is one line of ``size`` bytes."""
    filling = (b"word " * (size // 5 + 1))[:size]
    return {
        "html": b"<html><body><p>" + filling,
        "feed": b"<rss><channel><item><title>t</title><description>" + filling,
        "jsonfeed": b'{"version": "https://jsonfeed.org/version/1", "items": [{"content_text": "' + filling,
        "jsonl": b'{"text": "' + filling + b'"}\n{"text": "' + WHOLE.encode() + b'"}\n',
        "json": b'[{"text": "' + filling + b'"}]',
        "csv": b"id,text\n1," + filling,
        "tsv": b"id\ttext\n1\t" + filling,
    }.get(name, filling)


@pytest.mark.parametrize("name", FORMATS)
def test_a_line_of_50_mb(name: str) -> None:
    data = line_of(name, 50_000_000)
    start = time.monotonic()
    results = list(read_inputs(["-"], format=name, stdin=BytesIO(data)))
    assert time.monotonic() - start < SECONDS
    assert isinstance(results[0], InputError)
    if name == "jsonl":
        assert [r.text for r in results[1:] if isinstance(r, Document)] == [WHOLE]
    else:
        assert len(results) == 1


def test_larger_than_the_limit_is_one_error() -> None:
    (error,) = read_inputs(["-"], format="text", stdin=BytesIO(b"word " * 1000), max_bytes=4096)
    assert isinstance(error, InputError)
    assert "larger than" in error.problem


# Feeds.


def evaluation_texts(count: int) -> list[tuple[str, str, list[str]]]:
    """Id, language and paragraphs of human texts in several languages."""
    found: list[tuple[str, str, list[str]]] = []
    for path in sorted(EVAL.glob("wmt2*.docs.jsonl.gz")) + sorted(EVAL.glob("msdocs.*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for number, line in zip(range(count // 10), file, strict=False):
                row = json.loads(line)
                lang = row.get("lang") or row["src_lang"]
                paragraphs = [p for p in row.get("segments") or row["source"] if p.strip()]
                found.append((f"{path.name}/{number}/{row['doc']}", lang, paragraphs))
    step = len(found) / count
    return [found[int(i * step)] for i in range(count)]


Item = tuple[str, str, list[str]]


def rss(items: list[Item]) -> str:
    entries = []
    for number, (own, _, paragraphs) in enumerate(items):
        # The three ways in which feeds carry text: escaped HTML, CDATA, bare text.
        markup = "".join(f"<p>{escape(p, quote=False)}</p>" for p in paragraphs)
        carried = (
            f"<description>{escape(markup)}</description>",
            f"<description>in short</description><content:encoded><![CDATA[{markup}]]></content:encoded>",
            f"<description>{escape(escape(chr(10).join(paragraphs), quote=False))}</description>",
        )[number % 3]
        entries.append(f'<item><guid isPermaLink="false">{escape(own)}</guid>{carried}</item>')
    head = '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>f</title>'
    return f"<?xml version='1.0' encoding='utf-8'?>\n{head}{''.join(entries)}</channel></rss>"


def atom(items: list[Item]) -> str:
    entries = []
    for number, (own, lang, paragraphs) in enumerate(items):
        markup = "".join(f"<p>{escape(p, quote=False)}</p>" for p in paragraphs)
        content = (
            f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{markup}</div></content>',
            f'<content type="html">{escape(markup)}</content>',
            f'<content type="text">{escape(chr(10).join(paragraphs))}</content>',
        )[number % 3]
        entries.append(f'<entry xml:lang="{lang}"><id>{escape(own)}</id>{content}</entry>')
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>f</title>{"".join(entries)}</feed>'


def rdf(items: list[Item]) -> str:
    entries = (
        f'<item rdf:about="{escape(own)}"><description>{escape(escape(chr(10).join(ps), quote=False))}'
        f"</description></item>"
        for own, _, ps in items
    )
    names = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    return f"<rdf:RDF {names}><channel><title>f</title></channel>{''.join(entries)}</rdf:RDF>"


def json_feed(items: list[Item]) -> str:
    entries = []
    for number, (own, lang, paragraphs) in enumerate(items):
        markup = "".join(f"<p>{escape(p, quote=False)}</p>" for p in paragraphs)
        content = {"content_html": markup} if number % 2 else {"content_text": "\n".join(paragraphs)}
        entries.append({"id": own, "language": lang, **content})
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": entries}, ensure_ascii=False)


@pytest.mark.parametrize("make", [rss, atom, rdf, json_feed])
def test_300_items_come_back(make: Callable[[list[Item]], str]) -> None:
    if not EVAL.is_dir():
        pytest.skip(f"the labelled data is not at {EVAL.name}: feeds of real texts cannot be built")
    items = evaluation_texts(300)
    assert len({own for own, _, _ in items}) == 300
    documents = list(read_inputs(["-"], stdin=BytesIO(make(items).encode())))
    assert [d for d in documents if isinstance(d, InputError)] == []
    read = [d for d in documents if isinstance(d, Document)]
    assert [d.id for d in read] == [own for own, _, _ in items]
    for doc, (own, lang, paragraphs) in zip(read, items, strict=True):
        assert normalise(doc.text) == normalise(" ".join(paragraphs)), own
        if make in (atom, json_feed):
            assert doc.lang == lang
