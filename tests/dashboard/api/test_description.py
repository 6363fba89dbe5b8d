"""`data/openapi.json` describes the data routes as they are."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.settings import Settings
from tests.dashboard.api.test_random_requests import PARAMETERS

LIMITS = {"string": "maxLength", "array": "maxItems", "integer": "maximum"}


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    settings = Settings(logdir=tmp_path_factory.mktemp("logs"), index="off", path_prefix="/board")
    description: dict[str, Any] = (
        TestClient(create_app(settings), base_url="http://localhost").get("/data/openapi.json").json()
    )
    return description


def iter_limited(schema: dict[str, Any]) -> Any:
    """The schemas within one that must have a limit."""
    for one in schema.get("anyOf", [schema]):
        if one.get("type") in LIMITS and "enum" not in one and "const" not in one:
            yield one
        yield from iter_limited(one["items"]) if "items" in one else ()


def test_every_route_is_described_and_asked_at_random(description: dict[str, Any]) -> None:
    described = {
        path: [parameter["name"] for parameter in methods["get"]["parameters"] if parameter["in"] == "query"]
        if "parameters" in methods["get"]
        else []
        for path, methods in description["paths"].items()
        if "get" in methods
    }

    others = {"/data/openapi.json", "/data/live", "/data/gone"}
    assert described == {path: names for path, names in PARAMETERS.items() if path not in others}
    assert description["servers"] == [{"url": "/board"}]


def test_every_parameter_has_a_limit(description: dict[str, Any]) -> None:
    without = [
        (path, parameter["name"])
        for path, methods in description["paths"].items()
        for parameter in methods.get("get", {}).get("parameters", [])
        for schema in iter_limited(parameter["schema"])
        if parameter["in"] == "query" and LIMITS[schema["type"]] not in schema
    ]

    assert without == []


def test_refusals_are_described_as_they_are(description: dict[str, Any]) -> None:
    for methods in description["paths"].values():
        for operation in methods.values():
            for status in ("404", "422"):
                schema = operation["responses"][status]["content"]["application/json"]["schema"]
                # A query that does not fit is told with its place besides.
                assert {"$ref": "#/components/schemas/Problem"} in schema.get("anyOf", [schema])
