"""A reverse proxy: what it hears, it says to another server, under another path and with its own name as Host."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def serve_proxy(port: int, *, taken_off: str = "") -> Iterator[int]:
    """Serves a proxy of the server at a port and gives its own port; takes a prefix off every path."""
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_accept, args=(listening, port, taken_off), daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(10)


def _accept(listening: socket.socket, port: int, taken_off: str) -> None:
    while True:
        try:
            browser, _ = listening.accept()
        except OSError:
            return
        server = socket.create_connection(("127.0.0.1", port))
        threading.Thread(target=_pass_head, args=(browser, server, taken_off), daemon=True).start()


def _pass_head(browser: socket.socket, server: socket.socket, taken_off: str) -> None:
    """Passes one request on; what follows on the connection is passed as it is, so it asks for no second request."""
    with browser, server:
        head = b""
        while b"\r\n\r\n" not in head:
            chunk = browser.recv(1 << 16)
            if not chunk:
                return
            head += chunk
        first, *lines = head.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
        rest = head.split(b"\r\n\r\n", 1)[1]
        method, path, version = first.split(b" ")
        is_upgrade = any(line.lower().startswith(b"upgrade:") for line in lines)
        kept = [line for line in lines if is_upgrade or not line.lower().startswith(b"connection:")]
        ending = [] if is_upgrade else [b"Connection: close"]
        started = b" ".join([method, path.removeprefix(taken_off.encode()) or b"/", version])
        server.sendall(b"\r\n".join([started, *kept, *ending, b"", b""]) + rest)
        thread = threading.Thread(target=_pass, args=(browser, server), daemon=True)
        thread.start()
        _pass(server, browser)
        thread.join(10)


def _pass(source: socket.socket, target: socket.socket) -> None:
    try:
        while chunk := source.recv(1 << 16):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return
