"""The ``board`` command: settings → a listening socket → one line that says where it is → the server.

``board inspect`` and ``board completion`` are other commands, in `dashboard.inspection` and `dashboard.completion`.
"""

from __future__ import annotations

import errno
import socket
import ssl
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import TextIO

from dashboard.hosts import is_loopback
from dashboard.settings import DEFAULT_PORT, Settings, parse_settings

# Imported when they are asked for, as is what serves: --version has no need to wait for them.
_COMMANDS = {"completion": "dashboard.completion", "inspect": "dashboard.inspection"}
_PORTS_TO_TRY = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the ``board`` command until Ctrl-C; returns its exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    command = _COMMANDS.get(words[0]) if words else None
    if command is not None:
        return int(import_module(command).main(words[1:]))
    settings = parse_settings(arguments)
    from dashboard.access import make_access

    try:
        for logdir in settings.logdirs:
            logdir.check()
        access = make_access(settings)
        check_certificate(settings)
        listening = listen(settings.host, settings.port)
    except (ImportError, OSError, ValueError) as error:
        _say(f"board: {error}", stream=sys.stderr)
        return 2
    port = listening.getsockname()[1]
    if settings.port is None and port != DEFAULT_PORT:
        _say(f"board: port {DEFAULT_PORT} is taken. Continuing with port {port}.", stream=sys.stderr)
    if not (is_loopback(settings.host) or settings.certfile):
        risk = "what it sends, the token too, can be read on the way"
        _say(f"board: {settings.host} is served over plain HTTP: {risk}. Pass --certfile for HTTPS.", stream=sys.stderr)
    for logdir in settings.logdirs:
        if not logdir.exists:
            _say(f"board: logdir {logdir.label!r} does not exist yet. board watches for it.", stream=sys.stderr)
    from dashboard.announcement import HeldInterrupt, announce
    from dashboard.tuning import put_collector_off

    put_collector_off()
    with suppress(KeyboardInterrupt), announce(settings, access, listening):
        with HeldInterrupt() as interrupt:
            from dashboard.serving import serve  # half a second, after what can be wrong was said
        if not interrupt.is_noted:
            serve(settings, access, listening)
    return 0


def check_certificate(settings: Settings) -> None:
    """Loads the certificate and its key, so that what is wrong with them is said before anything else.

    Raises:
        OSError: If there are some that can't be used.
    """
    if settings.certfile is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.certfile, settings.keyfile)
    except OSError as error:
        files = " and ".join(
            f"--{name} {value!r}" for name in ("certfile", "keyfile") if (value := getattr(settings, name))
        )
        rule = "must be a certificate and its private key, both as PEM"
        raise OSError(f"{files} {rule}; got: {error.strerror or error}. Pass other files.") from error


def listen(host: str, port: int | None) -> socket.socket:
    """Binds the socket to serve on.

    Args:
        host: Address to listen on.
        port: A port, 0 for any free one, or None for the default or the next free one after it.

    Raises:
        OSError: If the port is taken or the address can't be bound; its text says why and what to do.
    """
    if port is not None:
        try:
            return _bind(host, port)
        except OSError as error:
            raise OSError(describe_bind_error(error, host, port)) from error
    for candidate in range(DEFAULT_PORT, DEFAULT_PORT + _PORTS_TO_TRY):
        try:
            return _bind(host, candidate)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise OSError(describe_bind_error(error, host, candidate)) from error
    ports = f"{DEFAULT_PORT} to {DEFAULT_PORT + _PORTS_TO_TRY - 1}"
    raise OSError(f"no port from {ports} of {host} is free. Pass a free one with --port, or --port 0.")


def describe_bind_error(error: OSError, host: str, port: int) -> str:
    """Says why an address could not be listened on, and what to do."""
    if isinstance(error, socket.gaierror):
        rule = f"--host must be an address or a name that stands for one; got {host!r}"
        return f"{rule} ({error.strerror}). Pass an address of this machine, or leave it out."
    if error.errno == errno.EADDRNOTAVAIL:
        return (
            f"--host must be an address of this machine; got {host!r}. Pass 0.0.0.0 for all of them, or leave it out."
        )
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is not free. Pass another --port, or leave it out."
    if error.errno == errno.EACCES:
        return f"port {port} must be one that this user may listen on. Pass a --port above 1023, or leave it out."
    return f"could not listen on {host} port {port} ({error.strerror or error}). Pass another --host or --port."


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except TypeError as error:  # what CPython raises for a name that IDNA cannot encode
        listening.close()
        raise socket.gaierror(socket.EAI_NONAME, "not a host name") from error
    except OSError:
        listening.close()
        raise
    return listening


def _say(line: str, stream: TextIO | None = None) -> None:
    target = stream or sys.stdout
    target.write(line + "\n")
    target.flush()


if __name__ == "__main__":
    sys.exit(main())
