from dashboard.api.bodies import Told, Window

INTERFACE: int

def draw_bodies(curves: list[Told], window: Window) -> list[bytes | None]: ...
