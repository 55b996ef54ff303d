"""Tests in files: ``tests:`` of a ruleset, and ``NAME.tests.yaml`` beside ``NAME.yaml``.

What is wrong with a test, and what came out other than expected, has the place in its file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import attrs

from criteria_engine.document import Document
from criteria_engine.library import Library
from criteria_engine.messages.diagnostics import CriteriaError, Diagnostic
from criteria_engine.reached import Unreached, unreached
from criteria_engine.reading import read_document, read_ruleset
from criteria_engine.rules.parts import Case
from criteria_engine.rules.schema import TEXT, ListOf, Plain, Struct, part
from criteria_engine.ruleset import Ruleset
from criteria_engine.running import CaseOutcome, look_at_cases, run_cases

__all__ = [
    "CaseFile",
    "TestRun",
    "companion_cases",
    "companion_of",
    "read_companion",
    "run_tests",
    "said",
    "sound_ruleset",
]

_CASE = re.compile(r"tests\[(\d+)\]")
# What is said of the name before a colon.
_NAMES = frozenset({"CE223", "CE224", "CE551", "CE623"})


@attrs.frozen(repr=False)
class CaseFile(Plain):
    """What a file of tests holds: the ruleset's file it belongs to, and the tests."""

    ruleset: str = part(TEXT)
    tests: tuple[Case, ...] = part(ListOf(Struct(Case)), default=())


@attrs.frozen(eq=False)
class TestRun:
    """What came of all tests of one ruleset, those in the file and those beside it.

    ``outcomes`` pairs each with the file it stands in.
    """

    __test__ = False

    path: str
    ruleset: Ruleset
    outcomes: tuple[tuple[str, CaseOutcome], ...]
    unreached: Unreached

    @property
    def passed(self) -> bool:
        """Whether every test passed."""
        return all(outcome.passed for _, outcome in self.outcomes)


def sound_ruleset(document: Document, library: Library | None = None) -> Ruleset | None:
    """The ruleset of a document, None where the document says what is wrong with it."""
    ruleset = read_ruleset(document, library)
    if document.problems.has_errors:
        return None
    if ruleset is None:
        # Silence would pass for "nothing wrong".
        raise RuntimeError(f"{document.name}: not read, and no reason given")
    return ruleset


def companion_of(path: str | os.PathLike[str]) -> Path:
    """The name of the file of tests beside a ruleset's file."""
    file = Path(path)
    return file.with_name(f"{file.stem}.tests.yaml")


def companion_cases(
    path: str | os.PathLike[str], ruleset: Ruleset, lang: str | None = None
) -> tuple[Case, ...]:
    """The tests beside the ruleset's file at ``path``; () where there is no such file.

    Raises ``CriteriaError`` with all that is wrong with them, also names that the ruleset does not have.
    """
    document, cases = read_companion(path, ruleset)
    _raise_errors(document, lang)
    return cases


def read_companion(
    path: str | os.PathLike[str], ruleset: Ruleset
) -> tuple[Document | None, tuple[Case, ...]]:
    """The file of tests beside a ruleset's file, and the tests; problems stay in the document."""
    file = companion_of(path)
    if not file.exists():
        return None, ()
    document = read_document(file)
    if document.root is None:
        return document, ()
    read = document.read_struct(Struct(CaseFile), document.root, "")
    if not isinstance(read, CaseFile):
        return document, ()
    expected = Path(path).name
    if read.ruleset != expected:
        document.problems.add("ruleset", "CE626", expected=expected, found=read.ruleset)
    if not read.tests and not document.problems.has_errors:
        document.problems.add("tests", "CE627", severity="warning")
    look_at_cases(ruleset, read.tests, document.problems)
    return document, read.tests


def said(document: Document, lang: str | None = None) -> list[Diagnostic]:
    """All that was found in a document that may hold tests, with its places."""
    return [_at_its_name(document, each) for each in document.located(lang)]


def _at_its_name(document: Document, diagnostic: Diagnostic) -> Diagnostic:
    """A name that is unknown is marked itself, not the value that stands behind it."""
    key = document.keys.get(diagnostic.path)
    if key is None or diagnostic.code not in _NAMES:
        return diagnostic
    lines = key.source.splitlines()
    source = lines[key.line - 1] if 0 < key.line <= len(lines) else diagnostic.source
    return attrs.evolve(
        diagnostic, line=key.line, column=key.column, source=source, width=max(1, len(key.text))
    )


def _raise_errors(document: Document | None, lang: str | None) -> None:
    errors = [] if document is None else [each for each in said(document, lang) if each.severity == "error"]
    if errors:
        raise CriteriaError(errors)


def run_tests(
    path: str | os.PathLike[str], lang: str | None = None, *, library: Library | None = None
) -> TestRun:
    """Run all tests of a ruleset's file, those in it and those beside it.

    ``library`` is where sets that it extends or asks titles of are found.

    Raises ``CriteriaError`` where the ruleset or the file of tests is not sound; a failing test is no
    error but an outcome.
    """
    document = read_document(path)
    ruleset = sound_ruleset(document, library)
    if ruleset is None:
        raise CriteriaError([each for each in said(document, lang) if each.severity == "error"])
    look_at_cases(ruleset, ruleset.tests, document.problems)
    _raise_errors(document, lang)
    companion, beside = read_companion(path, ruleset)
    _raise_errors(companion, lang)
    sets = () if library is None else library.asked_by(ruleset)
    outcomes = [(document.name, each) for each in _run(document, ruleset, ruleset.tests, lang, sets)]
    if companion is not None:
        outcomes += [(companion.name, each) for each in _run(companion, ruleset, beside, lang, sets)]
    missed = unreached(ruleset, [outcome for _, outcome in outcomes])
    return TestRun(os.fspath(path), ruleset, tuple(outcomes), missed)


def _run(
    document: Document,
    ruleset: Ruleset,
    cases: Sequence[Case],
    lang: str | None,
    sets: Sequence[Ruleset],
) -> list[CaseOutcome]:
    """Run tests that were read from a document, and give what they show its place there."""
    outcomes = run_cases(ruleset, cases, lang, sets=sets)
    for outcome in outcomes:
        for each in (*outcome.differences, *outcome.errors):
            document.problems.append(each)
    placed: dict[int, list[Diagnostic]] = {}
    for each in said(document, lang):
        of = _CASE.match(each.path)
        if of:
            placed.setdefault(int(of[1]), []).append(each)
    return [_placed(outcome, placed.get(place, [])) for place, outcome in enumerate(outcomes)]


def _placed(outcome: CaseOutcome, located: Sequence[Diagnostic]) -> CaseOutcome:
    by_path = {(each.code, each.path): each for each in located}

    def place(found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        return tuple(by_path.get((each.code, each.path), each) for each in found)

    return attrs.evolve(
        outcome,
        differences=place(outcome.differences),
        errors=place(outcome.errors),
        warnings=place(outcome.warnings),
    )
