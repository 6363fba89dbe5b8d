"""A trained model as a folder that needs neither its code nor its estimator: what writes it, beside what reads it.

The folder holds ``model.jax_export`` (the compiled computation, `jax.export`), ``params.safetensors`` (the arrays that
it takes) and ``signature.json`` (inputs, outputs, labels, versions). Nothing in it is run by being read.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import json
import logging
import math
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import jax
import numpy as np
from jax import export as jax_export
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from trainer.checkpoints import make_folder
from trainer.estimators.feature_reader import FeatureReader
from trainer.estimators.fitted import Fitted
from trainer.estimators.prediction import MAX_BLOCKS, ROWS, Predictions, predict_rows
from trainer.heads.signatures import decode, find_probabilities
from trainer.layers import configs
from trainer.layers.specs import shape_struct
from trainer.paths import leaf_paths
from trainer.placement import put_state

FORMAT = 1
MODEL_FILE = "model.jax_export"
PARAMS_FILE = "params.safetensors"
SIGNATURE_FILE = "signature.json"
MAX_BATCH = ROWS * MAX_BLOCKS

# A function of arrays by name and of features, and the shapes of those arrays.
_Computation: TypeAlias = tuple[Callable[[dict[str, Any], Any], dict[str, Any]], dict[str, Any]]

_LOG = logging.getLogger(__name__)


def export_model(fitted: Fitted, folder: str | os.PathLike[str], platforms: Sequence[str] | None = None) -> Path:
    """Writes the folder, whole or not at all; an export that lies there is replaced.

    Args:
        fitted: The model.
        folder: Where.
        platforms: What it can run on, ``cpu``, ``cuda`` or ``tpu``; None is what this process runs on.

    Raises:
        ValueError: If the folder holds something else or cannot be written, or JAX cannot compute the model.
    """
    target = Path(folder)
    _refuse_other_folder(target)
    predict, variables = fitted.for_export()
    arrays = dict(zip(leaf_paths(variables), jax.tree.leaves(variables), strict=True))
    exported, batch = _export(_taking(arrays, predict, jax.tree.structure(variables)), fitted.example, platforms)
    signature = {
        "format": FORMAT,
        "version": importlib.metadata.version("trainboard"),
        "step": int(fitted.train_state.step),
        "platforms": list(exported.platforms),
        "batch": batch,
        "columns": None if fitted.reader.columns is None else configs.encode(fitted.reader.columns),
        "names": fitted.reader.names,
        "takes_missing": fitted.reader.takes_missing,
        "inputs": _describe_rows(fitted.example),
        "outputs": _describe_rows(exported_outputs(exported)),
        "predict": None if fitted.head is None else fitted.head.export_signature(),
    }
    with _whole_folder(target) as temporary:
        (temporary / MODEL_FILE).write_bytes(exported.serialize())
        save_file({name: np.asarray(value, order="C") for name, value in arrays.items()}, temporary / PARAMS_FILE)
        (temporary / SIGNATURE_FILE).write_text(json.dumps(signature, indent=2) + "\n")
    return target


class ExportedModel:
    """A model that was exported; it predicts what its estimator did. Made by `load_exported`.

    Attributes:
        signature: What ``signature.json`` says.
    """

    def __init__(self, call: Callable[..., Any], arrays: dict[str, np.ndarray], signature: dict[str, Any]) -> None:
        self.signature = signature
        columns, names = signature["columns"], signature.get("names")
        self._reader = FeatureReader(
            "ExportedModel",
            None if columns is None else configs.decode(columns),
            names=None if names is None else tuple(names),
            takes_missing=signature.get("takes_missing", False),
        )
        self._program = jax.jit(functools.partial(_predict_blocks, call))
        self._arrays = put_state(arrays)

    @property
    def classes_(self) -> np.ndarray:
        """The labels that it predicts, ``(classes,)``.

        Raises:
            AttributeError: If it predicts numbers, or has several heads.
        """
        labels = (self.signature["predict"] or {}).get("labels")
        if labels is None:
            raise AttributeError("classes_ must be asked of a model of classes; got another. See signature.")
        return np.array(labels)

    def predictions(self, X: Any) -> Predictions:  # noqa: N803 - scikit-learn's name, here and below
        """Returns all that is predicted for each row, by name.

        Args:
            X: Features like those that it was trained with, ``(n, …)``, or a table of them with the same columns in the
                same order.

        Raises:
            ValueError: If they are not.
        """
        features = _like_inputs(self._reader.read(X), self.signature["inputs"])
        return predict_rows(
            self._program,
            (self._arrays,),
            features,
            output_bytes=ROWS * _row_bytes(self.signature["outputs"]),
            can_loop=self.signature["batch"] is None,
        )

    def predict(self, X: Any) -> Any:  # noqa: N803
        """Returns the label of each row. See `predictions`."""
        predictions = self.predictions(X)
        if self.signature["predict"] is not None:
            return decode(self.signature["predict"], predictions)
        return predictions["predictions"] if list(predictions) == ["predictions"] else predictions

    def predict_proba(self, X: Any) -> Any:  # noqa: N803
        """Returns the probability of each class, ``(n, classes)``. See `predictions`.

        Raises:
            AttributeError: If the model predicts no probabilities.
        """
        probabilities = find_probabilities(self.predictions(X))
        if probabilities is None:
            raise AttributeError("predict_proba must be called on a model of classes; got another. Use predict.")
        return probabilities


def load_exported(folder: str | os.PathLike[str]) -> ExportedModel:
    """Reads what `Estimator.export` wrote.

    Raises:
        ValueError: If the folder holds no export, or one that is damaged or newer than this version.
    """
    path = Path(folder)
    for name in (SIGNATURE_FILE, MODEL_FILE, PARAMS_FILE):
        if not (path / name).is_file():
            raise ValueError(
                f"folder must hold an export; got {str(path)!r} without {name}. Pass what export returned."
            )
    try:
        signature = json.loads((path / SIGNATURE_FILE).read_text())
        _refuse_newer(signature, path)
        exported = jax_export.deserialize(bytearray((path / MODEL_FILE).read_bytes()))
        arrays = load_file(path / PARAMS_FILE)
    except (json.JSONDecodeError, KeyError, TypeError, SafetensorError) as error:
        raise ValueError(f"export {path} must be whole; got {error}. Export it again.") from error
    return ExportedModel(exported.call, arrays, signature)


def _predict_blocks(call: Callable[..., Any], arrays: Any, blocks: Any, count: Any) -> dict[str, Any]:
    """All blocks at once, for `predict_rows`; the call takes rows without blocks."""
    del count
    outputs = call(arrays, jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), blocks))
    return {name: value.reshape(-1, ROWS, *value.shape[1:]) for name, value in outputs.items()}


def _refuse_newer(signature: dict[str, Any], path: Path) -> None:
    if signature["format"] > FORMAT:
        raise ValueError(
            f"format of {path} must be at most {FORMAT}; got {signature['format']}. Install trainboard "
            f"{signature['version']}."
        )


def exported_outputs(exported: jax_export.Exported) -> dict[str, Any]:
    """Shapes of the outputs by name."""
    outputs: dict[str, Any] = jax.tree.unflatten(exported.out_tree, exported.out_avals)
    return outputs


def _taking(arrays: dict[str, Any], predict: Callable[..., Any], treedef: Any) -> _Computation:
    """What predicts from arrays by name, and their shapes."""

    def compute(arrays: dict[str, Any], features: Any) -> dict[str, Any]:
        variables = jax.tree.unflatten(treedef, [arrays[name] for name in names])
        found: dict[str, Any] = predict(variables["params"], variables["state"], features)
        return found

    names = tuple(arrays)
    return compute, {name: shape_struct(value.shape, value.dtype) for name, value in arrays.items()}


def _export(
    computation: _Computation, example: Any, platforms: Sequence[str] | None
) -> tuple[jax_export.Exported, int | None]:
    """The computation for any number of rows up to `MAX_BATCH`, else for that number; and that number, or None."""
    compute, shapes = computation
    make = jax_export.export(jax.jit(compute), platforms=platforms)
    (size,) = jax_export.symbolic_shape("batch", constraints=["batch >= 1", f"batch <= {MAX_BATCH}"])
    try:
        return make(shapes, _rows_of(example, size)), None
    except (jax.errors.InconclusiveDimensionOperation, TypeError, ValueError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        _LOG.warning("Could not export for any number of rows: %s. Continuing with %d at a time.", reason, ROWS)
        return make(shapes, _rows_of(example, ROWS)), ROWS


def _rows_of(example: Any, size: Any) -> Any:
    return jax.tree.map(lambda leaf: shape_struct((size, *leaf.shape[1:]), leaf.dtype), example)


def _describe_rows(tree: Any) -> Any:
    """Shape and type of one row of each array, as JSON values in the structure of the pytree."""
    if isinstance(tree, dict):
        return {"dict": {name: _describe_rows(value) for name, value in tree.items()}}
    if isinstance(tree, tuple | list):
        return {"tuple": [_describe_rows(value) for value in tree]}
    return {"shape": [int(size) for size in tree.shape[1:]], "dtype": str(np.dtype(tree.dtype))}


def _row_bytes(described: Any) -> int:
    """Size of a row of arrays as `_describe_rows` describes them."""
    if "shape" in described:
        size: int = math.prod(described["shape"]) * np.dtype(described["dtype"]).itemsize
        return size
    parts = described["dict"].values() if "dict" in described else described["tuple"]
    return sum(map(_row_bytes, parts))


def _like_inputs(features: Any, inputs: Any, name: str = "X") -> Any:
    """Features in the structure, shape and type of the inputs.

    Raises:
        ValueError: If they do not fit.
    """
    if "dict" in inputs:
        if not isinstance(features, dict) or set(features) != set(inputs["dict"]):
            got = ", ".join(features) if isinstance(features, dict) else type(features).__name__
            raise ValueError(f"{name} must be a dict of {', '.join(inputs['dict'])}; got {got}. Pass these columns.")
        return {key: _like_inputs(features[key], part, f"{name}[{key!r}]") for key, part in inputs["dict"].items()}
    if "tuple" in inputs:
        if not isinstance(features, tuple) or len(features) != len(inputs["tuple"]):
            raise ValueError(f"{name} must be a tuple of {len(inputs['tuple'])}; got {type(features).__name__}.")
        parts = zip(features, inputs["tuple"], strict=True)
        return tuple(_like_inputs(value, part, f"{name}[{place}]") for place, (value, part) in enumerate(parts))
    shape = tuple(inputs["shape"])
    if isinstance(features, dict | tuple) or features.shape[1:] != shape:
        got = getattr(features, "shape", None) or type(features).__name__
        raise ValueError(f"{name} must have rows of shape {shape}; got {got}. Reshape your data to that.")
    if not np.can_cast(features.dtype, inputs["dtype"], "same_kind"):
        raise ValueError(f"{name} must be {inputs['dtype']}; got {features.dtype}. Pass the type that was trained on.")
    return features.astype(inputs["dtype"], copy=False)


def _refuse_other_folder(folder: Path) -> None:
    if folder.is_dir() and not (folder / SIGNATURE_FILE).is_file() and any(folder.iterdir()):
        raise ValueError(f"folder must be new, empty or an export; got {str(folder)!r} with other files. Use another.")


@contextlib.contextmanager
def _whole_folder(target: Path) -> Iterator[Path]:
    """A temporary folder to fill, which then takes the place of `target`."""
    make_folder(target.parent)
    temporary, former = (target.with_name(f".{target.name}.{word}-{os.getpid()}") for word in ("new", "old"))
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        temporary.mkdir()
        yield temporary
        if target.exists():
            os.replace(target, former)
        os.replace(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(former, ignore_errors=True)
