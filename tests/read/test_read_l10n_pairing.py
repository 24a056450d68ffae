"""Where the source of a file lies, what becomes of keys that only one of them has, and languages in paths."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtcheck.core import Catalogue, Document, InputError
from mtcheck.read import read_inputs, sniff
from mtcheck.read.l10n import locales

TEXTS = {
    ".json": '{"a": "WORD"}',
    ".arb": '{"a": "WORD"}',
    ".ftl": "a = WORD\n",
    ".properties": "a = WORD\n",
    ".strings": '"a" = "WORD";\n',
    ".yml": "LANG:\n  a: WORD\n",
    ".yaml": "a: WORD\n",
    ".resx": '<root><data name="a"><value>WORD</value></data></root>',
    ".xml": '<resources><string name="a">WORD</string></resources>',
}

# Source, target, language of the target; None where the target has no source there.
CONVENTIONS = [
    ("i18n/en.json", "i18n/ru.json", "ru"),
    ("en.json", "pt-BR.json", "pt-BR"),
    ("locales/en/app.json", "locales/zh-Hant-TW/app.json", "zh-Hant-TW"),
    ("locales/en-US/app.ftl", "locales/ru/app.ftl", "ru"),
    ("public/locales/en/ns/app.json", "public/locales/de/ns/app.json", "de"),
    ("src/translations/en_US.json", "src/translations/fr_FR.json", "fr-FR"),
    ("values/strings.xml", "values-ru/strings.xml", "ru"),
    ("values/strings.xml", "values-pt-rBR/strings.xml", "pt-BR"),
    ("values/strings.xml", "values-b+sr+Latn/strings.xml", "sr-Latn"),
    ("values/strings.xml", "values-iw/strings.xml", "he"),
    ("values-land/strings.xml", "values-ru-land/strings.xml", "ru"),
    ("en.lproj/Main.strings", "ru.lproj/Main.strings", "ru"),
    ("Base.lproj/Main.strings", "zh-Hans.lproj/Main.strings", "zh-Hans"),
    ("messages.properties", "messages_ru.properties", "ru"),
    ("messages.properties", "messages_pt_BR.properties", "pt-BR"),
    ("messages_en.properties", "messages_ru.properties", "ru"),
    ("app_en.arb", "app_ru.arb", "ru"),
    ("lib/l10n/intl_en.arb", "lib/l10n/intl_zh_Hant.arb", "zh-Hant"),
    ("config/locales/en.yml", "config/locales/ru.yml", "ru"),
    ("config/locales/devise.en.yml", "config/locales/devise.ru.yml", "ru"),
    ("translations/messages.en.yaml", "translations/messages.ru.yaml", "ru"),
    ("Resources.resx", "Resources.ru.resx", "ru"),
    ("Strings/en-US/Resources.resx", "Strings/ru-RU/Resources.resx", "ru-RU"),
    ("app/en.json", "app/en-GB.json", "en-GB"),
]


def put(folder: Path, name: str, word: str) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    lang = next((place.lang for place in locales.places(name) if place.lang), "en")
    path.write_text(TEXTS[path.suffix].replace("WORD", word).replace("LANG", lang), "utf-8")
    return str(path)


def catalogue(path: str, *, source_locale: str | None = None) -> Catalogue:
    (found,) = read_inputs([path], source_locale=source_locale)
    assert isinstance(found, Catalogue), found
    return found


@pytest.mark.parametrize(("source", "target", "lang"), CONVENTIONS, ids=lambda v: v)
def test_the_source_lies_where_convention_puts_it(
    tmp_path: Path, source: str, target: str, lang: str
) -> None:
    original, translation = put(tmp_path, source, "Door"), put(tmp_path, target, "Tür")
    found = catalogue(translation)
    assert (found.source_uri, found.source_lang, found.target_lang) == (original, "en", lang)
    assert [(u.key, u.source, u.target, u.flags) for u in found.units] == [("a", "Door", "Tür", frozenset())]
    own = catalogue(original)
    assert own.source_lang == own.target_lang
    assert [(u.key, u.source, u.target, u.flags) for u in own.units] == [
        ("a", "Door", "", frozenset({"source"}))
    ]


@pytest.mark.parametrize(
    ("names", "wanted", "stated"),
    [
        (["values/a.xml", "values-en/a.xml", "values-ru/a.xml"], "values/a.xml", None),
        (["values/a.xml", "values-en/a.xml", "values-ru/a.xml"], "values-en/a.xml", "en"),
        (["values/a.xml", "values-de/a.xml", "values-ru/a.xml"], "values-de/a.xml", "de"),
        (["i18n/en.json", "i18n/en-GB.json", "i18n/ru.json"], "i18n/en.json", None),
        (["i18n/en-AU.json", "i18n/en-US.json", "i18n/ru.json"], "i18n/en-US.json", None),
        (["i18n/en.json", "i18n/uk.json", "i18n/ru.json"], "i18n/uk.json", "uk"),
    ],
)
def test_of_several_sources_one_is_taken(
    tmp_path: Path, names: list[str], wanted: str, stated: str | None
) -> None:
    paths = [put(tmp_path, name, f"Word {number}") for number, name in enumerate(names)]
    found = catalogue(paths[-1], source_locale=stated)
    assert found.source_uri == str(tmp_path / wanted)
    assert found.units[0].source == f"Word {names.index(wanted)}"


def test_a_target_without_a_source_stands_alone(tmp_path: Path) -> None:
    found = catalogue(put(tmp_path, "locales/ru/app.ftl", "Дверь"))
    assert (found.source_uri, found.source_lang, found.target_lang) == (None, None, "ru")
    assert [(u.source, u.target) for u in found.units] == [("", "Дверь")]


def test_missing_and_obsolete_keys(tmp_path: Path) -> None:
    (tmp_path / "en.json").write_text('{"b": "B", "a": "A", "p_one": "x", "p_other": "y", "e": ""}', "utf-8")
    (tmp_path / "ru.json").write_text('{"a": "А",\n"old": "О"}', "utf-8")
    found = catalogue(str(tmp_path / "ru.json"))
    assert [(u.key, u.source, u.target, u.line, u.flags) for u in found.units] == [
        ("a", "A", "А", 1, frozenset()),
        ("old", "", "О", 2, frozenset({"obsolete"})),
        ("b", "B", "", 1, frozenset({"missing"})),
        ("p", "x", "", 1, frozenset({"missing"})),
    ]


def test_a_broken_target_is_not_said_to_lack_what_stands_behind_the_break(tmp_path: Path) -> None:
    (tmp_path / "en.json").write_text('{"a": "A", "b": "B"}', "utf-8")
    (tmp_path / "ru.json").write_text('{"a": "А",\n"b" "Б"}', "utf-8")
    found = catalogue(str(tmp_path / "ru.json"))
    assert found.broken is not None
    assert found.broken.place == "line 2"
    assert [(u.key, u.source) for u in found.units] == [("a", "A")]


def test_a_broken_source_still_pairs_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "en.json").write_text('{"a": "A",\n"b" "B"}', "utf-8")
    (tmp_path / "ru.json").write_text('{"a": "А", "b": "Б"}', "utf-8")
    found = catalogue(str(tmp_path / "ru.json"))
    assert found.broken is None
    assert [(u.key, u.source, u.flags) for u in found.units] == [
        ("a", "A", frozenset()),
        ("b", "", frozenset()),
    ]


def test_forms_that_the_source_lacks_get_its_general_form(tmp_path: Path) -> None:
    (tmp_path / "en.json").write_text('{"n_one": "one book", "n_other": "{{count}} books"}', "utf-8")
    forms = ", ".join(f'"n_{form}": "{form}"' for form in ("zero", "one", "few", "many", "other"))
    (tmp_path / "ru.json").write_text(f"{{{forms}}}", "utf-8")
    found = {u.plural: u.source for u in catalogue(str(tmp_path / "ru.json")).units}
    assert found.pop("one") == "one book"
    assert set(found.values()) == {"{{count}} books"}
    assert set(found) == {"zero", "few", "many", "other"}


def test_what_the_source_says_of_a_key_holds_for_its_translation(tmp_path: Path) -> None:
    (tmp_path / "app_en.arb").write_text(
        '{"a": "A", "@a": {"description": "mtcheck-ignore: LEN001 room for it"}}', "utf-8"
    )
    (tmp_path / "app_ru.arb").write_text('{"a": "А"}', "utf-8")
    (unit,) = catalogue(str(tmp_path / "app_ru.arb")).units
    assert unit.flags == {"ignore:LEN001"}
    assert unit.comments == ("mtcheck-ignore: LEN001 room for it",)


def test_msgids_that_are_keys_take_their_text_from_the_source_catalogue(tmp_path: Path) -> None:
    for lang, word in (("en", "Open"), ("ru", "Открыть")):
        path = tmp_path / "locale" / lang / "app.po"
        path.parent.mkdir(parents=True)
        header = f'msgid ""\nmsgstr "Language: {lang}\\n"\n\n'
        path.write_text(f'{header}msgid "menu.open"\nmsgstr "{word}"\n', "utf-8")
    found = catalogue(str(tmp_path / "locale" / "ru" / "app.po"))
    assert [(u.key, u.source, u.target) for u in found.units] == [("menu.open", "Open", "Открыть")]
    own = catalogue(str(tmp_path / "locale" / "en" / "app.po"))
    assert [(u.key, u.source, u.flags) for u in own.units] == [("menu.open", "Open", frozenset({"source"}))]


def test_a_bare_name_is_read_with_the_folder_it_lies_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "values/strings.xml", "Door")
    put(tmp_path, "values-ru/strings.xml", "Дверь")
    monkeypatch.chdir(tmp_path / "values-ru")
    found = catalogue("strings.xml")
    assert (found.uri, found.target_lang) == ("strings.xml", "ru")
    assert [(u.source, u.target) for u in found.units] == [("Door", "Дверь")]


@pytest.mark.parametrize(
    ("path", "lang"),
    [
        ("src/it/app.properties", None),
        ("locales/it/app.properties", "it"),
        ("locale/ru/LC_MESSAGES/django.po", "ru"),
        ("po/sr@latin.po", "sr-Latn"),
        ("po/pt_BR.po", "pt-BR"),
        ("po/ca@valencia.po", "ca-valencia"),
        ("locales\\ru\\app.ftl", "ru"),
        ("docs/readme.po", None),
        ("values-night/strings.xml", None),
        ("values-v21/strings.xml", None),
        ("values-sw600dp/strings.xml", None),
        ("messages.properties", None),
        ("user_profile.json", None),
        ("-", None),
        ("", None),
        ("/", None),
    ],
)
def test_language_of_a_path(path: str, lang: str | None) -> None:
    assert locales.language_of(path) == lang


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("pt_BR", "pt-BR"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("ru_RU.UTF-8", "ru-RU"),
        ("sr@latin", "sr-Latn"),
        ("iw", "he"),
        ("C", None),
        ("POSIX", None),
        ("xq", None),
        ("app", None),
        ("", None),
    ],
)
def test_tag(written: str, tag: str | None) -> None:
    assert locales.tag(written) == tag


@pytest.mark.parametrize(
    ("path", "format"),
    [
        ("res/values-ru/strings.xml", "android"),
        ("news/values.xml", "feed"),
        ("_locales/ru/messages.json", "webextension"),
        ("src/locales/ru.json", "i18n-json"),
        ("src/locales/ru/common.json", "i18n-json"),
        ("src/data/ru.json", "json"),
        ("src/locales/package.json", "json"),
        ("home/id/locales/schema.json", "json"),
        ("src/locales/user-id.json", "json"),
        ("package.json", "json"),
        ("config/locales/ru.yml", "rails"),
        ("a.pot", "po"),
        ("a.XLF", "xliff"),
        ("a.csv", "csv"),
    ],
)
def test_format_of_a_path(path: str, format: str) -> None:
    assert sniff(b"[]" if path.endswith("json") else b"x", path) == format


@pytest.mark.parametrize(
    ("data", "format"),
    [
        ('msgid ""\nmsgstr ""\n', "po"),
        ('# A comment\n#, fuzzy\nmsgid "a"\nmsgstr "b"\n', "po"),
        ('<?xml version="1.0"?><xliff version="1.2"/>', "xliff"),
        ("<tmx><header/></tmx>", "tmx"),
        ('<resources><string name="a">b</string></resources>', "android"),
        ('<root><resheader name="a"/></root>', "resx"),
        ("<root><item/></root>", "feed"),
    ],
)
def test_format_of_what_has_no_name(data: str, format: str) -> None:
    named = sniff(data.encode(), "-")
    assert named == format or (format == "feed" and named == "text")


def test_a_folder_walk_reads_localisation_and_leaves_other_json_as_it_was(tmp_path: Path) -> None:
    put(tmp_path, "app/locales/en.json", "Door")
    put(tmp_path, "app/locales/ru.json", "Дверь")
    put(tmp_path, "app/other/settings.yml", "no")
    put(tmp_path, "app/i18n/menu_en.json", "Door")
    put(tmp_path, "app/i18n/menu_ru.json", "Дверь")
    put(tmp_path, "res/values-ru/strings.xml", "Дверь")
    (tmp_path / "rows.json").write_text('[{"text": "A text of a document."}]', "utf-8")
    found = list(read_inputs([str(tmp_path)]))
    assert not [e for e in found if isinstance(e, InputError)]
    formats = [c.format for c in found if isinstance(c, Catalogue)]
    assert formats == ["i18n-json"] * 4 + ["android"]
    assert [d.text for d in found if isinstance(d, Document)] == ["A text of a document."]
