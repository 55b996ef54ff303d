"""Values as offices type them: what is read, what is refused, and why."""

from __future__ import annotations

import copy
import math
import pickle
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria_engine.core.nodes import NA, NotApplicable
from criteria_engine.files.cells import TYPES, Value, read_value
from criteria_engine.messages.diagnostics import Diagnostic, Fault

WORDS = ("poor", "Đạt", "khoẻ", "none", "A", "a", "not_completed")

# text, type, what is read in Vietnamese, what is read in English: a value, or the code of the fault.
BOTH: list[tuple[str, str, Any]] = [
    ("0", "number", 0),
    ("12", "number", 12),
    ("007", "number", 7),
    (" 12 ", "number", 12),
    ("\u00a012\u202f", "number", 12),
    ("12\r\n", "number", 12),
    ("85,5", "number", 85.5),
    ("85.5", "number", 85.5),
    ("85,50", "number", 85.5),
    ("85,0", "number", 85.0),
    ("0,855", "number", 0.855),
    ("0.855", "number", 0.855),
    ("12,3450", "number", 12.345),
    ("12.3450", "number", 12.345),
    ("1234,567", "number", 1234.567),
    ("1234.567", "number", 1234.567),
    ("1.234,5", "number", 1234.5),
    ("1,234.5", "number", 1234.5),
    ("1.234,567", "number", 1234.567),
    ("1,234.567", "number", 1234.567),
    ("1.234.567", "number", 1234567),
    ("1,234,567", "number", 1234567),
    ("1.234.567,89", "number", 1234567.89),
    ("1,234,567.89", "number", 1234567.89),
    ("1 234 567", "number", 1234567),
    ("1\u00a0234\u00a0567", "number", 1234567),
    ("1\u202f234", "number", 1234),
    ("1\u2009234", "number", 1234),
    ("1 234,5", "number", 1234.5),
    ("1 234.5", "number", 1234.5),
    ("-5", "number", -5),
    ("- 5", "number", -5),
    ("\u22125,5", "number", -5.5),
    ("\u20135", "number", -5),
    ("+5", "number", 5),
    ("-0", "number", 0),
    ("-0,0", "number", 0.0),
    ("1000000000000000", "number", 10**15),
    ("123456789012345", "number", 123456789012345),
    ("0,123456789012345", "number", 0.123456789012345),
    ("1000000000000000,1", "number", "CE513"),
    ("10000000000000000", "number", "CE514"),
    ("2000000000000000", "number", "CE514"),
    ("-2000000000000000", "number", "CE514"),
    ("9" * 5000, "number", "CE514"),
    ("1234567890123456", "number", "CE513"),
    ("0,1234567890123456", "number", "CE513"),
    ("0." + "3" * 5000, "number", "CE513"),
    ("1..2", "number", "CE512"),
    ("1, 5", "number", "CE512"),
    ("5,", "number", "CE512"),
    (",5", "number", "CE510"),
    ("1,2,3", "number", "CE512"),
    ("1.23.456", "number", "CE512"),
    ("12 34", "number", "CE512"),
    ("0.123.456", "number", "CE512"),
    ("1234.567,8", "number", "CE512"),
    ("1.234 567", "number", "CE512"),
    ("1.234,567.8", "number", "CE512"),
    ("1e3", "number", "CE516"),
    ("1,2E+05", "number", "CE516"),
    ("1e308", "number", "CE516"),
    ("NaN", "number", "CE510"),
    ("inf", "number", "CE510"),
    ("-Infinity", "number", "CE510"),
    ("1_000", "number", "CE510"),
    ("0x10", "number", "CE510"),
    ("5-", "number", "CE510"),
    ("--5", "number", "CE510"),
    ("(5)", "number", "CE510"),
    ("120 vụ", "number", "CE510"),
    ("=1+2", "number", "CE510"),
    ("12:30", "number", "CE510"),
    ("không có", "number", "CE510"),
    ("１２", "number", "CE515"),
    ("½", "number", "CE515"),
    ("٣", "number", "CE515"),
    ("85 %", "number", "CE517"),
    ("85%", "integer", "CE517"),
    ("1\u200b2", "number", "CE502"),
    ("\u202e12", "number", "CE502"),
    ("1\x002", "number", "CE502"),
    ("1\n2", "number", "CE505"),
    ("12\ufffd", "number", "CE502"),
    ("#DIV/0!", "number", "CE503"),
    ("#REF!", "integer", "CE503"),
    ("#VALUE!", "percent", "CE503"),
    ("#name?", "boolean", "CE503"),
    ("#N/A", "number", "CE503"),
    ("######", "date", "CE503"),
    ("Err:502", "number", "CE503"),
    ("n/a", "number", "CE504"),
    ("KAD", "boolean", "CE504"),
    ("12", "integer", 12),
    ("3.0", "integer", 3),
    ("3,00", "integer", 3),
    ("0,000", "integer", 0),
    ("1.234.567", "integer", 1234567),
    ("1 234", "integer", 1234),
    ("85,5", "integer", "CE518"),
    ("0.855", "integer", "CE518"),
    ("1.234,5", "integer", "CE518"),
    ("85,5 %", "percent", 85.5),
    ("85.5 %", "percent", 85.5),
    ("85,5%", "percent", 85.5),
    ("85.5", "percent", 85.5),
    ("85", "percent", 85),
    ("85 %", "percent", 85),
    ("85,125", "percent", 85.125),
    ("85.125", "percent", 85.125),
    ("1.234", "percent", 1.234),
    ("0", "percent", 0),
    ("0,0", "percent", 0.0),
    ("1", "percent", 1),
    ("100", "percent", 100),
    ("100,00 %", "percent", 100.0),
    ("0,855", "percent", "CE520"),
    ("0.5", "percent", "CE520"),
    ("0,855 %", "percent", 0.855),
    ("0.5%", "percent", 0.5),
    ("100,01", "percent", "CE519"),
    ("855", "percent", "CE519"),
    ("-5 %", "percent", "CE519"),
    ("1.234,5 %", "percent", "CE519"),
    ("85 %%", "percent", "CE510"),
    ("85 ‰", "percent", "CE510"),
    ("", "number", None),
    ("   ", "text", None),
    ("\u00a0", "boolean", None),
    ("-", "number", None),
    ("–", "percent", None),
    ("…", "date", None),
    ("...", "integer", None),
    ("null", "number", None),
    ("chưa có", "number", None),
    ("Chưa có số liệu", "boolean", None),
    (unicodedata.normalize("NFD", "chưa có số liệu"), "date", None),
    ("không có dữ liệu", "ordinal", None),
    ("no data", "choice", None),
    ("có", "boolean", True),
    ("CÓ", "boolean", True),
    (unicodedata.normalize("NFD", "Có"), "boolean", True),
    ("đạt", "boolean", True),
    ("Đạt", "boolean", True),
    ("đúng", "boolean", True),
    ("x", "boolean", True),
    ("X", "boolean", True),
    ("✓", "boolean", True),
    ("✔\ufe0f", "boolean", True),
    ("☑", "boolean", True),
    ("1", "boolean", True),
    ("TRUE", "boolean", True),
    ("Yes", "boolean", True),
    ("không", "boolean", False),
    ("Không đạt", "boolean", False),
    ("chưa  đạt", "boolean", False),
    ("chưa", "boolean", False),
    ("sai", "boolean", False),
    ("0", "boolean", False),
    ("FALSE", "boolean", False),
    ("no", "boolean", False),
    ("✗", "boolean", False),
    ("chưa có", "boolean", "CE531"),
    ("co", "boolean", "CE530"),
    ("2", "boolean", "CE530"),
    ("☐", "boolean", "CE530"),
    ("×", "boolean", "CE530"),
    ("\u00d0ạt", "boolean", "CE543"),
    ("\u0445", "boolean", "CE543"),
    ("13/03/2026", "date", date(2026, 3, 13)),
    ("3/3/2026", "date", date(2026, 3, 3)),
    ("2026-03-01", "date", date(2026, 3, 1)),
    ("2026/3/1", "date", date(2026, 3, 1)),
    ("2026-03-01 00:00:00", "date", date(2026, 3, 1)),
    ("2026-03-01T00:00:00.000Z", "date", date(2026, 3, 1)),
    ("ngày 1 tháng 3 năm 2026", "date", date(2026, 3, 1)),
    ("Ngày 01 tháng 03 năm 2026", "date", date(2026, 3, 1)),
    ("1 tháng 3, 2026", "date", date(2026, 3, 1)),
    ("ngày 13/3/2026", "date", date(2026, 3, 13)),
    ("1 March 2026", "date", date(2026, 3, 1)),
    ("March 1st, 2026", "date", date(2026, 3, 1)),
    ("01-Mar-2026", "date", date(2026, 3, 1)),
    ("29/02/2024", "date", date(2024, 2, 29)),
    ("29/02/2026", "date", "CE537"),
    ("31/02/2026", "date", "CE537"),
    ("03/25/2026", "date", "CE537"),
    ("00/03/2026", "date", "CE537"),
    ("2026-13-01", "date", "CE537"),
    ("0000-01-01", "date", "CE537"),
    ("13/03/26", "date", "CE536"),
    ("01-Mar-26", "date", "CE536"),
    ("2026-03-01 14:30", "date", "CE540"),
    ("13/03/2026 8:00", "date", "CE540"),
    ("46082", "date", "CE539"),
    ("3/2026", "date", "CE535"),
    ("2026", "date", "CE535"),
    ("2026-03-01 sáng", "date", "CE535"),
    ("01/03-2026", "date", "CE535"),
    ("13/03/20266", "date", "CE535"),
    ("1 Foo 2026", "date", "CE535"),
    ("hôm qua", "date", "CE535"),
    ("poor", "ordinal", "poor"),
    ("POOR", "choice", "poor"),
    (unicodedata.normalize("NFD", "đạt"), "ordinal", "Đạt"),
    ("none", "ordinal", "none"),
    ("A", "choice", "A"),
    ("a", "choice", "a"),
    ("", "choice", None),
    ("khỏe", "ordinal", "CE542"),
    ("khoe", "ordinal", "CE542"),
    ("not completed", "ordinal", "CE542"),
    ("pooor", "ordinal", "CE542"),
    ("p\u043eor", "ordinal", "CE543"),
    ("\u00d0ạt", "choice", "CE543"),
    ("xyz", "ordinal", "CE541"),
    ("Vĩnh Hòa", "text", "Vĩnh Hòa"),
    (unicodedata.normalize("NFD", "Vĩnh Hòa"), "text", "Vĩnh Hòa"),
    ("a\u00a0b", "text", "a b"),
    ("Na", "text", "Na"),
    ("12", "text", "12"),
    ("NA", "text", "CE504"),
    ("a\tb", "text", "CE502"),
    ("a\u2028b", "text", "CE502"),
    ("\ud800", "text", "CE502"),
    ("x" * 65_536, "text", "x" * 65_536),
    ("x" * 65_537, "text", "CE501"),
]
DIFFERENT: list[tuple[str, str, Any, Any]] = [
    ("1.234", "number", "CE511", 1.234),
    ("1,234", "number", "CE511", 1234),
    ("-1.234", "number", "CE511", -1.234),
    ("100.000", "number", "CE511", 100.0),
    ("1 234.567", "number", "CE511", 1234.567),
    ("1 234,567", "number", 1234.567, "CE511"),
    ("1.234", "integer", 1234, "CE511"),
    ("1,234", "integer", "CE511", 1234),
    ("1.000", "integer", 1000, "CE511"),
    ("01/03/2026", "date", date(2026, 3, 1), "CE538"),
    ("1-3-2026", "date", date(2026, 3, 1), "CE538"),
    ("1.3.2026", "date", date(2026, 3, 1), "CE538"),
]
TABLE = [(*case, lang) for case in BOTH for lang in ("vi", "en")]
TABLE += [(text, kind, vi, "vi") for text, kind, vi, _ in DIFFERENT]
TABLE += [(text, kind, en, "en") for text, kind, _, en in DIFFERENT]


def outcome(text: str, type: str, lang: str, **options: Any) -> Value | str:
    """What is read, or the code of the fault."""
    try:
        return read_value(text, type, lang=lang, words=WORDS, **options)
    except Fault as fault:
        return fault.code


@pytest.mark.parametrize(
    ("text", "type", "expected", "lang"),
    TABLE,
    ids=[f"{case[3]}-{case[1]}-{ascii(case[0])[:40]}" for case in TABLE],
)
def test_cell(text: str, type: str, expected: Any, lang: str) -> None:
    found = outcome(text, type, lang)
    assert found == expected
    assert found.__class__ is expected.__class__


@pytest.mark.parametrize("text", ["n/a", "N/A", "NA", "n.a.", "không áp dụng", "KHÔNG ÁP DỤNG", "KAD"])
@pytest.mark.parametrize("type", TYPES)
def test_not_applicable_only_where_allowed(text: str, type: str) -> None:
    assert outcome(text, type, "vi", may_be_na=True) is NA
    assert outcome(text, type, "vi") == "CE504"


def test_not_available_of_a_spreadsheet_is_an_error_and_not_na() -> None:
    assert outcome("#N/A", "number", "vi", may_be_na=True) == "CE503"


def test_words_of_a_scale_come_before_all_else() -> None:
    words = ["n/a", "-", "chưa có", "#N/A"]
    for word in words:
        assert read_value(word, "choice", words=words, may_be_na=True) == word


def test_words_that_differ_in_case_only_must_be_exact() -> None:
    assert read_value("Ab", "choice", words=["Ab", "aB"]) == "Ab"
    with pytest.raises(Fault) as caught:
        read_value("AB", "choice", words=["Ab", "aB"])
    assert caught.value.code == "CE544"


def test_an_ambiguous_number_shows_two_spellings_that_are_read_so() -> None:
    for text, kind, lang in [
        ("1.234", "number", "vi"),
        ("−12,345", "number", "vi"),
        ("1.234", "integer", "en"),
    ]:
        with pytest.raises(Fault) as caught:
            read_value(text, kind, lang=lang)
        thousands = read_value(caught.value.details["thousands"], "number", lang=lang)
        decimal = read_value(caught.value.details["decimal"], "number", lang=lang)
        assert isinstance(thousands, int)
        assert thousands == round(float(str(decimal)) * 1000)


def test_an_ambiguous_share_shows_two_spellings_that_are_read_so() -> None:
    with pytest.raises(Fault) as caught:
        read_value("0,855", "percent")
    assert read_value(caught.value.details["small"], "percent") == 0.855
    assert read_value(caught.value.details["large"], "percent") == 85.5


@pytest.mark.parametrize("shape", ["{}", "{} %", "{}%", " {} % ", "+{}"])
@pytest.mark.parametrize(
    "number", ["0,004", "0,5", "0,85", "1", "1,5", "85", "85,5", "85,125", "99,99", "100"]
)
def test_no_percent_is_ever_off_by_a_hundred(shape: str, number: str) -> None:
    exact = float(number.replace(",", "."))
    for spelled in (number, number.replace(",", ".")):
        found = outcome(shape.format(spelled), "percent", "vi")
        assert found == exact or (found == "CE520" and 0 < exact < 1 and "%" not in shape)


def test_messages_are_whole_sentences_in_both_languages() -> None:
    for text, kind, expected, lang in TABLE:
        if isinstance(expected, str) and expected.startswith("CE"):
            with pytest.raises(Fault) as caught:
                read_value(text, kind, lang=lang, words=WORDS)
            fault = caught.value
            assert str(fault)
            for language in ("vi", "en"):
                said = Diagnostic(fault.code, fault.details).in_language(language)
                assert said.message
                assert said.hint
                assert "{" not in said.message + said.hint
                assert len(said.message) < 200
                assert (said.message + said.hint).isprintable()


def test_wrong_use_is_said_plainly() -> None:
    with pytest.raises(ValueError, match="there is no type 'float'"):
        read_value("1", "float")
    number: Any = 1
    with pytest.raises(TypeError, match="reads text"):
        read_value(number, "number")


def test_na_is_one_and_has_no_truth() -> None:
    assert NotApplicable() is NA
    assert repr(NA) == "NA"
    assert copy.copy(NA) is NA
    assert copy.deepcopy([NA])[0] is NA
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(NA, protocol)) is NA  # noqa: S301
    assert NotApplicable() == NA
    others: list[object] = [None, False, 0, "", "n/a", math.nan]
    assert NA not in others
    assert {NA: 1}[NotApplicable()] == 1
    with pytest.raises(TypeError, match="value is NA"):
        bool(NA)


ODD_TEXT = st.one_of(
    st.text(max_size=40),
    st.text("0123456789.,  %-+−–\u00a0\u202f/eE_x", max_size=14),
    st.text("0123456789/-. ngàythámăT:", max_size=24),
    st.sampled_from([case[0] for case in BOTH]).flatmap(lambda text: st.text(text or "-", max_size=12)),
)


@given(ODD_TEXT, st.sampled_from(TYPES), st.sampled_from(["vi", "en"]), st.booleans())
def test_any_text_is_a_value_or_a_fault(text: str, type: str, lang: str, may_be_na: bool) -> None:
    found = outcome(text, type, lang, may_be_na=may_be_na)
    if isinstance(found, float):
        assert math.isfinite(found)
        assert abs(found) <= 10**15
        assert math.copysign(1, found) == 1 or found < 0
    if type == "percent" and isinstance(found, int | float):
        assert 0 <= found <= 100


@given(ODD_TEXT, st.sampled_from(TYPES))
def test_normal_forms_are_read_alike(text: str, type: str) -> None:
    assert outcome(unicodedata.normalize("NFD", text), type, "vi") == outcome(
        unicodedata.normalize("NFC", text), type, "vi"
    )


def written_in_vietnamese(number: Decimal, groups: str) -> str:
    """The number with a decimal comma, its thousands parted by ``groups``."""
    return f"{number:,f}".replace(",", "\0").replace(".", ",").replace("\0", groups)


@given(st.decimals(-(10**9), 10**9, places=4), st.sampled_from(["", ".", " ", "\u00a0", "\u202f"]))
def test_decimals_written_in_vietnamese_come_back(number: Decimal, groups: str) -> None:
    assert read_value(written_in_vietnamese(number, groups), "number") == float(number)


@given(st.integers(-(10**15), 10**15), st.sampled_from(["", ".", " "]))
def test_whole_numbers_written_in_vietnamese_come_back(number: int, groups: str) -> None:
    found = outcome(written_in_vietnamese(Decimal(number), groups), "integer", "vi")
    assert found == number or (found == "CE513" and len(str(abs(number)).rstrip("0")) > 15)


@given(st.decimals(1, 100, places=3), st.sampled_from(["", " %", "%"]))
def test_percentages_written_in_vietnamese_come_back(number: Decimal, sign: str) -> None:
    assert read_value(written_in_vietnamese(number, "") + sign, "percent") == float(number)


@given(st.dates())
def test_dates_written_in_vietnamese_come_back(day: date) -> None:
    assert read_value(f"{day.day:02}/{day.month:02}/{day.year:04}", "date") == day
    assert read_value(f"ngày {day.day} tháng {day.month} năm {day.year:04}", "date") == day
    assert read_value(day.isoformat(), "date", lang="en") == day
