"""The pieces under the rules of a pair: placeholders, endings, ICU, numbers, options of plural forms."""

from __future__ import annotations

import pytest

from mtcheck.checks.units.grammar import is_date_format, placeholders, prose
from mtcheck.checks.units.icu import IcuSyntaxError, is_icu, parse
from mtcheck.checks.units.numbers import numbers
from mtcheck.checks.units.plurals import categories, stands_for_one_number
from mtcheck.checks.units.punctuation import ending


@pytest.mark.parametrize(
    ("message", "forms"),
    [
        ("%s of %d", ["printf::s", "printf::d"]),
        ("%2$s and %1$-10lu", ["printf:2:s", "printf:1:lu"]),
        ("%(name)s is 100%% sure", ["named-printf:name:s"]),
        ("{0} and {name!r:>8}", ["brace:0:", "brace:name:"]),
        ("{{ count }} files, $t(key)", ["double-brace:count:", "nesting:key:"]),
        ("%{user} and %<n>d", ["ruby:user:", "ruby:n:"]),
        ("{ $tabs } in { -brand-name }", ["fluent:$tabs:", "fluent:-brand-name:"]),
        ("%@ and %1$@", ["printf::@", "printf:1:@"]),
        ("%1 of %L2", ["qt:1:", "qt:L2:"]),
        ("100% of it, 50 %-wide", []),
    ],
)
def test_placeholders(message: str, forms: list[str]) -> None:
    assert [p.form for p in placeholders(message)] == forms


@pytest.mark.parametrize(
    ("message", "lang", "expected"),
    [
        ("Save.", "en", "stop"),
        ("保存しました。", "ja", "stop"),
        ("هل تريد؟", "ar", "question"),
        ("Διαγραφή;", "el", "question"),
        ("Delete;", "de", "semicolon"),
        ("Wait...", "en", "ellipsis"),
        ("He said “yes.”", "en", "stop"),
        ("<b>Done.</b> ", "en", "stop"),
        ("must be ':'", "en", ""),
        ("Save", "en", ""),
    ],
)
def test_ending(message: str, lang: str, expected: str) -> None:
    assert ending(message, lang) == expected


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ("{n, plural, one {# file}}", "no option 'other'"),
        ("{n, plural, one {# file} other {# files}", "not closed"),
        ("{n, plural other {#}}", "needs a comma"),
        ("{n, plural, one other {#}}", "no text in braces"),
        ("{", "without a name"),
        ("a } b", "closing brace too many"),
        ("{n, plural, other {" * 30, "nested too deeply"),
    ],
)
def test_icu_that_makes_no_sense(message: str, problem: str) -> None:
    with pytest.raises(IcuSyntaxError) as caught:
        parse(message)
    assert problem in caught.value.problem
    assert 0 <= caught.value.place <= len(message)


def test_icu_parts() -> None:
    found = parse(
        "{who, select, male {He has {n, plural, =0 {none} other {#}}} other {'{x}'}} on {day, date}"
    )
    assert found.arguments == {"who": {"select"}, "n": {"plural"}, "day": {"date"}}
    assert found.options == {("who", "select"): [["male", "other"]], ("n", "plural"): [["=0", "other"]]}
    assert is_icu("{n, plural, other {#}}")
    assert not is_icu("{n, number}")


def test_numbers_are_read_in_every_script_and_outside_code() -> None:
    assert numbers("١٢ of 3, {0} %1$s <b id=7> https://example.org/8") == ["12", "3"]


def test_prose_has_no_code() -> None:
    assert prose("Run `ls` with --all on %s <b>now</b>").split() == ["Run", "with", "on", "now"]


def test_date_formats_are_told_from_values() -> None:
    assert is_date_format("%Y-%m-%d")
    assert not is_date_format("%d files, %s")


@pytest.mark.parametrize(
    ("category", "lang", "alone"),
    [
        ("one", "de", True),
        ("one", "ru", False),
        ("two", "ar", True),
        ("many", "ru", False),
        ("other", "ja", False),
    ],
)
def test_forms_that_stand_for_one_number(category: str, lang: str, alone: bool) -> None:
    assert category in categories(lang)
    assert stands_for_one_number(category, lang) is alone
