from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.settings import Settings


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(create_app(Settings(logdir=tmp_path, index="off")), base_url="http://localhost")


@pytest.mark.parametrize("path", ["/static/js/session.js", "/static/css/tokens.css"])
def test_files_of_the_page_are_kept_but_asked_for_again(client: TestClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"if-none-match": first.headers["etag"]})

    assert (first.status_code, again.status_code) == (200, 304)
    assert [answer.headers["cache-control"] for answer in (first, again)] == ["no-cache", "no-cache"]


def test_icon_lies_where_browsers_look_by_themselves(client: TestClient) -> None:
    answer = client.get("/favicon.ico")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")


@pytest.mark.parametrize("path", ["/nowhere", "/scalars/more", "/_mcp", "/assets/x"])
def test_path_without_a_page_is_not_found(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer.json()["detail"].endswith("Open the address that board printed.")
