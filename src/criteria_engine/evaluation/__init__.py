"""From values to a result, and to what is still missing.

Read ``evaluation`` (values become a row, and are judged), ``result`` (what came out, and where to ask further),
``missing`` (which inputs could still change it), ``explanation_tree`` (the lines that say why, as values).
"""
