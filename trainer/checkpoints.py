"""Checkpoints: one safetensors file for all arrays, and ``run.json`` that says what they belong to.

A file is written under a temporary name, forced to the disk, and renamed, so at any moment the folder holds a whole
checkpoint or none. ``run.json`` is written last and names the newest.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import numpy as np
from safetensors.numpy import load_file, save

from trainer.paths import leaf_paths
from trainer.protocols import TrainState

RUN_FILE = "run.json"
KEEP_LAST = 2


class OtherRunError(ValueError):
    """A model_dir holds a run of another configuration, or of another program."""


def saved_step(model_dir: str | os.PathLike[str]) -> int | None:
    """Step of the newest checkpoint in a folder, or None if it holds no run of ours."""
    path = Path(model_dir) / RUN_FILE
    return int(json.loads(path.read_text())["step"]) if path.is_file() else None


class Checkpoints:
    """The checkpoints of one run. Used by one thread."""

    def __init__(self, model_dir: str | os.PathLike[str], config: Mapping[str, Any]) -> None:
        """Takes the folder, and the configuration that the run must have been started with (plain JSON values).

        Raises:
            ValueError: If the folder cannot be written.
            OtherRunError: If it holds another run.
        """
        self.folder = make_folder(model_dir)
        for leftover in self.folder.glob(".*.tmp-*"):  # of a process that was killed while saving
            leftover.unlink(missing_ok=True)
        self.config = json.loads(json.dumps(dict(config)))
        self._record = self._read_record()

    @property
    def step(self) -> int | None:
        """Step of the newest checkpoint, or None if there is none."""
        return None if self._record is None else int(self._record["step"])

    def restore(self, template: TrainState) -> TrainState:
        """Returns the newest checkpoint's arrays in the structure of `template`.

        Raises:
            ValueError: If the file is missing, or its arrays are not those of the template.
        """
        assert self._record is not None
        path = self.folder / self._record["checkpoint"]
        if not path.is_file():
            raise ValueError(f"model_dir must hold {path.name}, named in {RUN_FILE}; got no such file. Delete the run.")
        arrays = load_file(path)
        leaves, treedef = jax.tree.flatten(template)
        names = leaf_paths(template)
        for name, leaf in zip(names, leaves, strict=True):
            if name not in arrays or arrays[name].shape != leaf.shape:
                got = arrays[name].shape if name in arrays else "nothing"
                raise ValueError(
                    f"checkpoint {path} must hold {name} of shape {leaf.shape}; got {got}. Use another model_dir."
                )
        restored: TrainState = jax.tree.unflatten(treedef, [jax.device_put(arrays[name]) for name in names])
        return restored

    def save(self, step: int, train_state: TrainState) -> None:
        """Writes a checkpoint and points ``run.json`` at it; keeps the newest two."""
        # On the CPU these are views, not copies.
        arrays = {
            name: np.asarray(leaf, order="C")
            for name, leaf in zip(leaf_paths(train_state), jax.tree.leaves(train_state), strict=True)
        }
        name = f"checkpoint-{step}.safetensors"
        write_whole(self.folder / name, save(arrays))
        self._record = {"version": 1, "step": step, "checkpoint": name, "config": self.config}
        write_whole(self.folder / RUN_FILE, (json.dumps(self._record, indent=2) + "\n").encode())
        self._remove_old()

    def _read_record(self) -> dict[str, Any] | None:
        path = self.folder / RUN_FILE
        if not path.is_file():
            self._refuse_foreign_run()
            return None
        try:
            record: dict[str, Any] = json.loads(path.read_text())
            config = record["config"]
        except (ValueError, KeyError) as error:
            raise ValueError(f"{path} must be the record of a run; got {error}. Use another model_dir.") from error
        self._refuse_other_config(config)
        return record

    def _refuse_foreign_run(self) -> None:
        for path in self.folder.iterdir():
            if "tfevents" in path.name:
                raise OtherRunError(
                    f"model_dir must be empty or hold a run of this estimator; got {str(self.folder)!r} with event "
                    f"files but no {RUN_FILE}. Use another model_dir, or delete that run."
                )

    def _refuse_other_config(self, config: Mapping[str, Any]) -> None:
        for key in sorted({*config, *self.config}):
            was, now = config.get(key), self.config.get(key)
            if was != now:
                raise OtherRunError(
                    f"{key} must be what the run in {str(self.folder)!r} was started with, {_short(was)}; "
                    f"got {_short(now)}. Use another model_dir, or delete that run to start afresh."
                )

    def _remove_old(self) -> None:
        paths = sorted(self.folder.glob("checkpoint-*.safetensors"), key=lambda path: path.stat().st_mtime_ns)
        for path in paths[:-KEEP_LAST]:
            path.unlink(missing_ok=True)


def make_folder(model_dir: str | os.PathLike[str]) -> Path:
    """Makes the folder, and checks that files can be made in it.

    Raises:
        ValueError: If not.
    """
    folder = Path(model_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ValueError(
            f"model_dir must be a folder that can be written; got {str(model_dir)!r} ({error.strerror}). "
            "Pass another model_dir, or none to write nothing."
        ) from error
    return folder


def write_whole(path: Path, data: bytes) -> None:
    """Replaces a file so that a crash leaves the old one or the new one, never a part."""
    temporary = path.with_name(f".{path.name}.tmp-{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else text[:197] + "…"
