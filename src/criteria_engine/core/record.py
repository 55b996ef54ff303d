"""``Record``: the base of the small classes that the engine makes in great numbers for itself.

A record has slots, a constructor and ``__match_args__`` read off its annotations, as an attrs class has.
It has no equality but identity, no ``repr``, and nothing at run time that keeps it from being changed:
the type checker does that. In return such a class costs a tenth of an attrs class when it is
imported, and its objects half when they are made. Classes for users are attrs classes.
"""

from __future__ import annotations

from typing import Any, Self, dataclass_transform


@dataclass_transform(eq_default=False, frozen_default=True)
class _RecordType(type):
    """Writes the constructor of a record; ``kw_only`` attributes are given by name.

    ``frozen=False`` is for the type checker alone.
    """

    _positional: list[str]
    _named: list[str]
    _defaults: dict[str, Any]

    def __new__(
        mcls,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        kw_only: bool = False,
        **_: Any,
    ) -> _RecordType:
        """The class with its slots and constructor."""
        own = [
            attribute
            for attribute, annotation in namespace.get("__annotations__", {}).items()
            if not annotation.startswith("ClassVar")
        ]
        defaults = {attribute: namespace.pop(attribute) for attribute in own if attribute in namespace}
        positional, named = ([], own) if kw_only else (own, [])
        for base in bases:
            named = [*getattr(base, "_named", ()), *named]
            positional = [*getattr(base, "_positional", ()), *positional]
            defaults = getattr(base, "_defaults", {}) | defaults
        namespace["__slots__"] = own
        namespace["__match_args__"] = tuple(positional)
        if positional or named:
            parameters = [f"{each}={each}" if each in defaults else each for each in positional]
            parameters += ["*"] if named else []
            parameters += [f"{each}={each}" if each in defaults else each for each in named]
            lines = "".join(f"\n    self.{each} = {each}" for each in (*positional, *named))
            # the names of attributes of our own classes; the values of defaults are what they refer to
            exec(f"def __init__(self, {', '.join(parameters)}):{lines}", dict(defaults), namespace)  # noqa: S102
        made = super().__new__(mcls, name, bases, namespace)
        made._positional, made._named, made._defaults = positional, named, defaults
        return made


class Record(metaclass=_RecordType):
    """A class of the engine's own; see the module."""

    def replaced(self, **changes: Any) -> Self:
        """A record that differs in these attributes alone."""
        cls: Any = type(self)
        values = {name: getattr(self, name) for name in (*cls._positional, *cls._named)}
        return type(self)(**values | changes)
