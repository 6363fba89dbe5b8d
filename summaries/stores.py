"""Object stores, as fsspec gives them to readers and writers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_ERRORS = {
    "aiohttp": ("ClientError",),
    "azure.core.exceptions": ("AzureError",),
    "botocore.exceptions": ("BotoCoreError", "ClientError"),
    "gcsfs.retry": ("HttpError",),
    "google.auth.exceptions": ("GoogleAuthError",),
}
"""What the libraries of stores raise beside OSError: the roots of all their errors, by module."""


def find_system(address: str) -> tuple[Any, str]:
    """The file system of a logdir's address, kept by fsspec per thread, and the path in it.

    Raises:
        ImportError: If a library is missing; the message names the extra.
        OSError: If there is no such kind of address.
    """
    try:
        return open_system(address, name="logdir")
    except ValueError as error:
        rule = f"logdir {address!r} must be the address of a known store ({error})"
        raise OSError(f"{rule}. Pass one as s3://bucket/runs, or a folder.") from error


def open_system(address: str, *, name: str, is_own: bool = False) -> tuple[Any, str]:
    """The file system of an address, and the path in it.

    Args:
        address: As `s3://bucket/runs`.
        name: What the caller's parameter is called, for the error.
        is_own: Whether to make a connection of the caller's own, rather than take the one kept per thread.

    Raises:
        ImportError: If a library is missing; the message names the extra.
        ValueError: If there is no such kind of address.
    """
    try:
        import fsspec.core

        system, path = fsspec.core.url_to_fs(address, skip_instance_cache=is_own, use_listings_cache=False)
    except ImportError as error:
        rule = f"{name} {address!r} needs a library that is not installed ({error})"
        raise ImportError(f"{rule}. Install it by pip install 'trainboard[remote]'.") from error
    return system, path


@contextmanager
def store_errors() -> Iterator[None]:
    """Within the block, whatever a store's library raises is an OSError, or tells of a missing library."""
    try:
        yield
    except (OSError, ImportError):
        raise
    except _find_errors() as error:
        raise OSError(f"{type(error).__name__}: {error}") from error


def _find_errors() -> tuple[type[BaseException], ...]:
    """The errors of those libraries that are loaded; of others none can have come."""
    modules = ((sys.modules.get(module), names) for module, names in _ERRORS.items())
    # What they say of a bad name, and of a connection that was closed meanwhile.
    return ValueError, RuntimeError, *(getattr(module, name) for module, names in modules if module for name in names)
