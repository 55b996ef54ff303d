"""The paragraph on how the targets of a plan stand, ready to be pasted into a document."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from criteria_engine.forecasting.published import Label
from criteria_engine.messages.formatting import percent
from criteria_engine.messages.speaker import Speaker, sentences
from criteria_engine.plans.plan import Plan
from criteria_engine.projection.outlook import MustChange, TargetOutlook, likelihood_of

_MOST_NAMES = 5
_EXPECTED = ("on_track", "off_track")
_MODEL_SENTENCES = {"arithmetic": "no_model", "published": "no_model", "hazard": "model", "scores": "drawn"}


def plan_speaker(plan: Plan, lang: str, subject: str = "plans", also: str | None = None) -> Speaker:
    """The sentences about one plan, with the word for its units.

    That is their kind, where all that count are of one, and the language is that of the list.
    """
    kinds = dict(plan.counting.only).get("kind", ())
    unit = kinds[0] if lang == "vi" and len(kinds) == 1 else sentences("plans", lang)["unit"]
    return Speaker(lang, subject, also, unit=unit)


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
    speaker = plan_speaker(plan, lang)
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
        names = "; ".join(speaker.say(f"rule_{name}") for name in plan.counting.assumed)
        said.append(speaker.say("assumed_rules", names=names))
    return " ".join(said)


def _of_labels(speaker: Speaker, plan: Plan, id: str, labels: Mapping[str, Label]) -> str:
    title = plan.target(id).title.in_language(speaker.lang) or id
    said = [f"{speaker.say(rule)}: {speaker.say(f'label_{label.label}')}" for rule, label in labels.items()]
    return speaker.say("labels", title=title, labels="; ".join(said))


def _of_target(speaker: Speaker, plan: Plan, on: datetime.date, outlook: TargetOutlook) -> str:
    target = plan.target(outlook.id)
    kind = "_named" if target.units is not None else "_year" if target.in_ is not None else ""
    said = [
        speaker.say("target", title=target.title.in_language(speaker.lang) or target.id),
        speaker.say(
            f"need{kind}",
            required=outlook.required,
            units=outlook.units,
            have=outlook.have,
            percent=percent(outlook.percent_of_target, speaker.lang, digits=1),
        ),
        speaker.say(
            outlook.status + (kind if kind == "_year" and outlook.status in _EXPECTED else ""),
            year=outlook.year,
            needed=outlook.needed,
            pending=outlook.pending,
            expected=outlook.expected,
            shortfall=outlook.shortfall,
        ),
    ]
    if outlook.probability is not None and outlook.status in _EXPECTED:
        word = speaker.say(likelihood_of(outlook.probability) or "uncertain")
        said.append(speaker.say("chance", word=word, probability=speaker.share(outlook.probability, least=0)))
    if outlook.areas:
        parts = [
            speaker.say("area", area=area, have=part.have, required=part.required)
            for area, part in outlook.areas.items()
        ]
        said.append(speaker.say("areas", areas="; ".join(parts)))
    if outlook.status == "off_track" and not kind:
        if outlook.required_per_year:
            said.append(speaker.say("pace", year=outlook.year, pace=outlook.required_per_year))
        if outlook.must_change is not None:
            said += _of_change(speaker, on, outlook.must_change)
    return " ".join(said)


def _of_change(speaker: Speaker, on: datetime.date, must: MustChange) -> list[str]:
    said = []
    if must.recognise:
        said.append(
            speaker.say(
                "register_never" if must.register is None else "register",
                next=on.year + 1,
                register=must.register,
                recognise=must.recognise,
                confidence=speaker.share(must.confidence, least=0),
            )
        )
    if must.renewals:
        said.append(speaker.say("renewals", names=_names(must.renewals)))
    if must.nearest:
        near = [speaker.say("near", name=unit.name, count=len(unit.not_met)) for unit in must.nearest]
        said.append(speaker.say("nearest", names=_names(near)))
    return said


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
