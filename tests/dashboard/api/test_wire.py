import json
import struct

import numpy as np

from dashboard.api import wire
from dashboard.queries.non_finite import Tally


def make(values: list[float], smoothed: list[float] | None = None) -> wire.DrawnSeries:
    count = len(values)
    return wire.DrawnSeries(
        run=1,
        tag=2,
        version=7,
        num_total=1000,
        steps=np.arange(count, dtype=np.float64),
        wall_times=1e9 + np.arange(count, dtype=np.float64),
        values=np.array(values),
        smoothed=np.array(smoothed) if smoothed else None,
        segment_starts=np.array([0]),
        superseded=np.array([False]),
        non_finite_steps=np.array([5.0]),
        non_finite_wall_times=np.array([1e9 + 5.0]),
        non_finite_values=np.array([-np.inf]),
        first_wall_time=1e9,
        tally=Tally((0, 3, 40), (np.nan, 8.0, 4.0)),
        last_value=np.inf,
    )


def test_message_has_the_bytes_that_its_description_draws() -> None:
    message = wire.encode([make([0.5, 1.5])], store_version=9)

    assert message[:24] == b"BRDS" + struct.pack("<HHIIQ", 2, 0, 1, 0, 9)
    assert message[24:72] == struct.pack("<IIQQIIIId", 1, 2, 7, 1000, 2, 1, 1, 0, 1e9)
    assert message[72:120] == struct.pack("<4I4d", 0, 3, 40, 0, np.nan, 8.0, 4.0, np.inf)
    columns = message[120:]
    assert columns[:16] == struct.pack("<2d", 0.0, 1.0)
    assert columns[16:24] == struct.pack("<2f", 0.0, 1.0)
    assert columns[24:32] == struct.pack("<2f", 0.5, 1.5)
    assert columns[32:48] == struct.pack("<IIII", 0, 0, 0, 0)  # one start and one flag, each padded to 8 bytes
    assert columns[48:] == struct.pack("<dfIII", 5.0, 5.0, 0, 2, 0)


def test_values_that_float32_would_change_travel_as_float64() -> None:
    narrow, wide = wire.encode([make([0.5])], 0), wire.encode([make([0.1])], 0)

    assert struct.unpack_from("<I", narrow, 60) == (0,)
    assert struct.unpack_from("<I", wide, 60) == (1,)
    assert struct.pack("<d", 0.1) in wide


def test_smoothed_values_follow_the_values_where_they_were_asked_for() -> None:
    message = wire.encode([make([0.5, 1.5], smoothed=[0.5, 1.25])], 0)

    assert struct.unpack_from("<I", message, 60) == (2,)
    assert message[120 + 24 : 120 + 40] == struct.pack("<4f", 0.5, 1.5, 0.5, 1.25)


def test_json_spells_out_what_json_cannot_hold() -> None:
    answer = wire.to_json(make([0.5]))

    assert answer["non_finite"] == [{"step": 5.0, "wall_time": 1e9 + 5.0, "value": "-Inf"}]
    assert answer["num_non_finite"] == {"NaN": 0, "+Inf": 3, "-Inf": 40}
    assert answer["first_non_finite"] == {"NaN": None, "+Inf": 8.0, "-Inf": 4.0}
    assert answer["last_value"] == "+Inf"
    json.dumps(answer, allow_nan=False)
