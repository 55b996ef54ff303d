"""Criteria sets as rules: verdicts with reasons, and the unknown kept apart from the failed.

``load`` reads a ruleset, ``ruleset.evaluate(values)`` judges one subject, ``result.explain()`` says why;
``ruleset.evaluate_frame(frame)`` judges every row of a table. ``load_plan`` reads a plan, and ``project`` says
how its targets look on a day. Everything public is listed below; any other module or name may change.
"""

from __future__ import annotations

from typing import Any

# Everything public, in one table: name, the module it lives in, and what it is. ``__all__``, ``dir()``, the
# docstring and the stub for type checkers (``__init__.pyi``, written by ``make pages``) follow from it.
_PUBLIC = {
    "Reading and writing": {
        "load": ("files.reading", "the ruleset of a YAML file"),
        "loads": ("files.reading", "the ruleset of a text"),
        "dumps": ("files.writing", "the YAML text of a ruleset"),
        "check": ("linter", "all errors and warnings of rulesets, their tests, or plans; raises nothing"),
        "CriteriaError": ("messages.diagnostics", "everything that is wrong, at once: .diagnostics"),
        "Diagnostic": ("messages.diagnostics", "one thing that is wrong: code, message, hint, place"),
        "Library": ("files.library", "a folder of rulesets, found by id, document or alias, on a day"),
        "Edition": ("files.library", "one version of a ruleset in a library"),
    },
    "Rulesets": {
        "Ruleset": ("ruleset", "a set of criteria and all that belongs to it; always sound"),
        "Input": ("rules.parts", "a value observed of a subject"),
        "Scale": ("rules.parts", "the words of an ordinal input, the worst first"),
        "Parameter": ("rules.parts", "a named constant, perhaps by class or by date"),
        "ParameterValue": ("rules.parts", "one value of a parameter, or values by date"),
        "Dated": ("rules.parts", "a value that holds from a day on"),
        "Definition": ("rules.parts", "a named expression, shown in the result"),
        "Consistency": ("rules.parts", "a condition that all sound data fulfil"),
        "Criterion": ("rules.parts", "a criterion with a rule, or a group of criteria"),
        "Combine": ("rules.parts", "how a group joins its criteria"),
        "Missing": ("rules.parts", "what it means that an input is missing"),
        "Round": ("rules.parts", "rounding that is part of the rule"),
        "Level": ("rules.parts", "a level that a subject can reach"),
        "Otherwise": ("rules.parts", "the level of subjects that reach no other"),
        "Override": ("rules.parts", "a condition that sets, caps or refers the level"),
        "Titles": ("rules.schema", "a text in several languages"),
        "LegalBasis": ("rules.parts", "a document that the set rests on"),
        "Effective": ("rules.parts", "the days between which a set is in force"),
        "Window": ("rules.parts", "the days of the year that an assessment covers"),
    },
    "Rules": {
        "Test": ("rules.test", "all points, or none"),
        "Bands": ("rules.bands", "points by steps: the first that fits"),
        "Step": ("rules.bands", "one step of Bands"),
        "Choose": ("rules.choose", "points by the value of a choice or ordinal"),
        "Curve": ("rules.curve", "points interpolated between given places"),
        "Checklist": ("rules.checklist", "so many of several items"),
        "Item": ("rules.checklist", "one item of a Checklist"),
        "Deduct": ("rules.deduct", "points taken away, line by line"),
        "Line": ("rules.deduct", "one line of Deduct"),
        "NoneOf": ("rules.none_of", "none of several events may hold"),
        "Event": ("rules.none_of", "one event of NoneOf"),
        "Table": ("rules.table", "points by the first row that holds"),
        "Row": ("rules.table", "one row of a Table"),
        "Score": ("rules.score", "points by a formula"),
        "Value": ("rules.value", "a number as it is, for composite indices"),
        "RULES": ("rules", "all rule shapes, as load(rules=…) takes them"),
    },
    "Rule shapes of your own": {
        "Rule": ("rules.shape", "the protocol of a rule shape"),
        "part": ("rules.schema", "an attribute of a shape, read and checked by its kind"),
        "EXPRESSION": ("rules.schema", "the kind of attributes that are expressions"),
        "RuleContext": ("rules.shape", "what a shape asks for the meaning of its expressions"),
        "Judged": ("rules.shape", "what a shape comes to"),
        "all_or_nothing": ("rules.shape", "a Judged with all points where a condition holds, else none"),
        "Clause": ("rules.shape", "one thing that an explanation says of a shape"),
    },
    "Building in Python: inputs": {
        "boolean": ("building", "an input that is true or false"),
        "number": ("building", "an input that is a number"),
        "integer": ("building", "an input that is a whole number"),
        "percent": ("building", "an input from 0 to 100, or the expression 100·a/b"),
        "ordinal": ("building", "an input that is a word of a scale"),
        "choice": ("building", "an input that is one of a few words"),
        "date": ("building", "an input that is a day"),
        "text": ("building", "an input that is any text"),
    },
    "Building in Python: expressions": {
        "Expression": (
            "core.expression",
            "a formula or condition, as text; & | ~ and comparisons compose it",
        ),
        "score": ("building", "the points of a criterion, or of the whole set"),
        "max_score": ("building", "the points possible"),
        "share": ("building", "points over points possible, from 0 to 1"),
        "lowest_share": ("building", "the smallest share among a group's criteria"),
        "met": ("building", "whether a criterion is met"),
        "count_met": ("building", "how many of a group's criteria are met"),
        "known": ("building", "whether a value is there"),
        "applicable": ("building", "whether a value is not n/a"),
        "evidenced": ("building", "whether the evidence names an input"),
        "first": ("building", "the first value that is there"),
        "count": ("building", "how many conditions hold"),
        "every_period": ("building", "whether a condition holds in each of the last periods"),
        "any_period": ("building", "whether a condition holds in one of the last periods"),
        "holds": ("building", "whether the subject holds a level of another ruleset"),
        "years_between": ("building", "whole years from one day to another"),
        "days_between": ("building", "days from one day to another"),
        "working_days_between": ("building", "Monday to Friday, less the holidays of the set"),
    },
    "Evaluating": {
        "Result": ("evaluation.result", "the verdict on one subject: level, score, criteria, missing values"),
        "CriterionResult": ("evaluation.result", "the verdict on one criterion"),
        "Status": ("rules.parts", "met, not met, unknown, not applicable, blocked"),
        "Bounds": ("core.nodes", "the low and high end of a number"),
        "NA": ("core.nodes", "the value of an input that does not apply"),
        "NotApplicable": ("core.nodes", "the class of NA"),
        "Explanation": (
            "evaluation.explanation_tree",
            "why a result is what it is: text, Markdown, HTML, data",
        ),
        "evaluate_all": ("dossier", "judge one subject by several rulesets on one body of evidence"),
        "Dossier": ("dossier", "the results of evaluate_all"),
    },
    "Tests beside the rules": {
        "run_tests": ("files.cases", "run the tests in a ruleset's file and beside it"),
        "run_cases": ("files.cases", "run the tests of a ruleset object"),
        "companion_cases": ("files.cases", "the tests in the file beside a ruleset"),
        "Case": ("rules.parts", "one test: values and what is expected"),
        "Expected": ("rules.parts", "what a test expects"),
        "TestRun": ("files.cases", "what came of all tests of a ruleset"),
        "CaseOutcome": ("files.cases", "what came of one test"),
        "Unreached": ("files.cases", "criteria and levels that no test shows"),
    },
    "Data files": {
        "read_subjects": ("files.subjects", "all subjects of a CSV, JSON or Parquet file"),
        "iter_subjects": ("files.subjects", "the same, one after the other"),
        "read_value": ("files.cells", "a value as an office types it"),
        "Column": ("rules.parts", "an input as a column of a table"),
        "write_parquet": ("files.parquet_files", "rows as a Parquet file"),
        "write_whole": ("files.writing", "write a file, whole or not at all"),
        "writing_whole": ("files.writing", "the same, as a stream"),
    },
    "Titles and their life": {
        "Recognition": ("plans.recognition", "the life of a title that a unit strives for or holds"),
        "RecognitionEvent": ("plans.recognition_events", "one thing that happened to a title"),
        "TRANSITIONS": ("plans.recognition_events", "the moves that the law knows"),
        "Transition": ("plans.recognition_events", "one legal move, with its reason"),
        "Validity": ("plans.recognition_events", "how long a title stands"),
        "Waiting": ("plans.recognition_events", "how long a unit waits for a decision"),
        "Standing": ("plans.recognition_standing", "what a title is on a day"),
        "titles_on": ("plans.recognition", "the titles of a unit on a day, as evaluate() takes them"),
        "read_recognitions": ("plans.recognition", "recognitions out of a CSV file"),
        "write_recognitions": ("plans.recognition", "recognitions into a CSV file"),
    },
    "Plans": {
        "load_plan": ("plans.plan_file", "the plan of a YAML file, with its roster"),
        "check_plan": ("plans.plan_file", "all that is wrong with a plan; raises nothing"),
        "Plan": ("plans.plan", "what an authority wants its units to reach, and by when"),
        "Horizon": ("plans.plan", "the first and last year of a plan"),
        "Target": ("plans.plan", "a share, a number or some units to reach by a year"),
        "Counting": ("plans.plan", "what counts, of how many, and for how long"),
        "Denominator": ("plans.plan", "of how many units a share is"),
        "Registration": ("plans.plan", "the units registered for a year"),
        "AreaList": ("plans.plan", "the units that one area registers for a year"),
        "Capacity": ("plans.plan", "how many units can be built up in a year"),
        "Reports": ("plans.plan", "when reports are due"),
        "Task": ("plans.plan", "a task: who does what by when"),
        "load_roster": ("plans.roster", "the units of a CSV file"),
        "Roster": ("plans.roster", "all units that a plan may count, and when they exist"),
        "Unit": ("plans.roster", "one ward or commune as long as it stays the same"),
        "UnitChange": ("plans.roster", "what became of some units on one day"),
        "UnitStatus": ("plans.unit_status", "the status of one unit in one year"),
        "load_unit_statuses": ("plans.unit_status", "the statuses in a CSV file"),
        "unit_statuses": ("plans.unit_status", "statuses out of recognitions"),
        "results_as_unit_statuses": ("plans.unit_status", "statuses out of results"),
    },
    "Projections and reports": {
        "project": ("projection.projection", "how the targets of a plan look on a day"),
        "Projection": ("projection.projection", "targets, years, explanation and chart of a projection"),
        "TargetOutlook": ("projection.outlook", "one target: required, expected, probability"),
        "MustChange": ("projection.outlook", "what it takes to reach a target"),
        "Nearest": ("projection.outlook", "a unit that is near to meeting the criteria"),
        "ShareChange": ("projection.outlook", "a change of the expected share, in three exact parts"),
        "YearTable": ("projection.chart", "the years of a projection, as a table"),
        "YearRow": ("projection.chart", "one year of it"),
        "Scenario": ("projection.context", "one supposition, such as pass_rate(0.9)"),
        "backtest_plan": ("projection.projection", "how good projections from past years would have been"),
        "report": ("reports.report", "the half-yearly, yearly or mid-term report on a plan"),
        "Report": ("reports.report", "such a report: Markdown, HTML or plain data"),
    },
    "Forecasting": {
        "forecast": ("forecasting", "a module: forecasts of a share, a score or units, without a plan"),
        "published": ("forecasting", "a module: published rules of progress"),
        "Distribution": ("forecasting.distribution", "a distribution over counts, shares or numbers"),
        "Backtest": ("forecasting.forecast", "what forecasts from the past would have been worth"),
        "Label": ("forecasting.published", "what a published rule says of a series"),
    },
}

_MODULES = {name: module for names in _PUBLIC.values() for name, (module, _) in names.items()}

__all__ = list(_MODULES)

__doc__ = "\n\n".join(
    [
        (__doc__ or "").rstrip(),
        *(
            "\n".join([heading, *(f"    {name:<26}{what}" for name, (_, what) in names.items())])
            for heading, names in _PUBLIC.items()
        ),
    ]
)


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for: importing the package costs next to nothing."""
    if name == "__version__":
        from importlib.metadata import version

        return version("criteria-engine")
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # With a list of names, the import gives the last module of the path and loads a name that is a module.
    value = getattr(__import__(f"{__name__}.{_MODULES[name]}", fromlist=[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
