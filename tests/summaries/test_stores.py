"""What the libraries of object stores raise, as callers see it."""

from __future__ import annotations

import pytest

from summaries.stores import store_errors


@pytest.mark.peers
@pytest.mark.parametrize(
    ("module", "name", "arguments"),
    [
        ("aiohttp", "ClientPayloadError", ("cut",)),
        ("botocore.exceptions", "ClientError", ({"Error": {"Code": "SlowDown", "Message": "cut"}}, "GetObject")),
        ("botocore.exceptions", "NoCredentialsError", ()),
        ("gcsfs.retry", "HttpError", ({"message": "cut", "code": 503},)),
        ("google.auth.exceptions", "RefreshError", ("cut",)),
    ],
)
def test_errors_of_a_library_are_those_of_the_system(module: str, name: str, arguments: tuple[object, ...]) -> None:
    error = getattr(pytest.importorskip(module), name)(*arguments)

    with pytest.raises(OSError, match=f"^{name}: ") as caught, store_errors():
        raise error

    assert caught.value.__cause__ is error


@pytest.mark.parametrize("error", [ValueError("a bucket has no such name"), RuntimeError("the connection is closed")])
def test_what_is_wrong_with_a_name_or_a_connection_is_an_error_of_the_system(error: Exception) -> None:
    with pytest.raises(OSError, match=f"^{type(error).__name__}: {error}$"), store_errors():
        raise error


@pytest.mark.parametrize("error", [FileNotFoundError("gone"), ImportError("s3fs"), TypeError("ours"), KeyError("ours")])
def test_other_errors_are_what_they_were(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, store_errors():
        raise error

    assert caught.value is error
