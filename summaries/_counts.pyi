from typing import Any

import numpy.typing as npt

from summaries.columns import Floats, Ints
from summaries.counting import Cells

INTERFACE: int

def count_in_cells(values: npt.NDArray[Any], cells: Cells) -> tuple[Ints, Floats]: ...
