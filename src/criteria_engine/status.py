"""The state of a criterion."""

from __future__ import annotations

import enum

__all__ = ["Status"]


class Status(enum.StrEnum):
    """What an assessment says of a criterion; ``UNKNOWN``: a missing value can still change it."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    BLOCKED = "blocked"
