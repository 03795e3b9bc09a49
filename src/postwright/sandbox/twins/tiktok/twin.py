"""TikTok's hosts as one twin: what answers which path, with which scope, and how often."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from postwright.sandbox.call import Call, Json, Reply
from postwright.sandbox.consent import Consent
from postwright.sandbox.faults import Fault
from postwright.sandbox.oauth import Token
from postwright.sandbox.state import World
from postwright.sandbox.twins.base import Deed, NotOffered, Twin
from postwright.sandbox.twins.tiktok import rules, seeds
from postwright.sandbox.twins.tiktok.display import Display
from postwright.sandbox.twins.tiktok.errors import (
    BY_STATUS,
    ERRORS,
    NO_ROUTE,
    OAUTH_BY_STATUS,
    ApiError,
    OAuthError,
    failed,
    oauth_failed,
    succeeded,
)
from postwright.sandbox.twins.tiktok.hooks import Hooks
from postwright.sandbox.twins.tiktok.login import Login
from postwright.sandbox.twins.tiktok.model import Caller, Shelf
from postwright.sandbox.twins.tiktok.posting import Posting
from postwright.sandbox.twins.tiktok.processing import Processing
from postwright.sandbox.twins.tiktok.uploads import answer_upload

Work = Callable[[Caller, Call], Mapping[str, Json] | None]
OAUTH = "/v2/oauth/"
EITHER = frozenset({rules.PUBLISH, rules.UPLOAD})


class TikTokTwin(Twin):
    """TikTok's website (consent only), API and upload host."""

    hosts: ClassVar[frozenset[str]] = frozenset({rules.WEB_HOST, rules.API_HOST, rules.UPLOAD_HOST})
    platforms: ClassVar[frozenset[str]] = frozenset({rules.PLATFORM})

    def __init__(self, world: World, consent: Consent) -> None:
        super().__init__(world, consent)
        self._shelf = Shelf()
        self._hooks = Hooks(world)
        self._processing = Processing(world, self._shelf, self._hooks)
        self._login = Login(world, consent, self._hooks)
        posting, display = Posting(world, self._shelf, self._processing), Display(self._shelf)
        publish, upload, videos = (frozenset({scope}) for scope in (rules.PUBLISH, rules.UPLOAD, "video.list"))
        self._routes: Mapping[tuple[str, str], tuple[frozenset[str], Work]] = {
            ("POST", "/v2/post/publish/creator_info/query/"): (publish, posting.creator_info),
            ("POST", "/v2/post/publish/video/init/"): (publish, posting.init_video),
            ("POST", "/v2/post/publish/inbox/video/init/"): (upload, posting.init_draft),
            ("POST", "/v2/post/publish/content/init/"): (EITHER, posting.init_photos),
            ("POST", "/v2/post/publish/status/fetch/"): (EITHER, posting.status),
            ("POST", "/v2/post/publish/cancel/"): (EITHER, posting.cancel),
            ("GET", "/v2/user/info/"): (frozenset(), display.user_info),
            ("POST", "/v2/video/list/"): (videos, display.list_videos),
            ("POST", "/v2/video/query/"): (videos, display.query_videos),
        }
        """Method and path -> scopes of which one is needed, and what answers."""

    def seed(self) -> None:
        """Apps, people and accounts of the start."""
        self._shelf.clear()
        self._hooks.clear()
        self.world.add(apps=seeds.APPS, people=seeds.PEOPLE, accounts=seeds.ACCOUNTS)

    def adopt(self) -> None:
        """Nothing is kept of accounts beside what the world holds."""

    def tick(self) -> None:
        """Virtual time has jumped: processing may be over."""
        self._processing.tick()

    def identify(self, call: Call) -> None:
        """The account is told by the token or the upload."""
        call.platform = rules.PLATFORM
        token, task = self.token_of(call), self._shelf.uploads.get(call.query.get("upload_id", ""))
        if token is not None:
            call.account = token.grant.subject
        elif task is not None and call.host == rules.UPLOAD_HOST:
            call.account = task.account.id

    async def answer(self, call: Call) -> Reply:
        """Answer by host and path."""
        if call.host == rules.UPLOAD_HOST:
            return await answer_upload(self._shelf, self._processing, self.world.clock, call)
        if call.host == rules.WEB_HOST:
            found = (call.method, call.path) == ("GET", "/v2/auth/authorize/")
            return self._login.authorize(call) if found else Reply(404, b"Couldn't find this page\n", "text/plain")
        if call.path.startswith(OAUTH):
            return self._login.answer(call)
        route = self._routes.get((call.method, call.path))
        if route is None:
            return NO_ROUTE
        try:
            caller = self._caller(call, route[0])
            return succeeded(route[1](caller, call), caller.now)
        except ApiError as error:
            return failed(error, self.world.clock.now())

    def token_of(self, call: Call) -> Token | None:
        """The bearer token, or the refresh token of a refresh."""
        scheme, _, value = call.header("authorization").partition(" ")
        return self.world.oauth.find(value if scheme == "Bearer" else call.form.get("refresh_token", ""))

    def failure(self, call: Call, fault: Fault) -> Reply:
        """An ordered failure in TikTok's words; a `message` that is one of its codes is that error."""
        now, status = self.world.clock.now(), 429 if fault.kind == "rate_limit" else fault.status
        if call.host != rules.API_HOST:
            return Reply(status, b"", "text/plain")
        if call.path.startswith(OAUTH):
            code = OAUTH_BY_STATUS.get(status, "server_error")
            return oauth_failed(OAuthError(code, fault.message or "The request failed.", status), now)
        if fault.message in ERRORS:
            return failed(ApiError(fault.message, status=200 if status == 200 else None), now)  # noqa: PLR2004 - HTTP OK
        if status == NO_ROUTE.status:
            return NO_ROUTE
        return failed(ApiError(BY_STATUS.get(status, "internal_error"), fault.message, status=status), now)

    async def act(self, deed: Deed) -> Json:
        """There is no comment and no message in TikTok's API for ordinary apps."""
        raise NotOffered(f"{rules.PLATFORM} tells apps of no {deed.kind}")

    async def subscribe(self, platform: str, order: Mapping[str, Json]) -> Json:
        """Set the callback of all apps; TikTok has no handshake."""
        url = order.get("url")
        if platform not in self.platforms or not isinstance(url, str):
            raise NotOffered(f"no webhooks for {platform} here, or no url")
        self._hooks.url = url
        return {"url": url}

    def _caller(self, call: Call, scopes: frozenset[str]) -> Caller:
        """Who calls; raises ApiError for a bad token, a scope that was not granted, or too many calls."""
        token, now = self.token_of(call), self.world.clock.now()
        if token is not None and token.grant.ended:
            self._hooks.removed(token.grant)
        if token is None or token.kind != "access" or token.why_dead() or self.world.oauth.expired(token):
            raise ApiError("access_token_invalid")
        if scopes and not scopes & token.grant.scopes:
            raise ApiError("scope_not_authorized")
        if self.world.settings.vendor_limits and not self._shelf.call_allowed(token, call.path, now):
            raise ApiError("rate_limit_exceeded")
        return Caller(token, self.world.accounts[token.grant.subject], now)
