"""The limit: a bare aiohttp loop that makes the same calls as a publication and remembers nothing."""

import asyncio
import time
from dataclasses import dataclass

import aiohttp
from sqlalchemy import text

from bench.setting import Bench
from postwright.services import media, tokens
from postwright.storage import media as stored_media

_CONCURRENCY = 200


@dataclass(frozen=True, slots=True)
class Bare:
    """What the loop did: publications a second, and milliseconds of CPU for each."""

    per_second: float
    cpu_ms: float


async def bare_loop(setting: Bench, count: int, platform: str) -> Bare:
    """Publish `count` pictures: create the container, publish it, read its address."""
    accounts = await _tokens(setting)
    async with setting.app.db.tx() as tx:
        found = await stored_media.find(tx, setting.caller.workspace_id, setting.media_id)
    if found is None:
        raise LookupError("the picture of the benchmark is gone")
    address = await media.attachment_url(setting.app, found.media)
    room = asyncio.Semaphore(_CONCURRENCY)
    connector = aiohttp.TCPConnector(limit=_CONCURRENCY)
    async with aiohttp.ClientSession(connector=connector) as client:

        async def publish(n: int) -> None:
            external_id, token = accounts[n % len(accounts)]
            base = f"{platform}/graph.instagram.com/v25.0"
            headers = {"Authorization": f"Bearer {token}"}
            async with room:
                form = {"image_url": address, "caption": "A post of the benchmark"}
                container = await _ask(client, "POST", f"{base}/{external_id}/media", headers, form)
                form = {"creation_id": container["id"]}
                post = await _ask(client, "POST", f"{base}/{external_id}/media_publish", headers, form)
                await _ask(client, "GET", f"{base}/{post['id']}?fields=permalink", headers)

        begun, used = time.perf_counter(), time.process_time()
        await asyncio.gather(*(publish(n) for n in range(count)))
        return Bare(count / (time.perf_counter() - begun), 1000 * (time.process_time() - used) / count)


async def _ask(
    client: aiohttp.ClientSession, method: str, url: str, headers: dict[str, str], form: dict[str, str] | None = None
) -> dict[str, str]:
    async with client.request(method, url, headers=headers, data=form) as reply:
        answer: dict[str, str] = await reply.json(content_type=None)
        reply.raise_for_status()
        return answer


async def _tokens(setting: Bench) -> list[tuple[str, str]]:
    async with setting.app.db.tx() as tx:
        rows = (await tx.execute(text("SELECT id, external_id FROM accounts ORDER BY id"))).all()
    return [(row.external_id, await tokens.usable(setting.app, row.id)) for row in rows]
