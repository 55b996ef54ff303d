"""The published rules of progress: labels, rates, and what a plan needs.

A label compares a trend with the one that would lead to a target. It is not a forecast: where a share
is below 20 %, "on track" by a growth rate has come true in 30 to 40 of 100 cases.
"""

from __future__ import annotations

from criteria_engine.projection.exact import units_needed
from criteria_engine.projection.progress_labels import Label, growth_ratio, sdsn_arrow
from criteria_engine.projection.progress_rates import (
    annual_rate_of_reduction,
    average_annual_rate_of_reduction,
    gross_need,
    registrations,
    required_rate,
)
from criteria_engine.projection.progress_united import current_status, escap, unsd_progress

__all__ = [
    "Label",
    "annual_rate_of_reduction",
    "average_annual_rate_of_reduction",
    "current_status",
    "escap",
    "gross_need",
    "growth_ratio",
    "registrations",
    "required_rate",
    "sdsn_arrow",
    "units_needed",
    "unsd_progress",
]
