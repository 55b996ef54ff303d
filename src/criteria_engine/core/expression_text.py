"""Text as people type it: cleaned, compared without regard to case, and matched to known words."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from criteria_engine.messages.codes import Code
from criteria_engine.messages.diagnostics import Fault

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


def nearest(text: str, known: Iterable[str]) -> str | None:
    """The known word most like the text, tone marks and case aside; None where none is near."""
    plain: dict[str, str] = {}
    for word in known:
        plain.setdefault(_unmarked(word), word)
    # difflib takes time in proportion to both lengths multiplied; nobody's word has more than 64 letters.
    close = difflib.get_close_matches(_unmarked(text[:64]), plain, n=1, cutoff=0.6)
    return plain[close[0]] if close else None


def _unmarked(text: str) -> str:
    spread = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d").replace("_", " ")
    return "".join(letter for letter in spread if not unicodedata.combining(letter))
