# ruff: noqa: E501, SIM905 - a table reads best with one language a line
"""Writes mtcheck/data/notice_languages.toml from Unicode CLDR; needs Babel, at development time only.

Run from the repository root: python tests/notices/generate_language_names.py
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from babel import Locale, UnknownLocaleError

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (
    "en ru uk be bg sr hr bs sl mk cs sk pl de nl da sv no nb nn is fi et lv lt hu ro el tr az kk uz ky tg ka hy es pt "
    "it fr ca gl eu ar fa he ur hi bn mr pa ta te kn ml gu ne si th vi id ms fil zh ja ko sw af sq my km lo mn eo cy ga la"
).split()
# How many letters of a name inflection may change, by notice language.
CHOP = {
    "ru": 2, "uk": 1, "be": 1, "bg": 0, "mk": 1, "sr": 1, "hr": 1, "sl": 1, "cs": 1, "sk": 1, "pl": 1, "sv": 1,
    "is": 1, "nb": 1, "fi": 2, "et": 1, "lv": 1, "lt": 2, "ro": 1, "el": 1, "sq": 2, "az": 0, "ka": 1, "eo": 1,
    "ur": 0, "hy": 1, "mn": 0, "bn": 0, "ta": 1, "te": 1, "kn": 0, "ml": 1, "it": 1, "es": 0, "mt": 0,
}  # fmt: skip
# Names in use that CLDR does not have, written for this project.
EXTRA = {
    "zh": "en=英文|en=英语|en=英語|ja=日文|ja=日语|ja=日語|zh=中文|zh=汉语|ko=韩文|ko=韩语|ko=韓文|ko=韓語|ru=俄文|ru=俄语|ru=俄語"
    "|fr=法文|fr=法语|fr=法語|de=德文|de=德语|de=德語|es=西班牙文|it=意大利文|pt=葡萄牙文|ar=阿拉伯文|vi=越南文|th=泰文|uk=乌克兰文",
    "ja": "zh=中国語|zh=中文|zh=中国文|ko=朝鮮語|ko=ハングル|en=英文",
    "ko": "zh=중문|en=영문|ja=일문|ja=일어|ko=한글|ru=노어",
    "en": "zh=mandarin|fa=farsi|el=modern greek|nl=flemish|bn=bengali|tl=tagalog",
    "ru": "en=англоязычн|zh=мандаринск|fa=фарси|de=немецкоязычн|en=англ\\.",
    "de": "en=engl\\.|fr=franz\\.|zh=mandarin|fa=farsi",
    "hi": "en=अंग्रेजी|en=अंग्रेज़ी|en=इंग्लिश",
    "mr": "en=इंग्रजी|en=इंग्लिश",
    "bn": "en=ইংরেজি|en=ইংরেজী|ru=রুশ|de=জার্মান",
    "ta": "en=ஆங்கில",
    "te": "en=ఇంగ్లీష్|en=ఇంగ్లిష్|en=ఆంగ్ల",
    "fi": "en=englannin|en=englannista|sv=ruotsin|de=saksan|ru=venäjän|zh=kiinan|ja=japanin",
    "et": "en=inglis|ru=vene|de=saksa|fr=prantsuse|zh=hiina|ja=jaapani",
    "el": "en=αγγλική|ru=ρωσική|de=γερμανική|fr=γαλλική",
    "ga": "en=mbéarla|en=bhéarla",
    "sr": "en=енглеск|en=englesk|ru=руск|ru=rusk|de=немачк|de=nemačk|fr=француск|fr=francusk|zh=kinesk|ja=japansk|es=špansk|it=italijansk",
    "fa": "en=انگلیسی",
    "ur": "en=انگریزی|en=انگلش",
    "cs": "en=anglick|de=německ|fr=francouzsk|ru=rusk|es=španělsk|it=italsk|zh=čínsk|ja=japonsk|pl=polsk|uk=ukrajinsk|ko=korejsk",
    "sk": "en=anglick|de=nemeck|fr=francúzsk|ru=rusk|es=španielsk|it=taliansk|zh=čínsk|ja=japonsk|pl=poľsk|uk=ukrajinsk|ko=kórejsk",
    "sl": "en=anglešk|de=nemšk|fr=francosk|ru=rusk|es=špansk|it=italijansk|hr=hrvašk|zh=kitajsk|ja=japonsk",
    "uz": "en=ingliz|ru=rus|de=nemis|fr=fransuz|tr=turk|zh=xitoy|ja=yapon|ko=koreys",
    "ne": "en=अंग्रेजी|en=अङ्ग्रेजी",
    "eu": "en=ingeles|es=gaztelani|fr=frantses|de=aleman",
    "hu": "lv=lettb|lv=lettr",
    "he": "en=אנגלית",
    "ar": "en=انجليزيه|en=إنكليزية|en=انكليزيه|fr=فرنسيه|de=ألمانيه|ru=روسيه|zh=صينيه|ja=يابانيه|es=إسبانيه|it=إيطاليه",
}
# Names that are also a common word of notices: Hungarian "lett" is Latvian and "was".
AMBIGUOUS = {("hu", "lv")}


def stem(name: str, lang: str) -> str:
    """The part of a name that inflection leaves alone."""
    chop = CHOP.get(lang, 0)
    if lang == "ta":
        return name.removesuffix("ம்")
    return name[:-chop] if chop and len(name) - chop >= 4 else name


def row(lang: str) -> str:
    """``code=stem|code=stem…`` for one notice language."""
    locale = Locale.parse({"tl": "fil", "zh": "zh_Hans"}.get(lang, lang))
    pairs: dict[str, str] = {}
    for code in (c for c in SOURCES if (lang, c) not in AMBIGUOUS):
        name = (locale.languages.get(code) or "").split(" (")[0]
        name = (
            name.removeprefix("język ")
            .removeprefix("Tiếng ")
            .removeprefix("bahasa ")
            .removeprefix("ภาษา")
            .strip()
        )
        if lang == "ar":
            name = name.removeprefix("ال")
        if lang in {"pl", "sr", "hr", "bs", "cs", "sk", "sl", "mk", "uk", "be", "ru", "bg"} and " " in name:
            continue
        if len(name) >= 2 and name.casefold() != code:
            pairs.setdefault(stem(name, lang), code)
    rows = [f"{code}={name}" for name, code in pairs.items()]
    return "|".join([*EXTRA.get(lang, "").split("|"), *rows]).strip("|").replace("\\.", ".")


def main() -> None:
    """Write the table."""
    with (ROOT / "mtcheck/data/notices.toml").open("rb") as file:
        langs = [lang for lang in tomllib.load(file) if lang != "any"]
    lines = [
        "# Names of languages as notices in each language write them: code=stem, inflection cut off.",
        "# Source: Unicode CLDR through Babel (Unicode-3.0 licence), with a few names added by hand;",
        "# written by tests/notices/generate_language_names.py, do not edit.",
        "",
        "[names]",
    ]
    for lang in langs:
        try:
            lines.append(f'{lang} = "{row(lang)}"')
        except UnknownLocaleError:
            lines.append(f'{lang} = ""')
    (ROOT / "mtcheck/data/notice_languages.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
