"""The result that users hold: the findings, and the words for them."""

from __future__ import annotations

from criteria_engine.evaluation.findings import Findings
from criteria_engine.explanation.explanation import Explanation, explain
from criteria_engine.explanation.notebook import result_html

__all__ = [
    "Result",
]


class Result(Findings):
    """What an assessment comes to. Read ``level``, ``score``, ``criteria``; ask ``explain()`` why."""

    __slots__ = ()

    def explain(self, lang: str | None = None) -> Explanation:
        """Why it came out so, in Vietnamese or English: text, Markdown, HTML or plain data."""
        return explain(self, lang)

    def _repr_html_(self) -> str:
        return result_html(self)
