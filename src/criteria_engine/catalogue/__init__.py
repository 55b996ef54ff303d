"""The catalogue of messages: one file a language, equal codes and equal placeholders."""

from __future__ import annotations

from criteria_engine.catalogue.english import ENGLISH
from criteria_engine.catalogue.vietnamese import VIETNAMESE

__all__ = ["CATALOGUES"]

CATALOGUES = {"vi": VIETNAMESE, "en": ENGLISH}
