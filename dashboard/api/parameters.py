"""Kinds of parameters that several data routes take, with their limits."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field, StringConstraints

MAX_NAME_CHARACTERS = 4096
_MIN_INT64, _MAX_INT64 = -(2**63), 2**63 - 1

Name = Annotated[str, StringConstraints(max_length=MAX_NAME_CHARACTERS)]
Step = Annotated[int, Field(ge=_MIN_INT64, le=_MAX_INT64)]

SelectionParameter = Annotated[
    Name, Query(description="Key of a selection that was posted.", examples=["5b1f0b2c8d9e4a37"])
]
RunParameter = Annotated[Name, Query(description="Name of a run.", examples=["baseline"])]
TagParameter = Annotated[Name, Query(description="Name of a tag.", examples=["train/loss"])]
KindParameter = Annotated[str, Query(min_length=1, max_length=64, description="Kind of summary.", examples=["scalars"])]
BlobKindParameter = Annotated[
    str, Query(min_length=1, max_length=64, description="Kind of summary, other than scalars.", examples=["images"])
]
Version = Annotated[int, Field(ge=0, le=_MAX_INT64)]
SinceParameter = Annotated[Version, Query(description="Leave out runs unchanged since this version.", examples=[0])]
ListSinceParameter = Annotated[
    Version,
    Query(
        description="Only what changed since this version of an earlier answer; 0 for all. An answer whose `since` is"
        " 0 has all, as where the version is not known any more.",
        examples=[0],
    ),
]
