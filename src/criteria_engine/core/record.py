"""``Record``: the base of the small classes that the engine makes in great numbers for itself.

A record has a constructor and ``__match_args__`` read off its annotations, as an attrs class has. It has no
equality but identity, no ``repr``, and nothing at run time that keeps it from being changed: the type
checker does that. In return such a class costs a tenth of an attrs class when it is imported, and
its objects half when they are made. Classes for users are attrs classes.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self, dataclass_transform


# A metaclass could give slots as well, but ``match`` and ``isinstance`` are much slower on classes whose
# metaclass is not ``type``, and most of the work of compiling is matching nodes.
@dataclass_transform(eq_default=False, frozen_default=True)
class Record:
    """A class of the engine's own; see the module."""

    _positional: ClassVar[tuple[str, ...]] = ()
    _named: ClassVar[tuple[str, ...]] = ()
    _defaults: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls, *, kw_only: bool = False, frozen: bool = True) -> None:
        """Write the constructor; ``kw_only`` attributes are given by name.

        ``frozen=False`` is for the type checker alone.
        """
        own = tuple(
            name for name, annotation in cls.__annotations__.items() if not annotation.startswith("ClassVar")
        )
        cls._defaults = cls._defaults | {name: vars(cls)[name] for name in own if name in vars(cls)}
        if kw_only:
            cls._named += own
        else:
            cls._positional += own
        cls.__match_args__ = cls._positional  # type: ignore[misc, attr-defined] # as a class statement does
        parameters = [f"{name}={name}" if name in cls._defaults else name for name in cls._positional]
        parameters += ["*"] if cls._named else []
        parameters += [f"{name}={name}" if name in cls._defaults else name for name in cls._named]
        lines = "".join(f"\n    self.{name} = {name}" for name in (*cls._positional, *cls._named))
        space: dict[str, Any] = {}
        # the names of attributes of our own classes; the values of defaults are what they refer to
        exec(f"def __init__(self, {', '.join(parameters)}):{lines or ' pass'}", dict(cls._defaults), space)  # noqa: S102 - see above
        cls.__init__ = space["__init__"]  # type: ignore[method-assign] # what the type checker has read itself

    def replaced(self, **changes: Any) -> Self:
        """A record that differs in these attributes alone."""
        values = {name: getattr(self, name) for name in (*self._positional, *self._named)}
        return type(self)(**values | changes)
