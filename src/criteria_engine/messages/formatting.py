"""Numbers, dates, percents and the alphabet as Vietnamese and English readers write them."""

from __future__ import annotations

import datetime
import unicodedata
from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WIDE = Context(prec=400)  # the largest float has 309 digits
_MOST_DIGITS = 9
# Four digits stay together: they are often a year, and 2.024 is no year.
_GROUPED_FROM = 10_000

# The letters in the order of the dictionary.
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"


def _decimal(value: float | Fraction | Decimal) -> Decimal:
    """The value as a decimal; of a float what it is written as."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, float):
        return Decimal(repr(value))
    exact = Fraction(value)
    return _WIDE.divide(Decimal(exact.numerator), Decimal(exact.denominator))


def number(
    value: float | Fraction | Decimal, lang: str = "vi", *, digits: int | None = None, least: int = 0
) -> str:
    """A number: ``1.234.567,5`` in Vietnamese, ``1,234,567.5`` in English.

    ``digits`` are the most places after the mark (9, if not given; halves away from zero), ``least``
    the fewest.
    """
    places = _MOST_DIGITS if digits is None else digits
    shown = _decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _WIDE)
    whole, _, rest = format(shown.copy_abs(), "f").partition(".")
    rest = rest.rstrip("0").ljust(least, "0")
    if int(whole) >= _GROUPED_FROM:
        whole = format(int(whole), ",")
    point, group = (",", ".") if lang == "vi" else (".", ",")
    sign = "-" if shown < 0 else ""
    return sign + whole.replace(",", group) + (point + rest if rest else "")


def percent(value: float | Fraction | Decimal, lang: str = "vi", *, digits: int = 9, least: int = 0) -> str:
    """A percentage (0 to 100): ``82,5 %`` in Vietnamese, ``82.5%`` in English."""
    shown = number(value, lang, digits=digits, least=least)
    return f"{shown} %" if lang == "vi" else f"{shown}%"


def points(value: float | Fraction | Decimal, lang: str = "vi") -> str:
    """Points, to at most four places."""
    return number(value, lang, digits=4)


def almost(value: Fraction, lang: str = "vi", *, least: int = 0) -> tuple[str, bool]:
    """A size, and whether it was rounded up: to two places where it has more than four."""
    exact = _decimal(value)
    if exact == exact.quantize(Decimal("1.0000"), context=_WIDE):
        return number(exact, lang, least=least), False
    raised = exact.quantize(Decimal("1.00"), ROUND_CEILING, _WIDE)
    return number(raised, lang, least=least), True


def date(day: datetime.date, lang: str = "vi") -> str:
    """A day: ``01/03/2026`` in Vietnamese, ``1 March 2026`` in English."""
    if lang == "vi":
        return f"{day.day:02}/{day.month:02}/{day.year:04}"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def width_of(text: str) -> int:
    """How many columns of a terminal a text takes: wide letters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def sort_key_vi(text: str) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """The key that sorts as a Vietnamese dictionary does.

    First by letters (a ă â b c d đ e ê …), then by tones (none, grave, hook, tilde, acute, dot),
    then small before capital. Whatever is no letter stands before all letters.
    """
    letters: list[int] = []
    tones: list[int] = []
    capitals: list[int] = []
    for sign in unicodedata.normalize("NFC", text):
        base, tone = _taken_apart(sign)
        small = base.lower()
        place = _LETTERS.find(small) if len(small) == 1 else -1
        letters.append(0x110000 + place if place >= 0 else _other(small))
        tones.append(tone)
        capitals.append(base != small)
    return tuple(letters), tuple(tones), tuple(capitals)


def _other(sign: str) -> int:
    """Foreign letters after the alphabet, digits and signs before it."""
    point = ord(sign[0])
    return point + 0x220000 if sign[0].isalpha() else point


def _taken_apart(sign: str) -> tuple[str, int]:
    """A letter without its tone, and the tone: 0 for none."""
    spread = unicodedata.normalize("NFD", sign)
    tone = next((mark for mark in spread[1:] if mark in _TONES), "")
    if not tone:
        return sign, 0
    kept = "".join(mark for mark in spread if mark != tone)
    return unicodedata.normalize("NFC", kept), 1 + _TONES.index(tone)
