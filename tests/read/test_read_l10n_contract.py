"""What every reader of localisation files owes: known units, true lines, broken files, any input at all."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from mtcheck.core import Catalogue, InputError, Unit
from mtcheck.read import READERS, read_inputs
from mtcheck.read.formats import reader
from mtcheck.read.l10n.plurals import CATEGORIES

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "formats"
FORMATS = tuple(name for name, f in READERS.items() if f.localisation)
FILES = sorted(p for name in FORMATS for p in (FIXTURES / name).glob("*/**/*") if p.is_file())
GOOD = [p for p in FILES if "good" in p.parts]
BROKEN = [p for p in FILES if "broken" in p.parts and p.name != "messages.properties"]
MUTATIONS = 300

# Key, plural form, line, target of every unit; context and flags where there are any.
KNOWN: dict[str, list[tuple[str, str | None, int, str]]] = {
    "po/good/ru.po": [
        ("The reading room is open", None, 10, "Читальный зал открыт"),
        ("%d book was returned", "one", 15, "Возвращена %d книга"),
        ("%d book was returned", "few", 15, "Возвращены %d книги"),
        ("%d book was returned", "many", 15, "Возвращено %d книг"),
        ("Open", None, 23, "Открыть"),
        ('First line\nand a "second" one', None, 27, "Первая строка\nи «вторая»"),
        ("Not yet", None, 34, ""),
        ("Closed for ever", None, 37, "Закрыт навсегда"),
    ],
    "xliff/good/ru.xliff": [
        ("door.sign", None, 5, 'Зал <g id="1">открыт</g> & натоплен'),
        ("door.name", None, 11, "Alexandria"),
        ("door.closed", None, 16, ""),
    ],
    "xliff/good/xcode.xliff": [
        ("Open the door", None, 6, "Die Tür öffnen"),
        ("books", "one", 11, "%d Buch"),
        ("books", "other", 15, "%d Bücher"),
    ],
    "xliff/good/second.xlf": [
        ("sign", None, 4, '部屋は<pc id="1">開いて</pc>います。'),
        ("rules.s1", None, 12, "お静かに。"),
        ("rules.s2", None, 16, "飲食はご遠慮ください。"),
    ],
    "fluent/good/ru/app.ftl": [
        ("-room", None, 1, "читальный зал"),
        ("open", None, 4, "{ -room } открыт для { $name }"),
        ("open.title", None, 5, "Дверь"),
        ("books", "one", 6, "Итог: Вернулась { $count } книга."),
        ("books", "few", 6, "Итог: Вернулись { $count } книги."),
        ("books", "other", 6, "Итог: Вернулось { $count } книг."),
        ("long", None, 12, "Первая строка\n  и с отступом"),
        ("stale", None, 15, "Лишнее"),
        ("closed", None, 1, ""),
    ],
    "android/good/values-ru/strings.xml": [
        ("open", None, 4, "Зал открыт"),
        ("quiet", None, 5, "Не  говорите,\n %1$s"),
        ("bold", None, 7, 'Слово <b>жирное</b> <i>курсив</i> <xliff:g id="n">%d</xliff:g><br/>'),
        ("books", "one", 10, "%d книга"),
        ("books", "few", 11, "%d книги"),
        ("books", "many", 12, "%d книг"),
        ("days[0]", None, 15, "Понедельник"),
        ("days[1]", None, 16, "<b>Вторник</b>"),
        ("stale", None, 18, "Лишнее"),
        ("closed", None, 1, ""),
    ],
    "properties/good/messages_ru.properties": [
        ("door.open", None, 2, "Зал открыт"),
        ("door.name", None, 5, "Ключ у {0}"),
        ("long.text", None, 6, "Одна строка и продолжение\tс отступом"),
        ("door.with space", None, 8, "Лишнее"),
        ("door.closed", None, 1, ""),
    ],
    "i18n-json/good/locales/ru.json": [
        ("door.open", None, 3, "Зал открыт, {{name}}"),
        ("door.stale", None, 4, "Лишнее"),
        ("books", "one", 6, "{{count}} книга"),
        ("books", "few", 7, "{{count}} книги"),
        ("books", "many", 8, "{{count}} книг"),
        ("rules[0]", None, 10, "Соблюдайте тишину"),
        ("rules[1]", None, 11, "Не ешьте"),
        ("places", "one", 14, "одно место"),
        ("places", "few", 15, "{n} места"),
        ("places", "many", 16, "{n} мест"),
        ("places", "other", 17, "{n} места"),
        ("step_one", None, 19, "Сначала сделайте это"),
        ("empty", None, 20, ""),
        ("door.closed", None, 1, ""),
    ],
    "arb/good/app_ru.arb": [
        ("open", None, 3, "Зал открыт"),
        (
            "books",
            None,
            4,
            "{count, plural, one{{count} книга} few{{count} книги} many{{count} книг} other{{count} книги}}",
        ),
        ("stale", None, 5, "Лишнее"),
        ("closed", None, 1, ""),
    ],
    "webextension/good/_locales/ru/messages.json": [
        ("open", None, 2, "Зал открыт для $NAME$"),
        ("stale", None, 6, "Лишнее"),
        ("closed", None, 1, ""),
    ],
    "strings/good/ru.lproj/Main.strings": [
        ("door.open", None, 2, 'Зал "открыт"'),
        ("Ask %@", None, 4, "Спросите\nу %@"),
        ("stale", None, 6, "Лишнее"),
        ("door.closed", None, 1, ""),
    ],
    "stringsdict/good/ru.lproj/Main.stringsdict": [
        ("books.NSStringLocalizedFormatKey", None, 7, "Вернулось: %#@count@"),
        ("books", "one", 15, "%d книга"),
        ("books", "few", 17, "%d книги"),
        ("books", "many", 19, "%d книг"),
        ("books", "other", 21, "%d книги"),
    ],
    "xcstrings/good/Main.xcstrings": [
        ("The room is open", None, 7, "Der Saal ist offen"),
        ("books", None, 11, ""),
        ("The room is open", None, 8, "Зал открыт"),
        ("books", "one", 24, "%lld книга"),
        ("books", "few", 25, "%lld книги"),
        ("books", "many", 26, "%lld книг"),
        ("books", "other", 27, ""),
        ("Old", None, 37, "Старое"),
    ],
    "tmx/good/memory.tmx": [
        ("door-open", None, 5, 'Зал <bpt i="1"><b></bpt>открыт<ept i="1"></b></ept>'),
        ("door-closed", None, 11, "Закрыто"),
        ("door-open", None, 5, "Der Saal ist offen"),
    ],
    "resx/good/Resources.ru.resx": [
        ("DoorOpen", None, 4, "Зал открыт, {0}"),
        ("Stale", None, 8, "Лишнее <b>"),
        ("DoorClosed", None, 1, ""),
    ],
    "rails/good/config/locales/ru.yml": [
        ("door.open", None, 4, "Зал открыт, %{name}"),
        ("door.stale", None, 5, "Лишнее"),
        ("books", "one", 7, "%{count} книга"),
        ("books", "few", 8, "%{count} книги"),
        ("books", "many", 9, "%{count} книг"),
        ("books", "other", 10, "%{count} книги"),
        ("no", None, 11, "Нет"),
        ("days[0]", None, 13, "Понедельник"),
        ("days[1]", None, 14, "Вторник"),
        ("long", None, 17, "Одна строка и другая\n"),
        ("copied", None, 20, "%{count} книги"),
        ("door.closed", None, 1, ""),
    ],
}

# Line of the problem, and the keys that are read all the same.
BREAKS = {
    "po": (8, ["A whole message", "Another whole message"]),
    "xliff": (9, ["whole"]),
    "fluent": (2, ["whole", "another"]),
    "android": (3, ["whole"]),
    "properties": (2, ["whole", "after"]),
    "i18n-json": (3, ["whole"]),
    "arb": (4, ["whole"]),
    "webextension": (3, ["whole", "half"]),
    "strings": (2, ["whole", "after", "last"]),
    "stringsdict": (20, ["books.NSStringLocalizedFormatKey", "books", "books"]),
    "xcstrings": (11, ["whole"]),
    "tmx": (9, ["whole"]),
    "resx": (4, ["Whole"]),
    "rails": (3, ["whole"]),
}


def name_of(path: Path) -> str:
    return path.relative_to(FIXTURES).as_posix()


def format_of(path: Path) -> str:
    return path.relative_to(FIXTURES).parts[0]


def read(path: Path) -> list[Catalogue]:
    """The catalogues of a file as a run reads it."""
    found = list(read_inputs([str(path)]))
    assert all(isinstance(c, Catalogue) for c in found), found
    return [c for c in found if isinstance(c, Catalogue)]


def check_catalogue(found: Catalogue, data: bytes) -> None:
    """What holds of any catalogue, whatever was read."""
    lines = data.count(b"\n") + data.count(b"\r") + 2
    for unit in found.units:
        assert isinstance(unit.key, str)
        assert unit.line is None or 1 <= unit.line <= lines, unit
        assert unit.plural is None or unit.plural in CATEGORIES
        (unit.key + unit.source + unit.target + "".join(unit.comments)).encode("utf-8")
    if found.broken is not None:
        assert found.broken.uri == found.uri
        assert found.broken.mend
        place = found.broken.place or ""
        assert place.startswith("line "), found.broken
        assert 1 <= int(place[5:]) <= lines, found.broken


def read_bytes(data: bytes, format: str, uri: str) -> list[Catalogue]:
    """What a reader makes of any bytes; nothing may be raised."""
    found = list(reader(format)(data, uri))
    catalogues = [c for c in found if isinstance(c, Catalogue)]
    assert catalogues, (format, data)
    assert len(catalogues) == len(found)
    for each in catalogues:
        check_catalogue(each, data)
    return catalogues


def test_every_format_has_fixtures() -> None:
    assert {format_of(p) for p in GOOD} == set(FORMATS) == {format_of(p) for p in BROKEN} == set(BREAKS)


@pytest.mark.parametrize("name", KNOWN)
def test_all_units_of_a_known_file(name: str) -> None:
    catalogues = read(FIXTURES / name)
    found = [(u.key, u.plural, u.line, u.target) for c in catalogues for u in c.units]
    assert found == KNOWN[name]
    for each in catalogues:
        assert each.broken is None
        assert each.source_lang == "en"
        assert each.target_lang not in {None, "en"}


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_lines_are_true(path: Path) -> None:
    """A unit's line holds its key; a plural form's its category, an item's its text, if not the key."""
    lines = path.read_text("utf-8").split("\n")
    for found in read(path):
        for unit in found.units:
            if "missing" in unit.flags and found.format != "xcstrings":
                assert unit.line == 1
                continue
            assert unit.line is not None
            here = lines[unit.line - 1]
            if here.strip() in {'msgid ""', "<trans-unit", "<string"}:
                here = lines[unit.line]
            if unit.key.endswith("]"):
                assert (unit.target or unit.source) in here, (unit, here)
                continue
            names = {unit.key.split("\n")[0], unit.key.rpartition(".")[2].replace(" ", "\\ "), unit.plural}
            if found.format == "xcstrings":
                names.add(f'"{found.target_lang}"')
            assert any(name and name in here for name in names), (unit, here)


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_keys_are_unique(path: Path) -> None:
    for found in read(path):
        names = [(u.key, u.context, u.plural) for u in found.units if "obsolete" not in u.flags]
        assert len(names) == len(set(names))
        assert not [u for u in found.units if "duplicate" in u.flags]


@pytest.mark.parametrize(
    ("format", "data"),
    [
        ("po", 'msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n'),
        ("properties", "a = b\na = c\n"),
        ("i18n-json", '{"a": "b",\n"a": "c"}'),
        ("android", '<resources><string name="a">b</string>\n<string name="a">c</string></resources>'),
        ("strings", '"a" = "b";\n"a" = "c";'),
        ("rails", "ru:\n  a: b\n  a: c\n"),
        ("fluent", "a = b\na = c\n"),
        (
            "resx",
            '<root><data name="a"><value>b</value></data>\n<data name="a"><value>c</value></data></root>',
        ),
    ],
)
def test_the_second_of_two_keys_is_flagged(format: str, data: str) -> None:
    (found,) = read_bytes(data.encode(), format, "ru")
    first, second = found.units
    assert (first.key, first.target) == ("a", "b")
    assert "duplicate" not in first.flags
    assert (second.key, second.target) == ("a", "c")
    assert "duplicate" in second.flags


@pytest.mark.parametrize("path", BROKEN, ids=name_of)
def test_broken(path: Path) -> None:
    line, keys = BREAKS[format_of(path)]
    (found,) = read(path)
    assert [u.key for u in found.units] == keys
    assert found.broken is not None
    assert found.broken.place == f"line {line}"
    assert "could not be parsed" not in found.broken.problem


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_a_file_cut_at_every_byte(path: Path) -> None:
    data, format = path.read_bytes(), format_of(path)
    whole = forms(data, format, path)
    for end in range(len(data.rstrip())):
        cut = read_bytes(data[:end], format, str(path))
        if format in CLOSED:
            assert cut[0].broken is not None, data[:end]
        if format not in SPREAD:
            kept = [(u.key, u.plural, u.line, u.target) for u in cut[0].units]
            assert kept[:-1] == whole[: max(len(kept) - 1, 0)], data[:end]


CLOSED = set(FORMATS) - {"po", "fluent", "properties", "strings", "rails"}
"""Formats in which every cut can be seen."""
SPREAD = {"i18n-json", "rails", "xcstrings", "tmx"}
"""Formats in which what a unit is also depends on what comes after it."""


def forms(data: bytes, format: str, path: Path) -> list[tuple[str, str | None, int | None, str]]:
    return [(u.key, u.plural, u.line, u.target) for u in read_bytes(data, format, str(path))[0].units]


MARKS = (
    '\0 \xff \xd0 < > & " \' { } [ ] \n ]]> <!-- --> <![CDATA[ \\ \\u \\ud800 \\x # #~ #, msgid msgid" '
    'msgstr[9] msgctxt" = ; : /* */ // - -> * & &a *a !!x % @ ~ | > \t <key> </dict> <!DOCTYPE <?xml ,'
)


def mutations(data: bytes, seed: str, count: int) -> Iterator[bytes]:
    """Truncations, flipped bytes, cut and doubled stretches, inserted marks of the formats."""
    chance = random.Random(seed)
    marks = MARKS.split(" ")
    for number in range(count):
        at = chance.randrange(len(data))
        to = min(len(data), at + chance.randrange(1, 80))
        if number % 4 == 0:
            yield data[:at] + data[to:]
        elif number % 4 == 1:
            yield data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        elif number % 4 == 2:
            yield data[:to] + data[at:]
        else:
            yield data[:at] + chance.choice(marks).encode("latin-1") + data[at:]


@pytest.mark.parametrize("format", FORMATS)
def test_mutations_raise_nothing(format: str) -> None:
    paths = [p for p in GOOD if format_of(p) == format]
    for path in paths:
        for data in mutations(path.read_bytes(), name_of(path), MUTATIONS // len(paths)):
            read_bytes(data, format, str(path))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n \n\t\n",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\0" * 50,
        b"\x89PNG\r\n",
        b"{" * 5000,
        b"[" * 5000,
        b'{"a":' * 5000,
        b"a: {" * 5000,
        b"<a>" * 5000,
        b"a = " + b"{" * 5000,
        b"a: &a [*a, *a]\n",
        b"/*" * 5000,
        b'"\n' * 5000,
        b"\\\n" * 5000,
        b"- " * 5000,
    ],
    ids=lambda d: repr(d[:8]),
)
def test_hostile_bytes(format: str, data: bytes) -> None:
    started = time.process_time()
    read_bytes(data, format, "locales/ru/given")
    assert time.process_time() - started < 5


@pytest.mark.parametrize("format", FORMATS)
def test_a_reader_survives_every_other_format(format: str) -> None:
    for path in GOOD:
        read_bytes(path.read_bytes(), format, "given")


@pytest.mark.parametrize(
    ("format", "bomb"),
    [
        (
            "android",
            "<!DOCTYPE r ["
            + "".join(f"<!ENTITY e{i} '{f'&e{i - 1};' * 10 if i else 'ha' * 10}'>" for i in range(12))
            + "]><resources><string name='a'>&e11;</string></resources>",
        ),
        (
            "android",
            "<!DOCTYPE r [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><resources>"
            "<string name='a'>[&e;]</string></resources>",
        ),
        (
            "rails",
            "a: &a [x, x]\n"
            + "".join(
                f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]\n"
                for a, b in zip("abcdefghijklmnopqrstuvwxy", "bcdefghijklmnopqrstuvwxyz", strict=True)
            ),
        ),
    ],
    ids=["entities", "file", "aliases"],
)
def test_bombs(format: str, bomb: str) -> None:
    started = time.process_time()
    (found,) = read_bytes(bomb.encode(), format, "ru")
    assert time.process_time() - started < 5
    assert sum(len(u.target) for u in found.units) < 10_000_000
    assert "root:" not in "".join(u.target for u in found.units)


LARGE = {
    "po": lambda i: f'#: a.c:{i}\nmsgid "Message {i}"\nmsgstr "Сообщение {i}"\n\n',
    "fluent": lambda i: f"key-{i} = Сообщение {{ $x }} {i}\n",
    "properties": lambda i: f"key.{i} = Сообщение {i}\n",
    "strings": lambda i: f'"key.{i}" = "Сообщение {i}";\n',
    "i18n-json": lambda i: f'{"{" if not i else ","}"key{i}": "Сообщение {i}"\n',
    "rails": lambda i: f"{'ru:' if not i else ''}\n  key{i}: Сообщение {i}",
    "android": lambda i: f'{"<resources>" if not i else ""}<string name="key{i}">Сообщение\n {i}</string>\n',
    "xliff": lambda i: f'{"<xliff>" if not i else ""}<trans-unit id="{i}"><source>a</source></trans-unit>\n',
}


@pytest.mark.parametrize("format", LARGE)
def test_time_grows_with_the_length(format: str) -> None:
    """Eight times the units take no more than some eight times the time; squared it would be 64. The least of
    three, since a busy machine now and then charges a process for its neighbours."""
    spent = []
    for count in (500, 4_000):
        data = "".join(map(LARGE[format], range(count))).encode()
        tries = []
        for _ in range(3):
            started = time.process_time()
            (found,) = read_bytes(data, format, "locales/ru/given")
            tries.append(time.process_time() - started)
            assert len(found.units) == count
        spent.append(min(tries))
    assert spent[1] < 24 * spent[0] + 0.5


def test_an_empty_file_lacks_nothing_but_its_keys(tmp_path: Path) -> None:
    (tmp_path / "messages.properties").write_text("a = A word\n", "utf-8")
    (tmp_path / "messages_ru.properties").write_text("", "utf-8")
    (found,) = read(tmp_path / "messages_ru.properties")
    assert found.broken is None
    assert [(u.key, u.flags) for u in found.units] == [("a", frozenset({"missing"}))]


def test_localisation_through_standard_input() -> None:
    data = (FIXTURES / "po" / "good" / "ru.po").read_bytes()
    (found,) = read_inputs(["-"], stdin=BytesIO(data))
    assert isinstance(found, Catalogue)
    assert (found.uri, found.format, found.target_lang) == ("-", "po", "ru")
    assert len(found.units) == len(KNOWN["po/good/ru.po"])


def test_a_folder_yields_every_file(tmp_path: Path) -> None:
    expected = {str(p) for p in GOOD}
    found = list(read_inputs([str(FIXTURES / name / "good") for name in FORMATS]))
    assert {c.uri for c in found if isinstance(c, Catalogue)} == expected
    assert not [e for e in found if isinstance(e, InputError)]


def units(path: Path) -> dict[tuple[str, str | None], Unit]:
    return {(u.key, u.plural): u for c in read(path) for u in c.units}


def test_a_form_beyond_those_of_the_header() -> None:
    header = 'msgid ""\nmsgstr "Language: de\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    message = 'msgid "a"\nmsgid_plural "b"\n' + "".join(f'msgstr[{i}] "x"\n' for i in range(3))
    (found,) = read_bytes((header + message).encode(), "po", "de.po")
    assert [(u.plural, u.source, u.flags) for u in found.units] == [
        ("one", "a", frozenset()),
        ("other", "b", frozenset()),
        ("zero", "b", frozenset({"surplus-form"})),
    ]


def test_a_stated_language_need_not_be_in_cldr() -> None:
    (found,) = read_bytes(b'msgid ""\nmsgstr "Language: tet\\n"\n', "po", "locale/tet/django.po")
    assert found.target_lang == "tet"


def test_flags_and_contexts_of_a_known_file() -> None:
    found = units(FIXTURES / "po" / "good" / "ru.po")
    book = found["%d book was returned", "few"]
    assert book.flags == {"fuzzy", "c-format"}
    assert book.source == "%d books were returned"
    assert found["%d book was returned", "one"].source == "%d book was returned"
    assert found["Open", None].context == "menu"
    assert found["Closed for ever", None].flags == {"obsolete"}
    assert found['First line\nand a "second" one', None].max_length == 20
    sign = units(FIXTURES / "xliff" / "good" / "ru.xliff")["door.sign", None]
    assert (sign.max_length, sign.comments) == (40, ("The sign at the door",))
    assert sign.source == 'The room is <g id="1">open</g> & warm'


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("strings/good/ru.lproj/Main.strings", "utf-16"),
        ("xliff/good/ru.xliff", "utf-16"),
        ("android/good/values-ru/strings.xml", "utf-8-sig"),
        ("po/good/ru.po", "koi8-r"),
        ("properties/good/messages_ru.properties", "cp1251"),
    ],
)
def test_encodings(name: str, encoding: str) -> None:
    """The same units come out of every encoding; a catalogue's header states its own."""
    path = FIXTURES / name
    text = path.read_text("utf-8").replace("«", "").replace("»", "")
    if encoding == "koi8-r":
        text = text.replace("charset=UTF-8", "charset=KOI8-R")
    plain, format = text.replace("KOI8-R", "UTF-8").encode("utf-8"), format_of(path)
    (expected,) = read_bytes(plain, format, name)
    (found,) = read_bytes(text.encode(encoding), format, name)
    assert found.broken is None
    assert found.units == expected.units


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_line_ends_of_windows_change_nothing(path: Path) -> None:
    data = path.read_bytes()
    expected = read_bytes(data, format_of(path), str(path))
    assert read_bytes(data.replace(b"\n", b"\r\n"), format_of(path), str(path)) == expected
