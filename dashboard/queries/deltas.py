"""What a run is above or below the baseline run, at its own steps."""

from __future__ import annotations

import numpy as np

from dashboard.queries.joining import cut, look_up
from summaries import Series


def subtract(series: Series, baseline: Series) -> Series:
    """The values of a series minus those of the baseline's, interpolated at the same steps.

    Where the baseline has no finite value at or around a step, as before its first and after its last one, there is no
    point, and no line goes across. NaN and Inf of the series itself stay.

    Args:
        series: All points of a run and tag.
        baseline: All points of the baseline run and the same tag; what a restart replaced does not count.

    >>> from summaries.series import Piece, make_series
    >>> run = make_series([Piece.make([0, 1, 2, 3], [5.0, 6.0, 7.0, 8.0])])
    >>> subtract(run, make_series([Piece.make([1, 3], [1.0, 2.0])])).values.tolist()
    [5.0, 5.5, 6.0]
    """
    values_of_baseline = look_up(baseline).at(series.steps)
    is_known = np.isfinite(values_of_baseline)
    with np.errstate(invalid="ignore", over="ignore"):
        return cut(series, series.values - values_of_baseline, is_known)
