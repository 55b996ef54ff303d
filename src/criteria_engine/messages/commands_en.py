"""The English phrases of the command line, and the pages that ``--help`` shows."""

SENTENCES = {
    # check
    "warning": "warning",
    "error": "error",
    "summary": "{errors} errors, {warnings} warnings",
    "summary_sound": "{errors} errors, {warnings} warnings, {criteria} criteria",
    "total": ", {points} points in all",
    "files": ", {count} rulesets",
    "more_problems": "… and {count} more errors or warnings",
    # test
    "no_tests": "{file}: no tests yet",
    "all_passed": "{file}: {count} tests, all passed",
    "some_failed": "{file}: {count} tests, {failed} failed",
    "failed_case": "failed: {name}",
    "never_met": "criteria that no test meets: {names}",
    "never_failed": "criteria that no test fails: {names}",
    "never_reached": "levels that no test reaches: {names}",
    "never_blocking": "prerequisites that block in no test: {names}",
    "blocking_pair": "{prerequisite} (of {name})",
    "tests_total": "{count} tests: {passed} passed, {failed} failed",
    # evaluate
    "subject": "subject",
    "period": "period",
    "verdict": "verdict",
    "score": "score",
    "why": "why",
    "criterion": "criterion",
    "state": "state",
    "undecided": "undecided: {levels}",
    "undecided_plain": "undecided",
    "referred": "referred: {text}",
    "either": " or ",
    "may_be_referred": "referred",
    "missing": "missing {count}: {names}",
    "not_met_first": "not met {count}: {names}",
    "refused": "faulty values",
    "met": "met",
    "not_met": "not met",
    "unknown": "unknown",
    "not_applicable": "not applicable",
    "blocked": "blocked",
    "tally": "{count} × {subject}: {parts}",
    "tally_part": "{count} {verdict}",
    "tally_undecided": "undecided",
    "saved": "written: {file}",
    # project
    "project_target": "target",
    "project_year": "year",
    "project_required": "required",
    "project_have": "there",
    "project_expected": "expected",
    "project_per_year": "a year",
    "project_outlook": "outlook",
    "project_units": "units",
    "project_low": "low",
    "project_high": "high",
    "project_share": "share",
    "project_pathway": "pathway",
    "project_registered": "registered",
    "project_achieved": "reached",
    "project_missed": "missed",
    "project_on_track": "on track",
    "project_off_track": "off track",
    "project_not_enough_data": "not enough data",
    "project_very_likely": "very likely",
    "project_likely": "likely",
    "project_uncertain": "uncertain",
    "project_unlikely": "unlikely",
    "project_very_unlikely": "very unlikely",
    "project_legend": "{low} low   {expected} expected   {high} high   {needed} needed on the pathway",
    # demo
    "demo_title": "A TOUR OF CRITERIA_ENGINE",
    "demo_check": "1. Check the rulesets that come with it (criteria check)",
    "demo_set": "ruleset",
    "demo_criteria": "criteria",
    "demo_errors": "errors",
    "demo_warnings": "warnings",
    "demo_tests": "tests",
    "demo_passed": "passed",
    "demo_evaluate": "2. Evaluate wards of Khánh Hòa (criteria evaluate)",
    "demo_assumed": "ASSUMED VALUES: every value below is invented for demonstration, and the ruleset is an\nillustrative skeleton. No verdict says anything about a real ward.",
    "demo_marked": "* named in plan 2377/KH-UBND of Khánh Hòa province, 8 March 2024",
    "demo_explain": "3. Why {subject} comes out so (criteria explain)",
    "demo_rest": "… criterion by criterion: see the first command below",
    "demo_titles": "4. Versions by date, several sets on one dossier, the life of a title",
    "demo_day": "day",
    "demo_version": "version in force",
    "demo_dossier": "Dossier of {subject} for 2024 (ASSUMED VALUES), by two sets, one asking for the title of the other:",
    "demo_life": "Vĩnh Nguyên, the title of 2023 (day and number of the decision ASSUMED), if it is looked at every year:",
    "demo_project": "5. Plan 2377/KH-UBND, looked at from the end of 2024 (criteria project)",
    "demo_project_assumed": "ASSUMED RECOGNITIONS: the plan and the list of wards are real; that all nine wards were recognised\nis assumed, since there is no public source.",
    "demo_project_rest": "… all of it, the years and a chart: see the command project below; a whole report: report",
    "demo_next": "Try next:",
    # errors
    "unsound_row": "{subject}: {message}",
    "more_unsound_rows": "… and {count} more with faulty values, see the output",
    "use_help": "how to use it: {program} --help",
    "bug": "criteria: this is a bug of the program itself ({kind}); please report it with the command you ran (set CRITERIA_DEBUG=1 and run it again for the details)",
    "stopped": "stopped",
    "cannot_write": "cannot write the output: {reason}",
    "need": "missing: {what}",
    "unknown_arguments": "there is no such option or argument: {what}",
    "bad_choice": "{what}: there is no choice {value}; choose one of: {choices}",
    "did_you_mean": "{message} (did you mean {nearest}?)",
    "need_value": "{what}: a value has to follow",
    "no_value": "{what}: takes no value",
    "bad_use": "the command is not written correctly: {what}",
    "operand_COMMAND": "command",
    "operand_FILE": "FILE",
    "operand_RULESET": "RULESET",
    "operand_DATA": "DATA",
    "operand_PLAN": "PLAN",
    "reason_ENOENT": "there is no such folder",
    "reason_EACCES": "permission denied",
    "reason_EPERM": "permission denied",
    "reason_EISDIR": "it is a folder",
    "reason_ENOTDIR": "there is no such folder",
    "reason_ENOSPC": "the disk is full",
    "reason_EROFS": "the disk is read-only",
    # The pages of help: of the whole program, then by command
    "help_": """\
criteria: check criteria sets, and judge by them

  criteria demo                             a tour of the data that comes with it
  criteria check FILE…                      what is wrong with rulesets, where, and how to mend it
  criteria test FILE…                       run the tests beside the rules
  criteria evaluate RULESET DATA [-o OUT]   judge every subject of a data file
  criteria explain RULESET DATA --subject NAME
                                            why one subject comes out as it does
  criteria project PLAN [DATA]              how the targets of a plan look
  criteria report PLAN [DATA] --as-of DATE -o FILE
                                            the half-yearly, yearly or mid-term report

Options of all commands:
  --lang vi|en   language (else the variable CRITERIA_LANG, else Vietnamese)
  -h, --help     this page; criteria COMMAND --help for each command

Exit status: 0 fine; 1 errors were found, or a test failed; 2 wrong use, or a file that cannot be read or
written; 3 a bug of the program.

Example: criteria check ward.yaml --lang en
""",
    "help_demo": """\
criteria demo

Checks the rulesets that come with it, runs their tests, judges the wards of Khánh Hòa by assumed values
explains one of them and projects the plan of the province. Needs no network and writes no file.

  --lang vi|en   language

Example: criteria demo --lang en
""",
    "help_check": """\
criteria check FILE…

Finds all errors in rulesets and in the tests beside them (NAME.tests.yaml), or in a plan and its roster:
line, column, how to mend it; and warns of what is worth another look. In a folder every .yaml file is
checked.

  --format text|github|sarif|json   form of the output (default text)
  --library FOLDER                  the folder of other rulesets that this one extends or asks titles of
  --lang vi|en                      language

Exit status 1 if there is an error; warnings alone leave it at 0.

Example: criteria check ward.yaml --lang en
""",
    "help_test": """\
criteria test FILE…

Runs the tests in a ruleset (tests:) and in NAME.tests.yaml beside it; says what came out otherwise, and
what no test reaches: criteria never met or never failed, levels never reached.

  --format text|junit|json   form of the output (default text)
  --library FOLDER           the folder of other rulesets that this one extends or asks titles of
  --lang vi|en               language

Exit status 1 if a test failed.

Example: criteria test ward.yaml --lang en
""",
    "help_evaluate": """\
criteria evaluate RULESET DATA [-o OUT]

Judges every subject of a data file (.csv, .parquet, .json, or .jsonl with an entry a line). A table has a row
a subject, with a column subject and a column an input; an empty cell is a missing value. Of several periods
(column period) the newest counts, and those before it are its history. A column titles.RULESET_ID holds a
title, evidence.INPUT what proves it. Files may be larger than memory, but for .json and for text as output.

  -o, --output FILE           write to a .csv, .parquet, .json, .jsonl or .txt file, whole or not at all
  --force                     overwrite a file that exists
  --format text|csv|json|jsonl|parquet
                              form of the output (default: by the name of the output, else text)
  --subject-column NAME       the column that names the subject (default subject)
  --detail                    add state and points of every criterion
  --on DATE                   day of the assessment, for numbers that change by date, like 2024-06-30
  --numbers vi|en             how CSV writes numbers: vi is 1.234,5 and en is 1,234.5 (default vi)
  --library FOLDER            the folder of other rulesets that this one extends or asks titles of
  --lang vi|en                language

In CSV output a text that begins with = + - @ gets a ' before it, so that no spreadsheet takes it for a
formula; numbers always have a decimal point.
Exit status 1 if the ruleset or the data have errors.

Example: criteria evaluate ward.yaml data.csv -o verdicts.csv --lang en
""",
    "help_explain": """\
criteria explain RULESET DATA --subject NAME

Why one subject comes out as it does, criterion by criterion. The name is known whether Hòa or Hoà is typed,
in capitals or not.

  --subject NAME                    the subject to explain
  -o, --output FILE                 write to a .txt, .md, .html or .json file
  --force                           overwrite a file that exists
  --format text|markdown|html|json  form of the output (default: by the name of the output, else text)
  --subject-column NAME             the column that names the subject (default subject)
  --on DATE                         day of the assessment, like 2024-06-30
  --numbers vi|en                   how CSV writes numbers (default vi)
  --library FOLDER                  the folder of other rulesets that this one extends or asks titles of
  --lang vi|en                      language

Example: criteria explain ward.yaml data.csv --subject "Vĩnh Hòa" --lang en
""",
    "help_project": """\
criteria project PLAN [DATA]

How the targets of a plan (a .yaml file) look by the recognitions in DATA (CSV with the columns unit, period,
status, decided): how many are needed, there and expected, how likely each target is, and how many a year it
takes. Without DATA the results of registered units are open.

  --on DATE                   the day from which to look, like 2024-12-31 (default: the end of the last year
                              in DATA)
  --method hazard|arithmetic  by rates of recognition in the years behind, or by lists of registrations alone
                              (default hazard)
  --scenario SUPPOSITION      what to suppose, several times: as_is, plan, required, no_lapse, pass_rate(0.9),
                              capacity(12), pace(8), harder_last(5), criteria_change(2026-01-01, 0.8)
  --confidence SHARE          how sure registrations for the next year are to be enough (default 80%)
  -o, --output FILE           write to a .txt, .json or .csv file (a row a year)
  --force                     overwrite a file that exists
  --format text|csv|json      form of the output (default: by the name of the output, else text)
  --lang vi|en                language

Exit status 1 if a target is missed, or will be as things go.

Example: criteria project plan.yaml recognitions.csv --on 2024-12-31 --lang en
""",
    "help_report": """\
criteria report PLAN [DATA] --as-of DATE [-o FILE]

The half-yearly, yearly or mid-term report on a plan: summary, targets, years, areas, what changed, who has
not reported, quality, risks, tasks (the five clears), unit by unit. An .html file opens in any browser,
prints on A4 and needs no network; an .md file can be pasted into a document.

  --as-of DATE                the day of the report, like 2024-11-15
  --since DATE                the day of the last report (default: by the reporting days of the plan)
  --kind half_year|year|review
                              which report it is (default: by the reporting days of the plan)
  --assessments RULESET DATA  a ruleset and values, for scores and what holds units back
  --assumed                   those values are assumed (not needed where the file is named .assumed.)
  --done ID                   a task that is done, several times
  --method, --scenario, --confidence
                              as those of criteria project
  -o, --output FILE           write to an .html, .md or .json file, whole or not at all
  --force                     overwrite a file that exists
  --format markdown|html|json form of the report (default: by the name of the output, else markdown)
  --lang vi|en                language

Example: criteria report plan.yaml recognitions.csv --as-of 2024-11-15 -o report.html --lang en
""",
}
