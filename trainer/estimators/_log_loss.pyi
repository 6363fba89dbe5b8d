import numpy as np
import numpy.typing as npt

INTERFACE: int

def differentiate(
    scores: npt.NDArray[np.float64],
    signs: npt.NDArray[np.float32],
    weights: npt.NDArray[np.float64] | None,
    slopes: npt.NDArray[np.float32],
    curvatures: npt.NDArray[np.float32],
) -> float: ...
