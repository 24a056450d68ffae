"""Scripts, words and the language guess."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mtcheck import text

SENTENCES = {
    "en": "The committee will publish its findings before the end of the month.",
    "ru": "Комитет опубликует свои выводы до конца месяца, сообщили журналистам.",
    "uk": "Комітет оприлюднить свої висновки до кінця місяця, повідомили журналістам.",
    "be": "Камітэт апублікуе свае высновы да канца месяца, паведамілі ў прэс-службе.",
    "kk": "Комитет ай соңына дейін өз қорытындыларын жариялайды, деп хабарлады ұйым.",
    "bg": "Комисията ще публикува заключенията си преди края на месеца, съобщиха от там.",
    "de": "Der Ausschuss wird seine Ergebnisse noch vor Ende des Monats veröffentlichen.",
    "fr": "Le comité publiera ses conclusions avant la fin du mois, a-t-on appris.",
    "es": "El comité publicará sus conclusiones antes de que termine el mes.",
    "pt": "O comité vai publicar as suas conclusões antes do fim do mês, informou.",
    "it": "Il comitato pubblicherà le sue conclusioni prima della fine del mese.",
    "pl": "Komitet opublikuje swoje wnioski przed końcem miesiąca, poinformowano.",
    "cs": "Výbor zveřejní svá zjištění ještě před koncem měsíce, řekl mluvčí.",
    "is": "Nefndin mun birta niðurstöður sínar fyrir lok mánaðarins, að því er þar segir.",
    "tr": "Komite, bulgularını ay sonundan önce yayımlayacağını açıkladı.",
    "el": "Η επιτροπή θα δημοσιεύσει τα ευρήματά της πριν από το τέλος του μήνα.",
    "he": "הוועדה תפרסם את ממצאיה לפני סוף החודש, כך נמסר לעיתונאים.",
    "ar": "ستنشر اللجنة نتائجها قبل نهاية الشهر، حسبما قال المتحدث باسمها.",
    "hi": "समिति महीने के अंत से पहले अपने निष्कर्ष प्रकाशित करेगी।",
    "ka": "კომიტეტი თავის დასკვნებს თვის ბოლომდე გამოაქვეყნებს.",
    "hy": "Կոմիտեն իր եզրակացությունները կհրապարակի մինչև ամսվա վերջ։",
    "th": "คณะกรรมการจะเผยแพร่ผลการตรวจสอบก่อนสิ้นเดือนนี้",
    "ko": "위원회는 이달 말 전에 조사 결과를 발표할 예정이다.",
    "ja": "委員会は今月末までに調査結果を公表する予定だ。",
    "zh": "委员会将在月底前公布调查结果。",
}


@pytest.mark.parametrize("lang", SENTENCES)
def test_language_of_a_sentence(lang: str) -> None:
    assert text.detect_language(SENTENCES[lang]) == lang


@pytest.mark.parametrize("value", ["", "OK", "12.5 %", "Ana Tili", "да", "你好", "…", "\u0000\u0000"])
def test_too_short_is_unknown(value: str) -> None:
    assert text.detect_language(value) is None


@pytest.mark.parametrize("script", ["Hangul", "Katakana", "Runic", "Thai", "Latin", "Ethiopic", "Cherokee"])
def test_every_script_has_an_answer(script: str) -> None:
    letters = {
        "Hangul": "번역",
        "Katakana": "カナ",
        "Runic": "ᚠᚢ",
        "Thai": "กข",
        "Latin": "ab",
        "Ethiopic": "ሀለ",
        "Cherokee": "ᏣᎳ",
    }
    text.detect_language((letters[script] + " ") * 30)


def test_the_guess_is_the_same_in_another_process() -> None:
    value = "Une phrase with deux languages inside, et encore some words."
    code = f"from mtcheck.text import detect_language as d; print([d({value!r}), d({SENTENCES['de']!r})])"
    seen = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    }
    assert len(seen) == 1
    assert text.detect_language(value) == text.detect_language(value)


@pytest.mark.parametrize(
    ("character", "script"),
    [("a", "Latin"), ("é", "Latin"), ("ж", "Cyrillic"), ("漢", "Han"), ("の", "Hiragana"), ("カ", "Katakana"),
     ("한", "Hangul"), ("1", None), (" ", None), ("ß", "Latin"), ("ع", "Arabic"), ("א", "Hebrew")],
)  # fmt: skip
def test_script_of(character: str, script: str | None) -> None:
    assert text.script_of(character) == script


@pytest.mark.parametrize(("tag", "primary"), [("pt-BR", "pt"), ("zh_Hans", "zh"), ("EN", "en")])
def test_primary(tag: str, primary: str) -> None:
    assert text.primary(tag) == primary
