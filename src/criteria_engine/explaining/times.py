"""Which version judged, which periods were looked at, which titles decided."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from criteria_engine.core.nodes import NA
from criteria_engine.explaining.facts import Facts
from criteria_engine.lines import Line, Piece
from criteria_engine.messages.formatting import date

__all__ = ["Times"]


class Times:
    """Says of one result what lies outside its own period and its own ruleset."""

    def __init__(self, facts: Facts) -> None:
        self._facts, self._wording = facts, facts.wording
        self._result = facts.sight.result

    def _line(self, kind: str, key: str, **details: object) -> Line:
        return Line(kind, (Piece(self._wording.say(key, **details)),))

    def _date(self, day: datetime.date) -> str:
        return date(day, self._wording.lang)

    # ---- the version and the window ----------------------------------------------------------

    def head(self) -> Iterator[Line]:
        """When the ruleset is in force, whether it was on the day, and the window of the assessment."""
        ruleset, day = self._result.ruleset, self._result.on
        effective = ruleset.effective
        if effective is not None and (effective.from_ or effective.until):
            force = self._in_force(effective.from_, effective.until)
            if day is None:
                yield self._line("force", "in_force", force=force)
            else:
                held = (effective.from_ or day) <= day <= (effective.until or day)
                key = "in_force_on" if held else "not_in_force_on"
                yield self._line("force", key, force=force, day=self._date(day), version=ruleset.version)
        window = self._window(0)
        if window is not None:
            first, last = window
            yield self._line("window", "window", first=self._date(first), last=self._date(last))

    def _in_force(self, first: datetime.date | None, last: datetime.date | None) -> str:
        if first is None:
            return self._wording.say("until_day", last=self._date(last or datetime.date.max))
        if last is None:
            return self._wording.say("from_day", first=self._date(first))
        return self._wording.say("from_until", first=self._date(first), last=self._date(last))

    # ---- earlier periods ---------------------------------------------------------------------

    def periods(self) -> list[Line]:
        """A line for each earlier period that was looked at, with what was known of it."""
        by_period: dict[int, list[str]] = {}
        origins = self._result.program.judging.observing.origins
        for name in self._result.program.judging.inputs:
            of, level, back = origins.get(name, ("", "", 0))
            if back and not level:
                at = self._facts.sight.at(name)
                value = self._facts.value(at, at.parsed.tree)
                said = self._wording.say("colon", label=self._wording.phrases.name(of), text=value)
                by_period.setdefault(back, []).append(said)
        return [
            self._line(
                "period",
                "colon",
                label=self._period(back),
                text=self._wording.listed(by_period[back]),
            )
            for back in sorted(by_period)
        ]

    def _period(self, back: int) -> str:
        name = self._wording.period(back)
        window = self._window(back)
        if window is None:
            return name
        first, last = window
        return self._wording.say("period_window", period=name, first=self._date(first), last=self._date(last))

    def _window(self, back: int) -> tuple[datetime.date, datetime.date] | None:
        """The days of a period, if the set has windows; none beyond the years that calendars have."""
        window, day = self._result.ruleset.window, self._result.on
        try:
            return None if window is None or day is None else window.before(day, back)
        except ValueError:
            return None

    # ---- titles ------------------------------------------------------------------------------

    def titles(self) -> list[Line]:
        """A line for each title that was asked for: whether it is held, and what was said of it."""
        made = []
        origins = self._result.program.judging.observing.origins
        for name in self._result.program.judging.inputs:
            ruleset, level, back = origins.get(name, ("", "", 0))
            if not level:
                continue
            value = self._result.observed(name)
            known = self._result.titles.get(ruleset)
            if isinstance(known, list):
                known = known[back] if back < len(known) else None
            key = (
                "title_unknown"
                if value is None or value is NA
                else "title_held"
                if value
                else "title_not_held"
            )
            said = self._wording.say(
                key, title=self._wording.phrases.name(name), held=known if known is not None else "–"
            )
            made.append(
                Line(
                    "title_asked",
                    (Piece(said),),
                    "unknown" if value is None else "met" if value else "not_met",
                )
            )
        return made
