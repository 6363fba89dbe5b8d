"""The token: asked for, taken once from the URL, kept as a cookie, written down nowhere."""

from __future__ import annotations

import signal
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.access import make_access, read_token
from dashboard.settings import Settings
from tests.dashboard.security.conftest import TOKEN, Server
from tests.dashboard.security.test_attacks import UPGRADE

PATHS = ["/", "/scalars", "/data/runs", "/data/openapi.json", "/static/mark.svg", "/_dash-layout", "/nowhere"]


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_told_without_the_token(guarded_board: Server, path: str) -> None:
    answer = guarded_board.send(f"GET {path} HTTP/1.1")

    assert answer.status == 401
    assert "This board asks for a token." in answer.body


@pytest.mark.parametrize(
    "header",
    [
        "Authorization: Bearer ",
        f"Authorization: Bearer {TOKEN[:-1]}",
        f"Authorization: Basic {TOKEN}",
        f"Authorization: Bearer {TOKEN}\xe9",
        f"Cookie: board-00000000={TOKEN}",
        "Cookie: board-00000000=; =; ;;",
    ],
)
def test_wrong_tokens_are_refused(guarded_board: Server, header: str) -> None:
    assert guarded_board.send("GET /data/runs HTTP/1.1", header).status == 401
    assert guarded_board.send("GET /data/live HTTP/1.1", header, *UPGRADE).status == 403


def test_token_of_the_url_becomes_a_cookie_and_leaves_the_url(guarded_board: Server) -> None:
    answer = guarded_board.send(f"GET /scalars?tag=a%26b&token={TOKEN}&x=%C3%A9 HTTP/1.1")
    cookie = answer.headers["set-cookie"]

    assert answer.status == 303
    assert answer.headers["location"] == "./scalars?tag=a%26b&x=%C3%A9"
    assert answer.headers["cache-control"] == "no-store"
    assert cookie.split("; ")[1:] == ["Path=/", "HttpOnly", "SameSite=Lax"]
    pair = cookie.partition(";")[0]
    assert guarded_board.send("GET /data/runs HTTP/1.1", f"Cookie: other=1; {pair}").status == 200
    assert guarded_board.send("GET /data/live HTTP/1.1", "Cookie: " + pair, *UPGRADE[:2]).status == 400  # no key


def test_program_brings_the_token_as_a_header(guarded_board: Server) -> None:
    assert guarded_board.send("GET /data/runs HTTP/1.1", f"Authorization: Bearer {TOKEN}").status == 200


def test_cookie_does_not_help_a_foreign_page(guarded_board: Server) -> None:
    pair = guarded_board.send(f"GET /?token={TOKEN} HTTP/1.1").headers["set-cookie"].partition(";")[0]

    answer = guarded_board.send(
        "POST /data/selections HTTP/1.1",
        f"Cookie: {pair}",
        "Origin: http://evil.example",
        "Content-Length: 2",
        body="{}",
    )

    assert answer.status == 403


@pytest.mark.parametrize("path", ["//evil.example/", "/evil.example", "/a/..//evil.example", "/%0d%0aSet-Cookie:x=y"])
def test_way_back_from_the_url_leads_to_no_other_host(guarded_board: Server, path: str) -> None:
    answer = guarded_board.send(f"GET {path}?token={TOKEN} HTTP/1.1")

    assert answer.headers["location"].startswith("./")
    assert "\n" not in answer.headers["location"]
    assert answer.headers["set-cookie"].startswith("board-")


def test_wrong_token_of_a_url_is_not_repeated(guarded_board: Server) -> None:
    answer = guarded_board.send("GET /?token=guess-guess-guess HTTP/1.1")

    assert answer.status == 401
    assert "guess" not in answer.body


def test_address_for_others_asks_for_a_token_that_is_printed_once(serve: Callable[..., Server]) -> None:
    board = serve("--host", "0.0.0.0")
    address, _, token = board.address.partition("?token=")

    assert len(token) == 43
    assert board.send("GET /data/runs HTTP/1.1").status == 401
    assert board.send(f"GET /?token={token} HTTP/1.1").status == 303
    board.send(f"GET /data/live?token={token} HTTP/1.1", *UPGRADE)
    board.send(f"GET /data/runs?token={token}\x01 HTTP/1.1")
    runs = board.send("GET /data/runs HTTP/1.1", f"Authorization: Bearer {token}")
    board.process.send_signal(signal.SIGINT)
    out, errors = board.process.communicate(timeout=20)
    assert token not in out + errors
    assert (runs.status, '"label":"…/runs"' in runs.body.encode("latin-1").decode()) == (200, True)


def test_each_board_makes_another_token(tmp_path: Path) -> None:
    accesses = [make_access(Settings(logdir=tmp_path, host="0.0.0.0")) for _ in range(2)]

    assert accesses[0].token != accesses[1].token
    assert accesses[0].cookie_name != accesses[1].cookie_name
    assert make_access(Settings(logdir=tmp_path)) is None


@pytest.mark.parametrize(
    "held", [b"", b"short", b"sixteen letters, and a space", "sechzehn-äöü-zeichen".encode(), b"\xff" * 20]
)
def test_file_without_a_token_is_refused_and_not_repeated(tmp_path: Path, held: bytes) -> None:
    path = tmp_path / "token"
    path.write_bytes(held)

    with pytest.raises(ValueError, match="must hold 16 to 256 letters") as error:
        read_token(path)

    assert not held or held.decode("latin-1") not in str(error.value)


def test_token_file_that_cannot_be_read_is_an_error(unprivileged: Path) -> None:
    path = unprivileged / "token"
    path.write_text(TOKEN)
    path.chmod(stat.S_IWUSR)

    with pytest.raises(OSError, match=r"got '.*/token' \(Permission denied\)"):
        read_token(path)
    with pytest.raises(OSError, match=r"got '.*/gone' \(No such file or directory\)"):
        read_token(unprivileged / "gone")
