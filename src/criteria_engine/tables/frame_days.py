"""Days in frames: the number of a day from its parts, from a text, and the text of a number."""

from __future__ import annotations

from typing import Any

from criteria_engine.backends.frames import Formula, Formulas

__all__ = ["day_number", "day_of_text", "text_of_day"]

_WRITTEN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_SHORT_MONTHS = (4, 6, 9, 11)
_MOST = 1e9


def day_number(do: Formulas, year: Any, month: Any, day: Any) -> Any:
    """The day counted from 1 January of the year 1, of year, month and day of the month."""
    early = do.named(do.compared("<=", month, 2.0))
    year = do.named(do.subtracted(year, do.chosen(early, 1.0, 0.0), _MOST))
    era = do.named(do.floor(do.divided(year, 400.0, 1e-9, safe=True)))
    of_era = do.named(do.subtracted(year, do.times(era, 400.0), _MOST))
    place = do.subtracted(month, do.chosen(early, -9.0, 3.0), _MOST)
    months = do.floor(do.divided(do.added([do.times(place, 153.0), 2.0], _MOST), 5.0, 1e-9, safe=True))
    leap = do.floor(do.divided(of_era, 4.0, 1e-9, safe=True))
    century = do.floor(do.divided(of_era, 100.0, 1e-9, safe=True))
    years = do.subtracted(do.added([do.times(of_era, 365.0), leap], _MOST), century, _MOST)
    days = do.added([do.times(era, 146_097.0), years, months, day], _MOST)
    return do.subtracted(days, 306.0, _MOST)


def day_of_text(ex: Any, do: Formulas, text: Formula) -> tuple[Any, Any]:
    """Where a text is a date such as 2024-01-30, and its day there."""
    written = do.named(do.made(lambda x: x.str.contains(_WRITTEN).fill_null(False), text))
    safe = do.named(do.made(lambda t, x: ex.when(t).then(x).otherwise(ex.lit("0001-01-01")), written, text))
    year, month, day = (
        do.named(do.made(lambda x, at=at, size=size: x.str.slice(at, size).cast(ex.Float64), safe))
        for at, size in ((0, 4), (5, 2), (8, 2))
    )
    fits = [do.compared(">=", each, 1.0) for each in (year, month, day)]
    fits += [do.compared("<=", month, 12.0), do.compared("<=", day, _length(do, year, month))]
    return do.named(do.every([written, *fits])), do.named(day_number(do, year, month, day))


def _length(do: Formulas, year: Any, month: Any) -> Any:
    """How many days the month has."""

    def divides(size: float) -> Any:
        part = do.divided(year, size, 1e-9, safe=True)
        return do.named(do.compared("==", do.times(do.floor(part), size), year))

    leap = do.some([do.every([divides(4.0), do.contrary(divides(100.0))]), divides(400.0)])
    short = do.some([do.compared("==", month, float(each)) for each in _SHORT_MONTHS])
    february = do.chosen(leap, 29.0, 28.0)
    return do.chosen(do.compared("==", month, 2.0), february, do.chosen(short, 30.0, 31.0))


def text_of_day(ex: Any, parts: tuple[Any, Any, Any]) -> Any:
    """The text of a day, from expressions of its year, month and day of the month."""

    def digits(part: Any, count: int) -> Any:
        shifted = (part + float(10**count)).cast(ex.Int64).cast(ex.String)
        return shifted.str.slice(1, count)

    year, month, day = parts
    return ex.concat_str([digits(year, 4), digits(month, 2), digits(day, 2)], separator="-")
