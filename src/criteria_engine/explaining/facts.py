"""What one result says of parts of expressions: values in words, what is lacking, what was meant."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from criteria_engine.compiler.names import earlier_name
from criteria_engine.core.grammar import normal
from criteria_engine.core.values import Claim
from criteria_engine.explaining.sight import Sight, Sighted
from criteria_engine.lines import Line, Piece
from criteria_engine.wording import Wording

__all__ = ["Facts"]

_MOST_FIGURES, _LONGEST_QUOTE = 8, 160


def _plainly(tree: ast.expr) -> str:
    """The input that a part plainly is, now or in an earlier period."""
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "previous":
        tree = tree.args[0]
    return normal(tree.id) if isinstance(tree, ast.Name) else ""


class Facts:
    """Values of one result, in words."""

    def __init__(self, sight: Sight, wording: Wording) -> None:
        self.sight, self.wording = sight, wording

    def code(self, text: str) -> Piece:
        """What an author wrote, cut if it is very long."""
        flat = " ".join(text.split())
        return Piece(flat if len(flat) <= _LONGEST_QUOTE else f"{flat[:_LONGEST_QUOTE]}…", "code")

    def name(self, seen: Sighted, tree: ast.expr) -> Piece:
        """What a part is called."""
        text, is_code = self.wording.phrases.phrase(seen.parsed, tree)
        return self.code(text) if is_code else Piece(text, "name")

    def named(self, names: Sequence[str]) -> str:
        """Titles of inputs in a row."""
        return self.wording.listed(f"“{self.wording.phrases.name(name)}”" for name in names)

    def is_input(self, tree: ast.expr) -> bool:
        """Whether a part is plainly an input."""
        return isinstance(tree, ast.Name) and normal(tree.id) in self.sight.result.program.judging.inputs

    def value(self, seen: Sighted, tree: ast.expr) -> str:
        """What a part comes to, with its unit; of an input without its evidence just that."""
        name = self._observed(seen, tree)
        if name is not None and self.sight.result.observed(name) is None:
            return self.wording.say("no_evidence" if self._unproved(name) else "no_value")
        unit = self.wording.phrases.unit(seen.parsed, tree)
        least = 1 if unit == "percent" else 0
        return self.wording.value(self.sight.value(seen, tree), unit, least=least)

    def _observed(self, seen: Sighted, tree: ast.expr) -> str | None:
        """The observed input that a part plainly is, in whatever period."""
        back = seen.back
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "previous":
            last = tree.args[-1]
            back = int(str(last.value)) if isinstance(last, ast.Constant) else 1
            tree = tree.args[0]
        name = earlier_name(normal(tree.id), back) if isinstance(tree, ast.Name) else ""
        return name if name in self.sight.result.program.judging.inputs else None

    def _unproved(self, name: str) -> bool:
        result = self.sight.result
        required = result.program.judging.inputs[name].evidence == "required"
        return required and name not in result.evidence

    def verdict(self, role: str, status: str) -> str:
        """The end of a line: what its state means."""
        return self.wording.say("verdict", verdict=self.wording.verdict(role, status)) if status else ""

    def lacking(self, trees: Sequence[ast.expr], claim: Claim) -> str:
        """The end of a line that is open: which figures are not there, unless the line just said so."""
        names = self.sight.missing([claim])
        said = {_plainly(tree) for tree in trees}
        if len(names) == 1 and names[0].removeprefix("previous(").split(",")[0].rstrip(")") in said:
            return ""
        if not names:
            return self.wording.say("verdict", verdict=self.wording.say("open_state"))
        return self.wording.say("lacking", names=self.named(names))

    def figures(self, seen: Sighted, trees: Sequence[ast.expr]) -> tuple[Line, ...]:
        """The figures that parts were worked out from; none for what is plainly an input."""
        worked_out = [tree for tree in trees if not self.is_input(tree)]
        names = self.sight.inputs(seen, worked_out)
        if not 0 < len(names) <= _MOST_FIGURES:
            return ()
        texts = []
        for name in names:
            at = self.sight.at(name)
            value = self.value(at, at.parsed.tree)
            texts.append(self.wording.say("colon", label=self.wording.phrases.name(name), text=value))
        said = self.wording.say("made_from", names=self.wording.listed(texts))
        return (Line("figures", (Piece(said),)),)

    def around(self, key: str, name: Piece, **details: str) -> tuple[Piece, ...]:
        """A sentence with a name set off in it, in the place of ``{left}``."""
        before, _, after = self.wording.say(key, left="\0", **details).partition("\0")
        return tuple(piece for piece in (Piece(before), name, Piece(after)) if piece.text)
