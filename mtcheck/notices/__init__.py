"""Machine-translation notices in text, and traces of translation tools in markup.

Reach for this module to learn whether a text says itself that a machine translated it.
"""

from mtcheck.notices.search import disclosure, find_notices, find_notices_in_markup, service_name
from mtcheck.notices.traces import find_traces

__all__ = ["disclosure", "find_notices", "find_notices_in_markup", "find_traces", "service_name"]
