"""What a board shows of logdirs of all forms: odd names, folders that may not be read, object stores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from dashboard.app import create_app
from dashboard.settings import Settings
from dashboard.store.index_files import describe
from summaries import AnyPath, SummaryWriter

NAMES = ["caf\udce9", "a\nb", 'quote"\\', "é ü 😀", "100%", "<b>", "a=b", "x*"]


def log_scalar(log_dir: str | Path, value: float = 1.0) -> None:
    with SummaryWriter(log_dir, heartbeat_secs=None) as writer:
        writer.add_scalar("loss", value, 0)


def read_runs(*logdirs: AnyPath) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the board says of the runs and of the tag `loss`, once it has read everything."""
    with TestClient(create_app(Settings(logdir=logdirs, index="off")), base_url="http://localhost") as client:
        with client.websocket_connect("ws://localhost/data/live") as socket:
            while socket.receive_json()["is_reading"]:
                pass
        return client.get("/data/runs").json(), client.get("/data/tags", params={"kind": "scalars"}).json()


def test_logdir_whose_name_is_no_utf8_has_an_index(tmp_path: Path) -> None:
    log_scalar(tmp_path / "caf\udce9" / "a")
    settings = Settings(logdir=[tmp_path / "caf\udce9"], index=str(tmp_path / "indexes"))

    with TestClient(create_app(settings), base_url="http://localhost") as client:
        listed = client.get("/data/runs").json()

    assert (listed["logdir"]["label"], listed["remarks"]) == (str(tmp_path / "caf\\xe9"), [])
    assert describe(settings.logdir_key, tmp_path / "indexes").num_files == 1


def test_runs_of_any_name_are_listed(tmp_path: Path) -> None:
    for name in NAMES:
        log_scalar(tmp_path / name)

    listed, tags = read_runs(tmp_path)

    expected = {name.replace("\udce9", "\\xe9") for name in NAMES}
    assert {run["name"] for run in listed["runs"]} == expected
    assert {tags["runs"][index] for index in tags["tags"]["loss"]} == expected


def test_logdir_and_file_whose_names_are_no_utf8_are_named_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "caf\udce9"
    folder.mkdir()
    (folder / "events.out.tfevents.\udcff").write_bytes(b"no record" * 20)

    listed, _ = read_runs(folder)

    assert listed["logdir"]["label"].endswith("/caf\\xe9")
    (problem,) = listed["runs"][0]["problems"]
    assert problem.startswith("events.out.tfevents.\\xff: ")


def test_folder_that_may_not_be_read_is_told_with_the_runs(unprivileged: Path) -> None:
    log_scalar(unprivileged / "open")
    (unprivileged / "closed").mkdir(mode=0)

    listed, _ = read_runs(unprivileged)

    assert [run["name"] for run in listed["runs"]] == ["open"]
    assert listed["logdir"]["problems"] == [f"…/{unprivileged.name}/closed: Permission denied."]


def test_runs_in_an_object_store_are_shown_beside_those_of_this_machine(tmp_path: Path, memory: str) -> None:
    log_scalar(f"{memory}/a")
    log_scalar(tmp_path / "b")

    listed, tags = read_runs(memory, f"here={tmp_path}")

    assert {run["name"]: run["num_points"] for run in listed["runs"]} == {"runs/a": 1, "here/b": 1}
    assert len(tags["tags"]["loss"]) == 2
    assert listed["logdir"]["label"] == f"{memory}, {tmp_path}"
    assert listed["logdir"]["logdirs"] == [
        {"name": "runs", "label": memory, "exists": True},
        {"name": "here", "label": str(tmp_path), "exists": True},
    ]
