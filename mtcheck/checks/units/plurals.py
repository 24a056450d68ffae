"""Rules on plural forms, held to the plural categories of Unicode CLDR."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from mtcheck import resources, shelf, text
from mtcheck.checks.base import CatalogueCheck
from mtcheck.checks.units.icu import is_icu, read_icu
from mtcheck.core import Catalogue, Finding, Severity, Unit


@cache
def categories(lang: str) -> tuple[str, ...]:
    """Plural categories of whole numbers in a language (primary subtag), empty where it is not known."""
    return tuple(resources.data("plurals")["whole"].get(lang, ()))


@cache
def stands_for_one_number(category: str, lang: str) -> bool:
    """True if a plural category serves a single number, which its text may then name in words."""
    samples = resources.data("plurals")["samples"].get(lang)
    if samples is None:
        return category in {"zero", "one", "two"}
    return len([n for n in samples.get(category, ()) if n]) <= 1 and category not in {"other", "many", "few"}


class PluralFormMissing(CatalogueCheck):
    """A message lacks a plural form that its language needs, or has more than its file states.

    What it does
        Compares the forms of every message that has some with the categories that whole numbers take in the
        language. In gettext, whose header fixes the forms, an empty form beside filled ones is one that
        lacks, and a form beyond the header's number is one too many.

    Why it matters
        For those numbers the program shows the wrong form, the source, or nothing.

    Limits
        Forms for fractions alone are not asked for. Exact by the CLDR table: no judgement is involved.

    Example
        A Russian message with ``one`` and ``other`` alone.

    Source
        Unicode CLDR plural rules (mtcheck/data/plurals.toml).
    """

    code = "PLU001"
    name = "plural-form-missing"
    severity = Severity.WARNING

    def judge_catalogue(self, catalogue: Catalogue) -> Iterator[Finding]:
        """One finding a message."""
        forms: defaultdict[tuple[str, str | None], list[Unit]] = defaultdict(list)
        for unit in shelf.having(catalogue.units, "plural"):
            if not unit.flags & {"obsolete", "missing"}:
                forms[unit.key, unit.context].append(unit)
        needed = categories(text.primary(catalogue.target_lang or ""))
        for units in forms.values():
            surplus = [u for u in units if "surplus-form" in u.flags]
            if surplus:
                stated = len(units) - len(surplus)
                yield self.unit_finding(
                    surplus[0],
                    catalogue,
                    f"{len(units)} plural forms, where the header of the file states {stated}",
                    found=str(len(units)),
                    expected=str(stated),
                    salt="surplus",
                )
            filled = {u.plural for u in units if u.target}
            if not filled:
                continue
            asked = [u.plural for u in units] if catalogue.format == "po" else needed
            missing = [c for c in asked if c is not None and c not in filled]
            if missing:
                lost = ", ".join(missing)
                yield self.unit_finding(
                    units[0], catalogue, f"Plural forms are missing: {lost}", expected=lost
                )


class IcuPluralForms(CatalogueCheck):
    """A plural of an ICU message lacks a form that the target's language needs.

    What it does
        Compares the options of every ``plural`` with the categories that whole numbers take in the
        language; ``=0``, ``=1`` and ``=2`` stand for zero, one and two.

    Why it matters
        The library falls back to ``other``, which is the wrong form: "21 файлов".

    Limits
        Reads ``plural``, not ``selectordinal``. Where ``other`` serves whole numbers by the table it must
        be there already (ICU001). Exact by the CLDR table: no judgement is involved.

    Example
        "{n, plural, one {# файл} other {# файлов}}" in a Russian file: ``few`` and ``many`` are missing.

    Source
        Unicode CLDR plural rules (mtcheck/data/plurals.toml); ICU MessageFormat.
    """

    code = "PLU002"
    name = "icu-plural-forms"
    severity = Severity.WARNING
    signs = "{"

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        if "{" not in unit.target or not is_icu(unit.target):
            return
        needed = set(categories(text.primary(catalogue.target_lang or "")))
        read = read_icu(unit.target)
        if not needed or read is None:
            return
        for (name, kind), lists in read.options.items():
            given = {_EXACT.get(option, option) for options in lists for option in options}
            missing = sorted(needed - given) if kind == "plural" else []
            if missing:
                lost = ", ".join(missing)
                yield self.unit_finding(
                    unit, catalogue, f"The plural of {name!r} lacks: {lost}", expected=lost, salt=name
                )


_EXACT = {"=0": "zero", "=1": "one", "=2": "two"}
