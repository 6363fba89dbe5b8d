"""Builds the whole web application of one board from its settings."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import dash
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard import __version__, shell
from dashboard.api import errors, make_routers
from dashboard.api.live import NewsHub
from dashboard.api.selections import Selections
from dashboard.pages import PAGES
from dashboard.security import SecurityMiddleware, content_security_policy
from dashboard.settings import Settings
from dashboard.store.opening import open_store
from dashboard.store.tailer import Tailer

_FOLDER = Path(__file__).parent


def create_app(settings: Settings) -> FastAPI:
    """Makes the application: data routes, pages and the thread that tails the logdir.

    There is no registry outside of it, so several applications can live in one process. The tailer runs from
    the application's start-up to its shutdown.

    Args:
        settings: What the command line said.

    Returns:
        An ASGI application. The Dash application behind its pages is ``app.state.dash``.
    """
    # Versions count from 0 in each process: only with this do they tell what a browser's copy is worth.
    server = secrets.token_hex(4)
    store = open_store(settings.logdir_key, settings.index)
    hub = NewsHub()
    tailer = Tailer(settings.logdir, store, hub.notify)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        hub.open()
        tailer.start()
        store.start()
        yield
        hub.close()
        await asyncio.to_thread(tailer.stop)
        await asyncio.to_thread(store.close)

    app = FastAPI(title="board", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    errors.install(app)
    for router in make_routers(store, Selections(), hub, tailer, settings, server):
        app.include_router(router)
    for name in ("static", "vendor"):
        app.mount(f"/{name}", RevalidatedFiles(directory=_FOLDER / name))

    pages = make_dash(settings, app)
    app.state.dash = pages
    app.state.store = store
    app.add_middleware(PagePaths, paths=frozenset(page.path for page in PAGES))
    policy = content_security_policy(pages.csp_hashes())
    app.add_middleware(SecurityMiddleware, host=settings.host, policy=policy)
    return app


def make_dash(settings: Settings, server: FastAPI) -> dash.Dash:
    """Makes the Dash application of the pages on a FastAPI server."""
    app = dash.Dash(
        __name__,
        server=server,  # type: ignore[arg-type]  # Dash's annotation names Flask's servers only
        title="board",
        update_title="",
        assets_folder=str(_FOLDER / "static" / "none"),
        index_string=shell.INDEX_HTML,
        suppress_callback_exceptions=True,
        include_assets_files=False,
    )
    # Callbacks go over HTTP; without this every tab would hold a second WebSocket open for nothing.
    app.backend.websocket_capability = False
    app.layout = shell.layout(settings)
    shell.register_callbacks(app, settings)
    return app


class RevalidatedFiles(StaticFiles):
    """Files that a browser keeps, but asks for again before each use.

    Without a word on it a browser may use its copy for days, and a page of the new release would run modules of the
    old one.
    """

    def file_response(self, *arguments: Any, **options: Any) -> Response:
        """Answers with a file, or that it did not change."""
        response = super().file_response(*arguments, **options)
        response.headers["cache-control"] = "no-cache"
        return response


class PagePaths:
    """Answers every page's path as Dash answers ``/``: the page reads the path itself.

    Dash's own catch-all does the same, but belongs to the last application created in a process.
    """

    def __init__(self, app: ASGIApp, *, paths: frozenset[str]) -> None:
        self._app = app
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request (ASGI)."""
        if scope["type"] == "http" and scope["path"].rstrip("/") in self._paths:
            scope = {**scope, "path": "/"}
        await self._app(scope, receive, send)
