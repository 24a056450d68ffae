"""Runs made for the review page: many languages, hostile text, localisation files, and any size."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from mtcheck.core import (
    Document,
    Failure,
    Finding,
    Fluency,
    Notes,
    Origin,
    Place,
    Result,
    RoundTrip,
    Rule,
    Scores,
    Segment,
    Severity,
    Span,
    Token,
    Translation,
    fingerprint,
)
from mtcheck.report import reporter

RULES = (
    ("DIS001", "translation-notice", Severity.ERROR),
    ("LNG001", "untranslated-residue", Severity.WARNING),
    ("NAM001", "name-spelled-two-ways", Severity.WARNING),
    ("NAM002", "title-changes", Severity.WARNING),
    ("RTT001", "round-trip-loss", Severity.NOTE),
    ("FLU001", "low-fluency", Severity.NOTE),
)
WORDS = str.split(
    "harbour council minister bridge winter market teacher river signed opened delayed measured quiet "
    "northern yesterday agreement budget schools engineers workers between after because several"
)

ARABIC = (
    "وصل الوفد إلى العاصمة صباح اليوم لإجراء محادثات مع وزير الخارجية أندري سوكولوف.",
    "Reuters نقلت عن مصدر مطلع أن المحادثات سوف تستمر يومين.",
    "وقال الوزير أندريه سوكولوف إن الاتفاق جاهز للتوقيع.",
)
JAPANESE = (
    "北の港町では昨夜から雪が降り続いている。",
    "市長の田中氏は、橋の工事が来年の春まで延びると述べた。",
    "学校は本日休みで、バスの運行本数も減らされる見込みだと市の担当者は説明した。",
)
HOSTILE = (
    "<script>window.pwned = 1</script>",
    "</script><script>window.pwned = 1</script>",
    "</noscript><img src=x onerror='window.pwned = 1'>",
    "<!--]--><svg onload=window.pwned=1><style>*{display:none}</style>",
    "\"><iframe srcdoc='<script>parent.pwned = 1</script>'>",
    "<base href='https://example.org/'><meta http-equiv=refresh content='0;url=javascript:window.pwned=1'>",
    "\u202eevil\u2066 \u2069\u2069\u2069 left open \u202e\u202e",
    "a\x00b\x1b[31mc\x7f\x85\ud800d\r\n<b>e</b>",
    "]]> --> ${document} {{7*7}} $policy \\u003cscript>",
    "[link](javascript:window.pwned=1) &lt;script&gt; &#60;script&#62;",
)


def document(name: str, sentences: Sequence[str], **fields: object) -> Document:
    """A document of one line, its sentences with a space between them."""
    at, segments = 0, []
    for sentence in sentences:
        segments.append(Segment(sentence, Span(at, at + len(sentence)), line=1))
        at += len(sentence) + 1
    return Document(
        name,
        " ".join(sentences),
        Origin(name, None, 1),
        segments=tuple(segments),
        **fields,  # type: ignore[arg-type]
    )


def finding(
    doc: Document, segment: int | None, rule: int, words: tuple[int, int] | None = None, **fields: object
) -> Finding:
    """A finding of one of ``RULES`` on some code points of a sentence, or on all of it."""
    code, name, severity = RULES[rule]
    span, found = None, None
    if segment is not None:
        own = doc.segments[segment].span
        span = own if words is None else Span(own.start + words[0], own.start + words[1])
        found = doc.text[span.start : span.end]
    given = {
        "message": f"Something about {name}.",
        "found": found,
        "fingerprint": fingerprint(code, doc.id, str(segment), str(words)),
        **fields,
    }
    return Finding(
        code=code,
        name=name,
        severity=severity,
        doc=doc.id,
        origin=doc.origin,
        span=span,
        segment=segment,
        **given,  # type: ignore[arg-type]
    )


def result(doc: Document, findings: Iterable[Finding], verdict: str = "suspected") -> Result:
    """What a run says of a document."""
    return Result(doc, verdict, f"{doc.id} was read and this is why.", Scores(fluency=31.0), tuple(findings))


def annotated(doc: Document, back: Sequence[str], seed: int = 1) -> Document:
    """A document with a back-translation, fluency and token surprisal at each sentence."""
    from dataclasses import replace

    chance = random.Random(seed)
    segments = []
    for index, segment in enumerate(doc.segments):
        tokens, at = [], segment.span.start
        for word in segment.text.split(" "):
            tokens.append(Token(Span(at, at + len(word)), chance.random() * 18))
            at += len(word) + 1
        low = 100 * chance.random() ** 2
        trip = RoundTrip(Translation(back[index % len(back)], "ok", "fake@1"), None, 60 * chance.random())
        trip = replace(trip, percentile=100 * chance.random())
        notes = Notes(trip, Fluency(tuple(tokens), 8.0, low, (tokens[-1].span,) if low < 20 else ()))
        segments.append(replace(segment, notes=notes))
    return replace(doc, segments=tuple(segments))


def sentence(chance: random.Random, length: int = 18) -> str:
    """A sentence of common words."""
    words = [chance.choice(WORDS) for _ in range(length)]
    return " ".join(words).capitalize() + "."


def many(documents: int, each: int, *, sentences: int | None = None, models: bool = False) -> list[Result]:
    """Documents with ``each`` findings, one a sentence, all with their own fingerprint."""
    chance = random.Random(7)
    out = []
    for number in range(documents):
        doc = document(
            f"news/{number:03}.txt", [sentence(chance) for _ in range(sentences or each)], lang="en"
        )
        if models:
            doc = annotated(doc, [s.text for s in doc.segments[::-1]], number)
        found = [
            finding(doc, i, chance.randrange(len(RULES)), (0, len(doc.segments[i].text.split(" ")[0])))
            for i in range(each)
        ]
        out.append(result(doc, found, chance.choice(("disclosed", "suspected", "clear", "no-verdict"))))
    return out


def catalogue() -> Result:
    """A localisation file with findings by key."""
    doc = Document(
        "locale/de/app.po", "", Origin("locale/de/app.po"), lang="de", metadata={"format": "po", "units": 214}
    )
    found = [
        Finding(
            "PLH001",
            "placeholder-lost",
            Severity.ERROR,
            "A placeholder of the source is missing.",
            doc.id,
            Origin(doc.id, key, 10 + i),
            None,
            None,
            "Datei öffnen",
            "%s",
            None,
            fingerprint("PLH001", doc.id, key, str(i)),
        )
        for i, key in enumerate(("menu.file.open", "menu.file.open", "dialog.save.a_very_long_key.title"))
    ]
    return Result(
        doc, "no-verdict", "A localisation file: its messages were checked one by one", Scores(), tuple(found)
    )


def gallery() -> tuple[list[Result], tuple[Finding, ...]]:
    """One document of each look, and a finding across two of them."""
    english = document(
        "talks.txt",
        (
            "Delegation arrived to capital on Monday.",
            "Foreign Minister Andrei Sokolov said that the talks were useful.",
            "The bridge over the river will be opened in spring, engineers said.",
            "Schools stay closed because of the snow.",
            "Buses run less often than usual.",
            "The market on the square opens again in March.",
            "Minister of Foreign Affairs Andrey Sokolov leaves tomorrow.",
            "Переговоры продолжатся завтра утром.",
            "Translated by a machine.",
        ),
        lang="en",
        source_lang="ru",
    )
    english = annotated(english, ("Делегация прибыла в столицу в понедельник.", "Министр сказал это."))
    at = english.segments[6].span.start
    named = Place(english.id, english.origin, Span(at + 28, at + 43), "Andrey Sokolov")
    found = [
        finding(english, 0, 5, message="Reads less naturally than 97 in 100 human sentences."),
        finding(english, 0, 4, (11, 29), message="Too little of it survives translation back."),
        finding(
            english,
            1,
            2,
            (17, 31),
            message="Andrei Sokolov may be the same as Andrey Sokolov.",
            expected="Andrey Sokolov",
            related=(named, named),
        ),
        finding(
            english,
            1,
            3,
            (0, 31),
            message="One office, two names.",
            expected="Minister of Foreign Affairs",
            related=(named,),
        ),
        finding(english, 7, 1, message="This sentence seems to be Russian."),
        finding(english, 8, 0, message="The text says that it was translated."),
        finding(english, None, 0, message="The markup has something that only machine translation leaves."),
    ]
    arabic = document("arabic.txt", ARABIC, lang="ar", source_lang="ru")
    arabic = annotated(arabic, ("Делегация прибыла утром.", "Reuters сообщает со ссылкой на источник."))
    japanese = document("japanese.txt", JAPANESE * 3, lang="ja", source_lang="en")
    japanese = annotated(japanese, ("It has been snowing since last night in the northern harbour town.",))
    across = finding(
        english, None, 2, message="Sokolov is written in two ways.", found="Sokolov", related=(named,)
    )
    return [
        result(english, found, "disclosed"),
        result(arabic, [finding(arabic, 0, 2, (60, 75)), finding(arabic, 1, 5)]),
        result(japanese, [finding(japanese, 1, 2, (3, 6)), finding(japanese, 4, 4)], "clear"),
        catalogue(),
    ], (across,)


def hostile(documents: int) -> list[Result]:
    """Documents that try to run, to restyle, to reach out and to break the layout."""
    out = []
    for number in range(documents):
        bait = HOSTILE[number % len(HOSTILE)]
        word = ("x" if number % 2 else "漢") * (100_000 if number < 3 else 200)
        doc = document(f"{bait} {number}", (bait, f"{bait} said", word), lang='en"><script>pwned=1</script>')
        found = [
            finding(doc, 0, 2, (0, 3), message=bait, expected=bait),
            finding(doc, 1, 1, (2, len(bait)), message=f"About {bait}"),
            finding(doc, 2, 5, (0, 150), message=word[:5000]),
            finding(doc, None, 0, message=bait, found=bait),
        ]
        out.append(result(doc, found))
    return out


def page(
    results: Iterable[Result],
    across: tuple[Finding, ...] = (),
    failures: Iterable[Failure] = (),
    **options: object,
) -> str:
    """The page of a run, as it is written to a file."""
    made = reporter("html", **options)
    for one in results:
        made.result(one)
    for failure in failures:
        made.failure(failure)
    rules = tuple(Rule(code, name, severity, f"About {name}.", "") for code, name, severity in RULES)
    return made.conclude(across, rules, {"mtcheck": "0"})
