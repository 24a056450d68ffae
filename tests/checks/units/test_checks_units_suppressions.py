"""Names of other tools' checks stand for rules that exist."""

from __future__ import annotations

from mtcheck import checks, resources


def test_every_name_stands_for_a_rule() -> None:
    rules = checks.rules()
    known = {rule.code for rule in rules} | {rule.name for rule in rules}
    tables = [t for t in resources.data("suppressions").values() if isinstance(t, dict)]
    targets = {code for table in tables for codes in table.values() for code in codes}
    assert targets
    assert not [t for t in targets if not any(name.startswith(t) for name in known)]
