"""Series and counts to distributions; nothing here knows a plan.

Read ``distribution`` first: what all forecasts give. ``hazard`` learns yearly rates and counts units by them. ``series`` holds what forecasts start from, ``forecast`` the public verbs ``share``
and ``units`` and how good past forecasts were, ``published`` the rules of progress of others.
"""
