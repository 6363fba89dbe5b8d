import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from dashboard.app import create_app
from dashboard.hosts import allowed_host_names, is_allowed_host, is_loopback, is_origin_of
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


def test_names_of_proxies_are_answered_and_may_post(tmp_path: Path) -> None:
    settings = Settings(logdir=tmp_path, index="off", allow_host=("Boards.example",))
    client = TestClient(create_app(settings), base_url="http://boards.example")

    assert client.get("/data/runs").status_code == 200
    for host in ("boards.example", "127.0.0.1:6006"):  # a proxy that passes its name on, and one that does not
        headers = {"host": host, "origin": "https://boards.example"}
        assert client.post("/data/selections", json={"runs": []}, headers=headers).status_code == 200
    assert client.get("/data/runs", headers={"host": "other.example"}).status_code == 421


def test_origin_of_a_proxy_is_told_from_others() -> None:
    names = frozenset({"boards.example"})

    assert is_origin_of("https://boards.example:8443", "127.0.0.1:6006", names)
    assert not is_origin_of("https://boards.example.evil.example", "127.0.0.1:6006", names)
    assert not is_origin_of("", "", names)


def test_failure_of_the_server_is_told_in_a_sentence_without_its_cause(tmp_path: Path) -> None:
    app = create_app(Settings(logdir=tmp_path, index="off"))
    app.state.store.runs = None  # whatever breaks
    answer = TestClient(app, base_url="http://localhost", raise_server_exceptions=False).get("/data/runs")

    assert answer.status_code == 500
    assert answer.json() == {"detail": "The server failed at this request. What it printed says why."}
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/board", "/board/", "/board/scalars", "/scalars", "/board/data/runs", "/data/runs"])
def test_prefix_is_served_with_and_without_it(tmp_path: Path, path: str) -> None:
    settings = Settings(logdir=tmp_path, index="off", path_prefix="/board")
    client = TestClient(create_app(settings), base_url="http://localhost")

    answer = client.get(path)

    assert answer.status_code == 200
    assert "data/runs" in path or re.search(r'src="/board/_files-\w+/static/js/appearance_boot.js"', answer.text)
    assert client.get("/boarding").status_code == 404
    assert client.get("/board?x=1", follow_redirects=False).headers["location"] == "./board/?x=1"


@pytest.mark.parametrize("prefix", ["", "/board"])
def test_larger_bodies_are_taken_where_files_are_uploaded(tmp_path: Path, prefix: str) -> None:
    settings = Settings(logdir=tmp_path, index="off", path_prefix="/board")
    client = TestClient(create_app(settings), base_url="http://localhost")

    answer = client.post(f"{prefix}/data/graph/upload", content=b"\xff" * (5 << 20))

    assert answer.status_code == 422


def test_environment_of_dash_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(logdir=tmp_path, index="off")
    before = TestClient(create_app(settings), base_url="http://localhost").get("/").text
    for name in ("MCP_ENABLED", "DEBUG", "UI", "PROPS_CHECK", "SERVE_DEV_BUNDLES", "HOT_RELOAD", "VALIDATE_CALLBACKS"):
        monkeypatch.setenv(f"DASH_{name}", "true")
    monkeypatch.setenv("DASH_REQUESTS_PATHNAME_PREFIX", "/elsewhere/")
    client = TestClient(create_app(settings), base_url="http://localhost")
    after = client.get("/").text

    assert client.post("/_mcp", json={}).status_code == 405
    assert without_chance(after) == without_chance(before)


def without_chance(page: str) -> str:
    """Dash's page without the number that it draws for each."""
    return re.sub(r'"end_id":"[^"]*"', "", page)
