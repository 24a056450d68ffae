"""Names, titles and adjectives that are not rendered one way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from mtcheck import resources, text
from mtcheck.checks.base import Check, RunCheck, segment_at
from mtcheck.core import Document, Finding, Place, Severity, Span, fingerprint
from mtcheck.names import (
    AgreedForms,
    Bearer,
    Doubt,
    Rendering,
    Tally,
    TitleChange,
    Wording,
    conclude,
    conclude_wordings,
    namesake_doubts,
    tally,
    title_changes,
)
from mtcheck.names.titles import find_surplus, is_generic

_MOST_RELATED = 20
"""Other places that a finding lists at most; a feed may hold thousands."""

_RELATIONS = {
    "scheme_variant": "the same name by another transliteration",
    "spelling_variant": "another form of the same name",
    "inflected": "an ending of the source language was left in",
    "typo": "perhaps a typo",
}


class _NamesCheck(RunCheck):
    """What the name checks share: one tally, findings of the run where a document alone says nothing."""

    def __init__(self, *, agreed: AgreedForms | None = None) -> None:
        self.agreed = agreed

    def collect(self, doc: Document) -> Tally:
        """Names and adjectives of a document."""
        return tally(doc)

    def add(self, left: Tally, right: Tally) -> Tally:
        """Two tallies as one."""
        return left + right

    def conclude(self, tally: Tally) -> Iterator[Finding]:
        """Nothing, unless a check looks across documents."""
        yield from ()

    def across(
        self, places: Iterable[Place], others: Iterable[Place], message: str, expected: str
    ) -> Iterator[Finding]:
        """One finding of the run, at the first place whose document lacks the other rendering.

        Documents that have both have said so themselves.
        """
        others = tuple(others)
        settled = {p.doc for p in others}
        lonely = [p for p in places if p.doc not in settled]
        if not lonely:
            return
        first = lonely[0]
        yield Finding(
            code=self.code,
            name=self.name,
            severity=self.severity,
            message=message,
            doc=first.doc,
            origin=first.origin,
            span=first.span,
            found=first.text,
            expected=expected,
            fingerprint=fingerprint(self.code, first.doc, first.text, expected, "run"),
            related=(*lonely[1:], *others)[:_MOST_RELATED],
        )


def _count(places: Iterable[Place]) -> str:
    number = len(tuple(places))
    return "once" if number == 1 else f"{number} times"


class NameSpelledTwoWays(_NamesCheck):
    """One person, organisation or place is spelled in two ways.

    What it does
        Groups the names of a text by bearer and compares how each is written: by another
        transliteration (Kasym-Jomart, Kassym-Jomart), with a slip, with a grammatical ending of the
        source language left in (with Tokayevym), or by another of two current names (Kyiv, Kiev).
        Proposes the agreed form, else the most frequent one, else the first. Notes a given name that
        stands once with the surname of somebody else, where no word for a relative explains it.

    Why it matters
        Machine translation renders each sentence afresh. Readers take two spellings for two people,
        and searches miss half of the mentions.

    Limits
        Names are found by capitals, tables of given names and titles, without a model. English,
        Russian, Ukrainian, German, French and Spanish; German and Russian only with a given name or
        title as proof. Two bearers whose full names differ by one letter may be taken for one with a
        slip; a slip in a lone word shorter than six letters is seen only beside a full name or a country.
        Where sentences have their sources, full names are also grouped by the name they render. On nine
        sets of human translations into English: one finding in 15,000 words, most of them true; of 450
        planted deviations of six kinds, 0.92 found, swapped given names as notes
        (tests/names/test_names_measured.py holds the floors).

    Example
        Sergei Ivanov arrived. ... Sergey Ivanov said so later.

    Source
        Transliteration schemes in ``transliteration.toml``, places in ``demonyms.toml``.
    """

    code = "NAM001"
    name = "name-spelled-two-ways"
    severity = Severity.WARNING

    def run(self, doc: Document) -> Iterator[Finding]:
        """One finding a deviating spelling, at its first place."""
        seen = self.collect(doc)
        bearers = conclude(seen, agreed=self.agreed)
        found = [f for b in bearers for f in self._of_bearer(doc, b)]
        found += [self._of_doubt(doc, d) for d in namesake_doubts(bearers) if not _kin_near(doc, d)]
        found += [
            _wording_finding(self, doc, w)
            for w in conclude_wordings(seen, agreed=self.agreed)
            if w.kind == "place"
        ]
        yield from sorted(found, key=lambda f: f.span or Span(0, 0))

    def conclude(self, tally: Tally) -> Iterator[Finding]:
        """Spellings that differ between documents."""
        for bearer in conclude(tally, agreed=self.agreed):
            for rendering, others in _deviations(bearer):
                message = _spelling_message(rendering.text, rendering.expected, rendering.relation)
                yield from self.across(
                    rendering.places, others, message + " (across documents)", rendering.expected
                )
        for wording in conclude_wordings(tally, agreed=self.agreed):
            if wording.kind == "place":
                message = f"{wording.form} here, {wording.proposed} in other documents."
                yield from self.across(wording.places, wording.others, message, wording.proposed)

    def _of_doubt(self, doc: Document, doubt: Doubt) -> Finding:
        return self.finding(
            doc,
            f"{doubt.text} is named once, {doubt.other} elsewhere: another person, or a swapped given name?",
            span=doubt.place.span,
            found=doubt.place.text,
            expected=doubt.other,
            severity=Severity.NOTE,
            related=doubt.others[:_MOST_RELATED],
        )

    def _of_bearer(self, doc: Document, bearer: Bearer) -> Iterator[Finding]:
        for rendering, others in _deviations(bearer):
            first = rendering.places[0]
            yield self.finding(
                doc,
                _spelling_message(rendering.text, rendering.expected, rendering.relation),
                span=first.span,
                found=first.text,
                expected=rendering.expected,
                related=(*rendering.places[1:], *others)[:_MOST_RELATED],
            )


_KIN_REACH = 60
"""Code points on either side of a second given name in which a word for a relative explains it."""


def _kin_near(doc: Document, doubt: Doubt) -> bool:
    """True if a word for a relative stands beside a namesake, which explains it."""
    index = segment_at(doc, doubt.place.span)
    if index is None or not doc.lang:
        return False
    sentence, place = doc.segments[index].span, doubt.place.span
    near = doc.text[max(sentence.start, place.start - _KIN_REACH) : min(sentence.end, place.end + _KIN_REACH)]
    kin = resources.data("names")["kin"].get(text.primary(doc.lang), "").split()
    return not set(kin).isdisjoint(text.words(near.lower()))


def _spelling_message(written: str, expected: str, relation: str) -> str:
    return f"{written} may be the same as {expected}: {_RELATIONS.get(relation, 'spelled another way')}."


def _deviations(bearer: Bearer) -> Iterator[tuple[Rendering, tuple[Place, ...]]]:
    """Renderings that should be written otherwise, each with the places of the proposed words."""
    for rendering in bearer.renderings:
        if rendering.text != rendering.expected:
            wanted = set(rendering.expected.split()) - set(rendering.text.split())
            others = (p for r in bearer.renderings if wanted & set(r.text.split()) for p in r.places)
            yield rendering, tuple(others)


def _wording_finding(check: _NamesCheck, doc: Document, wording: Wording) -> Finding:
    first = wording.places[0]
    severity = None if wording.certain else Severity.NOTE
    doubt = "" if wording.certain else " The two may be meant to differ."
    return check.finding(
        doc,
        f"{wording.form} ({_count(wording.places)}) and {wording.proposed} ({_count(wording.others)}) "
        f"are used for the same thing.{doubt}",
        span=first.span,
        found=first.text,
        expected=wording.expected,
        severity=severity,
        related=(*wording.places[1:], *wording.others)[:_MOST_RELATED],
    )


class TitleChanges(_NamesCheck):
    """The office of one person is named in two ways.

    What it does
        Lists the titles that stand with each person and reports two names of one office of one body:
        Federation Council Chairwoman, and Speaker of the Federation Council. Two offices that nobody
        holds together (Foreign Minister, and Health Minister) are reported where no word explains them.

    Why it matters
        The title is part of how a person is identified; a second name for the same office looks like
        a second office.

    Limits
        Only synonyms of the table count, and, where sentences have their sources, two renderings of one
        title of the source. President Putin, Russian President Vladimir Putin and the Russian leader are
        normal variation; former, then and the like explain a change. Two ranks or seats that one person
        may have held in turn, and names that may be meant (head of state), are notes. Of 56 planted
        changes 0.80 were found, most as notes.

    Example
        Foreign Minister Anna Berg said no. ... Minister of Foreign Affairs Anna Berg said yes.

    Source
        ``titles.toml``, sets of synonyms by language.
    """

    code = "NAM002"
    name = "title-changes"
    severity = Severity.WARNING

    def run(self, doc: Document) -> Iterator[Finding]:
        """One finding a deviating title."""
        found = [
            self.finding(
                doc,
                _title_message(change),
                span=change.use.place.span,
                found=change.use.text,
                expected=change.proposed,
                severity=None if change.certain else Severity.NOTE,
                related=tuple(t.place for t in change.others)[:_MOST_RELATED],
            )
            for bearer in conclude(self.collect(doc), agreed=self.agreed)
            for change in title_changes(bearer)
        ]
        yield from sorted(found, key=lambda f: f.span or Span(0, 0))

    def conclude(self, tally: Tally) -> Iterator[Finding]:
        """Titles that differ between documents."""
        for bearer in conclude(tally, agreed=self.agreed):
            for change in (c for c in title_changes(bearer) if c.certain and not c.another):
                others = (t.place for t in change.others)
                yield from self.across((change.use.place,), others, _title_message(change), change.proposed)


def _title_message(change: TitleChange) -> str:
    here, elsewhere = change.use.text, change.proposed
    kind = "two offices of one person, with no word why" if change.another else "one office, two names"
    kind += "" if change.certain else " (both may be meant)"
    return f'{change.bearer} is "{here}" here and "{elsewhere}" elsewhere: {kind}.'


class AdjectiveRenderedTwoWays(_NamesCheck):
    """An adjective of country or nationality is rendered in two ways.

    What it does
        Looks for competing adjectives (Kazakh, Kazakhstani; Belarusian, Belorussian) in one text.
        Where the two differ in sense, only uses of one kind are compared: both in compounds
        (Russian-Kazakh, Russian-Kazakhstani), or both before nouns of the state.

    Why it matters
        The same relations, talks or borders under two names read like a sloppy translation, and one
        of the two may be wrong: citizens of Kazakhstan are not all Kazakhs.

    Limits
        Only pairs of the table. Uses whose sense cannot be told are a note, not a warning.

    Example
        Russian-Kazakhstani talks were held. ... Prospects of Russian-Kazakh cooperation.

    Source
        ``demonyms.toml``, each pair with its source.
    """

    code = "NAM003"
    name = "adjective-rendered-two-ways"
    severity = Severity.WARNING

    def run(self, doc: Document) -> Iterator[Finding]:
        """One finding a deviating adjective, at its first place."""
        wordings = conclude_wordings(self.collect(doc), agreed=self.agreed)
        found = [_wording_finding(self, doc, w) for w in wordings if w.kind == "adjective"]
        yield from sorted(found, key=lambda f: f.span or Span(0, 0))

    def conclude(self, tally: Tally) -> Iterator[Finding]:
        """Adjectives that differ between documents."""
        for wording in conclude_wordings(tally, agreed=self.agreed):
            if wording.kind == "adjective" and wording.certain:
                message = f"{wording.form} here, {wording.proposed} in other documents."
                yield from self.across(wording.places, wording.others, message, wording.expected)


class TitleWithoutCountry(_NamesCheck):
    """A title says "of the country" instead of naming it.

    What it does
        Notes titles such as "President of the country" that stand with a person's name.

    Why it matters
        Other languages say so in the second mention; in English the title belongs to the name
        (President Tokayev) or names the country (President of Kazakhstan).

    Limits
        A note: where the text has named the country just before, it may be meant.

    Example
        This was stated by the President of the country Anna Berg.

    Source
        ``titles.toml``, ``generic`` by language.
    """

    code = "NAM004"
    name = "title-without-country"
    severity = Severity.NOTE

    def run(self, doc: Document) -> Iterator[Finding]:
        """One finding a title."""
        for seen in self.collect(doc).documents:
            for mention, _ in seen.mentions:
                if mention.title and mention.title_span and is_generic(mention.title, seen.lang):
                    yield self.finding(
                        doc,
                        f'"{mention.title}" does not say which country {mention.text} stands for.',
                        span=mention.title_span,
                        found=mention.title,
                    )


class CountryOfItsInstitution(Check):
    """A country is named before an institution that needs none.

    What it does
        Looks for institutions of a table with a country before them where that misleads or says the same
        twice: in Russian Federation Council the council becomes one of the Russian Federation.

    Why it matters
        Other languages put the country first (Russian: the council of the federation of Russia, in one
        row of genitives); word for word it makes another institution.

    Limits
        A note, and only institutions of the table; most parliaments and ministries take their country.

    Example
        Russian Federation Council Chairwoman Vera Orlova: Chairwoman of the Federation Council.

    Source
        ``names_institutions.toml``, each line with its source.
    """

    code = "NAM006"
    name = "country-of-its-institution"
    severity = Severity.NOTE

    def run(self, doc: Document) -> Iterator[Finding]:
        """One finding a place."""
        if doc.lang is None:
            return
        twins: Counter[tuple[int | None, str]] = Counter()
        spans = [s.span for s in doc.segments if s.scored]
        for seen in find_surplus(doc.text, lang=doc.lang, spans=spans):
            found = doc.text[seen.span.start : seen.span.end]
            key = segment_at(doc, seen.span), found
            twins[key] += 1
            yield self.finding(
                doc,
                f'"{found}" names the country of an institution that needs none: {seen.why}.',
                span=seen.span,
                found=found,
                expected=seen.write,
                salt=str(twins[key]) if twins[key] > 1 else "",
            )


class NameNotAsAgreed(_NamesCheck):
    """A name is written in a form that the agreed list forbids.

    What it does
        Looks for the forbidden forms of the file given as ``--names``, as whole words, with the usual
        endings of the language. Of several entries at one place the longest wins; a forbidden form inside
        a longer preferred or allowed one is let pass.

    Why it matters
        The list is what the editors have decided.

    Limits
        Endings come from short tables; a form whose stem changes is found only with ``match = "lemma"``
        and a dictionary (Russian and Ukrainian), or when it is listed.

    Example
        preferred Kyiv, forbidden Kiev: "talks in Kiev".

    Source
        The user's own file.
    """

    code = "NAM005"
    name = "name-not-as-agreed"
    severity = Severity.ERROR

    def run(self, doc: Document) -> Iterator[Finding]:
        """One finding a forbidden form."""
        if self.agreed is None or doc.lang is None:
            return
        spans = [s.span for s in doc.segments if s.scored]
        twins: Counter[tuple[int | None, str]] = Counter()
        for span, form in self.agreed.violations(doc.text, lang=doc.lang, spans=spans, path=doc.origin.uri):
            key = segment_at(doc, span), doc.text[span.start : span.end]
            twins[key] += 1
            yield self.finding(
                doc,
                f'"{doc.text[span.start : span.end]}" is not the agreed form "{form.preferred}".',
                span=span,
                found=doc.text[span.start : span.end],
                expected=form.preferred,
                salt=str(twins[key]) if twins[key] > 1 else "",
            )

    def collect(self, doc: Document) -> Tally:
        """Nothing: what is forbidden shows in one document."""
        return Tally()
