"""The ruleset: the waist of the house. Sound, or not made."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import attrs

from criteria_engine.compiler.names import Described
from criteria_engine.compiler.program import Program
from criteria_engine.compiler.soundness import program_of
from criteria_engine.evaluation.evaluation import History, Titled, evaluate
from criteria_engine.evaluation.result import Result
from criteria_engine.messages.diagnostics import Problems
from criteria_engine.messages.titles import Titles
from criteria_engine.rules.parts import (
    Case,
    Column,
    Combine,
    Consistency,
    Criterion,
    Definition,
    Effective,
    Input,
    LegalBasis,
    Level,
    Missing,
    Otherwise,
    Override,
    Parameter,
    Round,
    Scale,
    Window,
)
from criteria_engine.rules.schema import (
    BOOLEAN,
    DATE,
    EXPRESSION,
    NUMBER,
    TEXT,
    TITLES,
    ById,
    Field,
    ListOf,
    Members,
    OptionalFormula,
    OptionalObject,
    OptionalWord,
    Plain,
    Several,
    Struct,
    Wording,
    digest_of,
    part,
    word_of,
)

__all__ = ["Ruleset"]

_FrameT = TypeVar("_FrameT")


def _program(ruleset: Ruleset) -> Program:
    """The program of a ruleset that has been found sound before."""
    program = program_of(ruleset, Problems())
    if program is None:
        raise ValueError("a ruleset that was sound is no longer so")
    return program


@attrs.frozen(repr=False)
class Ruleset(Plain):
    """A set of criteria with everything that belongs to it.

    An unsound ruleset can't be made: ``CriteriaError`` says all that is wrong, with the path of
    each fault. Equal by value, hashable, picklable, safe to share between threads.
    """

    id: str = part(TEXT)
    version: str = part(TEXT)
    title: Wording = part(TITLES, default=Titles())
    note: Wording = part(TITLES, default=Titles())
    status: str | None = part(word_of("official", "adapted", "illustrative"), optional=True, default=None)
    legal_basis: Members[LegalBasis] = part(ListOf(Struct(LegalBasis, short="document")), default=())
    aliases: Several[str] = part(ListOf(TEXT, single=True), default=())
    effective: OptionalObject[Effective] = part(Struct(Effective), optional=True, default=None)
    window: OptionalObject[Window] = part(Struct(Window), optional=True, default=None)
    subject: Wording = part(TITLES, default=Titles())
    owner: str | None = part(TEXT, optional=True, default=None)
    source: str | None = part(TEXT, optional=True, default=None)
    holidays: Field[tuple[datetime.date, ...], Iterable[datetime.date | str]] = part(ListOf(DATE), default=())
    scales: Members[Scale] = part(ById(Struct(Scale, listed="words")), default=())
    inputs: Members[Input] = part(ById(Struct(Input, short="type")), default=())
    parameters: Members[Parameter] = part(ById(Struct(Parameter, short="value", listed="dated")), default=())
    define: Members[Definition] = part(ById(Struct(Definition, short="expr")), default=())
    consistency: Members[Consistency] = part(ListOf(Struct(Consistency, short="holds")), default=())
    applies_when: OptionalFormula = part(EXPRESSION, optional=True, default=None)
    missing: OptionalWord[Missing] = part(Struct(Missing, short="word"), optional=True, default=None)
    combine: OptionalWord[Combine] = part(Struct(Combine, short="word"), optional=True, default=None)
    points: float | None = part(NUMBER, optional=True, default=None)
    scale_to: float | None = part(NUMBER, optional=True, default=None)
    factor: float | None = part(NUMBER, optional=True, default=None)
    floor: float | None = part(NUMBER, optional=True, default=None)
    cap: float | None = part(NUMBER, optional=True, default=None)
    round: OptionalObject[Round] = part(Struct(Round), optional=True, default=None)
    criteria: Members[Criterion] = part(ById(Struct(Criterion)), default=())
    levels: Members[Level] = part(ById(Struct(Level)), default=())
    otherwise: OptionalWord[Otherwise] = part(Struct(Otherwise, short="id"), optional=True, default=None)
    cumulative: bool = part(BOOLEAN, default=False)
    overrides: Members[Override] = part(ListOf(Struct(Override)), default=())
    tests: Members[Case] = part(ListOf(Struct(Case)), default=())
    _program: Program | None = attrs.field(default=None, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        problems = Problems()
        program = program_of(self, problems)
        problems.raise_errors()
        object.__setattr__(self, "_program", program)

    @classmethod
    def checked(
        cls, parts: Mapping[str, Any], problems: Problems, broken: frozenset[str] = frozenset()
    ) -> Ruleset | None:
        """The ruleset of these parts, or None where something is wrong, which is then noted."""
        draft: Ruleset = cls.__new__(cls)
        for attribute in attrs.fields(cls):
            object.__setattr__(draft, attribute.name, parts.get(attribute.name, attribute.default))
        program = program_of(draft, problems, broken)
        if program is None:
            return None
        object.__setattr__(draft, "_program", program)
        return draft

    @property
    def program(self) -> Program:
        """What a carrier is to work out (see ``program``)."""
        found = self._program
        if found is None:
            found = _program(self)
            object.__setattr__(self, "_program", found)
        return found

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
        sets: Sequence[Described] = (),
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

    @property
    def columns(self) -> tuple[Column, ...]:
        """The inputs as columns of a table, for ``read_subjects(path, ruleset.columns)``."""
        scales = {scale.id: scale.words for scale in self.scales}
        return tuple(
            Column(
                given.id,
                given.type,
                given.choices or scales.get(given.scale or "", ()),
                given.may_be_na,
                given.title.all(),
            )
            for given in self.inputs
        )

    @property
    def digest(self) -> str:
        """The SHA-256 of what it says; comments, line ends and order of keys play no part."""
        return digest_of(self)

    @property
    def root(self) -> Criterion:
        """The file itself as a group."""
        return Criterion(
            "_",
            points=self.points,
            applies_when=self.applies_when,
            missing=self.missing,
            combine=self.combine,
            scale_to=self.scale_to,
            factor=self.factor,
            floor=self.floor,
            cap=self.cap,
            round=self.round,
            criteria=self.criteria,
            levels=self.levels,
            otherwise=self.otherwise,
            cumulative=self.cumulative,
            overrides=self.overrides,
        )

    @property
    def days_off(self) -> frozenset[int]:
        """The holidays as days counted from 1 January of the year 1."""
        return frozenset(day.toordinal() for day in self.holidays)

    def __getstate__(self) -> dict[str, Any]:
        return {
            attribute.name: getattr(self, attribute.name)
            for attribute in attrs.fields(type(self))
            if attribute.init
        }

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_program", None)

    def __copy__(self) -> Ruleset:
        return self

    def __deepcopy__(self, memo: object) -> Ruleset:
        return self
