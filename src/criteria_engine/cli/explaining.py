"""``criteria explain``: why one subject comes out as it does."""

from __future__ import annotations

from argparse import Namespace

import attrs

from criteria_engine import CriteriaError
from criteria_engine.cli.console import Console
from criteria_engine.cli.output import form_of, give_out, look_at_output
from criteria_engine.cli.sheets import json_text
from criteria_engine.cli.subjects import found_subject, judged, read_data
from criteria_engine.cli.table_text import safe

__all__ = ["run"]

_ENDINGS = {".txt": "text", ".md": "markdown", ".html": "html", ".json": "json"}


def run(options: Namespace, console: Console) -> int:
    """Explain one subject."""
    form = form_of(options.output, options.format, _ENDINGS)
    look_at_output(options.output, (options.ruleset, options.data), force=options.force)
    given = read_data(options, console)
    subject = found_subject(given.subjects, options.subject)
    found = next(judged(attrs.evolve(given, subjects=(subject,)), options.data))
    if found.result is None:
        raise CriteriaError(found.problems)
    explanation = found.result.explain(console.lang)
    match form:
        case "markdown":
            text = safe(explanation.markdown(), lines=True)
        case "html":
            text = safe(explanation.html(), lines=True)
        case "json":
            text = json_text(explanation.to_dict())
        case _:
            text = safe(str(explanation), lines=True)
    give_out(console, text, options.output)
    return 0
