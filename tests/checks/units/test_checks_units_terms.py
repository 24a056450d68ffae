"""Messages held to agreed terms and names."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtcheck.checks.units.terms import UnitNameForbidden, UnitTermForbidden, UnitTermMissing
from mtcheck.core import Catalogue, Unit
from mtcheck.names import AgreedForm, AgreedForms, read_names_file

TERMS = AgreedForms(
    (
        AgreedForm("Speicher", ("Datenspeicher",), ("Ablage",), lang="de", sources=(("en", "storage"),)),
        AgreedForm("Speicherkarte", lang="de", sources=(("en", "storage card"),)),
        AgreedForm("учётная запись", (), ("аккаунт",), lang="ru", sources=(("en", "account"),)),
        AgreedForm("Datei", lang="de", sources=(("en", "file"),), path="app/*.po"),
    )
)

CASES = [
    ("de", "The storage is full", "Das Archiv ist voll", ["storage"], []),
    ("de", "The storages are full", "Das Archiv ist voll", ["storages"], []),
    ("de", "The storages are full", "Die Datenspeicher sind voll", [], []),
    ("de", "The storage is full", "Die Ablage ist voll", [], ["Ablage"]),
    ("de", "All is full", "Ablage und Ablage voll", [], ["Ablage", "Ablage"]),
    ("de", "The storage card is full", "Die Speicherkarte ist voll", [], []),
    ("de", "The storage card is full", "Die Karte ist voll", ["storage card"], []),
    ("de", "Emptying %(storage)s", "%(storage)s wird geleert", [], []),
    ("de", "Empty <b>&storage</b>", "<b>S&peicher</b> leeren", [], []),
    ("de", "Empty storage", "&Ablage leeren", [], ["Ablage"]),
    ("de", "A file", "Ein Ordner", [], []),
    ("ru", "Open an account", "Откройте учётную запись", [], []),
    ("ru", "Open an account", "Откройте счёт", ["account"], []),
    ("ru", "Your accounts", "Список ваших аккаунтов", [], ["аккаунтов"]),
    ("fr", "The storage is full", "Le disque est plein", [], []),
]


@pytest.mark.parametrize(("lang", "source", "target", "missing", "forbidden"), CASES)
def test_terms(lang: str, source: str, target: str, missing: list[str], forbidden: list[str]) -> None:
    unit = Unit("key", source, target, line=7)
    catalogue = Catalogue(f"{lang}.po", "po", (unit,), "en", lang)
    lacks = list(UnitTermMissing(terms=TERMS).judge(unit, catalogue))
    bad = list(UnitTermForbidden(terms=TERMS).judge(unit, catalogue))
    assert [f.found for f in lacks] == missing
    assert [f.found for f in bad] == forbidden
    named = list(UnitNameForbidden(agreed=TERMS).judge(unit, catalogue))
    assert [f.found for f in named] == forbidden
    for finding in (*lacks, *bad, *named):
        assert (finding.origin.uri, finding.origin.unit, finding.origin.line) == (catalogue.uri, "key", 7)
        assert finding.expected in {f.preferred for f in TERMS.forms}
    assert len({f.fingerprint for f in (*lacks, *bad)}) == len(lacks) + len(bad)


def test_an_entry_for_some_paths_holds_there_alone() -> None:
    unit = Unit("key", "A file", "Ein Ordner")
    inside = Catalogue("src/app/de.po", "po", (unit,), "en", "de")
    (found,) = UnitTermMissing(terms=TERMS).judge(unit, inside)
    assert found.expected == "Datei"


@pytest.mark.parametrize("lang", [None, "de"])
def test_silent_without_a_list_or_a_language(lang: str | None) -> None:
    unit = Unit("key", "The storage is full", "Die Ablage ist voll")
    catalogue = Catalogue("x.po", "po", (unit,), "en", lang)
    terms = None if lang else TERMS
    for rule in (
        UnitTermMissing(terms=terms),
        UnitTermForbidden(terms=terms),
        UnitNameForbidden(agreed=terms),
    ):
        assert list(rule.judge(unit, catalogue)) == []


TBX = """<?xml version="1.0" encoding="UTF-8"?>
<martif type="TBX" xml:lang="en"><text><body><termEntry>
<langSet xml:lang="en"><tig><term>storage</term></tig></langSet>
<langSet xml:lang="de">
<tig><term>Speicher</term><termNote type="administrativeStatus">preferredTerm-admn-sts</termNote></tig>
<tig><term>Ablage</term><termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></tig>
</langSet></termEntry></body></text></martif>
"""
TOML = """[[term]]
preferred = "Speicher"
forbidden = ["Ablage"]
lang = "de"
source_term = ["storage"]
source_lang = "en"
"""
CSV = "preferred,forbidden,lang,source_term,source_lang\nSpeicher,Ablage,de,storage,en\n"


@pytest.mark.parametrize(("name", "content"), [("t.tbx", TBX), ("t.toml", TOML), ("t.csv", CSV)])
def test_every_kind_of_list(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    terms = read_names_file(tmp_path / name)
    bad, lacks = Unit("a", "The storage", "Die Ablage"), Unit("b", "The storage", "Das Archiv")
    catalogue = Catalogue("de.po", "po", (bad, lacks), "en", "de")
    assert [f.expected for f in UnitTermForbidden(terms=terms).judge(bad, catalogue)] == ["Speicher"]
    assert [f.expected for f in UnitTermMissing(terms=terms).judge(lacks, catalogue)] == ["Speicher"]
