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

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from mtcheck.core import Catalogue, InputError, Unit
from mtcheck.read.encoding import Pieces, decode, decode_in_pieces, without_surrogates
from mtcheck.read.l10n.comments import length_limit, suppressions
from mtcheck.shelf import repeated, shelved

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
        return "", _why(error, uri)
    return decoded.text, decoded.damage


def pieces_of(data: bytes, uri: str, charset: str | None = None) -> Pieces:
    """As ``text_of``, of a large file piece by piece."""
    try:
        return decode_in_pieces(data, uri, declared=charset)
    except InputError as error:
        return Pieces(iter(()), _why(error, uri))


def _why(error: InputError, uri: str) -> InputError | None:
    if error.problem == "is empty":
        return None
    return InputError(uri, error.problem, place=error.place or "line 1", mend=error.mend)


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
    names = array("q")
    kept = shelved(_named(units, names))
    if twice := repeated(names):
        kept = shelved(_marked(kept, twice))
    return Catalogue(uri, format, kept, source_lang, target_lang, broken=broken)


def _name(unit: Unit) -> tuple[str, str | None, str | None]:
    return unit.key, unit.context, unit.plural


def _named(units: Iterable[Unit], names: array[int]) -> Iterator[Unit]:
    """The units; hashes of their names are noted, since the names themselves would take much room."""
    for each in units:
        if "obsolete" not in each.flags:
            names.append(hash(_name(each)))
        yield each


def _marked(units: Iterable[Unit], twice: frozenset[int]) -> Iterator[Unit]:
    """The units, those flagged whose name stood before."""
    seen = set()
    for each in units:
        if "obsolete" not in each.flags and hash(name := _name(each)) in twice:
            if name in seen:
                each = replace(each, flags=each.flags | {"duplicate"})
            seen.add(name)
        yield each
