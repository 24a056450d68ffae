"""How sure each finding on a unit is: a slip is a warning, what may be meant is a suggestion."""

from __future__ import annotations

import pytest

from mtcheck.checks.base import CatalogueCheck
from mtcheck.core import Catalogue, Result, Severity, Unit
from mtcheck.pipeline import _check_catalogue, make_checks

SURE, DOUBTFUL = Severity.WARNING, Severity.NOTE
GRADES = [
    ("BRK002", "ru", 'Open "%s" now', 'Открыть "%s сейчас', SURE),
    ("BRK002", "ru", "Pad with zeros", "Дополнить нулями, если есть '+\" впереди", DOUBTFUL),
    ("BRK002", "ru", "Name:\nSize:", 'Имя:"\nРазмер:', DOUBTFUL),
    ("ESC003", "ru", "First line", "Первая\\n строка", SURE),
    ("ESC003", "ru", "First\\n second\\n", "Первая вторая\\n", DOUBTFUL),
    ("ESC003", "ru", "Name and size", "Имя\tи размер", SURE),
    ("ESC003", "ru", "  name and size", "\tимя и размер", DOUBTFUL),
    ("NUM001", "ru", "At least 8 signs", "Не менее 9 знаков", SURE),
    ("NUM001", "ru", "With the code (e.g. +1)", "С кодом (например, +7)", DOUBTFUL),
    ("NUM001", "ja", "If more than 1 file is given", "ファイルを2つ以上指定した場合", DOUBTFUL),
    ("PUN001", "ru", "The file was saved in the folder.", "Файл был сохранён в папке", SURE),
    ("PUN001", "ru", "The file was saved in the folder.", "Файл сохранён в папке (новой)", SURE),
    ("PUN001", "ja", "The file was saved as %s.", "ファイルの名前は %s", DOUBTFUL),
    ("PUN001", "ja", "The file was saved.", "ファイルを保存しました", DOUBTFUL),
    ("PUN001", "ru", "The file was saved.", "Файл сохранён!", SURE),
    ("PUN001", "ru", "The file was saved!", "Файл сохранён.", DOUBTFUL),
    ("ESC002", "ru", "Open the file now", "Открыть\nфайл сейчас", SURE),
    ("ESC002", "ru", "Open the file now, " * 4, "Открыть файл\nсейчас, " * 4, SURE),
    (
        "ESC002",
        "ru",
        "Open the file now, " * 4,
        "Открыть файл сейчас, открыть файл сейчас,\nещё раз, " * 2,
        DOUBTFUL,
    ),
    ("PUN001", "ru", "Name:", "Имя", SURE),
    ("PUN001", "ja", "Name:", "名前", SURE),
    ("PUN001", "ja", "Opening...", "開いています", SURE),
    ("PUN004", "ja", "The UTF-8 text", "uTF-8 の文字列", SURE),
    ("PUN001", "ru", "What page do you want?", "Скажите, какая нужна страница", SURE),
    ("PUN001", "ja", "What page do you want?", "ページを指定してください", DOUBTFUL),
    ("PUN001", "de", "Waiting (is it running?)", "Warten (läuft es?).", DOUBTFUL),
    ("PUN001", "de", "Cannot run it (is it there?)", "Nicht ausführbar (bitte prüfen).", DOUBTFUL),
    ("PUN001", "fr", "Keyboard of the office (alt.)", "Clavier du bureau (variante)", DOUBTFUL),
    ("PUN001", "ru", "See the list of names at <%s>.", "Смотрите список имён на <%s>", DOUBTFUL),
    ("PLH005", "de", "ai_family is not supported", "aifamily wird nicht unterstützt", SURE),
    ("PLH005", "ja", "full_page_writes must be on", "full_pate_writes は有効", SURE),
    ("REP001", "ru", "Address of the file", "Адрес адрес файла", SURE),
    ("SPC001", "de", "The list of the files", "  Die Liste der Dateien", DOUBTFUL),
    ("SPC001", "de", " which is an index", ", ein Index", DOUBTFUL),
    ("UNT002", "ja", "both instructions for the section", "both instructions for の節", SURE),
    ("UNT002", "de", "git notes copy [<file>]", "git notes copy [<Datei>]", DOUBTFUL),
    ("NUM001", "ru", "The mode is 0000 now", "Права доступа теперь", SURE),
    ("ESC002", "ru", "Name:\nSize:", "Имя: Размер:", SURE),
    (
        "ESC002",
        "ru",
        "Consult the last few lines for\nthe cause of it.",
        "Причина — в конце журнала.",
        DOUBTFUL,
    ),
    ("LEN002", "de", "Norwegian Nynorsk; Nynorsk, Norwegian", "Neu-Norwegisch", DOUBTFUL),
    ("LEN002", "de", "the language of Norway, in its new form", "Neu-Norwegisch", SURE),
    ("SCR003", "ja", "Bond Markets Unit of Account", "債券市場欧州計算単位券市場", DOUBTFUL),
    ("SCR003", "ja", "the unit of the bond markets", "債券市場欧州計算単位券市場", SURE),
    ("PLH005", "de", "See /etc/hosts", "Siehe /usw/hosts", DOUBTFUL),
    ("PUN001", "ru", "Mark all files of the folder.", "пометить все файлы папки", DOUBTFUL),
    ("PUN001", "ru", "Save the file", "Сохранить файл:", DOUBTFUL),
    ("PUN004", "ru", "Save", "сохранить", SURE),
    ("PUN004", "ja", "Top command", "top コマンド", DOUBTFUL),
    ("SPC001", "ru", "Save the file", "Сохранить файл ", SURE),
    ("SPC001", "ru", "Name of the file:", "Имя файла: ", DOUBTFUL),
    ("SPC001", "ru", "[installed]", " [установлен]", DOUBTFUL),
    ("SPC002", "ru", "Save the file", "Сохранить  файл", SURE),
    ("SPC002", "ru", "Skipping %s now", "Пропускается %s  сейчас", DOUBTFUL),
    ("SPC003", "ru", "Save the file.", "Сохраните файл .", SURE),
    ("SPC003", "ru", "Use %s.", "Используйте %s .", DOUBTFUL),
    ("SPC003", "ru", "Use --force.", "Используйте --force .", DOUBTFUL),
    ("SPC003", "ar", "True, False", "القيمة True , False", DOUBTFUL),
]
"""Rule, language of the target, source, target, severity of the finding."""
HABIT = tuple(Unit(f"kept{n}", f"Open file {n}.", f"Откройте файл {n}.") for n in range(4))
"""A file that keeps full stops and capitals."""


def grades(code: str, lang: str, *units: Unit) -> list[Severity]:
    """How sure the findings of a rule on messages are, in order."""
    rules = [rule for rule in make_checks() if isinstance(rule, CatalogueCheck) and rule.code == code]
    (result,) = _check_catalogue(Catalogue(f"{lang}.po", "po", units, "en", lang), rules)
    assert isinstance(result, Result)
    return [finding.severity for finding in result.findings]


@pytest.mark.parametrize(("code", "lang", "source", "target", "severity"), GRADES)
def test_a_finding_has_its_grade(code: str, lang: str, source: str, target: str, severity: Severity) -> None:
    assert grades(code, lang, Unit("key", source, target), *HABIT) == [severity]


@pytest.mark.parametrize(
    ("other", "severities"),
    [
        ("Delete every selected picture now?", [SURE, SURE]),
        ("Could not open the printer at all", [DOUBTFUL]),
        ("Quit now", [DOUBTFUL]),
    ],
)
def test_one_translation_of_two_sources(other: str, severities: list[Severity]) -> None:
    said = "Der Drucker lässt sich nicht öffnen"
    units = (Unit("a", "Could not open the printer", said), Unit("b", other, said))
    assert grades("CON002", "de", *units) == severities


@pytest.mark.parametrize(
    ("code", "lang", "source", "target"),
    [
        ("PUN001", "fr", "match states [D,S,...]", "correspond aux états [D,S,…]"),
        ("PUN001", "de", "Usage: %s [OPTION]... <command>", "Aufruf: %s [OPTION] … <Befehl>"),
        ("PUN001", "de", "bad instruction `%.50s...'", "»%.50s...« ist ein falscher Befehl"),
        ("PUN001", "de", "it holds a NUL, replacing with '!'", "es enthält NUL, das durch »!« ersetzt wird"),
        ("PUN004", "fr", "QuickTime video", "vidéo QuickTime"),
        (
            "PUN004",
            "ru",
            "Kerberos authentication not supported",
            "аутентификация Kerberos не поддерживается",
        ),
        ("PLH003", "ja", 'seek failed in file "%s": %m', 'ファイル"%1$s"へのシーク失敗: %2$m'),
        ("PLH005", "de", "Bad magic number for krb5_authdata", "falsche Zahl für Krb5_authdata-Struktur"),
        ("PLH005", "de", "--prog=PROGRAM_NAME", "--prog=PROGRAMMNAME"),
        ("PLH005", "fr", "Op_acity:", "Op_acité :"),
        ("REP001", "ja", "Address  Address", "アドレス アドレス"),
        ("ACC001", "de", "ai_family", "aifamily"),
    ],
)
def test_what_is_no_finding(code: str, lang: str, source: str, target: str) -> None:
    assert grades(code, lang, Unit("key", source, target), *HABIT) == []


@pytest.mark.parametrize(("target", "severity"), [("Fichier.", SURE), ("Éch.", DOUBTFUL), ("n.d.", DOUBTFUL)])
def test_a_stop_that_a_label_has_no_need_of(target: str, severity: Severity) -> None:
    labels = tuple(Unit(f"label{n}", f"File {n} here", f"Fichier {n} ici") for n in range(40))
    assert grades("PUN001", "fr", Unit("key", "Schedule", target), *labels) == [severity]
