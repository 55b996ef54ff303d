"""Saying how the targets of a plan stand, so that an official can paste it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

import attrs

from criteria_engine.forecasting.published import Label
from criteria_engine.messages.formatting import date, number, percent
from criteria_engine.messages.plans import SENTENCES
from criteria_engine.plans.plan import Plan
from criteria_engine.projection.chart import unit_word
from criteria_engine.projection.outlook import MustChange, TargetOutlook, likelihood_of

__all__ = [
    "Speaker",
    "told",
]


# ---- sentences in one language: names, days, numbers and shares as its readers write them --------


@attrs.frozen
class Speaker:
    """Sentences in one language about the units of one plan."""

    lang: str
    unit: str
    sentences: Mapping[str, str]

    def say(self, key: str, **details: object) -> str:
        """A sentence with its places filled."""
        known = {"unit": self.unit, **{name: self.shown(value) for name, value in details.items()}}
        return self.sentences[key].format_map(known)

    def shown(self, value: object) -> str:
        """A day, a number or a text as it is read."""
        if isinstance(value, datetime.date):
            return date(value, self.lang)
        if isinstance(value, Fraction | float):
            return number(value, self.lang, digits=1)
        return str(value)

    def share(self, part: float | Fraction, *, least: int = 1) -> str:
        """A share (0–1) as a percentage, with at least so many places."""
        return percent(Fraction(part) * 100, self.lang, digits=1, least=least)


_MOST_NAMES = 5

_MODEL_SENTENCES = {"arithmetic": "no_model", "published": "no_model", "hazard": "model", "scores": "drawn"}


def told(
    plan: Plan,
    on: datetime.date,
    method: str,
    scenarios: Sequence[str],
    targets: Mapping[str, TargetOutlook],
    assumed: tuple[int, int],
    lang: str,
    standing: tuple[int, int, int],
    labels: Mapping[str, Mapping[str, Label]] = MappingProxyType({}),
    notes: Sequence[str] = (),
) -> str:
    """A paragraph: where the plan stands, then each target, then what was assumed.

    ``standing`` is: the units recognised, those whose result is open, and all that count.
    """
    speaker = Speaker(lang, unit_word(plan, lang), SENTENCES[lang])
    have, pending, units = standing
    share = speaker.share(Fraction(have, units) if units else Fraction(0), least=1)
    key = "now_open" if pending else "now"
    said = [speaker.say(key, day=on, have=have, units=units, share=share, pending=pending)]
    said += [_of_target(speaker, plan, on, target) for target in targets.values()]
    if set(scenarios) - {"as_is"}:
        said.append(speaker.say("scenarios", names=", ".join(scenarios)))
    said += [_of_labels(speaker, plan, id, found) for id, found in labels.items() if found]
    said.append(speaker.say(_MODEL_SENTENCES.get(method, "own_model")))
    said += [speaker.say(note) for note in notes]
    if assumed[0]:
        said.append(speaker.say("assumed", rows=assumed[0], of=assumed[1]))
    if plan.counting.assumed:
        names = "; ".join(speaker.say(name) for name in plan.counting.assumed)
        said.append(speaker.say("assumed_rules", names=names))
    return " ".join(said)


def _of_labels(speaker: Speaker, plan: Plan, id: str, labels: Mapping[str, Label]) -> str:
    title = plan.target(id).title.in_language(speaker.lang) or id
    each = "; ".join(
        f"{speaker.say(rule)}: {speaker.say(f'label_{found.label}')}" for rule, found in labels.items()
    )
    return speaker.say("labels", title=title, labels=each)


def _of_target(speaker: Speaker, plan: Plan, on: datetime.date, outlook: TargetOutlook) -> str:
    target = plan.target(outlook.id)
    title = target.title.in_language(speaker.lang) or target.id
    kind = "_named" if target.units is not None else "_year" if target.in_ is not None else ""
    said = [
        speaker.say("target", title=title),
        speaker.say(
            f"need{kind}",
            required=outlook.required,
            units=outlook.units,
            have=outlook.have,
            percent=percent(outlook.percent_of_target, speaker.lang, digits=1),
        ),
        _of_status(speaker, outlook, kind),
    ]
    if outlook.probability is not None and outlook.status in ("on_track", "off_track"):
        word = speaker.say(likelihood_of(outlook.probability) or "uncertain")
        said.append(speaker.say("chance", word=word, probability=speaker.share(outlook.probability, least=0)))
    if outlook.areas:
        parts = [
            speaker.say("area", area=area, have=each.have, required=each.required)
            for area, each in outlook.areas.items()
        ]
        said.append(speaker.say("areas", areas="; ".join(parts)))
    if outlook.status == "off_track" and not kind:
        said += _of_change(speaker, on, outlook)
    return " ".join(said)


def _of_status(speaker: Speaker, outlook: TargetOutlook, kind: str) -> str:
    key = outlook.status
    if kind == "_year" and key in ("on_track", "off_track"):
        key += kind
    return speaker.say(
        key,
        year=outlook.year,
        needed=outlook.needed,
        pending=outlook.pending,
        expected=outlook.expected,
        shortfall=outlook.shortfall,
    )


def _of_change(speaker: Speaker, on: datetime.date, outlook: TargetOutlook) -> list[str]:
    said = []
    if outlook.required_per_year:
        said.append(speaker.say("pace", year=outlook.year, pace=outlook.required_per_year))
    if outlook.must_change is not None:
        said += _of_must_change(speaker, on, outlook.must_change)
    return said


def _of_must_change(speaker: Speaker, on: datetime.date, must: MustChange) -> list[str]:
    said = []
    if must.recognise:
        key = "register_never" if must.register is None else "register"
        said.append(
            speaker.say(
                key,
                next=on.year + 1,
                register=must.register,
                recognise=must.recognise,
                confidence=speaker.share(must.confidence, least=0),
            )
        )
    if must.renewals:
        said.append(speaker.say("renewals", names=_names(must.renewals)))
    if must.nearest:
        near = [speaker.say("near", name=each.name, count=len(each.not_met)) for each in must.nearest]
        said.append(speaker.say("nearest", names=_names(near)))
    return said


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
