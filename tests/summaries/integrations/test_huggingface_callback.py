"""Training with a real Hugging Face trainer, of a model made on the spot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from summaries import SummaryWriter, load

transformers = pytest.importorskip("transformers")
torch = pytest.importorskip("torch")
pytest.importorskip("accelerate")

SummaryCallback = pytest.importorskip("summaries.integrations.huggingface_callback").SummaryCallback

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("default")]  # transformers and torch warn of their own


def train(folder: Path, callback) -> None:
    config = transformers.BertConfig(
        vocab_size=10, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8
    )
    rows = [{"input_ids": [1, 2, 3], "labels": index % 2} for index in range(8)]
    arguments = transformers.TrainingArguments(
        output_dir=str(folder), num_train_epochs=2, per_device_train_batch_size=2, logging_steps=1, use_cpu=True,
        report_to=[], eval_strategy="epoch", save_strategy="no", disable_tqdm=True,
    )  # fmt: skip
    trainer = transformers.Trainer(
        transformers.BertForSequenceClassification(config), arguments, train_dataset=rows, eval_dataset=rows,
        callbacks=[callback],
    )  # fmt: skip
    trainer.train()


def test_a_training_is_logged_under_the_tags_of_the_librarys_own_callback(tmp_path: Path):
    train(tmp_path, SummaryCallback())

    run = load(tmp_path).runs["runs"]
    assert run.scalars["train/loss"].steps.tolist() == list(range(1, 9))
    assert run.scalars["eval/loss"].steps.tolist() == [4, 8]
    assert run.scalars["train/learning_rate"].values[0] == pytest.approx(5e-5)
    assert '"num_train_epochs": 2' in run.texts["args"][0]
    assert '"model_type": "bert"' in run.texts["model_config"][0]


def test_a_writer_of_the_program_stays_open(tmp_path: Path):
    with SummaryWriter(tmp_path / "mine") as writer:
        train(tmp_path, SummaryCallback(writer=writer))
        writer.add_scalar("after", 1.0, 1)

    assert {"after", "train/loss"} <= set(load(tmp_path / "mine").runs["."].scalars)


def test_numbers_of_any_library_are_logged(tmp_path: Path):
    callback = SummaryCallback(tmp_path / "run")
    arguments = transformers.TrainingArguments(output_dir=str(tmp_path), use_cpu=True, report_to=[])
    state, control = transformers.TrainerState(global_step=3), transformers.TrainerControl()

    callback.on_log(arguments, state, control, {"a": np.float32(0.5), "b": torch.tensor(2.0), "c": [1, 2]})
    callback.on_train_end(arguments, state, control)

    scalars = load(tmp_path / "run").runs["."].scalars
    assert {tag: series.values.tolist() for tag, series in scalars.items()} == {"train/a": [0.5], "train/b": [2.0]}
