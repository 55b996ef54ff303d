"""What a title counts as on a day and for a year, and when the next recognition may be decided.

``standing_of``, ``counted`` and ``earliest`` answer from the events of a life; ``Standing`` says its answer
in words.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Literal, TypeAlias

import attrs

from criteria_engine.messages.diagnostics import chosen_language
from criteria_engine.messages.speaker import Speaker
from criteria_engine.plans.recognition_events import (
    FOR_EVER,
    HELD,
    OPEN,
    RecognitionEvent,
    State,
    Validity,
    Waiting,
    months_later,
)
from criteria_engine.rules.schema import Plain

Basis: TypeAlias = Literal["title_year", "decision_date"]
Reason: TypeAlias = Literal[
    "valid", "no_end", "ran_out", "lapsed", "annulled", "never", "no_data", "no_title_year", "no_decision_yet"
]


@attrs.frozen(repr=False)
class Standing(Plain):
    """What one title of one body is on the day ``on``, by what its life says up to that day.

    ``held`` is True, False, or None where the life leaves it open: what is not on file is unknown, and
    never a no. ``because`` is the reason in a word: ``valid`` (to ``valid_until``), ``no_end``,
    ``ran_out``, ``lapsed``, ``annulled``, ``never`` (not recognised so far), ``no_data`` (nothing was on
    file by then), ``no_title_year`` (without the year of the title its end is unknown) or
    ``no_decision_yet`` (the decision on the next year is not on file).

    ``state`` is that of the last event, but ``lapsed`` where time has ended the title, and None without
    an event. ``decision`` is the event that the title rests or last rested on, of which are ``level`` and
    ``title_year``; None where there is none. ``valid_until`` is the last day it stands by its rules; None
    where it has no end of its own, where that is unknown, and where an event has ended it.
    ``first_time`` says whether the next recognition is to be treated as a first one; None if unknown.
    """

    unit: str
    title: str
    on: datetime.date
    state: State | None
    held: bool | None
    because: Reason
    first_time: bool | None
    level: str | None = None
    title_year: int | None = None
    valid_until: datetime.date | None = None
    decision: RecognitionEvent | None = None

    def explain(self, lang: str | None = None, *, name: str | None = None) -> str:
        """One or two sentences for a report, in ``"vi"`` or ``"en"``; without ``lang`` as messages are.

        ``name`` is what the title is called; else its id stands there.
        """
        speaker = Speaker(chosen_language(lang), "plans")
        is_open = self.because == "annulled" and self.held is None
        sentence = speaker.say(
            f"standing_{'annulled_open' if is_open else self.because}",
            on=self.on,
            unit=self.unit,
            title=speaker.say(
                "standing_level" if self.level else "standing_title",
                title=name or self.title,
                level=self.level,
            ),
            decision=_decision(speaker, self.decision),
            until=self.valid_until or "",
            state=speaker.text(f"standing_{self.state}", ""),
        )
        if self.first_time is None:
            return sentence
        return f"{sentence} {speaker.say('standing_first' if self.first_time else 'standing_again')}"


def _decision(speaker: Speaker, decision: RecognitionEvent | None) -> str:
    if decision is None:
        return ""
    key = "standing_decision_for" if decision.title_year else "standing_decision"
    return speaker.say(key, number=decision.decision, on=decision.on, year=decision.title_year)


@attrs.frozen
class _Verdict:
    held: bool | None
    because: Reason
    decision: RecognitionEvent | None = None
    level: str | None = None
    last_day: datetime.date | None = None


def _kept(events: Sequence[RecognitionEvent]) -> list[RecognitionEvent]:
    """The events without those that an annulment has taken back: a recognition and what rests on it."""
    kept: list[RecognitionEvent] = []
    for event in events:
        if event.state == "annulled":
            places = [index for index, each in enumerate(kept) if each.state == "recognised"]
            start = places[-1] if places else len(kept)
            kept = kept[:start] + [each for each in kept[start:] if each.state in OPEN]
        kept.append(event)
    return kept


def _verdict(
    kept: Sequence[RecognitionEvent], day: datetime.date, validity: Validity, *, for_its_year: bool = False
) -> _Verdict:
    """Whether the title is held at the end of a day, when these events are all that has happened."""
    if not kept:
        return _Verdict(None, "no_data")
    decision: RecognitionEvent | None = None
    level: str | None = None
    lapsed = annulled = False
    for event in kept:
        if event.state in HELD:
            decision, level = event, _level_after(event, level)
            lapsed = annulled = False
        lapsed = lapsed or event.state == "lapsed"
        annulled = annulled or event.state == "annulled"
    if decision is None:
        return _Verdict(False, "annulled" if annulled else "never")
    last_day = validity.last_day(decision, for_its_year=for_its_year)
    held, because = _by_time(day, last_day, validity)
    if lapsed:
        held, because, last_day = False, "lapsed", None
    if annulled:
        # Whether an older title stands again depends on the text of the decision, which is not known here.
        held, because, last_day = (False if held is False else None), "annulled", None
    return _Verdict(held, because, decision, level, last_day)


def _by_time(
    day: datetime.date, last_day: datetime.date | None, validity: Validity
) -> tuple[bool | None, Reason]:
    if last_day is None:
        return None, "no_title_year"
    if day <= last_day:
        return True, "no_end" if last_day == FOR_EVER else "valid"
    return (False, "ran_out") if validity.ends_by_itself else (None, "no_decision_yet")


def standing_of(
    unit: str, title: str, events: Sequence[RecognitionEvent], day: datetime.date, validity: Validity
) -> Standing:
    """What a title is on a day."""
    known = [event for event in events if event.on <= day]
    kept = _kept(known)
    verdict = _verdict(kept, day, validity)
    state = known[-1].state if known else None
    if verdict.because == "ran_out" and state in HELD:
        state = "lapsed"
    return Standing(
        unit=unit,
        title=title,
        on=day,
        state=state,
        held=verdict.held,
        because=verdict.because,
        first_time=_is_first(kept, day, validity),
        level=verdict.level,
        title_year=verdict.decision.title_year if verdict.decision else None,
        valid_until=None if verdict.last_day == FOR_EVER else verdict.last_day,
        decision=verdict.decision,
    )


def _is_first(kept: Sequence[RecognitionEvent], day: datetime.date, validity: Validity) -> bool | None:
    """Whether the next recognition is treated as a first one."""
    if not kept:
        return None
    places = [index for index, event in enumerate(kept) if event.state in HELD]
    if not places:
        return True
    if validity.kind != "yearly":
        return False
    missed = {event.title_year or event.on.year for event in kept[places[-1] :] if event.state == "lapsed"}
    held_for = kept[places[-1]].title_year
    sure = _longest_run(missed)
    if sure > validity.length:
        return True
    if held_for is None:
        return None
    # A year that is over without an event may have been missed as well.
    silent = set(range(held_for + 1, day.year))
    return None if _longest_run(missed | silent) > validity.length else False


def _longest_run(years: set[int]) -> int:
    longest = run = 0
    for year in sorted(years):
        run = run + 1 if year - 1 in years else 1
        longest = max(longest, run)
    return longest


def counted(events: Sequence[RecognitionEvent], year: int, basis: Basis, validity: Validity) -> bool | None:
    """Whether a title counts in a year, by what is known at the end of its life."""
    by_title = basis == "title_year"
    day = datetime.date(year, 12, 31)

    def until_then(of: Sequence[RecognitionEvent]) -> list[RecognitionEvent]:
        return [event for event in of if (_year_of(event) if by_title else event.on.year) <= year]

    kept = until_then(_kept(events))
    held = _verdict(kept, day, validity, for_its_year=by_title).held
    if not kept and until_then(events):
        # All that was on file by then has been annulled, which is not the same as nothing.
        held = False
    if held is False and _may_still_change(events, year, by_title=by_title):
        return None
    return held


def _year_of(event: RecognitionEvent) -> int:
    """The year for which an event speaks."""
    if event.state in (*HELD, "lapsed") and event.title_year is not None:
        return event.title_year
    return event.on.year


def _may_still_change(events: Sequence[RecognitionEvent], year: int, *, by_title: bool) -> bool:
    """Whether a decision that is not on file could make the title count in a year all the same."""
    last = events[-1]
    if last.state in OPEN:
        # The outcome is not on file yet. A year may be over before recognition for it is requested.
        meant = last.title_year or last.on.year - (last.state == "requested")
        if (meant if by_title else last.on.year) <= year:
            return True
    # A decision that does not say its year may be for any before it.
    return by_title and any(
        event.state in HELD and event.title_year is None and event.on.year > year for event in _kept(events)
    )


def earliest(
    events: Sequence[RecognitionEvent],
    day: datetime.date,
    validity: Validity,
    waiting: Waiting,
    *,
    upgrade: bool,
) -> datetime.date | None:
    """The first day on which a body that has waited long enough could be recognised, or raised."""
    kept = _kept([event for event in events if event.on <= day])
    places = [index for index, event in enumerate(kept) if event.state in HELD]
    if upgrade:
        decision = _level_since(kept, validity) if _verdict(kept, day, validity).held else None
        return months_later(decision.on, waiting.upgrade) if decision else None
    is_first = _is_first(kept, day, validity)
    since = kept[places[-1] + 1 :] if places else kept
    registered = next((event.on for event in since if event.state == "registered"), None)
    if is_first is None or registered is None:
        return None
    return months_later(registered, waiting.first if is_first else waiting.again)


def _level_since(kept: Sequence[RecognitionEvent], validity: Validity) -> RecognitionEvent | None:
    """The decision since which the level last given has been held without a break."""
    since: RecognitionEvent | None = None
    level: str | None = None
    stands_to = FOR_EVER
    for event in kept:
        if event.state == "lapsed":
            since = None
        if event.state in HELD:
            # A decision in the next year may still be for the last year of what it renews.
            starts = min(event.on, datetime.date(event.title_year or event.on.year, 12, 31))
            now = _level_after(event, level)
            if since is None or now != level or stands_to < starts:
                since = event
            level = now
            last_day = validity.last_day(event)
            stands_to = FOR_EVER if last_day is None or not validity.ends_by_itself else last_day
    return since


def _level_after(event: RecognitionEvent, level: str | None) -> str | None:
    """The level after a decision; a confirmation that names no level keeps the one before."""
    return event.level or (level if event.state == "maintained" else None)
