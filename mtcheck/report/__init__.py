"""Report to text. A new reporter is a file here and a line in ``REPORTERS``."""

from __future__ import annotations

from mtcheck.report.base import Reporter
from mtcheck.resources import load

REPORTERS = {
    "terminal": "mtcheck.report.terminal:TerminalReporter",
    "json": "mtcheck.report.json_report:JsonReporter",
    "jsonl": "mtcheck.report.jsonl:JsonlReporter",
    "html": "mtcheck.report.html_page:HtmlReporter",
    "sarif": "mtcheck.report.sarif:SarifReporter",
    "junit": "mtcheck.report.junit:JunitReporter",
    "gitlab": "mtcheck.report.gitlab:GitlabReporter",
    "github": "mtcheck.report.github:GithubReporter",
    "checkstyle": "mtcheck.report.checkstyle:CheckstyleReporter",
}
"""Name on the command line to class; imported when chosen."""


def reporter(name: str, **options: object) -> Reporter:
    """A new reporter.

    Args:
        options: what that reporter takes, such as ``width`` and ``colour`` of the terminal's.
    """
    made: Reporter = load(REPORTERS[name])(**options)
    return made


__all__ = ["REPORTERS", "Reporter", "reporter"]
