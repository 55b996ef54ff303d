"""The catalogue of messages: one file a language, equal codes and equal placeholders."""

from __future__ import annotations

from criteria_engine.catalogue.english import ENGLISH, ENGLISH_WORDS
from criteria_engine.catalogue.vietnamese import VIETNAMESE, VIETNAMESE_WORDS

__all__ = ["CATALOGUES", "WORDS"]

CATALOGUES = {"vi": VIETNAMESE, "en": ENGLISH}
WORDS = {"vi": VIETNAMESE_WORDS, "en": ENGLISH_WORDS}
