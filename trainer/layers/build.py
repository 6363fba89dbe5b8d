"""The build context: where layers that are called on real arrays create or find their parameters.

Inside a `run`, ``layers.dense(inputs, units=10)`` makes its parameters the first time (initialising) and finds them by
name afterwards. Names are paths: the scopes around the call, then the layer's own name (``encoder/dense_0``).

References:
    The way of ``hk.transform_with_state`` (Haiku) and of TensorFlow 1.0's variable scopes.
"""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from typing import Any

import jax

from trainer import passes
from trainer.layers.naming import Namer, check_name
from trainer.protocols import Array, Params, State


class Build:
    """One pass through a function that calls layers on arrays. Used by one thread."""

    def __init__(
        self, params: Params, state: State, *, key: Array | None, training: bool, is_initialising: bool
    ) -> None:
        self.params = dict(params)
        self.state = dict(state)
        self.training = training
        self._key = key
        self._is_initialising = is_initialising
        self._scopes: list[str] = []
        self._namers: dict[str, Namer] = {}
        self._paths: dict[int, str] = {}
        self._placed: list[Any] = []  # keeps the layers alive, so that an id is never used twice
        self._num_calls = 0

    def call(self, layer: Any, inputs: Any) -> Any:
        """Applies `layer`, whose parameters are made or found under its path."""
        path = self._path_of(layer)
        if self._is_initialising and path not in self.params and path not in self.state:
            self._create(layer, path, inputs)
        with passes.scope(path.rsplit("/", 1)[-1]):
            outputs, state = layer.apply(
                self.params.get(path, {}),
                self.state.get(path, {}),
                inputs,
                training=self.training,
                key=self._next_key(),
            )
            passes.observe(outputs)
        if state:
            self.state[path] = state
        return outputs

    @contextlib.contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Puts `name` in front of the names of all layers called inside."""
        self._scopes.append(check_name(name))
        try:
            with passes.scope(name):
                yield
        finally:
            self._scopes.pop()

    def _path_of(self, layer: Any) -> str:
        known = self._paths.get(id(layer))
        if known is not None:
            return known
        prefix = "".join(f"{scope}/" for scope in self._scopes)
        path = prefix + self._namers.setdefault(prefix, Namer()).name(type(layer).__name__, layer.name)
        self._paths[id(layer)] = path
        self._placed.append(layer)
        return path

    def _create(self, layer: Any, path: str, inputs: Any) -> None:
        params, state = layer.init(self._next_key(), inputs)
        if params:
            self.params[path] = params
        if state:
            self.state[path] = state

    def _next_key(self) -> Array | None:
        self._num_calls += 1
        return None if self._key is None else jax.random.fold_in(self._key, self._num_calls)


_CURRENT: contextvars.ContextVar[Build | None] = contextvars.ContextVar("trainer_build", default=None)


def current(caller: str) -> Build:
    """Returns the build in progress.

    Raises:
        RuntimeError: If there is none.
    """
    build = _CURRENT.get()
    if build is None:
        raise RuntimeError(
            f"{caller} must be called on arrays only inside a model_fn; got arrays outside of one. "
            "Call it on layers.Input(...), or use its init and apply."
        )
    return build


def scope(name: str) -> contextlib.AbstractContextManager[None]:
    """Groups the layers called inside under `name`: their parameters, graph scopes and tags."""
    return current("scope").scope(name)


def run(
    function: Callable[[], Any],
    params: Params,
    state: State,
    *,
    key: Array | None,
    training: bool,
    is_initialising: bool = False,
) -> tuple[Any, Params, State]:
    """Calls `function` inside a build context.

    Args:
        function: Calls layers on arrays.
        params: Parameters by path; empty when initialising.
        state: State by path.
        key: PRNG key for initialisers and dropout; None where nothing random happens.
        training: Whether dropout and the like are active.
        is_initialising: Whether layers make the parameters that they do not find.

    Returns:
        What `function` returned, the params and the new state.
    """
    build = Build(params, state, key=key, training=training, is_initialising=is_initialising)
    token = _CURRENT.set(build)
    try:
        return function(), build.params, build.state
    finally:
        _CURRENT.reset(token)
