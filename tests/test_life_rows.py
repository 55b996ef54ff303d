"""The lives of recognitions as rows that a plan counts."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Sequence

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import criteria_engine as ce

STATES = ("registered", "building", "requested", "recognised", "maintained", "lapsed", "annulled")


@attrs.frozen
class Happened:
    """An event, as the life of a recognition keeps it."""

    state: str
    on: datetime.date
    title_year: int | None = None


@attrs.frozen
class Life:
    """A life, as far as rows need it."""

    unit: str
    events: tuple[Happened, ...]
    title: str = "vn.phuong-kieu-mau"


@attrs.frozen
class Months:
    """So many months after the year of the title, which time alone ends; or one year, which it does not."""

    months: int
    ends_by_itself: bool = True

    def last_day(self, decision: Happened) -> datetime.date | None:
        """The last day on which the title of a decision stands."""
        if decision.title_year is None:
            return None
        year, month = divmod(decision.title_year * 12 + 11 + self.months, 12)
        return datetime.date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def event(state: str, on: str, title_year: int | None = None) -> Happened:
    return Happened(state, datetime.date.fromisoformat(on), title_year)


def told(*events: Happened, validity: Months | None = None, on: str | None = None) -> list[tuple[int, str]]:
    day = None if on is None else datetime.date.fromisoformat(on)
    return [(row.year, row.status) for row in ce.unit_statuses([Life("A", events)], validity, on=day)]


RECOGNISED = (
    event("registered", "2022-01-15"),
    event("registered", "2023-01-15"),
    event("requested", "2024-01-20"),
    event("recognised", "2024-05-06", 2023),
)


def test_a_decision_answers_what_was_asked_for_its_year() -> None:
    assert told(*RECOGNISED) == [(2022, "registered"), (2023, "recognised")]
    (_, row) = ce.unit_statuses([Life("A", RECOGNISED)])
    assert row.decided == datetime.date(2024, 5, 6)


def test_before_the_decision_the_request_is_open() -> None:
    before = told(*RECOGNISED, on="2024-03-01")
    assert before == [(2022, "registered"), (2023, "registered"), (2024, "requested")]


def test_titles_that_are_kept_up_and_lost() -> None:
    life = (
        *RECOGNISED,
        event("registered", "2024-06-01"),
        event("maintained", "2025-02-10", 2024),
        event("lapsed", "2026-01-05", 2025),
        event("lapsed", "2027-01-05", 2026),
        event("maintained", "2028-02-01", 2027),
    )
    assert told(*life)[1:] == [
        (2023, "recognised"),
        (2024, "maintained"),
        (2025, "lapsed"),
        (2027, "recognised"),
    ]


def test_what_is_annulled_was_never_held() -> None:
    assert told(*RECOGNISED, event("annulled", "2025-03-01", 2023)) == [(2023, "lapsed")]
    kept = event("maintained", "2025-02-10", 2024)
    assert told(*RECOGNISED, kept, event("annulled", "2025-03-01")) == [(2023, "lapsed")]
    again = (event("annulled", "2025-03-01"), event("recognised", "2025-06-01", 2023))
    assert told(*RECOGNISED, *again) == [(2023, "recognised")]


def test_whether_an_older_title_stands_again_is_not_known() -> None:
    higher = (event("recognised", "2025-05-06", 2024), event("annulled", "2026-03-01", 2024))
    assert told(*RECOGNISED, *higher)[1:] == [(2023, "recognised"), (2024, "missing")]


def test_time_ends_a_title_or_leaves_it_unknown() -> None:
    assert told(*RECOGNISED, validity=Months(36))[1:] == [(2023, "recognised"), (2027, "lapsed")]
    yearly = Months(12, ends_by_itself=False)
    assert told(*RECOGNISED, validity=yearly)[1:] == [(2023, "recognised"), (2025, "missing")]
    renewed = (*RECOGNISED, event("recognised", "2027-05-01", 2027))
    assert told(*renewed, validity=Months(36))[1:] == [
        (2023, "recognised"),
        (2027, "recognised"),
        (2031, "lapsed"),
    ]


def test_lives_of_several_titles() -> None:
    lives = [Life("A", RECOGNISED), Life("A", (event("registered", "2025-01-01"),), title="vn.khac")]
    with pytest.raises(ValueError, match="two lives; say with title="):
        ce.unit_statuses(lives)
    assert [row.year for row in ce.unit_statuses(lives, title="vn.khac")] == [2025]


def test_a_state_that_is_none() -> None:
    with pytest.raises(ValueError, match="'won' is no state of a title"):
        told(event("won", "2024-01-01"))


@st.composite
def lives(draw: st.DrawFn) -> tuple[Happened, ...]:
    """Events in the order of time, of every kind, whatever may follow what."""
    year, found = 2018, []
    for _ in range(draw(st.integers(0, 9))):
        year += draw(st.integers(0, 2))
        state = draw(st.sampled_from(STATES))
        title = draw(st.sampled_from([None, year, year - 1]))
        month = (found[-1].on.month if found and found[-1].on.year == year else 1) + draw(st.integers(0, 3))
        found.append(Happened(state, datetime.date(year, min(month, 12), 28), title))
    return tuple(found)


def plan_of(units: Sequence[str]) -> ce.Plan:
    return ce.Plan(
        id="p",
        horizon=ce.Horizon(from_=2020, until=2040),
        targets=(ce.Target(id="all", share="100%", by=2040),),
        roster=ce.Roster(tuple(ce.Unit(unit, unit) for unit in units)),
    )


@given(
    lives(), st.sampled_from([None, Months(36), Months(12, ends_by_itself=False)]), st.integers(2018, 2042)
)
def test_a_projection_takes_every_life(
    events: tuple[Happened, ...], validity: Months | None, year: int
) -> None:
    """The rows are such as a plan takes, one a year, none of a year that no event and no rule is of."""
    on = datetime.date(year, 12, 31)
    rows = ce.unit_statuses([Life("A", events)], validity, on=on)
    assert len({row.year for row in rows}) == len(rows)
    found = ce.project(plan_of(["A", "B"]), recognitions=rows, on=on, method="arithmetic")
    low, open_, units = found.standing
    assert (units, low + open_ <= 1) == (2, True)


@given(lives())
def test_after_the_last_decision_a_title_counts(events: tuple[Happened, ...]) -> None:
    recognised = (*events, Happened("recognised", datetime.date(2040, 1, 1), 2040))
    rows = ce.unit_statuses([Life("A", recognised)])
    found = ce.project(plan_of(["A"]), recognitions=rows, on=datetime.date(2040, 6, 1), method="arithmetic")
    assert found.standing == (1, 0, 1)
