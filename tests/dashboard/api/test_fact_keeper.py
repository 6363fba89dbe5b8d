"""What is made ahead of time: after the first look and the first answer, and never while someone waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from dashboard.activity import Activity
from dashboard.api.fact_keeper import FactKeeper, Pace
from dashboard.app import create_app
from dashboard.settings import Settings
from summaries import SummaryWriter

AT_ONCE = Pace(look_secs=0.001, quiet_secs=0.0, rest_secs=0.0, first_answer_secs=3600.0)
PATIENCE_SECS = 20.0


@dataclass
class Work:
    """Parts that are left to do."""

    num_parts: int
    is_done: threading.Event = field(default_factory=threading.Event)

    def prepare(self) -> bool:
        self.num_parts -= 1
        if self.num_parts <= 0:
            self.is_done.set()
        return self.num_parts > 0


@dataclass
class Look:
    """A look at the logdir."""

    is_reading: bool = True
    last_checked: float = 0.0
    share_read: float | None = None
    problems: tuple[()] = ()


@pytest.fixture
def activity() -> Activity:
    return Activity()


@pytest.fixture
def work() -> Work:
    return Work(3)


@pytest.fixture
def look() -> Look:
    return Look()


@pytest.fixture
def keeper(work: Work, look: Look, activity: Activity) -> Iterator[FactKeeper]:
    keeper = FactKeeper(work.prepare, look, activity, AT_ONCE)
    yield keeper
    keeper.stop()


def answer(activity: Activity) -> None:
    activity.begin()
    activity.end()


def test_work_waits_for_the_first_look_and_the_first_answer(
    keeper: FactKeeper, work: Work, look: Look, activity: Activity
) -> None:
    keeper.start()
    assert not work.is_done.wait(0.05)
    look.is_reading = False
    assert not work.is_done.wait(0.05)

    answer(activity)

    assert work.is_done.wait(PATIENCE_SECS)


def test_work_rests_while_someone_waits_for_an_answer(
    keeper: FactKeeper, work: Work, look: Look, activity: Activity
) -> None:
    look.is_reading = False
    answer(activity)
    activity.begin()
    keeper.start()
    assert not work.is_done.wait(0.05)

    activity.end()

    assert work.is_done.wait(PATIENCE_SECS)


def test_board_that_nobody_asks_is_prepared_after_a_while(work: Work, look: Look, activity: Activity) -> None:
    look.is_reading = False
    keeper = FactKeeper(work.prepare, look, activity, Pace(look_secs=0.001, rest_secs=0.0, first_answer_secs=0.0))

    keeper.start()

    assert work.is_done.wait(PATIENCE_SECS)
    keeper.stop()


def test_failure_is_said_and_the_board_goes_on(
    look: Look, activity: Activity, caplog: pytest.LogCaptureFixture
) -> None:
    look.is_reading = False
    answer(activity)
    is_called = threading.Event()

    def fail() -> bool:
        is_called.set()
        raise OSError("no disk")

    keeper = FactKeeper(fail, look, activity, AT_ONCE)
    keeper.start()
    assert is_called.wait(PATIENCE_SECS)
    keeper.stop()

    assert "no disk" in caplog.text


def test_every_request_counts_as_activity_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "a", config={"lr": 0.1}) as writer:
        writer.add_scalar("loss", 1.0, 0)
    app = create_app(Settings(logdir=[str(tmp_path)], index="off"))
    with TestClient(app, base_url="http://localhost") as client:
        assert not app.state.activity.is_quiet(0.0)

        client.get("/data/runs")

        assert app.state.activity.is_quiet(0.0)
