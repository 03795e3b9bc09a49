"""Meta's webhooks: callbacks of apps, the hub handshake, which accounts send what, signing.

Source: Meta, "Webhooks: Getting Started": `hub.challenge`, and `X-Hub-Signature-256` over the raw body.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from postwright.sandbox.call import Json
from postwright.sandbox.state import ClientApp, World
from postwright.sandbox.twins.meta.errors import GraphError, Rule
from postwright.sandbox.twins.meta.fields import read_list

NOT_VERIFIED = Rule(
    2200,
    "(#2200) Callback verification failed with the following errors: HTTP Status Code = {status}; expected the "
    "challenge back",
)
OBJECTS: Mapping[str, tuple[str, frozenset[str]]] = {
    "instagram": (
        "instagram",
        frozenset({"comments", "live_comments", "mentions", "messages", "message_reactions", "messaging_postbacks",
                   "messaging_referral", "messaging_seen", "standby", "story_insights"}),
    ),
    "facebook": ("page", frozenset({"feed", "messages", "videos", "mention"})),
}  # fmt: skip
"""Platform -> webhook object and the fields it may carry."""


@dataclass(frozen=True, slots=True)
class Callback:
    """Where an app wants the events of one object."""

    url: str
    fields: frozenset[str]
    every_account: bool
    """Registered through the sandbox's own door: accounts need not be enabled one by one."""


class Hooks:
    """Webhook subscriptions of all Meta apps in one sandbox."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._callbacks: dict[tuple[str, str], Callback] = {}
        self._enabled: dict[tuple[str, str], frozenset[str]] = {}

    def reset(self) -> None:
        """Forget all subscriptions."""
        self._callbacks.clear()
        self._enabled.clear()

    async def register(
        self, app: ClientApp, topic: str, url: str, verify_token: str, fields: frozenset[str], *, every: bool = False
    ) -> None:
        """Verify a callback and keep it; raises GraphError 2200 if it does not give the challenge back."""
        challenge = str(secrets.randbelow(10**10))
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        status, text = await self._world.webhooks.ask(url, query)
        if status != 200 or text.strip() != challenge:  # noqa: PLR2004 - HTTP OK
            raise GraphError(NOT_VERIFIED, status=status)
        self._callbacks[app.client_id, topic] = Callback(url, fields, every)

    def registered(self, client_id: str) -> Json:
        """An app's callbacks, as `GET /{app}/subscriptions` shows them."""
        return {
            "data": [
                {
                    "object": topic,
                    "callback_url": callback.url,
                    "active": True,
                    "fields": [{"name": name, "version": "v25.0"} for name in sorted(callback.fields)],
                }
                for (owner, topic), callback in self._callbacks.items()
                if owner == client_id
            ]
        }

    def unregister(self, client_id: str, topic: str) -> Json:
        """Drop an app's callback for one object, or all of them."""
        for key in [key for key in self._callbacks if key[0] == client_id and topic in ("", key[1])]:
            del self._callbacks[key]
        return {"success": True}

    def enable(self, client_id: str, account_id: str, fields: str) -> Json:
        """`POST /{account}/subscribed_apps`."""
        wanted = frozenset(read_list("subscribed_fields", fields))
        known = frozenset().union(*(names for _, names in OBJECTS.values()))
        unknown = sorted(wanted - known)
        if unknown:
            rule = Rule(100, '(#100) Param subscribed_fields[0] must be one of {{{known}}} - got "{name}".')
            raise GraphError(rule, known=", ".join(sorted(known)), name=unknown[0])
        self._enabled[client_id, account_id] = wanted
        return {"success": True}

    def disable(self, client_id: str, account_id: str) -> Json:
        """`DELETE /{account}/subscribed_apps`."""
        self._enabled.pop((client_id, account_id), None)
        return {"success": True}

    def subscribed(self, client_id: str, account_id: str) -> Json:
        """`GET /{account}/subscribed_apps`."""
        fields = self._enabled.get((client_id, account_id))
        if fields is None:
            return {"data": []}
        name = self._world.apps[client_id].name
        return {"data": [{"id": client_id, "name": name, "subscribed_fields": sorted(fields)}]}

    def announce(self, topic: str, account_id: str, field: str, event: Mapping[str, Json], login: str = "") -> None:
        """Send an event to every app that the account's owner connected and that asked for it."""
        clients = {grant.client_id for grant in self._world.oauth.grants_on(account_id)}
        for client_id in sorted(clients):
            app = self._world.apps[client_id]
            callback = self._callbacks.get((client_id, topic))
            if callback and login in ("", app.login) and self._wanted(callback, client_id, account_id, field):
                self._send(app, callback.url, topic, account_id, event)

    def _wanted(self, callback: Callback, client_id: str, account_id: str, field: str) -> bool:
        parent = self._world.accounts[account_id].parent_id
        enabled = field in self._enabled.get((client_id, account_id), ()) or (client_id, parent) in self._enabled
        return field in callback.fields and (callback.every_account or enabled)

    def _send(self, app: ClientApp, url: str, topic: str, account_id: str, event: Mapping[str, Json]) -> None:
        entry = {"id": account_id, "time": int(self._world.clock.now().timestamp()), **event}
        body = json.dumps({"object": topic, "entry": [entry]}, separators=(",", ":")).encode()
        headers = {"x-hub-signature-256": signature(app.secret, body), "user-agent": "Webhooks/1.0"}
        self._world.spawn(self._world.webhooks.send(app.platform, url, body, headers))


def signature(secret: str, body: bytes) -> str:
    """`X-Hub-Signature-256` of a raw body."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
