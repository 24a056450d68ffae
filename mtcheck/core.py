"""The types that every room of the house shares, and the tree of errors.

Reach for this module when you write a reader, a check, a backend or a reporter: these frozen
dataclasses are all that travels between them. Only the standard library is imported here.

Offsets are half-open intervals of Unicode code points. A ``Span`` always counts from the start of
``Document.text``; a line number counts from 1 in the input as it was given.

Errors::

    MtcheckError
    ├── InputError    an input could not be read (exit status 2, the other inputs go on)
    ├── UsageError    an option or a configuration makes no sense (exit status 2, nothing runs)
    └── ModelError    a model is missing, fails its sums or cannot do this language pair

Rejected: one mutable ``Doc`` that annotators write into (spaCy's way). Checks are tested by writing
annotations by hand, and ``dataclasses.replace`` on a frozen value keeps that a one-liner.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import Any, NamedTuple

EMPTY: Mapping[str, Any] = MappingProxyType({})


class MtcheckError(Exception):
    """Base of all errors that this package raises on purpose."""


class InputError(MtcheckError):
    """An input that could not be read.

    Args:
        uri: the file, address or ``-`` that was asked for.
        problem: what is wrong, in plain words.
        place: where in it (``line 3``, ``item 17``), or None.
        mend: what the user can do about it.
    """

    def __init__(self, uri: str, problem: str, *, place: str | None = None, mend: str = "") -> None:
        self.uri, self.problem, self.place, self.mend = uri, problem, place, mend
        where = f"{uri}: {place}" if place else uri
        super().__init__(f"{where}: {problem}" + (f" ({mend})" if mend else ""))


class UsageError(MtcheckError):
    """An option, a file of settings or a combination of them that makes no sense."""


class ModelError(MtcheckError):
    """A model that is missing, broken, refused, or unable to do what was asked."""


class Severity(IntEnum):
    """How much a finding matters; ``--fail-on`` compares these."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


class Span(NamedTuple):
    """A half-open interval ``[start, end)`` of code points in ``Document.text``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a piece of text came from.

    Attributes:
        uri: path, address, or ``-`` for standard input.
        unit: the item inside it (feed item id, row id, message key), or None.
        line: 1-based line in the input, or None where lines mean nothing.
    """

    uri: str
    unit: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A statement in the text that it was machine-translated.

    Attributes:
        service: the table name of the service (``yandex``, ``deepl``), or ``generic``.
        notice_lang: BCP 47 language of the notice itself, None for a language-neutral marker.
        source_lang: BCP 47 language that it names as the source, or None.
        span: place in ``Document.text``, or None when it stands in the markup alone.
        text: the words of the notice.
        pattern: id of the line in ``mtcheck/data/notices.toml`` that matched.
    """

    service: str
    notice_lang: str | None
    source_lang: str | None
    span: Span | None
    text: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace of a translation engine or tool in raw markup or front matter.

    Attributes:
        service: table name of the service, or ``generic``.
        proof: True if only machine translation leaves it; False for a weak sign.
        claim: what it says: ``machine`` or ``human`` (``ms.translationtype: HT``).
        source_lang: BCP 47 source language that it states, or None.
        line: 1-based line in the raw input, or None.
        text: the markup that was seen, at most 200 characters.
        pattern: id of the line in ``mtcheck/data/traces.toml``.
    """

    service: str
    proof: bool
    claim: str
    source_lang: str | None
    line: int | None
    text: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Token:
    """One model token and how unexpected it was.

    Attributes:
        span: place in ``Document.text``.
        surprisal: minus log2 of its probability given all that stands before it, in bits, >= 0.
    """

    span: Span
    surprisal: float


@dataclass(frozen=True, slots=True)
class Translation:
    """What a translator made of one segment.

    Attributes:
        text: the output, empty when there is none.
        verdict: ``ok``, or why there is no verdict: ``empty``, ``looping``, ``copied``,
            ``wrong-script``, ``truncated``, ``too-long``, ``unsure`` (the model itself finds it
            unlikely).
        model: id and revision of the model.
    """

    text: str
    verdict: str
    model: str


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """A segment's way through a translator and what is left of it.

    Attributes:
        back: the back-translation of the segment into the source language.
        forth: that, translated into the segment's own language again; None when the true source
            is known and ``back`` is compared with it instead.
        chrf: sentence chrF of the compared pair, 0 to 100, None without a verdict.
        bleu: sentence BLEU, 0 to 100, likewise.
        ter: sentence TER, 0 upwards, lower is better, likewise.
        percentile: share of known-good human sentences that this backend keeps worse, 0 to 100;
            None without a measured baseline for the pair.
    """

    back: Translation
    forth: Translation | None = None
    chrf: float | None = None
    bleu: float | None = None
    ter: float | None = None
    percentile: float | None = None


@dataclass(frozen=True, slots=True)
class Fluency:
    """How expected a segment is to a language model.

    Attributes:
        tokens: its tokens with their surprisal.
        mean_surprisal: bits per token.
        percentile: share of human sentences of that language and length that surprise the model
            more, 0 to 100; None where there is no reference distribution.
        spikes: the words that surprise far more than human words do.
    """

    tokens: tuple[Token, ...]
    mean_surprisal: float
    percentile: float | None = None
    spikes: tuple[Span, ...] = ()


NO_TRANSLATION = 25.0
"""The penalty of "non-translation" in MQM, the highest there is (Freitag et al. 2021, table 1)."""


CRITICAL_ERROR = 25.0
"""The penalty of a critical error in MQM (https://themqm.org: minor 1, major 5, critical 25): one that
makes a text say something else."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a target may say otherwise than its source.

    Attributes:
        kind: ``name``, ``number``, ``negation``, ``truncated`` (stops early), ``swapped`` (translates another
            sentence) or ``other``.
        span: the word at which it shows, code points; empty at the end of a sentence if something is
            missing there.
        chance: that there is one, 0 to 1, where one pair in twenty has one.
    """

    kind: str
    span: Span
    chance: float


@dataclass(frozen=True, slots=True)
class Adequacy:
    """How well a segment renders its source.

    Attributes:
        penalty: the MQM penalty that raters would be expected to give, 0 (nothing wrong) to 25 (no
            translation at all); longer sentences hold more errors.
        percentile: share of human translations of that language pair with a higher expected penalty,
            0 to 100; None where none were measured.
        doubtful: the words on which raters would put the highest penalties.
        fault: what was most likely changed; None if that is no likelier than in good translations.
        fluency: share of human translations of that pair with a higher expected penalty for fluency and
            style alone, 0 to 100; None where none were measured.
    """

    penalty: float
    percentile: float | None = None
    doubtful: tuple[Span, ...] = ()
    fault: Fault | None = None
    fluency: float | None = None


@dataclass(frozen=True, slots=True)
class Notes:
    """What models have said about one segment; None where they were not asked."""

    round_trip: RoundTrip | None = None
    fluency: Fluency | None = None
    adequacy: Adequacy | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a document's text that no sentence crosses: a paragraph, a title, a list item.

    Attributes:
        span: place in ``Document.text``.
        kind: ``title``, ``heading``, ``paragraph``, ``item``, ``quote``, ``code``, ``footer``,
            ``frontmatter`` or ``cell``.
        line: 1-based line in the input where it starts, or None.
    """

    span: Span
    kind: str = "paragraph"
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence.

    Attributes:
        text: ``Document.text[span.start:span.end]``, without surrounding space.
        span: place in ``Document.text``.
        kind: kind of the block it stands in.
        line: 1-based line in the input, or None.
        lang: BCP 47 language of this sentence if it could be told, else None.
        flags: ``notice`` (part of a notice: left out of every score), ``code``, ``residue``
            (in another language than the document).
        source: its source sentence, where the input has one.
        notes: what models said.
    """

    text: str
    span: Span
    kind: str = "paragraph"
    line: int | None = None
    lang: str | None = None
    flags: frozenset[str] = frozenset()
    source: str | None = None
    notes: Notes = Notes()

    @property
    def scored(self) -> bool:
        """True if models and names look at it: not a notice, not code, not front matter."""
        return not self.flags & {"notice", "code"} and self.kind not in {"code", "frontmatter"}


@dataclass(frozen=True, slots=True)
class Mark:
    """Words whose style weighs towards machine translation.

    Attributes:
        span: where, in the text that was judged.
        weight: what they add to the log-odds, in nats.
    """

    span: Span
    weight: float


@dataclass(frozen=True, slots=True)
class Style:
    """What the wording of a whole text says about machine translation.

    Attributes:
        probability: that it was machine-translated, 0 to 1, where one text in ten is (the file of the
            language states the share).
        suspect: the probability from which that may be said of a text.
        human_share: share of human texts that score at least as high, 0 to 1.
        human_texts: how many human texts that share was counted on.
        model: the language model that took part, or None.
        marks: the words that weigh most, in order; empty where no single words do.
        signature: language, data and date of the detector.
    """

    probability: float
    suspect: float
    human_share: float
    human_texts: int
    model: str | None
    marks: tuple[Mark, ...]
    signature: str

    @property
    def suspected(self) -> bool:
        """Whether the text may be called machine-translated."""
        return self.probability >= self.suspect

    @property
    def unmatched(self) -> bool:
        """Whether not one of the human texts scores as high."""
        return self.human_share * self.human_texts < 1


@dataclass(frozen=True, slots=True)
class Document:
    """One text to judge, with what is known about it so far.

    Attributes:
        id: what the report calls it: the record's own id, else ``uri`` or ``uri#unit``.
        text: the text as it is judged; all spans count from its start.
        origin: where it came from.
        blocks: the stretches of ``text`` that are content, in order. Empty means: all of it.
        markup: the raw input before boilerplate was removed (HTML, front matter), or None.
        source: the whole source text, where the input has one, else None.
        lang: BCP 47 language of ``text``: stated by the input or the user, else detected; None
            for unknown.
        source_lang: BCP 47 language it was translated from, or None.
        source_lang_from: how that is known: ``user``, ``input``, ``notice``, ``markup``,
            ``notice-language`` or None.
        terms: source term to required target term, as the input states them.
        metadata: fields of the input that mtcheck does not read.
        notices, traces, segments: filled by the pipeline.
        style: what its wording says, or None where that was not judged.
    """

    id: str
    text: str
    origin: Origin
    blocks: tuple[Block, ...] = ()
    markup: str | None = None
    source: str | None = None
    lang: str | None = None
    source_lang: str | None = None
    source_lang_from: str | None = None
    terms: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    metadata: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    notices: tuple[Notice, ...] = ()
    traces: tuple[Trace, ...] = ()
    segments: tuple[Segment, ...] = ()
    style: Style | None = None

    def line_of(self, offset: int) -> int | None:
        """The 1-based input line of a code point of ``text``, as well as the blocks tell."""
        best = None
        for block in self.blocks:
            if block.span.start <= offset and block.line is not None:
                best = block
        if best is None or best.line is None:
            return self.origin.line
        if offset >= best.span.end:
            return best.line
        return best.line + self.text.count("\n", best.span.start, offset)


@dataclass(frozen=True, slots=True)
class Unit:
    """One message of a localisation file: source beside target.

    Attributes:
        key: what identifies it in its file: the msgid for gettext, the dotted path for nested keys,
            the id or name elsewhere; the key a report prints as ``place.unit``.
        source: source text, decoded (escapes of the format undone), empty if unknown.
        target: target text, decoded, empty if untranslated.
        line: 1-based line where it starts in the target's file, or None.
        context: gettext's msgctxt or the like, or None.
        plural: CLDR plural category of ``target`` (``one``, ``few`` …), or None if it has no forms.
        flags: gettext flags (``fuzzy``, ``c-format``, ``no-python-format``, ``max-length:20``) and
            mtcheck's own: ``obsolete`` (no longer in the source), ``missing`` (the target's file
            lacks the key), ``source`` (a message of the source's own file), ``duplicate`` (its key
            stands twice), ``surplus-form`` (a gettext form beyond the header's number), ``ordinal``,
            ``no-translate``, ``state:NAME`` (XLIFF), ``ignore:CODE`` (suppressed in the file, with a
            reason), ``ignore-without-reason``, ``unchanged`` (since ``--changed-since``).
        comments: comments of the file that belong to it.
        max_length: greatest length of the target in code points that the file states, or None.
    """

    key: str
    source: str
    target: str
    line: int | None = None
    context: str | None = None
    plural: str | None = None
    flags: frozenset[str] = frozenset()
    comments: tuple[str, ...] = ()
    max_length: int | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A localisation file, paired with its source.

    Attributes:
        uri: the target's file.
        format: ``po``, ``xliff``, ``android``, ``fluent`` … (the reader table's name).
        units: its messages, in file order; a message with plural forms is one unit a form. A tuple, or of a
            large file a sequence that reads them from disk (``mtcheck.shelf``).
        source_lang, target_lang: BCP 47, or None if neither file nor path says.
        source_uri: the file that holds the source, if it is another one.
        broken: why the rest of the file could not be read, or None.
    """

    uri: str
    format: str
    units: Sequence[Unit] = ()
    source_lang: str | None = None
    target_lang: str | None = None
    source_uri: str | None = None
    broken: InputError | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a check is called and what it says of itself; travels inside the report."""

    code: str
    name: str
    severity: Severity
    summary: str
    explanation: str
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person should look at.

    Attributes:
        code: stable rule code, such as ``DIS001``.
        name: the rule's name, such as ``translation-notice``.
        severity: how much it matters.
        message: one plain sentence: what was seen, how sure it is.
        doc: id of the document.
        origin: uri, unit and line.
        span: place in ``Document.text``, or None where the text itself has no place for it.
        segment: index into ``Document.segments``, or None.
        found: the words that were found.
        expected: the words that were expected, or None.
        score: the number behind it, or None.
        fingerprint: 16 hex digits; unchanged while the judged text is unchanged.
        related: other places that belong to it (the other spellings of a name).
    """

    code: str
    name: str
    severity: Severity
    message: str
    doc: str
    origin: Origin
    span: Span | None = None
    segment: int | None = None
    found: str | None = None
    expected: str | None = None
    score: float | None = None
    fingerprint: str = ""
    related: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Another place that a finding speaks of."""

    doc: str
    origin: Origin
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that could not be done; the rest of the run went on.

    Attributes:
        uri: the input, or the document's id.
        problem: what went wrong, in plain words.
        place: where, or None.
        mend: what the user can do.
        stage: ``read``, ``annotate`` or ``check``.
        unit: the id of the item that failed, when one is known.
    """

    uri: str
    problem: str
    place: str | None = None
    mend: str = ""
    stage: str = "read"
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """The numbers of one document; None where there is none to give.

    Attributes:
        mt_probability: 0 to 1.
        fluency: 0 to 100, mean percentile of its sentences against human text; beside a source, against
            human translations, by what raters would mark.
        adequacy: 0 to 100, mean percentile of its sentences against human translations.
        round_trip_chrf: 0 to 100, chrF of the document.
        round_trip_bleu, round_trip_ter: the same of BLEU and TER.
    """

    mt_probability: float | None = None
    fluency: float | None = None
    adequacy: float | None = None
    round_trip_chrf: float | None = None
    round_trip_bleu: float | None = None
    round_trip_ter: float | None = None


@dataclass(frozen=True, slots=True)
class TermCount:
    """How many required terms the source had and how many the target used."""

    matched: int
    used: int


@dataclass(frozen=True, slots=True)
class Result:
    """One document with everything that was said about it.

    Attributes:
        verdict: ``disclosed``, ``suspected``, ``clear`` or ``no-verdict``.
        reason: one sentence: why that verdict.
        signature: what stands behind each number: models, revisions, thresholds, metrics.
        disclosure: the notice or markup that proves the verdict ``disclosed``, or None.
    """

    document: Document
    verdict: str
    reason: str
    scores: Scores
    findings: tuple[Finding, ...]
    terms: TermCount | None = None
    signature: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    disclosure: Notice | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A whole run.

    Attributes:
        results: one a document, in input order.
        findings: those that belong to the run and to no single document.
        failures: what could not be read, annotated or checked.
        rules: the rules that ran.
        signature: what stands behind each number of the run.
    """

    results: tuple[Result, ...] = ()
    findings: tuple[Finding, ...] = ()
    failures: tuple[Failure, ...] = ()
    rules: tuple[Rule, ...] = ()
    signature: Mapping[str, str] = field(default_factory=lambda: EMPTY)

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """Findings of the documents, then those of the run."""
        return tuple(f for r in self.results for f in r.findings) + self.findings

    def exit_status(self, fail_on: Severity | None) -> int:
        """0, 1 (a finding at or above ``fail_on``) or 2 (something failed)."""
        if self.failures:
            return 2
        if fail_on is None:
            return 0
        return int(any(f.severity >= fail_on for f in self.all_findings))


def fingerprint(code: str, doc: str, *parts: str) -> str:
    """16 hex digits for rule, document and the judged text; no offsets and no lines, so that an
    edit elsewhere does not reopen what was decided."""
    return hashlib.sha256("\x1f".join((code, doc, *parts)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
