"""Verdicts as a JSON file: what the page exports, what editors send each other.

``{"format": "mtcheck-verdicts", "version": 1, "verdicts": [{"fingerprint", "code", "document", "unit",
"verdict", "reason", "who", "when", "text", "found"}]}``: every event, undone ones too, so that two
editors' files merge into the same whichever comes first. Fields may be added; unknown ones are let be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from mtcheck.core import InputError
from mtcheck.review.verdicts import KINDS, Verdict, moment

FORMAT, VERSION = "mtcheck-verdicts", 1
_OPTIONAL = {"unit", "found", "reason"}


def write_verdicts(verdicts: Iterable[Verdict]) -> str:
    """The file, one event a line, so that versions of it compare well."""
    lines = [json.dumps(asdict(v), ensure_ascii=False) for v in verdicts]
    head = json.dumps({"format": FORMAT, "version": VERSION})[:-1]
    return f'{head}, "verdicts": [\n' + ",\n".join(lines) + "\n]}\n"


def read_verdicts(data: bytes, uri: str, *, who: str = "") -> list[Verdict]:
    """The events of a file, in its order.

    Args:
        data: the file, or one event by itself, as the page sends it.
        uri: what errors call it.
        who: the editor of those that name none.

    Raises:
        InputError: it is no such file; ``place`` says where (``verdicts[3].when``). Nothing of a
            file with an error is used.
    """
    try:
        whole = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(uri, "is not UTF-8", place=f"byte {error.start}") from None
    except RecursionError:
        raise InputError(uri, "is nested too deep") from None
    except ValueError as error:
        place = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else None
        raise InputError(uri, "is not valid JSON", place=place, mend="export it again") from None
    if isinstance(whole, dict) and "fingerprint" in whole and "format" not in whole:
        return [_verdict(whole, uri, "verdict", who)]
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise InputError(uri, f'is no file of verdicts (its "format" is not {FORMAT!r})')
    if whole.get("version") != VERSION:
        raise InputError(uri, f"this mtcheck reads version {VERSION}", place="version", mend="update it")
    rows = whole.get("verdicts")
    if not isinstance(rows, list):
        raise InputError(uri, "is no list", place="verdicts")
    return [_verdict(row, uri, f"verdicts[{i}]", who) for i, row in enumerate(rows)]


def _verdict(row: Any, uri: str, place: str, who: str) -> Verdict:
    if not isinstance(row, dict):
        raise InputError(uri, "is no object", place=place)
    fields: dict[str, Any] = {}
    for name in Verdict.__slots__:
        value = row.get(name)
        if value is None and name == "reason":
            value = ""
        if not isinstance(value, str) and not (value is None and name in _OPTIONAL):
            problem = "is missing" if name not in row else "is no text"
            if name != "who" or value is not None or not who:
                raise InputError(uri, problem, place=f"{place}.{name}")
        # Half a surrogate pair may stand in JSON as \ud800, and nowhere in a file.
        fields[name] = value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
    if not re.fullmatch(r"[0-9a-f]{16}", fields["fingerprint"]):
        raise InputError(uri, "is no fingerprint (16 hex digits)", place=f"{place}.fingerprint")
    if fields["verdict"] not in KINDS:
        raise InputError(uri, f"is none of {', '.join(KINDS)}", place=f"{place}.verdict")
    fields["who"] = (fields["who"] or "").strip() or who
    if not fields["who"]:
        raise InputError(uri, "names no editor", place=f"{place}.who", mend="--who NAME fills it in")
    try:
        fields["when"] = moment(fields["when"])
    except ValueError as error:
        raise InputError(uri, f"is no time: {error}", place=f"{place}.when") from None
    return Verdict(**fields)
