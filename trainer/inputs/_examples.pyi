from typing import Any

import numpy as np
import numpy.typing as npt

INTERFACE: int

class Wanted:
    def __init__(self, name: str, kind: int, column: npt.NDArray[Any], counts: npt.NDArray[np.int32]) -> None: ...

def fill_columns(records: list[bytes], wanted: list[Wanted]) -> bool: ...
