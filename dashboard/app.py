"""Builds the whole web application of one board from its settings."""

from __future__ import annotations

import asyncio
import html
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import dash
from dash.exceptions import DashException
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.responses import FileResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard import __version__, shell
from dashboard.access import Access, make_access
from dashboard.activity import Activity, NoteActivity
from dashboard.api import errors, make_routers
from dashboard.api.description import describe_api
from dashboard.api.fact_keeper import FactKeeper
from dashboard.api.live import NewsHub
from dashboard.api.run_facts import RunFactTable
from dashboard.api.selections import Selections
from dashboard.callback_requests import CallbackRequests
from dashboard.compression import Compression
from dashboard.heads import HeadRequests
from dashboard.page_files import FileRequests, PageFiles, open_page_files
from dashboard.pages import PAGES
from dashboard.refusals import Refusal
from dashboard.security import SecurityMiddleware, content_security_policy
from dashboard.settings import Settings
from dashboard.sidecar import Sidecar
from dashboard.store.opening import open_store
from dashboard.store.protocol import LogStore
from dashboard.store.tailer import Tailer

_FOLDER = Path(__file__).parent
_DEV_TOOLS = [
    f"dev_tools_{name}"
    for name in ("ui", "props_check", "serve_dev_bundles", "hot_reload", "prune_errors", "validate_callbacks")
]
# Of Dash's dev tools, and of callbacks over a WebSocket.
_UNUSED_ROUTES = frozenset({"/_dash-ws-callback", "/_reload-hash"})


class Board(FastAPI):
    """The application of one board. Its outer layers see every request and every answer, those of failures too."""

    layers: Callable[[ASGIApp], ASGIApp]

    def build_middleware_stack(self) -> ASGIApp:
        """Puts the board's own layers around FastAPI's."""
        return self.layers(super().build_middleware_stack())


def create_app(settings: Settings, access: Access | None = None) -> FastAPI:
    """Makes the application: data routes, pages and the thread that tails the logdir.

    There is no registry outside of it, so several applications can live in one process. The tailer runs from
    the application's start-up to its shutdown.

    Args:
        settings: What the command line said.
        access: The token to ask for; left out, `make_access` decides.

    Returns:
        An ASGI application. The Dash application behind its pages is ``app.state.dash``, what it asks for
        ``app.state.access``.

    Raises:
        OSError, ValueError: As `make_access`.
    """
    access = access or make_access(settings)
    # Versions count from 0 in each process: only with this do they tell what a browser's copy is worth.
    server = secrets.token_hex(4)
    store = open_store(settings.logdir_key, settings.index)
    hub = NewsHub()
    sidecar = Sidecar(settings.logdirs, is_read_only=settings.read_only)
    tailer = Tailer(settings.logdir, store, hub.notify, poll_secs=settings.reload_interval, look_beside=sidecar.look)

    posted, activity = Selections(), Activity()
    run_facts = RunFactTable(store, sidecar, posted, server)
    keeper = FactKeeper(run_facts.prepare, tailer, activity)

    app = Board(lifespan=_make_lifespan(hub, tailer, store, keeper), **describe_api(__version__, settings.path_prefix))
    errors.install(app)
    for router in make_routers(store, sidecar, posted, run_facts, hub, tailer, settings, server):
        app.include_router(router)
    # Where a browser looks by itself, when it shows an answer that is no page.
    app.add_api_route("/favicon.ico", lambda: FileResponse(_FOLDER / "static" / "mark.svg"), include_in_schema=False)

    files = open_page_files()
    pages = make_dash(settings, app, files)
    app.include_router(errors.make_last_router())
    app.state.dash, app.state.store, app.state.access = pages, store, access
    app.state.activity, app.state.facts = activity, keeper
    app.layers = partial(add_layers, settings=settings, access=access, pages=pages, files=files, activity=activity)
    return app


def _make_lifespan(
    hub: NewsHub, tailer: Tailer, store: LogStore, keeper: FactKeeper
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        hub.open()
        tailer.start()
        store.start()
        keeper.start()
        yield
        hub.close()
        await asyncio.to_thread(keeper.stop)
        await asyncio.to_thread(tailer.stop)
        await asyncio.to_thread(store.close)

    return lifespan


def add_layers(
    app: ASGIApp, *, settings: Settings, access: Access | None, pages: dash.Dash, files: PageFiles, activity: Activity
) -> ASGIApp:
    """Puts an application behind layers of the board's own; the security layer sees every request first."""
    policy = content_security_policy(pages.csp_hashes())
    with_paths = PagePaths(app, paths=frozenset(page.path for page in PAGES))
    answering = Compression(CallbackRequests(with_paths, callbacks=pages.callback_map))
    prefixed = PathPrefix(HeadRequests(FileRequests(answering, files=files)), prefix=settings.path_prefix)
    return SecurityMiddleware(
        NoteActivity(prefixed, activity=activity), settings=settings, access=access, policy=policy
    )


class _Pages(dash.Dash):
    """Dash with the scripts that the pages use, and the files of the page as they are now."""

    def __init__(self, files: PageFiles, settings: Settings, **options: Any) -> None:
        self._files, self._prefix = files, settings.path_prefix
        super().__init__(index_string=self._index_html(), **options)

    def _index_html(self) -> str:
        return shell.index_html(self._prefix, self._prefix + self._files.address)

    def interpolate_index(self, **parts: Any) -> Any:  # type: ignore[override]  # Dash names them all
        """Fills the page in (Dash calls it for each)."""
        self.index_string = self._index_html()
        parts["scripts"] = shell.drop_unused(parts["scripts"])
        return super().interpolate_index(**parts)  # type: ignore[no-untyped-call]


def make_dash(settings: Settings, server: FastAPI, files: PageFiles) -> dash.Dash:
    """Makes the Dash application of the pages on a FastAPI server."""
    app = _Pages(
        files,
        settings,
        name=__name__,
        server=server,
        title=html.escape(settings.window_title),
        update_title="",
        assets_folder=str(_FOLDER / "static" / "none"),
        suppress_callback_exceptions=True,
        include_assets_files=False,
        # Said here, so that Dash's environment variables change nothing.
        requests_pathname_prefix=f"{settings.path_prefix}/",
        routes_pathname_prefix="/",
        enable_mcp=False,
    )
    app.enable_dev_tools(debug=False, **dict.fromkeys(_DEV_TOOLS, False), dev_tools_disable_version_check=True)
    # Callbacks go over HTTP; without this every tab would hold a second WebSocket open for nothing.
    app.backend.websocket_capability = False
    server.router.routes[:] = [route for route in server.routes if getattr(route, "path", "") not in _UNUSED_ROUTES]
    server.add_exception_handler(DashException, errors.answer_no_file)
    app.layout = partial(shell.layout, settings)
    shell.register_callbacks(app, settings)
    return app


class PagePaths:
    """Answers every page's path as Dash answers ``/``, and tells the layout which page asks for it.

    Dash's own catch-all does the same, but belongs to the last application created in a process.
    """

    def __init__(self, app: ASGIApp, *, paths: frozenset[str]) -> None:
        self._app = app
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request (ASGI)."""
        if scope["type"] == "http" and scope["path"].rstrip("/") in self._paths:
            shell.asked_for.set(scope["path"])
            scope = {**scope, "path": "/"}
        if scope["type"] == "http" and scope["path"] == "/_dash-layout":
            shell.asked_from.set(Headers(scope=scope).get("referer", ""))
        await self._app(scope, receive, send)


class PathPrefix:
    """Serves the board below a path, for a reverse proxy that passes the path on, and for one that takes it off."""

    def __init__(self, app: ASGIApp, *, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request (ASGI)."""
        if not self._prefix or scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif scope["path"] == self._prefix:
            # Relative addresses of the page need the slash at the end.
            query = scope["query_string"].decode("latin-1")
            place = f"./{self._prefix.rpartition('/')[2]}/{'?' if query else ''}{query}"
            await Refusal(307, "The board is one slash further.", (("location", place),)).send(scope, send)
        elif scope["path"].startswith(f"{self._prefix}/"):
            await self._app({**scope, "path": scope["path"].removeprefix(self._prefix)}, receive, send)
        else:
            await self._app(scope, receive, send)
