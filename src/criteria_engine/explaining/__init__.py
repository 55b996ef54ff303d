"""Looking at a result and saying what is seen: from parts of expressions up to levels."""

__all__: list[str] = []
