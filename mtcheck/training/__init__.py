"""Make the trained parts of ``models/`` from labelled texts; needs the ``train`` extra.

``corpus`` reads labelled texts, ``states`` asks the language model about them (and remembers),
``fitting`` fits and calibrates one language, ``detection`` writes what comes out.
"""
