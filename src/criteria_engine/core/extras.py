"""Optional packages: each is imported here and nowhere else, and by the function that needs it.

Where a package is not installed, ``CriteriaError`` says how to install it.
"""

from __future__ import annotations

from typing import Any

from criteria_engine.messages.diagnostics import Code, CriteriaError, Diagnostic, chosen_language


def _missing(package: str, extra: str, path: str = "frame") -> CriteriaError:
    """The fault of a package that is not installed; ``path`` names the argument that asked for it."""
    details = {"package": package, "extra": extra}
    return CriteriaError([Diagnostic(Code.PACKAGE_MISSING, details, path, lang=chosen_language())])


def numpy() -> Any:
    """NumPy, of the extra ``fast``."""
    try:
        import numpy as np
    except ImportError:
        raise _missing("numpy", "fast") from None
    return np


def numpy_if_there() -> Any:
    """NumPy; None where it is not installed, for work that plain Python can do as well, but slowly."""
    try:
        return numpy()
    except CriteriaError:
        return None


def narwhals() -> Any:
    """The second stable interface of narwhals, of the extra ``frames``."""
    try:
        import narwhals.stable.v2 as nw
    except ImportError:
        raise _missing("narwhals", "frames") from None
    return nw


def arrow() -> tuple[Any, Any, Any]:
    """pyarrow, its functions of columns and its Parquet, of the extra ``parquet``."""
    try:
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq
    except ImportError:
        raise _missing("pyarrow", "parquet", "") from None
    return pa, pc, pq


def matplotlib() -> tuple[Any, Any]:
    """``pyplot`` and ``ticker`` of matplotlib, of the extra ``plot``."""
    try:
        from matplotlib import pyplot, ticker
    except ImportError:
        raise _missing("matplotlib", "plot", "plot") from None
    return pyplot, ticker
