"""Sub-runs that torch's writer makes come as part of their run."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from summaries import LogdirTail, RunLog, SummaryWriter, load
from summaries.folding import Content, find_folds


def find(**runs: Any) -> dict[str, tuple[str, dict[str, str]]]:
    contents = {name: Content({(tag, "scalars") for tag in tags}) for name, tags in runs.items()}
    folds = find_folds(contents, contents.__getitem__)
    return {name: (fold.run, dict(fold.names)) for name, fold in folds.items()}


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ({"x": [], "x/loss_a": ["loss"]}, {"x/loss_a": ("x", {"loss": "loss/a"})}),
        ({".": [], "loss_a": ["loss"]}, {"loss_a": (".", {"loss": "loss/a"})}),
        ({"x": [], "x/train_loss_a": ["train/loss"]}, {"x/train_loss_a": ("x", {"train/loss": "train/loss/a"})}),
        ({"x": [], "x/loss_a/b": ["loss"]}, {"x/loss_a/b": ("x", {"loss": "loss/a/b"})}),
        ({"x": [], "x/loss/a": ["loss"]}, {"x/loss/a": ("x", {"loss": "loss/a"})}),
        ({"x": [], "x/my loss_a b": ["my_loss"]}, {"x/my loss_a b": ("x", {"my_loss": "my_loss/a b"})}),
        ({"x": [], "x/loss_": ["loss"]}, {}),
        ({"x": [], "x/acc_a": ["loss"]}, {}),
        ({"x": [], "x/loss_a": ["loss", "acc"]}, {}),
        ({"x": [], "x/loss_a": []}, {}),
        ({"x/loss_a": ["loss"]}, {}),
        ({"x": ["loss/a"], "x/loss_a": ["loss"]}, {}),
        ({"x": [], "x/loss_a": ["loss"], "x/loss/a": ["loss"]}, {}),
        ({"x": [], "x/a_b": ["a"], "x/a_b/c_d": ["c"]}, {"x/a_b": ("x", {"a": "a/b"})}),
    ],
)
def test_sub_run_is_folded_only_if_its_name_matches_and_it_holds_only_that(
    runs: dict[str, list[str]], expected: dict[str, Any]
):
    assert find(**runs) == expected


def torch_writer(folder: Path) -> Any:
    return importlib.import_module("torch.utils.tensorboard").SummaryWriter(str(folder))


def tensorboardx_writer(folder: Path) -> Any:
    return importlib.import_module("tensorboardX").SummaryWriter(str(folder))


def compat_writer(folder: Path) -> Any:
    return SummaryWriter(folder, compat=True, heartbeat_secs=None)


WRITERS = [compat_writer, tensorboardx_writer, pytest.param(torch_writer, marks=pytest.mark.peers)]


@pytest.mark.parametrize("make_writer", WRITERS)
def test_add_scalars_of_each_writer_is_read_as_tags_of_its_run(tmp_path: Path, make_writer: Any):
    writer = make_writer(tmp_path / "x")
    for step in range(3):
        writer.add_scalars("train/loss", {"a": step, "b": 10.0 * step}, step)
    writer.add_scalar("other", 1.0, 0)
    writer.close()

    runs = load(tmp_path).runs

    assert list(runs) == ["x"]
    assert sorted(runs["x"].scalars) == ["other", "train/loss/a", "train/loss/b"]
    assert runs["x"].scalars["train/loss/b"].values.tolist() == [0.0, 10.0, 20.0]
    folded = {tag.name: tag.folded_from for tag in runs["x"].tags if tag.kind == "scalars"}
    assert folded["other"] == ""
    assert folded["train/loss/a"] in {"x/train_loss_a", "x/train/loss/a"}


@pytest.mark.parametrize("make_writer", WRITERS)
def test_add_hparams_of_each_writer_is_read_as_hparams_and_metrics_of_its_run(tmp_path: Path, make_writer: Any):
    writer = make_writer(tmp_path / "x")
    writer.add_scalar("loss", 0.5, 3)
    writer.add_hparams({"lr": 0.1, "name": "adam"}, {"final/acc": 0.9})
    writer.close()

    runs = load(tmp_path).runs

    assert list(runs) == ["x"]
    assert runs["x"].facts.hparams == {"lr": 0.1, "name": "adam"}
    assert runs["x"].scalars["final/acc"].values.tolist() == pytest.approx([0.9])
    assert runs["x"].scalars["loss"].steps.tolist() == [3]


@pytest.mark.parametrize("make_writer", WRITERS)
def test_several_calls_of_add_hparams_are_several_trials(tmp_path: Path, make_writer: Any):
    writer = make_writer(tmp_path / "x")
    for lr in (0.1, 0.2):
        writer.add_hparams({"lr": lr}, {"final/acc": lr})
    writer.close()

    runs = load(tmp_path).runs

    assert [run.facts.hparams.get("lr") for run in runs.values()] == [None, 0.1, 0.2]


def test_hparams_session_with_a_tag_that_is_no_metric_stays_a_run(tmp_path: Path):
    with compat_writer(tmp_path / "x") as writer:
        writer.add_scalar("loss", 0.5, 3)
    with SummaryWriter(tmp_path / "x" / "1700000000.25", heartbeat_secs=None) as writer:
        writer.add_hparams({"lr": 0.1}, {"acc": 0.9})
        writer.add_scalar("loss", 0.5, 3)

    assert list(load(tmp_path).runs) == ["x", "x/1700000000.25"]


class Followed:
    """A logdir that is followed, and what it holds by what was told."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.tail = LogdirTail(folder, **options)
        self.logs: dict[str, RunLog] = {}
        self.states: dict[Path, Any] = {}

    def tags(self) -> dict[str, list[str]]:
        """Names of the scalars by run, after a look."""
        for update in self.tail.poll():
            log = self.logs.setdefault(update.run, RunLog())
            log.update(update.path, update.batch, is_replaced=update.is_replaced)
            self.states[update.path] = update.state
        logs = {run: log for run, log in self.logs.items() if log.health}
        return {run: sorted(tag.name for tag in log.tags) for run, log in sorted(logs.items())}


def log_scalar(folder: Path, tag: str, value: float, step: int) -> None:
    with SummaryWriter(folder, heartbeat_secs=None) as writer:
        writer.add_scalar(tag, value, step)


def test_sub_run_is_unfolded_by_itself_when_another_tag_appears(tmp_path: Path):
    log_scalar(tmp_path / "x", "acc", 1.0, 0)
    log_scalar(tmp_path / "x" / "loss_a", "loss", 1.0, 0)
    followed = Followed(tmp_path)

    folded = followed.tags()
    log_scalar(tmp_path / "x" / "loss_a", "loss", 2.0, 1)
    grown = followed.logs["x"], followed.tags()
    log_scalar(tmp_path / "x" / "loss_a", "another", 1.0, 0)
    unfolded = followed.tags()

    assert folded == grown[1] == {"x": ["acc", "loss/a"]}
    assert unfolded == {"x": ["acc"], "x/loss_a": ["another", "loss"]}
    assert followed.logs["x/loss_a"].series("loss").values.tolist() == [1.0, 2.0]


def test_run_is_folded_once_the_run_above_it_appears_and_unfolded_when_that_goes(tmp_path: Path):
    log_scalar(tmp_path / "x" / "loss_a", "loss", 1.0, 0)
    followed = Followed(tmp_path)

    alone = followed.tags()
    log_scalar(tmp_path / "x", "acc", 1.0, 0)
    folded = followed.tags()
    for path in (tmp_path / "x").glob("*tfevents*"):
        path.unlink()
    unfolded = followed.tags()

    assert alone == unfolded == {"x/loss_a": ["loss"]}
    assert folded == {"x": ["acc", "loss/a"]}


def test_later_tail_goes_on_with_the_same_folds(tmp_path: Path):
    log_scalar(tmp_path / "x", "acc", 1.0, 0)
    log_scalar(tmp_path / "x" / "loss_a", "loss", 1.0, 0)
    log_scalar(tmp_path / "x" / "loss_b", "loss", 1.0, 0)
    before = Followed(tmp_path)
    before.tags()

    with open(next((tmp_path / "x" / "loss_a").iterdir()), "ab") as file:
        file.write(next((tmp_path / "x" / "loss_b").iterdir()).read_bytes())
    log_scalar(tmp_path / "x" / "loss_b", "another", 1.0, 0)
    updates = LogdirTail(tmp_path, states=before.states).poll()

    assert [(update.run, update.is_replaced, update.batch.steps.tolist()) for update in updates] == [
        ("x", False, [0]),
        ("x/loss_b", False, [0]),
        ("x", True, []),
        ("x/loss_b", False, [0]),
    ]
    assert updates[0].batch.tags[-1].name == "loss/a"
    assert updates[2].path.parent.name == "loss_b"
