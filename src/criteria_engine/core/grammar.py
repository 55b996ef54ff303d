"""The grammar of expressions: a gate, the standard library's parser, and a list of what is allowed.

Nothing is run. The gate looks at length, depth and characters before anything is parsed; then
every kind of syntax that is not on the list is refused, so what Python may learn to write later
is refused as well.
"""

from __future__ import annotations

import ast
import keyword
import re
import threading
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from criteria_engine.core.record import Record
from criteria_engine.messages.diagnostics import Code, Fault

# ---- the gate: length, depth, characters, numbers --------------------------------------------

LONGEST = 4_000
MOST_PIECES = 1_000
DEEPEST = 50
_MOST_DIGITS = 15

TOKEN = re.compile(
    r"""\s+ | (?P<text>'[^'\n]*'|"[^"\n]*") | (?P<number>[0-9][\w.]*|\.[0-9][\w.]*) | (?P<word>[^\W\d]\w*)
      | (?P<operator>\*\*|//|==|!=|<=|>=|[-+*/%<>()\[\],.]) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
DECIMAL_COMMA = re.compile(r"(?<![\w.])[0-9]+,[0-9]+(?![\w.])")
_INSTEAD = {
    "=": "==", "≥": ">=", "≤": "<=", "≠": "!=", "×": "*", "÷": "/", "−": "-", "–": "-", "&": "and",
    "|": "or", "!": "not", "^": "**", "“": "'", "”": "'", "‘": "'", "’": "'", "（": "(", "）": ")",
}  # fmt: skip
_WORD_INSTEAD = {
    "True": "true", "False": "false", "TRUE": "true", "FALSE": "false", "AND": "and", "OR": "or",
    "NOT": "not", "và": "and", "hoặc": "or", "không": "not", "IF": "if", "ELSE": "else",
}  # fmt: skip
_INFIX = frozenset((
    "+", "-", "*", "/", "//", "%", "**", "<", "<=", ">", ">=", "==", "!=", "and", "or", "not", "if", "else", "in",
))  # fmt: skip


def short(text: str) -> str:
    """A text cut to what a message can hold."""
    return text if len(text) <= 40 else text[:37] + "…"


def gate(text: str) -> None:
    """Refuse what is too long, too deep or holds characters that no expression has."""
    if not text.strip():
        raise Fault(Code.EMPTY_EXPRESSION)
    if len(text) > LONGEST:
        raise Fault(Code.EXPRESSION_TOO_LONG, length=len(text), limit=LONGEST)
    depth = chain = pieces = 0
    before = ""
    for token in TOKEN.finditer(text):
        kind, piece = token.lastgroup, token.group()
        if kind is None:
            continue
        _gate_token(token, kind, before)
        if kind != "operator" or piece not in "(),.[]":
            pieces += 1
        depth += (piece in ("(", "[")) - (piece in (")", "]"))
        prefix = piece == "not" or (piece == "-" and (before in ("", "(", "[", ",") or before in _INFIX))
        chain = chain + 1 if prefix else 0
        before = piece
        if depth > DEEPEST or chain > DEEPEST:
            raise Fault(Code.EXPRESSION_TOO_DEEP, (token.start(), len(piece)), limit=DEEPEST)
    if pieces > 2 * MOST_PIECES:
        raise Fault(Code.TOO_MANY_PARTS, limit=MOST_PIECES)


def _gate_token(token: re.Match[str], kind: str, before: str) -> None:
    piece, span = token.group(), (token.start(), len(token.group()))
    if kind == "number" and not _NUMBER.fullmatch(piece):
        raise Fault(Code.GROUPED_NUMBER, span, number=short(piece), mended=mended_number(piece))
    if kind == "number" and len(piece.replace(".", "")) > _MOST_DIGITS:
        raise Fault(Code.NUMBER_OUT_OF_BOUNDS, span, value=short(piece))
    if kind == "number" and re.match(r"0[0-9]", piece):
        raise Fault(Code.GROUPED_NUMBER, span, number=piece, mended=mended_number(piece))
    if kind == "word" and piece in _WORD_INSTEAD:
        raise Fault(Code.WRONG_NOTATION, span, found=piece, mended=_WORD_INSTEAD[piece])
    if kind == "other":
        if piece in _INSTEAD:
            raise Fault(Code.WRONG_NOTATION, span, found=piece, mended=_INSTEAD[piece])
        raise Fault(Code.CHARACTER_NOT_IN_EXPRESSIONS, span, character=shown_letter(piece))
    if kind == "text" and (before[-1:] in "'\"" or before.isidentifier()) and before not in ("", *_INFIX):
        raise Fault(Code.CHARACTER_NOT_IN_EXPRESSIONS, span, character=shown_letter(piece[0]))
    if kind == "text" and ("\\" in piece or not piece.isprintable()):
        odd = next(letter for letter in piece if letter == "\\" or not letter.isprintable())
        raise Fault(Code.CHARACTER_NOT_IN_EXPRESSIONS, span, character=shown_letter(odd))


def shown_letter(letter: str) -> str:
    """A character as messages show it: by its code point where it cannot be seen."""
    return letter if letter.isprintable() and not letter.isspace() else f"U+{ord(letter):04X}"


def mended_number(piece: str) -> str:
    """The right spelling of a number that is written otherwise, as far as one can tell."""
    plain = piece.replace("_", "")
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3}){2,}", plain):
        return plain.replace(".", "")
    if re.fullmatch(r"0+[0-9]+(\.[0-9]+)?", plain):
        return plain.lstrip("0") if re.match(r"0+[1-9]", plain) else "0" + plain.lstrip("0")
    try:
        size = float(int(plain, 0)) if re.match(r"0[xXoObB]", plain) else float(plain)
    except (ValueError, OverflowError):
        size = 0.0
    if 0 < size < 10**_MOST_DIGITS:
        return f"{size:.10f}".rstrip("0").rstrip(".")
    begins = re.match(r"[0-9]+(\.[0-9]+)?", plain)
    return begins[0][:_MOST_DIGITS] if begins else "0"


_TURN = threading.Lock()


def expression_tree(text: str) -> ast.expr:
    """The tree of an expression; ``SyntaxError`` and its kin as they come."""
    with _TURN:
        return ast.parse(text, mode="eval").body


def statements(lines: Sequence[str]) -> list[ast.stmt]:
    """Our own lines as statements; no author's text is among them."""
    with _TURN:
        function = ast.parse("def f():\n" + "\n".join("    " + line for line in lines)).body[0]
    return function.body if isinstance(function, ast.FunctionDef) else []


def run_module(body: Sequence[ast.stmt], space: Mapping[str, Any]) -> dict[str, Any]:
    """What a module of our own statements defines, in a name space that holds only ``space``.

    Each part of the statements has its place in a source already.
    """
    module = ast.Module(list(body), [])
    names = {"__builtins__": {}, **space}
    with _TURN:
        code = compile(module, "<criteria_engine>", "exec")
    exec(code, names)  # noqa: S102 - our own tree, no author's text
    return names


FUNCTIONS: dict[str, tuple[int, int]] = {
    "percent": (2, 2), "min": (1, 1000), "max": (1, 1000), "abs": (1, 1), "sqrt": (1, 1), "exp": (1, 1),
    "ln": (1, 1), "log10": (1, 1), "floor": (1, 1), "ceil": (1, 1), "round": (1, 2), "score": (0, 1),
    "max_score": (0, 1), "share": (0, 1), "met": (1, 1), "count_met": (0, 1), "lowest_share": (0, 1),
    "known": (1, 1), "applicable": (1, 1), "evidenced": (1, 1), "first": (1, 1000), "count": (1, 1000),
    "years_between": (2, 2), "days_between": (2, 2), "working_days_between": (2, 2), "previous": (1, 2),
    "every_period": (2, 2), "any_period": (2, 2), "holds": (2, 2),
}  # fmt: skip
"""Each function and how many arguments it takes."""

_COMMON = "percent, min, max, round, score, met, count, first, known, previous, holds, …"

CRITERION_FUNCTIONS = frozenset({"score", "max_score", "share", "met", "count_met", "lowest_share"})
"""Those whose argument is a criterion."""

PERIOD_FUNCTIONS = frozenset({"previous", "every_period", "any_period"})
"""Those that look at other periods."""

MOST_PERIODS = 60
"""How far an expression may look back."""

RESERVED = frozenset(keyword.kwlist) | {"true", "false", "none"} | set(FUNCTIONS)
"""Words that no input, parameter, definition or criterion may be called."""

_ALLOWED = (
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.UnaryOp,
    ast.Not,
    ast.USub,
    ast.BinOp,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.Pow,
    ast.Compare,
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.In,
    ast.NotIn,
    ast.IfExp,
    ast.Call,
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.List,
    ast.Attribute,
)


class Parsed(Record):
    """An expression that keeps to the grammar: its text, its tree and what it names.

    ``names`` are the inputs, parameters and definitions; ``criteria`` pairs of a function and the
    dotted name of its criterion (empty for the whole set); ``looks_back`` where other periods are asked.
    """

    text: str
    tree: ast.expr
    names: tuple[str, ...]
    criteria: tuple[tuple[str, str], ...]
    looks_back: bool = False

    def span(self, tree: ast.expr) -> tuple[int, int]:
        """Where a part of the tree stands in the text: (offset, length) in characters."""
        return _span(self.text, tree)


def normal(name: str) -> str:
    """A name in the form in which names are compared (NFKC)."""
    return name if name.isascii() else unicodedata.normalize("NFKC", name)


def is_id(name: str) -> bool:
    """Whether it begins with a letter or ``_`` and goes on with letters, digits, ``_``."""
    return name.isidentifier()


def nearest(name: str, known: object) -> str:
    """The known name nearest to ``name``, or nothing."""
    from difflib import get_close_matches

    candidates = [str(each) for each in known] if hasattr(known, "__iter__") else []
    found = get_close_matches(name, candidates, 1, 0.6)
    if not found:
        lowered = {each.lower(): each for each in candidates}
        found = [lowered[each] for each in get_close_matches(name.lower(), lowered, 1, 0.6)]
    return found[0] if found else ""


def parse(text: str) -> Parsed:
    """The text as a tree; ``Fault`` with the place of what is wrong."""
    flat = text.replace("\r", " ").replace("\n", " ")
    if not flat.isascii():
        flat = unicodedata.normalize("NFC", flat)
    gate(flat)
    try:
        tree = expression_tree(flat)
    except SyntaxError as error:
        raise _syntax_fault(flat, error) from None
    except (ValueError, MemoryError, RecursionError):
        raise Fault(Code.UNREADABLE_EXPRESSION, text=short(flat)) from None
    names: list[str] = []
    criteria: list[tuple[str, str]] = []
    _look_through(flat, tree, names, criteria)
    looks_back = _looks_back(tree) if any(name in flat for name in PERIOD_FUNCTIONS) else False
    return Parsed(flat, tree, tuple(dict.fromkeys(names)), tuple(dict.fromkeys(criteria)), looks_back)


def _looks_back(tree: ast.expr) -> bool:
    calls = (each for each in ast.walk(tree) if isinstance(each, ast.Call))
    return any(isinstance(each.func, ast.Name) and each.func.id in PERIOD_FUNCTIONS for each in calls)


def mended_date(text: str) -> str:
    """A day as a ruleset writes it, where it was written day/month/year; else an example."""
    found = re.fullmatch(r"([0-3]?[0-9])[/.-]([01]?[0-9])[/.-]([0-9]{4})", text.strip())
    if not found:
        return "2024-01-30"
    day, month, year = found.groups()
    return f"{year}-{month:0>2}-{day:0>2}"


def _syntax_fault(text: str, error: SyntaxError) -> Fault:
    start, width = _token_at(text, error.offset or 0)
    ends = r"\s*%\s*($|[)\],]|and\b|or\b)"
    percent = re.search(r"[0-9.]+" + ends, text)
    if percent and re.search(r"[0-9]" + ends, text):
        number = percent.group().split("%")[0].strip()
        return Fault(
            Code.BAD_LITERAL, (percent.start(), len(number) + 1), found=number + "%", mended=f"{number} / 100"
        )
    opened = text.count("(") - text.count(")") or text.count("[") - text.count("]")
    if opened:
        return Fault(Code.UNMATCHED_BRACKET, (start, 1), bracket="(" if opened > 0 else ")")
    return Fault(Code.UNREADABLE_EXPRESSION, (start, width), text=short(text))


def _token_at(text: str, offset: int) -> tuple[int, int]:
    """Start and width of the token at a place counted from 1; of the last one where the text just ends."""
    tokens = [(each.start(), len(each[0])) for each in TOKEN.finditer(text) if each.lastgroup]
    if not 0 < offset <= len(text.rstrip()):
        return tokens[-1]
    return next(each for each in tokens if sum(each) >= offset)


def _look_through(text: str, root: ast.expr, names: list[str], criteria: list[tuple[str, str]]) -> None:
    """Check every part of the tree against the list; gather what is named."""
    pieces = 0
    waiting: list[tuple[ast.AST, int, ast.AST | None]] = [(root, 1, None)]
    while waiting:
        tree, depth, parent = waiting.pop()
        if not isinstance(tree, _ALLOWED):
            raise _refused(text, tree)
        if isinstance(tree, ast.expr):
            pieces += 1
            depth += 0 if parent is None or _same_chain(parent, tree) else 1
            if depth > DEEPEST + 1:
                raise Fault(Code.EXPRESSION_TOO_DEEP, _span(text, tree), limit=DEEPEST)
            if pieces > MOST_PIECES:
                raise Fault(Code.TOO_MANY_PARTS, limit=MOST_PIECES)
        waiting.extend((each, depth, tree) for each in _inner(text, tree, parent, names, criteria))


def _same_chain(parent: ast.AST, tree: ast.AST) -> bool:
    """Whether both are one chain: of sums, of products, of ``else … if``."""
    if isinstance(parent, ast.IfExp):
        return tree is parent.orelse and isinstance(tree, ast.IfExp)
    if isinstance(parent, ast.BinOp) and isinstance(tree, ast.BinOp) and tree is parent.left:
        sums = (ast.Add, ast.Sub)
        return isinstance(parent.op, sums) == isinstance(tree.op, sums)
    return False


def _inner(
    text: str, tree: ast.AST, parent: ast.AST | None, names: list[str], criteria: list[tuple[str, str]]
) -> list[ast.AST]:
    """The parts to look at next; names are gathered and the special places checked."""
    match tree:
        case ast.Name(id=name):
            names.append(normal(name))
            return []
        case ast.Attribute():
            raise _refused(text, tree)
        case ast.Constant(value=value):
            if isinstance(value, bool) or not isinstance(value, int | float | str):
                raise _refused(text, tree)
            return []
        case ast.Call():
            return _inner_call(text, tree, criteria)
        case ast.List() if not (isinstance(parent, ast.Compare) and tree in parent.comparators):
            raise _refused(text, tree)
        case ast.Compare(left, operators, comparators):
            for operator, right in zip(operators, comparators, strict=True):
                if isinstance(operator, ast.In | ast.NotIn) != isinstance(right, ast.List):
                    raise Fault(Code.IN_WANTS_A_LIST, _span(text, right))
            return [left, *operators, *comparators]
        case ast.BinOp(left, ast.Pow(), right):
            if not (isinstance(right, ast.Constant) and type(right.value) is int and right.value <= 10):
                raise Fault(Code.BAD_POWER, _span(text, right))
            return [left, right]
    return list(ast.iter_child_nodes(tree))


def _inner_call(text: str, call: ast.Call, criteria: list[tuple[str, str]]) -> list[ast.AST]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if not name or call.keywords or any(isinstance(each, ast.Starred) for each in call.args):
        raise _refused(text, call)
    place = _span(text, call.func)
    if name not in FUNCTIONS:
        raise Fault(Code.UNKNOWN_FUNCTION, place, name=name, nearest=nearest(name, FUNCTIONS) or _COMMON)
    least, most = FUNCTIONS[name]
    if not least <= len(call.args) <= most:
        wanted = str(least) if least == most else f"{least}–{most}" if most < 1000 else f"≥ {least}"
        raise Fault(Code.WRONG_NUMBER_OF_ARGUMENTS, place, name=name, wanted=wanted, found=len(call.args))
    if name == "holds":  # a title's ruleset and level are texts, and nothing else
        for argument in call.args:
            if not (
                isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value
            ):
                raise Fault(Code.BAD_HOLDS_ARGUMENTS, _span(text, argument))
        return []
    if name not in CRITERION_FUNCTIONS:
        return list(call.args)
    criteria.append((name, dotted(text, call.args[0]) if call.args else ""))
    return []


def dotted(text: str, argument: ast.expr) -> str:
    """The criterion that an argument names, by id or dotted path."""
    parts: list[str] = []
    tree = argument
    while isinstance(tree, ast.Attribute):
        parts.append(tree.attr)
        tree = tree.value
    if not isinstance(tree, ast.Name):
        raise Fault(Code.CRITERION_NAME_WANTED, _span(text, argument))
    return normal(".".join([tree.id, *reversed(parts)]))


def _span(text: str, tree: ast.AST) -> tuple[int, int]:
    if not isinstance(tree, ast.expr):
        return 0, len(text)
    raw = text.encode()
    start = len(raw[: tree.col_offset].decode(errors="ignore"))
    end = len(raw[: tree.end_col_offset or len(raw)].decode(errors="ignore"))
    return start, max(1, end - start)


def _refused(text: str, tree: ast.AST) -> Fault:
    span = _span(text, tree)
    if isinstance(tree, ast.Tuple):
        if comma := DECIMAL_COMMA.search(text, span[0], sum(span)):
            span = comma.start(), len(comma[0])
        found = short(text[span[0] : sum(span)])
        return Fault(Code.DECIMAL_COMMA, span, found=found, mended=found.replace(",", ".", 1))
    return Fault(Code.NOT_IN_THE_LANGUAGE, span, found=short(text[span[0] : sum(span)]))


LONGEST_TEXT = 65_536
"""Characters a single value may have."""

_UNWANTED = ("Cc", "Cf", "Cs", "Zl", "Zp")

# Letters that look like one of the Latin alphabet. Eth and African D are what old Vietnamese fonts and
# keyboards leave where D with stroke was meant; the others come from Cyrillic and Greek keyboards.
_LOOKALIKES: Mapping[str, str] = MappingProxyType(
    dict(
        zip(
            "\u00d0\u0189\u00f0\u0131\u0251\u0261"
            "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0405\u0406\u0408"
            "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u04bb\u0501"
            "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
            "\u03b1\u03bd\u03bf\u03c1",
            "ĐĐđiagABEKMHOPCTYXSIJaeopcyxsijhdABEZHIKMNOPTYXavop",
            strict=True,
        )
    )
)


def clean_text(text: str) -> str:
    """The text in NFC with ordinary spaces, and none at its ends.

    Raises ``Fault`` for a text of more than ``LONGEST_TEXT`` characters and for characters that nobody
    sees: controls, line breaks inside, direction marks, zero-width ones, halves of a surrogate pair.
    """
    if len(text) > LONGEST_TEXT:
        raise Fault(Code.VALUE_TOO_LONG, limit=f"{LONGEST_TEXT}")
    if not text.isprintable() or "\N{REPLACEMENT CHARACTER}" in text:
        text = _with_plain_spaces(text.strip(" \t\r\n"))
    return unicodedata.normalize("NFC", text).strip(" ")


def _with_plain_spaces(text: str) -> str:
    letters = []
    for letter in text:
        if letter in "\r\n":
            raise Fault(Code.LINE_BREAK_IN_VALUE)
        kind = unicodedata.category(letter)
        if kind in _UNWANTED or letter == "\N{REPLACEMENT CHARACTER}":
            raise Fault(Code.BROKEN_CHARACTER, character=f"U+{ord(letter):04X}")
        letters.append(" " if kind == "Zs" else letter)
    return "".join(letters)


def shown_text(text: str) -> str:
    """The text as a message can quote it: one line, at most 40 characters, nothing unseen in it."""
    short = text if len(text) <= 40 else text[:39] + "…"
    return "".join(letter if letter.isprintable() else f"U+{ord(letter):04X}" for letter in short)


def fold_word(text: str) -> str:
    """What is compared when two words are the same but for case, spaces and NFC or NFD."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())


def fold_name(text: str) -> str:
    """What is compared of the names of columns and inputs: as ``fold_word``, and alike in NFKC."""
    return fold_word(unicodedata.normalize("NFKC", text))


def without_lookalikes(text: str) -> tuple[str, str]:
    """The text with foreign look-alike letters made Latin, and the first such letter (or "")."""
    foreign = next((letter for letter in text if letter in _LOOKALIKES), "")
    mended = "".join(_LOOKALIKES.get(letter, letter) for letter in text)
    return unicodedata.normalize("NFC", mended), foreign


def nearest_word(text: str, known: Iterable[str]) -> str | None:
    """The known word most like the text, tone marks and case aside; None where none is near."""
    plain: dict[str, str] = {}
    for word in known:
        plain.setdefault(_unmarked(word), word)
    from difflib import get_close_matches

    # difflib takes time in proportion to both lengths multiplied; nobody's word has more than 64 letters.
    close = get_close_matches(_unmarked(text[:64]), plain, n=1, cutoff=0.6)
    return plain[close[0]] if close else None


def _unmarked(text: str) -> str:
    spread = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d").replace("_", " ")
    return "".join(letter for letter in spread if not unicodedata.combining(letter))
