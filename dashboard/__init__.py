"""A live web page over training logs: ``board --logdir runs/``.

Everything is imported from its own module (`dashboard.app.create_app`, `dashboard.settings.Settings`).
"""

from __future__ import annotations

__version__ = "0.1.0"
