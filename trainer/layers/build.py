"""The build context: where layers that are called on real arrays create or find their parameters.

Inside a `run`, ``layers.dense(inputs, units=10)`` makes its parameters the first time (initialising) and finds them by
name afterwards. Names are paths: the scopes around the call, then the layer's own name (``encoder/dense_0``).

References:
    The way of ``hk.transform_with_state`` (Haiku) and of TensorFlow 1.0's variable scopes.
"""

from __future__ import annotations

import contextlib
import contextvars
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import jax

from trainer import passes
from trainer.layers.naming import Namer, check_name
from trainer.layers.scopes import apply_in_scope, init_located
from trainer.layers.specs import KEY_SPEC, remembered, spec_of
from trainer.layers.weights import has_attached, penalty
from trainer.protocols import Array, Params, State

# From a key to what stands in params and in state under a path.
Maker: TypeAlias = Callable[[Array], tuple[Any, Any]]


class Build:
    """One pass through a function that calls layers on arrays. Used by one thread.

    Attributes:
        params: By path.
        state: By path.
        training: Whether dropout and the like are active.
        makers: How the params and state were made, with the number of the key, by path.
        calls: Path, layer and shapes of the outputs of each call, while initialising.
    """

    def __init__(
        self,
        params: Params,
        state: State,
        *,
        key: Array | None,
        training: bool,
        is_initialising: bool,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        self.params = dict(params)
        self.state = dict(state)
        self.training = training
        self.makers: dict[str, tuple[Maker, int]] = {}
        self.calls: list[tuple[str, Any, Any]] = []
        self._key = key
        self._is_initialising = is_initialising
        self._scopes: list[str] = []
        self._namers: dict[str, Namer] = {}
        self._members = dict(members or {})
        self._paths: dict[int, str] = {id(member): name for name, member in self._members.items()}
        self._penalised: dict[str, Any] = {}
        self._placed: list[Any] = []  # keeps the layers alive, so that an id is never used twice
        self._num_calls = 0

    def call(self, layer: Any, inputs: Any, *, training: bool | None = None) -> Any:
        """Applies `layer`, whose parameters are made or found under its path.

        Args:
            layer: Any layer.
            inputs: Arrays.
            training: Its mode where that is not the mode of the pass.

        Raises:
            ValueError: If the layer has a constraint but only this pass knows it, so that no update could apply it.
        """
        path = self._path_of(layer)
        if path not in self._members:
            _check_unconstrained(layer, path)
        if self._is_initialising:
            spec = spec_of(inputs)
            self._create(path, lambda key: init_located(layer, path, key, spec))
        params = self.params.get(path, {})
        outputs, state = apply_in_scope(
            layer,
            path.rsplit("/", 1)[-1],
            params if path in self._members else _held(layer, params),
            self.state.get(path, {}),
            inputs,
            training=self.training if training is None else training,
            key=self._next_key(),
        )
        if state:
            self.state[path] = state
        if self._is_initialising:
            self.calls.append((path, layer, spec_of(outputs)))
        self._penalise(layer, path)
        return outputs

    def weight(self, name: str, shape: tuple[int, ...], make: Callable[[Array], Array]) -> Array:
        """Makes or finds a weight of the layer whose ``call`` this is.

        Raises:
            ValueError: If the weight that is there has another shape, or a layer has its name.
        """
        if self._is_initialising:
            self._create(name, lambda key: (make(key), None))
        weight: Any = self.params.get(name)
        if getattr(weight, "shape", None) != shape:
            got = f"shape {weight.shape}" if hasattr(weight, "shape") else "none"
            raise ValueError(f"weight {name!r} must have the shape {shape}; got {got}. Make the layer's params anew.")
        return weight  # type: ignore[no-any-return]

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

    def _penalise(self, layer: Any, path: str) -> None:
        """Hands over the penalty of a layer that only this pass knows; `penalty` finds the others by itself."""
        if self.training and path not in self._members | self._penalised and has_attached(layer, "regularizer"):
            self._penalised[path] = layer
            passes.add_loss(penalty(layer, self.params.get(path, {})))

    def _create(self, path: str, make: Maker) -> None:
        if path in self.makers or path in self.params or path in self.state:
            return
        key = self._next_key()
        assert key is not None
        self.makers[path] = make, self._num_calls
        _keep(self.params, self.state, path, make(key))

    def _next_key(self) -> Array | None:
        self._num_calls += 1
        return None if self._key is None else jax.random.fold_in(self._key, self._num_calls)


def _check_unconstrained(layer: Any, path: str) -> None:
    if has_attached(layer, "constraint"):
        raise ValueError(
            f"constraint of {path!r} must be None for a layer made where it is called; got one. "
            "Keep the layer as an attribute of a Layer, or in a Sequential or Model."
        )


def _held(layer: Any, params: Any) -> Any:
    """The params without gradients where the layer is frozen: no mask of names tells the optimizer of this layer."""
    return params if getattr(layer, "trainable", True) else jax.lax.stop_gradient(params)


def _keep(params: Params, state: State, path: str, made: tuple[Any, Any]) -> None:
    own_params, own_state = made
    is_empty = isinstance(own_params, dict) and not own_params
    params |= {} if is_empty else {path: own_params}
    state |= {path: own_state} if own_state else {}


_CURRENT: contextvars.ContextVar[Build | None] = contextvars.ContextVar("trainer_build", default=None)


def current(caller: str) -> Build:
    """Returns the build in progress.

    Raises:
        RuntimeError: If there is none.
    """
    build = _CURRENT.get()
    if build is None:
        raise RuntimeError(
            f"{caller} must be called on arrays only inside a model_fn or a layer's call; got arrays outside of one. "
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
    with _entered(build):
        return function(), build.params, build.state


@contextlib.contextmanager
def _entered(build: Build) -> Iterator[None]:
    token = _CURRENT.set(build)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def init_by_call(layer: Any, key: Array, example: Any) -> tuple[Params, State]:
    """Makes the params and state of all that `layer` calls in its ``call``, which is only traced."""
    params: Params = {}
    state: State = {}
    for path, (make, number) in remembered(_initialised, layer, example).makers.items():
        _keep(params, state, path, make(jax.random.fold_in(key, number)))
    return params, state


def calls_of(layer: Any, example: Any) -> list[tuple[str, Any, Any]]:
    """Path, layer and shapes of the outputs of each call in a layer's ``call``."""
    return remembered(_initialised, layer, example).calls


def _initialised(layer: Any, example: Any) -> Build:
    found: list[Build] = []

    def trace(key: Array, inputs: Any) -> None:
        build = Build({}, {}, key=key, training=False, is_initialising=True, members=layer.sublayers())
        with passes.collect(), _entered(build):
            _call(layer, inputs, training=False, key=key)
        # The arrays belong to this trace.
        build.params, build.state, build._key = {}, {}, None
        found.append(build)

    jax.eval_shape(trace, KEY_SPEC, example)
    return found[0]


def apply_by_call(
    layer: Any, params: Params, state: State, inputs: Any, *, training: bool, key: Array | None
) -> tuple[Any, State]:
    """Runs a layer's ``call`` with its params, and returns the outputs and the new state."""
    build = Build(params, state, key=key, training=training, is_initialising=False, members=layer.sublayers())
    with _entered(build):
        outputs = _call(layer, inputs, training=training, key=key)
    return outputs, build.state


def _call(layer: Any, inputs: Any, **context: Any) -> Any:
    """Calls ``call`` with those of `training` and `key` that it takes."""
    if not hasattr(layer, "call"):
        raise NotImplementedError(f"{type(layer).__name__} must define call, or init and apply.")
    taken = inspect.signature(layer.call).parameters
    return layer.call(inputs, **{name: value for name, value in context.items() if name in taken})
