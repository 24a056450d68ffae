"""What makes a translator's output no evidence at all.

Neural translators fail in known ways: empty output (huggingface/transformers#15323), loops
(UKPLab/EasyNMT#38), copies of the input (which neural metrics reward, Unbabel/COMET#192), dropped
ends (OPUS-CAT#93). Such output must read "no verdict", never a low score, so the guards look before
any metric does. The limits are in ``mtcheck/data/thresholds.toml``.
"""

from __future__ import annotations

import re
from collections import Counter

from mtcheck import resources, text


def judge(source: str, output: str, *, source_lang: str, target_lang: str, finished: bool = True) -> str:
    """``ok``, or why the output says nothing: ``empty``, ``looping``, ``copied``, ``wrong-script``,
    ``truncated``.

    Args:
        source: what was to be translated.
        output: what came out.
        source_lang, target_lang: BCP 47.
        finished: False if the model was stopped at its length limit.
    """
    if not any(character.isalnum() for character in output):
        return "empty" if any(character.isalnum() for character in source) else "ok"
    if is_looping(output, source):
        return "looping"
    if is_copy(source, output) and text.primary(source_lang) != text.primary(target_lang):
        return "copied"
    if wrong_script(output, target_lang):
        return "wrong-script"
    if not finished or is_truncated(source, output):
        return "truncated"
    return "ok"


def is_looping(output: str, source: str = "") -> bool:
    """True if a run of words (or characters, where words have no spaces) repeats itself, more often
    than in the source."""
    limits = resources.data("thresholds")["guards"]
    units = output.lower().split()
    if len(units) < 4 and len(output) > 30:
        units = list(output)
    width = 4 if len(units) >= 12 and units != list(output) else 2
    repeats = _most_repeated(units, width)
    if repeats < int(limits["loop_repeats"]):
        return _has_stutter(output) and not _has_stutter(source)
    source_units = list(source) if units == list(output) else source.lower().split()
    return repeats > _most_repeated(source_units, width) + 1


def _most_repeated(units: list[str], width: int) -> int:
    grams = Counter(tuple(units[i : i + width]) for i in range(len(units) - width + 1))
    return max(grams.values(), default=0)


def _has_stutter(output: str) -> bool:
    """The same word four times running, or one piece of up to 12 characters five times running."""
    return bool(re.search(r"(\b\w+\b)(?:\W+\1\b){3}", output) or re.search(r"(\S.{0,11}?)\1{5}", output))


def is_copy(source: str, output: str) -> bool:
    """True if the output is the source again, give or take case and punctuation.

    Two words or fewer do not count: names and codes stay as they are.
    """
    limits = resources.data("thresholds")["guards"]
    a, b = text.words(source.lower()), text.words(output.lower())
    if len(a) < int(limits["copy_min_words"]):
        return False
    common = sum((Counter(a) & Counter(b)).values())
    return common >= float(limits["copy_share"]) * max(len(a), len(b))


def wrong_script(output: str, lang: str) -> bool:
    """True if most letters are of a script that the language is not written in."""
    expected = text.expected_scripts(lang)
    found = text.scripts(output)
    total = sum(found.values())
    if not expected or total < 4:
        return False
    right = sum(found[name] for name in expected)
    return right < float(resources.data("thresholds")["guards"]["script_share"]) * total


def is_truncated(source: str, output: str) -> bool:
    """True if the output is too short to hold what the source says, by weighted length."""
    limits = resources.data("thresholds")["guards"]
    a, b = _weight(source), _weight(output)
    return a >= 20 and b < float(limits["short_share"]) * a


def _weight(value: str) -> float:
    """Length in code points, Chinese, Japanese and Korean ones counted as 2.5 (peers' length
    ratios go wrong without this)."""
    return sum(2.5 if text.script_of(c) in {"Han", "Hiragana", "Katakana", "Hangul"} else 1.0 for c in value)
