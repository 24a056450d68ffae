"""A rule on characters that nobody sees."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from mtcheck import text
from mtcheck.checks.base import CatalogueCheck
from mtcheck.checks.units.grammar import table
from mtcheck.core import Catalogue, Finding, Severity, Unit


@cache
def _unseen(lang: str) -> re.Pattern[str]:
    """The characters that a language has no use for."""
    signs = table("invisible")
    meant = {
        sign
        for name, languages in table("invisible_meant").items()
        if lang in languages
        for sign in signs[name]
    }
    rest = "".join(sign for name in sorted(signs) for sign in signs[name] if sign not in meant)
    picture = "\U0001f000-\U0001faff\u2600-\u27bf\ufe0f"  # a joiner behind one joins it to another
    unwanted = f"[{re.escape(rest)}\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
    return re.compile(f"(?<![{picture}]){unwanted}|(?<=[{picture}])(?!\u200d){unwanted}")


class InvisibleCharacter(CatalogueCheck):
    """The target has a character that nobody sees and its language does not need.

    What it does
        Looks for zero-width spaces and joiners, byte order marks, marks of direction and control characters
        where the source has none.

    Why it matters
        They come with text that was copied from a web page or an engine; a search no longer finds the word,
        and a name in code no longer works.

    Limits
        Silent for languages that write with them: joiners in Persian and Indic scripts, spaces without width
        in Thai, Khmer, Lao and Burmese, marks of direction from right to left; and for soft hyphens. Measured
        2026-11-29 on 85,885 untouched messages (as for PUN001): 2 findings, both right. All of the planted
        zero-width spaces are found.

    Example
        "Files" with "Фай\\u200bлы".

    Source
        Unicode 16.0, general categories Cf and Cc; mtcheck/data/units.toml.
    """

    code = "SCR004"
    name = "invisible-character"
    severity = Severity.WARNING

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        target = unit.target
        if target.isascii() and target.isprintable():
            return
        pattern = _unseen(text.primary(catalogue.target_lang or ""))
        found = pattern.search(target)
        if found is not None and pattern.search(unit.source) is None:
            sign = found.group()
            called = unicodedata.name(sign, "control character").lower()
            yield self.unit_finding(
                unit, catalogue, f"The target has an invisible U+{ord(sign):04X} ({called})", found=sign
            )
