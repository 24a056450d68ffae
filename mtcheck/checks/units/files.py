"""Rules on a whole file: it parses, and its keys are those of its source."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtcheck import shelf
from mtcheck.checks.base import CatalogueCheck
from mtcheck.core import Catalogue, Finding, Origin, Severity, fingerprint


class FileBroken(CatalogueCheck):
    """The file does not parse.

    What it does
        Reports where the reader stopped; what was read before is checked all the same.

    Why it matters
        Programs refuse the file, or lose every message after that place.

    Limits
        One finding a file: the first place. Exact: no judgement is involved.

    Example
        A ``msgstr`` without its closing quote.

    Source
        The grammar of each format, as the readers of ``mtcheck.read.l10n`` hold it.
    """

    code = "FIL001"
    name = "file-broken"
    severity = Severity.ERROR

    def judge_catalogue(self, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        broken = catalogue.broken
        if broken is None:
            return
        place = re.search(r"line (\d+)", broken.place or "")
        yield Finding(
            code=self.code,
            name=self.name,
            severity=self.severity,
            message=f"The file does not parse: {broken.problem}",
            doc=catalogue.uri,
            origin=Origin(catalogue.uri, None, int(place[1]) if place else None),
            fingerprint=fingerprint(self.code, catalogue.uri, broken.problem),
        )


class KeyMissing(CatalogueCheck):
    """A message of the source has no translation in the target's file.

    What it does
        Reports the keys that the source's file has and the target's lacks.

    Why it matters
        The program shows the source's language, or the bare key.

    Limits
        Only where source and target are two files. Languages at work lag behind, so it is a warning. Exact:
        no judgement is involved.

    Example
        ``menu.save`` in en.json and not in ru.json.

    Source
        i18n-tasks' "missing"; compare-locales' "missing entities".
    """

    code = "KEY001"
    name = "key-missing"
    severity = Severity.WARNING

    def judge_catalogue(self, catalogue: Catalogue) -> Iterator[Finding]:
        """One finding a key."""
        for unit in shelf.flagged(catalogue.units, "missing".__eq__):
            yield self.unit_finding(
                unit, catalogue, f"The key {unit.key!r} of the source is missing here", expected=unit.key
            )


class KeyObsolete(CatalogueCheck):
    """A message of the target's file is no longer in the source.

    What it does
        Reports keys that only the target has.

    Why it matters
        Translators keep working on text that nobody sees.

    Limits
        A suggestion: gettext keeps obsolete messages on purpose, as a memory. Exact: no judgement is
        involved.

    Example
        ``menu.quit`` in ru.json and not in en.json.

    Source
        i18n-tasks' "unused"; compare-locales' "obsolete entities".
    """

    code = "KEY002"
    name = "key-obsolete"
    severity = Severity.NOTE

    def judge_catalogue(self, catalogue: Catalogue) -> Iterator[Finding]:
        """One finding a key."""
        for unit in shelf.flagged(catalogue.units, "obsolete".__eq__):
            yield self.unit_finding(
                unit, catalogue, f"The key {unit.key!r} is no longer in the source", found=unit.key
            )
