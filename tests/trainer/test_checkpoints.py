from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer.checkpoints import Best, Checkpoints
from trainer.protocols import TrainState

CONFIG = {"seed": 0, "model": {"class": "Dense", "units": 3}}


def make_state(value: float) -> TrainState:
    params = {"dense_0": {"kernel": jnp.full((2, 3), value), "bias": jnp.zeros(3)}}
    return TrainState(params, {}, (jnp.int32(7), {"mu": params}), jnp.int32(value))


def save(folder: Path, step: int) -> Checkpoints:
    checkpoints = Checkpoints(folder, CONFIG)
    checkpoints.save(step, make_state(float(step)))
    checkpoints.wait()
    return checkpoints


def test_checkpoint_restores_every_array(tmp_path: Path) -> None:
    save(tmp_path, 5)

    again = Checkpoints(tmp_path, CONFIG)
    restored = again.restore(make_state(0.0))

    assert again.step == 5
    np.testing.assert_array_equal(restored.params["dense_0"]["kernel"], np.full((2, 3), 5.0))
    np.testing.assert_array_equal(restored.opt_state[1]["mu"]["dense_0"]["kernel"], np.full((2, 3), 5.0))
    assert int(restored.opt_state[0]) == 7
    assert int(restored.step) == 5


def test_fresh_folder_is_made_and_has_no_step(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "a" / "b", CONFIG)

    assert checkpoints.step is None
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_newest_two_checkpoints_are_kept_and_no_temporary_file(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, CONFIG)
    for step in range(1, 5):
        checkpoints.save(step, make_state(float(step)))
    checkpoints.wait()

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "checkpoint-3.safetensors",
        "checkpoint-4.safetensors",
        "run.json",
    ]


def test_what_a_killed_process_left_behind_is_removed_and_the_last_whole_checkpoint_used(tmp_path: Path) -> None:
    save(tmp_path, 5)
    (tmp_path / ".checkpoint-9.safetensors.tmp-123").write_bytes(b"half")
    (tmp_path / "checkpoint-9.safetensors").write_bytes(b"not named in run.json")

    checkpoints = Checkpoints(tmp_path, CONFIG)

    assert int(checkpoints.restore(make_state(0.0)).step) == 5
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({**CONFIG, "seed": 1}, r"seed must be what the run in .* was started with, 0; got 1\. Use another model_dir"),
        (
            {**CONFIG, "model": {"class": "Dense", "units": 4}},
            r"model\.units must be what the run .*, 3; got 4\.",
        ),
        ({**CONFIG, "decay": 0.1}, r"decay must be what the run .*, None; got 0\.1\."),
    ],
)
def test_other_configuration_is_refused(tmp_path: Path, config: dict[str, Any], message: str) -> None:
    save(tmp_path, 5)

    with pytest.raises(ValueError, match=message):
        Checkpoints(tmp_path, config)


def test_run_goes_on_where_a_setting_that_did_not_exist_then_is_not_set(tmp_path: Path) -> None:
    save(tmp_path, 5)

    again = Checkpoints(tmp_path, {**CONFIG, "model": {**CONFIG["model"], "rank": None}, "decay": None})

    assert again.step == 5


def test_folder_with_foreign_event_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "events.out.tfevents.1.host").write_bytes(b"")

    with pytest.raises(ValueError, match=r"model_dir must be empty or hold a run .* event files but no run\.json"):
        Checkpoints(tmp_path, CONFIG)


def test_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(
        ValueError, match=r"model_dir must be a folder that can be written; got '.*file/run' \(Not a dir"
    ):
        Checkpoints(tmp_path / "file" / "run", CONFIG)


def test_damaged_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{")

    with pytest.raises(ValueError, match=r"run\.json must be the record of a run; got "):
        Checkpoints(tmp_path, CONFIG)


def test_missing_and_foreign_arrays_are_refused(tmp_path: Path) -> None:
    checkpoints = save(tmp_path, 5)
    wider = make_state(0.0)._replace(params={"dense_0": {"kernel": jnp.zeros((2, 4)), "bias": jnp.zeros(3)}})

    with pytest.raises(
        ValueError, match=r"must hold params/dense_0/kernel of shape \(2, 4\) float32; got \(2, 3\) float32\."
    ):
        checkpoints.restore(wider)
    (tmp_path / "checkpoint-5.safetensors").unlink()
    with pytest.raises(ValueError, match=r"model_dir must hold checkpoint-5\.safetensors, named in run\.json"):
        checkpoints.restore(make_state(0.0))


def test_record_says_what_the_run_is(tmp_path: Path) -> None:
    save(tmp_path, 5)

    record = json.loads((tmp_path / "run.json").read_text())

    name = "checkpoint-5.safetensors"
    assert record == {"version": 1, "step": 5, "checkpoint": name, "kept": [name], "config": CONFIG}


def test_best_checkpoint_is_kept_beside_the_newest(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, CONFIG)
    for step in range(1, 6):
        best = Best("loss", 0.5, step) if step == 2 else None
        checkpoints.save(step, make_state(float(step)), best=best)

    again = Checkpoints(tmp_path, CONFIG) if checkpoints.wait() is None else None

    assert again is not None
    assert again.best == Best("loss", 0.5, 2)
    assert int(again.restore(make_state(0.0), "best").step) == 2
    assert int(again.restore(make_state(0.0)).step) == 5
    assert sorted(path.name for path in tmp_path.glob("checkpoint*")) == [
        f"checkpoint-{step}.safetensors" for step in (2, 4, 5)
    ]


def test_checkpoint_that_was_not_finished_leaves_the_one_before(tmp_path: Path) -> None:
    checkpoints = save(tmp_path, 5)
    (tmp_path / "checkpoint-6.safetensors").mkdir()  # a file cannot replace it

    checkpoints.save(6, make_state(6.0))
    with pytest.raises(OSError, match="checkpoint-6"):
        checkpoints.wait()

    again = Checkpoints(tmp_path, CONFIG)
    assert int(again.restore(make_state(0.0)).step) == 5
    assert not list(tmp_path.glob(".*"))


def test_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    checkpoints = save(tmp_path, 5)
    path = tmp_path / "checkpoint-5.safetensors"
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(ValueError, match=r"checkpoint .*checkpoint-5\.safetensors must be a whole file; got "):
        checkpoints.restore(make_state(0.0))


def test_values_are_those_of_the_call_though_the_training_reuses_the_memory(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, CONFIG)
    grow = jax.jit(lambda state: jax.tree.map(lambda leaf: leaf + 1, state), donate_argnums=0)
    state = TrainState({"kernel": jnp.zeros((512, 512))}, {}, (), jnp.int32(0))

    for step in range(1, 6):
        state = grow(state)
        checkpoints.save(step, state)
        for _ in range(3):
            state = grow(state)

        restored = checkpoints.restore(state)
        assert int(restored.step) == 4 * (step - 1) + 1
        np.testing.assert_array_equal(restored.params["kernel"], np.full((512, 512), restored.step))


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "int8", "bool"])
def test_other_types_of_numbers_come_back(dtype: str, tmp_path: Path) -> None:
    state = TrainState({"kernel": jnp.ones((2, 3), dtype)}, {}, (), jnp.int32(1))
    checkpoints = Checkpoints(tmp_path, CONFIG)
    checkpoints.save(1, state)

    restored = checkpoints.restore(state)

    assert restored.params["kernel"].dtype == dtype
    np.testing.assert_array_equal(restored.params["kernel"], state.params["kernel"])


@pytest.mark.parametrize("count", [6, pytest.param(150, marks=pytest.mark.slow)])
def test_killed_at_any_moment_the_last_checkpoint_or_the_one_before_is_whole(count: int, tmp_path: Path) -> None:
    script = Path(__file__).with_name("kill_while_saving.py")

    done = subprocess.run(
        [sys.executable, "-W", "ignore", script, str(tmp_path), str(count)], capture_output=True, text=True, timeout=100
    )

    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["kills"] == count
    assert report["resumed"] == count
    assert report["lost_intervals"] <= 1
    assert report["damaged"] == report["leftovers"] == 0
