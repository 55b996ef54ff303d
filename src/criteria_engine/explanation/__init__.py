"""From a result to the reasons for it, in words.

To be read in this order: ``phrases`` (names, values and units in words), ``evaluated`` (what parts of expressions came to), ``conditions`` and ``rules`` (what they say),
``explanation`` (all of it in order), ``rendering`` (as text, Markdown and HTML), ``notebook``.
"""
