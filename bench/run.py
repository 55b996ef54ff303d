"""Measure, and print one table: `make bench`.

The targets stand beside the figures; one that is missed is shown as missed. Nothing is asserted but that the
results are right.

- *Cold*: whole fresh processes with byte code, by the processor time that they take. A ratio to a process
  that imports attrs and yaml, which the library cannot do without.
- *Warm*: all verdicts of many subjects, each level and score read, each row a dictionary of its own. A ratio
  to the function written by hand; the two are timed in turn, many times over, and the median of the ratios
  counts, so that a busy machine slows both.
- *Size*: loading, and ten times the criteria.
- *Hostile files*: how long the worst takes, and how much memory.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from machine import machine_and_versions
from workload import Values, by_hand, complete_values, ruleset_text, with_gaps

import criteria_engine as ce

SEED, SUBJECTS, ROUNDS, PROCESSES = 20260101, 200, 41, 15
HERE = Path(__file__).resolve().parent
Task = Callable[[], object]

TARGETS = {
    "cold: load and one verdict, × import attrs, yaml": 2.5,
    "cold: criteria --help": 2,
    "cold: criteria check FILE": 3,
    "cold: modules of ours up to the first verdict": 60,
    "warm: level and score, complete, × by hand": 3,
    "warm: level and score, a tenth missing": 5,
    "size: ten times the criteria, × the time": 11,
    "size: load 40 criteria, ms": 15,
    "size: load 1,000 criteria, ms": 400,
    "hostile file: slowest, s": 1,
    "hostile file: most memory, MB": 200,
}


# ---- cold ----------------------------------------------------------------------------------------

_VERDICT = "import criteria_engine as ce; ce.load(r'{file}').evaluate({{}}).level"
_MODULES = "import sys; print(sum(name.partition('.')[0] == 'criteria_engine' for name in sys.modules))"


def processor_time(arguments: list[str], environment: dict[str, str]) -> float:
    """The seconds of processor time that a fresh Python takes from its start to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, *arguments]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cold_figures() -> dict[str, float]:
    """What a fresh process costs."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "workload.yaml"
        file.write_text(ruleset_text(), encoding="utf-8")
        verdict = _VERDICT.format(file=file)
        programs = {
            "base": ["-c", "import attrs, yaml"],
            "load and one verdict, × import attrs, yaml": ["-c", verdict],
            "criteria --help": ["-m", "criteria_engine", "--help"],
            "criteria check FILE": ["-m", "criteria_engine", "check", str(file)],
        }
        times: dict[str, list[float]] = {name: [] for name in programs}
        for turn in range(PROCESSES + 1):
            for name, arguments in programs.items():
                seconds = processor_time(arguments, environment)
                if turn:  # the first writes the byte code
                    times[name].append(seconds)
        counted = [sys.executable, "-c", f"{verdict}; {_MODULES}"]
        modules = subprocess.run(counted, env=environment, check=True, capture_output=True).stdout
    base = times.pop("base")
    return {
        **{f"cold: {name}": median_ratio(each, base) for name, each in times.items()},
        "cold: modules of ours up to the first verdict": int(modules),
        "cold: import attrs, yaml, ms": statistics.median(base) * 1e3,
    }


# ---- warm ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def _quiet_memory() -> Iterator[None]:
    """No collection of garbage while the clock runs."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def in_turn(tasks: dict[str, Task], rounds: int) -> dict[str, list[float]]:
    """Seconds of each task, round by round, each round in another order."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    names, chance = list(tasks), random.Random(SEED)
    with _quiet_memory():
        for task in tasks.values():
            task()
        for _ in range(rounds):
            chance.shuffle(names)
            for name in names:
                start = time.perf_counter()
                tasks[name]()
                times[name].append(time.perf_counter() - start)
    return times


def median_ratio(times: list[float], base: list[float]) -> float:
    """The median over the rounds of how much longer one task takes than the other."""
    return statistics.median(a / b for a, b in zip(times, base, strict=True))


def evaluating(ruleset: Any, rows: list[Values]) -> Task:
    """Evaluate all rows, and read what the hand-written function gives: the level and the score."""

    def task() -> None:
        evaluate = ruleset.evaluate
        for row in rows:
            result = evaluate(row)
            _ = result.level
            _ = result.score

    return task


def computing(rows: list[Values]) -> Task:
    """Judge all rows by hand."""

    def task() -> None:
        for row in rows:
            by_hand(row)

    return task


def check_results(ruleset: Any, complete: list[Values], gaps: list[Values]) -> None:
    """Both judge alike; and with a tenth missing, what came out lies within what was said."""
    for row, holes in zip(complete, gaps, strict=True):
        score, passed = by_hand(row)
        result, open_result = ruleset.evaluate(row), ruleset.evaluate(holes)
        level = "pass" if passed else "none"
        assert (float(result.score), result.level) == (score, level), (row, result.score, score)
        assert open_result.score.low <= score <= open_result.score.high, (holes, open_result.score, score)
        assert level in open_result.possible_levels, (holes, open_result.possible_levels, level)
    share = statistics.mean(by_hand(row)[1] for row in complete)
    assert 0.05 < share < 0.95, f"{share:.0%} pass: the workload decides nothing"


def warm_figures() -> dict[str, float]:
    """How evaluation compares with the function written by hand."""
    chance = random.Random(SEED)
    ruleset = ce.loads(ruleset_text(), name="workload.yaml")
    complete = [complete_values(chance) for _ in range(SUBJECTS)]
    gaps = [with_gaps(chance, row) for row in complete]
    check_results(ruleset, complete, gaps)
    tasks = {
        "by hand": computing(complete),
        "complete": evaluating(ruleset, complete),
        "gaps": evaluating(ruleset, gaps),
    }
    times = in_turn(tasks, ROUNDS)
    return {
        "warm: level and score, complete, × by hand": median_ratio(times["complete"], times["by hand"]),
        "warm: level and score, a tenth missing": median_ratio(times["gaps"], times["by hand"]),
        "warm: by hand, µs": statistics.median(times["by hand"]) / SUBJECTS * 1e6,
    }


# ---- size ----------------------------------------------------------------------------------------


def size_figures() -> dict[str, float]:
    """How loading and evaluating grow with the number of criteria."""
    texts = {name: ruleset_text(copies) for name, copies in (("40", 1), ("1,000", 25))}
    loading: dict[str, Task] = {name: lambda text=text: ce.loads(text) for name, text in texts.items()}
    loads = in_turn(loading, 7)
    chance = random.Random(SEED)
    runs = in_turn(
        {
            name: evaluating(
                ce.loads(ruleset_text(copies)), [complete_values(chance, copies) for _ in range(SUBJECTS)]
            )
            for name, copies in (("small", 1), ("large", 10))
        },
        15,
    )
    return {
        "size: ten times the criteria, × the time": median_ratio(runs["large"], runs["small"]),
        **{f"size: load {name} criteria, ms": statistics.median(each) * 1e3 for name, each in loads.items()},
    }


# ---- hostile files -------------------------------------------------------------------------------

HOSTILE = {
    "50,000 brackets": "'a: ' + '[' * 50_000",
    "1,000 levels": "''.join(' ' * i + 'a:\\n' for i in range(1_000))",
    "a bomb of aliases": "'a: &a [x, x]\\n' + ''.join(f'b{i}: &b{i} [*a, *a, *a]\\n' for i in range(50))",
    "6 MB of entries": "'a:\\n' + '- x\\n' * 1_500_000",
    "a scalar of 4 MB": "'a: ' + 'x' * 4_000_000",
    "10,000 minus signs": "TEST % ('-' * 10_000 + '1 > 0')",
    "1 MB of expression": "TEST % ('+'.join(['1'] * 500_000) + ' > 0')",
    "10,000 parentheses": "TEST % ('(' * 10_000 + '1' + ')' * 10_000 + ' > 0')",
    "100,000 unknown keys": "'criteria_engine: 1\\n' + ''.join(f'k{i}: x\\n' for i in range(100_000))",
}
HOSTILE_PROGRAM = """
import re, sys, time
import criteria_engine as ce
TEST = 'criteria_engine: 1\\nid: a.b\\nversion: "1"\\ncriteria:\\n  c:\\n    test: %s\\n'
text = eval(sys.argv[1])
start = time.perf_counter()
try:
    ce.loads(text)
    outcome = 'loaded'
except BaseException as error:
    outcome = type(error).__name__
seconds = time.perf_counter() - start
peak = re.findall(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[0]  # ru_maxrss remembers who started it
print(outcome, seconds, int(peak) / 1024)
"""


def hostile_figures() -> tuple[dict[str, float], list[str]]:
    """The slowest and the hungriest of the hostile files, and what did not end in a CriteriaError."""
    seconds, megabytes, strange = [0.0], [0.0], []
    for name, program in HOSTILE.items():
        done = None
        try:
            done = subprocess.run(
                [sys.executable, "-c", HOSTILE_PROGRAM, program],
                check=False,
                capture_output=True,
                encoding="utf-8",
                timeout=60,
            )
            outcome, took, peak = done.stdout.split()
        except (ValueError, subprocess.TimeoutExpired):
            last = (done.stderr.splitlines() or ["died"])[-1] if done else "took over a minute"
            strange.append(f"{name}: {last}")
            continue
        seconds.append(float(took))
        megabytes.append(float(peak))
        if outcome != "CriteriaError":
            strange.append(f"{name}: {outcome}")
    return {
        "hostile file: slowest, s": max(seconds),
        "hostile file: most memory, MB": max(megabytes),
    }, strange


def main() -> None:
    """Measure all, print the table, write results.json."""
    hostile, strange = hostile_figures()
    figures = {**cold_figures(), **warm_figures(), **size_figures(), **hostile}
    machine = machine_and_versions("criteria-engine", "attrs", "PyYAML")
    print(machine)
    width = max(map(len, figures))
    for name, figure in figures.items():
        target = f"{TARGETS[name]:>8,}" if name in TARGETS else ""
        missed = "  missed" if figure > TARGETS.get(name, figure) else ""
        print(f"{name:<{width}} {figure:>10.2f} {target}{missed}")
    for line in strange:
        print(f"not refused as it should be: {line}")
    kept = {"machine": machine, "figures": figures, "targets": TARGETS, "not_refused": strange}
    (HERE / "results.json").write_text(
        json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
