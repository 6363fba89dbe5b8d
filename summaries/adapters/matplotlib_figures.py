"""Matplotlib's figures, drawn on the caller's thread: the library is not thread-safe, and figures change."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt


def render_figure(figure: Any, *, close: bool) -> npt.NDArray[np.uint8]:
    """The pixels of a figure, shape (h, w, 3).

    Args:
        figure: A `matplotlib.figure.Figure`.
        close: Whether pyplot may forget it.

    Raises:
        TypeError: If it is none.
    """
    if "matplotlib" not in sys.modules or not isinstance(figure, sys.modules["matplotlib.figure"].Figure):
        rule = "figure must be a matplotlib Figure, or a list of them"
        raise TypeError(f"{rule}; got {type(figure).__name__}. Log figures of Plotly with add_plotly.")
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = figure.canvas
    agg = FigureCanvasAgg(figure)
    agg.draw()
    pixels = np.array(np.asarray(agg.buffer_rgba())[:, :, :3])
    figure.set_canvas(canvas)
    pyplot = sys.modules.get("matplotlib.pyplot")
    if close and pyplot is not None:
        pyplot.close(figure)
    return pixels
