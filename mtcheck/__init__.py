"""mtcheck tells whether a text may have been machine-translated, translates it back and says where
it reads wrong.

>>> import mtcheck
>>> result = mtcheck.check_text("Some news.\\nTranslated by Google")
>>> result.verdict
'disclosed'

``check`` takes files, folders and addresses, ``check_text`` one string; both take ready-made models,
and ``FakeTranslator`` and ``FakeLanguageModel`` stand in for those in your tests. Importing this
package loads nothing heavy.
"""

from mtcheck.annotate.base import LanguageModel, ScoredToken, Translator
from mtcheck.annotate.fake import FakeLanguageModel, FakeTranslator
from mtcheck.api import check, check_text
from mtcheck.core import (
    Document,
    Failure,
    Finding,
    InputError,
    ModelError,
    MtcheckError,
    Notice,
    Report,
    Result,
    Rule,
    Scores,
    Segment,
    Severity,
    Span,
    Translation,
    UsageError,
)
from mtcheck.version import __version__

__all__ = [
    "Document",
    "Failure",
    "FakeLanguageModel",
    "FakeTranslator",
    "Finding",
    "InputError",
    "LanguageModel",
    "ModelError",
    "MtcheckError",
    "Notice",
    "Report",
    "Result",
    "Rule",
    "ScoredToken",
    "Scores",
    "Segment",
    "Severity",
    "Span",
    "Translation",
    "Translator",
    "UsageError",
    "__version__",
    "check",
    "check_text",
]
