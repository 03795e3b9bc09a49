"""`/_sandbox/…`: the JSON doors that tests and scripts use to look into the sandbox and to steer it.

`seed` takes `{"people": […], "accounts": […], "apps": […], "settings": {…}, "webhooks": {platform: {"url",
"verify_token", "secret"}}}`: the first three are fields of Person, Account and ClientApp, settings those of
SandboxConfig. The secret is for platforms that sign with a word of the subscriber's and not with the app's secret.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postwright.sandbox.call import Json
from postwright.sandbox.config import SandboxConfig
from postwright.sandbox.consent import Consent
from postwright.sandbox.faults import BadFault
from postwright.sandbox.samples import UnknownSample, media_type, sample
from postwright.sandbox.state import Account, ClientApp, Person, World
from postwright.sandbox.twins.base import Deed, NotOffered, Twin

SETTABLE = {item.name: item.type for item in fields(SandboxConfig)}


class BadOrder(Exception):
    """An admin request that cannot be carried out; the message says why."""


class Admin:
    """The admin routes over one world and its twins."""

    def __init__(self, world: World, twins: Sequence[Twin], consent: Consent) -> None:
        self._world = world
        self._twins = twins
        self._consent = consent

    def routes(self) -> list[BaseRoute]:
        """All JSON routes below `/_sandbox`."""
        return [
            Route("/journal", self.journal),
            Route("/settings", self.settings),
            Route("/reset", answering(self.reset), methods=["POST"]),
            Route("/faults", self.faults, methods=["GET"]),
            Route("/faults", answering(self.add_fault), methods=["POST"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
            Route("/clock", answering(self.clock), methods=["GET", "POST"]),
            Route("/seed", answering(self.seed), methods=["POST"]),
            Route("/comment", answering(self.comment), methods=["POST"]),
            Route("/message", answering(self.message), methods=["POST"]),
            Route("/mention", answering(self.mention), methods=["POST"]),
            Route("/media/{name}", self.media),
            Route("/samples/{name}", self.sample),
        ]

    async def journal(self, request: Request) -> Response:
        """Calls, visible posts and webhooks sent, by platform, account and text."""
        query = request.query_params
        wanted = {key: query.get(key, "") for key in ("platform", "account", "text")}
        account = self._world.find_account(wanted["account"], wanted["platform"])
        wanted["account"] = account.id if account else wanted["account"]
        kind = query.get("kind", "")
        book: dict[str, Json] = {}
        if kind in ("", "calls"):
            book["calls"] = self._world.journal.calls(**wanted)
        if kind in ("", "posts"):
            book["posts"] = [post.to_json() for post in self._world.visible(**wanted)]
        if kind in ("", "webhooks"):
            book["webhooks"] = self._world.webhooks.listed()
        return JSONResponse(book)

    async def settings(self, _: Request) -> Response:
        """Settings in force, apps, people, accounts and the hosts played."""
        world = self._world
        return JSONResponse(
            {
                "settings": asdict(world.settings),
                "now": world.clock.now().isoformat(),
                "offset_seconds": world.clock.offset.total_seconds(),
                "hosts": sorted(host for twin in self._twins for host in twin.hosts),
                "apps": [asdict(app) for app in world.apps.values()],
                "people": [asdict(person) for person in world.people.values()],
                "accounts": [asdict(account) for account in world.accounts.values()],
            }
        )

    async def reset(self, _: Mapping[str, Json]) -> Json:
        """Everything as at the start."""
        start_over(self._world, self._twins, self._consent)
        return {"ok": True}

    async def faults(self, _: Request) -> Response:
        """Ordered faults."""
        return JSONResponse({"faults": self._world.faults.listed()})

    async def clear_faults(self, _: Request) -> Response:
        """No more faults."""
        self._world.faults.clear()
        return JSONResponse({"ok": True})

    async def add_fault(self, order: Mapping[str, Json]) -> Json:
        """Order a fault; an account may be named by its username."""
        account = self._world.find_account(str(order.get("account") or ""), str(order.get("platform") or ""))
        return self._world.faults.add({**order, "account": account.id} if account else order).to_json()

    async def clock(self, order: Mapping[str, Json]) -> Json:
        """Advance virtual time by seconds; without any, tell the time."""
        seconds = order.get("advance_seconds", order.get("advance", 0))
        if not isinstance(seconds, int | float):
            raise BadOrder("advance_seconds must be a number")
        if seconds < 0:
            raise BadOrder("virtual time cannot run backwards")
        now = self._world.clock.advance(timedelta(seconds=seconds))
        for twin in self._twins:
            twin.tick()
        return {"now": now.isoformat(), "offset_seconds": self._world.clock.offset.total_seconds()}

    async def seed(self, order: Mapping[str, Json]) -> Json:
        """Add people, accounts and apps, change settings, register webhooks."""
        unknown = set(order) - {"people", "accounts", "apps", "settings", "webhooks"}
        if unknown:
            raise BadOrder(f"unknown keys: {', '.join(sorted(unknown))}")
        self._change_settings(_object(order, "settings"))
        try:
            self._world.add(people=[Person(**raw) for raw in _objects(order, "people")])  # type: ignore[arg-type]  # refused as TypeError below
            for raw in _objects(order, "accounts"):
                account = Account(**raw)  # type: ignore[arg-type]  # likewise
                if account.person_id not in self._world.people:
                    raise BadOrder(f"nobody is called {account.person_id!r}")
                self._world.add(accounts=[account])
            self._world.add(apps=[ClientApp(**raw) for raw in _objects(order, "apps")])  # type: ignore[arg-type]  # likewise
        except TypeError as fault:
            raise BadOrder(str(fault)) from fault
        for twin in self._twins:
            twin.adopt()
        return {"ok": True, "webhooks": await self._register(_object(order, "webhooks"))}

    def _change_settings(self, wishes: Mapping[str, Json]) -> None:
        unknown = set(wishes) - set(SETTABLE)
        if unknown:
            raise BadOrder(f"unknown settings: {', '.join(sorted(unknown))}")
        for name, value in wishes.items():
            held = getattr(self._world.settings, name)
            number = isinstance(held, int | float) and not isinstance(held, bool)
            fits = (
                isinstance(value, int | float) and not isinstance(value, bool) if number else type(value) is type(held)
            )
            if not fits:
                raise BadOrder(f"{name} takes a {type(held).__name__}")
        self._world.settings = replace(self._world.settings, **wishes)  # type: ignore[arg-type]  # checked above

    async def _register(self, wishes: Mapping[str, Json]) -> Json:
        done: dict[str, Json] = {}
        for platform, wish in wishes.items():
            if not isinstance(wish, Mapping):
                raise BadOrder("a webhook is an object with url and verify_token")
            twins = [twin for twin in self._twins if platform in twin.platforms]
            if not twins:
                raise BadOrder(f"nobody here plays {platform}")
            done[platform] = [await twin.subscribe(platform, wish) for twin in twins]
        return done

    async def comment(self, order: Mapping[str, Json]) -> Json:
        """Somebody outside comments on a post, named by its id or URL."""
        wanted = str(order.get("post", ""))
        for post in self._world.visible():
            if wanted in (post.id, post.url):
                parent = str(order.get("parent_id", ""))
                return await self._do(Deed("comment", post.platform, post.id, *_said(order), parent))
        raise BadOrder(f"no visible post {wanted!r}")

    async def message(self, order: Mapping[str, Json]) -> Json:
        """Somebody outside writes to an account, named by its id or username."""
        account = self._account(order)
        return await self._do(Deed("message", account.platform, account.id, *_said(order)))

    async def mention(self, order: Mapping[str, Json]) -> Json:
        """Somebody outside mentions an account in a post of their own."""
        account = self._account(order)
        return await self._do(Deed("mention", account.platform, account.id, *_said(order)))

    def _account(self, order: Mapping[str, Json]) -> Account:
        account = self._world.find_account(str(order.get("account", "")), str(order.get("platform", "")))
        if account is None:
            raise BadOrder("no such account")
        return account

    async def _do(self, deed: Deed) -> Json:
        return await next(twin for twin in self._twins if deed.platform in twin.platforms).act(deed)

    async def media(self, request: Request) -> Response:
        """The bytes of a file that a vendor fetched or received."""
        stored = self._world.media.find(request.path_params["name"])
        if stored is None:
            return JSONResponse({"error": "no such file"}, 404)
        return FileResponse(stored.path, media_type=stored.probe.mime if stored.probe else "application/octet-stream")

    async def sample(self, request: Request) -> Response:
        """A sample picture or video, good or deliberately bad."""
        name = request.path_params["name"]
        try:
            content = await asyncio.to_thread(sample, name)
        except UnknownSample:
            return JSONResponse({"error": "no such sample"}, 404)
        return Response(content, media_type=media_type(name))

    async def consent(self, request: Request) -> Response:
        """The consent page for another person (GET) and the person's answer (POST)."""
        if request.method == "GET":
            query = request.query_params
            reply = self._consent.show(query.get("ticket", ""), query.get("person", ""))
        else:
            form = await request.form()
            reply = self._consent.decide([(key, str(value)) for key, value in form.multi_items()])
        return Response(reply.body, reply.status, dict(reply.headers), reply.content_type)


def start_over(world: World, twins: Sequence[Twin], consent: Consent) -> None:
    """Forget everything and seed the world as at the start."""
    world.forget()
    consent.forget()
    for twin in twins:
        twin.seed()


def answering(work: Callable[[Mapping[str, Json]], Awaitable[Json]]) -> Callable[[Request], Awaitable[Response]]:
    """A route that hands the JSON body on and says plainly what is wrong with it."""

    async def route(request: Request) -> Response:
        body = await request.body()
        try:
            return JSONResponse(await work(_order(body)))
        except (BadOrder, BadFault, NotOffered, json.JSONDecodeError) as refusal:
            return JSONResponse({"error": str(refusal)}, 400)

    return route


def _order(body: bytes) -> Mapping[str, Json]:
    order = json.loads(body) if body.strip() else {}
    if not isinstance(order, dict):
        raise BadOrder("the body must be a JSON object")
    return order


def _object(order: Mapping[str, Json], key: str) -> Mapping[str, Json]:
    value = order.get(key, {})
    if not isinstance(value, Mapping):
        raise BadOrder(f"{key} must be an object")
    return value


def _objects(order: Mapping[str, Json], key: str) -> list[Mapping[str, Json]]:
    value = order.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise BadOrder(f"{key} must be a list of objects")
    return value


def _said(order: Mapping[str, Json]) -> tuple[str, str]:
    return str(order.get("username") or "passer.by"), str(order.get("text", ""))
