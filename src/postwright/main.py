"""The ASGI entry: all doors behind one edge.

`uvicorn --factory postwright.main:server` runs it, in any number of processes.
"""

from collections.abc import Mapping
from contextlib import AsyncExitStack

from starlette.types import ASGIApp, Receive, Scope, Send

from postwright import settings
from postwright.api.app import create_api
from postwright.api.edge import Edge
from postwright.bootstrap import running_app
from postwright.domain.publication import Json
from postwright.services.app import App
from postwright.settings import Settings


def create_server(app: App) -> ASGIApp:
    """Every door on a composed application."""
    api = create_api(app)
    return Edge(api, app.settings, api.state.metrics)


def document(app: App) -> Mapping[str, Json]:
    """The OpenAPI document of the REST door."""
    return create_api(app).openapi()


def server() -> ASGIApp:
    """The server of this process's environment. Raises BadSettings."""
    return Server(settings.load())


class Server:
    """The doors on an application of their own, which opens and closes with the ASGI lifespan."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._inner: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or start and stop with the process."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._inner is not None:
            await self._inner(scope, receive, send)
        else:
            raise RuntimeError("the server was not started: run it with the ASGI lifespan on")

    async def _live(self, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as stack:
            await receive()
            self._inner = create_server(await stack.enter_async_context(running_app(self._settings)))
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})
