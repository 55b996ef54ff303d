"""YAML, CSV, JSON and Parquet, read to values and written from them, with every fault at its place.

Rulesets and plans, in the order of reading: ``source`` (the text, and what was read of it), ``yaml_tree``
(events to marked values), ``yaml_slips`` and ``yaml_repair`` (faulty texts),
``document`` (marked values to attributes by their kinds), ``reading`` (a document to a ruleset),
``library`` and ``cases`` (many rulesets, and the tests beside them); ``writing`` is the way back,
and writes any file whole or not at all.

Tables of values: ``cells`` (single values), ``rows`` (cells by column), ``csv_files``, ``json_files`` and
``parquet_files`` (rows out of each kind of file), ``subjects`` (rows put together,
out of any kind of data file).
"""
