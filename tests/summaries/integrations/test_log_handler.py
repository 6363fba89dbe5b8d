"""Records of `logging` as texts."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from summaries import SummaryWriter, load
from summaries.integrations.log_handler import SummaryHandler


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    """A logger that nobody else has."""
    logger = logging.Logger("training")
    yield logger
    logger.handlers.clear()


def test_records_are_texts_with_their_time_and_number(tmp_path: Path, logger: logging.Logger):
    with SummaryWriter(tmp_path) as writer:
        logger.addHandler(SummaryHandler(writer, level=logging.INFO))
        logger.info("step %d", 3)
        logger.debug("unheard")
        logger.warning("slow")

    texts = load(tmp_path).runs["."].texts["log"]
    assert texts[:] == ["**INFO** training: step 3", "**WARNING** training: slow"]
    assert texts.places.steps.tolist() == [0, 1]


def test_the_step_may_be_the_programs(tmp_path: Path, logger: logging.Logger):
    with SummaryWriter(tmp_path) as writer:
        logger.addHandler(SummaryHandler(writer, "said", get_step=lambda: 70))
        logger.error("so")

    assert load(tmp_path).runs["."].texts["said"].places.steps.tolist() == [70]


def test_what_the_writer_itself_says_is_passed_over(tmp_path: Path):
    logger = logging.Logger("summaries.outage")
    with SummaryWriter(tmp_path) as writer:
        logger.addHandler(SummaryHandler(writer))
        logger.warning("Could not write")

    assert "log" not in load(tmp_path).runs["."].texts


def test_a_closed_writer_raises_nothing(tmp_path: Path, logger: logging.Logger, capsys: pytest.CaptureFixture[str]):
    writer = SummaryWriter(tmp_path)
    logger.addHandler(SummaryHandler(writer))
    writer.close()

    logger.warning("late")

    assert "writer must be open" in capsys.readouterr().err
