"""What may be said of a document as a whole.

Four verdicts, and the words that go with them: ``disclosed`` (the text or its markup says so, the
only case in which the report says "is"), ``suspected`` ("may be": its style is rare in human text),
``clear`` (markup says that a person translated it) and ``no-verdict`` (nothing was seen that decides;
nearly all human text and most machine translation without a notice end here). Style never clears a
text: good machine translation reads as people do.

Fluency and round trips take no part: neither has been calibrated as evidence of machine
translation, and a false accusation does harm.
"""

from __future__ import annotations

from mtcheck import text
from mtcheck.core import Document, Notice, Style


def decide(doc: Document, disclosure: Notice | None, unjudged: str = "") -> tuple[str, str]:
    """Verdict and the reason for it in one sentence.

    Args:
        disclosure: the notice or the markup that proves it, or None.
        unjudged: why the style of the document was not judged, if it was not.
    """
    if disclosure is not None:
        where = "A notice in the text" if disclosure.span is not None else "Its markup"
        return "disclosed", f"{where} says so: {_short(disclosure.text)}"
    style = doc.style
    if style is not None and style.suspected:
        return (
            "suspected",
            f"It may be machine-translated: its style is nearer to that than in {_most(style)} human texts "
            f"(probability {style.probability:.2f})",
        )
    if any(t.claim == "human" for t in doc.traces):
        return "clear", "Its markup says that a person translated it, and nothing speaks against that"
    weak = [t for t in doc.traces if t.claim == "machine"]
    if weak:
        return (
            "no-verdict",
            f"No notice; a weak sign in the markup decides nothing by itself: {_short(weak[0].text)}",
        )
    if not doc.text.strip():
        return "no-verdict", "There is no text to judge"
    if style is not None:
        return (
            "no-verdict",
            f"No notice, no trace in the markup, and its style decides nothing "
            f"(probability of machine translation {style.probability:.2f})",
        )
    why = f": {unjudged}" if unjudged else ""
    return "no-verdict", f"No notice and no trace in the markup; style was not judged{why}"


def _most(style: Style) -> str:
    """Such as ``99 in 100``; ``all of the 500`` where none scores as high."""
    if style.unmatched:
        return f"all of the {style.human_texts:,} measured"
    return f"{100 - max(1, round(100 * style.human_share))} in 100"


def _short(value: str) -> str:
    value = text.normalise(value)
    return f"“{value if len(value) <= 160 else value[:159] + '…'}”"
