"""The web door: one Starlette application out of the routes beside this module.

Which addresses it answers is main.py's; headers that every reply has are the edge's.
"""

from datetime import timedelta
from typing import Final

from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute, Mount, Route

from postwright.services.app import App
from postwright.web import auth, channels, compose, events, failures, posts, settings
from postwright.web.door import Door
from postwright.web.live import Changes
from postwright.web.pages import Pages, StaticTree

HEARTBEAT: Final = timedelta(seconds=15)
_POST: Final = "/posts/{post_id:uuid}"
_PUBLICATION: Final = f"{_POST}/publications/{{publication_id:uuid}}"


def create_web(app: App, heartbeat: timedelta = HEARTBEAT) -> Starlette:
    """The dashboard on a composed application. Its `state.door.changes` is to be closed when the server stops."""
    static = StaticTree()
    routes: list[BaseRoute] = [
        Route("/", auth.start),
        Route("/login", auth.show_login),
        Route("/login", auth.log_in, methods=["POST"]),
        Route("/signup", auth.show_signup),
        Route("/signup", auth.sign_up, methods=["POST"]),
        Route("/logout", auth.log_out, methods=["POST"]),
        Route("/theme", auth.choose_theme, methods=["POST"]),
        Route("/channels", channels.channels),
        Route(channels.ACTION, channels.show_choices),
        Route(channels.ACTION, channels.choose, methods=["POST"]),
        Route("/channels/{account_id:uuid}/disconnect", channels.disconnect, methods=["POST"]),
        Route("/compose", compose.composer),
        Route("/compose", compose.send, methods=["POST"]),
        Route("/posts", posts.index),
        Route(_POST, posts.show),
        Route(f"{_POST}/row", posts.one_row),
        Route(f"{_POST}/retry", posts.retry, methods=["POST"]),
        Route(f"{_POST}/delete", posts.delete, methods=["POST"]),
        Route(f"{_PUBLICATION}/retry", posts.retry, methods=["POST"]),
        Route(f"{_PUBLICATION}/resolve", posts.resolve, methods=["POST"]),
        Route(f"{_PUBLICATION}/remove", posts.remove, methods=["POST"]),
        Route(settings.PATH, settings.show),
        Route(settings.PATH, settings.save, methods=["POST"]),
        Route("/events", events.events),
        Mount("/static", GZipMiddleware(static, compresslevel=6)),
    ]
    web = Starlette(routes=routes)
    web.router.redirect_slashes = False
    web.state.door = Door(app, Pages(static), Changes(app.db, app.clock), heartbeat)
    failures.install(web)
    return web
