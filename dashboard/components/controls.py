"""The controls of toolbars. Each shows and sets a key of the view, which the URL carries; see `Page.url_keys`."""

from __future__ import annotations

from dashboard.components.base import BoardComponent


class TagFilter(BoardComponent):
    """A field that filters the tags of a page by regex.

    Args:
        page: Name of the page; the key is its ``filter``.
    """

    _prop_names = ["id", "page"]

    def __init__(self, *, page: str) -> None:
        super().__init__(id=f"{page}-filter", page=page)


class Toggle(BoardComponent):
    """A button that switches between two values.

    Args:
        key: A page's name and its key: ``scalars.y``.
        on: The value while it is pressed.
        off: The value otherwise, the default.
        word: What stands on it.
        label: What it does.
        shortcut: Key of the keyboard that presses it.
        more: What else stands on it where there is room.
    """

    _prop_names = ["id", "viewKey", "on", "off", "word", "more", "label", "shortcut"]

    def __init__(self, *, key: str, on: str, off: str, word: str, label: str, shortcut: str, more: str = "") -> None:
        shown = {"word": word, "more": more, "label": label, "shortcut": shortcut}
        super().__init__(id=make_id(key), viewKey=key, on=on, off=off, **shown)


class Delta(BoardComponent):
    """A button that shows every value as its difference to the baseline run; there while a baseline is chosen.

    Args:
        page: Name of the page.
    """

    _prop_names = ["id"]

    def __init__(self, *, page: str) -> None:
        super().__init__(id=f"{page}-delta")


class Export(BoardComponent):
    """A menu that saves all charts of the page, as pictures or tables.

    Args:
        page: Name of the page, and of the files.
    """

    _prop_names = ["id", "page"]

    def __init__(self, *, page: str) -> None:
        super().__init__(id=f"{page}-export", page=page)


class Groups(BoardComponent):
    """A menu of how groups of runs are drawn: line, band and members; there while runs are grouped.

    Args:
        page: Name of the page; the keys are its ``center``, ``band`` and ``members``.
    """

    _prop_names = ["id", "page"]

    def __init__(self, *, page: str) -> None:
        super().__init__(id=f"{page}-groups", page=page)


class ResetZoom(BoardComponent):
    """A button that shows the whole of all plots again; there while something is zoomed.

    Args:
        page: Name of the page.
    """

    _prop_names = ["id"]

    def __init__(self, *, page: str) -> None:
        super().__init__(id=f"{page}-reset-zoom")


class StepRange(BoardComponent):
    """The steps that were selected on the Scalars page, which the page is limited to; a press shows all again.

    Args:
        page: Name of the page.
    """

    _prop_names = ["id"]

    def __init__(self, *, page: str) -> None:
        super().__init__(id=f"{page}-step-range")


class Smoothing(BoardComponent):
    """A slider and a field for the weight of the moving average, from 0 to 0.999.

    Args:
        key: A page's name and its key: ``scalars.smoothing``.
    """

    _prop_names = ["id", "viewKey"]

    def __init__(self, *, key: str) -> None:
        super().__init__(id=make_id(key), viewKey=key)


class XAxis(BoardComponent):
    """What the x-axis shows: the step, a time, or another metric of the runs.

    Args:
        key: A page's name and its key: ``scalars.x``.
    """

    _prop_names = ["id", "viewKey"]

    def __init__(self, *, key: str) -> None:
        super().__init__(id=make_id(key), viewKey=key)


class NewChart(BoardComponent):
    """A button that builds a chart of several tags.

    Args:
        page: Name of the page.
    """

    _prop_names = ["id"]

    def __init__(self, *, page: str) -> None:
        super().__init__(id=f"{page}-new-chart")


class CardLayout(BoardComponent):
    """A menu of how cards are laid out: how many in a row, and how high.

    Args:
        page: Name of the page.
        join_key: The key that joins cards of one metric in training and evaluation; left out, there is no such choice.
    """

    _prop_names = ["id", "joinKey"]

    def __init__(self, *, page: str, join_key: str | None = None) -> None:
        super().__init__(id=f"{page}-card-layout", joinKey=join_key)


def make_id(key: str) -> str:
    """Dash's id of the control of a key; Dash's ids hold no dots."""
    return key.replace(".", "-")
