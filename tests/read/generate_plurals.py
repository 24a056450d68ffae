"""Writes ``mtcheck/data/plurals.toml`` from Unicode CLDR through Babel; run when CLDR moves on.

``pip install babel``, then ``python tests/read/generate_plurals.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[2] / "mtcheck" / "data" / "plurals.toml"
ORDER = ("zero", "one", "two", "few", "many", "other")
NUMBERS = (*range(1100), 1_000_000, 2_000_000)
SAMPLES = 6
REGIONAL = ("pt_PT",)
HEAD = """\
# Cardinal plural categories by BCP 47 language, in CLDR's order.
# Source: Unicode CLDR (Unicode-3.0 licence) through Babel {version}; the numbers of gettext forms are
# those of CLDR, with and without a form for millions, and of Babel's table of headers (BSD licence).
# Written by tests/read/generate_plurals.py.
#
# cardinal: all categories of a language, fractions included.
# whole: those that whole numbers below a million take, which is what gettext's forms stand for.
# gettext: how many forms a catalogue's header may state.
# samples: whole numbers of each category, by which the forms of a header are told.
"""


def main() -> None:
    """Write the table."""
    import babel
    from babel import Locale
    from babel.messages.plurals import PLURALS

    names = sorted({n.split("_")[0] for n in babel.localedata.locale_identifiers()} | set(REGIONAL))
    tables: dict[str, list[str]] = {"cardinal": [], "whole": [], "gettext": [], "samples": []}
    for name in names:
        rule = Locale.parse(name).plural_form
        tag = name.replace("_", "-")
        if name in {"root"}:
            continue
        found = samples(rule)
        whole = [c for c in ORDER if any(n < 1_000_000 for n in found.get(c, ()))]
        forms = sorted({len(whole), len(found), PLURALS.get(name, (len(whole),))[0]})
        every = [c for c in ORDER if c in {*rule.tags, "other"}]
        tables["cardinal"].append(f"{tag} = {quoted(every)}")
        tables["whole"].append(f"{tag} = {quoted(whole)}")
        tables["gettext"].append(f"{tag} = {forms}")
        pairs = ", ".join(f"{c} = {found[c][:SAMPLES]}" for c in ORDER if c in found)
        tables["samples"].append(f"{tag} = {{ {pairs} }}")
    body = "\n\n".join(f"[{name}]\n" + "\n".join(lines) for name, lines in tables.items())
    TARGET.write_text(HEAD.format(version=babel.__version__) + "\n" + body + "\n", encoding="utf-8")


def samples(rule: Callable[[Any], str]) -> dict[str, list[int]]:
    """Category to the whole numbers that take it."""
    found: dict[str, list[int]] = {}
    for number in NUMBERS:
        found.setdefault(rule(number), []).append(number)
    return found


def quoted(names: Iterable[str]) -> str:
    """Names as a TOML list."""
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


if __name__ == "__main__":
    main()
