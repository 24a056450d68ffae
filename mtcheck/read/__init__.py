"""Reading: files, folders, standard input and addresses become Documents.

``read_inputs`` is the way in. To add a format, see ``formats``.
"""

from __future__ import annotations

from mtcheck.read.formats import FORMATS, READERS
from mtcheck.read.sniffer import sniff
from mtcheck.read.sources import DEFAULT_MAX_BYTES, read_inputs

__all__ = ["DEFAULT_MAX_BYTES", "FORMATS", "READERS", "read_inputs", "sniff"]
