import json

import numpy as np
import pytest

from dashboard.api import wire
from tests.dashboard.api.wire_table import CASES, make, make_header


@pytest.mark.parametrize("case", CASES)
def test_series_has_the_bytes_that_the_specification_draws(case: str) -> None:
    assert wire.encode([CASES[case].drawn], store_version=9) == make_header(1, 9) + CASES[case].data


def test_message_holds_series_one_after_the_other() -> None:
    message = wire.encode([case.drawn for case in CASES.values()], store_version=2**40)

    assert message == make_header(len(CASES), 2**40) + b"".join(case.data for case in CASES.values())


def test_json_spells_out_what_json_cannot_hold() -> None:
    answer = wire.to_json(next(iter(CASES.values())).drawn)

    assert answer["non_finite"] == [{"step": 5.0, "wall_time": 1e9 + 5.0, "value": "-Inf"}]
    assert answer["num_non_finite"] == {"NaN": 0, "+Inf": 3, "-Inf": 40}
    assert answer["first_non_finite"] == {"NaN": None, "+Inf": 8.0, "-Inf": 4.0}
    assert answer["last_value"] == "+Inf"
    json.dumps(answer, allow_nan=False)


def test_times_that_are_none_spoil_no_other() -> None:
    walls = np.array([np.nan, 1e9, 1e308])
    drawn = make(steps=np.arange(3.0), values=np.zeros(3), wall_times=walls, segment_starts=np.array([0]))

    message = wire.encode([drawn], 0)

    assert np.frombuffer(message, "<f4", 3, 24 + 112 + 8).tolist() == pytest.approx([np.nan, 0.0, np.inf], nan_ok=True)
