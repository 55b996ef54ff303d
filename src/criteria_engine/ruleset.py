"""``Ruleset``: sound, or not made. Its verbs load the rooms that do their work when they are called."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import attrs

from criteria_engine.compiler.soundness import SoundRuleset
from criteria_engine.evaluation.evaluation import History, Titled, evaluate
from criteria_engine.evaluation.result import Result
from criteria_engine.rules.parts import RulesetParts

_FrameT = TypeVar("_FrameT")


@attrs.frozen(repr=False, eq=False, getstate_setstate=False)
class Ruleset(SoundRuleset):
    """A set of criteria with everything that belongs to it.

    An unsound ruleset can't be made: ``CriteriaError`` says all that is wrong, with the path of
    each fault. Equal by value, hashable, picklable, safe to share between threads.
    """

    def evaluate(
        self,
        values: Mapping[str, Any],
        *,
        history: History | None = None,
        titles: Mapping[str, Titled | Sequence[Titled]] | None = None,
        evidence: Mapping[str, str] | None = None,
        on: datetime.date | None = None,
        subject: str | None = None,
        sets: Iterable[Ruleset] = (),
        strict: bool = True,
    ) -> Result:
        """Judge the values of one subject.

        ``values`` by input: numbers, booleans, texts, dates; None or absent where missing, ``NA`` or
        ``"n/a"`` where not applicable. ``history`` are the values of earlier periods, the newest first
        (None for a period of which nothing is known). ``titles`` say by the id of another ruleset which
        level is held (``"none"`` for none; a list: now and in the periods before; or the ``Result`` of
        judging it); what they do not speak of is unknown. ``sets`` are the rulesets at hand, which rank
        those levels. ``evidence`` says by input what proves it; ``on`` is the day of the assessment;
        ``strict=False`` lets unknown names pass. ``CriteriaError`` says all that is wrong with the values.
        """
        program = self._program or self.program
        if history is not None or titles is not None:
            return evaluate(
                self,
                program,
                values,
                history=history,
                titles=titles,
                evidence=evidence,
                on=on,
                subject=subject,
                sets=sets,
                strict=strict,
            )
        if evidence is None and type(values) is dict and (on is None or type(on) is datetime.date):
            row, verdict = program.quick(values)
            if row is not None and verdict is not None:
                return Result(self, program, row, verdict, {}, on, subject)
        return evaluate(self, program, values, evidence=evidence, on=on, subject=subject, strict=strict)

    def evaluate_again(
        self,
        given: Mapping[str, Any],
        evidence: Mapping[str, str],
        on: datetime.date | None,
        subject: str | None,
        titles: Mapping[str, Any],
    ) -> Result:
        """Judge once more what ``Result.given`` holds: how a result comes out of a pickle."""
        return evaluate(
            self,
            self.program,
            given,
            evidence=evidence,
            on=on,
            subject=subject,
            titles=titles or None,
            again=True,
        )

    def evaluate_frame(
        self,
        frame: _FrameT,
        *,
        detail: bool = False,
        history: tuple[str, str] | None = None,
        titles: Mapping[str, str] | None = None,
        on: datetime.date | str | None = None,
        sets: Sequence[RulesetParts] = (),
        prefix: str = "",
        strict: bool = False,
    ) -> _FrameT:
        """Judge every row of a frame, whatever its kind; the same kind comes back, what is lazy stays lazy.

        An input is the column of its name; null, NaN, NaT and None are missing. ``n/a`` in a text
        column, or true in a column ``x@na``, is not applicable; a column ``x@evidence`` says what
        proves x. Added are ``level``, ``decided``, ``score_low``, ``score_high``, ``possible_levels``
        (joined by ``|``) and ``error`` (the inputs that are wrong in this row, which is then not
        judged; ``strict=True`` raises instead); with ``detail`` also ``NAME.status``, ``NAME.low``,
        ``NAME.high`` of every criterion, its items, and the definitions. Their names begin with
        ``prefix``. ``on`` is the day whose dated parameters count, or the column that holds it.

        Earlier periods are columns ``x@-1``, ``x@-2``; or ``history`` names the columns of the unit and of
        the period, and earlier rows of a unit are its history. ``titles`` says by ruleset which column holds
        the level, and ``sets`` rank the levels of those rulesets.
        """
        from criteria_engine.tables.evaluate_frame import evaluate_frame
        from criteria_engine.tables.history import HistoryColumns

        asked = HistoryColumns(history, titles or {}, tuple(sets))
        judged: _FrameT = evaluate_frame(
            self, frame, detail=detail, on=on, asked=asked, prefix=prefix, strict=strict
        )
        return judged

    def _repr_html_(self) -> str:
        from criteria_engine.explanation.notebook import ruleset_html

        return ruleset_html(self)
