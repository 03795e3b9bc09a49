"""LinkedIn's webhooks: the challenge, who is told what about an organisation, signing, batches.

Source: LinkedIn, "Webhook Validation" and "Organization Social Action Notifications"; the fields inside a notification
are published in part only.
"""

import asyncio
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping

from postwright.sandbox.call import Json, Reply
from postwright.sandbox.oauth import Grant
from postwright.sandbox.state import Account, ClientApp, World
from postwright.sandbox.twins.linkedin import rules
from postwright.sandbox.twins.linkedin.bodies import WebhookBody, read
from postwright.sandbox.twins.linkedin.errors import Refused
from postwright.sandbox.twins.linkedin.model import Visit, milliseconds, urn_of

NOT_PASSED = "This URL did not pass the security challenge check"


class Hooks:
    """Webhook subscriptions of all apps in one sandbox."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._portal: dict[str, str] = {}
        self._subscribed: dict[tuple[str, str, str], str] = {}
        self._waiting: dict[tuple[str, str], list[Json]] = {}

    def reset(self) -> None:
        """Forget all subscriptions."""
        for shelf in (self._portal, self._subscribed, self._waiting):
            shelf.clear()

    async def register(self, app: ClientApp, url: str) -> bool:
        """The portal's "Webhooks" tab: take a URL for all organisations, if it passes the challenge."""
        passed = await self._passes(app, url)
        if passed:
            self._portal[app.client_id] = url
        return passed

    async def subscribe(self, visit: Visit) -> Reply:
        """`PUT /rest/eventSubscriptions/(…)`: one member's app wants the events of one organisation."""
        visit.need(rules.ADMIN)
        grant, key = visit.token.grant, visit.key
        organization = visit.network.account(str(key.get("entity")) if isinstance(key, dict) else "")
        member = visit.network.world.accounts[grant.subject]
        wanted = {
            "developerApplication": f"urn:li:developerApplication:{grant.client_id}",
            "user": urn_of(member),
            "entity": urn_of(organization) if organization and organization is not member else None,
            "eventType": rules.NOTIFICATIONS,
        }
        if key != wanted or organization is None or organization.id not in grant.account_ids:
            raise Refused("ILLEGAL_ARGUMENT", fault=f"Invalid key; the caller can use {wanted}")
        url = read(WebhookBody, visit.call).webhook
        if not await self._passes(self._world.apps[grant.client_id], url):
            raise Refused("ILLEGAL_ARGUMENT", field="/webhook", fault=NOT_PASSED)
        self._subscribed[grant.client_id, grant.subject, organization.id] = url
        return Reply(204, b"")

    def announce(self, action: str, organization: Account, post: str, activity: str, text: str) -> None:
        """Tell every app that asked for it what somebody did to an organisation's post."""
        for grant in self._world.oauth.grants_on(organization.id):
            asked = (grant.client_id, grant.subject, organization.id)
            url = self._subscribed.get(asked) or self._portal.get(grant.client_id)
            if url and organization.kind != "member":
                event = self._event(grant, action, organization, post)
                event |= {"generatedActivity": activity, "decoratedSourcePost": {"entity": post, "text": text}}
                self._queue(grant.client_id, url, event)

    def _event(self, grant: Grant, action: str, organization: Account, post: str) -> dict[str, Json]:
        return {
            "notificationId": self._world.number(),
            "organizationalEntity": urn_of(organization),
            "action": action,
            "sourcePost": post,
            "lastModifiedAt": milliseconds(self._world.clock.now()),
            "subscriber": urn_of(self._world.accounts[grant.subject]),
        }

    def _queue(self, client_id: str, url: str, event: Json) -> None:
        """What happens in one call is sent together."""
        waiting = self._waiting.setdefault((client_id, url), [])
        waiting.append(event)
        if len(waiting) == 1:
            self._world.spawn(self._flush(client_id, url))

    async def _flush(self, client_id: str, url: str) -> None:
        events = self._waiting.pop((client_id, url))
        for first in range(0, len(events), rules.NOTIFICATIONS_IN_BATCH):
            batch = events[first : first + rules.NOTIFICATIONS_IN_BATCH]
            body = json.dumps({"type": rules.NOTIFICATIONS, "notifications": batch}, separators=(",", ":")).encode()
            headers = {"x-li-signature": signature(self._world.apps[client_id].secret, body)}
            await self._world.webhooks.send(rules.PLATFORM, url, body, headers)

    async def _passes(self, app: ClientApp, url: str) -> bool:
        code = str(uuid.uuid4())
        try:
            async with asyncio.timeout(rules.CHALLENGE_SECONDS):
                status, text = await self._world.webhooks.ask(url, {"challengeCode": code})
            answer = json.loads(text)
        except (TimeoutError, ValueError):
            return False
        right: Mapping[str, str] = {"challengeCode": code, "challengeResponse": response_to(app.secret, code)}
        return status == 200 and answer == right  # noqa: PLR2004 - HTTP OK


def response_to(secret: str, challenge: str) -> str:
    """What a receiver answers to a challenge."""
    return hmac.new(secret.encode(), challenge.encode(), hashlib.sha256).hexdigest()


def signature(secret: str, body: bytes) -> str:
    """`X-LI-Signature` of a raw body."""
    return hmac.new(secret.encode(), b"hmacsha256=" + body, hashlib.sha256).hexdigest()
