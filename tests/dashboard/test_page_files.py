"""The files of the page: kept for good below the address of their release, and asked for again below the plain one."""

from __future__ import annotations

import gzip
import os
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from dashboard import page_files
from dashboard.app import create_app
from dashboard.page_files import PageFiles
from dashboard.settings import Settings

FOLDER = Path(page_files.__file__).parent


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a copy of the files, which a board serves in place of the package's."""
    for name in page_files.FOLDERS:
        shutil.copytree(FOLDER / name, tmp_path / "package" / name)
    monkeypatch.setattr(page_files, "_ROOT", tmp_path / "package")
    return tmp_path / "package"


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(create_app(Settings(logdir=tmp_path / "runs", index="off")), base_url="http://localhost")


def find_address(client: TestClient) -> str:
    """Path below which the page finds its files."""
    found = re.search(r'src="(\S+)/static/js/components.js"', client.get("/").text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", ["/static/js/session.js", "/static/css/tokens.css"])
def test_files_at_plain_addresses_are_asked_for_again(client: TestClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"if-none-match": first.headers["etag"]})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert [answer.headers["cache-control"] for answer in (first, again)] == ["no-cache", "no-cache"]


def test_page_names_all_its_files_by_their_release_and_each_is_kept_for_good(client: TestClient) -> None:
    address = find_address(client)
    named = re.findall(r'(?:src|href)="(/[^"]+)"', client.get("/").text)
    own = [path for path in named if not path.startswith(("/_dash-", "/data/"))]

    assert len(own) == 7
    assert all(path.startswith(address) for path in own)
    for path in own:
        answer = client.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, page_files.FOR_GOOD)
        if not path.startswith(f"{address}/static/board."):
            assert answer.content == (FOLDER / path.removeprefix(f"{address}/")).read_bytes()


@pytest.mark.parametrize(
    ("name", "kind", "coding"),
    [
        ("static/js/session.js", "text/javascript; charset=utf-8", "gzip"),
        ("static/css/base.css", "text/css; charset=utf-8", "gzip"),
        ("vendor/inter/inter-latin-wght-normal.woff2", "font/woff2", None),
        ("vendor/inter/LICENSE", "text/plain; charset=utf-8", None),
        ("static/mark.svg", "image/svg+xml", None),
    ],
)
def test_type_and_coding_of_a_file(client: TestClient, name: str, kind: str, coding: str | None) -> None:
    with client.stream("GET", f"/{name}", headers={"accept-encoding": "gzip"}) as answer:
        body = b"".join(answer.iter_raw())

    assert (answer.headers["content-type"], answer.headers.get("content-encoding")) == (kind, coding)
    assert int(answer.headers["content-length"]) == len(body)
    assert (gzip.decompress(body) if coding else body) == (FOLDER / name).read_bytes()


def test_below_another_release_is_nothing(client: TestClient) -> None:
    answer = client.get("/_files-0123456789abcdef/static/js/session.js")

    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
    assert answer.json()["detail"].endswith("Load the page again.")


@pytest.mark.parametrize("change", ["edit", "add", "delete"])
def test_changed_files_have_another_address_at_once(copied: Path, client: TestClient, change: str) -> None:
    old, module = find_address(client), copied / "static/js/emitter.js"
    assert client.get(f"{old}/static/js/emitter.js").status_code == 200

    if change == "edit":
        module.write_text(module.read_text().replace("Emitter", "Sender"))
        os.utime(module, ns=(1, 1))
    elif change == "add":
        module = copied / "static/js/new.js"
        module.write_text("export const one = 1;")
    else:
        module.unlink()

    new = find_address(client)
    assert new != old
    if change == "add":
        assert client.get(f"{old}/static/board.js").status_code == 404
        assert "new.js" in client.get(f"{new}/static/board.js").text
    answer = client.get(f"{new}/static/js/{module.name}")
    assert answer.status_code == (404 if change == "delete" else 200)
    assert client.get(f"{old}/static/js/session.js").status_code == 404


def test_edited_file_is_not_served_at_the_address_of_what_it_was(copied: Path, client: TestClient) -> None:
    old, module = find_address(client), copied / "static/js/emitter.js"
    module.write_text("export {};")

    assert client.get(f"{old}/static/js/emitter.js").status_code == 404
    assert client.get("/static/js/emitter.js").text == "export {};"


def test_release_is_that_of_the_content(copied: Path) -> None:
    there = PageFiles().release
    shutil.copytree(copied / "static", copied / "again")
    shutil.rmtree(copied / "static")
    (copied / "again").rename(copied / "static")
    for path in copied.rglob("*.js"):
        os.utime(path, ns=(1, 1))

    assert PageFiles().release == there


def test_sheet_of_the_page_leads_to_files_and_holds_its_icons(client: TestClient) -> None:
    address = find_address(client)
    sheet = client.get(f"{address}/static/board.css").text

    paths = re.findall(r'url\("(?!data:)([^"]+)"\)', sheet)
    assert len(paths) == 4
    for path in paths:
        assert client.get(f"{address}/static/{path}").headers["content-type"] == "font/woff2"
    [icon] = re.findall(r'\.icon-x \{ mask-image: url\("data:image/svg\+xml,([^"]+)"\); \}', sheet)
    assert unquote(icon) == (FOLDER / "vendor/tabler/x.svg").read_text()
