"""A live web page over training logs: ``board --logdir runs/``.

Dash reads `_js_dist` of a component's top-level package, so it stands here, at no import cost; everything
else is imported from its own module (`dashboard.app.create_app`, `dashboard.settings.Settings`).
"""

from __future__ import annotations

__version__ = "0.1.0"

_js_dist = [{"relative_package_path": "static/js/components.js", "namespace": "dashboard"}]
_css_dist: list[dict[str, str]] = []
