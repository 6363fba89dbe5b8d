"""The writer inside the compiled step: call these in a layer, a loss or a ``model_fn``, on values under ``jit``.

What is logged stands in the run's event file under the tag with the scope of the layer in front, as
``tower/dense_0/scale``. Scalars are written for every step, all else at `RunConfig`'s ``summary_interval``. While
predicting and evaluating nothing is logged, and neither without a ``model_dir``; a layer need not ask.

>>> import jax.numpy as jnp
>>> from trainer import layers, summary
>>> class Scale(layers.Layer):
...     def init(self, key, example):
...         return {"scale": jnp.ones(())}, {}
...
...     def apply(self, params, state, inputs, *, training=False, key=None):
...         summary.scalar("scale", params["scale"])
...         return inputs * params["scale"], state
"""

from __future__ import annotations

import string
from typing import Any

import jax.numpy as jnp

from trainer import passes


def scalar(tag: str, value: Any) -> None:
    """Logs a number of this step.

    Args:
        tag: Name inside the scope; used once a step.
        value: A number, or an array of shape ``()``.

    Raises:
        ValueError: While tracing, if it is no real scalar, or the tag is taken.
    """
    passes.add_summary("scalar", tag, passes.as_scalar(_value_of(tag), value))


def histogram(tag: str, values: Any) -> None:
    """Logs the distribution of an array, with its shares of zeros and of values that are not finite.

    Args:
        tag: As for `scalar`.
        values: Real numbers of any shape.

    Raises:
        ValueError: While tracing, if there is no number in it, or the tag is taken.
    """
    array = _as_array(tag, values)
    if array.size == 0:
        raise ValueError(f"{_value_of(tag)} must hold a number; got shape {array.shape}. Leave it out when empty.")
    passes.add_summary("histogram", tag, array)


def image(tag: str, images: Any, max_outputs: int = 3) -> None:
    """Logs the first images of a batch, as one picture.

    Args:
        tag: As for `scalar`.
        images: ``(batch, height, width, channels)`` with 1, 3 or 4 channels; floats are in [0, 1], integers uint8.
        max_outputs: How many of the batch, at most.

    Raises:
        ValueError: While tracing, if the shape or the dtype is another, or the tag is taken.
    """
    array = _as_array(tag, images)
    if array.ndim != 4 or array.shape[-1] not in (1, 3, 4):
        raise ValueError(
            f"{_value_of(tag)} must have the shape (batch, height, width, channels) with 1, 3 or 4 channels; "
            f"got {array.shape}. Reshape it."
        )
    if not (jnp.issubdtype(array.dtype, jnp.floating) or array.dtype == jnp.uint8):
        raise ValueError(f"{_value_of(tag)} must be floats in [0, 1] or uint8; got {array.dtype}. Convert it.")
    if max_outputs < 1:
        raise ValueError(f"max_outputs must be a positive integer; got {max_outputs!r}. Pass a count.")
    passes.add_summary("image", tag, array[:max_outputs])


def text(tag: str, template: str, **values: Any) -> None:
    """Logs a text, in which arrays of this step may stand.

    Args:
        tag: As for `scalar`.
        template: Markdown with names in braces, as for ``str.format``: ``"predicted {labels}"``.
        **values: The arrays of these names.

    Raises:
        ValueError: While tracing, if the names differ, or the tag is taken.
    """
    if not isinstance(template, str):
        raise ValueError(
            f"text {tag!r} must be a template; got {type(template).__name__}. Pass 'value {{x}}' and x= as an array."
        )
    named = {name.partition(".")[0].partition("[")[0] for _, name, _, _ in string.Formatter().parse(template) if name}
    if named != set(values):
        raise ValueError(
            f"values of text {tag!r} must be those named in its template, {sorted(named)}; got {sorted(values)}. "
            "Write {{ for a brace."
        )
    passes.add_summary("text", tag, {name: jnp.asarray(value) for name, value in values.items()}, template=template)


def _as_array(tag: str, values: Any) -> Any:
    array = jnp.asarray(values)
    if jnp.iscomplexobj(array):
        raise ValueError(f"{_value_of(tag)} must be real; got {array.dtype}. Log its absolute value.")
    return array


def _value_of(tag: Any) -> str:
    return f"value of {tag!r}"
