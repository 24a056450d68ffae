"""Editors' verdicts on findings: kept, exchanged, merged, counted. The only room with a database.

``left_out`` applies them to a run; ``VerdictStore`` keeps them; ``read_verdicts`` and
``write_verdicts`` carry them between people. It knows nothing of the page on which they are made.
"""

from __future__ import annotations

from mtcheck.review.exchange import read_verdicts, write_verdicts
from mtcheck.review.store import VerdictStore, store_path
from mtcheck.review.verdicts import NONE_STANDING, Standing, Verdict, left_out, standing

__all__ = [
    "NONE_STANDING",
    "Standing",
    "Verdict",
    "VerdictStore",
    "left_out",
    "read_verdicts",
    "standing",
    "store_path",
    "write_verdicts",
]
