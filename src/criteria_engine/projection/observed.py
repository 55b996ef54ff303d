"""What was seen from year to year: how many were recognised, lapsed, passed, of how many that could."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from criteria_engine.projection.ledger import Ledger
from criteria_engine.projection.unit_status import HELD, PENDING

__all__ = ["Observed", "observed"]

_Trials = Mapping[int, tuple[float, float]]


@attrs.frozen
class Observed:
    """Pairs of successes and trials by year.

    ``entries``: units outside at the end of the year before that hold the recognition at its end.
    ``lapses``: units inside then that do not. ``passes``: registered units that were recognised, of
    those whose result is known. Units of which either year is not known are left out of all three.
    """

    entries: _Trials
    lapses: _Trials
    passes: _Trials

    @property
    def periods(self) -> int:
        """How many steps from one year to the next were seen."""
        return len(self.entries)


def observed(ledger: Ledger, registered: Mapping[int, Sequence[str]]) -> Observed:
    """What the rows of a ledger say of the years that are over or under way."""
    # Years of which something was told; where nothing was, that nobody changed is not known either.
    years = ledger.told_years
    entries: dict[int, tuple[float, float]] = {}
    lapses: dict[int, tuple[float, float]] = {}
    for year in range(years[0] + 1, years[-1] + 1) if years else ():
        gained = outside = lost = inside = 0
        for unit in ledger.units(year):
            before, after = ledger.held_surely(unit, year - 1), ledger.held_surely(unit, year)
            if before is None or after is None:
                continue
            outside, gained = outside + (not before), gained + (not before and after)
            inside, lost = inside + before, lost + (before and not after)
        if outside:
            entries[year] = (gained, outside)
        if inside:
            lapses[year] = (lost, inside)
    return Observed(entries, lapses, _passes(ledger, registered))


def _passes(ledger: Ledger, registered: Mapping[int, Sequence[str]]) -> dict[int, tuple[float, float]]:
    found: dict[int, tuple[float, float]] = {}
    told = {(row.unit, row.year): row for row in ledger.rows}
    last: dict[str, int] = {}
    for row in ledger.rows:
        last[row.unit] = max(last.get(row.unit, 0), row.year)
    for year, units in registered.items():
        results = [told.get((unit, year)) for unit in units if year <= ledger.on.year]
        known = [
            row
            for row in results
            if row is not None
            and row.status != "missing"
            and not (row.status in PENDING and last[row.unit] == row.year)
        ]
        if known:
            found[year] = (sum(row.status in HELD for row in known), len(known))
    return found
