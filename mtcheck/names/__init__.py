"""Names, titles and adjectives of a text, and whether they are rendered one way.

Reach for ``find_mentions`` to get names with their places, ``compare_names`` to ask whether two are
one bearer, ``tally`` and ``conclude`` to see how a bearer is rendered over one text or many, and
``read_names_file`` for forms that an editor has agreed on. Everything here is a pure function of its
arguments and of the tables in ``mtcheck/data``; no model is asked.
"""

from mtcheck.names.agreed import AgreedForm, AgreedForms, read_names_file
from mtcheck.names.compare import RELATIONS, NameMatch, compare_names
from mtcheck.names.consistency import term_consistency
from mtcheck.names.grouping import (
    Bearer,
    Doubt,
    Rendering,
    TitleChange,
    TitleUse,
    Wording,
    conclude,
    conclude_wordings,
    namesake_doubts,
    title_changes,
)
from mtcheck.names.lists import draft_names, list_bearer
from mtcheck.names.mentions import Mention, find_mentions
from mtcheck.names.records import compare_records
from mtcheck.names.tally import Tally, tally
from mtcheck.names.terms import count_terms, missing_terms
from mtcheck.names.transliteration import Scheme, romanise, schemes, transliterate

__all__ = [
    "RELATIONS",
    "AgreedForm",
    "AgreedForms",
    "Bearer",
    "Doubt",
    "Mention",
    "NameMatch",
    "Rendering",
    "Scheme",
    "Tally",
    "TitleChange",
    "TitleUse",
    "Wording",
    "compare_names",
    "compare_records",
    "conclude",
    "conclude_wordings",
    "count_terms",
    "draft_names",
    "find_mentions",
    "list_bearer",
    "missing_terms",
    "namesake_doubts",
    "read_names_file",
    "romanise",
    "schemes",
    "tally",
    "term_consistency",
    "title_changes",
    "transliterate",
]
