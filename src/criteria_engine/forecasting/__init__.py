"""Series and counts to distributions; nothing here knows a plan.

Read ``distribution`` first: what all forecasts give. ``rates`` are what is known of yearly rates, ``hazard``
counts units by them. ``series`` holds what forecasts start from, ``forecast`` the public verbs ``share``
and ``units``, ``backtest`` how good forecasts were, ``published`` the rules of progress of others.
"""
