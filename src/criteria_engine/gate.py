"""The gate before the parser of expressions: length, depth, characters, numbers.

It looks at the tokens of a text alone, so that nothing is parsed that could cost more than it is worth.
"""

from __future__ import annotations

import re

from criteria_engine.messages.diagnostics import Fault

__all__ = [
    "DECIMAL_COMMA",
    "DEEPEST",
    "LONGEST",
    "MOST_PIECES",
    "TOKEN",
    "gate",
    "mended_number",
    "short",
    "shown_letter",
]

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


_INFIX = frozenset(
    {
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "**",
        "<",
        "<=",
        ">",
        ">=",
        "==",
        "!=",
        "and",
        "or",
        "not",
        "if",
        "else",
        "in",
    }
)


def short(text: str) -> str:
    """A text cut to what a message can hold."""
    return text if len(text) <= 40 else text[:37] + "…"


def gate(text: str) -> None:
    """Refuse what is too long, too deep or holds characters that no expression has."""
    if not text.strip():
        raise Fault("CE202")
    if len(text) > LONGEST:
        raise Fault("CE203", length=len(text), limit=LONGEST)
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
            raise Fault("CE205", (token.start(), len(piece)), limit=DEEPEST)
    if pieces > 2 * MOST_PIECES:
        raise Fault("CE204", limit=MOST_PIECES)


def _gate_token(token: re.Match[str], kind: str, before: str) -> None:
    piece, span = token.group(), (token.start(), len(token.group()))
    if kind == "number" and not _NUMBER.fullmatch(piece):
        raise Fault("CE206", span, number=short(piece), mended=mended_number(piece))
    if kind == "number" and len(piece.replace(".", "")) > _MOST_DIGITS:
        raise Fault("CE102", span, value=short(piece))
    if kind == "number" and re.match(r"0[0-9]", piece):
        raise Fault("CE206", span, number=piece, mended=mended_number(piece))
    if kind == "word" and piece in _WORD_INSTEAD:
        raise Fault("CE207", span, found=piece, mended=_WORD_INSTEAD[piece])
    if kind == "other":
        if piece in _INSTEAD:
            raise Fault("CE207", span, found=piece, mended=_INSTEAD[piece])
        raise Fault("CE208", span, character=shown_letter(piece))
    if kind == "text" and (before[-1:] in "'\"" or before.isidentifier()) and before not in ("", *_INFIX):
        raise Fault("CE208", span, character=shown_letter(piece[0]))
    if kind == "text" and ("\\" in piece or not piece.isprintable()):
        odd = next(letter for letter in piece if letter == "\\" or not letter.isprintable())
        raise Fault("CE208", span, character=shown_letter(odd))


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
