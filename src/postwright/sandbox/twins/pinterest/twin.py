"""Pinterest's servers as one twin: which host is answered by what."""

from collections.abc import Mapping
from typing import ClassVar

from postwright.sandbox.call import Call, Json, Reply
from postwright.sandbox.consent import Consent
from postwright.sandbox.faults import Fault
from postwright.sandbox.oauth import Token
from postwright.sandbox.state import World
from postwright.sandbox.twins.base import Deed, NotOffered, Twin
from postwright.sandbox.twins.pinterest import seeds
from postwright.sandbox.twins.pinterest.api import PREFIX, Api, bearer
from postwright.sandbox.twins.pinterest.errors import (
    ORDERED,
    RATE_LIMITED,
    WRONG_METHOD,
    Rule,
    refusal,
)
from postwright.sandbox.twins.pinterest.login import Login
from postwright.sandbox.twins.pinterest.model import Store
from postwright.sandbox.twins.pinterest.rates import Rates
from postwright.sandbox.twins.pinterest.routes import ROUTES
from postwright.sandbox.twins.pinterest.rules import PLATFORM
from postwright.sandbox.twins.pinterest.uploads import BUCKET, BucketError, receive, uploaded_to

SITE = "www.pinterest.com"
TOKEN_PATH = f"{PREFIX}/oauth/token"


class PinterestTwin(Twin):
    """Pinterest's site, its API (the vendor's own sandbox is the same here) and its bucket for videos."""

    hosts: ClassVar[frozenset[str]] = frozenset({SITE, "api.pinterest.com", "api-sandbox.pinterest.com", BUCKET})
    platforms: ClassVar[frozenset[str]] = frozenset({PLATFORM})

    def __init__(self, world: World, consent: Consent) -> None:
        super().__init__(world, consent)
        self._store = Store(world)
        self._rates = Rates(world)
        self._login = Login(world, consent)
        self._api = Api(self._store, self._rates, ROUTES)

    def seed(self) -> None:
        """Apps, people and boards of the start."""
        self._store.clear()
        self._rates.reset()
        seeds.plant(self._store)

    def adopt(self) -> None:
        """New accounts start without boards: nothing to note."""

    def tick(self) -> None:
        """All states are read off the clock when they are asked for."""

    def identify(self, call: Call) -> None:
        """The account by the token, or by the upload's key."""
        call.platform = PLATFORM
        token = self.token_of(call)
        upload = uploaded_to(self._store, call) if call.host == BUCKET else None
        call.account = upload.owner.id if upload else token.grant.subject if token else ""

    async def answer(self, call: Call) -> Reply:
        """Answer by host."""
        if call.host == SITE:
            if call.path.rstrip("/") == "/oauth" and call.method == "GET":
                return self._login.authorize(call)
            return Reply(404, b"Page not found\n", "text/plain")
        if call.host == BUCKET:
            return await receive(self._store, call)
        if call.path == TOKEN_PATH:
            wrong = call.method != "POST"
            reply = refusal(WRONG_METHOD, WRONG_METHOD.message) if wrong else self._login.token(call)
            headers = (*reply.headers, *self._rates.headers(None, "org_read"))
            return Reply(reply.status, reply.body, reply.content_type, headers)
        return await self._api.answer(call)

    def token_of(self, call: Call) -> Token | None:
        """The access token, or at the token endpoint the refresh token."""
        if call.path == TOKEN_PATH:
            return self.world.oauth.find(call.form.get("refresh_token", ""))
        return bearer(self.world, call)

    def failure(self, call: Call, fault: Fault) -> Reply:
        """An ordered failure in the API's or the bucket's words."""
        status = RATE_LIMITED.status if fault.kind == "rate_limit" else fault.status
        if call.host == BUCKET:
            return BucketError(status, "InternalError", fault.message or "We encountered an internal error.").reply()
        rule = ORDERED.get(status, Rule(status, status, "Something went wrong on our end. Sorry about that."))
        code = rule.code if fault.code is None else fault.code
        category = "org_read" if call.method == "GET" else "org_write"
        used_up = status == RATE_LIMITED.status
        headers = self._rates.headers(self.token_of(call), category, used_up=used_up)
        return refusal(Rule(status, code, rule.message), fault.message or rule.message, headers)

    async def act(self, deed: Deed) -> Json:
        """The API has neither comments nor messages."""
        raise NotOffered(f"no {deed.kind}s for {PLATFORM}")

    async def subscribe(self, platform: str, order: Mapping[str, Json]) -> Json:
        """There are no webhooks for what people post."""
        raise NotOffered(f"no webhooks for {platform} here ({len(order)} fields given)")
