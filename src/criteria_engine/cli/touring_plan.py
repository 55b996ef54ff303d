"""The step of the tour that looks ahead: a plan, its targets, and what is to be said of them."""

from __future__ import annotations

import datetime
import textwrap
from pathlib import Path

from criteria_engine import load_plan, project
from criteria_engine.cli.console import Console
from criteria_engine.cli.projecting import targets_text

__all__ = ["PLAN", "RECOGNITIONS", "show_projection"]

PLAN = "vn/khanh-hoa/plan-2377.yaml"
"""The plan that comes with the program."""

RECOGNITIONS = "vn/khanh-hoa/cong-nhan.gia-dinh.csv"
"""Its recognitions, which are assumed."""

_LOOKED_FROM = datetime.date(2024, 12, 31)
_MOST_LINES = 9


def show_projection(folder: Path, console: Console) -> None:
    """The plan of the province, from the end of 2024: its targets, and how the paragraph begins."""
    console.say(console.word("demo_project"), "strong")
    console.say(console.word("demo_project_assumed"), "doubt")
    console.say()
    plan = load_plan(folder / PLAN, lang=console.lang)
    found = project(plan, recognitions=folder / RECOGNITIONS, on=_LOOKED_FROM)
    console.say(targets_text(found, console))
    console.say()
    console.say(_beginning(found.explain(console.lang), console.width))
    console.say(console.word("demo_project_rest"))
    console.say()


def _beginning(paragraph: str, width: int) -> str:
    """As many whole sentences as fit into a few lines."""
    kept: list[str] = []
    shown = ""
    for sentence in paragraph.split(". "):
        kept.append(sentence)
        text = ". ".join(kept).removesuffix(".") + "."
        lines = textwrap.wrap(text, width, break_long_words=False)
        if len(lines) > _MOST_LINES:
            break
        shown = "\n".join(lines)
    return shown
