"""One pass through a network while it is traced: what a layer may ask for and hand over beside its outputs.

Around the application of a network, inside the function that is differentiated, stands a `collect`; what was collected
is returned from that function as a pytree, so nothing leaks out of ``jit`` or ``grad``::

    def loss_fn(params):
        with passes.collect(row_mask=weights > 0) as collected:
            outputs, state = network.apply(params, state, inputs, training=True, key=key)
        return collected.added_to(loss(outputs)), (state, collected.summaries)

A body that JAX traces by itself (``lax.scan``, ``jax.checkpoint``, ``jax.jit``, ``jax.vmap``) has a `collect` of its
own, returns `Collected.outputs`, and `extend` takes them over outside. Without a `collect`, as in prediction, nothing
is kept: a layer need not ask. All of it happens while tracing and costs nothing when the program runs.
"""

from __future__ import annotations

import contextlib
import contextvars
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from trainer.protocols import Array

try:
    from jax.extend.core import get_opaque_trace_state
except ImportError:  # before JAX 0.10
    from jax.core import get_opaque_trace_state

KINDS = ("scalar", "histogram", "image", "text")
LOGGED_ANYWAY = ("loss", "learning_rate", "grad_norm", "update_ratio", "loss_scale")
GROUPS_LOGGED_ANYWAY = (
    "params/",
    "grads/",
    "activations/",
    "learning_rate/",
    "zero_share/",
    "nonfinite_share/",
    "performance/",
)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Summary:
    """One summary value of a step, still on the device.

    Attributes:
        value: A scalar, an array, or for a text the dict of arrays that stand in its template.
        kind: One of `KINDS`, or ``activation`` for what `observe` was given.
        template: Of a text, as for ``str.format``; else empty.
    """

    value: Any
    kind: str = field(metadata={"static": True})
    template: str = field(default="", metadata={"static": True})


class Outputs(NamedTuple):
    """All that one `collect` holds, as a pytree.

    Attributes:
        loss: Sum of the losses, a float32 scalar; None without any.
        summaries: By tag.
    """

    loss: Array | None
    summaries: dict[str, Summary]


class Collected:
    """What layers hand over during one pass. Used by one thread.

    Attributes:
        row_mask: See `row_mask`.
        is_observed: Whether the outputs of layers are wanted.
        summaries: What was collected, by tag.
    """

    def __init__(self, *, row_mask: Array | None, is_observed: bool) -> None:
        self.row_mask = row_mask
        self.is_observed = is_observed
        self.summaries: dict[str, Summary] = {}
        self._losses: list[Array] = []
        self._visits: Counter[str] = Counter()
        self._trace = _current_trace()

    @property
    def is_traced_here(self) -> bool:
        """Whether JAX traces what this collects for, not a body inside of it, whose values cannot be taken out."""
        return bool(_current_trace() == self._trace)

    @property
    def loss(self) -> Array:
        """Sum of the losses, a float32 scalar; 0 without any."""
        return sum(self._losses, jnp.float32(0))

    def added_to(self, loss: Array) -> Array:
        """`loss` and the losses that were collected; the same array if none was."""
        return sum(self._losses, loss)

    def outputs(self) -> Outputs:
        """All of it as a pytree, to be returned from the traced function."""
        return Outputs(self.loss if self._losses else None, dict(self.summaries))

    def add(self, tag: str, summary: Summary) -> None:
        """Keeps a value under its whole tag.

        Raises:
            ValueError: If the tag is taken, or JAX traces a body inside.
        """
        self._check_trace(f"summary {tag!r} must be logged")
        if tag in self.summaries:
            raise ValueError(f"tag must be used once in a step; got {tag!r} twice. Give one of them another name.")
        self.summaries[tag] = summary

    def add_loss(self, value: Array) -> None:
        """Keeps a checked loss.

        Raises:
            ValueError: If JAX traces a body inside.
        """
        self._check_trace("a loss must be added")
        self._losses.append(value)

    def _check_trace(self, what: str) -> None:
        if not self.is_traced_here:
            raise ValueError(
                f"{what} outside of what JAX traces by itself; got it inside of jax.jit, scan, vmap, checkpoint or the "
                "like. Return the value from there, and hand it over outside."
            )

    def visit(self, path: str) -> str:
        """Counts a scope; a second visit gets ``_1`` behind its name, so that a shared layer has tags of each call."""
        self._visits[path] += 1
        number = self._visits[path] - 1
        return f"{path}_{number}" if number else path


def _current_trace() -> Any:
    """Something that is equal as long as JAX traces the same function."""
    return get_opaque_trace_state(None)  # type: ignore[no-untyped-call]


_COLLECTED: contextvars.ContextVar[Collected | None] = contextvars.ContextVar("trainer_collected", default=None)
_SCOPE: contextvars.ContextVar[str] = contextvars.ContextVar("trainer_scope", default="")
# The names of the layers around, as in the names of their params: a second visit has the same.
_PLACE: contextvars.ContextVar[str] = contextvars.ContextVar("trainer_place", default="")
_FROZEN: contextvars.ContextVar[frozenset[str]] = contextvars.ContextVar("trainer_frozen", default=frozenset())


@contextlib.contextmanager
def collect(*, row_mask: Array | None = None, is_observed: bool | None = None) -> Iterator[Collected]:
    """Collects what layers hand over inside.

    Args:
        row_mask: Which rows are real, bool ``(batch,)``; None takes over the mask around, if there is one.
        is_observed: Whether the outputs of layers are collected too; None takes over what holds around.
    """
    around = _COLLECTED.get()
    if around is not None:
        row_mask = around.row_mask if row_mask is None else row_mask
        is_observed = around.is_observed if is_observed is None else is_observed
    collected = Collected(row_mask=row_mask, is_observed=bool(is_observed))
    token = _COLLECTED.set(collected)
    try:
        yield collected
    finally:
        _COLLECTED.reset(token)


@contextlib.contextmanager
def scope(name: str) -> Iterator[None]:
    """Puts a layer's name in front of the tags inside, and around its operations in the graph."""
    path = f"{_SCOPE.get()}{name}"
    collected = _COLLECTED.get()
    token = _SCOPE.set((path if collected is None else collected.visit(path)) + "/")
    place = _PLACE.set(f"{_PLACE.get()}{name}/")
    try:
        with jax.named_scope(name):
            yield
    finally:
        _PLACE.reset(place)
        _SCOPE.reset(token)


@contextlib.contextmanager
def freeze(paths: Iterable[str]) -> Iterator[None]:
    """Says inside of which layers the step changes no param.

    Args:
        paths: Names of layers as in the names of their params, ``base/batch_normalization_0``.
    """
    token = _FROZEN.set(frozenset(paths))
    try:
        yield
    finally:
        _FROZEN.reset(token)


def is_frozen() -> bool:
    """Whether the step changes no param of this layer, whose statistics then are to stay as they are too."""
    return any(_PLACE.get().startswith(f"{path}/") for path in _FROZEN.get())


def row_mask() -> Array | None:
    """Which rows of the batch are real, bool ``(batch,)``; None where all are.

    The others only fill the shape of a short batch: statistics over the batch leave them out.
    """
    collected = _COLLECTED.get()
    return None if collected is None else collected.row_mask


def add_loss(value: Any) -> None:
    """Adds a scalar to the loss of this step, as an activity regulariser does.

    Raises:
        ValueError: If it is not a real scalar.
    """
    collected = _COLLECTED.get()
    if collected is not None:
        collected.add_loss(as_scalar("loss", value))


def add_summary(kind: str, tag: str, value: Any, *, template: str = "") -> None:
    """Hands a value to the run's event file, under the tag with the scope of the layer in front.

    Args:
        kind: One of `KINDS`.
        tag: Its name inside the scope.
        value: See `Summary`.
        template: See `Summary`.

    Raises:
        ValueError: If the kind is unknown, the tag is empty, was used in this scope or is logged anyway, or the value
            does not fit.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}; got {kind!r}. Pass one of them.")
    if not isinstance(tag, str) or not tag.strip("/"):
        raise ValueError(f"tag must be a non-empty text; got {tag!r}. Pass a name.")
    collected = _COLLECTED.get()
    if collected is not None:
        whole = _SCOPE.get() + tag
        if whole in LOGGED_ANYWAY or whole.startswith(GROUPS_LOGGED_ANYWAY):
            raise ValueError(f"tag must differ from those logged anyway; got {whole!r}. Give it another name.")
        collected.add(whole, Summary(value, kind, template))


def observe(outputs: Any) -> None:
    """Hands over what the layer of this scope returned, where somebody asks for it (histograms of activations)."""
    collected = _COLLECTED.get()
    if collected is None or not collected.is_observed or not collected.is_traced_here:
        return
    leaves = [leaf for leaf in jax.tree.leaves(outputs) if jnp.issubdtype(jnp.result_type(leaf), jnp.floating)]
    path = _SCOPE.get().removesuffix("/")
    for index, leaf in enumerate(leaves):
        collected.add(f"activations/{path}" + (f"/{index}" if len(leaves) > 1 else ""), Summary(leaf, "activation"))


def extend(outputs: Outputs) -> None:
    """Takes over what a body collected that JAX traced by itself; its tags are whole already.

    Raises:
        ValueError: If a tag is taken, or this is inside of a body that does not collect.
    """
    collected = _COLLECTED.get()
    if collected is None:
        return
    if outputs.loss is not None:
        collected.add_loss(outputs.loss)
    for tag, summary in outputs.summaries.items():
        if collected.is_traced_here or summary.kind != "activation":
            collected.add(tag, summary)


def split(outputs: Outputs) -> Outputs:
    """What the bodies of a scan over blocks returned, stacked along axis 0, as values of each block.

    The number of the block follows the scope of the caller: ``repeat_0/dense_0/x`` becomes ``repeat_0/3/dense_0/x``.
    """
    summaries: dict[str, Summary] = {}
    for tag, summary in outputs.summaries.items():
        for number in range(jax.tree.leaves(summary)[0].shape[0] if jax.tree.leaves(summary) else 0):
            block: Summary = jax.tree.map(lambda leaf, number=number: leaf[number], summary)
            summaries[_numbered(tag, number)] = block
    return Outputs(_total(outputs.loss), summaries)


def join(outputs: Outputs) -> Outputs:
    """What the bodies of a scan over time returned, stacked along axis 0, as one value each.

    Losses add up, scalars are averaged, histograms count the values of all steps; images and texts are the last step's.
    """
    return Outputs(_total(outputs.loss), {tag: _joined(summary) for tag, summary in outputs.summaries.items()})


def as_scalar(name: str, value: Any) -> Array:
    """Returns a real scalar as float32.

    Raises:
        ValueError: If it is something else.
    """
    dtype = getattr(value, "dtype", None)
    if dtype is None and not isinstance(value, int | float):
        raise ValueError(f"{name} must be a scalar; got a {type(value).__name__}. Pass a number or an array of one.")
    if jnp.shape(value) != ():
        raise ValueError(f"{name} must be a scalar; got shape {jnp.shape(value)}. Take the mean, or log a histogram.")
    if dtype is not None and not (jnp.issubdtype(dtype, jnp.number) or jnp.issubdtype(dtype, jnp.bool_)):
        raise ValueError(f"{name} must be a number; got {dtype}. Convert it.")
    if jnp.iscomplexobj(value):
        raise ValueError(f"{name} must be real; got {jnp.result_type(value)}. Log its absolute value.")
    return jnp.asarray(value, jnp.float32)


def _total(losses: Array | None) -> Array | None:
    return None if losses is None else jnp.sum(losses)


def _numbered(tag: str, number: int) -> str:
    group, _, rest = tag.partition("activations/")
    prefix = f"{group}activations/" if rest else ""
    inside = (rest or tag).removeprefix(_SCOPE.get())
    return f"{prefix}{_SCOPE.get()}{number}/{inside}"


def _joined(summary: Summary) -> Summary:
    if summary.kind == "scalar":
        return Summary(jnp.mean(summary.value, axis=0), summary.kind)
    if summary.kind in ("histogram", "activation"):
        return summary
    last: Summary = jax.tree.map(lambda leaf: leaf[-1], summary)
    return last


def of_kind(summaries: Mapping[str, Summary], *kinds: str) -> dict[str, Summary]:
    """The summaries of some kinds, in order."""
    return {tag: summary for tag, summary in summaries.items() if summary.kind in kinds}
