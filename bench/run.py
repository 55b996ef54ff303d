"""Measure, and print one table: `make bench`.

Speeds of evaluation are ratios to the function written by hand, taken within one run: the two are timed
in turn, many times over, and the median of the ratios is what counts, so that a busy machine slows both.
Nothing is asserted but that the results are right; the targets stand beside the figures.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from workload import Values, by_hand, complete_values, ruleset_text, with_gaps

import criteria_engine as ce

SEED, SUBJECTS, ROUNDS = 20260101, 200, 41
HERE = Path(__file__).resolve().parent
Task = Callable[[], object]

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


@contextlib.contextmanager
def _quiet_memory() -> Iterator[None]:
    """No collection of garbage while the clock runs."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def in_turn(tasks: dict[str, Task], rounds: int) -> dict[str, list[int]]:
    """Nanoseconds of each task, round by round, each round in another order."""
    times: dict[str, list[int]] = {name: [] for name in tasks}
    names = list(tasks)
    chance = random.Random(SEED)
    with _quiet_memory():
        for task in tasks.values():
            task()
        for _ in range(rounds):
            chance.shuffle(names)
            for name in names:
                start = time.perf_counter_ns()
                tasks[name]()
                times[name].append(time.perf_counter_ns() - start)
    return times


def median_ratio(times: dict[str, list[int]], one: str, other: str) -> float:
    """The median over the rounds of how much longer one task takes than the other."""
    return statistics.median(a / b for a, b in zip(times[one], times[other], strict=True))


def evaluating(ruleset: Any, rows: list[Values]) -> Task:
    """Evaluate all rows and look at what the hand-written function gives: the score and the level."""

    def task() -> None:
        evaluate = ruleset.evaluate
        for row in rows:
            result = evaluate(row)
            _ = result.level
            _ = result.score

    return task


def only_evaluating(ruleset: Any, rows: list[Values]) -> Task:
    """Evaluate all rows, and look at nothing yet: the results are whole, their parts are read when asked for."""

    def task() -> None:
        evaluate = ruleset.evaluate
        for row in rows:
            evaluate(row)

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


def evaluation_figures() -> dict[str, float]:
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
        "complete alone": only_evaluating(ruleset, complete),
        "gaps alone": only_evaluating(ruleset, gaps),
    }
    times = in_turn(tasks, ROUNDS)
    return {
        "evaluate, complete: times by hand": median_ratio(times, "complete alone", "by hand"),
        "evaluate, a tenth missing: times by hand": median_ratio(times, "gaps alone", "by hand"),
        "… and level and score read, complete": median_ratio(times, "complete", "by hand"),
        "… and level and score read, a tenth missing": median_ratio(times, "gaps", "by hand"),
        "by hand, µs": statistics.median(times["by hand"]) / SUBJECTS / 1e3,
        "evaluate, complete, µs": statistics.median(times["complete"]) / SUBJECTS / 1e3,
    }


def size_figures() -> dict[str, float]:
    """How loading and evaluating grow with the number of criteria."""
    texts = {"40": ruleset_text(), "1,000": ruleset_text(25)}
    # Steps of forty leaves are too coarse for 100: 80 and 800 stand for the tenfold.
    small, large = ce.loads(ruleset_text(2)), ce.loads(ruleset_text(20))
    chance = random.Random(SEED)
    small_rows = [complete_values(chance, 2) for _ in range(50)]
    large_rows = [complete_values(chance, 20) for _ in range(50)]
    tasks: dict[str, Task] = {
        f"load {name}": lambda text=text: ce.loads(text) for name, text in texts.items()
    }
    loads = in_turn(tasks, 7)
    runs = in_turn({"small": evaluating(small, small_rows), "large": evaluating(large, large_rows)}, 15)
    return {
        "load 40 criteria, ms": statistics.median(loads["load 40"]) / 1e6,
        "load 1,000 criteria, ms": statistics.median(loads["load 1,000"]) / 1e6,
        "evaluate, ten times the criteria: times the cost": median_ratio(runs, "large", "small"),
    }


def import_figures() -> dict[str, float]:
    """What the import adds to the start of Python."""

    def start(program: str) -> Task:
        return lambda: subprocess.run([sys.executable, "-c", program], check=True)

    times = in_turn({"bare": start("pass"), "import": start("import criteria_engine")}, 21)
    added = [(a - b) / 1e6 for a, b in zip(times["import"], times["bare"], strict=True)]
    return {"import over bare Python, ms": statistics.median(added)}


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
        "hostile file, slowest, s": max(seconds),
        "hostile file, most memory, MB": max(megabytes),
    }, strange


TARGETS = {
    "evaluate, complete: times by hand": 3,
    "evaluate, a tenth missing: times by hand": 5,
    "load 40 criteria, ms": 50,
    "load 1,000 criteria, ms": 1_000,
    "evaluate, ten times the criteria: times the cost": 11,
    "import over bare Python, ms": 120,
    "hostile file, slowest, s": 1,
    "hostile file, most memory, MB": 200,
}


def machine() -> dict[str, str | int | None]:
    """On what it was measured."""
    cpu = Path("/proc/cpuinfo")
    models = [line for line in cpu.read_text().splitlines() if "model name" in line] if cpu.exists() else []
    return {
        "processor": models[0].partition(":")[2].strip() if models else platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        **{name: metadata.version(name) for name in ("criteria-engine", "attrs", "PyYAML")},
    }


def main() -> None:
    """Measure all, print the table, write results.json."""
    hostile, strange = hostile_figures()
    figures = {**evaluation_figures(), **size_figures(), **import_figures(), **hostile}
    width = max(map(len, figures))
    print(*(f"{name}: {value}" for name, value in machine().items()), sep=", ")
    for name, figure in figures.items():
        target = f"{TARGETS[name]:>8,}" if name in TARGETS else ""
        missed = "  <-- over" if figure > TARGETS.get(name, figure) else ""
        print(f"{name:<{width}} {figure:>10.2f} {target}{missed}")
    for line in strange:
        print(f"not refused as it should be: {line}")
    kept = {"machine": machine(), "figures": figures, "targets": TARGETS, "not_refused": strange}
    (HERE / "results.json").write_text(
        json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
