"""From the parts of a ruleset to a program of core nodes.

Read ``compiler`` first: its steps, in order. Beneath it: ``tree`` (criteria and their states),
``combining`` (a group from its criteria), ``scope`` (names) and ``lowering`` (expressions). Above it:
``levels``, ``soundness`` (all that can be wrong), ``program``, ``inputs`` (values as rows).
"""
