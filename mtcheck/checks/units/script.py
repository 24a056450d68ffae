"""Rules on the script and the language of a target."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from mtcheck import resources, text
from mtcheck.checks.base import CatalogueCheck
from mtcheck.checks.units.grammar import is_list_of_names, prose, table, words
from mtcheck.checks.units.untranslated import english_words, writes_latin
from mtcheck.core import Catalogue, Finding, Severity, Unit

_CYRILLIC = "\u0400-\u052f"
_GREEK = "\u0370-\u03ff\u1f00-\u1fff"
_LATIN = "A-Za-z\u00c0-\u024f"


@cache
def _mixed() -> re.Pattern[str]:
    return re.compile(
        rf"[{_LATIN}]+[{_CYRILLIC}{_GREEK}]+[{_LATIN}{_CYRILLIC}{_GREEK}]*"
        rf"|[{_CYRILLIC}{_GREEK}]+[{_LATIN}]+[{_LATIN}{_CYRILLIC}{_GREEK}]*"
    )


@cache
def _latin_letter() -> re.Pattern[str]:
    return re.compile(f"[{_LATIN}]")


@cache
def _touching() -> re.Pattern[str]:
    """Two letters of two scripts side by side."""
    return re.compile(rf"[{_CYRILLIC}{_GREEK}](?:(?=[{_LATIN}])|(?<=[{_LATIN}].))")


@cache
def _lookalikes() -> frozenset[str]:
    return frozenset("".join("".join(v) for v in table("lookalikes").values()))


class MixedScripts(CatalogueCheck):
    """A word mixes letters of two scripts that look alike.

    What it does
        Looks for words with both Latin and Cyrillic, or Latin and Greek letters, whose strangers look like
        letters of the word's own script.

    Why it matters
        The word looks right, but search, sorting, spell-checkers and screen readers do not know it.

    Limits
        A Latin name or unit with a Cyrillic ending ("URLы", "PIDом") is right and silent. Measured
        2026-11-25 on 45,680 messages of 36 well-kept projects (Django, Wagtail, Sphinx, WTForms, glib, GTK,
        apt, systemd, GNU tools and others; ru, de, fr, ja, ar): 3 findings, 2 right. Of planted ones 0.98
        are found.

    Example
        "Фaйл" with a Latin "a".

    Source
        Unicode confusables.txt; UTS 39, mixed-script detection.
    """

    code = "SCR001"
    name = "mixed-scripts"
    severity = Severity.WARNING

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        target = unit.target
        if target.isascii() or _latin_letter().search(target) is None or _touching().search(target) is None:
            return
        latin = writes_latin(text.primary(catalogue.target_lang or ""))
        for match in _mixed().finditer(prose(target)):
            if _example().fullmatch(match.group()) is not None:
                continue
            strangers = _strangers(match.group(), latin=latin)
            if strangers and match.group() not in unit.source:
                yield self.unit_finding(
                    unit,
                    catalogue,
                    f"{match.group()!r} mixes scripts: {', '.join(sorted(set(strangers)))} is of another one",
                    found=match.group(),
                )
                return


@cache
def _example() -> re.Pattern[str]:
    """A word in capitals with what a program adds to it: ``ПРЕФИКСaa``."""
    return re.compile(r"[\u0410-\u042f\u0391-\u03a9]{3,}[a-z]+")


def _strangers(word: str, *, latin: bool) -> str:
    """The letters of the rarer script in a word, empty if they can stand there rightly."""
    romans = "".join(c for c in word if c < "\u0250")
    others = "".join(c for c in word if c >= "\u0250")
    if not latin and word.startswith(romans) and len(romans) >= 2 and len(others) <= 3:
        whole = all(c in _lookalikes() for c in romans)
        return romans if whole and not romans.isupper() else ""
    few, many = sorted((romans, others), key=len)
    return "".join(few) if all(c in _lookalikes() for c in few) and len(few) < len(many) + 1 else ""


_RANGES = {
    "Latin": _LATIN,
    "Cyrillic": _CYRILLIC,
    "Greek": _GREEK,
    "Armenian": "\u0531-\u0587",
    "Hebrew": "\u05d0-\u05ea",
    "Arabic": "\u0620-\u065f\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc",
    "Devanagari": "\u0904-\u0939\u0958-\u0963",
    "Bengali": "\u0985-\u09b9",
    "Thai": "\u0e01-\u0e3a\u0e40-\u0e4e",
    "Georgian": "\u10a0-\u10ff\u1c90-\u1cbf",
    "Hangul": "\u1100-\u11ff\uac00-\ud7af",
    "Hiragana": "\u3041-\u309f",
    "Katakana": "\u30a1-\u30fa",
    "Han": "\u3400-\u4dbf\u4e00-\u9fff",
}


@cache
def _strange(lang: str) -> re.Pattern[str]:
    """Letters of scripts, Latin aside, in which a language is not written."""
    own = set(text.expected_scripts(lang)) | {"Latin"} | ({"Han"} if lang == "ko" else set())
    return re.compile("[" + "".join(r for name, r in _RANGES.items() if name not in own) + "]")


@cache
def _own(lang: str) -> re.Pattern[str]:
    return re.compile("[" + "".join(_RANGES.get(name, "") for name in text.expected_scripts(lang)) + "]")


@cache
def _latin_word() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.-])[{_LATIN}]*[a-z\u00df-\u00ff]{{2,}}[{_LATIN}]*(?![\w-])")


class WrongScript(CatalogueCheck):
    """The target is written in a script that its language does not use.

    What it does
        Reports letters of another script (Latin aside) that the source does not have, and, where the
        language is not written in Latin, a target without any letter of its own and with words that the
        source has not. Also signs of another script, and what a wrong encoding leaves.

    Why it matters
        The text is in another language, or a slip of the keyboard.

    Limits
        A single Greek letter may be a sign and is silent. Measured 2026-11-25 on 45,680 messages of 19
        well-kept projects (Django, Wagtail, Sphinx, WTForms, glib, GTK, apt, systemd, GNU tools and others;
        ru, de, fr, ja, ar): no finding.

    Example
        A Japanese sentence in a Russian file.

    Source
        Scripts of languages from Unicode CLDR (mtcheck/data/languages.toml).
    """

    code = "SCR002"
    name = "wrong-script"
    severity = Severity.WARNING

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        lang, target = text.primary(catalogue.target_lang or ""), unit.target
        if not text.expected_scripts(lang):
            return
        if not target.isascii():
            spoilt = _spoilt(lang).search(target)
            if spoilt is not None and _spoilt(lang).search(unit.source) is None:
                yield self.unit_finding(
                    unit,
                    catalogue,
                    f"{spoilt.group()!r} is what a wrong encoding or another script's keyboard leaves",
                    found=spoilt.group(),
                )
                return
            strange = [c for c in _strange(lang).findall(target) if c not in unit.source]
            if len(strange) >= 2 or (strange and text.script_of(strange[0]) != "Greek"):
                letters = "".join(dict.fromkeys(strange))[:20]
                if _strange(lang).search(unit.source) is None and not _is_mixed_word(target, strange[0]):
                    yield self.unit_finding(
                        unit,
                        catalogue,
                        f"Letters of a script that {text.language_name(lang)} does not use: {letters}",
                    )
                return
        if writes_latin(lang) or _own(lang).search(target) is not None or target == unit.source:
            return
        left = _latin_word().findall(prose(target))
        source_words = unit.source.lower()
        foreign = [w for w in left if w.lower() not in source_words]
        if (foreign and (len(left) > 1 or left[0][0].isupper())) or (
            len(left) >= 3 and any(w in english_words(lang) for w in left)
        ):
            yield self.unit_finding(
                unit, catalogue, f"Not a letter of {text.language_name(lang)} script", found=target[:200]
            )


@cache
def _spoilt(lang: str) -> re.Pattern[str]:
    """A replacement character, UTF-8 that was read as Latin-1, and the signs of other scripts."""
    signs = table("foreign_signs")
    wide = "" if _WIDE.intersection(text.expected_scripts(lang)) else "".join(signs["wide"])
    arabic = "" if "Arabic" in text.expected_scripts(lang) else "".join(signs["arabic"])
    start, rest = "".join(signs["misread_start"]), "".join(signs["misread_rest"])
    return re.compile(rf"\ufffd|[{start}][{rest}]|(?<=\w)[{wide}{arabic}\ufffd]")


_WIDE = frozenset({"Han", "Hiragana", "Katakana", "Hangul"})


def _is_mixed_word(target: str, stranger: str) -> bool:
    """True if a stray letter stands inside a word of another script: SCR001 says that."""
    return any(stranger in word for word in _mixed().findall(target))


class WrongLanguage(CatalogueCheck):
    """The target seems to be in another language than its file.

    What it does
        Looks for letters that the language never writes (Ukrainian ones in Russian, German ones in French),
        for function words of another language where none of its own stand, and for Japanese without kana. A
        long text without any of its function words is also read by langdetect.

    Why it matters
        A file was mixed up, or an engine answered in another language.

    Limits
        Names keep their letters: one word with strange letters that the source has too is silent. Short
        texts and close languages pass; a short text with one word of another language and none of its own
        is a suggestion, and so is a text whose source is names alone. Measured 2026-11-29 on 85,885 untouched
        messages (as for PUN001): 5 warnings, 41 suggestions. Of texts in another language SCR002 and this
        rule find 0.93 together.

    Example
        "La page n'existe pas" in a German file.

    Source
        Exemplar letters from Unicode CLDR; mtcheck/data/function_words.toml; langdetect 1.0.9, seed 0.
    """

    code = "SCR003"
    name = "wrong-language"
    severity = Severity.WARNING

    def judge(self, unit: Unit, catalogue: Catalogue) -> Iterator[Finding]:
        """At most one finding."""
        lang, target = text.primary(catalogue.target_lang or ""), unit.target
        if not lang or target == unit.source or len(target) < 4:
            return
        seen = _by_letters(unit, lang) or _by_words(unit, lang)
        named = seen is not None and is_list_of_names(unit.source)
        hint = None if seen is not None else _by_one_word(unit, lang)
        if seen is not None or hint is not None:
            yield self.unit_finding(
                unit,
                catalogue,
                f"This does not look like {text.language_name(lang)}: {seen or hint}",
                severity=Severity.NOTE if named or hint is not None else Severity.WARNING,
                found=target[:200],
                expected=lang,
            )


@cache
def _foreign(lang: str) -> re.Pattern[str] | None:
    letters = "".join(table("foreign_letters").get(lang, []))
    capitals = "".join(c.upper() for c in letters if len(c.upper()) == 1 and not c.upper().isascii())
    return re.compile(f"[{letters}{capitals}]") if letters else None


def _by_letters(unit: Unit, lang: str) -> str | None:
    target = unit.target
    if target.isascii():
        return None
    if lang == "ja":
        return _without_kana(target)
    pattern = _foreign(lang)
    if pattern is None or pattern.search(target) is None:
        return None
    strange = [w for w in words(prose(target)) if pattern.search(w) and w not in unit.source]
    if not strange or pattern.search(unit.source) is not None:
        return None
    if len(strange) == 1 and writes_latin(lang) and _own_words(target, lang):
        return None
    return f"{strange[0]!r} has letters that it does not write"


_HAN_ALONE = 10


def _without_kana(target: str) -> str | None:
    han = re.findall("[\u4e00-\u9fff]", target)
    if len(han) >= _HAN_ALONE and not re.search("[\u3041-\u309f\u30a1-\u30fa]", target):
        return "Han alone, without kana"
    return None


@cache
def _function_words() -> dict[str, frozenset[str]]:
    return {lang: frozenset(listed) for lang, listed in resources.data("function_words")["words"].items()}


@cache
def _rivals(lang: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Other languages of the same script, each with the function words that this one has not."""
    scripts, all_words = text.expected_scripts(lang), _function_words()
    own = all_words.get(lang, frozenset())
    return tuple(
        (other, frozenset(w for w in listed - own if len(w) > 1))
        for other, listed in all_words.items()
        if other != lang and text.expected_scripts(other) & scripts
    )


@cache
def _all_rivals(lang: str) -> frozenset[str]:
    return frozenset().union(*(listed for _, listed in _rivals(lang)))


def _own_words(target: str, lang: str) -> int:
    own = _function_words().get(lang)
    return len(own.intersection(_lowered(target))) if own else 1


@lru_cache(maxsize=8)
def _lowered(target: str) -> tuple[str, ...]:
    """The words of a target as they stand between spaces, in small letters; asked for several times."""
    return tuple(target.lower().split())


_FEWEST_WORDS = 3


def _by_words(unit: Unit, lang: str) -> str | None:
    split = _lowered(unit.target)
    own = _function_words().get(lang)
    if len(split) < _FEWEST_WORDS or own is None or _all_rivals(lang).isdisjoint(split):
        return None
    mine = len(own.intersection(split))
    if mine >= 2 and mine * 6 >= len(split):
        return None
    found = [w.lower() for w in words(prose(unit.target)) if not w.isupper()]  # capitals: SQL and the like
    mine = sum(w in own for w in found)
    best, most = None, 0
    for other, listed in _rivals(lang):
        count = len(listed.intersection(found))
        if count > most:
            best, most = other, count
    if best is None or most < 2 * mine + 1 or most * 8 < len(found):
        return None
    if best == "en" and unit.source in unit.target:
        return None
    if most < 2 and dict(_rivals(lang))[best].intersection(found) <= {
        *table("shared_function_words").get(lang, [])
    }:
        return None
    if (most < 2 or most < 2 * mine + 2) and text.detect_language(prose(unit.target)) != best:
        return None
    return f"its function words are {text.language_name(best)}"


_MOST_WORDS = 8
"""Longer texts without a function word of their language are rare enough for the surer tests above."""


def _by_one_word(unit: Unit, lang: str) -> str | None:
    """A short text with a function word of another language and none of its own."""
    split = _lowered(unit.target)
    own = _function_words().get(lang)
    if own is None or not 1 < len(split) <= _MOST_WORDS or not own.isdisjoint(split):
        return None
    shared = table("shared_function_words").get(lang, [])
    strange = _all_rivals(lang).intersection(split).difference(shared, unit.source.lower().split())
    return f"{min(strange)!r} is a word of another language" if strange else None
