"""What each rule on messages finds in this system's own catalogues, which nobody touched.

    python tests/count_findings.py [--most 400] [--languages ru de fr ja ar]

Up to so many messages of each gettext catalogue under ``/usr/share/locale`` are judged, drawn by a fixed
seed; printed are the findings by rule and severity, and the share of messages that get a warning, and any
finding. The *Limits* of the rules quote it, with the date.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from mtcheck.core import Catalogue, Severity, Unit

sys.path.insert(0, str(Path(__file__).parent / "checks" / "units"))
planted = import_module("test_checks_units_planted")

LONGEST = 300
"""Code points of a source."""
FEWEST = 20
"""Messages that a catalogue must have."""


def catalogues(lang: str, most: int) -> Iterator[Catalogue]:
    """Translated messages of each catalogue of a language."""
    for path in sorted((planted.LOCALES / lang / "LC_MESSAGES").glob("*.mo")):
        good = planted.messages(path, LONGEST)
        drawn = random.Random(0).sample(good, min(most, len(good)))
        if len(drawn) >= FEWEST:
            units = tuple(Unit(source, source, target) for source, target in drawn)
            yield Catalogue(f"{path.stem}.po", "po", units, "en", lang)


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--most", type=int, default=400)
    parser.add_argument("--languages", nargs="+", default=["ru", "de", "fr", "ja", "ar"])
    asked = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()
    messages = files = warned = flagged = 0
    for lang in asked.languages:
        for catalogue in catalogues(lang, asked.most):
            worst: dict[str, Severity] = defaultdict(lambda: Severity.NOTE)
            for finding in planted.judged(catalogue):
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
