"""Parameters that all routes over curves take, with their limits."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, StringConstraints

from dashboard.api.bodies import Columns
from dashboard.api.lines import check_axis, check_tag
from dashboard.api.parameters import MAX_NAME_CHARACTERS, Name

MAX_TAGS = 200
MAX_WIDTH_PX = 8_192

TagsParameter = Annotated[
    list[Annotated[Name, AfterValidator(check_tag)]],
    Query(
        min_length=1,
        max_length=MAX_TAGS,
        description="Names of tags; one that begins with `=` is an expression over tags, as `=train/loss - val/loss`.",
        examples=[["train/loss"]],
    ),
]
XAxis = Annotated[
    str,
    StringConstraints(
        pattern=r"^(step|relative|wall|metric:(?s:.)+)$", max_length=MAX_NAME_CHARACTERS + len("metric:")
    ),
    AfterValidator(check_axis),
]
XParameter = Annotated[
    XAxis,
    Query(
        description="The x-axis: `step`, `relative`, `wall`, or `metric:TAG`, the value of a tag, or of an expression,"
        " at the step of each point; linear between the steps of that tag, and nothing outside.",
        examples=["step"],
    ),
]
AxesParameter = Annotated[
    list[XAxis],
    Query(
        max_length=MAX_TAGS,
        description="Of tables: the x-axis of each tag, in their order, in place of `x`. They have the columns"
        " `axis` and `x` then, and a range is of the tags over `x`.",
        examples=[["metric:epoch"]],
    ),
]
WidthParameter = Annotated[int, Query(ge=1, le=MAX_WIDTH_PX, description="Pixels of the plot.", examples=[400])]
StartParameter = Annotated[float, Query(description="First position of the range, in units of x.", examples=[0])]
StopParameter = Annotated[float, Query(description="Last position of the range, in units of x.", examples=[1000])]
SmoothingParameter = Annotated[
    float, Query(ge=0, lt=1, description="Weight of the moving average of drawn points; 0 for none.", examples=[0.6])
]
ColumnsParameter = Annotated[
    Columns,
    Query(
        description="How wide pixel columns are: all alike, or as on a logarithmic axis, where what is not positive has"
        " no place.",
        examples=["linear"],
    ),
]
BaselineParameter = Annotated[
    Name,
    Query(
        description="Name of a run whose values, interpolated at each run's own steps, are subtracted; outside of its"
        " steps there is no value. Empty for none.",
        examples=["baseline"],
    ),
]
