"""Ordered faults over real HTTP, the cut connection above all."""

import asyncio
import contextlib
from urllib.parse import urlencode, urlsplit

import aiohttp
import pytest

from tests.sandbox.client import CLARA, Graph, Sandbox

PUBLISH = "/media_publish$"


async def raw_post(graph: Graph, path: str, **form: str) -> bytes:
    """Send one POST over a bare socket; every byte that comes back until the connection ends."""
    parts = urlsplit(graph.sandbox.origin)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    body = urlencode({**form, "access_token": graph.token})
    head = (
        f"POST /{graph.host}/v25.0/{path} HTTP/1.1\r\nhost: sandbox\r\ncontent-length: {len(body)}\r\n"
        "content-type: application/x-www-form-urlencoded\r\n\r\n"
    )
    writer.write((head + body).encode())
    received = b""
    with contextlib.suppress(ConnectionResetError):
        received = await asyncio.wait_for(reader.read(), timeout=5)
    writer.close()
    with contextlib.suppress(ConnectionResetError):
        await writer.wait_closed()
    return received


async def test_cut_after_loses_the_reply_but_not_the_effect(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    container = await clara.image()
    await sandbox.admin("faults", kind="cut_after", path=PUBLISH)
    assert await raw_post(clara, f"{CLARA}/media_publish", creation_id=container) == b""
    assert await clara.status(container) == "PUBLISHED"
    assert len(await sandbox.posts()) == 1
    (cut,) = [call for call in (await sandbox.journal())["calls"] if call["fault"]]
    assert (cut["fault"], cut["status"]) == ("cut_after", 0)


async def test_cut_before_loses_both(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    container = await clara.image()
    await sandbox.admin("faults", kind="cut_before", path=PUBLISH)
    assert await raw_post(clara, f"{CLARA}/media_publish", creation_id=container) == b""
    assert await clara.status(container) == "FINISHED"
    assert await sandbox.posts() == []


async def test_a_client_sees_a_disconnect_and_the_next_call_is_fine(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    await sandbox.admin("faults", kind="cut_after", method="POST")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await clara.image()
    assert (await clara.get("me")).status == 200


async def test_a_timeout_never_answers_and_has_no_effect(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    container = await clara.image()
    await sandbox.admin("faults", kind="timeout", path=PUBLISH)
    url = f"{sandbox.origin}/{clara.host}/v25.0/{CLARA}/media_publish"
    patience = aiohttp.ClientTimeout(total=0.3)
    with pytest.raises(TimeoutError):
        await sandbox.http.post(url, data={"creation_id": container}, headers=clara.bearer, timeout=patience)
    assert await clara.status(container) == "FINISHED"


async def test_a_slow_reply_comes_late_and_the_effect_at_once(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    container = await clara.image()
    await sandbox.admin("faults", kind="slow", ms=200, path=PUBLISH)
    started = asyncio.get_running_loop().time()
    publishing = asyncio.create_task(clara.publish(container))
    while await clara.status(container) != "PUBLISHED":
        assert not publishing.done()
    assert (await publishing).status == 200
    assert asyncio.get_running_loop().time() - started >= 0.2


async def test_a_status_comes_in_the_vendors_shape(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    await sandbox.admin("faults", kind="status", status=500, method="GET")
    failed = await clara.get("me")
    assert (failed.status, failed.error) == (500, (1, None))
    await sandbox.admin("faults", kind="status", status=503)
    assert (await clara.get("me")).error == (2, None)
    await sandbox.admin("faults", kind="status", status=400, code=368, subcode=7, message="Blocked")
    blocked = await clara.get("me")
    assert (blocked.status, blocked.error, blocked.body["error"]["message"]) == (400, (368, 7), "Blocked")
    await sandbox.admin("faults", kind="status", status=502, body='{"gateway":"down"}')
    assert (await clara.get("me")).body == {"gateway": "down"}


async def test_a_failing_status_can_still_take_effect(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    container = await clara.image()
    await sandbox.admin("faults", kind="status", status=500, path=PUBLISH, effect=True)
    assert (await clara.publish(container)).status == 500
    assert await clara.status(container) == "PUBLISHED"


async def test_a_rate_limit_is_that_of_the_platform(sandbox: Sandbox) -> None:
    clara, ada = await sandbox.clara(), await sandbox.ada()
    await sandbox.admin("faults", kind="rate_limit", count=2)
    assert (await clara.get("me")).error == (80002, None)
    assert (await ada.get("me")).error == (4, None)


async def test_garbage_is_no_json_and_hides_an_effect(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    container = await clara.image()
    await sandbox.admin("faults", kind="garbage", path=PUBLISH)
    answer = await clara.publish(container)
    assert answer.status == 200
    assert answer.body.startswith("<!doctype html>")
    assert await clara.status(container) == "PUBLISHED"


async def test_tokens_expire_and_are_revoked_on_order(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    await sandbox.admin("faults", kind="expire_token")
    assert (await clara.get("me")).error == (190, 463)
    assert (await clara.get("me")).error == (190, 463)
    for reason, subcode in (("", 458), ("password_changed", 460), ("logged_out", 467), ("role_lost", 492)):
        fresh = await sandbox.clara()
        await sandbox.admin("faults", kind="revoke_token", reason=reason, path="/me$")
        assert (await fresh.get("me")).error == (190, subcode)


async def test_a_fault_strikes_within_its_scope_only(sandbox: Sandbox) -> None:
    clara, ada = await sandbox.clara(), await sandbox.ada()
    scope = {"platform": "instagram", "method": "get", "path": "graph.*/v25.0/\\d+$", "account": "harbour.coffee"}
    await sandbox.admin("faults", kind="status", count=-1, **scope)
    assert (await clara.get(CLARA)).status == 200
    assert (await ada.get("me")).status == 200
    assert (await ada.get(f"{ada.account}/media")).status == 200
    assert (await ada.get(ada.account)).status == 500
    assert (await ada.get(ada.account)).status == 500


async def test_a_fault_counts_down_and_may_begin_late(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    await sandbox.admin("faults", kind="status", count=2, after=1)
    assert [(await clara.get("me")).status for _ in range(4)] == [200, 500, 500, 200]
    (listed,) = (await sandbox.call("GET", "/_sandbox/faults")).body["faults"]
    assert (listed["struck"], listed["count"]) == (2, 0)


async def test_faults_are_cleared(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    await sandbox.admin("faults", kind="status", count=-1)
    await sandbox.call("DELETE", "/_sandbox/faults")
    assert (await clara.get("me")).status == 200


@pytest.mark.parametrize(
    "order", [{}, {"kind": "earthquake"}, {"kind": "status", "wher": "x"}, {"kind": "status", "path": "("},
              {"kind": "status", "status": [1]}]
)  # fmt: skip
async def test_an_order_that_makes_no_sense_is_refused(sandbox: Sandbox, order: dict[str, object]) -> None:
    answer = await sandbox.call("POST", "/_sandbox/faults", json=order)
    assert answer.status == 400
    assert answer.body["error"]
