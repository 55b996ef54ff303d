"""The life of a recognition: its moves, what it counts as on a day and for a year, and its words."""

from __future__ import annotations

import copy
import datetime
import pickle
from datetime import date, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

import criteria_engine as ce
from criteria_engine import Recognition, RecognitionEvent, Validity, Waiting

STATES = ("registered", "building", "requested", "recognised", "maintained", "lapsed", "annulled")
DECIDED = ("recognised", "maintained", "annulled")
NEED_A_TITLE = ("maintained", "lapsed", "annulled")
LEGAL = {(move.before, move.after) for move in ce.TRANSITIONS}
TITLE = "vn.cong-dong-hoc-tap"

VALIDITIES = (
    Validity.months_after_year(36),
    Validity.months_after_year(1),
    Validity.yearly(),
    Validity.yearly(0),
    Validity.until_lapsed(),
    Validity.years(5),
)


def at(text: str) -> date:
    day, month, year = map(int, text.split("/"))
    return date(year, month, day)


def life(*events: tuple[Any, ...]) -> Recognition:
    """A life from (state, day, year of the title, level): decisions get a number."""
    made = []
    for number, (state, day, *rest) in enumerate(events):
        year, level = (*rest, None, None)[:2]
        decision = f"{number}/QĐ-UBND" if state in DECIDED else None
        made.append(RecognitionEvent(state, at(day), decision=decision, title_year=year, level=level))
    return Recognition("Vĩnh Nguyên", TITLE, tuple(made))


def recognised(day: str = "31/03/2025", year: int | None = 2024, level: str | None = None) -> Recognition:
    return life(("registered", "15/01/2023"), ("requested", "28/02/2024"), ("recognised", day, year, level))


def long_ago(day: str, year: int | None, level: str | None = None) -> Recognition:
    return life(("registered", "15/01/2020"), ("requested", "28/02/2020"), ("recognised", day, year, level))


def faults(make: Any) -> list[tuple[str, str]]:
    """Path and code of all that is wrong; every message can be said in both languages."""
    with pytest.raises(ce.CriteriaError) as caught:
        make()
    for each in caught.value.diagnostics:
        for lang in ("vi", "en"):
            said = each.in_language(lang)
            assert said.message
            assert said.hint
            assert "{" not in said.message + said.hint
    return [(each.path, each.code) for each in caught.value.diagnostics]


@st.composite
def event_lists(draw: st.DrawFn, *, least: int = 0, distinct_days: bool = False) -> list[RecognitionEvent]:
    """Events that are a life: every move legal, every decision numbered, years going forward."""
    events: list[RecognitionEvent] = []
    state: str | None = None
    day = date(2015, 1, 1)
    earlier: list[int | None] = []
    last: int | None = None
    for number in range(draw(st.integers(least, 9))):
        moves = sorted(
            after for before, after in LEGAL if before == state and (after not in NEED_A_TITLE or earlier)
        )
        state = draw(st.sampled_from(moves))
        day += timedelta(days=draw(st.integers(1 if distinct_days else 0, 700)))
        years: list[int | None] = [None]
        if state in DECIDED or state == "lapsed":
            forward = state in ("maintained", "lapsed")
            years += [
                year
                for year in (day.year - 1, day.year)
                if state == "annulled" or last is None or year > last or (year == last and not forward)
            ]
        year = draw(st.sampled_from(years))
        if state == "annulled":
            last = earlier.pop()
        elif state == "recognised":
            earlier.append(last)
        if year is not None and state != "annulled":
            last = year
        events.append(
            RecognitionEvent(
                cast("Any", state),
                day,
                by=draw(st.sampled_from(["", "UBND tỉnh"])),
                decision=f"{number}/QĐ" if state in DECIDED else None,
                title_year=year,
                level=draw(st.sampled_from([None, "muc_1", "muc_2"])) if state in DECIDED else None,
            )
        )
    return events


lives = event_lists().map(lambda events: Recognition("Vĩnh Nguyên", TITLE, tuple(events)))
validities = st.sampled_from(VALIDITIES)
days = st.dates(date(2014, 1, 1), date(2060, 12, 31))
years = st.integers(2013, 2060)


# ── Moves ────────────────────────────────────────────────────────────────────────────────────────


@given(event_lists())
def test_every_sequence_of_legal_moves_is_accepted(events: list[RecognitionEvent]) -> None:
    """The life holds just these events, whether given at once or one by one."""
    whole = Recognition("Vĩnh Nguyên", TITLE, tuple(events))
    grown = Recognition(unit="Vĩnh Nguyên", title=TITLE)
    for event in events:
        grown = grown.then(
            event.state,
            on=event.on,
            by=event.by,
            decision=event.decision,
            title_year=event.title_year,
            level=event.level,
        )
    assert whole == grown
    assert whole.events == tuple(events)


@given(event_lists())
def test_every_illegal_move_is_refused_and_named(events: list[RecognitionEvent]) -> None:
    before = events[-1].state if events else None
    for state in STATES:
        if (before, state) not in LEGAL:
            wrong = RecognitionEvent(cast("Any", state), date(2050, 1, 1), decision="1/QĐ")
            found = faults(lambda wrong=wrong: Recognition("Vĩnh Nguyên", TITLE, (*events, wrong)))
            assert found == [(f"events[{len(events)}].state", "CE850" if events else "CE851")]


@given(event_lists(least=1))
def test_what_is_about_a_title_needs_one(events: list[RecognitionEvent]) -> None:
    """However long the life: as many annulments as recognitions leave nothing to maintain or to lose."""
    recognitions = sum(event.state == "recognised" for event in events)
    annulments = sum(event.state == "annulled" for event in events)
    for state in NEED_A_TITLE:
        if (events[-1].state, state) in LEGAL:
            more = RecognitionEvent(cast("Any", state), date(2050, 1, 1), decision="1/QĐ")
            whole = (*events, more)
            if recognitions > annulments:
                assert Recognition("Vĩnh Nguyên", TITLE, whole).events == whole
            else:
                found = faults(lambda whole=whole: Recognition("Vĩnh Nguyên", TITLE, whole))
                assert found == [(f"events[{len(events)}].state", "CE852")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "requested"),
        (None, "maintained"),
        ("registered", "recognised"),
        ("building", "recognised"),
        ("recognised", "recognised"),
        ("recognised", "building"),
        ("lapsed", "recognised"),
        ("annulled", "maintained"),
        ("annulled", "lapsed"),
    ],
)
def test_moves_that_the_procedure_does_not_know(before: str | None, after: str) -> None:
    assert (before, after) not in LEGAL


def test_the_table_of_moves_can_be_read() -> None:
    """Each move stands there once with its reason, and every state can be left and reached."""
    pairs = [(move.before, move.after) for move in ce.TRANSITIONS]
    assert len(set(pairs)) == len(pairs)
    assert all(len(move.reason.split()) > 4 for move in ce.TRANSITIONS)
    assert {before for before, _ in pairs} == {None, *STATES}
    assert {after for _, after in pairs} == set(STATES)


def test_all_that_is_wrong_is_said_at_once() -> None:
    events = (
        RecognitionEvent("requested", at("01/03/2024")),
        RecognitionEvent("recognised", at("31/03/2024"), title_year=2025),
        RecognitionEvent("maintained", at("30/03/2024"), decision="2/QĐ", title_year=2023),
        RecognitionEvent("maintained", at("30/03/2025"), decision="3/QĐ", title_year=2023),
        RecognitionEvent("annulled", at("30/03/2026"), decision=" – "),
    )
    assert faults(lambda: Recognition("Vĩnh Nguyên", TITLE, events)) == [
        ("events[0].state", "CE851"),
        ("events[1].decision", "CE854"),
        ("events[1].title_year", "CE855"),
        ("events[2].on", "CE853"),
        ("events[3].title_year", "CE856"),
        ("events[4].decision", "CE854"),
    ]


@pytest.mark.parametrize("state", DECIDED)
def test_a_decision_has_a_number(state: str) -> None:
    start = recognised() if state != "recognised" else life(("registered", "15/01/2023"))
    if state == "recognised":
        start = start.then("requested", on=at("28/02/2024"))
    place = len(start.events)
    assert faults(lambda: start.then(cast("Any", state), on=at("01/06/2026"))) == [
        (f"events[{place}].decision", "CE854")
    ]


def test_years_of_a_title_go_forward() -> None:
    """A higher level or a second judgement may be for the same year; a confirmation may not."""
    held = recognised(year=2023)
    again = held.then("requested", on=at("01/02/2026"))
    assert again.then("recognised", on=at("01/03/2026"), decision="9/QĐ", title_year=2023).events[-1].on
    assert faults(lambda: held.then("maintained", on=at("01/03/2026"), decision="9/QĐ", title_year=2023)) == [
        ("events[3].title_year", "CE856")
    ]
    assert faults(lambda: held.then("lapsed", on=at("01/03/2026"), title_year=2022)) == [
        ("events[3].title_year", "CE856")
    ]


def test_an_annulment_sets_the_years_back() -> None:
    """What was given for 2024 and annulled can be judged again, also for the year before."""
    redone = recognised().then("annulled", on=at("01/06/2025"), decision="7/QĐ", title_year=2024)
    for year in (2023, 2024, 2025):
        judged = redone.then("recognised", on=at("01/08/2025"), decision="8/QĐ", title_year=year)
        assert judged.standing(on=at("01/09/2025"), validity=VALIDITIES[0]).title_year == year


def test_a_registration_may_be_for_a_year_to_come() -> None:
    early = life(("registered", "15/12/2023", 2024))
    assert early.events[0].title_year == 2024


# ── Values ───────────────────────────────────────────────────────────────────────────────────────


@given(lives)
def test_lives_are_values(whole: Recognition) -> None:
    """Equal by value, hashable, picklable, and printed as the code that makes them."""
    names = {"datetime": datetime, "Recognition": Recognition, "RecognitionEvent": RecognitionEvent}
    for other in (pickle.loads(pickle.dumps(whole)), copy.deepcopy(whole), eval(repr(whole), names)):  # noqa: S301, S307
        assert other == whole
        assert hash(other) == hash(whole)
    with pytest.raises(AttributeError):
        whole.unit = "Khác"  # type: ignore[misc]


@given(lives, days, validities)
def test_standings_are_values(whole: Recognition, on: date, validity: Validity) -> None:
    found = whole.standing(on=on, validity=validity)
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301
    assert hash(found) == hash(whole.standing(on=on, validity=validity))


@pytest.mark.parametrize("validity", VALIDITIES)
def test_validities_are_values(validity: Validity) -> None:
    assert eval(repr(validity), {"Validity": Validity}) == validity  # noqa: S307
    assert pickle.loads(pickle.dumps(validity)) == validity  # noqa: S301
    assert len({validity, copy.deepcopy(validity)}) == 1


def test_texts_are_kept_clean() -> None:
    """NFC and plain spaces, so that what is typed in two ways is one body; a text may be a date."""
    event = RecognitionEvent(
        "recognised", cast("Any", "2025-03-31"), by=" UBND\u00a0tỉnh ", decision="12/QĐ", level=" – "
    )
    assert event.on == at("31/03/2025")
    assert event.by == "UBND tỉnh"
    assert event.level is None
    spread = Recognition("Vi\u0303nh   Nguyên", f" {TITLE} ", cast("Any", [event]))
    assert spread == Recognition("Vĩnh Nguyên", TITLE, (event,))


@pytest.mark.parametrize(("typed", "kept"), [("ｍuc＿1", "muc_1"), ("\u00b4a", "\u0301a"), ("-", None)])
def test_levels_are_kept_as_rulesets_keep_their_ids(typed: str, kept: str | None) -> None:
    assert RecognitionEvent("recognised", at("31/03/2025"), level=typed).level == kept


def test_wrong_values_are_all_named() -> None:
    wrong = cast("Any", RecognitionEvent)
    assert faults(
        lambda: wrong(
            "recognized", "31/03/2025", by=3, decision="a\nb", title_year=24, level="none", note="\u200b"
        )
    ) == [
        ("by", "CE109"),
        ("decision", "CE505"),
        ("level", "CE859"),
        ("note", "CE502"),
        ("on", "CE107"),
        ("state", "CE108"),
        ("title_year", "CE557"),
    ]
    assert faults(lambda: wrong("recognised", datetime.datetime(2025, 3, 31, tzinfo=datetime.UTC))) == [
        ("on", "CE107")
    ]
    assert faults(lambda: Recognition(" ", "Đơn vị học tập", cast("Any", "registered"))) == [
        ("events", "CE109"),
        ("title", "CE112"),
        ("unit", "CE813"),
    ]
    assert faults(lambda: Recognition("A", TITLE, cast("Any", ["registered"]))) == [("events", "CE109")]
    assert faults(lambda: Recognition("A", TITLE, cast("Any", 3))) == [("events", "CE109")]


def test_wrong_lengths_and_arguments_are_named() -> None:
    assert faults(lambda: Validity.months_after_year(0)) == [("length", "CE557")]
    assert faults(lambda: Validity.years(cast("Any", "5"))) == [("length", "CE101")]
    assert faults(lambda: Validity.yearly(-1)) == [("length", "CE557")]
    assert faults(lambda: Validity(cast("Any", "monthly"))) == [("kind", "CE108")]
    assert faults(lambda: Waiting(first=-1, again=cast("Any", 1.5))) == [
        ("again", "CE104"),
        ("first", "CE557"),
    ]
    held = recognised()
    anything = cast("Any", 36)
    rules = Validity.years(5)
    today = at("01/01/2026")
    assert faults(lambda: held.standing(on=anything, validity=rules)) == [("on", "CE107")]
    assert faults(lambda: held.standing(on=today, validity=anything)) == [("validity", "CE109")]
    assert faults(lambda: held.counts_in(0, validity=rules)) == [("year", "CE557")]
    assert faults(lambda: held.counts_in(2025, basis=cast("Any", "year"), validity=rules)) == [
        ("basis", "CE108")
    ]
    assert faults(lambda: held.earliest(on=today, validity=rules, waiting=anything)) == [("waiting", "CE109")]


# ── What it counts as on a day ───────────────────────────────────────────────────────────────────


def test_thirty_six_months_following_the_year() -> None:
    """Recognised for 2024, decided in 2025: it stands to 31/12/2027 (Circular 25/2023/TT-BGDĐT)."""
    rules = Validity.months_after_year(36)
    held = recognised(level="muc_1")
    on = held.standing(on=at("31/12/2027"), validity=rules)
    assert (on.held, on.state, on.level, on.title_year) == (True, "recognised", "muc_1", 2024)
    assert (on.valid_until, on.because, on.first_time) == (at("31/12/2027"), "valid", False)
    after = held.standing(on=at("01/01/2028"), validity=rules)
    assert (after.held, after.state, after.because) == (False, "lapsed", "ran_out")
    assert (after.valid_until, after.title_year, after.first_time) == (at("31/12/2027"), 2024, False)


@pytest.mark.parametrize(
    ("months", "last"), [(1, "31/01/2025"), (2, "28/02/2025"), (12, "31/12/2025"), (38, "29/02/2028")]
)
def test_months_after_a_year_end_with_a_month(months: int, last: str) -> None:
    found = recognised().standing(on=at("31/03/2025"), validity=Validity.months_after_year(months))
    assert found.valid_until == at(last)


@pytest.mark.parametrize(
    ("decided", "years", "last"),
    [("15/03/2024", 5, "15/03/2029"), ("29/02/2024", 1, "28/02/2025"), ("29/02/2024", 4, "29/02/2028")],
)
def test_years_from_the_decision(decided: str, years: int, last: str) -> None:
    """A term ends with the day of the same number, or the last of the month (Civil Code, Article 148)."""
    held = recognised(decided, 2023)
    rules = Validity.years(years)
    assert held.standing(on=at(decided), validity=rules).valid_until == at(last)
    assert held.standing(on=at(last), validity=rules).held is True
    assert held.standing(on=at(last) + timedelta(days=1), validity=rules).held is False


def test_until_lapsed_has_no_end_of_its_own() -> None:
    held = recognised()
    rules = Validity.until_lapsed()
    found = held.standing(on=date(9999, 12, 31), validity=rules)
    assert (found.held, found.because, found.valid_until) == (True, "no_end", None)
    ended = held.then("lapsed", on=at("01/07/2026"))
    assert ended.standing(on=at("30/06/2026"), validity=rules).held is True
    found = ended.standing(on=at("01/07/2026"), validity=rules)
    assert (found.held, found.state, found.because, found.first_time) == (False, "lapsed", "lapsed", False)


def test_before_recognition_it_is_not_held() -> None:
    """Before anything is on file nothing is known; from the registration on, it is known not to be held."""
    held = recognised()
    rules = Validity.years(5)
    unknown = held.standing(on=at("14/01/2023"), validity=rules)
    assert (unknown.held, unknown.state, unknown.because, unknown.first_time) == (None, None, "no_data", None)
    for day, state in (
        ("15/01/2023", "registered"),
        ("28/02/2024", "requested"),
        ("30/03/2025", "requested"),
    ):
        found = held.standing(on=at(day), validity=rules)
        assert (found.held, found.state, found.because, found.first_time) == (False, state, "never", True)
    assert held.standing(on=at("31/03/2025"), validity=rules).held is True
    empty = Recognition("Vĩnh Nguyên", TITLE)
    assert empty.standing(on=at("31/03/2025"), validity=rules).held is None


def test_preparing_for_the_next_time_leaves_the_title() -> None:
    held = recognised(level="muc_1").then("registered", on=at("10/01/2026"))
    held = held.then("building", on=at("11/01/2026"))
    found = held.standing(on=at("01/06/2026"), validity=Validity.months_after_year(36))
    assert (found.held, found.state, found.level) == (True, "building", "muc_1")


def test_yearly_the_next_decision_is_waited_for() -> None:
    """Without it the title is unknown, not lost; a miss that is on file is a no (Circular 07/2016)."""
    rules = Validity.yearly()
    held = long_ago("30/12/2023", 2023)
    found = held.standing(on=at("31/12/2024"), validity=rules)
    assert (found.held, found.valid_until) == (True, at("31/12/2024"))
    silent = held.standing(on=at("01/01/2025"), validity=rules)
    assert (silent.held, silent.state, silent.because) == (None, "recognised", "no_decision_yet")
    kept = held.then("maintained", on=at("30/12/2024"), decision="4/QĐ", title_year=2024)
    assert kept.standing(on=at("01/01/2025"), validity=rules).held is True
    missed = held.then("lapsed", on=at("30/12/2024"), title_year=2024)
    assert missed.standing(on=at("01/01/2025"), validity=rules).held is False


def test_two_misses_in_a_row_are_a_first_time_again() -> None:
    rules = Validity.yearly(misses_allowed=1)
    one = long_ago("30/12/2022", 2022).then("lapsed", on=at("30/12/2023"), title_year=2023)
    assert one.standing(on=at("01/06/2024"), validity=rules).first_time is False
    two = one.then("lapsed", on=at("30/12/2024"), title_year=2024)
    assert two.standing(on=at("29/12/2024"), validity=rules).first_time is False
    assert two.standing(on=at("30/12/2024"), validity=rules).first_time is True
    good = one.then("maintained", on=at("30/12/2024"), decision="5/QĐ", title_year=2024)
    apart = good.then("lapsed", on=at("30/12/2025"), title_year=2025)
    assert apart.standing(on=at("31/12/2025"), validity=rules).first_time is False
    assert one.standing(on=at("30/12/2023"), validity=Validity.yearly(0)).first_time is True


def test_years_without_a_word_may_be_misses() -> None:
    """One silent year is not enough; with two nobody can say whether it would be a first time."""
    rules = Validity.yearly()
    held = long_ago("30/12/2022", 2022)
    assert held.standing(on=at("31/12/2024"), validity=rules).first_time is False
    assert held.standing(on=at("01/01/2025"), validity=rules).first_time is None
    undated = long_ago("30/12/2022", None)
    assert undated.standing(on=at("31/12/2022"), validity=rules).first_time is None


def test_without_the_year_of_the_title_its_end_is_unknown() -> None:
    held = recognised(year=None)
    for rules in (Validity.months_after_year(36), Validity.yearly()):
        found = held.standing(on=at("31/03/2025"), validity=rules)
        assert (found.held, found.because, found.valid_until) == (None, "no_title_year", None)
    assert held.standing(on=at("31/03/2025"), validity=Validity.years(5)).held is True


def test_levels_stay_unless_a_decision_says_otherwise() -> None:
    """A confirmation without a level confirms the level; a recognition without one has none."""
    rules = Validity.until_lapsed()
    held = long_ago("30/12/2022", 2022, "muc_1")
    kept = held.then("maintained", on=at("30/12/2023"), decision="4/QĐ", title_year=2023)
    assert kept.standing(on=at("31/12/2023"), validity=rules).level == "muc_1"
    raised = kept.then("requested", on=at("01/03/2024"))
    raised = raised.then("recognised", on=at("01/05/2024"), decision="5/QĐ", title_year=2024, level="muc_2")
    assert raised.standing(on=at("30/04/2024"), validity=rules).level == "muc_1"
    assert raised.standing(on=at("01/05/2024"), validity=rules).level == "muc_2"
    bare = raised.then("requested", on=at("01/03/2025"))
    bare = bare.then("recognised", on=at("01/05/2025"), decision="6/QĐ", title_year=2025)
    assert bare.standing(on=at("01/05/2025"), validity=rules).level is None


def test_what_is_annulled_never_was() -> None:
    rules = Validity.months_after_year(36)
    annulled = recognised().then("annulled", on=at("01/06/2025"), decision="7/QĐ")
    assert annulled.standing(on=at("31/05/2025"), validity=rules).held is True
    found = annulled.standing(on=at("01/06/2025"), validity=rules)
    assert (found.held, found.state, found.because) == (False, "annulled", "annulled")
    assert (found.first_time, found.decision, found.level, found.valid_until) == (True, None, None, None)
    redone = annulled.then("recognised", on=at("01/08/2025"), decision="8/QĐ", title_year=2024)
    assert redone.standing(on=at("01/08/2025"), validity=rules).held is True


def test_whether_an_older_title_stands_again_is_unknown() -> None:
    """Only while it would stand by its own rules; once it has run out there is no doubt."""
    rules = Validity.months_after_year(36)
    raised = recognised(level="muc_1").then("requested", on=at("01/03/2026"))
    raised = raised.then("recognised", on=at("01/05/2026"), decision="5/QĐ", title_year=2026, level="muc_2")
    taken = raised.then("annulled", on=at("01/07/2026"), decision="6/QĐ")
    found = taken.standing(on=at("01/07/2026"), validity=rules)
    assert (found.held, found.because, found.level, found.first_time) == (None, "annulled", "muc_1", False)
    assert taken.standing(on=at("01/01/2028"), validity=rules).held is False


@given(event_lists(least=3), validities, st.integers(0, 400))
def test_valid_until_is_the_last_day(events: list[RecognitionEvent], validity: Validity, later: int) -> None:
    """Held on that day and not on the next, as long as nothing happens in between."""
    whole = Recognition("Vĩnh Nguyên", TITLE, tuple(events))
    for event in events:
        on = event.on + timedelta(days=later)
        found = whole.standing(on=on, validity=validity)
        if not found.held or found.valid_until is None:
            continue
        after = found.valid_until + timedelta(days=1)
        if not any(on < each.on <= after for each in events):
            assert whole.standing(on=found.valid_until, validity=validity).held is True
            assert whole.standing(on=after, validity=validity).held is not True


@given(lives, validities, days, st.integers(0, 3_000))
def test_between_events_time_only_takes(
    whole: Recognition, validity: Validity, early: date, later: int
) -> None:
    """What is held later was held before; what is known not to be held stays so."""
    late = early + timedelta(days=later)
    late = min((event.on - timedelta(days=1) for event in whole.events if early < event.on), default=late)
    before = whole.standing(on=early, validity=validity)
    after = whole.standing(on=late, validity=validity)
    if after.held:
        assert before.held
    if before.held is False:
        assert after.held is False
    assert (after.level, after.title_year, after.decision) == (
        before.level,
        before.title_year,
        before.decision,
    )


@given(lives, validities, days)
def test_later_events_play_no_part(whole: Recognition, validity: Validity, on: date) -> None:
    known = Recognition(whole.unit, whole.title, tuple(each for each in whole.events if each.on <= on))
    assert known.standing(on=on, validity=validity) == whole.standing(on=on, validity=validity)


@given(lives, validities, days)
def test_reasons_fit_what_they_are_reasons_for(whole: Recognition, validity: Validity, on: date) -> None:
    found = whole.standing(on=on, validity=validity)
    fitting: dict[str, tuple[bool | None, ...]] = {
        **dict.fromkeys(("valid", "no_end"), (True,)),
        **dict.fromkeys(("ran_out", "lapsed", "never"), (False,)),
        **dict.fromkeys(("no_data", "no_title_year", "no_decision_yet"), (None,)),
        "annulled": (False, None),
    }
    assert found.held in fitting[found.because]
    assert (found.state is None) == (found.because == "no_data")
    if found.held:
        assert found.decision in whole.events
        assert found.first_time in (False, None)


# ── What it counts as for a year ─────────────────────────────────────────────────────────────────


def test_a_decision_in_the_next_year() -> None:
    """For 2024, decided in 2025: by title year it counts a year sooner."""
    rules = Validity.months_after_year(36)
    held = recognised()
    by_title = {year: held.counts_in(year, validity=rules) for year in range(2022, 2029)}
    by_date = {
        year: held.counts_in(year, basis="decision_date", validity=rules) for year in range(2022, 2029)
    }
    assert by_title == {
        2022: None, 2023: False, 2024: True, 2025: True, 2026: True, 2027: True, 2028: False,
    }  # fmt: skip
    assert by_date == {**by_title, 2024: False}


def test_an_open_request_leaves_its_year_open() -> None:
    """Nobody has said yet what came of it; the years before it are settled."""
    rules = Validity.years(5)
    asked = life(("registered", "15/01/2022"), ("requested", "10/01/2025"))
    assert [asked.counts_in(year, validity=rules) for year in (2021, 2022, 2023, 2024, 2025)] == [
        None, False, False, None, None,
    ]  # fmt: skip
    assert asked.counts_in(2024, basis="decision_date", validity=rules) is False
    assert asked.counts_in(2025, basis="decision_date", validity=rules) is None
    named = life(("registered", "15/01/2022"), ("requested", "10/01/2025", 2025))
    assert named.counts_in(2024, validity=rules) is False
    moved_on = asked.then("registered", on=at("01/02/2026"))
    assert moved_on.counts_in(2025, validity=rules) is False


def test_a_decision_that_names_no_year_leaves_the_years_before_it_open() -> None:
    held = recognised(year=None)
    rules = Validity.years(5)
    assert held.counts_in(2024, validity=rules) is None
    assert held.counts_in(2025, validity=rules) is True
    assert held.counts_in(2024, basis="decision_date", validity=rules) is False


def test_yearly_titles_count_in_the_year_they_are_for() -> None:
    rules = Validity.yearly()
    held = long_ago("30/12/2022", 2022)
    held = held.then("lapsed", on=at("10/02/2024"), title_year=2023)
    held = held.then("maintained", on=at("10/02/2025"), decision="5/QĐ", title_year=2024)
    assert [held.counts_in(year, validity=rules) for year in (2021, 2022, 2023, 2024, 2025)] == [
        False, True, False, True, None,
    ]  # fmt: skip
    by_date = [held.counts_in(year, basis="decision_date", validity=rules) for year in range(2022, 2027)]
    assert by_date == [True, True, False, True, None]


def test_what_was_annulled_later_never_counted() -> None:
    annulled = recognised().then("annulled", on=at("01/06/2026"), decision="7/QĐ")
    for basis in ("title_year", "decision_date"):
        for year in (2024, 2025, 2026):
            found = annulled.counts_in(year, basis=cast("Any", basis), validity=Validity.years(5))
            assert found is False
    alone = life(("recognised", "31/03/2025", 2024), ("annulled", "01/06/2026"))
    counts = [alone.counts_in(year, validity=Validity.years(5)) for year in (2023, 2024, 2025, 2026)]
    assert counts == [None, False, False, False]
    redone = alone.then("recognised", on=at("01/08/2026"), decision="8/QĐ")
    assert redone.counts_in(2025, validity=Validity.years(5)) is None


@given(lives, validities, st.integers(0, 9))
def test_both_ways_of_counting_agree_once_both_have_passed(
    whole: Recognition, validity: Validity, later: int
) -> None:
    """Yearly titles are apart: for their own year alone one may know what the other does not."""
    passed = [max(event.on.year, event.title_year or 0) for event in whole.events]
    year = max(passed, default=2020) + later
    by_title = whole.counts_in(year, validity=validity)
    by_date = whole.counts_in(year, basis="decision_date", validity=validity)
    if validity.kind == "yearly":
        assert None in (by_title, by_date) or by_title == by_date
    else:
        assert by_title == by_date


@given(
    lives.filter(lambda whole: all(event.state != "annulled" for event in whole.events)), validities, years
)
def test_counting_by_date_is_standing_at_the_end_of_the_year(
    whole: Recognition, validity: Validity, year: int
) -> None:
    """They are one where nothing is annulled later; only an open request turns a no into an unknown."""
    found = whole.standing(on=date(year, 12, 31), validity=validity).held
    counts = whole.counts_in(year, basis="decision_date", validity=validity)
    is_open = bool(whole.events) and whole.events[-1].state in STATES[:3]
    assert counts is found or (is_open and found is False and counts is None)


@given(lives, validities, years)
def test_what_lies_behind_an_annulment_is_settled(whole: Recognition, validity: Validity, year: int) -> None:
    """Once all recognitions are annulled no year is a yes, and unknown are those before and those asked for."""
    states = [event.state for event in whole.events]
    ended = whole.then("registered", on=date(2070, 1, 1)) if states else whole
    while states.count("recognised") > states.count("annulled"):
        ended = ended.then("annulled", on=date(2070, 1, 1), decision="1/QĐ")
        ended = ended.then("registered", on=date(2070, 1, 1))
        states.append("annulled")
    began = whole.events[0].on.year if states else 9999
    counts = ended.counts_in(year, basis="decision_date", validity=validity)
    assert counts is (None if year < began else False)


# ── Waiting ──────────────────────────────────────────────────────────────────────────────────────


def test_a_civilised_ward_waits_two_years_and_then_five() -> None:
    """From the registration (Decision 04/2022/QĐ-TTg)."""
    waiting = Waiting(first=24, again=60)
    rules = Validity.years(5)
    new = life(("registered", "20/05/2022"), ("building", "01/06/2022"), ("registered", "20/05/2023"))
    assert new.earliest(on=at("01/01/2024"), validity=rules, waiting=waiting) == at("20/05/2024")
    held = new.then("requested", on=at("21/05/2024"))
    held = held.then("recognised", on=at("01/07/2024"), decision="4/QĐ", title_year=2024)
    assert held.earliest(on=at("02/07/2024"), validity=rules, waiting=waiting) is None
    again = held.then("registered", on=at("29/02/2028"))
    assert again.earliest(on=at("01/03/2028"), validity=rules, waiting=waiting) == at("28/02/2033")


def test_a_level_is_raised_a_year_after_it_was_given() -> None:
    """No sooner than 12 months after the decision on level 1 (Circular 24/2023/TT-BGDĐT)."""
    waiting = Waiting(upgrade=12)
    rules = Validity.months_after_year(36)
    held = recognised("31/03/2025", 2024, "muc_1")
    kept = held.then("maintained", on=at("30/03/2026"), decision="4/QĐ", title_year=2025)

    def earliest(whole: Recognition, on: str) -> date | None:
        return whole.earliest(on=at(on), validity=rules, waiting=waiting, upgrade=True)

    assert earliest(held, "31/03/2025") == at("31/03/2026")
    assert earliest(kept, "30/03/2026") == at("31/03/2026")
    assert earliest(held, "01/03/2025") is None
    assert earliest(held, "01/01/2028") is None
    raised = kept.then("requested", on=at("01/04/2026"))
    raised = raised.then("recognised", on=at("01/05/2026"), decision="5/QĐ", title_year=2026, level="muc_2")
    assert earliest(raised, "01/05/2026") == at("01/05/2027")


@pytest.mark.parametrize(
    ("day", "year", "since"),
    [
        ("30/11/2027", 2027, "31/03/2025"),  # renewed while it stood
        ("31/03/2028", 2027, "31/03/2025"),  # decided after it had run out, but for its last year
        ("31/03/2029", 2028, "31/03/2029"),  # a year went by without the title
    ],
)
def test_a_level_is_held_since_it_was_given_without_a_break(day: str, year: int, since: str) -> None:
    held = recognised("31/03/2025", 2024, "muc_1").then("requested", on=at("01/10/2027"))
    held = held.then("recognised", on=at(day), decision="8/QĐ", title_year=year, level="muc_1")
    rules = Validity.months_after_year(36)
    waiting = Waiting(upgrade=12)
    wanted = at(since).replace(year=at(since).year + 1)
    assert held.earliest(on=at(day), validity=rules, waiting=waiting, upgrade=True) == wanted


def test_a_lapse_breaks_the_holding_of_a_level() -> None:
    held = long_ago("30/12/2022", 2022, "muc_1").then("lapsed", on=at("30/12/2023"), title_year=2023)
    held = held.then("maintained", on=at("30/12/2024"), decision="5/QĐ", title_year=2024)
    yearly = Validity.yearly()
    earliest = held.earliest(on=at("31/12/2024"), validity=yearly, waiting=Waiting(upgrade=12), upgrade=True)
    assert earliest == at("30/12/2025")


def test_what_is_not_on_file_cannot_be_waited_for() -> None:
    """Neither the registration, nor whether it would be a first time, nor a wait past the calendar."""
    silent = life(("recognised", "30/12/2020", 2020), ("registered", "01/02/2024"))
    waiting = Waiting(first=24, again=60)
    yearly = Validity.yearly()
    assert silent.earliest(on=at("01/03/2024"), validity=yearly, waiting=waiting) is None
    assert silent.earliest(on=at("01/01/2024"), validity=Validity.years(5), waiting=waiting) is None
    late = Recognition("A", TITLE, (RecognitionEvent("registered", date(9999, 1, 1)),))
    assert late.earliest(on=date.max, validity=yearly, waiting=Waiting(first=24)) == date.max


# ── Titles for evaluate ──────────────────────────────────────────────────────────────────────────


def test_titles_as_evaluate_takes_them() -> None:
    """Held: its level, or a word; known not to be held: none; unknown: left out."""

    def titled(title: str, whole: Recognition) -> Recognition:
        return Recognition(whole.unit, title, whole.events)

    given = [
        titled("a.muc", recognised(level="muc_2")),
        titled("b.khong-muc", recognised()),
        titled("c.dang-ky", life(("registered", "15/01/2023"))),
        titled("d.khong-ro", recognised(year=None)),
        titled("e.sau-nay", life(("registered", "15/01/2030"))),
    ]
    rules = Validity.months_after_year(36)
    wanted = {"a.muc": "muc_2", "b.khong-muc": "recognised", "c.dang-ky": "none"}
    assert ce.titles_on(given, at("01/06/2026"), rules) == wanted
    assert ce.titles_on({each.title: each for each in given}, at("01/06/2026"), rules) == wanted
    assert ce.titles_on(given, at("01/01/2028"), rules)["a.muc"] == "none"
    assert ce.titles_on([], at("01/01/2028"), rules) == {}


def test_a_title_whose_rules_are_not_given_is_unknown_while_it_may_stand() -> None:
    some = {"a.mot": Validity.years(5)}
    held = Recognition("A", "b.hai", recognised().events)
    new = Recognition("A", "c.ba", life(("registered", "15/01/2023")).events)
    assert ce.titles_on([held, new], at("01/06/2026"), some) == {"c.ba": "none"}
    over = held.then("lapsed", on=at("01/05/2026"))
    assert ce.titles_on([over], at("01/06/2026"), some) == {"b.hai": "none"}


def test_titles_are_of_one_body_each_once() -> None:
    one = recognised()
    other = Recognition("Phước Hải", TITLE, one.events)
    rules = Validity.years(5)
    day = at("01/06/2026")
    assert faults(lambda: ce.titles_on([one, other, one], day, rules)) == [
        ("lives[1]", "CE858"),
        ("lives[2]", "CE858"),
    ]
    anything = cast("Any", [36])
    assert faults(lambda: ce.titles_on(anything, day, rules)) == [("lives[0]", "CE109")]
    assert faults(lambda: ce.titles_on([one], day, anything)) == [("validity", "CE109")]


def test_evaluate_takes_the_titles() -> None:
    """A criterion on a title is met, not met or unknown as the title is held, not held or unknown."""
    ruleset = ce.loads(f"""\
criteria_engine: 1
id: vn.vi-du.phuong
version: "2024"
criteria: {{hoc_tap: {{points: 10, test: "holds('{TITLE}', 'muc_1')"}}}}
""")
    rules = Validity.months_after_year(36)
    cases = [
        (recognised(level="muc_1"), ce.Status.MET),
        (recognised(year=None, level="muc_1"), ce.Status.UNKNOWN),
        (life(("registered", "15/01/2023")), ce.Status.NOT_MET),
    ]
    for whole, status in cases:
        titles = ce.titles_on([whole], at("01/06/2026"), rules)
        assert ruleset.evaluate({}, titles=titles).criteria["hoc_tap"].status is status


@given(lives, validities, days)
def test_titles_say_what_standings_say(whole: Recognition, validity: Validity, on: date) -> None:
    found = whole.standing(on=on, validity=validity)
    expected = {True: found.level or "recognised", False: "none"}
    said = {} if found.held is None else {TITLE: expected[found.held]}
    assert ce.titles_on([whole], on, validity) == said


# ── Words ────────────────────────────────────────────────────────────────────────────────────────


def test_an_official_can_paste_it() -> None:
    found = recognised(level="1").standing(on=at("15/06/2026"), validity=Validity.months_after_year(36))
    assert found.explain("vi", name="Cộng đồng học tập") == (
        "Ngày 15/06/2026, Vĩnh Nguyên đang giữ danh hiệu Cộng đồng học tập mức 1 theo quyết định số 2/QĐ-UBND "
        "ngày 31/03/2025 công nhận cho năm 2024, có giá trị đến hết ngày 31/12/2027. "
        "Lần công nhận tới là công nhận lại."
    )
    assert found.explain("en") == (
        f"On 15 June 2026 Vĩnh Nguyên holds the title {TITLE} at level 1, by decision 2/QĐ-UBND of 31 March "
        "2025 for 2024, valid until the end of 31 December 2027. The next recognition is a re-recognition."
    )


def test_each_reason_has_its_words() -> None:
    """All reasons occur, and no two say the same."""
    rules = Validity.months_after_year(36)
    held = recognised()
    older = held.then("requested", on=at("01/03/2026"))
    older = older.then("recognised", on=at("01/05/2026"), decision="5/QĐ", title_year=2026)
    cases = {
        "valid": held.standing(on=at("01/06/2026"), validity=rules),
        "no_end": held.standing(on=at("01/06/2026"), validity=Validity.until_lapsed()),
        "ran_out": held.standing(on=at("01/06/2028"), validity=rules),
        "lapsed": held.then("lapsed", on=at("01/02/2026")).standing(on=at("01/06/2026"), validity=rules),
        "annulled": held.then("annulled", on=at("01/02/2026"), decision="7/QĐ").standing(
            on=at("01/06/2026"), validity=rules
        ),
        "annulled, open": older.then("annulled", on=at("01/06/2026"), decision="6/QĐ").standing(
            on=at("01/06/2026"), validity=rules
        ),
        "never": held.standing(on=at("01/06/2024"), validity=rules),
        "no_data": held.standing(on=at("01/06/2020"), validity=rules),
        "no_title_year": recognised(year=None).standing(on=at("01/06/2026"), validity=rules),
        "no_decision_yet": held.standing(on=at("01/06/2026"), validity=Validity.yearly()),
    }
    for name, found in cases.items():
        assert found.because == name.partition(",")[0]
    for lang in ("vi", "en"):
        said = {
            found.explain(lang).replace("2020", "").replace("2024", "").replace("2028", "")
            for found in cases.values()
        }
        assert len(said) == len(cases)
    assert "đã đề nghị xét công nhận, chưa được công nhận" in cases["never"].explain("vi")
    assert cases["never"].explain("en").endswith("The next recognition is treated as a first one.")


@given(lives, validities, days)
def test_words_are_always_whole(whole: Recognition, validity: Validity, on: date) -> None:
    """One or two sentences, nothing left to fill in, and what is unknown is called unknown."""
    found = whole.standing(on=on, validity=validity)
    for lang, unknown in (("vi", "chưa rõ"), ("en", "not known")):
        said = found.explain(lang)
        assert said.endswith(".")
        assert "{" not in said
        assert "None" not in said
        assert "  " not in said
        assert (unknown in said) == (found.held is None)


def test_a_text_with_braces_is_only_a_text() -> None:
    odd = Recognition("Phường {on}", TITLE, recognised().events)
    said = odd.standing(on=at("01/06/2026"), validity=Validity.years(5)).explain("vi", name="{title}")
    assert "Phường {on}" in said
    assert "danh hiệu {title}" in said
