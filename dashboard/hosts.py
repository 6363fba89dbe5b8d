"""Names and addresses of hosts: which of them are this server."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit


def is_allowed_host(host: str, allowed_names: frozenset[str]) -> bool:
    """Whether a Host header (``name[:port]``) names this server.

    An address literal can't be rebound by DNS, so it is allowed; a name must be one of `allowed_names`.
    """
    try:
        parts = urlsplit(f"//{host}")
    except ValueError:
        return False
    name = parts.hostname or ""
    if parts.netloc != host or "@" in host:
        return False
    return name in allowed_names or _is_address(name)


def is_origin_of(origin: str, host: str, proxy_names: frozenset[str] = frozenset()) -> bool:
    """Whether an Origin header (``scheme://name[:port]``) names the server of a Host header, or a proxy before it."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return bool(parts.netloc) and (parts.netloc == host or parts.hostname in proxy_names)


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reachable from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def allowed_host_names(host: str, proxy_names: Iterable[str] = ()) -> frozenset[str]:
    """The names under which a server bound to `host` may be asked for, behind proxies of these names."""
    return frozenset({"localhost", host.lower(), socket.gethostname().lower(), *map(str.lower, proxy_names)})


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
