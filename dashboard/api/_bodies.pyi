from collections.abc import Sequence

from dashboard.api.bodies import Curve, Window

INTERFACE: int

def draw_bodies(curves: Sequence[Curve], window: Window) -> list[bytes | None]: ...
