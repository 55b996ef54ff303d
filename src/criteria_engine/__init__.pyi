"""Criteria sets as rules: verdicts with reasons, and the unknown kept apart from the failed.

``load`` reads a ruleset, ``ruleset.evaluate(values)`` judges one subject, ``result.explain()`` says why;
``ruleset.evaluate_frame(frame)`` judges every row of a table. ``load_plan`` reads a plan, and ``project`` says
how its targets look on a day. Any other module or name may change.

Written by ``make pages`` from the table in ``__init__.py``.
"""

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
from criteria_engine.core.expression import Expression as Expression
from criteria_engine.core.nodes import NA as NA
from criteria_engine.core.nodes import Bounds as Bounds
from criteria_engine.core.nodes import NotApplicable as NotApplicable
from criteria_engine.dossier import Dossier as Dossier
from criteria_engine.dossier import evaluate_all as evaluate_all
from criteria_engine.evaluation.explanation_tree import Explanation as Explanation
from criteria_engine.evaluation.result import CriterionResult as CriterionResult
from criteria_engine.evaluation.result import Result as Result
from criteria_engine.files.cases import CaseOutcome as CaseOutcome
from criteria_engine.files.cases import TestRun as TestRun
from criteria_engine.files.cases import Unreached as Unreached
from criteria_engine.files.cases import companion_cases as companion_cases
from criteria_engine.files.cases import run_cases as run_cases
from criteria_engine.files.cases import run_tests as run_tests
from criteria_engine.files.cells import read_value as read_value
from criteria_engine.files.library import Edition as Edition
from criteria_engine.files.library import Library as Library
from criteria_engine.files.parquet_files import write_parquet as write_parquet
from criteria_engine.files.reading import load as load
from criteria_engine.files.reading import loads as loads
from criteria_engine.files.subjects import iter_subjects as iter_subjects
from criteria_engine.files.subjects import read_subjects as read_subjects
from criteria_engine.files.writing import dumps as dumps
from criteria_engine.files.writing import write_whole as write_whole
from criteria_engine.files.writing import writing_whole as writing_whole
from criteria_engine.forecasting import forecast as forecast
from criteria_engine.forecasting import published as published
from criteria_engine.forecasting.distribution import Distribution as Distribution
from criteria_engine.forecasting.forecast import Backtest as Backtest
from criteria_engine.forecasting.published import Label as Label
from criteria_engine.linter import check as check
from criteria_engine.messages.diagnostics import CriteriaError as CriteriaError
from criteria_engine.messages.diagnostics import Diagnostic as Diagnostic
from criteria_engine.plans.plan import AreaList as AreaList
from criteria_engine.plans.plan import Capacity as Capacity
from criteria_engine.plans.plan import Counting as Counting
from criteria_engine.plans.plan import Denominator as Denominator
from criteria_engine.plans.plan import Horizon as Horizon
from criteria_engine.plans.plan import Plan as Plan
from criteria_engine.plans.plan import Registration as Registration
from criteria_engine.plans.plan import Reports as Reports
from criteria_engine.plans.plan import Target as Target
from criteria_engine.plans.plan import Task as Task
from criteria_engine.plans.plan_file import check_plan as check_plan
from criteria_engine.plans.plan_file import load_plan as load_plan
from criteria_engine.plans.recognition import Recognition as Recognition
from criteria_engine.plans.recognition import read_recognitions as read_recognitions
from criteria_engine.plans.recognition import titles_on as titles_on
from criteria_engine.plans.recognition import write_recognitions as write_recognitions
from criteria_engine.plans.recognition_events import TRANSITIONS as TRANSITIONS
from criteria_engine.plans.recognition_events import RecognitionEvent as RecognitionEvent
from criteria_engine.plans.recognition_events import Transition as Transition
from criteria_engine.plans.recognition_events import Validity as Validity
from criteria_engine.plans.recognition_events import Waiting as Waiting
from criteria_engine.plans.recognition_standing import Standing as Standing
from criteria_engine.plans.roster import Roster as Roster
from criteria_engine.plans.roster import Unit as Unit
from criteria_engine.plans.roster import UnitChange as UnitChange
from criteria_engine.plans.roster import load_roster as load_roster
from criteria_engine.plans.unit_status import UnitStatus as UnitStatus
from criteria_engine.plans.unit_status import load_unit_statuses as load_unit_statuses
from criteria_engine.plans.unit_status import results_as_unit_statuses as results_as_unit_statuses
from criteria_engine.plans.unit_status import unit_statuses as unit_statuses
from criteria_engine.projection.chart import YearRow as YearRow
from criteria_engine.projection.chart import YearTable as YearTable
from criteria_engine.projection.context import Scenario as Scenario
from criteria_engine.projection.outlook import MustChange as MustChange
from criteria_engine.projection.outlook import Nearest as Nearest
from criteria_engine.projection.outlook import ShareChange as ShareChange
from criteria_engine.projection.outlook import TargetOutlook as TargetOutlook
from criteria_engine.projection.projection import Projection as Projection
from criteria_engine.projection.projection import backtest_plan as backtest_plan
from criteria_engine.projection.projection import project as project
from criteria_engine.reports.report import Report as Report
from criteria_engine.reports.report import report as report
from criteria_engine.rules import RULES as RULES
from criteria_engine.rules.bands import Bands as Bands
from criteria_engine.rules.bands import Step as Step
from criteria_engine.rules.checklist import Checklist as Checklist
from criteria_engine.rules.checklist import Item as Item
from criteria_engine.rules.choose import Choose as Choose
from criteria_engine.rules.curve import Curve as Curve
from criteria_engine.rules.deduct import Deduct as Deduct
from criteria_engine.rules.deduct import Line as Line
from criteria_engine.rules.none_of import Event as Event
from criteria_engine.rules.none_of import NoneOf as NoneOf
from criteria_engine.rules.parts import Case as Case
from criteria_engine.rules.parts import Column as Column
from criteria_engine.rules.parts import Combine as Combine
from criteria_engine.rules.parts import Consistency as Consistency
from criteria_engine.rules.parts import Criterion as Criterion
from criteria_engine.rules.parts import Dated as Dated
from criteria_engine.rules.parts import Definition as Definition
from criteria_engine.rules.parts import Effective as Effective
from criteria_engine.rules.parts import Expected as Expected
from criteria_engine.rules.parts import Input as Input
from criteria_engine.rules.parts import LegalBasis as LegalBasis
from criteria_engine.rules.parts import Level as Level
from criteria_engine.rules.parts import Missing as Missing
from criteria_engine.rules.parts import Otherwise as Otherwise
from criteria_engine.rules.parts import Override as Override
from criteria_engine.rules.parts import Parameter as Parameter
from criteria_engine.rules.parts import ParameterValue as ParameterValue
from criteria_engine.rules.parts import Round as Round
from criteria_engine.rules.parts import Scale as Scale
from criteria_engine.rules.parts import Status as Status
from criteria_engine.rules.parts import Window as Window
from criteria_engine.rules.schema import EXPRESSION as EXPRESSION
from criteria_engine.rules.schema import Titles as Titles
from criteria_engine.rules.schema import part as part
from criteria_engine.rules.score import Score as Score
from criteria_engine.rules.shape import Clause as Clause
from criteria_engine.rules.shape import Judged as Judged
from criteria_engine.rules.shape import Rule as Rule
from criteria_engine.rules.shape import RuleContext as RuleContext
from criteria_engine.rules.shape import all_or_nothing as all_or_nothing
from criteria_engine.rules.table import Row as Row
from criteria_engine.rules.table import Table as Table
from criteria_engine.rules.test import Test as Test
from criteria_engine.rules.value import Value as Value
from criteria_engine.ruleset import Ruleset as Ruleset

__version__: str
__all__ = [
    "EXPRESSION", "NA", "RULES", "TRANSITIONS", "AreaList", "Backtest", "Bands", "Bounds", "Capacity", "Case",
    "CaseOutcome", "Checklist", "Choose", "Clause", "Column", "Combine", "Consistency", "Counting",
    "CriteriaError", "Criterion", "CriterionResult", "Curve", "Dated", "Deduct", "Definition", "Denominator",
    "Diagnostic", "Distribution", "Dossier", "Edition", "Effective", "Event", "Expected", "Explanation",
    "Expression", "Horizon", "Input", "Item", "Judged", "Label", "LegalBasis", "Level", "Library", "Line",
    "Missing", "MustChange", "Nearest", "NoneOf", "NotApplicable", "Otherwise", "Override", "Parameter",
    "ParameterValue", "Plan", "Projection", "Recognition", "RecognitionEvent", "Registration", "Report",
    "Reports", "Result", "Roster", "Round", "Row", "Rule", "RuleContext", "Ruleset", "Scale", "Scenario",
    "Score", "ShareChange", "Standing", "Status", "Step", "Table", "Target", "TargetOutlook", "Task", "Test",
    "TestRun", "Titles", "Transition", "Unit", "UnitChange", "UnitStatus", "Unreached", "Validity", "Value",
    "Waiting", "Window", "YearRow", "YearTable", "all_or_nothing", "any_period", "applicable",
    "backtest_plan", "boolean", "check", "check_plan", "choice", "companion_cases", "count", "count_met",
    "date", "days_between", "dumps", "evaluate_all", "every_period", "evidenced", "first", "forecast",
    "holds", "integer", "iter_subjects", "known", "load", "load_plan", "load_roster", "load_unit_statuses",
    "loads", "lowest_share", "max_score", "met", "number", "ordinal", "part", "percent", "project",
    "published", "read_recognitions", "read_subjects", "read_value", "report", "results_as_unit_statuses",
    "run_cases", "run_tests", "score", "share", "text", "titles_on", "unit_statuses", "working_days_between",
    "write_parquet", "write_recognitions", "write_whole", "writing_whole", "years_between"
]  # fmt: skip
