"""What may be said of a document as a whole.

Four verdicts, and the words that go with them: ``disclosed`` (the text or its markup says so, the
only case in which the report says "is"), ``suspected`` ("may be"), ``clear`` (something speaks
against it) and ``no-verdict`` (nothing was seen that decides; most human text, and most machine
translation without a notice, ends here until a calibrated detector has looked at it).

Fluency and round trips take no part: neither has been calibrated as evidence of machine
translation, and a false accusation does harm.
"""

from __future__ import annotations

from mtcheck import resources, text
from mtcheck.core import Document, Notice


def decide(doc: Document, disclosure: Notice | None, mt_probability: float | None) -> tuple[str, str]:
    """Verdict and the reason for it in one sentence.

    Args:
        disclosure: the notice or the markup that proves it, or None.
        mt_probability: a calibrated detector's answer, 0 to 1, or None.
    """
    if disclosure is not None:
        where = "A notice in the text" if disclosure.span is not None else "Its markup"
        return "disclosed", f"{where} says so: {_short(disclosure.text)}"
    limits = resources.data("thresholds")["detection"]
    if mt_probability is not None and mt_probability >= float(limits["suspect"]):
        return "suspected", f"Its style may be that of machine translation (probability {mt_probability:.2f})"
    if any(t.claim == "human" for t in doc.traces):
        return "clear", "Its markup says that a person translated it, and nothing speaks against that"
    if mt_probability is not None and mt_probability < float(limits["clear"]):
        return (
            "clear",
            f"Its style is that of human text (probability of machine translation {mt_probability:.2f})",
        )
    weak = [t for t in doc.traces if t.claim == "machine"]
    if weak:
        return (
            "no-verdict",
            f"No notice; a weak sign in the markup decides nothing by itself: {_short(weak[0].text)}",
        )
    if not doc.text.strip():
        return "no-verdict", "There is no text to judge"
    return "no-verdict", "No notice and no trace in the markup; style was not judged"


def _short(value: str) -> str:
    value = text.normalise(value)
    return f"“{value if len(value) <= 160 else value[:159] + '…'}”"
