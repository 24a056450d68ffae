"""JUnit XML for Jenkins, GitLab, Azure DevOps and what else shows test results.

A suite is a file, a case is a rule at a message (or in a text). Warnings and errors fail their case;
notes are its output, since a note should not turn a build red. A file without findings is one case
that passes, an input that failed one with an error.

Source: the XSD of Jenkins' xunit plug-in, junit-10.xsd.
"""

from __future__ import annotations

from mtcheck.core import Failure, Severity
from mtcheck.report.grouped import Found, GroupedReporter
from mtcheck.report.places import xml_text


class JunitReporter(GroupedReporter):
    """See ``Reporter``."""

    head = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="mtcheck">\n'
    tail = "</testsuites>\n"

    def element(self, path: str, found: list[Found], failures: list[Failure]) -> str:
        """A suite."""
        by_case: dict[str, list[Found]] = {}
        for finding, doc in found:
            unit = f": {finding.origin.unit}" if finding.origin.unit is not None else ""
            by_case.setdefault(f"{finding.code} {finding.name}{unit}", []).append((finding, doc))
        cases = [_case(path, name, group) for name, group in by_case.items()]
        cases += [_error(path, failure) for failure in failures]
        failed = sum("<failure" in case for case in cases)
        cases = cases or [_open(path, "mtcheck") + "/>\n"]
        return (
            f'<testsuite name="{xml_text(path)}" tests="{len(cases)}" failures="{failed}" '
            f'errors="{len(failures)}" skipped="0">\n{"".join(cases)}</testsuite>\n'
        )


def _open(path: str, name: str) -> str:
    return f'  <testcase classname="{xml_text(path)}" name="{xml_text(name)}"'


def _case(path: str, name: str, found: list[Found]) -> str:
    """One rule at one message: all it says there, one line each."""
    lines = "\n".join(f"{path}:{f.origin.line or 1}: {f.severity}: {f.message}" for f, _ in found)
    worst, _ = max(found, key=lambda pair: pair[0].severity)
    if worst.severity < Severity.WARNING:
        return f"{_open(path, name)}>\n    <system-out>{xml_text(lines)}</system-out>\n  </testcase>\n"
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    message = xml_text(worst.message + more)
    return (
        f'{_open(path, name)}>\n    <failure type="{worst.severity}" message="{message}">{xml_text(lines)}'
        "</failure>\n  </testcase>\n"
    )


def _error(path: str, failure: Failure) -> str:
    place = f"{failure.place}: " if failure.place else ""
    message = xml_text(f"{place}{failure.problem}")
    return (
        f'{_open(path, f"mtcheck {failure.stage}")}>\n    <error type="{failure.stage}" message="{message}">'
        f"{xml_text(failure.mend)}</error>\n  </testcase>\n"
    )
