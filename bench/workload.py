"""The common workload: forty leaves in five groups, with five prerequisites, and one level.

The same judgement twice: as a ruleset, and as the function that a good programmer would write for it
by hand, who need not care for missing values, messages or explanations.
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

# What must hold before: a criterion of an earlier group, for a group or for one leaf.
GROUP_NEEDS = {1: "flag0", 2: "n03", 4: "flag2"}
LEAF_NEEDS = {"n19": "n06", "place3": "flag1"}


def ruleset_text(copies: int = 1) -> str:
    """The workload in YAML; with more copies of it, a ruleset of 40, 80, … leaves."""
    inputs, criteria = [], []
    for copy in range(copies):
        mark = f"_{copy}" if copy else ""
        for group in range(GROUPS):
            names = [f"n{group * NUMBERS_A_GROUP + number:02}" for number in range(NUMBERS_A_GROUP)]
            inputs += [f"  {name}{mark}: {{type: number, range: [0, 100]}}" for name in names]
            inputs += [
                f"  flag{group}{mark}: {{type: boolean}}",
                f"  place{group}{mark}: {{type: choice, choices: [{', '.join(PLACES)}]}}",
            ]
            criteria.append(f"  group{group}{mark}:")
            if group in GROUP_NEEDS:
                criteria.append(f"    requires: [c_{GROUP_NEEDS[group]}{mark}]")
            criteria.append("    criteria:")
            for name, sign, threshold in zip(names, SIGNS, THRESHOLDS, strict=True):
                judged = f"points: 2, test: {name}{mark} {sign} {threshold}"
                criteria.append(f"      c_{name}{mark}: {{{_need(name, mark)}{judged}}}")
            criteria.append(f"      c_flag{group}{mark}: {{points: 3, test: flag{group}{mark}}}")
            place = f"place{group}"
            judged = f"choose: {{of: {place}{mark}, points: {{low: 0, middle: 3, high: 5}}}}"
            criteria.append(f"      c_{place}{mark}: {{{_need(place, mark)}{judged}}}")
    return "\n".join([
        "criteria_engine: 1",
        "id: bench.workload",
        'version: "1"',
        "inputs:",
        *inputs,
        "criteria:",
        *criteria,
        "levels:",
        '  pass: {when: "percent(score(), max_score()) >= 80"}',
        "",
    ])  # fmt: skip


def _need(name: str, mark: str) -> str:
    return f"requires: [c_{LEAF_NEEDS[name]}{mark}], " if name in LEAF_NEEDS else ""


PLACE_POINTS = {"low": 0, "middle": 3, "high": 5}


def by_hand(values: Values) -> tuple[int, bool]:
    """Score and whether it passes, for complete values."""
    flag0, flag1, flag2 = values["flag0"], values["flag1"], values["flag2"]
    n06_met = False
    flag1_met = False

    score = PLACE_POINTS[values["place0"]]
    if values["n00"] >= 20:
        score += 2
    if values["n01"] < 85:
        score += 2
    if values["n02"] > 15:
        score += 2
    n03_met = values["n03"] <= 90
    if n03_met:
        score += 2
    if values["n04"] >= 25:
        score += 2
    if values["n05"] >= 10:
        score += 2
    if flag0:
        score += 3

        score += PLACE_POINTS[values["place1"]]
        n06_met = values["n06"] >= 20
        if n06_met:
            score += 2
        if values["n07"] < 85:
            score += 2
        if values["n08"] > 15:
            score += 2
        if values["n09"] <= 90:
            score += 2
        if values["n10"] >= 25:
            score += 2
        if values["n11"] >= 10:
            score += 2
        flag1_met = flag1
        if flag1:
            score += 3

    flag2_met = False
    if n03_met:
        score += PLACE_POINTS[values["place2"]]
        if values["n12"] >= 20:
            score += 2
        if values["n13"] < 85:
            score += 2
        if values["n14"] > 15:
            score += 2
        if values["n15"] <= 90:
            score += 2
        if values["n16"] >= 25:
            score += 2
        if values["n17"] >= 10:
            score += 2
        flag2_met = flag2
        if flag2:
            score += 3

    if flag1_met:
        score += PLACE_POINTS[values["place3"]]
    if values["n18"] >= 20:
        score += 2
    if n06_met and values["n19"] < 85:
        score += 2
    if values["n20"] > 15:
        score += 2
    if values["n21"] <= 90:
        score += 2
    if values["n22"] >= 25:
        score += 2
    if values["n23"] >= 10:
        score += 2
    if values["flag3"]:
        score += 3

    if flag2_met:
        score += PLACE_POINTS[values["place4"]]
        if values["n24"] >= 20:
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
        if values["flag4"]:
            score += 3

    return score, score >= 80


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
    """A copy with a tenth of the values missing."""
    missing = set(chance.sample(sorted(values), len(values) // 10))
    return {name: None if name in missing else value for name, value in values.items()}
