"""How much the property tests look at: the profiles, and what is left for the long run."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

# Times differ between machines, so no example has a deadline; a failing one prints how to repeat it.
settings.register_profile("default", max_examples=100, deadline=None, print_blob=True)
# The same examples on every run: what passed here passes there.
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, database=None)
# Once more on another Python: what differs there shows on few examples.
settings.register_profile("brief", settings.get_profile("ci"), max_examples=20)
settings.register_profile(
    "long",
    settings.get_profile("default"),
    max_examples=5_000,
    suppress_health_check=[HealthCheck.too_slow],
)

# A first look at a failure: shrinking a whole ruleset can take minutes.
settings.register_profile(
    "quick",
    settings.get_profile("default"),
    phases=(Phase.explicit, Phase.generate),
    database=None,
)

_PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default")
settings.load_profile(_PROFILE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is marked `long` in a short run."""
    if settings.get_current_profile_name() == "long":
        return
    skip = pytest.mark.skip(reason="only in `make test-long`")
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(skip)
