from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from dashboard.app import create_app
from dashboard.hosts import allowed_host_names, is_allowed_host, is_loopback
from dashboard.settings import Settings


@pytest.mark.parametrize(
    ("host", "is_allowed"),
    [
        ("localhost:6006", True),
        ("127.0.0.1:6006", True),
        ("[::1]:6006", True),
        ("192.168.1.20:6006", True),
        ("evil.example", False),
        ("localhost.evil.example:6006", False),
        ("", False),
        ("[::1", False),
        ("evil.example@localhost", False),
        ("localhost/evil.example", False),
    ],
)
def test_host_header_must_name_this_server(host: str, is_allowed: bool) -> None:
    assert is_allowed_host(host, allowed_host_names("127.0.0.1")) is is_allowed


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(create_app(Settings(logdir=tmp_path, index="off")), base_url="http://localhost:6006")


def test_request_under_a_foreign_name_is_refused(client: TestClient) -> None:
    answer = client.get("/data/runs", headers={"host": "evil.example"})

    assert answer.status_code == 421
    assert answer.json()["detail"].startswith("Host must name this server; got 'evil.example'.")


def test_post_from_a_foreign_page_is_refused(client: TestClient) -> None:
    answer = client.post("/data/selections", json={"runs": []}, headers={"origin": "http://evil.example"})

    assert answer.status_code == 403


def test_post_from_our_page_is_served(client: TestClient) -> None:
    answer = client.post("/data/selections", json={"runs": ["a"]}, headers={"origin": "http://localhost:6006"})

    assert answer.status_code == 200


@pytest.mark.parametrize("origin", ["http://[", "null", "", "http://localhost:6006.evil.example", "localhost:6006"])
def test_post_with_an_origin_that_is_none_is_refused(client: TestClient, origin: str) -> None:
    answer = client.post("/data/selections", json={"runs": []}, headers={"origin": origin})

    assert answer.status_code == 403
    assert answer.json()["detail"] == f"Origin must be this server; got {origin!r}. Other sites may not talk to board."


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.3.2.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],
)
def test_loopback_is_told_from_what_others_can_reach(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_websocket_from_a_foreign_page_is_refused(client: TestClient) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect("/data/live", headers={"origin": "http://evil.example"}),
    ):
        pass

    assert refused.value.code == 1008


def test_every_answer_forbids_foreign_scripts_and_eval(client: TestClient) -> None:
    for path in ("/", "/scalars", "/data/runs", "/static/js/session.js"):
        policy = client.get(path).headers["content-security-policy"]

        assert "default-src 'self'" in policy
        assert "unsafe-eval" not in policy
        assert "http" not in policy.replace("frame-ancestors", "")
