"""The parts of a page, before it is laid out as Markdown or HTML. Texts are plain; layouts escape them."""

from __future__ import annotations

import attrs

from criteria_engine.projection.chart import Drawing

__all__ = ["Block", "Bullets", "Cell", "Chart", "Page", "Paragraph", "Section", "Table"]


@attrs.frozen
class Cell:
    """A text in a table or a list; ``tone`` (``good bad doubt assumed``) repeats what the words say."""

    text: str
    tone: str = ""


@attrs.frozen
class Paragraph:
    """A paragraph; of the tone ``assumed`` a box that nobody overlooks."""

    text: str
    tone: str = ""


@attrs.frozen
class Bullets:
    """A list of sentences."""

    items: tuple[Cell, ...]


@attrs.frozen
class Table:
    """A table; ``numeric`` are the columns of numbers, ``caption`` says what is in it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: frozenset[int] = frozenset()


@attrs.frozen
class Chart:
    """The picture of the projection, and what it says in one sentence."""

    drawing: Drawing
    caption: str


Block = Paragraph | Bullets | Table | Chart


@attrs.frozen
class Section:
    """A heading and what stands below it."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@attrs.frozen
class Page:
    """A whole report in one language."""

    lang: str
    kind: str
    title: str
    head: tuple[str, ...]
    sections: tuple[Section, ...]
    foot: tuple[str, ...]
