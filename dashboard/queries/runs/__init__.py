"""Finding, comparing, grouping and colouring runs by what is known of them."""

from __future__ import annotations
