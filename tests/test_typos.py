"""One slip in a shipped ruleset: it is refused at its line, or the ruleset is sound; nothing else happens.

The damages are those of people who type: two letters turned round or one left out, in a key or a name,
a number in another spelling, one space too many or too few, a colon forgotten. All are drawn from one
seed, so every run sees the same ones.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs

from criteria_engine import CriteriaError, Diagnostic, Ruleset, loads

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = sorted(
    path
    for path in (ROOT / "rulesets" / "vn").rglob("*.yaml")
    if not path.name.endswith(".tests.yaml")
    and not path.name.startswith("plan-")
    # a text on its own has no other file to stand on
    and "\nextends:" not in path.read_text(encoding="utf-8")
)

KEYS = frozenset(
    [
        "title",
        "note",
        "owner",
        "due",
        "evidence",
        "points",
        "weight",
        "criteria",
        "test",
        "bands",
        "steps",
        "at_least",
        "otherwise",
        "checklist",
        "need",
        "of",
        "none_of",
        "when",
        "unless",
        "requires",
        "inputs",
        "parameters",
        "define",
        "consistency",
        "holds",
        "levels",
        "each",
        "floors",
        "type",
        "range",
        "scale",
        "choices",
        "scales",
        "version",
        "status",
        "legal_basis",
        "document",
        "issued",
        "clause",
        "effective",
        "subject",
    ]
)
KEY = re.compile(r"(?:^\s*(?:- )?|[{,]\s*)([a-z_]+)(?=: |:$)")
NUMBER = re.compile(r"(?:(?<=: )|(?<=[\[ ]))[0-9]+(?:\.[0-9]+)?(?=[,\]}]|$)")
EACH = 60


@attrs.frozen
class Damage:
    """One edit of a text: the line it is on, and the name that was meant where it spoiled one."""

    path: Path
    kind: str
    line: int
    text: str
    meant: str | None = None


@functools.cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@functools.cache
def names_of(path: Path) -> frozenset[str]:
    ruleset = loads(text_of(path))
    return frozenset(each.id for each in (*ruleset.inputs, *ruleset.parameters, *ruleset.define))


def misspelled(chance: random.Random, word: str) -> str:
    """Two letters turned round, one left out, or one typed twice."""
    place = chance.randrange(len(word) - 1)
    match chance.randrange(3):
        case 0 if word[place] != word[place + 1]:
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        case 1:
            return word[: place + 1] + word[place + 2 :]
    return word[:place] + word[place] + word[place:]


Place = tuple[Path, int, int, int]
"""A file, a line counted from 0, and where on it something begins and ends."""


def places(kind: str) -> Iterator[Place]:
    """Where such a damage can be done."""
    for path in SHIPPED:
        for number, line in enumerate(text_of(path).split("\n")):
            if line.lstrip().startswith("#") or not line.strip():
                continue
            code = line.split("  #")[0]
            spans: list[tuple[int, int]] = []
            if kind == "key":
                spans = [found.span(1) for found in KEY.finditer(code) if found[1] in KEYS]
            elif kind == "name":
                spans = [
                    found.span()
                    for found in re.finditer(r"\b[^\W\d]\w*\b(?!:)", code)
                    if found[0] in names_of(path) and len(found[0]) > 3
                ]
            elif kind == "number":
                spans = [found.span() for found in NUMBER.finditer(code)]
            elif kind == "colon":
                spans = [(found.end(1), found.end(1) + 1) for found in KEY.finditer(code)]
            elif kind == "indentation" and line.startswith("  "):
                spans = [(0, len(line) - len(line.lstrip()))]
            yield from ((path, number, *span) for span in spans)


def spoiled(chance: random.Random, kind: str, written: str) -> str:
    match kind:
        case "key" | "name":
            return misspelled(chance, written)
        case "number":
            return chance.choice(
                [f"{written},5", f"{written}O", f"{written}_0", f"{written}e2", f"{written}đ"]
            )
        case "indentation":
            return chance.choice([written + " ", written[1:]])
    return ""


@functools.cache
def damages() -> tuple[Damage, ...]:
    chance = random.Random("one slip in a shipped ruleset")
    made: list[Damage] = []
    for kind in ("key", "name", "number", "indentation", "colon"):
        for path, number, start, end in chance.sample(list(places(kind)), EACH):
            lines = text_of(path).split("\n")
            line = lines[number]
            written = line[start:end]
            lines[number] = line[:start] + spoiled(chance, kind, written) + line[end:]
            meant = written if kind in ("key", "name") else None
            made.append(Damage(path, kind, number + 1, "\n".join(lines), meant))
    return tuple(made)


@functools.cache
def outcomes() -> tuple[tuple[Damage, tuple[Diagnostic, ...]], ...]:
    """Each damage with what was said of it; nothing where the ruleset is sound nevertheless."""
    found = []
    for damage in damages():
        try:
            assert isinstance(loads(damage.text, name=damage.path.name, lang="en"), Ruleset)
        except CriteriaError as error:
            assert error.diagnostics
            assert str(error)
            found.append((damage, error.diagnostics))
        else:
            found.append((damage, ()))
    return tuple(found)


def share(holds: Callable[[Damage, tuple[Diagnostic, ...]], bool], *kinds: str) -> float:
    """Of how many of the refused damages it holds."""
    refused = [(damage, said) for damage, said in outcomes() if said and (not kinds or damage.kind in kinds)]
    return sum(holds(damage, said) for damage, said in refused) / len(refused)


def test_three_hundred_slips_are_refused_or_harmless() -> None:
    """Never anything but `CriteriaError` or a sound ruleset; and few slips pass in silence."""
    assert len(damages()) == 5 * EACH == 300
    silent = [damage for damage, said in outcomes() if not said]
    # A number in a title, a space more in a text over several lines, a letter twice that is a name too.
    assert {damage.kind for damage in silent} <= {"indentation", "colon", "number"}
    assert len(silent) <= 30


def test_the_line_is_exact() -> None:
    """The first thing said is about the line that was damaged."""
    assert share(lambda damage, said: said[0].line == damage.line) >= 0.95
    assert share(lambda damage, said: damage.line in {each.line for each in said}) >= 0.97


def test_the_right_name_is_suggested_first() -> None:
    """Whoever misspells a key or a name is told the one that was meant."""

    def suggests(damage: Damage, said: tuple[Diagnostic, ...]) -> bool:
        return any(each.details.get("nearest") == damage.meant for each in said if each.line == damage.line)

    assert share(suggests, "key") >= 0.9
    assert share(suggests, "name") >= 0.9


def test_one_slip_is_one_message() -> None:
    """What follows from the first fault is not told as well."""
    assert share(lambda _, said: len(said) == 1) >= 0.8
    assert share(lambda _, said: len(said) <= 3) >= 0.95
