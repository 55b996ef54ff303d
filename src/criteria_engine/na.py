"""The value of an input that does not apply to a subject."""

from __future__ import annotations

from typing import Final, final

__all__ = ["NA", "NotApplicable"]


@final
class NotApplicable:
    """The class of ``NA``, of which there is only one: pickling and copying give it back.

    It is equal to nothing but itself, and neither true nor false: ``bool(NA)`` raises ``TypeError``.
    """

    __slots__ = ()
    _only: NotApplicable | None = None

    def __new__(cls) -> NotApplicable:
        """The only one there is."""
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "NA"

    def __bool__(self) -> bool:
        raise TypeError("NA (not applicable) is neither true nor false; write `value is NA` to ask for it")

    def __reduce__(self) -> str:
        return "NA"


NA: Final = NotApplicable()
"""Not applicable: the value of an input declared with ``may_be_na`` that does not apply."""
