"""Style as evidence of machine translation: how a text is worded, whatever it says of itself.

``judge`` answers for one text. Everything it knows is in ``models/detection/<language>.json``,
written by ``mtcheck models train detection``; a language is added by adding its file.
"""

from mtcheck.style.detector import Detector, Partner, detector_for, judge

__all__ = ["Detector", "Partner", "detector_for", "judge"]
