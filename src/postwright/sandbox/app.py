"""Puts a sandbox together: one world, its twins, the front door and the pages about it."""

import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.routing import Mount, Route

from postwright.sandbox.admin import Admin, start_over
from postwright.sandbox.config import SandboxConfig
from postwright.sandbox.consent import PATH as CONSENT_PATH
from postwright.sandbox.consent import Consent
from postwright.sandbox.gate import Gate
from postwright.sandbox.state import World
from postwright.sandbox.timeline import Timeline
from postwright.sandbox.twins.base import TwinFactory
from postwright.sandbox.twins.linkedin.twin import LinkedInTwin
from postwright.sandbox.twins.meta.twin import MetaTwin
from postwright.sandbox.twins.pinterest.twin import PinterestTwin
from postwright.sandbox.twins.tiktok.twin import TikTokTwin
from postwright.sandbox.twins.x.twin import XTwin
from postwright.sandbox.twins.youtube.twin import YouTubeTwin

TWINS: tuple[TwinFactory, ...] = (MetaTwin, PinterestTwin, TikTokTwin, YouTubeTwin, LinkedInTwin, XTwin)
"""Every vendor played. A further one adds its line here."""


def create_sandbox(config: SandboxConfig) -> Starlette:
    """The sandbox as an ASGI app; run it with `serve` or `running_sandbox`, which know its public address."""
    world = World(config)
    consent = Consent(world)
    twins = [build(world, consent) for build in TWINS]
    start_over(world, twins, consent)
    admin = Admin(world, twins, consent)
    timeline = Timeline(world)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await world.close()

    return Starlette(
        routes=[
            Route("/", timeline.home),
            Route("/_sandbox", timeline.home),
            Route(CONSENT_PATH, admin.consent, methods=["GET", "POST"]),
            Mount("/_sandbox", routes=[*timeline.routes(), *admin.routes()]),
            Mount("/", Gate(world, {host: twin for twin in twins for host in twin.hosts})),
        ],
        lifespan=lifespan,
    )
