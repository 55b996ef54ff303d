"""The life of a recognition: what happens to a title a body holds, apart from how it is judged.

``events`` has the states and the moves that are legal between them, ``validity`` how long a title
stands, ``standing`` what it counts as on a day, ``lives`` the life itself, ``tables`` its file.
"""

from __future__ import annotations

from criteria_engine.recognition.events import TRANSITIONS, RecognitionEvent, Transition
from criteria_engine.recognition.lives import Recognition, titles_on
from criteria_engine.recognition.standing import Standing
from criteria_engine.recognition.tables import read_recognitions, write_recognitions
from criteria_engine.recognition.validity import Validity, Waiting

__all__ = [
    "TRANSITIONS",
    "Recognition",
    "RecognitionEvent",
    "Standing",
    "Transition",
    "Validity",
    "Waiting",
    "read_recognitions",
    "titles_on",
    "write_recognitions",
]
