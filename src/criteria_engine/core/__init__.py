"""Expression text, typed values, the closed graph of nodes and its bounds, arithmetic.

Read ``nodes`` first: everything comes down to them. ``algebra`` builds them and ``bounds`` rewrites them for missing values. ``grammar`` (also of text as people type it) and ``expression`` are the texts of authors,
``values`` what such texts come to. ``arithmetic`` is what programs compute with; it imports ``nodes`` alone.
For all rooms: ``record`` (small classes), ``extras`` (optional packages).
"""
