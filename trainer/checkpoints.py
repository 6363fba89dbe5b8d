"""Checkpoints: one safetensors file for all arrays, and ``run.json`` that says what they belong to.

A file is written under a temporary name, forced to the disk, and renamed, so at any moment the folder holds a whole
checkpoint or none. ``run.json`` is written last and names the newest and the best; a file that it does not name is
removed only afterwards. A thread does all that while the training goes on.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import jax
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from trainer.describe import first_difference, without_none
from trainer.paths import leaf_paths
from trainer.placement import copy_arrays, put_state
from trainer.protocols import TrainState

RUN_FILE = "run.json"
KEEP_LAST = 2


@dataclass(frozen=True)
class Best:
    """What the best checkpoint is best in.

    Attributes:
        metric: Name of the metric of the validation data.
        value: Its value.
        step: The step of the checkpoint.
    """

    metric: str
    value: float
    step: int


class OtherRunError(ValueError):
    """A model_dir holds a run of another configuration, or of another program."""


def saved_step(model_dir: str | os.PathLike[str]) -> int | None:
    """Step of the newest checkpoint in a folder, or None if it holds no run of ours."""
    path = Path(model_dir) / RUN_FILE
    return int(json.loads(path.read_text())["step"]) if path.is_file() else None


def find_latest(model_dir: str | os.PathLike[str]) -> Path | None:
    """The newest checkpoint in a folder, or None if it holds no run of ours."""
    folder = Path(model_dir)
    return folder / _file_name(step) if (step := saved_step(folder)) is not None else None


def load_arrays(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Reads arrays by name: of the newest checkpoint in a model_dir, of a checkpoint file, or of an export.

    Raises:
        ValueError: If there is none, or it is damaged.
    """
    folder = Path(path)
    if folder.is_file():
        return _load(folder)
    if (folder / RUN_FILE).is_file():
        return _load(folder / json.loads((folder / RUN_FILE).read_text())["checkpoint"])
    found = next(iter(folder.glob("*.safetensors")), None)
    if found is None:
        raise ValueError(
            f"checkpoint must be a model_dir, a .safetensors file or an export; got {str(path)!r} without one. "
            "Correct the path."
        )
    return _load(found)


class Checkpoints:
    """The checkpoints of one run. Used by one thread, beside its own."""

    def __init__(
        self, model_dir: str | os.PathLike[str], config: Mapping[str, Any], *, keep_last: int = KEEP_LAST
    ) -> None:
        """Takes the folder, what the run must have been started with (plain JSON values), and how many files to keep.

        Raises:
            ValueError: If the folder cannot be written.
            OtherRunError: If it holds another run.
        """
        self.folder = make_folder(model_dir)
        for leftover in self.folder.glob(".*.tmp-*"):  # of a process that was killed while saving
            leftover.unlink(missing_ok=True)
        self.config = json.loads(json.dumps(dict(config)))
        self.keep_last = keep_last
        self._record = self._read_record()
        found = None if self._record is None else self._record.get("best")
        self._best = None if found is None else Best(**found)
        self._writing: Future[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="trainer-checkpoint")

    @property
    def step(self) -> int | None:
        """Step of the newest checkpoint, or None if there is none."""
        return None if self._record is None else int(self._record["step"])

    @property
    def best(self) -> Best | None:
        """What the best checkpoint is best in, or None if there is none."""
        return self._best

    def restore(self, template: TrainState, which: Literal["last", "best"] = "last") -> TrainState:
        """Returns a checkpoint's arrays in the structure of `template`.

        Raises:
            ValueError: If there is none, the file is damaged, or its arrays are not those of the template.
        """
        self.wait()
        if self._record is None or (which == "best" and self.best is None):
            raise ValueError(f"model_dir must hold a {which} checkpoint; got {str(self.folder)!r}. Train first.")
        best = self.best
        path = self.folder / _file_name(best.step if which == "best" and best is not None else self._record["step"])
        return unflatten(template, _load(path), path)

    def save(
        self,
        step: int,
        train_state: TrainState,
        *,
        best: Best | None = None,
        flush: Callable[[], None] | None = None,
        on_saved: Callable[[str], None] | None = None,
        is_last: bool = False,
    ) -> None:
        """Begins to write a checkpoint; the arrays may be reused at once, and what was being written is waited for.

        Args:
            step: Its step.
            train_state: What to save.
            best: If it is the best so far, in what; else the best before is kept.
            flush: Called in the thread before the checkpoint counts: what was logged until then should be on the disk.
            on_saved: Called in the thread with the name of the file, once it is safe.
            is_last: Whether to write it at once: nothing goes on meanwhile.

        Raises:
            OSError: If the checkpoint before could not be written, or the last one.
        """
        self.wait()
        arrays = snapshot(train_state)
        self._best = best or self._best
        if is_last:
            self._write(step, arrays, self._best, flush, on_saved)
            return
        self._writing = self._thread.submit(self._write, step, arrays, self._best, flush, on_saved)

    def wait(self) -> None:
        """Waits until what was saved is on the disk.

        Raises:
            OSError: If it could not be written. The checkpoints before are as they were.
        """
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()

    def _write(
        self,
        step: int,
        arrays: dict[str, Any],
        best: Best | None,
        flush: Callable[[], None] | None,
        on_saved: Callable[[str], None] | None,
    ) -> None:
        name = _file_name(step)
        with _whole_file(self.folder / name) as temporary:
            _begin_transfers(arrays)
            _save_file({key: np.asarray(value, order="C") for key, value in arrays.items()}, temporary)
        arrays.clear()  # a view of memory that the training wants back
        if flush is not None:
            flush()
        kept = [other for other in (self._record or {}).get("kept", []) if other != name]
        kept = [*kept, name][-self.keep_last :]
        record = {"version": 1, "step": step, "checkpoint": name, "kept": kept, "config": self.config}
        if best is not None:
            record["best"] = asdict(best)
        write_whole(self.folder / RUN_FILE, (json.dumps(record) + "\n").encode())
        self._record = record
        self._remove_others({*kept, *([] if best is None else [_file_name(best.step)])})
        if on_saved is not None:
            on_saved(name)

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
        former, present = without_none(config), without_none(self.config)
        if former == present:
            return
        key = "optimizer"  # which may bring a rate of its own, so that it is told before a rate
        if former.get(key) == present.get(key):
            path, was, now = first_difference(former, present)
        else:
            path, was, now = first_difference(former.get(key), present.get(key), key)
        raise OtherRunError(
            f"{path} must be what the run in {str(self.folder)!r} was started with, {_short(was)}; "
            f"got {_short(now)}. Use another model_dir, or delete that run to start afresh."
        )

    def _remove_others(self, named: set[str]) -> None:
        for path in self.folder.glob("checkpoint-*.safetensors"):
            if path.name not in named and path.is_file():
                path.unlink(missing_ok=True)


def snapshot(train_state: TrainState) -> dict[str, Any]:
    """The arrays by path, which stay as they are while the training reuses its memory.

    On a CPU these are views: as long as one lives, XLA takes other memory. Elsewhere the device makes a copy, which is
    left there: room for it on the host is not made in an instant.
    """
    leaves = jax.tree.leaves(train_state)
    if any(device.platform != "cpu" for leaf in leaves if isinstance(leaf, jax.Array) for device in leaf.devices()):
        leaves = copy_arrays(leaves)
    else:
        leaves = [np.asarray(leaf) for leaf in leaves]
    return dict(zip(leaf_paths(train_state), leaves, strict=True))


def _begin_transfers(arrays: Mapping[str, Any]) -> None:
    """Has all arrays of a device on their way to the host before the first is waited for."""
    for value in arrays.values():
        if isinstance(value, jax.Array):
            value.copy_to_host_async()


def unflatten(template: TrainState, arrays: Mapping[str, Any], path: Path) -> TrainState:
    """Arrays by path in the structure of `template`, on the device.

    Raises:
        ValueError: If one is missing, or has another shape or type.
    """
    leaves, treedef = jax.tree.flatten(template)
    names = leaf_paths(template)
    for name, leaf in zip(names, leaves, strict=True):
        got = "nothing" if name not in arrays else f"{arrays[name].shape} {arrays[name].dtype}"
        if got != f"{leaf.shape} {leaf.dtype}":
            raise ValueError(
                f"checkpoint {path} must hold {name} of shape {leaf.shape} {leaf.dtype}; got {got}. "
                "It is of another network: use another model_dir."
            )
    restored: TrainState = jax.tree.unflatten(treedef, [put_state(arrays[name]) for name in names])
    return restored


def _load(path: Path) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise ValueError(f"model_dir must hold {path.name}, named in {RUN_FILE}; got no such file. Delete the run.")
    try:
        return load_file(path)
    except SafetensorError as error:
        raise ValueError(f"checkpoint {path} must be a whole file; got {error}. Delete the run.") from error


def _save_file(arrays: dict[str, np.ndarray], path: Path) -> None:
    try:
        save_file(arrays, path)
    except SafetensorError as error:  # its name for what the disk says
        raise OSError(f"{error} ({path})") from error


def _file_name(step: int) -> str:
    return f"checkpoint-{step}.safetensors"


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
    with _whole_file(path) as temporary:
        temporary.write_bytes(data)


@contextlib.contextmanager
def _whole_file(path: Path) -> Iterator[Path]:
    """A temporary path to write, which then replaces `path`: a crash leaves the old file or the new one, never half."""
    temporary = path.with_name(f".{path.name}.tmp-{os.getpid()}")
    try:
        yield temporary
        _sync(temporary)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else text[:197] + "…"
