from __future__ import annotations

import random
from collections.abc import Iterator

import jax
import pytest


@pytest.fixture(autouse=True, scope="module")
def quick_compiles() -> Iterator[None]:
    """Programs that run once: half of the time goes into optimising them."""
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)


@pytest.fixture(autouse=True)
def same_weights() -> None:
    """Keras takes the seeds of its initialisers and of its dropout from this generator."""
    random.seed(0)
