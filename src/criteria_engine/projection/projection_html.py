"""A projection as HTML for notebooks: it needs nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from criteria_engine.explanation.rendering import STYLE, escaped
from criteria_engine.messages.formatting import number, percent
from criteria_engine.messages.plans import SENTENCES
from criteria_engine.projection.target_outlook import TargetOutlook
from criteria_engine.projection.year_table import YearTable

__all__ = ["projection_html"]

_TARGET_HEADS = {
    "vi": ("Chỉ tiêu", "Năm", "Cần", "Hiện có", "Dự kiến", "Khả năng"),
    "en": ("Target", "Year", "Required", "There", "Expected", "Outlook"),
}
_STATUS = {
    "vi": {
        "achieved": "đã đạt",
        "missed": "không đạt",
        "on_track": "dự kiến đạt",
        "off_track": "dự kiến chưa đạt",
        "not_enough_data": "chưa đủ số liệu",
    },
    "en": {
        "achieved": "reached",
        "missed": "missed",
        "on_track": "on track",
        "off_track": "off track",
        "not_enough_data": "not enough data",
    },
}


def projection_html(paragraph: str, targets: Mapping[str, TargetOutlook], years: YearTable, lang: str) -> str:
    """The targets and the years as tables, and the paragraph folded away."""
    rows = [_target_cells(id, each, lang) for id, each in targets.items()]
    parts = [_table(_TARGET_HEADS[lang], rows), _table(*years.cells(lang))]
    # The paragraph says all of it in words; its first sentence says where things stand.
    title, _, rest = paragraph.partition(". ")
    folded = f"<details><summary>{escaped(title)}.</summary><p>{escaped(rest)}</p></details>"
    return f'<div class="criteria-engine" lang="{lang}">{STYLE}{"".join(parts)}{folded}</div>'


def _target_cells(id: str, each: TargetOutlook, lang: str) -> tuple[str, ...]:
    word = each.likelihood or each.status
    said = _STATUS[lang].get(word) or SENTENCES[lang][word]
    if each.probability is not None and word != each.status:
        said += f" ({percent(Fraction(each.probability) * 100, lang, digits=1)})"
    have = str(each.have) + (f"…{each.have + each.pending}" if each.pending else "")
    expected = number(each.expected, lang, digits=1)
    title = each.title.in_language(lang) or id
    return (title, str(each.year), f"{each.required}/{each.units}", have, expected, said)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escaped(each)}</th>' for each in heads)
    body = "".join("<tr>" + "".join(f"<td>{escaped(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
