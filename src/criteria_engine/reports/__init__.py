"""Periodic reports on a plan: what is said, and how it is laid out.

To be read in this order: ``facts`` (the figures), ``layout`` (the parts of a page, as Markdown and HTML,
and its SVG chart), ``sections`` (the page in words), ``report`` (the public names).
"""
