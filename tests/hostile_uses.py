"""What is done with each hostile thing: everything that a program does with a ruleset."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs

import criteria_engine as ce
from criteria_engine.messages.speaker import sentences
from criteria_engine.rules.parts import INPUT_TYPES
from criteria_engine.ruleset import Ruleset

ROOT = Path(__file__).resolve().parent.parent

_VALUES: Mapping[str, tuple[Any, ...]] = {
    "boolean": (True, False),
    "number": (3, 0, -2.5),
    "integer": (5, 0, 700),
    "percent": (50, 0, 100),
    "text": ("x", "", "tốt"),
    "date": (datetime.date(2024, 2, 29), datetime.date(1, 1, 1), datetime.date.max),
}
assert set(_VALUES) < set(INPUT_TYPES)


def example(ruleset: Ruleset, which: int) -> dict[str, Any]:
    """A value for every input; ``which`` picks among few."""
    scales = {scale.id: scale.words for scale in ruleset.scales}
    values = {}
    for given in ruleset.inputs:
        words = given.choices or scales.get(given.scale or "") or _VALUES.get(given.type, ())
        value = words[which % len(words)]
        if given.range is not None and not isinstance(value, bool):
            value = min(max(value, math.ceil(given.range[0])), math.floor(given.range[1]))
        values[given.id] = value
    return values


def numbers(result: ce.Result) -> list[float]:
    """Every number that a result holds."""
    bounds = [result.score, result.max_score]
    for path in result.ruleset.program.places:
        if path:
            bounds += [result.criteria[path].score, result.criteria[path].max_score]
    return [end for each in bounds if each is not None for end in (each.low, each.high)]


def use(ruleset: Ruleset, *, few: bool = False) -> None:
    """Judge complete and missing values (``few``: once each), explain, write; all numbers are finite."""
    on = datetime.date(2024, 6, 1)
    evidence = {given.id: "QĐ 1" for given in ruleset.inputs if given.evidence}
    complete = [example(ruleset, which) for which in range(1 if few else 3)]
    for values in (*complete, {}):
        try:
            result = ruleset.evaluate(values, on=on, evidence=evidence)
        except ce.CriteriaError:  # values that contradict each other
            continue
        assert all(math.isfinite(each) for each in numbers(result))
        assert str(result.explain())
        assert json.dumps(result.to_dict(), allow_nan=False)
        assert isinstance(result.missing, tuple)
    assert ce.loads(ce.dumps(ruleset)) == ruleset


def text_with(expression: str, corpus: ModuleType) -> str:
    """A ruleset in which the expression is a definition, an applies_when and a test."""
    written = json.dumps(expression, ensure_ascii=True)
    return (
        f"{corpus.HEAD}{corpus.INPUTS}define: {{x: {written}}}\n"
        f"criteria: {{k: {{test: {written}}}, m: {{score: {written}}}, o: {{test: a, applies_when: {written}}}}}\n"
    )


@attrs.frozen
class Job:
    """One thing to do, with the file it is done to."""

    name: str
    text: str
    path: Path | None = None
    must_be_sound: bool = False

    def file(self, folder: Path) -> Path:
        return self.path or folder / f"{abs(hash(self.name))}.yaml"

    def prepare(self, folder: Path) -> None:
        if self.path is None:
            self.file(folder).write_text(self.text, encoding="utf-8", errors="surrogatepass")

    def run(self, folder: Path) -> None:
        path = self.file(folder)
        found = ce.check(path)
        try:
            ruleset = ce.load(path)
        except ce.CriteriaError as error:
            assert str(error)
            assert not self.must_be_sound, str(error)[:300]
            assert [each.code for each in found if each.severity == "error"]
            return
        use(ruleset)


def expression_jobs(expressions: tuple[str, ...], corpus: ModuleType) -> list[Job]:
    """Each expression alone as a definition, which may be of any kind, and in all places."""
    made = []
    for number, expression in enumerate(expressions):
        written = json.dumps(expression, ensure_ascii=True)
        name = f"{number} {expression[:40]!r}"
        alone = f"{corpus.HEAD}{corpus.INPUTS}define: {{x: {written}}}\ncriteria: {{k: {{test: known(x)}}}}\n"
        made += [Job(name, text_with(expression, corpus)), Job(f"{name} alone", alone)]
    return made


def warm_up(corpus: ModuleType) -> None:
    """Everything once, so that all that is imported when it is first needed is there."""
    for lang in ("vi", "en"):
        for subject in ("faults", "results"):
            sentences(subject, lang)
    text = text_with("n > 3", corpus).replace('score: "n > 3"', "score: n") + "levels: {good: {when: a}}\n"
    use(ce.loads(text))
    assert ce.check(ROOT / "rulesets") != []
    for path in sorted((ROOT / "rulesets" / "vn").rglob("bo-tieu-chi.yaml")):
        assert ce.check(path) == []
    for wrong in ("[", "a: 1,5", "a: b: c", "x 1\na: 2", "'", "\t a: 1"):
        try:
            ce.loads(wrong)
        except ce.CriteriaError as error:
            assert str(error)


def jobs(what: str, corpus: ModuleType) -> list[Job]:
    """The jobs of one run."""
    match what:
        case "small":
            return expression_jobs(corpus.SMALL, corpus)
        case "heavy":
            return expression_jobs(corpus.HEAVY, corpus)
        case "bombs":
            return [Job(name, make()) for name, make in corpus.BOMBS.items()]
        case "shipped":
            paths = sorted((ROOT / "rulesets" / "vn").rglob("*.yaml"))
            return [
                Job(path.stem, "", path, must_be_sound=True)
                for path in paths
                if not path.name.endswith(".tests.yaml") and not path.name.startswith("plan-")
            ]
    raise ValueError(what)
