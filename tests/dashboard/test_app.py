from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.settings import Settings


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(create_app(Settings(logdir=tmp_path, index="off")), base_url="http://localhost")


def test_icon_lies_where_browsers_look_by_themselves(client: TestClient) -> None:
    answer = client.get("/favicon.ico")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")


@pytest.mark.parametrize("path", ["/nowhere", "/scalars/more", "/_mcp", "/assets/x"])
def test_path_without_a_page_is_not_found(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer.json()["detail"].endswith("Open the address that board printed.")
