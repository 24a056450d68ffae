"""Findings on sentences beside their sources: what gates say, and what a trained model expects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from mtcheck import gates, resources
from mtcheck.checks.base import Check
from mtcheck.core import NO_TRANSLATION, Document, Finding, Segment, Severity, Span


class AlarmCheck(Check):
    """A rule on one kind of alarm of ``mtcheck.gates``; the kind and its words are the subclass's.

    Attributes:
        kind: the kind of alarm, see ``gates.Alarm``.
        says: the message; ``{lost}`` and ``{added}`` are the words of source and target.
    """

    kind: ClassVar[str]
    says: ClassVar[str]

    def run(self, doc: Document) -> Iterator[Finding]:
        """At most one finding a sentence that has a source."""
        if doc.lang is None or doc.source_lang is None:
            return
        for segment in doc.segments:
            if segment.source is None or not segment.scored:
                continue
            alarms = gates.judge(
                segment.source, segment.text, source_lang=doc.source_lang, target_lang=doc.lang
            )
            for alarm in alarms:
                if alarm.kind == self.kind:
                    yield self._finding(doc, segment, alarm)

    def _finding(self, doc: Document, segment: Segment, alarm: gates.Alarm) -> Finding:
        lost, added = _quoted(segment.source or "", alarm.source), _quoted(segment.text, alarm.target)
        place = alarm.target[0] if alarm.target else Span(0, len(segment.text))
        span = Span(segment.span.start + place.start, segment.span.start + place.end)
        return self.finding(
            doc,
            self.says.format(lost=lost or "nothing", added=added or "nothing"),
            span=span,
            found=doc.text[span.start : span.end],
            score=round(alarm.strength, 3),
        )


def _quoted(sentence: str, spans: tuple[Span, ...]) -> str:
    return ", ".join(f'"{sentence[s.start : s.end]}"' for s in spans)


class SourceCopied(AlarmCheck):
    """The target is the source again.

    What it does
        Compares the words of both, numbers aside: 8 in 10 in common, three words or more.

    Why it matters
        An untranslated sentence looks perfect to scores of similarity.

    Limits
        Rows of names and codes that stay as they are in both languages are reported too. Figures:
        models/gates.card.md.

    Example
        source and target "The council met on Monday."

    Source
        Unbabel/COMET#192 (copies get 71 to 92 of 100 there).
    """

    code = "ADQ001"
    name = "source-copied"
    severity = Severity.WARNING
    kind = "copied"
    says = "The target is its source again, not a translation"


class RepetitionLoop(AlarmCheck):
    """The target repeats its own words right after themselves.

    What it does
        Looks for a stretch of three words (six characters) that stands twice in a row, or a shorter one
        three or four times, where the source has no such stretch.

    Why it matters
        Translators that lose their way loop, and measures of surprisal like what they have seen before.

    Limits
        Verse, slogans and laughter whose source does not repeat itself. Figures: models/gates.card.md.

    Example
        "He went to the market he went to the market."

    Source
        UKPLab/EasyNMT#38.
    """

    code = "ADQ002"
    name = "repetition-loop"
    severity = Severity.WARNING
    kind = "loop"
    says = "The same words stand again and again: {added}"


class TargetLanguageWrong(AlarmCheck):
    """The target is in another language than it should be.

    What it does
        Looks at the scripts of its letters, then at function words and the language guess.

    Why it matters
        Translators of many languages slip into the wrong one.

    Limits
        Sentences of a few words in the same script are not told. Input that states its language is
        believed unless the script speaks against it. Figures: models/gates.card.md.

    Example
        a German sentence where Czech was asked for.

    Source
        Unicode scripts; models/language.card.md.
    """

    code = "ADQ003"
    name = "target-language-wrong"
    severity = Severity.WARNING
    kind = "language"
    says = "The target is not in the language that it should be in"


class UnrelatedToSource(AlarmCheck):
    """The target cannot be a translation of this source.

    What it does
        Weighs by a logistic regression what a small lexicon made by word alignment explains on both sides,
        names by sound across scripts, numbers, and length by language pair.

    Why it matters
        A shifted row or a hallucination is a fluent sentence that says something else.

    Limits
        English with Russian, Ukrainian, Chinese, German, Czech or Japanese. Free translations of short
        sentences look unrelated, and short sentences of one text alike. Figures: models/gates.card.md.

    Example
        "The bridge was closed." with "Погода завтра будет хорошей."

    Source
        IBM model 1 (Brown et al. 1993); weights and limit: mtcheck/data/adequacy.toml.
    """

    code = "ADQ004"
    name = "unrelated-to-source"
    severity = Severity.WARNING
    kind = "unrelated"
    says = (
        "Words, names, numbers and length hardly agree with the source: this may translate another sentence"
    )


class TranslationCutOff(AlarmCheck):
    """The target stops before its source does.

    What it does
        Weighs length by language pair, a missing closing mark, and how well the last part of the source is
        explained by the target, by a logistic regression.

    Why it matters
        What was dropped cannot be seen in the target alone.

    Limits
        As for ADQ004. Translations that sum up are reported too. Figures: models/gates.card.md.

    Example
        "He said that he would come back on Friday." with "Он сказал, что".

    Source
        OPUS-CAT#93; weights and limit: mtcheck/data/adequacy.toml.
    """

    code = "ADQ005"
    name = "translation-cut-off"
    severity = Severity.WARNING
    kind = "truncated"
    says = "The target says less than its source, as if it was cut off"


class NumberNotKept(AlarmCheck):
    """A number of the source is not in the target, or another one is.

    What it does
        Reads digits with their separators, words for numbers with their cases, Chinese numerals, factors
        (million, 万), and months; a number is kept if any of its readings stands on the other side.

    Why it matters
        A wrong number is the error that readers cannot see.

    Limits
        Units that were converted and years of an era are reported. Words for numbers: English, Russian,
        Ukrainian, German, Czech; "one" never counts. Figures: models/gates.card.md.

    Example
        "in 1987" with "в 1978 году".

    Source
        Unicode CLDR 47 (separators, months); mtcheck/data/gates.toml.
    """

    code = "ADQ006"
    name = "number-not-kept"
    severity = Severity.NOTE
    kind = "number"
    says = "Numbers differ: the source has {lost}, the target {added}"


class NameNotKept(AlarmCheck):
    """A name of the source is not in the target, and another one may be.

    What it does
        Lays capitalised words inside sentences, and katakana, beside the words of the other side: by the
        lexicon, by sound across scripts, letter by letter.

    Why it matters
        A person or place that became another one changes what is said.

    Limits
        Names in Chinese characters are known to the lexicon alone; abbreviations that are translated look
        like other names. Figures: models/gates.card.md.

    Example
        "said Merkel" with "сказал Обама".

    Source
        mtcheck.names.transliteration; models/gates.card.md.
    """

    code = "ADQ007"
    name = "name-not-kept"
    severity = Severity.NOTE
    kind = "name"
    says = "Names differ: the source has {lost}, the target {added}"


class NegationNotKept(AlarmCheck):
    """The source negates and the target does not, or the other way round.

    What it does
        Looks for words of negation on both sides; silent where the other side has any word that may stand
        for one (without, hardly, un-).

    Why it matters
        It turns the sense round, and scores of similarity hardly notice.

    Limits
        A negation among others that is lost is not seen. Negation by wording alone is reported. English,
        Russian, Ukrainian, German and Czech; Chinese and Japanese are too doubtful to be reported.
        Figures: models/gates.card.md.

    Example
        "The road is not open." with "Дорога открыта."

    Source
        mtcheck/data/gates.toml, from each language's grammar.
    """

    code = "ADQ008"
    name = "negation-not-kept"
    severity = Severity.NOTE
    kind = "negation"
    says = "Negation differs: the source has {lost}, the target {added}"


class LowAdequacy(Check):
    """A sentence would be expected to get a higher penalty than nearly all human translations.

    What it does
        Reports a sentence whose expected MQM penalty, as a model taught by raters predicts it, is higher
        than that of 95 in 100 human translations of its language pair, and names the words on which raters
        would put most of it. Sentences of which ADQ001 to ADQ005 say that they are no translation are left
        to these, and those with one likely fault to ADQ010.

    Why it matters
        An editor who reads the sentences with the highest
        expected penalties finds more than by reading at random.

    Limits
        By its making, 5 in 100 human translations are reported, long and free ones first. It agrees with
        raters weakly, and hardly tells two translations of one source apart; of the words that it names
        2 in 10 stand where raters saw an error (of any words 1 in 10). A pair without measured human
        translations is not judged. Figures: models/adequacy.card.md.

    Example
        "The council met on Monday to talk about the new bridge over the river." with "Консилиум столкнулся
        с понедельником ради разговора вокруг моста новизны свыше реки."

    Source
        MQM (Freitag et al. 2021); regression and limit: models/adequacy.card.md.
    """

    code = "ADQ009"
    name = "low-adequacy"
    severity = Severity.NOTE
    needs = frozenset({"adequacy"})

    def run(self, doc: Document) -> Iterator[Finding]:
        """One finding a sentence below the limit."""
        limit = float(resources.data("thresholds")["adequacy"]["flag_percentile"])
        for segment in doc.segments:
            adequacy = segment.notes.adequacy
            if adequacy is None or adequacy.percentile is None or adequacy.percentile >= limit:
                continue
            if adequacy.penalty >= NO_TRANSLATION or adequacy.fault is not None:
                continue
            words = [doc.text[s.start : s.end] for s in adequacy.doubtful]
            where = f"; the most doubtful words: {', '.join(words)}" if words else ""
            yield self.finding(
                doc,
                f"Fewer than {max(1, round(adequacy.percentile + 0.5))} in 100 human translations would be "
                f"expected to get as high a penalty from raters{where}",
                span=segment.span,
                found=segment.text,
                score=adequacy.percentile,
            )


class MeaningNotKept(Check):
    """One thing in a sentence, such as a name or a number, may say something else than the source.

    What it does
        Asks a model that was taught with good translations in which one thing was changed, and hears the
        gates (ADQ006 to ADQ008) and, between the languages of the embedded translator, what that expected
        instead. Reports a sentence that looks more like a changed one than 99 in 100 good translations do,
        with the word at which it shows and what kind of thing seems to be wrong.

    Why it matters
        One changed word is what readers cannot see and scores of similarity hardly notice.

    Limits
        By its making, 1 in 100 good translations is reported: free ones, and those that say more than the
        source. What is found by kind of fault: models/adequacy.card.md. The kind that is named may be
        another one than the true one. A pair without measured human translations is not judged.

    Example
        "He did not sign the treaty in 1987." with "Он подписал договор в 1987 году."

    Source
        Spoilt translations as in DEMETR (Karpinska et al. 2022); limit: models/adequacy.card.md.
    """

    code = "ADQ010"
    name = "meaning-not-kept"
    severity = Severity.NOTE
    needs = frozenset({"adequacy"})

    def run(self, doc: Document) -> Iterator[Finding]:
        """At most one finding a sentence."""
        for segment in doc.segments:
            adequacy = segment.notes.adequacy
            if adequacy is None or adequacy.fault is None:
                continue
            fault = adequacy.fault
            word = doc.text[fault.span.start : fault.span.end]
            where = "" if fault.kind in _WHOLE else f" at {word!r}" if word else " at the end"
            yield self.finding(
                doc,
                f"{_FAULTS[fault.kind]}{where}: fewer than 1 in 100 good translations look like this",
                span=fault.span if word else segment.span,
                found=word or segment.text,
                score=round(fault.chance, 3),
            )


_FAULTS = {
    "name": "A name may not be that of the source",
    "number": "A number may not be that of the source",
    "negation": "May deny what the source says, or the other way round",
    "truncated": "May stop before its source does",
    "swapped": "May translate another sentence",
    "other": "May say something else than the source",
}
_WHOLE = frozenset({"truncated", "swapped"})
"""Kinds that are of the sentence, not of a word of it."""
