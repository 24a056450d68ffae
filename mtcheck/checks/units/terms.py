"""Rules that hold messages to agreed terms and names: the lists that documents are held to as well."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from mtcheck.checks.base import CatalogueCheck
from mtcheck.checks.units.grammar import prose
from mtcheck.core import Catalogue, Finding, Severity, Span, Unit
from mtcheck.names import AgreedForm, AgreedForms


@cache
def _accelerator() -> re.Pattern[str]:
    """The mark of an accelerator, before a word or in it."""
    return re.compile(r"(?<!\w)[&_~](?=[^\W_])|(?<=[^\W_])[&_~](?=[^\W_])")


def _plain(message: str) -> str:
    """The prose of a message without marks of accelerators, which cut words in two."""
    return _accelerator().sub("", prose(message))


def _forbidden(
    unit: Unit, catalogue: Catalogue, agreed: AgreedForms | None
) -> Iterator[tuple[str, AgreedForm, str]]:
    """Forbidden forms in a target, each with its entry and what tells it from its twins."""
    if agreed is None or catalogue.target_lang is None:
        return
    target = _plain(unit.target)
    spans = [Span(0, len(target))]
    twins: Counter[str] = Counter()
    for span, form in agreed.violations(target, lang=catalogue.target_lang, spans=spans, path=catalogue.uri):
        found = target[span.start : span.end]
        twins[found] += 1
        yield found, form, found if twins[found] == 1 else f"{found} {twins[found]}"


class _HeldToTerms(CatalogueCheck):
    """A rule that speaks only where a list of terms is given."""

    def __init__(self, *, terms: AgreedForms | None = None) -> None:
        self.terms = terms

    def judges_units(self) -> bool:
        """Only where a list is given."""
        return self.terms is not None


class UnitTermMissing(_HeldToTerms):
    """The source has a term of the agreed list, the target does not have its agreed translation.

    What it does
        Looks in the source for the source terms of the file given as ``--terms``, as whole words with the
        usual endings of the language, and in the target for the preferred form or an allowed one. The
        longest source term wins. Placeholders, tags and accelerators are left out of both.

    Why it matters
        One thing under two names reads like two things, and the list is what was decided.

    Limits
        A pronoun or a free rendering in place of the term is reported too. Endings come from short
        tables; ``match = "lemma"`` needs a dictionary (Russian and Ukrainian). Compounds count only where
        the list allows them. Silent where TRM004 names a forbidden form of the same entry.

    Example
        storage = Speicher: "The storage is full" with "Das Archiv ist voll".

    Source
        The user's own file; TBX by ISO 30042.
    """

    code = "TRM003"
    name = "unit-term-missing"
    severity = Severity.WARNING

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """One finding an entry that is missing."""
        if self.terms is None or catalogue.target_lang is None or not unit.source:
            return
        lang = catalogue.target_lang
        asked = self.terms.required(
            _plain(unit.source), source_lang=catalogue.source_lang, lang=lang, path=catalogue.uri
        )
        if not asked:
            return
        target = _plain(unit.target)
        told = {form for _, form, _ in _forbidden(unit, catalogue, self.terms)}
        for one in asked:
            if one.form not in told and not self.terms.stands_in(one.form, target, lang=lang):
                yield self.unit_finding(
                    unit,
                    catalogue,
                    f'The source has "{one.source_term}", but the agreed "{one.form.preferred}" is not in '
                    "the target",
                    found=one.source_term,
                    expected=one.form.preferred,
                    salt=one.form.preferred,
                )


class UnitTermForbidden(_HeldToTerms):
    """The target has a form that the agreed list of terms forbids.

    What it does
        Looks in the target for the forbidden forms of the file given as ``--terms``, as whole words with
        the usual endings of the language. Of several entries at one place the longest wins; a forbidden
        form inside a longer preferred or allowed one is let pass.

    Why it matters
        The list is what was decided, often after somebody complained.

    Limits
        Endings come from short tables; a form whose stem changes is found only with ``match = "lemma"``
        and a dictionary (Russian and Ukrainian), or when it is listed.

    Example
        preferred Speicher, forbidden Ablage: "Die Ablage ist voll".

    Source
        The user's own file; TBX by ISO 30042.
    """

    code = "TRM004"
    name = "unit-term-forbidden"
    severity = Severity.WARNING

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """One finding a place."""
        for found, form, salt in _forbidden(unit, catalogue, self.terms):
            message = f'"{found}" is not the agreed term "{form.preferred}"'
            yield self.unit_finding(unit, catalogue, message, found=found, expected=form.preferred, salt=salt)


class UnitNameForbidden(CatalogueCheck):
    """The target has a form of a name that the agreed list forbids.

    What it does
        As TRM004, for the file given as ``--names``.

    Why it matters
        The list is what the editors have decided.

    Limits
        As for TRM004. Whether a name of the source is rendered at all is not looked at.

    Example
        preferred Kyiv, forbidden Kiev: "Office in Kiev".

    Source
        The user's own file.
    """

    code = "NAM007"
    name = "unit-name-forbidden"
    severity = Severity.ERROR

    def __init__(self, *, agreed: AgreedForms | None = None) -> None:
        self.agreed = agreed

    def judges_units(self) -> bool:
        """Only where a list is given."""
        return self.agreed is not None

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """One finding a place."""
        for found, form, salt in _forbidden(unit, catalogue, self.agreed):
            message = f'"{found}" is not the agreed form "{form.preferred}"'
            yield self.unit_finding(unit, catalogue, message, found=found, expected=form.preferred, salt=salt)
