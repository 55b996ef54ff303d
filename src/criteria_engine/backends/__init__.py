"""From core nodes to something that runs: one subject, or many rows.

For one subject: ``splitting`` (what is known of a graph before code is generated), ``python`` (one generated
function), ``interpreter`` (single parts, on demand). For many rows: ``steps`` (the one ``match`` over the core),
``operations`` (its arithmetic, whatever holds the rows), then ``arrays`` and ``frames`` (expressions, also as SQL), which hold them.
"""
