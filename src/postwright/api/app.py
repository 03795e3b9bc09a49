"""The REST door: one FastAPI application out of the routers beside this module.

Start-up and the other doors are main.py's.
"""

from importlib.metadata import version

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from postwright.api import (
    admin,
    auth,
    connections,
    files,
    health,
    media,
    platforms,
    posts,
    problems,
    webhooks,
    workspaces,
)
from postwright.api.guard import Guard
from postwright.api.idempotency import HEADER, REPLAYED, Idempotency
from postwright.api.methods import Methods
from postwright.api.metrics import Metrics
from postwright.api.openapi import describe
from postwright.services.app import App

DOORS = (auth, workspaces, admin, platforms, connections, media, posts, webhooks, files, health)
ROUTERS = tuple(door.router for door in DOORS)


def create_api(app: App) -> FastAPI:
    """The API on a composed application."""
    api = FastAPI(
        title="Postwright",
        version=version("postwright"),
        description="Write a post once; it goes out on every channel, on time, and never twice.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    api.state.app = app
    api.state.metrics = Metrics()
    for router in ROUTERS:
        api.include_router(router)
    methods = Methods([*api.routes, *(route for router in ROUTERS for route in router.routes)])
    problems.install(api, app, methods)
    describe(api)
    # The last one added is the outermost.
    api.add_middleware(Idempotency, app=app, methods=methods)
    api.add_middleware(Guard, clock=app.clock)
    api.add_middleware(
        CORSMiddleware,
        allow_origins=list(app.settings.cors_origins),
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", HEADER, "X-Request-Id"],
        expose_headers=[REPLAYED, "Retry-After", "X-Request-Id"],
    )
    return api
