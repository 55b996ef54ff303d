"""What the type checkers must refuse: each line that ends in ``# wrong``, and no other."""

from __future__ import annotations

import criteria_engine as ce

no_id = ce.Criterion(points=10)  # wrong
no_such_key = ce.Criterion("fewer", point=10)  # wrong
a_number = ce.Level("model", when=ce.score() >= 80, title=3)  # wrong
no_rule = ce.Criterion("fewer", rule="theft < 3")  # wrong
a_day = ce.Effective(from_=2024)  # wrong
no_steps = ce.Bands(of="turnout")  # wrong


def after(ruleset: ce.Ruleset) -> None:
    ruleset.version = "2"  # wrong
    ruleset.criteria.append(no_id)  # wrong
    print(ruleset.evaluate({}).lvel)  # wrong
