"""What is said, in Vietnamese and English, and how numbers and dates are written.

To be read in this order: ``formatting`` (numbers, dates, the alphabet), ``speaker`` (says the sentences of the
word tables, one module a subject and language: ``faults``, ``results``, ``plans``, ``reports``, ``commands``),
``codes`` (the names of faults), ``diagnostics`` (faults and their places).
"""
