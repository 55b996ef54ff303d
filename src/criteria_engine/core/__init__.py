"""Expression text, typed values, the closed graph of nodes and its bounds, arithmetic.

Read ``nodes`` first: everything comes down to them. ``algebra`` builds them, ``traversal`` walks them and
``bounds`` rewrites them for missing values. ``grammar`` and ``expression`` are the texts of authors,
``values`` what such texts come to. ``arithmetic`` is what programs compute with; it imports ``nodes`` alone.
For all rooms: ``record`` (small classes), ``expression_text`` (text as people type it), ``extras`` (optional packages).
"""
