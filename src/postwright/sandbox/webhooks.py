"""Webhooks going out: a bounded number of attempts, each one noted. Signing and payloads are the twins' affair."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import aiohttp

from postwright.sandbox.call import Json
from postwright.sandbox.clock import VirtualClock
from postwright.sandbox.config import SandboxConfig

PATIENCE = aiohttp.ClientTimeout(total=10)
KEPT = 1000


class Sender(Protocol):
    """What the outbox needs of the world."""

    settings: SandboxConfig
    clock: VirtualClock


@dataclass(slots=True)
class Delivery:
    """One webhook and how its attempts ended."""

    platform: str
    url: str
    body: bytes
    headers: Mapping[str, str]
    created_at: datetime
    attempts: list[str] = field(default_factory=list)
    delivered: bool = False

    def to_json(self) -> dict[str, Json]:
        """The delivery as the journal shows it."""
        return {
            "platform": self.platform,
            "url": self.url,
            "body": self.body.decode(),
            "headers": dict(self.headers),
            "created_at": self.created_at.isoformat(),
            "attempts": list(self.attempts),
            "delivered": self.delivered,
        }


class Webhooks:
    """Sends webhooks and remembers the last ones."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._deliveries: list[Delivery] = []

    def clear(self) -> None:
        """Forget past deliveries."""
        self._deliveries.clear()

    def listed(self) -> list[dict[str, Json]]:
        """Past deliveries, oldest first."""
        return [delivery.to_json() for delivery in self._deliveries]

    async def ask(self, url: str, query: Mapping[str, str]) -> tuple[int, str]:
        """GET a callback (for verification handshakes); status 0 means that nobody answered."""
        try:
            async with aiohttp.ClientSession(timeout=PATIENCE) as session, session.get(url, params=query) as answer:
                return answer.status, await answer.text()
        except (aiohttp.ClientError, TimeoutError) as broken:
            return 0, str(broken)

    async def send(self, platform: str, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Deliver one webhook: 2xx ends it, anything else is tried again after growing pauses, a few times."""
        delivery = Delivery(platform, url, body, headers, self._sender.clock.now())
        self._deliveries.append(delivery)
        del self._deliveries[:-KEPT]
        settings = self._sender.settings
        async with aiohttp.ClientSession(timeout=PATIENCE) as session:
            for attempt in range(settings.webhook_attempts):
                if attempt:
                    await asyncio.sleep(settings.webhook_pause * 2 ** (attempt - 1))
                delivery.attempts.append(await _post(session, delivery))
                delivery.delivered = delivery.attempts[-1].startswith("2")
                if delivery.delivered:
                    return


async def _post(session: aiohttp.ClientSession, delivery: Delivery) -> str:
    headers = {"content-type": "application/json", **delivery.headers}
    try:
        async with session.post(delivery.url, data=delivery.body, headers=headers) as answer:
            return str(answer.status)
    except (aiohttp.ClientError, TimeoutError) as broken:
        return type(broken).__name__
