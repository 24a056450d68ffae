"""Rules on placeholders: what a program fills in must be what the source has."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache

from mtcheck import text
from mtcheck.checks.base import CatalogueCheck
from mtcheck.checks.units.grammar import Placeholder, is_date_format, placeholders
from mtcheck.checks.units.habits import OncePerFile, Tally
from mtcheck.checks.units.icu import is_icu
from mtcheck.checks.units.plurals import stands_for_one_number
from mtcheck.core import Catalogue, Finding, Severity, Unit
from mtcheck.names.distance import slips


def _plural_sources(_: Catalogue) -> Tally[dict[tuple[str, str | None], frozenset[str]]]:
    found: defaultdict[tuple[str, str | None], set[str]] = defaultdict(set)
    while (unit := (yield)) is not None:
        if unit.plural is not None:
            found[unit.key, unit.context].update(p.form for p in placeholders(unit.source))
    return {key: frozenset(forms) for key, forms in found.items()}


class PlaceholderChanged(CatalogueCheck):
    """A placeholder of the source is missing from the target, or the target has one of its own.

    What it does
        Compares the placeholders of both sides: printf (``%s``, ``%1$d``), Python (``%(name)s``,
        ``{name!r}``), brace, ``{{ i18next }}``, Android and iOS (``%@``), Qt (``%1``), Fluent
        (``{ $name }``, ``{ -term }``) and Ruby (``%{name}``). Names are compared as sets, unnamed ones by
        number and type. Width and flags may differ. A plural form for one number alone may leave the number
        out.

    Why it matters
        The program crashes, or the reader sees ``%s`` or nothing where a name belongs.

    Limits
        Formats made of ``strftime`` codes are left alone, and so are messages in ICU syntax (ICU001 to
        ICU003 read those). Measured 2026-11-25 on 45,680 messages of 36 well-kept projects (Django,
        Wagtail, Sphinx, WTForms, glib, GTK, apt, systemd, GNU tools and others; ru, de, fr, ja, ar): 12
        findings; of 12 read, 7 are right: 4 of the others (percent signs in prose) are silent since, one
        plural form says the number in words.

    Example
        "Delete %s files?" with "Удалить файлы?".

    Source
        gettext's ``msgfmt --check``, Python's and Ruby's format strings, i18next, Fluent and Apple manuals.
    """

    code = "PLH001"
    name = "placeholder-changed"
    severity = Severity.ERROR
    signs = "%{"

    def __init__(self) -> None:
        self._plurals = OncePerFile(_plural_sources)

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding, which names all that is missing and all that is new."""
        source, target = unit.source, unit.target
        if "%" not in source and "{" not in source and "%" not in target and "{" not in target:
            return
        if is_date_format(source) or is_icu(source):
            return
        in_source, in_target = placeholders(source), placeholders(target)
        if [p[:3] for p in in_source] == [p[:3] for p in in_target]:
            return
        wanted, given = _forms(in_source), _forms(in_target)
        if wanted == given:
            return
        missing, extra = wanted - given, given - wanted
        if unit.plural is not None:
            known = self._plurals(catalogue).get((unit.key, unit.context), frozenset())
            extra = Counter({form: n for form, n in extra.items() if form not in known})
            if stands_for_one_number(unit.plural, text.primary(catalogue.target_lang or "")):
                missing = Counter()
        if _is_prose_percent(source, extra):
            extra = Counter()
        if not missing and not extra:
            return
        lost, new = _texts(source, missing), _texts(target, extra)
        parts = [f"{', '.join(lost)} missing"] if lost else []
        parts += [f"{', '.join(new)} not in the source"] if new else []
        yield self.unit_finding(
            unit,
            catalogue,
            f"Placeholders differ: {'; '.join(parts)}",
            found=", ".join(new) or None,
            expected=", ".join(lost) or None,
        )


def _is_prose_percent(source: str, extra: Counter[str]) -> bool:
    """True if all that is new are percent signs of prose ("100 %de"): the source has none at all."""
    return bool(extra) and all(form.startswith("printf::") for form in extra) and "%" not in source


def _forms(found: list[Placeholder]) -> Counter[str]:
    """Normal forms: named ones once each, unnamed ones as often as they stand there.

    ``%2$s %1$d`` is put in order and compared with ``%d %s``; the braces of Python likewise.
    """
    forms: Counter[str] = Counter()
    numbered = sorted((int(p.name), p.kind) for p in found if p.style == "printf" and p.name)
    for _, kind in dict.fromkeys(numbered):
        forms[f"printf::{kind}"] += 1
    for p in found:
        if p.style == "printf":
            if not p.name:
                forms[f"printf::{p.kind}"] += 1
        else:
            forms[p.form] = 1 if p.name else forms[p.form] + 1
    return forms


def _texts(message: str, wanted: Counter[str]) -> list[str]:
    found = []
    for p in placeholders(message):
        form = f"printf::{p.kind}" if p.style == "printf" else p.form
        if form in wanted and p.text not in found:
            found.append(p.text)
    return found or list(wanted)


class PlaceholderOrder(CatalogueCheck):
    """Unnumbered placeholders of different types stand in another order than in the source.

    What it does
        Compares the order of types where arguments are counted by place: ``%s … %d`` against ``%d … %s``,
        and checks that numbered ones keep their type.

    Why it matters
        The program prints the wrong value, or reads a number as an address and crashes.

    Limits
        Two placeholders of one type that were swapped cannot be told. Measured 2026-11-25 on 45,680
        messages of 36 well-kept projects (Django, Wagtail, Sphinx, WTForms, glib, GTK, apt, systemd, GNU
        tools and others; ru, de, fr, ja, ar): no finding. Of planted swaps 0.96 are found.

    Example
        "%s has %d files" with "%d файлов у %s".

    Source
        gettext's ``msgfmt --check``; printf(3).
    """

    code = "PLH002"
    name = "placeholder-order"
    severity = Severity.ERROR
    signs = "%"

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        if unit.source.count("%") < 2 or "%" not in unit.target or is_date_format(unit.source):
            return
        wanted, given = _by_place(unit.source), _by_place(unit.target)
        if len(wanted) < 2 or sorted(wanted.values()) != sorted(given.values()) or wanted == given:
            return
        order = " ".join(f"%{kind}" for _, kind in sorted(wanted.items()))
        yield self.unit_finding(
            unit,
            catalogue,
            f"The source's arguments come as {order}; the target takes them in another order without numbers",
            expected=order,
        )


def _by_place(message: str) -> dict[int, str]:
    found: dict[int, str] = {}
    place = 0
    for p in placeholders(message):
        if p.style == "printf" and p.kind != "m":
            place += 1
            found[int(p.name) if p.name else place] = p.kind
    return found


@cache
def _broken() -> re.Pattern[str]:
    return re.compile(
        r"%\s+\([A-Za-z_]\w*\)|%\([A-Za-z_]\w*\)(?![-+#0-9.diouxXeEfFgGcrsahl])|%\([A-Za-z_]\w*(?![\w)])"
        r"|%\s+\{\w+\}|%\s+\d\$|%\d+\$(?![-+#0-9.'*diouxXeEfFgGcsmp@hlqLjzt])|%\d+\s+\$|％[A-Za-z(]|\$\s+\{"
    )


class PlaceholderBroken(CatalogueCheck):
    """A placeholder of the target is not well formed.

    What it does
        Looks for a space inside a placeholder (``% (name)s``, ``% {name}``, ``%1 $s``), a named one without
        its type (``%(name)``), a full-width percent sign, and a brace opened but not closed where the
        source closes all of its own.

    Why it matters
        Python raises an exception, other programs print the raw text.

    Limits
        Only messages whose source has placeholders are read. Measured 2026-11-29 on 85,885 untouched messages
        (as for PUN001): 1 finding, right; a numbered ``%3$m``, which glibc takes, is none since.

    Example
        "Hello, %(name)s" with "Hallo, % (name)s".

    Source
        Python's format strings, printf(3), Ruby's ``Kernel#format``.
    """

    code = "PLH003"
    name = "placeholder-broken"
    severity = Severity.ERROR
    signs = "%{"

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        source, target = unit.source, unit.target
        if "%" not in source and "{" not in source:
            return
        found = None
        if ("%" in target or "％" in target or "$" in target) and (
            match := _broken().search(target)
        ) is not None:
            found = match.group() if _broken().search(source) is None else None
        if (
            found is None
            and source.count("{") == source.count("}")
            and target.count("{") != target.count("}")
        ):
            found = "{" if target.count("{") > target.count("}") else "}"
        if found is not None and placeholders(source):
            yield self.unit_finding(unit, catalogue, f"A placeholder is broken at {found!r}", found=found)


@cache
def _option() -> re.Pattern[str]:
    return re.compile(r"(?<![\w-])--[a-z][\w-]*[a-zA-Z0-9]", re.ASCII)


class OptionChanged(CatalogueCheck):
    """A command-line option of the source is not in the target.

    What it does
        Compares the long options (``--output``) of both sides as sets.

    Why it matters
        Options are typed as they stand; a translated or misspelt one does not work.

    Limits
        Options that the target adds are not reported, nor short ones (``-o``). Measured 2026-11-29 on 85,885
        untouched messages (as for PUN001): 41 findings, 39 of them right.

    Example
        "Use --output to name a file" with "Mit --ausgabe nennt man eine Datei".

    Source
        GNU Coding Standards, command-line interfaces.
    """

    code = "PLH004"
    name = "option-changed"
    severity = Severity.WARNING
    signs = "-"

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding, with all that is missing."""
        if "--" not in unit.source:
            return
        given = set(_option().findall(unit.target))
        missing = {o for o in set(_option().findall(unit.source)) - given if f"{o}-" not in unit.target}
        if missing:
            lost = ", ".join(sorted(missing))
            yield self.unit_finding(
                unit, catalogue, f"The target lacks the option {lost} of the source", expected=lost
            )


@cache
def _called() -> re.Pattern[str]:
    """A function of a program, with its brackets."""
    return re.compile(r"(?<![\w$.])[A-Za-z_]\w*(?=\(\))", re.ASCII)


@cache
def _path() -> re.Pattern[str]:
    """The place of a file, from the root; those of examples are translated."""
    return re.compile(r"(?<![\w<.:/])/(?!path/)(?:[\w.-]+/)+[\w.-]*\w", re.ASCII)


@cache
def _identifier() -> re.Pattern[str]:
    """A name of a program, of several words: ai_socktype, DT_NULL."""
    kinds = (f"{letters}[{letters[1:-1]}0-9]*(?:_[{letters[1:-1]}0-9]+)+" for letters in ("[a-z]", "[A-Z]"))
    return re.compile(rf"(?<![\w$.%{{(-])(?:{'|'.join(kinds)})(?![\w(])", re.ASCII)


@cache
def _coded() -> re.Pattern[str]:
    return re.compile(r"\w{4,}", re.ASCII)


def _misspelt(source: str, target: str) -> set[str]:
    """The names of programs of the source that the target has with a slip, and not as they are."""
    lost = {name for name in _identifier().findall(source) if name not in target}
    there = _coded().findall(target) if lost else []
    return {name for name in lost if any(_is_slip(name, word) for word in there)}


def _is_slip(name: str, word: str) -> bool:
    """Whether a word is an identifier with one slip: no other case, no word for it in another language."""
    kept = "_" in word or word == name.replace("_", "")
    return kept and name.casefold() != word.casefold() and slips(name, word, 1) == 1


class CodeChanged(CatalogueCheck):
    """A function, an identifier or the place of a file that the source names is not in the target.

    What it does
        Looks in the target for the functions (``fork()``) and absolute paths (``/etc/hosts``) of the source,
        and for its identifiers (``ai_family``) with one letter or underscore more, less or changed.

    Why it matters
        Whoever looks for a translated or misspelt one finds nothing.

    Limits
        Functions are looked for without their brackets, which languages may leave out. An identifier that is
        gone altogether may have been said in words, and is no finding. A path is a
        suggestion, since it may be an example; ``/path/to`` always is one. Measured 2026-11-29 on 85,885
        untouched messages (as for PUN001): 5 warnings, all right, and 5 suggestions, 4 of them examples.

    Example
        "fork() failed" with "vork() ist fehlgeschlagen".

    Source
        pofilter's ``functions`` and ``filepaths`` (translate-toolkit manual).
    """

    code = "PLH005"
    name = "code-changed"
    severity = Severity.WARNING
    signs = "(/_"

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding, with all that is missing."""
        source, target = unit.source, unit.target
        functions = {f for f in _called().findall(source) if f not in target} if "()" in source else set()
        paths = {p for p in _path().findall(source) if p not in target} if "/" in source else set()
        names = _misspelt(source, target) if "_" in source else set()
        if functions or paths or names:
            lost = ", ".join(sorted({f"{name}()" for name in functions} | paths | names))
            yield self.unit_finding(
                unit,
                catalogue,
                f"The target lacks {lost} of the source",
                severity=Severity.WARNING if functions or names else Severity.NOTE,
                expected=lost,
            )
