"""Numbers, dates and the alphabet, as readers of the two languages write them."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria_engine.messages import formatting


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (0, "0", "0"),
        (-0.0, "0", "0"),
        (82.5, "82,5", "82.5"),
        (0.1, "0,1", "0.1"),
        (2024, "2024", "2024"),
        (10000, "10.000", "10,000"),
        (1234567.891, "1.234.567,891", "1,234,567.891"),
        (-12345.5, "-12.345,5", "-12,345.5"),
        (1e15, "1.000.000.000.000.000", "1,000,000,000,000,000"),
        (Fraction(1, 3), "0,333333333", "0.333333333"),
        (Decimal("0.0000000005"), "0,000000001", "0.000000001"),
        (5e-324, "0", "0"),
        (1e30, "1" + ".000" * 10, "1" + ",000" * 10),
    ],
)
def test_numbers(value: float, vi: str, en: str) -> None:
    assert formatting.number(value, "vi") == vi
    assert formatting.number(value, "en") == en


def test_places_are_most_and_fewest() -> None:
    assert formatting.number(82, "vi", least=1) == "82,0"
    assert formatting.number(2.675, "vi", digits=2) == "2,68"
    assert formatting.number(99.999, "vi", digits=2) == "100"


def test_percents_points_and_days() -> None:
    assert formatting.percent(82, "vi", least=1) == "82,0 %"
    assert formatting.percent(82.5, "en") == "82.5%"
    assert formatting.points(1.5, "vi") == "1,5"
    assert formatting.date(date(2026, 3, 1), "vi") == "01/03/2026"
    assert formatting.date(date(2026, 3, 1), "en") == "1 March 2026"
    assert formatting.date(date(1, 1, 1), "vi") == "01/01/0001"


def test_a_long_size_is_rounded_up_and_says_so() -> None:
    assert formatting.almost(Fraction(3), "vi") == ("3", False)
    assert formatting.almost(Fraction("2.1234"), "vi") == ("2,1234", False)
    assert formatting.almost(Fraction("13.333333333"), "vi") == ("13,34", True)
    assert formatting.almost(Fraction("0.000000001"), "en") == ("0.01", True)
    assert formatting.almost(Fraction(10**40), "en") == ("10" + ",000" * 13, False)


@given(st.fractions(0, 10**6))
def test_a_size_never_shrinks_when_it_is_shown(size: Fraction) -> None:
    shown, raised = formatting.almost(size, "en")
    back = Fraction(shown.replace(",", ""))
    assert back > size - Fraction(1, 10**20) if raised else abs(back - size) < Fraction(1, 10**9)
    assert back - size < Fraction(1, 50)


@given(st.decimals(-(10**9), 10**9, places=6))
def test_a_number_reads_back(value: Decimal) -> None:
    assert Decimal(formatting.number(value, "vi").replace(".", "").replace(",", ".")) == value
    assert Decimal(formatting.number(value, "en").replace(",", "")) == value


ALPHABET = [
    "a",
    "ă",
    "â",
    "b",
    "c",
    "d",
    "đ",
    "e",
    "ê",
    "f",
    "g",
    "h",
    "i",
    "j",
    "k",
    "l",
    "m",
    "n",
    "o",
    "ô",
    "ơ",
    "p",
    "q",
    "r",
    "s",
    "t",
    "u",
    "ư",
    "v",
    "w",
    "x",
    "y",
    "z",
]


def in_order(texts: list[str]) -> list[str]:
    turned = texts[::-1]
    turned.sort(key=formatting.sort_key_vi)
    return turned


def test_letters_stand_in_the_order_of_the_dictionary() -> None:
    assert in_order(ALPHABET) == ALPHABET


def test_tones_decide_where_letters_do_not() -> None:
    order = ["ma", "Ma", "mà", "mả", "mã", "má", "mạ", "mă", "mắ", "mâ", "na"]
    assert in_order(order) == order


def test_wards_stand_as_an_office_lists_them() -> None:
    wards = ["Ba Ngòi", "Bắc Cam Ranh", "Bắc Nha Trang", "Cam Linh", "Đô Vinh", "Đông Hải", "Hòa Thắng"]
    wards += ["Nam Nha Trang", "Ninh Chử", "Phan Rang", "Tây Nha Trang", "Vĩnh Hải", "Vĩnh Hòa"]
    assert in_order(wards) == wards
    assert min(["Phường 2", "Phường", "Phường 1"], key=formatting.sort_key_vi) == "Phường"


@given(st.text(max_size=12))
def test_the_key_does_not_mind_how_letters_are_put_together(text: str) -> None:
    spread, joined = unicodedata.normalize("NFD", text), unicodedata.normalize("NFC", text)
    assert formatting.sort_key_vi(spread) == formatting.sort_key_vi(joined)
