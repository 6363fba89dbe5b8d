"""Object stores, as fsspec gives them to readers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def find_system(address: str) -> tuple[Any, str]:
    """The file system of an address, kept by fsspec per thread, and the path in it.

    Raises:
        ImportError: If a library is missing; the message names the extra.
        OSError: If there is no such kind of address.
    """
    try:
        import fsspec.core

        system, place = fsspec.core.url_to_fs(address, use_listings_cache=False)
    except ImportError as error:
        rule = f"logdir {address!r} needs a library that is not installed ({error})"
        raise ImportError(f"{rule}. Install it by pip install 'trainboard[remote]'.") from error
    except ValueError as error:
        rule = f"logdir {address!r} must be the address of a known store ({error})"
        raise OSError(f"{rule}. Pass one as s3://bucket/runs, or a folder.") from error
    return system, place


@contextmanager
def store_errors() -> Iterator[None]:
    """Turns the errors of a store's library into OSError."""
    try:
        yield
    except (OSError, ImportError):
        raise
    except Exception as error:  # each store's library has errors of its own
        raise OSError(f"{type(error).__name__}: {error}") from error
