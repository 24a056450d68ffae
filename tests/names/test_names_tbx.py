"""Terminology in TBX: both editions, both styles, and files that mean harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtcheck.core import InputError
from mtcheck.names import AgreedForm, AgreedForms, read_names_file

THIRD = """<?xml version="1.0" encoding="UTF-8"?>
<tbx type="TBX-Basic" style="{style}" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2"
     xmlns:basic="http://www.tbxinfo.net/ns/basic">
 <text><body><conceptEntry id="c1">
  <langSec xml:lang="en"><termSec><term>storage</term></termSec></langSec>
  <langSec xml:lang="de">
   <termSec><term>Ablage</term>{deprecated}</termSec>
   <termSec><term>Datenspeicher</term>{admitted}</termSec>
   <termSec><term>Speicher</term>{preferred}</termSec>
  </langSec>
 </conceptEntry></body></text>
</tbx>
"""
SECOND = """<?xml version="1.0"?>
<martif type="TBX" xml:lang="en"><text><body><termEntry id="c1">
 <langSet xml:lang="en"><tig><term>storage</term></tig></langSet>
 <langSet xml:lang="de">
  <ntig><termGrp><term>Ablage</term>
   <termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></termGrp></ntig>
  <tig><term>Datenspeicher</term><termNote type="administrativeStatus">admittedTerm-admn-sts</termNote></tig>
  <tig><term>Speicher</term><termNote type="administrativeStatus">preferredTerm-admn-sts</termNote></tig>
 </langSet>
</termEntry></body></text></martif>
"""


def third(style: str) -> str:
    def status(value: str) -> str:
        if style == "dca":
            return f'<termNote type="administrativeStatus">{value}-admn-sts</termNote>'
        return f"<basic:administrativeStatus>{value}-admn-sts</basic:administrativeStatus>"

    return THIRD.format(
        style=style,
        deprecated=status("deprecatedTerm"),
        admitted=status("admittedTerm"),
        preferred=status("preferredTerm"),
    )


@pytest.mark.parametrize("content", [third("dca"), third("dct"), SECOND], ids=["dca", "dct", "second"])
def test_editions_and_styles_say_the_same(tmp_path: Path, content: str) -> None:
    path = tmp_path / "terms.tbx"
    path.write_text(content, "utf-8")
    german = AgreedForm(
        "Speicher", ("Datenspeicher",), ("Ablage",), kind="term", lang="de", sources=(("en", "storage"),)
    )
    back = tuple(("de", term) for term in ("Ablage", "Datenspeicher", "Speicher"))
    english = AgreedForm("storage", kind="term", lang="en", sources=back)
    assert read_names_file(path) == AgreedForms((english, german))


def test_entities_stay_unread(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden words", "utf-8")
    path = tmp_path / "terms.tbx"
    path.write_text(
        f'<!DOCTYPE martif [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        '<martif><text><body><termEntry><langSet xml:lang="de"><tig><term>Wort &x;</term></tig></langSet>'
        "</termEntry></body></text></martif>",
        "utf-8",
    )
    (form,) = read_names_file(path).forms
    assert "hidden" not in form.preferred
    assert form.preferred.startswith("Wort")


@pytest.mark.parametrize(
    ("content", "problem"),
    [("<martif><text>", "no XML"), ("<martif/>", "termEntry"), ("", "no XML"), ("\x00", "no XML")],
)
def test_a_broken_file_is_one_clear_error(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "terms.tbx"
    path.write_text(content, "utf-8")
    with pytest.raises(InputError, match=problem):
        read_names_file(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_names_file(tmp_path / "none.tbx")
