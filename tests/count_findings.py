"""What each rule on messages finds in this system's own catalogues, which nobody touched.

    python tests/count_findings.py [--most 400] [--languages ru de fr ja ar]

Up to so many messages of each gettext catalogue under ``/usr/share/locale`` are judged, drawn by a fixed
seed; printed are the findings by rule and severity, and the share of messages that get a warning, and any
finding. The *Limits* of the rules quote it, with the date.
"""

from __future__ import annotations

import argparse
import gettext
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from mtcheck.checks.base import CatalogueCheck
from mtcheck.core import Catalogue, Finding, Result, Severity, Unit
from mtcheck.pipeline import _check_catalogue, make_checks

LOCALES = Path("/usr/share/locale")
LONGEST = 300
"""Code points of a source."""
FEWEST = 20
"""Messages that a catalogue must have."""


def catalogues(lang: str, most: int) -> Iterator[Catalogue]:
    """Translated messages of each catalogue of a language."""
    for path in sorted((LOCALES / lang / "LC_MESSAGES").glob("*.mo")):
        try:
            with path.open("rb") as file:
                pairs = cast("Any", gettext.GNUTranslations(file))._catalog.items()
        except (UnicodeDecodeError, OSError):
            continue
        good = [
            (s, t)
            for s, t in pairs
            if isinstance(s, str) and s and t and s != t and "\x04" not in s and len(s) < LONGEST
        ]
        drawn = random.Random(0).sample(good, min(most, len(good)))
        if len(drawn) >= FEWEST:
            yield Catalogue(f"{path.stem}.po", "po", tuple(Unit(s, s, t) for s, t in drawn), "en", lang)


def judged(catalogue: Catalogue, rules: Sequence[CatalogueCheck]) -> tuple[Finding, ...]:
    """What the rules find in a catalogue."""
    (result,) = _check_catalogue(catalogue, rules)
    if not isinstance(result, Result):
        raise SystemExit(f"{catalogue.uri}: {result}")
    return tuple(result.findings)


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--most", type=int, default=400)
    parser.add_argument("--languages", nargs="+", default=["ru", "de", "fr", "ja", "ar"])
    asked = parser.parse_args()
    rules = [rule for rule in make_checks() if isinstance(rule, CatalogueCheck)]
    counts: Counter[tuple[str, str]] = Counter()
    messages = files = warned = flagged = 0
    for lang in asked.languages:
        for catalogue in catalogues(lang, asked.most):
            worst: dict[str, Severity] = defaultdict(lambda: Severity.NOTE)
            for finding in judged(catalogue, rules):
                counts[finding.code, finding.severity.name.lower()] += 1
                key = finding.origin.unit or ""
                worst[key] = max(worst[key], finding.severity)
            files, messages = files + 1, messages + len(catalogue.units)
            flagged += len(worst)
            warned += sum(severity >= Severity.WARNING for severity in worst.values())
    print(f"{messages} messages of {files} catalogues")
    for (code, severity), count in sorted(counts.items()):
        print(f"{code}  {severity:8} {count:6}  {count / max(1, messages):.3%}")
    print(f"a warning or more: {warned} messages, {warned / max(1, messages):.2%}")
    print(f"any finding: {flagged} messages, {flagged / max(1, messages):.2%}")


if __name__ == "__main__":
    main()
