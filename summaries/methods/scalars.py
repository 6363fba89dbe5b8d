"""Numbers: one by one, all of a step, many steps at once."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy.typing as npt

from summaries.background import Outbox
from summaries.blocks import Block
from summaries.events import encode_event, encode_scalar_event, single_prefix, summary_field
from summaries.kinds import SCALARS
from summaries.kinds.scalars import TENSOR_SCALAR_METADATA, encode_tensor_scalar, pack_float
from summaries.methods.base import Methods
from summaries.values import check_mapping, keep_number, to_number, to_step, to_time

_PLAIN_NUMBERS = frozenset({float, int})


class ScalarMethods(Methods):
    """Methods of the writer that log numbers; those of the host are encoded at once."""

    _outbox: Outbox

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        new_style: bool = False,
        double_precision: bool = False,
    ) -> None:
        """Logs one number.

        Args:
            tag: Name of the series; `/` groups.
            scalar_value: A number, or an array of one element; a JAX array may still be being computed.
            global_step: The step, 0 if None.
            walltime: Seconds since the Unix epoch, now if None.
            new_style: Whether to write a tensor with plugin data, as TensorFlow 2 does, and not the shorter
                `simple_value`.
            double_precision: Whether to keep float64; this too writes a tensor.

        Raises:
            ValueError: If it is not one real number, the tag is empty, or the step no integer.
        """
        if new_style or double_precision or type(scalar_value) not in _PLAIN_NUMBERS:
            self._add_any_scalar(tag, scalar_value, global_step, walltime, new_style, double_precision)
            return
        step = global_step if type(global_step) is int else to_step(global_step)
        wall_time = time.time() if walltime is None else to_time(walltime)
        record = encode_scalar_event(tag, scalar_value, step, wall_time)
        outbox = self._outbox
        if tag in outbox.queued_tags:
            self._submit((tag,), step, partial(bytes, record), num_bytes=len(record))
        else:
            outbox.put(record)

    def _add_any_scalar(
        self, tag: str, scalar: Any, global_step: Any, walltime: float | None, new_style: bool, is_double: bool
    ) -> None:
        """The general way of `add_scalar`."""
        step, wall_time = to_step(global_step), to_time(walltime)
        kept = keep_number(scalar)

        def encode() -> bytes:
            if not (new_style or is_double):
                return encode_event(wall_time, step, single_prefix(tag) + pack_float(to_number(kept)))
            blob = encode_tensor_scalar(tag, to_number(kept), is_double=is_double)
            return encode_event(wall_time, step, self._envelope(SCALARS, tag, blob, TENSOR_SCALAR_METADATA))

        arrays = None if isinstance(kept, float) else [kept]
        self._submit((tag,), step, encode, arrays=arrays)

    def add_scalars_at(self, step: int, values: Mapping[str, Any], *, walltime: float | None = None) -> None:
        """Logs the numbers of one step, which takes half the bytes of logging them one by one.

        Args:
            step: The step.
            values: Numbers, or arrays of one element, by tag.
            walltime: Seconds since the Unix epoch, now if None.

        Raises:
            ValueError: If one of them is not a real number.
        """
        step = step if type(step) is int else to_step(step)
        wall_time = time.time() if walltime is None else to_time(walltime)
        if type(values) is not dict:
            check_mapping("values", values)
        is_plain = _PLAIN_NUMBERS.issuperset(map(type, values.values()))
        if is_plain and self._outbox.queued_tags.keys().isdisjoint(values):
            self._outbox.put(encode_event(wall_time, step, summary_field(values.items())))
            return
        kept = {tag: keep_number(value) for tag, value in values.items()}

        def encode() -> bytes:
            return encode_event(wall_time, step, summary_field((tag, to_number(value)) for tag, value in kept.items()))

        arrays = [value for value in kept.values() if not isinstance(value, float)]
        self._submit(tuple(kept), step, encode, arrays=arrays or None)

    def add_scalars_block(
        self,
        steps: npt.ArrayLike,
        values: Mapping[str, Any],
        *,
        walltimes: npt.ArrayLike | tuple[float, None],
    ) -> None:
        """Logs the numbers of many steps at once, in the background.

        Args:
            steps: Shape (n,), integers.
            values: Arrays of shape (n,) by tag; NumPy's are copied, JAX arrays may still be being computed.
            walltimes: Seconds since the Unix epoch, shape (n,); or `(start, None)`: spread evenly from `start` to when
                the values were there.

        Raises:
            ValueError: If the shapes differ, a step is no integer, or a value no real number.
        """
        block = Block.make(steps, values, walltimes)
        self._submit(block.tags, block.first_step, block.encode, num_bytes=block.num_bytes, arrays=block.columns)
