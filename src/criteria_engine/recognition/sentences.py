"""What a standing says in words: one sentence on the title, and one on the next recognition."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from types import MappingProxyType

from criteria_engine.messages.diagnostics import Language
from criteria_engine.messages.formatting import date
from criteria_engine.recognition.events import RecognitionEvent

__all__ = ["said"]

_ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "valid": "On {on} {unit} holds {title}, by {decision}, valid until the end of {until}.",
        "no_end": "On {on} {unit} holds {title}, by {decision}, which stands until it lapses or is annulled.",
        "ran_out": "On {on} {unit} no longer holds {title}: by {decision} it was valid until the end of {until}.",
        "lapsed": "On {on} {unit} no longer holds {title}: what {decision} gave has lapsed.",
        "annulled": "On {on} {unit} does not hold {title}: its recognition has been annulled.",
        "annulled_open": "On {on} it is not known whether {unit} holds {title}: the last recognition has been "
        "annulled, and nothing on file says whether {decision} stands again.",
        "never": "On {on} {unit} does not hold {title}: it {state}, and has not been recognised.",
        "no_data": "On {on} it is not known whether {unit} holds {title}: nothing is on file up to that day.",
        "no_title_year": "On {on} it is not known whether {unit} holds {title}: {decision} does not say for "
        "which year, and so not until when.",
        "no_decision_yet": "On {on} it is not known whether {unit} holds {title}: {decision} was valid until "
        "the end of {until}, and no later one is on file.",
        "first": "The next recognition is treated as a first one.",
        "again": "The next recognition is a re-recognition.",
        "title": "the title {title}",
        "level": "the title {title} at level {level}",
        "decision": "decision {number} of {on}",
        "decision_for": "decision {number} of {on} for {year}",
        "registered": "is registered",
        "building": "is working towards it",
        "requested": "has asked for recognition",
    }
)

_VIETNAMESE: Mapping[str, str] = MappingProxyType(
    {
        "valid": "Ngày {on}, {unit} đang giữ {title} theo {decision}, có giá trị đến hết ngày {until}.",
        "no_end": "Ngày {on}, {unit} đang giữ {title} theo {decision}, có giá trị cho đến khi bị thôi công nhận "
        "hoặc bị hủy.",
        "ran_out": "Ngày {on}, {unit} không còn giữ {title}: {decision} có giá trị đến hết ngày {until}.",
        "lapsed": "Ngày {on}, {unit} không còn giữ {title}: {decision} đã hết hiệu lực.",
        "annulled": "Ngày {on}, {unit} không giữ {title}: kết quả công nhận đã bị hủy.",
        "annulled_open": "Ngày {on}, chưa rõ {unit} có giữ {title} hay không: lần công nhận sau cùng đã bị hủy, "
        "và chưa có thông tin {decision} có hiệu lực trở lại hay không.",
        "never": "Ngày {on}, {unit} chưa giữ {title}: {state}, chưa được công nhận.",
        "no_data": "Ngày {on}, chưa rõ {unit} có giữ {title} hay không: chưa có thông tin nào tính đến ngày này.",
        "no_title_year": "Ngày {on}, chưa rõ {unit} có giữ {title} hay không: {decision} không ghi công nhận "
        "cho năm nào nên chưa biết có giá trị đến khi nào.",
        "no_decision_yet": "Ngày {on}, chưa rõ {unit} có giữ {title} hay không: {decision} có giá trị đến hết "
        "ngày {until}, và chưa có quyết định nào tiếp theo.",
        "first": "Lần công nhận tới được xét như lần đầu.",
        "again": "Lần công nhận tới là công nhận lại.",
        "title": "danh hiệu {title}",
        "level": "danh hiệu {title} mức {level}",
        "decision": "quyết định số {number} ngày {on}",
        "decision_for": "quyết định số {number} ngày {on} công nhận cho năm {year}",
        "registered": "đã đăng ký",
        "building": "đang xây dựng",
        "requested": "đã đề nghị xét công nhận",
    }
)

_SENTENCES: Mapping[Language, Mapping[str, str]] = MappingProxyType({"en": _ENGLISH, "vi": _VIETNAMESE})


def said(
    lang: Language,
    because: str,
    *,
    unit: str,
    title: str,
    on: datetime.date,
    decision: RecognitionEvent | None,
    level: str | None,
    until: datetime.date | None,
    state: str | None,
    first_time: bool | None,
    held: bool | None,
) -> str:
    """The sentences on a standing; what is not known of the next recognition is not said."""
    words = _SENTENCES[lang]
    key = "annulled_open" if because == "annulled" and held is None else because
    sentence = words[key].format(
        on=date(on, lang),
        unit=unit,
        title=words["level" if level else "title"].format(title=title, level=level),
        decision=_decision(words, lang, decision),
        until=date(until, lang) if until else "",
        state=words.get(state or "", ""),
    )
    if first_time is None:
        return sentence
    return f"{sentence} {words['first' if first_time else 'again']}"


def _decision(words: Mapping[str, str], lang: Language, decision: RecognitionEvent | None) -> str:
    if decision is None:
        return ""
    form = words["decision_for" if decision.title_year else "decision"]
    return form.format(number=decision.decision, on=date(decision.on, lang), year=decision.title_year)
