"""From what readers find to Units and Catalogues; what every format shares.

Reach for this module when you write a reader: ``text_of`` decodes, ``unit`` builds one message with
its suppressions, ``catalogue`` one file with its duplicates marked. A reader of a format that keeps
one language a file puts its texts into ``target``; ``pairing`` finds their source.

Flags beyond gettext's own: ``duplicate`` (the key stood before in this file), ``no-translate`` (the
file says not to translate it), ``ordinal`` (a plural form of an ordinal), ``surplus-form`` (gettext:
beyond the forms that the header states), ``state:NAME`` (XLIFF and string catalogues), and those of
``comments``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mtcheck.core import Catalogue, InputError, Unit
from mtcheck.read.encoding import decode, without_surrogates
from mtcheck.read.l10n.comments import length_limit, suppressions

MEND = "mend the file there"


@dataclass(frozen=True, slots=True)
class Problem:
    """What broke a file, and where.

    Attributes:
        text: in plain words.
        line: 1-based.
    """

    text: str
    line: int

    def error(self, uri: str) -> InputError:
        """The same as an error of a file."""
        return InputError(uri, self.text, place=f"line {self.line}", mend=MEND)


def text_of(data: bytes, uri: str, charset: str | None = None) -> tuple[str, InputError | None]:
    """The text of a file and what is wrong with its bytes; an empty file is an empty text."""
    try:
        decoded = decode(data, uri, declared=charset)
    except InputError as error:
        if error.problem == "is empty":
            return "", None
        return "", InputError(uri, error.problem, place=error.place or "line 1", mend=error.mend)
    return decoded.text, decoded.damage


def unit(
    key: str,
    *,
    source: str = "",
    target: str = "",
    line: int | None = None,
    context: str | None = None,
    plural: str | None = None,
    flags: Iterable[str] = (),
    comments: Sequence[str] = (),
    max_length: int | None = None,
) -> Unit:
    """A message, with what its comments and flags say about checking; see ``Unit``."""
    stated = frozenset(flags)
    if comments or stated:
        if max_length is None:
            max_length = length_limit(stated)
        stated |= suppressions(comments, stated)
    return Unit(
        key=without_surrogates(key),
        source=without_surrogates(source),
        target=without_surrogates(target),
        line=line,
        context=without_surrogates(context) if context else context,
        plural=plural,
        flags=stated,
        comments=tuple(map(without_surrogates, comments)) if comments else (),
        max_length=max_length,
    )


def catalogue(
    uri: str,
    format: str,
    units: Iterable[Unit],
    *,
    broken: InputError | None = None,
    source_lang: str | None = None,
    target_lang: str | None = None,
) -> Catalogue:
    """A file's messages; the second of two with the same key, context and form is flagged."""
    seen: set[tuple[str, str | None, str | None]] = set()
    kept: list[Unit] = []
    for each in units:
        name = (each.key, each.context, each.plural)
        if name in seen and "obsolete" not in each.flags:
            each = replace(each, flags=each.flags | {"duplicate"})
        elif "obsolete" not in each.flags:
            seen.add(name)
        kept.append(each)
    return Catalogue(uri, format, tuple(kept), source_lang, target_lang, broken=broken)
