"""Training with a real Lightning trainer."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from summaries import load

lightning = pytest.importorskip("lightning")
torch = pytest.importorskip("torch")

SummaryLogger = pytest.importorskip("summaries.integrations.lightning_logger").SummaryLogger

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("default")]  # Lightning and torch warn of their own


class Model(lightning.LightningModule):
    def __init__(self, width: int = 3):
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(4, 1)

    def forward(self, features):
        return self.layer(features)

    def training_step(self, batch, index):
        loss = self.layer(batch[0]).square().mean()
        self.log_dict({"loss": loss, "twice": 2 * loss})
        return loss

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.1)


def fit(folder: Path):
    logger = SummaryLogger(folder)
    trainer = lightning.Trainer(
        default_root_dir=folder, logger=logger, max_epochs=2, log_every_n_steps=1, accelerator="cpu",
        enable_progress_bar=False, enable_model_summary=False, enable_checkpointing=False,
    )  # fmt: skip
    data = torch.utils.data.TensorDataset(torch.ones(8, 4))
    trainer.fit(Model(), torch.utils.data.DataLoader(data, batch_size=2))
    return logger


def test_metrics_and_hyperparameters_of_a_training_are_logged(tmp_path: Path):
    logger = fit(tmp_path)

    assert logger.log_dir == str(tmp_path / "lightning_logs" / "version_0")
    run = load(tmp_path).runs["lightning_logs/version_0"]
    assert run.scalars["loss"].steps.tolist() == list(range(8))
    assert run.scalars["twice"].values.tolist() == (2 * run.scalars["loss"].values).tolist()
    assert any(tag.kind == "hparams" for tag in run.tags)


@pytest.mark.parametrize(("error", "state"), [(ValueError("no data"), "failed"), (KeyboardInterrupt(), "interrupted")])
def test_a_training_that_ends_early_is_told_as_that(tmp_path: Path, monkeypatch, error: BaseException, state: str):
    def training_step(self, batch, index):
        raise error

    monkeypatch.setattr(Model, "training_step", training_step)
    with pytest.raises((ValueError, SystemExit)):
        fit(tmp_path)

    status = load(tmp_path).runs["lightning_logs/version_0"].facts.status
    assert status.state == state
    assert type(error).__name__ in status.reason + status.traceback


def test_the_next_training_is_the_next_version(tmp_path: Path):
    fit(tmp_path)
    fit(tmp_path)

    assert sorted(load(tmp_path).runs) == ["lightning_logs/version_0", "lightning_logs/version_1"]


def test_nested_hyperparameters_and_metrics_are_flattened_under_the_prefix(tmp_path: Path):
    logger = SummaryLogger(tmp_path, name="", version="one", prefix="p")

    logger.log_hyperparams(Namespace(optimizer={"name": "sgd", "rate": 0.1}, sizes=[1, 2]))
    logger.log_metrics({"a": {"b": torch.tensor(1.5)}, "c": 2}, step=3)
    logger.save()
    logger.finalize("success")

    scalars = load(tmp_path).runs["one"].scalars
    assert {tag: (series.steps.tolist(), series.values.tolist()) for tag, series in scalars.items()} == {
        "p/a/b": ([3], [1.5]),
        "p/c": ([3], [2.0]),
    }
