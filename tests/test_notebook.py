"""What a notebook shows of rulesets and results."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import strategies
import yaml
from hypothesis import given
from hypothesis import strategies as st

import criteria_engine as ce

RULESETS = sorted((Path(__file__).resolve().parent.parent / "rulesets").rglob("*.yaml"))
SHIPPED = [path for path in RULESETS if not path.name.endswith(".tests.yaml") and path.name[:5] != "plan-"]
TAGS = {"div", "style", "p", "b", "i", "bdi", "code", "details", "summary", "ul", "li", "span", "small", "h3"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {"class", "lang", "open", "scope", "style", "colspan"}
MOST_BYTES = 100_000


class Page(HTMLParser):
    """The elements, attributes and texts of a page; every element is closed in its turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def checked(html: str) -> Page:
    """A page that needs nothing, runs nothing and is not too large."""
    page = Page(html)
    assert set(page.tags) <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert len(html.encode()) < MOST_BYTES
    assert "http" not in "".join(re.findall(r"<[^>]*>", html))
    return page


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_rulesets_show_themselves(path: Path) -> None:
    ruleset = ce.load(path)
    page = checked(ruleset._repr_html_())
    for criterion in ruleset.criteria:
        assert criterion.title.in_language("vi") in page.texts
    checked(ruleset.evaluate({})._repr_html_())


def test_a_ruleset_shows_points_rules_and_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITERIA_LANG", "vi")
    ruleset = ce.loads(
        """
        criteria_engine: 1
        id: x
        version: "1"
        status: illustrative
        inputs: {water: percent, fire: boolean}
        criteria:
          clean: {title: Nước sạch, points: 5, clause: Điều 3,
                  bands: {of: water, steps: [{at_least: 95, points: 5}, {otherwise: 0}]}}
          calm: {none_of: {a: {when: fire, unless: water > 99}}, requires: [clean]}
        levels: {good: {title: Khá, when: score() >= 5, each: 60%}}
        """
    )
    text = " ".join(checked(ruleset._repr_html_()).texts)
    for wanted in (
        "Nước sạch",
        "5 điểm",
        "Điều 3",
        "at_least",
        "95",
        "requires: ",
        "Khá",
        "60 %",
        "minh họa",
    ):
        assert wanted in text, wanted
    monkeypatch.setenv("CRITERIA_LANG", "en")
    assert "5 points" in ruleset._repr_html_()


def test_a_result_shows_the_verdict_and_a_table() -> None:
    ruleset = ce.loads(
        "{criteria_engine: 1, id: x, version: '1', inputs: {a: boolean, b: boolean},"
        " criteria: {one: {test: a}, two: {test: b}, three: {test: a, requires: [two]}},"
        " levels: {good: {title: Khá, when: score() >= 2}}}"
    )
    html = ruleset.evaluate({"a": True, "b": False}, subject="Vĩnh Hòa")._repr_html_()
    page = checked(html)
    assert "Vĩnh Hòa: x, phiên bản 1" in page.texts
    assert {"✓ đạt", "✗ chưa đạt", "⊘ bị chặn"} <= set(page.texts)
    assert page.tags.count("tr") == 4
    assert "Giải thích" in page.texts
    assert "? chưa có số liệu" in Page(ruleset.evaluate({"b": False})._repr_html_()).texts


def test_what_is_large_is_cut_and_says_so() -> None:
    criteria = {f"c{n}": {"title": f"Tiêu chí {n} " + "rất dài " * 20, "test": "a"} for n in range(1500)}
    frame = {"criteria_engine": 1, "id": "x", "version": "1", "inputs": {"a": "boolean"}}
    ruleset = ce.loads(yaml.safe_dump({**frame, "criteria": criteria}))
    for html in (ruleset._repr_html_(), ruleset.evaluate({"a": True})._repr_html_()):
        assert "Phần còn lại quá dài" in " ".join(checked(html).texts)


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script>", "\"'><img src=x>", "\u202eabc & <b>", "</details></div>"]
)
def test_titles_are_shown_and_never_run(title: str) -> None:
    label = title if title.isprintable() else "c"  # names must be printable, titles need not
    ruleset = ce.loads(
        yaml.safe_dump(
            {
                "criteria_engine": 1,
                "id": "x",
                "version": title,
                "title": title,
                "inputs": {"a": {"type": "boolean", "title": title}, "w": {"type": "text"}},
                "criteria": {
                    "c": {
                        "title": title,
                        "clause": title,
                        "checklist": {"of": {label: "a", "b": "w == '<b>'"}},
                    }
                },
                "levels": {label: {"title": title, "when": "score() >= 1"}},
            }
        )
    )
    page = checked(ruleset._repr_html_())
    assert page.texts.count(title) >= 3
    assert title in checked(ruleset.evaluate({"a": True, "w": title}, subject=title)._repr_html_()).texts


@given(st.data())
def test_whatever_can_be_written_can_be_shown(data: st.DataObject) -> None:
    document = data.draw(strategies.documents())
    ruleset = ce.loads(strategies.dump(document))
    checked(ruleset._repr_html_())
    values = data.draw(strategies.values(document, missing=0.2))
    checked(ruleset.evaluate(values, on=strategies.ON)._repr_html_())
