"""TikTok's webhooks: one callback for all events, `content` as a string, the signature over time and raw body.

Source: developers.tiktok.com, "Webhooks": overview, events, verification.
"""

import hashlib
import hmac
import json

from postwright.sandbox.call import Json
from postwright.sandbox.oauth import Grant
from postwright.sandbox.state import World
from postwright.sandbox.twins.tiktok.model import PublishTask
from postwright.sandbox.twins.tiktok.rules import PLATFORM, REMOVAL_REASONS


class Hooks:
    """The callback that all apps of this sandbox share."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._removed: set[Grant] = set()
        self.url = ""

    def clear(self) -> None:
        """Forget the callback."""
        self.url = ""
        self._removed.clear()

    def about(self, task: PublishTask, event: str, **more: Json) -> None:
        """Tell the app that made it of a post."""
        content = {"publish_id": task.id, **more, "publish_type": task.publish_type}
        self._send(task.grant, f"post.publish.{event}", content)

    def removed(self, grant: Grant) -> None:
        """Tell the app, once, that a consent is over."""
        if grant not in self._removed:
            self._removed.add(grant)
            self._send(grant, "authorization.removed", {"reason": REMOVAL_REASONS.get(grant.ended, 0)})

    def _send(self, grant: Grant, event: str, content: dict[str, Json]) -> None:
        if not self.url:
            return
        now = int(self._world.clock.now().timestamp())
        body = json.dumps(
            {
                "client_key": grant.client_id,
                "event": event,
                "create_time": now,
                "user_openid": grant.subject,
                "content": json.dumps(content, separators=(",", ":")),
            },
            separators=(",", ":"),
        ).encode()
        headers = {"tiktok-signature": signature(self._world.apps[grant.client_id].secret, now, body)}
        self._world.spawn(self._world.webhooks.send(PLATFORM, self.url, body, headers))


def signature(secret: str, at: int, body: bytes) -> str:
    """`TikTok-Signature` of a raw body at a Unix time."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},s={signed}"
