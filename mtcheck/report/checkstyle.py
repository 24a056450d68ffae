"""Checkstyle XML for Jenkins' warnings plug-in, reviewdog and editors.

Source: com.puppycrawl.tools.checkstyle.XMLLogger of Checkstyle, which publishes no schema.
"""

from __future__ import annotations

from mtcheck.core import Failure, Severity
from mtcheck.report.grouped import Found, GroupedReporter
from mtcheck.report.places import region, told, xml_text

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "info"}


class CheckstyleReporter(GroupedReporter):
    """See ``Reporter``."""

    head = '<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="8.0">\n'
    tail = "</checkstyle>\n"

    def element(self, path: str, found: list[Found], failures: list[Failure]) -> str:
        """A file."""
        lines = []
        for finding, doc in found:
            where = region(finding, doc)
            column = f' column="{where.column}"' if where is not None and where.column is not None else ""
            lines.append(
                f'  <error line="{where.line if where is not None else 1}"{column} '
                f'severity="{LEVELS[finding.severity]}" message="{xml_text(told(finding))}" '
                f'source="mtcheck.{finding.code}"/>\n'
            )
        for failure in failures:
            place = f"{failure.place}: " if failure.place else ""
            lines.append(
                f'  <error line="1" severity="error" message="{xml_text(place + failure.problem)}" '
                f'source="mtcheck.{failure.stage}"/>\n'
            )
        return f'<file name="{xml_text(path)}">\n{"".join(lines)}</file>\n'
