"""What judging and explaining look at in a ruleset, whoever made it."""

from __future__ import annotations

from typing import Protocol

from criteria_engine.messages.titles import Titles
from criteria_engine.rules.parts import (
    Consistency,
    Criterion,
    Definition,
    Effective,
    Input,
    LegalBasis,
    Level,
    Otherwise,
    Override,
    Parameter,
    Scale,
    Window,
)

__all__ = ["Described"]


class Described(Protocol):
    """A ruleset, made or being made."""

    @property
    def id(self) -> str:
        """Its dotted id."""

    @property
    def version(self) -> str:
        """Its version."""

    @property
    def title(self) -> Titles:
        """Its title."""

    @property
    def status(self) -> str | None:
        """Official, adapted or illustrative."""

    @property
    def legal_basis(self) -> tuple[LegalBasis, ...]:
        """The documents it rests on."""

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What is observed."""

    @property
    def scales(self) -> tuple[Scale, ...]:
        """The scales of ordinal inputs."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The named constants."""

    @property
    def define(self) -> tuple[Definition, ...]:
        """The named values."""

    @property
    def effective(self) -> Effective | None:
        """When it is in force."""

    @property
    def window(self) -> Window | None:
        """The days of the year between which an assessment looks."""

    @property
    def consistency(self) -> tuple[Consistency, ...]:
        """What must hold of every assessment."""

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The top-level criteria."""

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels, best first."""

    @property
    def otherwise(self) -> Otherwise | None:
        """The lowest level."""

    @property
    def overrides(self) -> tuple[Override, ...]:
        """What comes before the levels."""

    @property
    def root(self) -> Criterion:
        """The file itself as a group."""

    @property
    def days_off(self) -> frozenset[int]:
        """The holidays as days counted from 1 January of the year 1."""
