"""Requests of the page's callbacks: what the page does not send is refused, where Dash would fail at it."""

from __future__ import annotations

import builtins
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.refusals import Refusal

PATH = "/_dash-update-component"
_RELEASE = "Load the page again if it is of another release."


class _Property(BaseModel):
    id: str
    property: str
    value: Any = None

    @builtins.property
    def name(self) -> str:
        return f"{self.id}.{self.property}"


class _Body(BaseModel):
    output: str
    outputs: _Property | list[_Property]
    inputs: list[_Property]
    state: list[_Property] = []
    changedPropIds: list[str] = []  # noqa: N815  # Dash's name

    @property
    def names_its_output(self) -> bool:
        """Whether `outputs` says the same as `output`."""
        if isinstance(self.outputs, _Property):
            return self.output == self.outputs.name
        return self.output == f"..{'...'.join(one.name for one in self.outputs)}.."


class CallbackRequests:
    """Passes on requests that name a callback with its own inputs, and refuses others with a sentence."""

    def __init__(self, app: ASGIApp, *, callbacks: Mapping[str, Mapping[str, Any]]) -> None:
        """Wraps an application.

        Args:
            app: The application.
            callbacks: What Dash knows of each callback, by its output; may be filled later.
        """
        self._app = app
        self._callbacks = callbacks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request (ASGI)."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        messages = [await receive()]
        while messages[-1].get("more_body", False):
            messages.append(await receive())
        refusal = self._find_refusal(b"".join(message.get("body", b"") for message in messages))
        if refusal is not None:
            await refusal.send(scope, send)
            return
        kept = iter(messages)

        async def receive_again() -> Message:
            return next(kept, None) or await receive()

        await self._app(scope, receive_again, send)

    def _find_refusal(self, content: bytes) -> Refusal | None:
        try:
            body = _Body.model_validate(json.loads(content))
        except ValidationError as error:
            name = str((*error.errors()[0]["loc"], "all of it")[0])
            return Refusal(422, f"The body must be that of a callback; {name[:200]} is not. {_RELEASE}")
        except (ValueError, RecursionError):
            return Refusal(400, f"The body must be JSON. {_RELEASE}")
        callback = self._callbacks.get(body.output)
        if callback is None:
            return Refusal(404, f"There is no callback with the output {body.output[:200]!r}. {_RELEASE}")
        came = [[(one.id, one.property) for one in part] for part in (body.inputs, body.state)]
        own = [[(one["id"], one["property"]) for one in callback[part]] for part in ("inputs", "state")]
        if came == own and body.names_its_output:
            return None
        return Refusal(422, f"The callback of {body.output!r} must be asked with its own inputs. {_RELEASE}")
