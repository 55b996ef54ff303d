"""The common workload: five groups of eight leaves, each group behind a prerequisite, and one level.

The same judgement twice: as a ruleset, and as the function that a good programmer would write for it
by hand, who need not care for missing values, messages or explanations. Each group ``requires`` an
expression, and the level is the conjunction of these five and a mark.
"""

from __future__ import annotations

import random
from typing import Any

Values = dict[str, Any]

GROUPS = 5
NUMBERS_A_GROUP = 6
SIGNS = (">=", "<", ">", "<=", ">=", ">=")
THRESHOLDS = (20, 85, 15, 90, 25, 10)
PLACES = ("low", "middle", "high")
PLACE_POINTS = {"low": 0, "middle": 3, "high": 5}
MARK = 75

# What each group requires; {0} is the mark of a copy of the workload.
REQUIRES = (
    "n08{0} >= 5 or flag1{0}",
    "n01{0} < 95 and place0{0} in ['middle', 'high']",
    "n14{0} + n20{0} >= 30.05",  # no sum of tenths comes near it
    "place1{0} != 'low' or flag4{0}",
    "n24{0} <= 97 and n03{0} <= 98",
)


def ruleset_text(copies: int = 1) -> str:
    """The workload in YAML; with more copies of it, a ruleset of 40, 80, … leaves."""
    inputs: list[str] = []
    criteria: list[str] = []
    for copy in range(copies):
        mark = f"_{copy}" if copy else ""
        for group, requires in enumerate(REQUIRES):
            names = [f"n{group * NUMBERS_A_GROUP + number:02}{mark}" for number in range(NUMBERS_A_GROUP)]
            flag, place = f"flag{group}{mark}", f"place{group}{mark}"
            inputs += [f"  {name}: {{type: number, range: [0, 100]}}" for name in names]
            inputs += [
                f"  {flag}: {{type: boolean}}",
                f"  {place}: {{type: choice, choices: [{', '.join(PLACES)}]}}",
            ]
            criteria += [
                f"  group{group}{mark}:",
                f'    requires: ["{requires.format(mark)}"]',
                "    criteria:",
                *[
                    f"      c_{name}: {{points: 2, test: {name} {sign} {threshold}}}"
                    for name, sign, threshold in zip(names, SIGNS, THRESHOLDS, strict=True)
                ],
                f"      c_{flag}: {{points: 3, test: {flag}}}",
                f"      c_{place}: {{choose: {{of: {place}, points: {PLACE_POINTS}}}}}".replace("'", ""),
            ]
    passing = [f"({requires.format('')})" for requires in REQUIRES]
    passing.append(f"percent(score(), max_score()) >= {MARK}")
    return "\n".join([
        "criteria_engine: 1",
        "id: bench.workload",
        'version: "1"',
        "inputs:",
        *inputs,
        "criteria:",
        *criteria,
        "levels:",
        f'  pass: {{when: "{" and ".join(passing)}"}}',
        "",
    ])  # fmt: skip


def by_hand(values: Values) -> tuple[int, bool]:
    """Score and whether it passes, for complete values."""
    n01, n03, n08 = values["n01"], values["n03"], values["n08"]
    n14, n20, n24 = values["n14"], values["n20"], values["n24"]
    place0, place1 = values["place0"], values["place1"]
    flag1, flag4 = values["flag1"], values["flag4"]
    score = 0

    ready0 = n08 >= 5 or flag1
    if ready0:
        score += PLACE_POINTS[place0]
        if values["n00"] >= 20:
            score += 2
        if n01 < 85:
            score += 2
        if values["n02"] > 15:
            score += 2
        if n03 <= 90:
            score += 2
        if values["n04"] >= 25:
            score += 2
        if values["n05"] >= 10:
            score += 2
        if values["flag0"]:
            score += 3

    ready1 = n01 < 95 and place0 != "low"
    if ready1:
        score += PLACE_POINTS[place1]
        if values["n06"] >= 20:
            score += 2
        if values["n07"] < 85:
            score += 2
        if n08 > 15:
            score += 2
        if values["n09"] <= 90:
            score += 2
        if values["n10"] >= 25:
            score += 2
        if values["n11"] >= 10:
            score += 2
        if flag1:
            score += 3

    ready2 = n14 + n20 >= 30.05
    if ready2:
        score += PLACE_POINTS[values["place2"]]
        if values["n12"] >= 20:
            score += 2
        if values["n13"] < 85:
            score += 2
        if n14 > 15:
            score += 2
        if values["n15"] <= 90:
            score += 2
        if values["n16"] >= 25:
            score += 2
        if values["n17"] >= 10:
            score += 2
        if values["flag2"]:
            score += 3

    ready3 = place1 != "low" or flag4
    if ready3:
        score += PLACE_POINTS[values["place3"]]
        if values["n18"] >= 20:
            score += 2
        if values["n19"] < 85:
            score += 2
        if n20 > 15:
            score += 2
        if values["n21"] <= 90:
            score += 2
        if values["n22"] >= 25:
            score += 2
        if values["n23"] >= 10:
            score += 2
        if values["flag3"]:
            score += 3

    ready4 = n24 <= 97 and n03 <= 98
    if ready4:
        score += PLACE_POINTS[values["place4"]]
        if n24 >= 20:
            score += 2
        if values["n25"] < 85:
            score += 2
        if values["n26"] > 15:
            score += 2
        if values["n27"] <= 90:
            score += 2
        if values["n28"] >= 25:
            score += 2
        if values["n29"] >= 10:
            score += 2
        if flag4:
            score += 3

    return score, ready0 and ready1 and ready2 and ready3 and ready4 and score >= MARK


def complete_values(chance: random.Random, copies: int = 1) -> Values:
    """The values of one subject, most of them good ones."""
    values: Values = {}
    for copy in range(copies):
        mark = f"_{copy}" if copy else ""
        for number in range(GROUPS * NUMBERS_A_GROUP):
            values[f"n{number:02}{mark}"] = round(chance.uniform(0, 100), 1)
        for group in range(GROUPS):
            values[f"flag{group}{mark}"] = chance.random() < 0.9
            values[f"place{group}{mark}"] = chance.choices(PLACES, (1, 3, 6))[0]
    return values


def with_gaps(chance: random.Random, values: Values) -> Values:
    """A copy without a tenth of the keys, other ones in each."""
    absent = set(chance.sample(sorted(values), len(values) // 10))
    return {name: value for name, value in values.items() if name not in absent}
