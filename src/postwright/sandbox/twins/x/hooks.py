"""X's webhooks: the CRC handshake, subscriptions of accounts, signed Account Activity events.

Source: X, "Webhooks" and "Account Activity API"; http and a port are taken for loopback addresses alone.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from postwright.sandbox.call import Json
from postwright.sandbox.oauth import LOOPBACK
from postwright.sandbox.state import ClientApp, World
from postwright.sandbox.twins.x.bodies import NewWebhook, read_json
from postwright.sandbox.twins.x.errors import invalid, problem
from postwright.sandbox.twins.x.model import Ask, Post, snowflake
from postwright.sandbox.twins.x.rules import X
from postwright.sandbox.twins.x.views import stamp

RECHECKED = timedelta(hours=1)


@dataclass(slots=True, eq=False)
class Hook:
    """A callback of an app and the accounts whose events go there."""

    id: str
    app: ClientApp
    url: str
    made_at: datetime
    checked_at: datetime
    valid: bool = True
    users: set[str] = field(default_factory=set)
    every: bool = False
    """Registered through the sandbox's own door: every account that connected the app sends its events."""

    def to_json(self) -> dict[str, Json]:
        """The webhook in a reply."""
        return {"id": self.id, "url": self.url, "valid": self.valid, "created_at": stamp(self.made_at)}


class Hooks:
    """All webhooks of X's apps in one sandbox."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._hooks: dict[str, Hook] = {}

    def reset(self) -> None:
        """Forget all webhooks."""
        self._hooks.clear()

    async def register(self, app: ClientApp, url: str, *, every: bool = False) -> Hook:
        """Check a callback and keep it; raises Refused."""
        parts = urlsplit(url)
        public = parts.scheme == "https" and parts.port is None
        if not parts.hostname or not (public or (parts.hostname in LOOPBACK and parts.scheme in ("http", "https"))):
            raise invalid("UrlValidationFailed: the URL must be https and must not carry a port.", "url", url)
        now = self._world.clock.now()
        hook = Hook(snowflake(now, self._world.number()), app, url, now, now, every=every)
        if not await self._answers(hook):
            raise invalid("CrcValidationFailed: the response_token was not the one expected.", "url", url)
        self._hooks[hook.id] = hook
        return hook

    async def create(self, ask: Ask) -> Json:
        """`POST /2/webhooks`."""
        hook = await self.register(self._app(ask), read_json(ask.call, NewWebhook).url)
        return {"data": hook.to_json()}

    async def listed(self, ask: Ask) -> Json:
        """`GET /2/webhooks`."""
        found = [hook.to_json() for hook in self._hooks.values() if hook.app is self._app(ask)]
        return {"data": found, "meta": {"result_count": len(found)}}

    async def validate(self, ask: Ask) -> Json:
        """`PUT /2/webhooks/{id}`: asks again."""
        hook = self._own(ask)
        await self._recheck(hook)
        return {"data": {"valid": hook.valid}}

    async def remove(self, ask: Ask) -> Json:
        """`DELETE /2/webhooks/{id}`."""
        del self._hooks[self._own(ask).id]
        return {"data": {"deleted": True}}

    async def subscribe(self, ask: Ask) -> Json:
        """`POST /2/account_activity/webhooks/{id}/subscriptions/all`, with the user's own token."""
        self._own(ask).users.add(ask.user.id)
        return {"data": {"subscribed": True}}

    def tick(self) -> None:
        """Every hour X asks again."""
        for hook in self._hooks.values():
            if self._world.clock.now() >= hook.checked_at + RECHECKED:
                self._world.spawn(self._recheck(hook))

    def announce_post(self, post: Post, text: str) -> None:
        """`tweet_create_events`."""
        user: Json = {"id": int(post.author.id), "id_str": post.author.id, "screen_name": post.author.username}
        event: dict[str, Json] = {
            "created_at": f"{post.at:%a %b %d %H:%M:%S +0000 %Y}",
            "id": int(post.id),
            "id_str": post.id,
            "text": text,
            "in_reply_to_status_id_str": post.parent.id if post.parent else None,
            "user": user,
            "timestamp_ms": str(int(post.at.timestamp() * 1000)),
        }
        self._announce(post.author.id, {"tweet_create_events": [event]})

    def announce_deletion(self, post: Post) -> None:
        """`tweet_delete_events`."""
        moment = str(int(self._world.clock.now().timestamp() * 1000))
        event: Json = {"status": {"id": post.id, "user_id": post.author.id}, "timestamp_ms": moment}
        self._announce(post.author.id, {"tweet_delete_events": [event]})

    def _announce(self, user_id: str, event: Mapping[str, Json]) -> None:
        body = json.dumps({"for_user_id": user_id, **event}, separators=(",", ":")).encode()
        clients = {grant.client_id for grant in self._world.oauth.grants_on(user_id)}
        for hook in self._hooks.values():
            if hook.valid and (user_id in hook.users or (hook.every and hook.app.client_id in clients)):
                headers = {"x-twitter-webhooks-signature": signature(hook.app.secret, body)}
                self._world.spawn(self._world.webhooks.send(X, hook.url, body, headers))

    def _app(self, ask: Ask) -> ClientApp:
        return self._world.apps[ask.token.grant.client_id]

    def _own(self, ask: Ask) -> Hook:
        hook = self._hooks.get(ask.names["id"])
        if hook is None or hook.app is not self._app(ask):
            raise problem(404)
        return hook

    async def _recheck(self, hook: Hook) -> None:
        hook.checked_at = self._world.clock.now()
        hook.valid = await self._answers(hook)

    async def _answers(self, hook: Hook) -> bool:
        """The challenge-response check: whether the callback knows the app's secret."""
        token = secrets.token_urlsafe(24)
        status, text = await self._world.webhooks.ask(hook.url, {"crc_token": token})
        try:
            answer = json.loads(text) if status == 200 else None  # noqa: PLR2004 - HTTP OK
        except ValueError:
            return False
        return isinstance(answer, dict) and answer.get("response_token") == signature(hook.app.secret, token.encode())


def signature(secret: str, body: bytes) -> str:
    """`x-twitter-webhooks-signature` of a raw body, and `response_token` of a CRC."""
    return f"sha256={base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()}"
