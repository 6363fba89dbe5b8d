"""Normal noise, added or multiplied while training."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from trainer.layers.base import Layer
from trainer.layers.checks import check_key, check_share
from trainer.protocols import Array


@dataclass(frozen=True)
class GaussianNoise(Layer):
    """While training, adds normal noise of mean 0; else passes the inputs on.

    Attributes:
        stddev: Standard deviation of the noise, 0 or greater.
    """

    stddev: float

    def __post_init__(self) -> None:
        """Refuses a deviation that does not exist.

        Raises:
            ValueError: If `stddev` is negative or no number.
        """
        super().__post_init__()
        is_number = isinstance(self.stddev, int | float | np.number) and not isinstance(self.stddev, bool)
        if not is_number or not 0 <= self.stddev < math.inf:
            raise ValueError(f"stddev must be a number of at least 0; got {self.stddev!r}. Pass for example 0.1.")
        self.replace_fields(stddev=float(self.stddev))

    def call(self, inputs: Any, training: bool, key: Array | None) -> Any:
        """Maps any shape to the same shape.

        Raises:
            ValueError: If `training` and no `key` is given.
        """
        if not training or self.stddev == 0:
            return inputs
        inputs = self.policy.cast(inputs)
        return inputs + self.stddev * jax.random.normal(check_key(self, key), inputs.shape, inputs.dtype)


@dataclass(frozen=True)
class GaussianDropout(Layer):
    """While training, multiplies with normal noise of mean 1 and the variance of dropout; else passes the inputs on.

    Attributes:
        rate: Share that dropout would set to 0, in [0, 1): the variance is ``rate / (1 - rate)``.

    References:
        Srivastava et al. 2014, Dropout, section 10 (JMLR 15).
    """

    rate: float

    def __post_init__(self) -> None:
        """Refuses a rate of infinite variance.

        Raises:
            ValueError: If `rate` is outside [0, 1).
        """
        super().__post_init__()
        self.replace_fields(rate=check_share("rate", self.rate))

    def call(self, inputs: Any, training: bool, key: Array | None) -> Any:
        """Maps any shape to the same shape.

        Raises:
            ValueError: If `training` and no `key` is given.
        """
        if not training or self.rate == 0:
            return inputs
        inputs = self.policy.cast(inputs)
        stddev = math.sqrt(self.rate / (1 - self.rate))
        return inputs * (1 + stddev * jax.random.normal(check_key(self, key), inputs.shape, inputs.dtype))
