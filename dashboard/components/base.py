"""What every Dash component of board is made from."""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component


class BoardComponent(Component):
    """A component that `static/js/components.js` registers under the name of its class.

    A subclass names its properties in `_prop_names`, and passes them on by keyword; None leaves one out.
    """

    _namespace = "board_components"
    _children_props: list[str] = []
    _base_nodes: list[str] = []
    _prop_names: list[str] = ["id"]
    _valid_wildcard_attributes: list[str] = []

    def __init__(self, **properties: Any) -> None:
        self._type = type(self).__name__
        given = {name: value for name, value in properties.items() if value is not None}
        super().__init__(**given)  # type: ignore[no-untyped-call]
