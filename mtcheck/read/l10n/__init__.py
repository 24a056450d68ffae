"""Localisation files: from gettext to string catalogues, messages with key, line, source and target.

One module a format, each with ``read(data, uri, *, charset=None)`` like every reader; ``pairing``
then finds the source of those that keep one language a file. To add a format: a module here, a line
in ``read.formats``, a folder in ``fixtures/formats``.

Rejected: moz.l10n as the reader of all. Of our formats it gives lines for two, it turns texts into
messages of its own model, from which no literal text comes back, it gives up a file at its first
mistake, and for two formats takes time with the square of the length. It is the tests' witness
instead: both must find the same keys and texts.
"""
