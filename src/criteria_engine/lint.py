"""Looking a file over, a ruleset's or a plan's: everything that is wrong, and what an author may want to see."""

from __future__ import annotations

import os
from collections.abc import Iterable

from criteria_engine.advice import Advice, about_criteria, about_head, about_levels, about_tests
from criteria_engine.files.cases import (
    companion_of,
    look_at_cases,
    read_companion,
    run_cases,
    said,
    sound_ruleset,
    unreached,
)
from criteria_engine.files.document import Document
from criteria_engine.files.library import Library
from criteria_engine.files.reading import read_document
from criteria_engine.files.source import MarkedMap
from criteria_engine.messages.diagnostics import CriteriaError, Diagnostic
from criteria_engine.plans.plan_file import check_plan
from criteria_engine.ruleset import Ruleset
from criteria_engine.unused import unused_names

__all__ = ["check"]


def check(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    library: Library | None = None,
    lang: str | None = None,
) -> list[Diagnostic]:
    """All that is wrong with rulesets' files and the tests beside them, and with plans; nothing is raised.

    A file with a key ``plan`` is looked over as a plan, with the roster it names.

    ``severity`` tells errors from warnings; warnings are given for sound rulesets only. Whether the
    tests pass is another question (``run_tests``). ``library`` is where sets that they extend are found.
    """
    several = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    return [each for path in several for each in _check(path, library, lang)]


def _check(path: str | os.PathLike[str], library: Library | None, lang: str | None) -> list[Diagnostic]:
    try:
        document = read_document(path)
    except CriteriaError as error:
        return [each.in_language(lang) for each in error.diagnostics]
    if isinstance(document.root, MarkedMap) and document.root.get("plan") is not None:
        return check_plan(path, lang=lang)
    ruleset = sound_ruleset(document, library)
    if ruleset is None:
        return said(document, lang)
    look_at_cases(ruleset, ruleset.tests, document.problems)
    try:
        companion, beside = read_companion(path, ruleset)
    except CriteriaError as error:
        return [*said(document, lang), *(each.in_language(lang) for each in error.diagnostics)]
    documents = [document] if companion is None else [document, companion]
    if not any(each.problems.has_errors for each in documents):
        sets = () if library is None else library.asked_by(ruleset)
        outcomes = run_cases(ruleset, (*ruleset.tests, *beside), sets=sets)
        _advise(ruleset, document, len(outcomes))
        if outcomes:
            _add(document, about_tests(ruleset, unreached(ruleset, outcomes)))
    return [found for each in documents for found in said(each, lang)]


def _advise(ruleset: Ruleset, document: Document, tests: int) -> None:
    _add(document, about_head(ruleset, tests, companion_of(document.name).name))
    _add(document, about_criteria(ruleset))
    _add(document, about_levels(ruleset))
    _add(document, unused_names(ruleset))


def _add(document: Document, advice: Iterable[Advice]) -> None:
    for path, code, details in advice:
        document.problems.append(Diagnostic(code, details, path, "warning"))
