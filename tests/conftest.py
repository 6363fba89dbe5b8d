"""What holds for all tests."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import fsspec
import pytest
from hypothesis import HealthCheck, settings

NOBODY = 65534
# On a loaded machine any example may take long, which says nothing about what is tested.
settings.register_profile(
    "patient", parent=settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--headed", action="store_true", help="show the browser of the tests in tests/browser")


def pytest_configure(config: pytest.Config) -> None:
    """Has the quick tier compile quickly; the slow tests and those of peers run what users run.

    The quick tier has thousands of small programs, each run for a moment: most of their time is XLA's, and with the way
    in which it wrote fused loops before it takes half. XLA reads the flag when it is first used, and ends a process
    that names one which it does not know: other versions are left as they are.
    """
    if "not slow" in config.option.markexpr and metadata.version("jaxlib").startswith("0.10."):
        os.environ["XLA_FLAGS"] = f"--xla_cpu_use_fusion_emitters=false {os.environ.get('XLA_FLAGS', '')}".strip()


@pytest.fixture(scope="session", autouse=True)
def user_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Has boards that tests start keep their indexes, and what is added to runs, where the tests' files lie."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", os.fspath(tmp_path_factory.mktemp("cache")))
        patch.setenv("XDG_DATA_HOME", os.fspath(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture
def memory() -> Iterator[str]:
    """The address of an empty store in memory."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield "memory://bucket/runs"
    system.store.clear()


@pytest.fixture(scope="session")
def s3() -> Iterator[dict[str, str]]:
    """The environment in which `s3://bucket` is a bucket of a real server on this machine."""
    pytest.importorskip("s3fs")
    server_module = pytest.importorskip("moto.server")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    environment = {
        "AWS_ENDPOINT_URL": f"http://localhost:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    yield environment
    server.stop()


@pytest.fixture
def bucket(s3: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty bucket."""
    for name, value in s3.items():
        monkeypatch.setenv(name, value)
    system = fsspec.filesystem("s3", skip_instance_cache=True)
    if system.exists("bucket"):
        system.rm("bucket", recursive=True)
    system.mkdir("bucket")
    return "s3://bucket/runs"


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder, while the process has no right to read what is closed to others, as root has."""
    folder = Path(tempfile.mkdtemp())
    user = os.geteuid()
    if user == 0:
        os.chown(folder, NOBODY, -1)
        os.seteuid(NOBODY)
    yield folder
    os.seteuid(user)
    for path in folder.rglob("*"):
        path.chmod(0o700)
    shutil.rmtree(folder)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Runs the browser's tests last, of them the largest files first, so that workers end together.

    One that failed is run once more: two browsers and their boards on two cores now and then answer in an order
    that one alone never shows. The report counts every test that was run again.

    Once Playwright has started, the thread that runs the tests has an event loop going for good: another `asyncio.run`
    is refused in it, and Python 3.11's parser loses count of its recursion.
    """
    sizes = Counter(item.path for item in items if "browser" in item.path.parts)
    items.sort(key=lambda item: (item.path in sizes, -sizes[item.path]))
    for item in items:
        if item.path in sizes:
            item.add_marker(pytest.mark.flaky(reruns=1))
