"""The catalogue of messages: one file a language, equal codes and equal placeholders."""

from __future__ import annotations

from criteria_engine.messages.faults_en import ENGLISH, ENGLISH_WORDS
from criteria_engine.messages.faults_vi import VIETNAMESE, VIETNAMESE_WORDS

__all__ = [
    "CATALOGUES",
    "WORDS",
]

CATALOGUES = {"vi": VIETNAMESE, "en": ENGLISH}
WORDS = {"vi": VIETNAMESE_WORDS, "en": ENGLISH_WORDS}
