"""Terminology in TBX (ISO 30042), read into rows as ``agreed`` has them from CSV and TOML.

TBX-Core, Min and Basic in the third edition (``conceptEntry``, with data categories as attributes or as
elements) and the second (``termEntry``, ``martif``). Every language of a concept becomes one entry whose
source terms are those of the others. ``administrativeStatus`` tells preferred, admitted and deprecated
terms; without it the first term of a language is preferred.

No entity is resolved, no DTD loaded, no network opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mtcheck import text
from mtcheck.core import InputError

_ENTRIES = frozenset({"conceptEntry", "termEntry"})
_LANGUAGES = frozenset({"langSec", "langSet"})
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def tbx_rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Place and row of each language of each concept.

    Raises:
        InputError: the file cannot be read, or is no TBX.
    """
    root = _root(path)
    entries = [node for node in root.iter() if _name(node) in _ENTRIES]
    if not entries:
        raise InputError(str(path), "has no termEntry or conceptEntry", mend="TBX Core, Min or Basic")
    for entry in entries:
        yield from _concept(entry)


def _root(path: Path) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        return etree.fromstring(path.read_bytes(), parser)
    except OSError as problem:
        raise InputError(str(path), f"cannot be read: {problem.strerror}") from problem
    except etree.XMLSyntaxError as problem:
        line = problem.position[0]
        raise InputError(str(path), f"is no XML: {problem.msg}", place=f"line {line}") from problem


def _name(node: Any) -> str:
    """The name of an element without its namespace, empty for anything else."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _concept(entry: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    spoken = {
        text.primary(str(part.get(_XML_LANG) or part.get("lang") or "")): _terms(part)
        for part in entry.iter()
        if _name(part) in _LANGUAGES
    }
    place = f"line {entry.sourceline}"
    for lang, terms in spoken.items():
        good = [t for t, status in terms if status != "forbidden"]
        if not good:
            continue
        preferred = next((t for t, status in terms if status == "preferred"), good[0])
        others = tuple((other, term) for other, found in spoken.items() if other != lang for term, _ in found)
        yield (
            place,
            {
                "preferred": preferred,
                "allowed": [t for t in good if t != preferred],
                "forbidden": [t for t, status in terms if status == "forbidden"],
                "kind": "term",
                "lang": lang,
                "source_term": others,
            },
        )


def _terms(part: Any) -> list[tuple[str, str]]:
    """The terms of one language, each with ``preferred``, ``allowed``, ``forbidden`` or nothing."""
    return [
        (words, _status(node.getparent()))
        for node in part.iter()
        if _name(node) == "term" and (words := text.normalise("".join(node.itertext())))
    ]


def _status(section: Any) -> str:
    """What ``administrativeStatus`` says of a term, as attribute value or as element (DCA, DCT)."""
    around = [section, *([section.getparent()] if _name(section) == "termGrp" else [])]
    for holder in around:
        for node in holder.iter():
            is_status = _name(node) == "administrativeStatus" or node.get("type") == "administrativeStatus"
            if is_status and node.text:
                return _STATUS.get(node.text.strip().split("-")[0], "")
    return ""


_STATUS = {
    "preferredTerm": "preferred",
    "preferred": "preferred",
    "admittedTerm": "allowed",
    "admitted": "allowed",
    "deprecatedTerm": "forbidden",
    "deprecated": "forbidden",
    "supersededTerm": "forbidden",
    "superseded": "forbidden",
}
"""Values of administrativeStatus in ISO 30042 (TBX-Basic), without ``-admn-sts``."""
