"""Calls of Flax NNX and Equinox modules in scopes, named by the attributes that hold the modules."""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Modules = Mapping[int, tuple[Any, str]]
"""Modules and their paths, by `id`."""

_LOCK = threading.RLock()
"""Held while classes are changed, by one thread at a time: whoever comes second would take the first one's calls for
the classes' own, and give them back."""


def find_module_base(model: Any) -> type | None:
    """`nnx.Module` or `equinox.Module` if `model` is one; None of anything else. Imports neither."""
    nnx, equinox = sys.modules.get("flax.nnx"), sys.modules.get("equinox")
    for library in (nnx, equinox):
        if library is not None and isinstance(model, library.Module):
            base: type = library.Module
            return base
    return None


def _find_modules(model: Any, base: type) -> Modules:
    """The modules inside of a module and their paths, by `id`; none below one that JAX cannot flatten."""
    tree_util = sys.modules["jax"].tree_util
    found = {id(model): (model, "")}
    waiting = [(model, "")]
    while waiting:
        parent, prefix = waiting.pop()
        members = parent if isinstance(parent, dict | list | tuple) else vars(parent)
        try:
            leaves = tree_util.tree_flatten_with_path(members, is_leaf=lambda leaf: isinstance(leaf, base))[0]
        except ValueError:  # a dictionary with keys that have no order
            continue
        for path, leaf in leaves:
            if isinstance(leaf, base) and id(leaf) not in found:
                name = "/".join(part for part in (prefix, tree_util.keystr(path, simple=True, separator="/")) if part)
                found[id(leaf)] = leaf, name
                waiting.append((leaf, name))
    return found


@contextlib.contextmanager
def named_calls(model: Any) -> Iterator[None]:
    """Opens the scope of its path around each call of a module inside of `model`.

    What other threads call meanwhile runs as ever.

    Args:
        model: An instance of what `find_module_base` finds; of anything else nothing is named.
    """
    base = find_module_base(model)
    if base is None:
        yield
        return
    modules = _find_modules(model, base)
    calls = _Calls(lambda self, around: around or modules)
    with _LOCK, calls.named({type(module) for module, _ in modules.values() if callable(module)}):
        yield


@contextlib.contextmanager
def named_in_functions() -> Iterator[_Calls | None]:
    """Opens scopes around the calls of modules in whatever this thread traces, as a training step of them does.

    A module that no other one called, or that a transformation made anew, names those inside of it by its attributes.
    """
    libraries = [library for name in ("flax.nnx", "equinox") if (library := sys.modules.get(name)) is not None]
    if not libraries:
        yield None
        return

    def find(self: Any, around: Modules | None) -> Modules:
        return around if around and id(self) in around else _find_modules(self, find_module_base(self) or object)

    known: list[type] = [cls for library in libraries for cls in _subclasses(library.Module)]
    calls = _Calls(find)
    with _LOCK, calls.named({cls for cls in known if "__call__" in vars(cls) and not _is_wrapper(cls)}):
        yield calls


def _subclasses(base: type) -> Iterator[type]:
    inner: list[type] = base.__subclasses__()
    for cls in inner:
        yield cls
        yield from _subclasses(cls)


class _Calls:
    """Calls of modules by this thread in the scopes of their paths, while the classes are changed.

    Attributes:
        num_seen: How many calls there were.
    """

    def __init__(self, find: Callable[[Any, Modules | None], Modules]) -> None:
        """Takes `find(module, around)`: the modules that name a called one, inside of a call named by `around`."""
        self.num_seen = 0
        self._find = find
        self._thread = threading.get_ident()
        self._active: list[tuple[Modules, str]] = []

    @contextlib.contextmanager
    def named(self, classes: Iterable[type]) -> Iterator[None]:
        """Changes the calls of those classes that hand over the instance, and gives them back."""
        calls = {cls: cls.__call__ for cls in classes if _takes_instance(cls)}
        own = {cls: vars(cls)["__call__"] for cls in calls if "__call__" in vars(cls)}
        for cls, call in calls.items():
            type.__setattr__(cls, "__call__", self._in_scope(_plain(cls, call)))
        try:
            yield
        finally:
            for cls in calls:
                if cls in own:
                    type.__setattr__(cls, "__call__", own[cls])
                else:
                    type.__delattr__(cls, "__call__")

    def _in_scope(self, call: Any) -> Any:
        @functools.wraps(call)
        def run(module: Any, *args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() != self._thread:
                return call(module, *args, **kwargs)
            self.num_seen += 1
            around, active = self._active[-1] if self._active else (None, "")
            modules = self._find(module, around)
            path = modules[id(module)][1] if id(module) in modules else ""
            outer = active if modules is around else ""
            relative = path.removeprefix(f"{outer}/") if outer else path
            if modules is around and (not relative or path == active):
                return call(module, *args, **kwargs)
            self._active.append((modules, path))
            try:
                with sys.modules["jax"].named_scope(relative) if relative else contextlib.nullcontext():
                    return call(module, *args, **kwargs)
            finally:
                self._active.pop()

        return run


def _takes_instance(cls: type) -> bool:
    """Whether the call of a class is a method, jitted or not."""
    call = inspect.getattr_static(cls, "__call__")
    return hasattr(type(call), "__get__") and not isinstance(call, staticmethod | classmethod | property)


def _is_wrapper(cls: type) -> bool:
    """Whether it is no layer but what Equinox makes of a function, jitted for one."""
    return cls.__module__.startswith("equinox.") and not cls.__module__.startswith("equinox.nn")


def _plain(cls: type, call: Any) -> Any:
    """A call of Equinox' own layers without the scope of the class's name."""
    return inspect.unwrap(call) if cls.__module__.startswith("equinox.nn") else call
