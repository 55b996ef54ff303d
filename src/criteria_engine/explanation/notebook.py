"""Rulesets and results in a notebook: HTML that loads nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from criteria_engine.compiler.tree import Node, Tree
from criteria_engine.evaluation.result import CriterionResult, Result
from criteria_engine.explanation.explanation import explain
from criteria_engine.explanation.phrases import MARKS, Wording
from criteria_engine.explanation.rendering import STYLE, escaped
from criteria_engine.messages import formatting
from criteria_engine.messages.diagnostics import chosen_language
from criteria_engine.rules.parts import Criterion, Level, RulesetParts, Status
from criteria_engine.rules.shape import Clause, Rule

_MOST_BYTES = 95_000
_MOST_CRITERIA = 200


def _fitting(parts: Sequence[str], wording: Wording) -> str:
    """The parts, as many as fit; a note stands for the rest."""
    kept: list[str] = []
    size = 0
    for part in parts:
        size += len(part.encode())
        if size > _MOST_BYTES:
            kept.append(f"<p><i>{escaped(wording.say('too_long'))}</i></p>")
            break
        kept.append(part)
    return f'<div class="criteria-engine" lang="{wording.lang}">{STYLE}{"".join(kept)}</div>'


def result_html(result: Result) -> str:
    """The verdict, a table of the criteria, and the explanation folded away."""
    explained = explain(result)
    wording = Wording(explained.lang, result.ruleset, result.program.scope.tree)
    texts = [(line.kind, escaped(line.text)) for line in explained.head]
    head = [f"<p><b>{text}</b></p>" if kind == "verdict" else f"<p>{text}</p>" for kind, text in texts]
    inside = explained.html().removeprefix(f'<div class="criteria-engine" lang="{explained.lang}">{STYLE}')
    title = escaped(wording.say("explanation"))
    folded = f"<details><summary>{title}</summary>{inside.removesuffix('</div>')}</details>"
    return _fitting([*head, _table(result, wording), folded], wording)


def _table(result: Result, wording: Wording) -> str:
    nodes = list(result.program.scope.tree.root.below())
    columns = ("column_criterion", "column_state", "column_points", "column_most")
    heads = "".join(f'<th scope="col">{escaped(wording.say(column))}</th>' for column in columns)
    rows = [_row(result, wording, node) for node in nodes[:_MOST_CRITERIA]]
    if len(nodes) > _MOST_CRITERIA:
        rows.append(f'<tr><td colspan="4"><i>{escaped(wording.say("too_long"))}</i></td></tr>')
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _row(result: Result, wording: Wording, node: Node) -> str:
    view = CriterionResult(result, node.path)
    state = view.status
    lacking = state is Status.UNKNOWN and not node.criterion.is_group
    word = escaped(wording.state(str(state), lacking=lacking))
    indent = f"{node.path.count('.') * 1.2 + 0.5:g}em"
    name = _short(wording.criterion(node.path))
    score, most = view.score, view.max_score
    return (
        f'<tr><td style="padding-left:{indent}"><bdi>{escaped(name)}</bdi></td>'
        f'<td class="s {state}">{MARKS[state]} {word}</td>'
        f"<td>{'' if score is None else escaped(wording.end(score))}</td>"
        f"<td>{'' if most is None else escaped(wording.end(most))}</td></tr>"
    )


def _short(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:160]}…"


def ruleset_html(ruleset: RulesetParts) -> str:
    """The criteria with their points, the rules as written, and the levels, to fold out."""
    lang = chosen_language()
    wording = Wording(lang, ruleset, Tree.of(ruleset.root))
    title = ruleset.title.in_language(lang) or ruleset.id
    version = escaped(wording.say("version", version=ruleset.version))
    parts = [f"<p><b><bdi>{escaped(title)}</bdi></b>, {version}</p>"]
    if ruleset.status in ("illustrative", "adapted"):
        parts.append(f"<p>{escaped(wording.say(ruleset.status))}</p>")
    parts.append(f"<p>{escaped(wording.say('inputs', number=len(ruleset.inputs)))}</p>")
    parts += [_criterion(wording, child) for child in ruleset.root.criteria]
    parts.append(_levels(wording, ruleset.levels))
    return _fitting([part for part in parts if part], wording)


def _criterion(wording: Wording, criterion: Criterion) -> str:
    """A criterion that folds out to its rule, or to the criteria of a group."""
    name = criterion.title.in_language(wording.lang) or criterion.id
    said = [f"<b><bdi>{escaped(_short(name))}</bdi></b>"]
    for key, size in (("points", criterion.points), ("weight_short", criterion.weight)):
        if size is not None:
            shown = formatting.points(size, wording.lang)
            said.append(escaped(wording.say(key, points=shown, number=shown)))
    if criterion.clause:
        said.append(escaped(criterion.clause))
    inner = [*_conditions(criterion), *(_rule(wording, criterion.rule) if criterion.rule is not None else ())]
    lines = "".join(f"<li>{each}</li>" for each in inner)
    below = "".join(_criterion(wording, child) for child in criterion.criteria)
    own = _levels(wording, criterion.levels)
    return (
        f'<details style="margin-left:1.2em"><summary>{", ".join(said)}</summary>'
        f"{f'<ul>{lines}</ul>' if lines else ''}{below}{own}</details>"
    )


def _conditions(criterion: Criterion) -> Iterable[str]:
    """The keys beside the rule that hold expressions, each as written."""
    for key in ("applies_when", "met_when"):
        expression = getattr(criterion, key)
        if expression is not None:
            yield f"<code>{key}: {_code(expression.text)}</code>"
    for expression in criterion.requires:
        yield f"<code>requires: {_code(expression.text)}</code>"


def _rule(wording: Wording, rule: Rule) -> list[str]:
    return [f"<code>{escaped(rule.KEY)}</code>", *[_clause(wording, clause) for clause in rule.clauses()]]


def _clause(wording: Wording, clause: Clause) -> str:
    """One clause of a rule, as its author wrote it."""
    said = []
    title = clause.title.in_language(wording.lang)
    if title or clause.name:
        said.append(f"<bdi>{escaped(_short(title or clause.name))}</bdi>")
    if clause.expression is not None:
        edge = f"{escaped(clause.edge)} " if clause.edge else ""
        said.append(f"<code>{edge}{_code(clause.expression.text)}</code>")
    elif not said:
        said.append(escaped(wording.say("step_otherwise")) if clause.edge == "otherwise" else "")
    if clause.unless is not None:
        said.append(f"<code>unless {_code(clause.unless.text)}</code>")
    if clause.points is not None:
        said.append(f"→ <code>{_code(clause.points.text)}</code>")
    return " ".join(each for each in said if each)


def _code(text: str) -> str:
    return f"<bdi>{escaped(_short(' '.join(text.split())))}</bdi>"


def _levels(wording: Wording, levels: Sequence[Level]) -> str:
    if not levels:
        return ""
    items = []
    for level in levels:
        wants = []
        if level.when is not None:
            wants.append(f"<code>when: {_code(level.when.text)}</code>")
        if level.each is not None:
            wants.append(escaped(wording.say("level_wants_each", share=wording.share(level.each))))
        for name, share in level.floors:
            wants.append(f"<bdi>{escaped(wording.criterion(name))}</bdi> ≥ {wording.share(share)}")
        wants += [f"<code>requires: {_code(each.text)}</code>" for each in level.requires]
        name = level.title.in_language(wording.lang) or level.id
        inner = "".join(f"<li>{each}</li>" for each in wants)
        items.append(f"<li><b><bdi>{escaped(_short(name))}</bdi></b><ul>{inner}</ul></li>")
    title = escaped(wording.say("levels"))
    return f"<details><summary><b>{title}</b></summary><ul>{''.join(items)}</ul></details>"
