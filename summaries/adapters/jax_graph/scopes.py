"""Where an operation stands: JAX's name stacks, and the loops and calls around it."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

_REMAT = "rematted_computation"
_TRANSFORM = re.compile(r"(\w+)\(")
_BRACKETS = re.compile(r"\w+\(|\)")
_NO_LETTERS = re.compile(r"\W+")


class Place(NamedTuple):
    """Where an operation stands.

    Attributes:
        scopes: Named scopes around it, outermost first, and the calls around those.
        calls: Loops and calls inside the innermost named scope.
        kept: Those of `calls` that are no loops; they stay where a named scope follows inside. A loop does not, so that
            the layers in it lie beside their parameters.
        transforms: `jvp`, `transpose`, … that were applied to it.
        label: Name to use in place of the operation's own.
        times: How often it runs.
        is_remat: Whether it is computed again for the backward pass.
    """

    scopes: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    transforms: frozenset[str] = frozenset()
    label: str | None = None
    times: int = 1
    is_remat: bool = False

    def inside(self, name_stack: str) -> Place:
        """The place of an operation whose own name stack is `name_stack`."""
        if not name_stack:
            return self
        scopes, transforms = parse_name_stack(name_stack)
        is_remat = self.is_remat or _REMAT in name_stack
        transforms |= self.transforms
        if not scopes:
            return self._replace(transforms=transforms, is_remat=is_remat)
        return self._replace(
            scopes=(*self.scopes, *self.kept, *scopes), calls=(), kept=(), transforms=transforms, is_remat=is_remat
        )

    def call(self, name: str) -> Place:
        """The place inside a call of a function."""
        return self._replace(calls=(*self.calls, name), kept=(*self.kept, name), label=None)

    def loop(self, *names: str, times: int = 1) -> Place:
        """The place inside a loop of so many turns."""
        return self._replace(calls=(*self.calls, *names), label=None, times=self.times * times)

    def labelled(self, label: str) -> Place:
        """The same place, with another name for the operation."""
        return self._replace(label=label)


@functools.lru_cache(maxsize=4096)
def parse_name_stack(name_stack: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Scopes and transforms in a name stack.

    >>> parse_name_stack("transpose(jvp(block/dense_0))/add")[0]
    ('block', 'dense_0', 'add')
    """
    transforms = frozenset(_TRANSFORM.findall(name_stack))
    plain = _BRACKETS.sub("", name_stack)
    return tuple(clean_name(part) for part in plain.split("/") if part and part != _REMAT), transforms


def clean_name(name: str) -> str:
    """The name of a call or scope; of an einsum's subscripts those of its result.

    >>> clean_name("bqhd,bkhd->bhqk")
    'einsum_bhqk'
    """
    _, arrow, result = name.partition("->")
    return "_".join(filter(None, ("einsum", _NO_LETTERS.sub("", result)))) if arrow else name.strip("_<>")
