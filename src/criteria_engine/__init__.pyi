"""criteria_engine: criteria as rule objects, verdicts with reasons, unknown kept apart from failed.

The way through it: ``load`` (or ``loads``) reads a ruleset, ``ruleset.evaluate(values)`` judges one
subject, ``result.explain()`` says why. ``Ruleset``, ``Criterion``, ``Level`` and the rule shapes
(``Test``, ``Bands``, …) build the same in Python; ``dumps`` writes it as YAML. ``check`` tells what is
wrong with a file, ``run_tests`` runs the tests beside it. ``load_plan`` reads a plan, and ``project`` says
how its targets look on a day.

A name is loaded when it is first asked for, so that importing the package costs next to nothing.
What is not in ``__all__`` is not promised.
"""

from criteria_engine.bounded import Bounds as Bounds
from criteria_engine.building import any_period as any_period
from criteria_engine.building import applicable as applicable
from criteria_engine.building import boolean as boolean
from criteria_engine.building import choice as choice
from criteria_engine.building import count as count
from criteria_engine.building import count_met as count_met
from criteria_engine.building import date as date
from criteria_engine.building import days_between as days_between
from criteria_engine.building import every_period as every_period
from criteria_engine.building import evidenced as evidenced
from criteria_engine.building import first as first
from criteria_engine.building import holds as holds
from criteria_engine.building import integer as integer
from criteria_engine.building import known as known
from criteria_engine.building import lowest_share as lowest_share
from criteria_engine.building import max_score as max_score
from criteria_engine.building import met as met
from criteria_engine.building import number as number
from criteria_engine.building import ordinal as ordinal
from criteria_engine.building import percent as percent
from criteria_engine.building import score as score
from criteria_engine.building import share as share
from criteria_engine.building import text as text
from criteria_engine.building import working_days_between as working_days_between
from criteria_engine.building import years_between as years_between
from criteria_engine.case_files import TestRun as TestRun
from criteria_engine.case_files import companion_cases as companion_cases
from criteria_engine.case_files import run_tests as run_tests
from criteria_engine.cases import Case as Case
from criteria_engine.cases import Expected as Expected
from criteria_engine.columns import Column as Column
from criteria_engine.criteria import Combine as Combine
from criteria_engine.criteria import Consistency as Consistency
from criteria_engine.criteria import Criterion as Criterion
from criteria_engine.criteria import Dated as Dated
from criteria_engine.criteria import Definition as Definition
from criteria_engine.criteria import Effective as Effective
from criteria_engine.criteria import Input as Input
from criteria_engine.criteria import LegalBasis as LegalBasis
from criteria_engine.criteria import Level as Level
from criteria_engine.criteria import Missing as Missing
from criteria_engine.criteria import Otherwise as Otherwise
from criteria_engine.criteria import Override as Override
from criteria_engine.criteria import Parameter as Parameter
from criteria_engine.criteria import Round as Round
from criteria_engine.criteria import Scale as Scale
from criteria_engine.criteria import Setting as Setting
from criteria_engine.data_files import iter_subjects as iter_subjects
from criteria_engine.data_files import read_subjects as read_subjects
from criteria_engine.diagnostics import CriteriaError as CriteriaError
from criteria_engine.diagnostics import Diagnostic as Diagnostic
from criteria_engine.dossier import Dossier as Dossier
from criteria_engine.dossier import evaluate_all as evaluate_all
from criteria_engine.editions import Edition as Edition
from criteria_engine.explanation import Explanation as Explanation
from criteria_engine.expressions import Expression as Expression
from criteria_engine.files import write_whole as write_whole
from criteria_engine.files import writing_whole as writing_whole
from criteria_engine.found import CriterionResult as CriterionResult
from criteria_engine.kinds import EXPRESSION as EXPRESSION
from criteria_engine.kinds import part as part
from criteria_engine.library import Library as Library
from criteria_engine.lint import check as check
from criteria_engine.na import NA as NA
from criteria_engine.na import NotApplicable as NotApplicable
from criteria_engine.parquet_files import write_parquet as write_parquet
from criteria_engine.projection import forecast as forecast
from criteria_engine.projection import published as published
from criteria_engine.projection.calibration import Backtest as Backtest
from criteria_engine.projection.changes import ShareChange as ShareChange
from criteria_engine.projection.distribution import Distribution as Distribution
from criteria_engine.projection.life_rows import unit_statuses as unit_statuses
from criteria_engine.projection.plan import Plan as Plan
from criteria_engine.projection.plan_backtest import backtest_plan as backtest_plan
from criteria_engine.projection.plan_files import check_plan as check_plan
from criteria_engine.projection.plan_files import load_plan as load_plan
from criteria_engine.projection.plan_parts import AreaList as AreaList
from criteria_engine.projection.plan_parts import Capacity as Capacity
from criteria_engine.projection.plan_parts import Counting as Counting
from criteria_engine.projection.plan_parts import Denominator as Denominator
from criteria_engine.projection.plan_parts import Horizon as Horizon
from criteria_engine.projection.plan_parts import Registration as Registration
from criteria_engine.projection.plan_parts import Reports as Reports
from criteria_engine.projection.plan_parts import Target as Target
from criteria_engine.projection.plan_parts import Task as Task
from criteria_engine.projection.progress_labels import Label as Label
from criteria_engine.projection.project import project as project
from criteria_engine.projection.projection import Projection as Projection
from criteria_engine.projection.roster import Roster as Roster
from criteria_engine.projection.roster import Unit as Unit
from criteria_engine.projection.roster import UnitChange as UnitChange
from criteria_engine.projection.roster_files import load_roster as load_roster
from criteria_engine.projection.scenario import Scenario as Scenario
from criteria_engine.projection.target_outlook import MustChange as MustChange
from criteria_engine.projection.target_outlook import Nearest as Nearest
from criteria_engine.projection.target_outlook import TargetOutlook as TargetOutlook
from criteria_engine.projection.unit_status import UnitStatus as UnitStatus
from criteria_engine.projection.unit_status import results_as_unit_statuses as results_as_unit_statuses
from criteria_engine.projection.unit_status_files import load_unit_statuses as load_unit_statuses
from criteria_engine.projection.year_table import YearRow as YearRow
from criteria_engine.projection.year_table import YearTable as YearTable
from criteria_engine.reached import Unreached as Unreached
from criteria_engine.reading import load as load
from criteria_engine.reading import loads as loads
from criteria_engine.recognition import TRANSITIONS as TRANSITIONS
from criteria_engine.recognition import Recognition as Recognition
from criteria_engine.recognition import RecognitionEvent as RecognitionEvent
from criteria_engine.recognition import Standing as Standing
from criteria_engine.recognition import Transition as Transition
from criteria_engine.recognition import Validity as Validity
from criteria_engine.recognition import Waiting as Waiting
from criteria_engine.recognition import read_recognitions as read_recognitions
from criteria_engine.recognition import titles_on as titles_on
from criteria_engine.recognition import write_recognitions as write_recognitions
from criteria_engine.reports.report import Report as Report
from criteria_engine.reports.reporting import report as report
from criteria_engine.result import Result as Result
from criteria_engine.rules import RULES as RULES
from criteria_engine.rules import Bands as Bands
from criteria_engine.rules import Checklist as Checklist
from criteria_engine.rules import Choose as Choose
from criteria_engine.rules import Curve as Curve
from criteria_engine.rules import Deduct as Deduct
from criteria_engine.rules import Event as Event
from criteria_engine.rules import Item as Item
from criteria_engine.rules import Line as Line
from criteria_engine.rules import NoneOf as NoneOf
from criteria_engine.rules import Row as Row
from criteria_engine.rules import Score as Score
from criteria_engine.rules import Step as Step
from criteria_engine.rules import Table as Table
from criteria_engine.rules import Test as Test
from criteria_engine.rules import Value as Value
from criteria_engine.rules.shape import Clause as Clause
from criteria_engine.rules.shape import Desk as Desk
from criteria_engine.rules.shape import Judged as Judged
from criteria_engine.rules.shape import Rule as Rule
from criteria_engine.rules.shape import all_or_nothing as all_or_nothing
from criteria_engine.ruleset import Ruleset as Ruleset
from criteria_engine.running import CaseOutcome as CaseOutcome
from criteria_engine.running import run_cases as run_cases
from criteria_engine.status import Status as Status
from criteria_engine.titles import Titles as Titles
from criteria_engine.values import read_value as read_value
from criteria_engine.windows import Window as Window
from criteria_engine.writing import dumps as dumps

__version__: str

__all__ = [
    "EXPRESSION",
    "NA",
    "RULES",
    "TRANSITIONS",
    "AreaList",
    "Backtest",
    "Bands",
    "Bounds",
    "Capacity",
    "Case",
    "CaseOutcome",
    "Checklist",
    "Choose",
    "Clause",
    "Column",
    "Combine",
    "Consistency",
    "Counting",
    "CriteriaError",
    "Criterion",
    "CriterionResult",
    "Curve",
    "Dated",
    "Deduct",
    "Definition",
    "Denominator",
    "Desk",
    "Diagnostic",
    "Distribution",
    "Dossier",
    "Edition",
    "Effective",
    "Event",
    "Expected",
    "Explanation",
    "Expression",
    "Horizon",
    "Input",
    "Item",
    "Judged",
    "Label",
    "LegalBasis",
    "Level",
    "Library",
    "Line",
    "Missing",
    "MustChange",
    "Nearest",
    "NoneOf",
    "NotApplicable",
    "Otherwise",
    "Override",
    "Parameter",
    "Plan",
    "Projection",
    "Recognition",
    "RecognitionEvent",
    "Registration",
    "Report",
    "Reports",
    "Result",
    "Roster",
    "Round",
    "Row",
    "Rule",
    "Ruleset",
    "Scale",
    "Scenario",
    "Score",
    "Setting",
    "ShareChange",
    "Standing",
    "Status",
    "Step",
    "Table",
    "Target",
    "TargetOutlook",
    "Task",
    "Test",
    "TestRun",
    "Titles",
    "Transition",
    "Unit",
    "UnitChange",
    "UnitStatus",
    "Unreached",
    "Validity",
    "Value",
    "Waiting",
    "Window",
    "YearRow",
    "YearTable",
    "all_or_nothing",
    "any_period",
    "applicable",
    "backtest_plan",
    "boolean",
    "check",
    "check_plan",
    "choice",
    "companion_cases",
    "count",
    "count_met",
    "date",
    "days_between",
    "dumps",
    "evaluate_all",
    "every_period",
    "evidenced",
    "first",
    "forecast",
    "holds",
    "integer",
    "iter_subjects",
    "known",
    "load",
    "load_plan",
    "load_roster",
    "load_unit_statuses",
    "loads",
    "lowest_share",
    "max_score",
    "met",
    "number",
    "ordinal",
    "part",
    "percent",
    "project",
    "published",
    "read_recognitions",
    "read_subjects",
    "read_value",
    "report",
    "results_as_unit_statuses",
    "run_cases",
    "run_tests",
    "score",
    "share",
    "text",
    "titles_on",
    "unit_statuses",
    "working_days_between",
    "write_parquet",
    "write_recognitions",
    "write_whole",
    "writing_whole",
    "years_between",
]
