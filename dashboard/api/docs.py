"""``data/docs``: the page that describes the data routes, drawn by Swagger UI from ``data/openapi.json``."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

# Relative to the page, so that it is found behind every proxy.
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>board · data routes</title>
<link rel="icon" href="../static/mark.svg">
<link rel="stylesheet" href="../vendor/swagger-ui/swagger-ui.css">
<link rel="stylesheet" href="../static/css/docs.css">
<script src="../vendor/swagger-ui/swagger-ui-bundle.js" defer></script>
<script src="../static/js/docs.js" type="module"></script>
</head>
<body><main id="docs"></main></body>
</html>
"""


def make_router() -> APIRouter:
    """Makes the route of the page."""
    router = APIRouter()

    @router.get("/data/docs", include_in_schema=False)
    def get_docs() -> HTMLResponse:
        """The page."""
        return HTMLResponse(_PAGE, headers={"cache-control": "no-cache"})

    return router
