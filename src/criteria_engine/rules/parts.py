"""The parts of a ruleset: inputs, parameters, definitions, criteria and levels.

Each is a frozen value that keeps what its author wrote. Nothing here judges; whether the parts
fit together is asked when a ruleset is made of them.
"""

from __future__ import annotations

import datetime
import enum
import re
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from criteria_engine.core.expression import Composable
from criteria_engine.messages.diagnostics import Code, Fault
from criteria_engine.rules.schema import (
    BOOLEAN,
    CELL,
    DATE,
    EXPRESSION,
    ID,
    INTEGER,
    LABEL,
    NUMBER,
    SETTING,
    SHARE,
    TEXT,
    TITLES,
    ById,
    Day,
    Field,
    Formula,
    Formulas,
    ListOf,
    MapOf,
    Members,
    Object,
    OneRule,
    OptionalDay,
    OptionalFormula,
    OptionalMembers,
    OptionalObject,
    OptionalPairs,
    OptionalSeveral,
    OptionalWord,
    Pairs,
    Plain,
    Scalar,
    Several,
    Struct,
    Titles,
    Wording,
    built,
    digest_of,
    part,
    shown,
    word_of,
)
from criteria_engine.rules.shape import Rule

INPUT_TYPES = ("boolean", "number", "integer", "percent", "ordinal", "choice", "date", "text")
"""What an input can hold."""


@attrs.frozen(order=False, repr=False)
class Input(Composable, Plain):
    """What is observed of a subject: ``Input("theft_cases", "integer", range=[0, 10000])``.

    It joins into expressions (``theft >= 3``). ``range`` are the lowest and highest possible
    value; ``choices`` are the words of a ``choice``, ``scale`` names the scale of an ``ordinal``.
    """

    id: str = part(ID)
    type: str = part(word_of(*INPUT_TYPES))
    title: Wording = part(TITLES, default=Titles())
    note: Wording = part(TITLES, default=Titles())
    unit: Wording = part(TITLES, default=Titles())
    range: OptionalSeveral[float] = part(ListOf(NUMBER), default=None)
    scale: str | None = part(LABEL, default=None)
    choices: OptionalSeveral[str] = part(ListOf(LABEL), default=None)
    may_be_na: bool = part(BOOLEAN, default=False)
    evidence: str | None = part(word_of("required"), default=None)
    owner: str | None = part(TEXT, default=None)
    source: str | None = part(TEXT, default=None)

    @property
    def text(self) -> str:
        """Its name, as an expression."""
        return self.id


@attrs.frozen(repr=False)
class Scale(Plain):
    """Words in order, the worst first; ``rating >= 'good'`` compares their places."""

    id: str = part(LABEL)
    words: Several[str] = part(ListOf(LABEL))


@attrs.frozen(repr=False)
class Dated(Plain):
    """A value that holds from a day on."""

    from_: Day = part(DATE, key="from")
    value: Any = part(SETTING)


@attrs.frozen(repr=False)
class ParameterValue(Plain):
    """One value, or values by date."""

    value: Any = part(SETTING, default=None)
    dated: OptionalMembers[Dated] = part(ListOf(Struct(Dated)), default=None)


_SETTING = Struct(ParameterValue, short="value", listed="dated")


@attrs.frozen(repr=False)
class Parameter(Plain):
    """A named constant: one value, a value by class (``by`` an input), or by date."""

    id: str = part(ID)
    value: Any = part(SETTING, default=None)
    by: str | None = part(ID, default=None)
    values: OptionalPairs[ParameterValue] = part(MapOf(LABEL, _SETTING), default=None)
    dated: OptionalMembers[Dated] = part(ListOf(Struct(Dated)), default=None)
    title: Wording = part(TITLES, default=Titles())
    note: Wording = part(TITLES, default=Titles())


@attrs.frozen(repr=False)
class Definition(Plain):
    """A named value, shown in the result: an expression, or chosen by a rule that picks."""

    id: str = part(ID)
    expr: OptionalFormula = part(EXPRESSION, default=None)
    rule: Rule | None = part(OneRule(), default=None)
    title: Wording = part(TITLES, default=Titles())
    note: Wording = part(TITLES, default=Titles())


@attrs.frozen(repr=False)
class Combine(Plain):
    """How a group joins its criteria: a word, or ``at_least`` so many met."""

    word: str | None = part(
        word_of("sum", "mean", "geometric_mean", "min", "max", "first", "count", "all", "any"),
        default=None,
    )
    at_least: int | None = part(INTEGER, default=None)


@attrs.frozen(repr=False)
class Missing(Plain):
    """What it means that a rule cannot be decided for want of an input."""

    word: str | None = part(word_of("unknown", "drop", "zero"), default=None)
    points: float | None = part(NUMBER, default=None)


@attrs.frozen(repr=False)
class Round(Plain):
    """Rounding that is part of the rule."""

    digits: int = part(INTEGER, default=0)
    mode: str = part(word_of("half_up", "half_even", "down", "up"), default="half_up")


@attrs.frozen(repr=False)
class Level(Plain):
    """A level that a subject can reach; see ``docs/language.md`` for what each key wants."""

    id: str = part(LABEL)
    when: OptionalFormula = part(EXPRESSION, default=None)
    each: Field[float | None, float | str | None] = part(SHARE, default=None)
    floors: Pairs[float] = part(MapOf(LABEL, SHARE), default=())
    requires: Formulas = part(ListOf(EXPRESSION, single=True), default=())
    title: Wording = part(TITLES, default=Titles())
    note: Wording = part(TITLES, default=Titles())
    clause: str | None = part(TEXT, default=None)


@attrs.frozen(repr=False)
class Otherwise(Plain):
    """The lowest level, of what reaches none."""

    id: str = part(LABEL, default="none")
    title: Wording = part(TITLES, default=Titles())


@attrs.frozen(repr=False)
class Override(Plain):
    """Comes before the levels: ``level`` sets one, ``at_most`` caps it, ``refer`` leaves it open."""

    when: Formula = part(EXPRESSION)
    level: str | None = part(LABEL, default=None)
    at_most: str | None = part(LABEL, default=None)
    refer: Wording = part(TITLES, default=Titles())
    reason: Wording = part(TITLES, default=Titles())


@attrs.frozen(repr=False)
class Criterion(Plain):
    """A criterion: a leaf with a ``rule``, or a group with ``criteria``.

    ``Criterion("fewer", points=10, rule=Test("theft_cases < 3"))``
    """

    id: str = part(ID)
    title: Wording = part(TITLES, default=Titles())
    note: Wording = part(TITLES, default=Titles())
    clause: str | None = part(TEXT, default=None)
    owner: str | None = part(TEXT, default=None)
    due: str | None = part(TEXT, default=None)
    task: str | None = part(TEXT, default=None)
    evidence: str | None = part(TEXT, default=None)
    points: float | None = part(NUMBER, default=None)
    weight: float | None = part(NUMBER, default=None)
    bonus: bool = part(BOOLEAN, default=False)
    applies_when: OptionalFormula = part(EXPRESSION, default=None)
    not_applicable: str = part(word_of("drop", "met", "zero"), default="drop")
    missing: OptionalWord[Missing] = part(Struct(Missing, short="word"), default=None)
    requires: Formulas = part(ListOf(EXPRESSION, single=True), default=())
    veto: bool = part(BOOLEAN, default=False)
    met_when: OptionalFormula = part(EXPRESSION, default=None)
    rule: Rule | None = part(OneRule(), default=None)
    least: float | None = part(NUMBER, default=None)
    combine: OptionalWord[Combine] = part(Struct(Combine, short="word"), default=None)
    scale_to: float | None = part(NUMBER, default=None)
    factor: float | None = part(NUMBER, default=None)
    floor: float | None = part(NUMBER, default=None)
    cap: float | None = part(NUMBER, default=None)
    round: OptionalObject[Round] = part(Struct(Round), default=None)
    criteria: Members[Criterion] = part(ById(Struct(lambda: Criterion)), default=())
    levels: Members[Level] = part(ById(Struct(Level)), default=())
    otherwise: OptionalWord[Otherwise] = part(Struct(Otherwise, short="id"), default=None)
    cumulative: bool = part(BOOLEAN, default=False)
    overrides: Members[Override] = part(ListOf(Struct(Override)), default=())

    @property
    def is_group(self) -> bool:
        """Whether it is a group."""
        return self.rule is None


@attrs.frozen(repr=False)
class LegalBasis(Plain):
    """A document that the set rests on."""

    document: str = part(TEXT)
    issued: OptionalDay = part(DATE, default=None)
    clause: str | None = part(TEXT, default=None)
    title: Wording = part(TITLES, default=Titles())
    note: Wording = part(TITLES, default=Titles())


@attrs.frozen(repr=False)
class Effective(Plain):
    """The days between which a set is in force."""

    from_: OptionalDay = part(DATE, default=None, key="from")
    until: OptionalDay = part(DATE, default=None)


@attrs.frozen(repr=False)
class Consistency(Plain):
    """What must hold of every assessment; a breach is an error of the assessment."""

    holds: Formula = part(EXPRESSION)
    note: Wording = part(TITLES, default=Titles())


_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


def _month_day(value: object) -> str:
    """A month and a day that some year has, as ``MM-DD``."""
    text = value.strip() if isinstance(value, str) else ""
    found = _MONTH_DAY.fullmatch(text)
    if found is None or int(found[2]) > _last_day(2024, int(found[1])):
        raise Fault(Code.NOT_A_DAY_OF_THE_YEAR, value=shown(value), mended=_mended(text))
    return text


def _mended(text: str) -> str:
    """A month and a day as a ruleset writes them, where they were written day/month."""
    found = re.fullmatch(r"([0-3]?[0-9])[/.]([01]?[0-9])", text)
    return f"{int(found[2]):02}-{int(found[1]):02}" if found else "11-16"


_EDGE = Scalar("month-day", _month_day, _month_day)


@attrs.frozen(repr=False)
class Window(Plain):
    """The days of the year, ``MM-DD``, between which an assessment looks.

    ``Window("11-16", "11-15")`` crosses the year. Where one end is not given, the window is a whole
    year that begins or ends there. In a year without 29 February a window that ends there ends on the
    28th, and one that begins there begins on 1 March. ``ValueError`` beyond the years 1 to 9999.
    """

    from_: str | None = part(_EDGE, default=None, key="from")
    until: str | None = part(_EDGE, default=None)

    def ending_in(self, year: int) -> tuple[datetime.date, datetime.date]:
        """The first and the last day of the window that ends in a year."""
        if self.until is not None:
            last = _day(year, self.until)
        else:
            last = _day(year, self.from_ or "01-01", first=True) - datetime.timedelta(days=1)
            if last.year < year:
                last = datetime.date(year, 12, 31)
        if self.from_ is None:
            first = _day(year - 1, self.until or "12-31") + datetime.timedelta(days=1)
        else:
            crosses = (
                last < _day(year, self.from_, first=True) if self.until is None else self.from_ > self.until
            )
            first = min(last, _day(year - crosses, self.from_, first=True))
        return first, last

    def at(self, day: datetime.date) -> tuple[datetime.date, datetime.date]:
        """The first and the last day of the latest window that has begun by ``day``."""
        return max(
            window for window in map(self.ending_in, range(day.year - 1, day.year + 2)) if window[0] <= day
        )

    def before(self, day: datetime.date, periods: int) -> tuple[datetime.date, datetime.date]:
        """The window so many years before the one at ``day``."""
        return self.ending_in(self.at(day)[1].year - periods)


def _last_day(year: int, month: int) -> int:
    """The last day of a month; the module ``calendar`` would load the locale for it."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _day(year: int, edge: str, *, first: bool = False) -> datetime.date:
    """A day of a year; without a 29 February the last of the month, or the first of the next."""
    month, day = map(int, edge.split("-"))
    last = _last_day(year, month)
    return (
        datetime.date(year, month + 1, 1)
        if first and day > last
        else datetime.date(year, month, min(day, last))
    )


@attrs.frozen(repr=False)
class Expected(Plain):
    """What a test expects, any of it; ``score`` is a number or its low and high end."""

    level: str | None = part(LABEL, default=None)
    possible_levels: OptionalSeveral[str] = part(ListOf(LABEL), default=None)
    score: OptionalSeveral[float] = part(ListOf(NUMBER, single=True), default=None)
    max_score: OptionalSeveral[float] = part(ListOf(NUMBER, single=True), default=None)
    decided: bool | None = part(BOOLEAN, default=None)
    referred: str | None = part(TEXT, default=None)
    criteria: Pairs[str] = part(MapOf(LABEL, CELL), default=())
    values: Pairs[str] = part(MapOf(LABEL, CELL), default=())
    error: str | None = part(TEXT, default=None)


@attrs.frozen(repr=False)
class Case(Plain):
    """One test: ``values`` as an author writes them, and what is expected.

    ``history`` are the values of the periods before, the newest first; ``titles`` say by ruleset which
    level is held, in a list now and in the periods before.
    """

    name: str = part(TEXT)
    values: Pairs[str | None] = part(MapOf(LABEL, CELL), default=())
    history: Field[tuple[tuple[tuple[str, str | None], ...], ...], Iterable[Mapping[str, object]]] = part(
        ListOf(MapOf(LABEL, CELL)), default=()
    )
    titles: Pairs[tuple[str | None, ...]] = part(MapOf(LABEL, ListOf(CELL, single=True)), default=())
    evidence: Pairs[str] = part(MapOf(LABEL, CELL), default=())
    on: OptionalDay = part(DATE, default=None)
    expect: Object[Expected] = part(Struct(Expected), default=Expected())
    note: str | None = part(TEXT, default=None)


@attrs.frozen
class Column:
    """An input as a column of a table: its ``words`` are its choices, or those of its scale."""

    id: str
    type: str
    words: tuple[str, ...]
    may_be_na: bool
    titles: tuple[str, ...]


class Status(enum.StrEnum):
    """What an assessment says of a criterion; ``UNKNOWN``: a missing value can still change it."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    BLOCKED = "blocked"


_OF_ITS_ROOT = (
    "points",
    "applies_when",
    "missing",
    "combine",
    "scale_to",
    "factor",
    "floor",
    "cap",
    "round",
    "criteria",
    "levels",
    "otherwise",
    "cumulative",
    "overrides",
)


@attrs.frozen(repr=False)
class RulesetParts(Plain):
    """The parts of a ruleset, as its author wrote them. ``Ruleset``, which users make, checks them."""

    id: str = part(TEXT)
    version: str = part(TEXT)
    title: Wording = part(TITLES, default=Titles())
    note: Wording = part(TITLES, default=Titles())
    status: str | None = part(word_of("official", "adapted", "illustrative"), default=None)
    legal_basis: Members[LegalBasis] = part(ListOf(Struct(LegalBasis, short="document")), default=())
    aliases: Several[str] = part(ListOf(TEXT, single=True), default=())
    effective: OptionalObject[Effective] = part(Struct(Effective), default=None)
    window: OptionalObject[Window] = part(Struct(Window), default=None)
    subject: Wording = part(TITLES, default=Titles())
    owner: str | None = part(TEXT, default=None)
    source: str | None = part(TEXT, default=None)
    holidays: Field[tuple[datetime.date, ...], Iterable[datetime.date | str]] = part(ListOf(DATE), default=())
    scales: Members[Scale] = part(ById(Struct(Scale, listed="words")), default=())
    inputs: Members[Input] = part(ById(Struct(Input, short="type")), default=())
    parameters: Members[Parameter] = part(ById(Struct(Parameter, short="value", listed="dated")), default=())
    define: Members[Definition] = part(ById(Struct(Definition, short="expr")), default=())
    consistency: Members[Consistency] = part(ListOf(Struct(Consistency, short="holds")), default=())
    applies_when: OptionalFormula = part(EXPRESSION, default=None)
    missing: OptionalWord[Missing] = part(Struct(Missing, short="word"), default=None)
    combine: OptionalWord[Combine] = part(Struct(Combine, short="word"), default=None)
    points: float | None = part(NUMBER, default=None)
    scale_to: float | None = part(NUMBER, default=None)
    factor: float | None = part(NUMBER, default=None)
    floor: float | None = part(NUMBER, default=None)
    cap: float | None = part(NUMBER, default=None)
    round: OptionalObject[Round] = part(Struct(Round), default=None)
    criteria: Members[Criterion] = part(ById(Struct(Criterion)), default=())
    levels: Members[Level] = part(ById(Struct(Level)), default=())
    otherwise: OptionalWord[Otherwise] = part(Struct(Otherwise, short="id"), default=None)
    cumulative: bool = part(BOOLEAN, default=False)
    overrides: Members[Override] = part(ListOf(Struct(Override)), default=())
    tests: Members[Case] = part(ListOf(Struct(Case)), default=())

    def __attrs_post_init__(self) -> None:
        pass  # attrs calls the subclass's only where its own class has one

    @property
    def root(self) -> Criterion:
        """The set itself as a group."""
        group = {name: getattr(self, name) for name in _OF_ITS_ROOT}
        root: Criterion = built(Criterion, {"id": "_", **group})
        return root

    @property
    def days_off(self) -> frozenset[int]:
        """The holidays as days counted from 1 January of the year 1."""
        return frozenset(day.toordinal() for day in self.holidays)

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


VIETNAMESE_KEYS = {
    "điểm": "points", "diem": "points", "trọng_số": "weight", "trong_so": "weight", "tiêu_chí": "criteria",
    "tieu_chi": "criteria", "tên": "title", "ten": "title", "tiêu_đề": "title", "tieu_de": "title",
    "mức": "levels", "muc": "levels", "chỉ_số": "inputs", "chi_so": "inputs", "tham_số": "parameters",
    "tham_so": "parameters", "định_nghĩa": "define", "dinh_nghia": "define", "ghi_chú": "note",
    "ghi_chu": "note", "điều_kiện": "test", "dieu_kien": "test", "tiên_quyết": "requires",
    "tien_quyet": "requires", "loại": "type", "loai": "type", "kiểm_thử": "tests", "kiem_thu": "tests",
    "kế_hoạch": "plan", "ke_hoach": "plan", "chỉ_tiêu": "targets", "chi_tieu": "targets", "đăng_ký": "registrations",
    "dang_ky": "registrations", "danh_sách": "roster", "danh_sach": "roster", "giai_đoạn": "horizon",
    "giai_doan": "horizon", "nhiệm_vụ": "tasks", "nhiem_vu": "tasks", "báo_cáo": "reports", "bao_cao": "reports",
    "năng_lực": "capacity", "nang_luc": "capacity", "căn_cứ": "legal_basis", "can_cu": "legal_basis",
    "cách_tính": "counting", "cach_tinh": "counting",
}  # fmt: skip
