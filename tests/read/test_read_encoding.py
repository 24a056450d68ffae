"""Encodings: told right, declared wrong, and not text at all."""

from __future__ import annotations

from io import BytesIO

import pytest

from mtcheck.core import Document, InputError
from mtcheck.read import read_inputs
from mtcheck.read.encoding import decode, without_surrogates

RUSSIAN = (
    "Мост через реку жители деревни построили за два лета, и помогали почти все семьи. Старый брод стал "
    "опасен после паводков последних лет, а до ближайшего моста нужно было идти целый час. Плотники "
    "взяли лиственницу со склонов над деревней: она десятилетиями не боится воды."
)
UKRAINIAN = (
    "Міст через річку мешканці села збудували за два літа, і допомагали майже всі родини. Старий брід "
    "став небезпечним після повеней останніх років, а до найближчого мосту треба було йти цілу годину. "
    "Теслі взяли модрину зі схилів над селом: вона десятиліттями не боїться води."
)
GERMAN = (
    "Die Bewohner des Dorfes haben die Brücke über den Fluss in zwei Sommern gebaut, und fast alle "
    "Familien haben geholfen. Die alte Furt war nach den Überschwemmungen der letzten Jahre zu "
    "gefährlich geworden, und bis zur nächsten Brücke ging man eine Stunde – „zu weit für Kinder“."
)
FRENCH = (
    "Les habitants du village ont construit le pont en deux étés, et presque toutes les familles ont "
    "aidé. Le vieux gué était devenu trop dangereux après les crues des dernières années, et le pont le "
    "plus proche se trouvait à une heure de marche ; les élèves devaient la faire chaque matin."
)
CZECH = (
    "Obyvatelé vesnice postavili most přes řeku za dvě léta a pomáhaly téměř všechny rodiny. Starý brod "
    "se po povodních posledních let stal příliš nebezpečným a k nejbližšímu mostu se šlo celou hodinu. "
    "Tesaři použili modřín ze svahů nad vesnicí, který desítky let odolává vodě."
)
TURKISH = (
    "Köylüler nehrin üzerindeki köprüyü iki yazda yaptı ve neredeyse bütün aileler yardım etti. Eski "
    "geçit son yıllardaki sellerden sonra çok tehlikeli olmuştu, en yakın köprüye ise yürüyerek bir "
    "saatte gidiliyordu. Çocuklar artık okula kısa yoldan gidiyor."
)
JAPANESE = (
    "村の人々は二つの夏をかけて川に木の橋を架け、ほとんどすべての家族が手伝った。古い浅瀬はここ数年の洪水"
    "の後とても危険になり、いちばん近い橋までは歩いて一時間もかかった。大工たちは村の上の斜面からカラマツ"
    "を切り出した。この木は何十年も水に強く、塗らなくても腐らないという。子どもたちは近道で学校へ通えるよ"
    "うになり、橋の上から魚を眺めるのを楽しみにしている。村長は開通の日に「長い間この日を待っていた」と話"
    "した。"
)
CHINESE = (
    "村民们用了两个夏天在河上建起了一座木桥，几乎所有的家庭都来帮忙。最近几年的洪水过后，原来的浅滩变得十"
    "分危险，而到最近的桥要走整整一个小时。木匠们从村子上面的山坡上砍来落叶松，这种木头几十年都不怕水，也"
    "不需要油漆。现在孩子们可以走近路去上学了，他们最喜欢在桥上看鱼。村长在通车那天说：“我们等这一天已经"
    "等了很久。”老木匠说，等孙子们都老了，这座桥也还会在那里，因为它是大家一起建成的，谁也不会忘记这件事。"
)
TRADITIONAL = (
    "村民們用了兩個夏天在河上建起了一座木橋，幾乎所有的家庭都來幫忙。最近幾年的洪水過後，原來的淺灘變得十"
    "分危險，而到最近的橋要走整整一個小時。木匠們從村子上面的山坡上砍來落葉松，這種木頭幾十年都不怕水，也"
    "不需要油漆。現在孩子們可以走近路去上學了，他們最喜歡在橋上看魚。村長在通車那天說：「我們等這一天已經"
    "等了很久。」老木匠說，等孫子們都老了，這座橋也還會在那裡，因為它是大家一起建成的，誰也不會忘記這件事。"
)
KOREAN = (
    "마을 사람들은 두 번의 여름 동안 강 위에 나무 다리를 놓았고 거의 모든 가족이 도왔다. 오래된 여울은 "
    "지난 몇 년의 홍수 뒤에 너무 위험해졌고 가장 가까운 다리까지는 걸어서 한 시간이 걸렸다. 목수들은 "
    "마을 위 비탈에서 낙엽송을 베어 왔다. 이 나무는 수십 년 동안 물을 견딘다. 아이들은 이제 지름길로 "
    "학교에 다닌다. 촌장은 이날을 오래 기다렸다고 말했다."
)
GREEK = (
    "Οι κάτοικοι του χωριού έχτισαν τη γέφυρα πάνω από το ποτάμι μέσα σε δύο καλοκαίρια και βοήθησαν "
    "σχεδόν όλες οι οικογένειες. Το παλιό πέρασμα είχε γίνει πολύ επικίνδυνο μετά τις πλημμύρες των "
    "τελευταίων ετών και η πιο κοντινή γέφυρα ήταν μία ώρα με τα πόδια."
)

TEXTS = [
    *(
        (RUSSIAN, e)
        for e in ("cp1251", "koi8-r", "cp866", "iso8859-5", "utf-16-le", "utf-16-be", "utf-16", "utf-32")
    ),
    *((UKRAINIAN, e) for e in ("cp1251", "koi8-u")),
    *((GERMAN, e) for e in ("cp1252", "utf-16-le", "utf-8-sig")),
    (FRENCH, "cp1252"),
    (FRENCH.replace("œ", "oe"), "iso8859-1"),
    (CZECH, "cp1250"),
    (CZECH, "iso8859-2"),
    (TURKISH, "cp1254"),
    *((JAPANESE, e) for e in ("shift_jis", "euc-jp", "iso2022-jp")),
    *((CHINESE, e) for e in ("gb18030", "gbk")),
    (TRADITIONAL, "big5"),
    (KOREAN, "euc-kr"),
    (GREEK, "cp1253"),
]


@pytest.mark.parametrize(("text", "encoding"), TEXTS, ids=[f"{t[:12]}-{e}" for t, e in TEXTS])
def test_told_without_declaration(text: str, encoding: str) -> None:
    assert len(text) >= 200
    decoded = decode(text.encode(encoding), "x")
    assert decoded.text == text
    assert decoded.damage is None


PAGE = (
    "<html><head><meta http-equiv='Content-Type' content='text/html; charset={}'></head>"
    "<body><p>{}</p></body></html>"
)


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "cp1251", "utf-8"),
        (RUSSIAN, "cp1251", "iso-8859-1"),
        (RUSSIAN, "koi8-r", "windows-1251"),
        (RUSSIAN, "utf-8", "windows-1251"),
        (RUSSIAN, "utf-16", "utf-8"),
        (RUSSIAN, "cp1251", "rot13"),
        (RUSSIAN, "cp1251", "zip"),
        (GERMAN, "cp1252", "iso-8859-1"),
        (GERMAN, "utf-8", "iso-8859-1"),
        (CZECH, "cp1250", "windows-1250"),
        (JAPANESE, "cp932", "shift_jis"),
        (JAPANESE, "euc-jp", "shift_jis"),
        (CHINESE, "gb18030", "gb2312"),
        (KOREAN, "cp949", "euc-kr"),
    ],
)
def test_declared_right_and_wrong(text: str, encoding: str, declared: str) -> None:
    results = list(read_inputs(["-"], stdin=BytesIO(PAGE.format(declared, text).encode(encoding))))
    assert [r.text for r in results if isinstance(r, Document)] == [text]
    assert len(results) == 1


def test_short_text_in_a_declared_encoding() -> None:
    item = "<item><title>Мост открыт</title></item>"
    feed = f"<?xml version='1.0' encoding='koi8-r'?><rss><channel>{item}</channel></rss>"
    (doc,) = read_inputs(["-"], stdin=BytesIO(feed.encode("koi8-r")))
    assert isinstance(doc, Document)
    assert doc.text == "Мост открыт"


def test_a_few_bad_bytes_cost_no_text() -> None:
    data = RUSSIAN.encode() + b"\n" + RUSSIAN.encode()[:-1].removesuffix(b"\xd1") + b"\xd0"
    doc, error = read_inputs(["-"], stdin=BytesIO(data))
    assert isinstance(doc, Document)
    assert doc.text.startswith(RUSSIAN)
    assert isinstance(error, InputError)
    assert error.place == "line 2"
    assert "0xd0" in error.problem


@pytest.mark.parametrize(
    ("data", "words", "place"),
    [
        (b"one\ntwo \0 three", "NUL byte at 8", "line 2"),
        (b"%PDF-1.7\n...", "is a PDF", None),
        (b"PK\x03\x04\x14\x00", "zip archive", None),
        (b"{\\rtf1\\ansi text}", "RTF", None),
        (b"\x89PNG\r\n\x1a\n", "image", None),
        (b"\x1f\x8b\x08\x00", "gzip", None),
        (bytes(range(1, 32)) * 40, "control characters", None),
        (bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D, 0xFF, 0x01, 0x02]) * 40, "binary", None),
    ],
)
def test_not_text(data: bytes, words: str, place: str | None) -> None:
    (error,) = read_inputs(["-"], stdin=BytesIO(data))
    assert isinstance(error, InputError)
    assert words in error.problem
    assert error.place == place
    assert error.mend


def test_line_ends_and_marks() -> None:
    assert decode(b"\xef\xbb\xbfa\r\nb\rc\n", "x").text == "a\nb\nc\n"
    assert without_surrogates("a\ud800b \U0001f600") == "a\ufffdb \U0001f600"
