"""The review page: one file that needs no network, on which an editor decides finding by finding.

The page is whole without its script: every sentence and finding is in it as plain HTML. Where the
script runs, its first lines open a ``noscript`` element around the documents, so that the browser
keeps them as text and each part is drawn from there when it is seen; 20,000 findings open as fast
as twenty. Where scripts are forbidden nothing opens it, and the documents are simply there.

Nothing of a document can run or restyle the page: all text passes ``page.safe``, and a content policy
in the page lets through only this style sheet and this script, by their sums.

Rejected: drawing the findings in the script from JSON. It would be a second renderer to keep in step,
and the page would be empty under a strict content policy.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import groupby
from string import Template
from typing import Any

from mtcheck.core import Failure, Finding, Result, Rule
from mtcheck.report.page.documents import Part, across_parts, document_parts
from mtcheck.report.page.numbering import Numbering, number
from mtcheck.report.page.overview import overview
from mtcheck.report.page.safe import script_json


class HtmlReporter:
    """See ``Reporter``; all is written at the end, since names link from document to document.

    Args:
        api: address to which the page sends each decision and from which it reads those of others,
            for a page that is served; None for a file.
    """

    def __init__(self, *, api: str | None = None) -> None:
        self._api = api
        self._results: list[Result] = []
        self._failures: list[Failure] = []

    def result(self, result: Result) -> str:
        """Kept."""
        self._results.append(result)
        return ""

    def failure(self, failure: Failure) -> str:
        """Kept."""
        self._failures.append(failure)
        return ""

    def conclude(
        self, findings: tuple[Finding, ...], rules: tuple[Rule, ...], signature: Mapping[str, str]
    ) -> str:
        """The page."""
        numbering = number(self._results, findings)
        parts = [*across_parts(numbering)]
        for sheet in numbering.sheets:
            parts.extend(document_parts(sheet, numbering))
        style, boot, script = (_file(name) for name in ("page.css", "boot.js", "page.js"))
        return Template(_file("page.html")).substitute(
            api="" if self._api is None else f'<meta name="mtcheck-api" content="{html.escape(self._api)}">',
            policy=_policy(style, (boot, script)),
            style=style,
            overview=overview(numbering, self._failures, rules, signature),
            boot=boot,
            documents="".join(_sections(parts)),
            index=_with_sum(_index(numbering, parts)),
            script=script,
        )


def _sections(parts: Sequence[Part]) -> Iterator[str]:
    """Each document as a section; the comments tell the script where a part begins and ends."""
    for document, group in groupby(parts, key=lambda p: p.document):
        inner = "".join(f"<!--[-->{part.html}<!--]-->" for part in group)
        yield f'<section class="doc" aria-labelledby="d{document}">{inner}</section>'


def _index(numbering: Numbering, parts: Sequence[Part]) -> dict[str, Any]:
    """What the script must know of findings that are not drawn.

    Texts are those that were judged, letter by letter: a verdict is exported with its text.
    """
    texts: dict[str, int] = {}
    codes: dict[str, int] = {}
    found: list[list[Any]] = []
    segments = {s.number: s.result.document.segments for s in numbering.sheets}
    for place, part in enumerate(parts):
        for n in part.findings:
            f = n.finding
            own = segments.get(part.document, ())
            placed = f.segment is not None and 0 <= f.segment < len(own)
            judged = own[f.segment or 0].text if placed else f.found or ""
            text = texts.setdefault(judged, len(texts))
            code = codes.setdefault(f.code, len(codes))
            found.append(
                [f.fingerprint, code, f.severity.value, place, text, f.found, f.origin.unit, f.message, f.doc]
            )
    docs = {s.number: [s.result.document.id, s.result.verdict] for s in numbering.sheets}
    docs[0] = ["Across documents", ""]
    return {
        "docs": docs,
        "rules": list(codes),
        "texts": list(texts),
        "parts": [[p.document, *p.sentences, p.height] for p in parts],
        "findings": found,
    }


def _with_sum(index: dict[str, Any]) -> str:
    """The index as JSON, with a sum of itself, under which the browser keeps what was decided."""
    total = hashlib.sha256(script_json(index).encode("utf-8")).hexdigest()[:16]
    return script_json({"sum": total, **index})


def _policy(style: str, scripts: Sequence[str]) -> str:
    sums = " ".join(_sum(script) for script in scripts)
    return (
        f"default-src 'none'; style-src {_sum(style)}; script-src {sums}; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'"
    )


def _sum(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode('utf-8')).digest()).decode('ascii')}'"


@cache
def _file(name: str) -> str:
    return (resources.files("mtcheck.report.page") / name).read_text(encoding="utf-8")
