"""Verdicts in a line each: the level, the score, and what is missing or failed first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from criteria_engine import Bounds, Result, Ruleset, Status
from criteria_engine.cli.console import Console
from criteria_engine.cli.subjects import Judged
from criteria_engine.cli.table_text import text_table

__all__ = ["criteria_table", "leaves", "level_title", "tally", "verdict", "verdict_table"]


def leaves(ruleset: Ruleset) -> Iterator[tuple[str, Any]]:
    """The criteria that are judged themselves, with their paths."""
    waiting = [(each.id, each) for each in reversed(ruleset.criteria)]
    while waiting:
        path, criterion = waiting.pop()
        if criterion.is_group:
            waiting.extend((f"{path}.{each.id}", each) for each in reversed(criterion.criteria))
        else:
            yield path, criterion


def level_title(ruleset: Ruleset, level: str, lang: str) -> str:
    """The title of a level, or its id."""
    titles = [(each.id, each.title) for each in ruleset.levels]
    if ruleset.otherwise is not None:
        titles.append((ruleset.otherwise.id, ruleset.otherwise.title))
    return next((title.in_language(lang) for known, title in titles if known == level and title), level)


def verdict(ruleset: Ruleset, result: Result, console: Console) -> str:
    """The level in words; where it is open, all that remain possible."""
    if result.referred is not None:
        return console.word("referred", text=result.referred)
    if result.level is not None:
        return level_title(ruleset, result.level, console.lang)
    if result.decided:
        return ""
    titles = [level_title(ruleset, each, console.lang) for each in result.possible_levels]
    if result.may_be_referred:
        titles.append(console.word("may_be_referred"))
    return (
        console.word("undecided", levels=console.word("either").join(titles))
        if titles
        else console.word("undecided_plain")
    )


def _score(result: Result, console: Console) -> str:
    score, most = result.score, result.max_score
    if score is None:
        return "–"
    return _ends(score, console) + (f"/{_ends(most, console)}" if most is not None else "")


def _ends(bounds: Bounds, console: Console) -> str:
    if bounds.exact:
        return console.number(bounds.low)
    return f"{console.number(bounds.low)}–{console.number(bounds.high)}"


def _why(ruleset: Ruleset, result: Result, console: Console) -> str:
    """What is still missing, or what failed first."""
    if not result.decided:
        titles = {each.id: each.title.in_language(console.lang) or each.id for each in ruleset.inputs}
        names = [titles[name] for name in result.missing if name in titles]
        return console.word("missing", count=len(names), names="; ".join(names)) if names else ""
    if result.referred is not None or (ruleset.levels and result.level == ruleset.levels[0].id):
        return ""
    failed = [
        criterion.title.in_language(console.lang) or criterion.id
        for path, criterion in leaves(ruleset)
        if result.criteria[path].status in (Status.NOT_MET, Status.BLOCKED)
    ]
    return console.word("not_met_first", count=len(failed), names="; ".join(failed)) if failed else ""


def verdict_table(
    ruleset: Ruleset, found: Sequence[Judged], console: Console, marks: Mapping[str, str] | None = None
) -> str:
    """A row a subject; ``marks`` go behind names."""
    subject = ruleset.subject.in_language(console.lang) or console.word("subject")
    header = [subject, console.word("verdict"), console.word("score"), console.word("why")]
    rows = []
    for each in found:
        name = each.subject + (marks or {}).get(each.subject, "")
        if each.result is None:
            rows.append(
                [name, console.word("refused"), "", each.problems[0].in_language(console.lang).message]
            )
        else:
            rows.append(
                [
                    name,
                    verdict(ruleset, each.result, console),
                    _score(each.result, console),
                    _why(ruleset, each.result, console),
                ]
            )
    if not ruleset.levels and all(each.result is None or each.result.decided for each in found):
        header = [header[0], *header[2:]]
        rows = [[row[0], *row[2:]] for row in rows]
    return text_table(header, rows, width=console.width)


def tally(ruleset: Ruleset, found: Sequence[Judged], console: Console) -> str:
    """How many came out how, in the order of the levels."""
    counts: Counter[str] = Counter()
    order = [level_title(ruleset, each.id, console.lang) for each in ruleset.levels]
    if ruleset.otherwise is not None:
        order.append(level_title(ruleset, ruleset.otherwise.id, console.lang))
    for each in found:
        if each.result is None:
            counts[console.word("refused")] += 1
        elif not each.result.decided:
            counts[console.word("tally_undecided")] += 1
        else:
            counts[verdict(ruleset, each.result, console)] += 1
    counts.pop("", None)
    order += [each for each in counts if each not in order]
    parts = [console.word("tally_part", count=counts[name], verdict=name) for name in order if counts[name]]
    subject = ruleset.subject.in_language(console.lang) or console.word("subject")
    return console.word("tally", count=len(found), subject=subject, parts=", ".join(parts) or "–")


def criteria_table(ruleset: Ruleset, result: Result, console: Console) -> str:
    """State and points of every criterion of one subject."""
    rows = []
    for path, criterion in leaves(ruleset):
        found = result.criteria[path]
        points = "–" if found.score is None else _ends(found.score, console)
        rows.append(
            [criterion.title.in_language(console.lang) or path, console.word(str(found.status)), points]
        )
    header = [console.word("criterion"), console.word("state"), console.word("score")]
    return text_table(header, rows, width=console.width)
